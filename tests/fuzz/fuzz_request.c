/* SPDX-License-Identifier: MIT */
/*
 * Lines "Operation body" against an embedded store with a table: there is always an answer, it is
 * 200 or 400, and it is JSON. uses: ds_embedded
 *
 * Requests of one input know what those before them were answered: @arn, @shard, @iterator,
 * @backup, @export, @import and @token in a body stand for what came last under those names.
 */
#include "backend/embedded/embedded.h"
#include "backend/json.h"
#include "tests/fuzz/fuzz.h"

#include <ftw.h>
#include <unistd.h>

enum { INPUTS_OF_STORE = 5000 };
static struct backend *backend; /* opened by the first of so many inputs, removed after them */
static unsigned inputs;
static char folder[64];

/* ---- what answers hand out ---- */

enum { HANDED = 9, REQUESTS_MAX = 12 };
static const struct {
    struct str name, member;
} handed[HANDED] = {
    {{"@arn", 4}, {"LatestStreamArn", 15}},
    {{"@shard", 6}, {"ShardId", 7}},
    {{"@iterator", 9}, {"ShardIterator", 13}},
    {{"@iterator", 9}, {"NextShardIterator", 17}},
    {{"@number", 7}, {"SequenceNumber", 14}},
    {{"@backup", 7}, {"BackupArn", 9}},
    {{"@export", 7}, {"ExportArn", 9}},
    {{"@import", 7}, {"ImportArn", 9}},
    {{"@token", 6}, {"NextToken", 9}},
};

struct run {
    struct arena arena;
    struct str given[HANDED];
};

static void remember(struct run *run, const struct json *answer)
{
    for (const struct json *j = answer->first; j; j = j->next) {
        for (size_t i = 0; i < HANDED && j->type == JSON_STRING; i++)
            if (str_equal(j->name, handed[i].member))
                run->given[i] = arena_dup(&run->arena, j->text);
        if (j->type == JSON_OBJECT || j->type == JSON_ARRAY)
            remember(run, j);
    }
}

/* The last that was given under the name at the front of `text`. */
static bool stands_for(const struct run *run, struct str text, struct str *value, size_t *len)
{
    for (size_t i = HANDED; i-- > 0;)
        if (run->given[i].len && str_starts(text, handed[i].name)) {
            *value = run->given[i];
            *len = handed[i].name.len;
            return true;
        }
    return false;
}

static void expand(const struct run *run, struct str text, struct buf *out)
{
    while (text.len) {
        struct str value;
        size_t at = str_find_byte(text, '@'), len;
        buf_add(out, str_take(text, at));
        if (at >= text.len)
            return;
        text = str_skip(text, at);
        if (stands_for(run, text, &value, &len)) {
            buf_add(out, value);
            text = str_skip(text, len);
        } else {
            buf_add_byte(out, '@');
            text = str_skip(text, 1);
        }
    }
}

/* ---- requests ---- */

static void call(struct run *run, struct str operation, struct str body)
{
    struct err err = ERR_INIT;
    struct ddb_reply reply = {0};
    struct buf expanded = {0};
    expand(run, body, &expanded);
    struct ddb_call request = {.operation = operation, .body = buf_str(&expanded)};
    FUZZ_CHECK(backend_call(backend, &request, &reply, &err));
    FUZZ_CHECK(reply.status == 200 || reply.status == 400);
    /* some answers have no body */
    const struct json *answer = json_parse(&run->arena, buf_str(&reply.body), &err);
    FUZZ_CHECK(answer || (reply.status == 200 && reply.body.len == 0));
    if (answer)
        remember(run, answer);
    ddb_reply_fini(&reply);
    buf_fini(&expanded);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void finish(void)
{
    if (!backend)
        return;
    backend_close(backend, NULL);
    backend = NULL;
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
}

/* Inputs delete tables: each finds them there. */
static void make_tables(struct run *run)
{
    call(run, STR("CreateTable"),
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
    call(run, STR("PutItem"),
        STR("{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":"
            "\"1\"},\"g\":{\"S\":\"x\"},\"v\":{\"L\":[{\"M\":{}}]}}}"));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct str rest = {(const char *)bytes, len}, body, operation;
    struct run run = {0};
    if (inputs == 0)
        atexit(finish);
    if (inputs++ % INPUTS_OF_STORE == 0) {
        finish();
        start();
    }
    make_tables(&run);
    for (int i = 0; i < REQUESTS_MAX && str_cut(&rest, '\n', &body); i++) {
        str_cut(&body, ' ', &operation);
        call(&run, operation, body);
    }
    arena_fini(&run.arena);
    return 0;
}
