/* SPDX-License-Identifier: MIT */
/*
 * "Operation body" against an embedded store with two tables: there is always an answer, it is 200
 * or 400, and it is JSON. uses: ds_embedded
 */
#include "backend/embedded/embedded.h"
#include "backend/json.h"
#include "tests/fuzz/fuzz.h"

#include <ftw.h>
#include <unistd.h>

static struct backend *backend; /* opened by the first input, removed at the end */
static char folder[64];

static void call(struct str operation, struct str body)
{
    struct err err = ERR_INIT;
    struct arena arena = {0};
    struct ddb_reply reply = {0};
    struct ddb_call request = {.operation = operation, .body = body};
    FUZZ_CHECK(backend_call(backend, &request, &reply, &err));
    FUZZ_CHECK(reply.status == 200 || reply.status == 400);
    FUZZ_CHECK(json_parse(&arena, buf_str(&reply.body), &err) != NULL);
    ddb_reply_fini(&reply);
    arena_fini(&arena);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void finish(void)
{
    backend_close(backend, NULL);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void start(void)
{
    struct err err = ERR_INIT;
    struct backend_options options = {.no_sync = true};
    snprintf(folder, sizeof folder, "%s/dynascope-fuzz-XXXXXX",
        access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    FUZZ_CHECK(mkdtemp(folder) != NULL);
    backend = embedded_open(folder, &options, &err);
    FUZZ_CHECK(backend != NULL);
    atexit(finish);
}

/* Inputs delete tables: each finds them there. */
static void make_tables(void)
{
    call(STR("CreateTable"),
        STR("{\"TableName\":\"tab\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"
            "\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"s\",\"KeyType\":"
            "\"RANGE\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":"
            "\"S\"},{\"AttributeName\":\"s\",\"AttributeType\":\"N\"},{\"AttributeName\":\"g\","
            "\"AttributeType\":\"S\"}],\"LocalSecondaryIndexes\":[{\"IndexName\":\"local\","
            "\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},{\"AttributeName\":"
            "\"g\",\"KeyType\":\"RANGE\"}],\"Projection\":{\"ProjectionType\":\"KEYS_ONLY\"}}],"
            "\"GlobalSecondaryIndexes\":[{\"IndexName\":\"global\",\"KeySchema\":[{"
            "\"AttributeName\":\"g\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"s\",\"KeyType\":"
            "\"RANGE\"}],\"Projection\":{\"ProjectionType\":\"INCLUDE\",\"NonKeyAttributes\":["
            "\"v\"]}}],\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":"
            "\"NEW_AND_OLD_IMAGES\"}}"));
    call(STR("PutItem"), STR("{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":"
                             "\"1\"},\"g\":{\"S\":\"x\"},\"v\":{\"L\":[{\"M\":{}}]}}}"));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct str body = {(const char *)bytes, len}, operation;
    if (!backend)
        start();
    make_tables();
    str_cut(&body, ' ', &operation);
    call(operation, body);
    return 0;
}
