/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_EMBEDDED_HARNESS_H
#define TESTS_UNIT_EMBEDDED_HARNESS_H

/* A store in a temporary folder and calls on it, for tests of the engine. */
#include "tests/test.h"

#include "backend/backend_impl.h"
#include "backend/embedded/embedded.h"
#include "backend/json.h"

#include <ftw.h>
#include <unistd.h>

struct bench {
    char folder[64];
    struct clock_fake clock;
    struct backend_options options;
    struct backend *backend;
    struct buf body;
    struct ddb_reply reply;
    struct arena arena;
};

static inline void bench_open(struct bench *b)
{
    struct err err = ERR_INIT;
    b->backend = embedded_open(b->folder, &b->options, &err);
    if (!b->backend)
        fail_msg("%s", err.text);
}

static inline void bench_close(struct bench *b)
{
    backend_close(b->backend, NULL);
    b->backend = NULL;
}

static inline void bench_init(struct bench *b)
{
    *b = (struct bench){0};
    /* in memory where that can be had: closing syncs, and many stores are closed here */
    snprintf(b->folder, sizeof b->folder, "%s/dynascope-engine-XXXXXX",
        access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(b->folder));
    clock_fake_init(&b->clock, INT64_C(1767225600000));
    b->options = (struct backend_options){.clock = &b->clock.clock, .no_sync = true};
    bench_open(b);
}

static inline void bench_see(void *context, const char *finding)
{
    (void)context;
    print_message("check: %s\n", finding);
}

/* The number of findings of the store's own check; the store must be closed. */
static inline uint64_t bench_check(struct bench *b)
{
    struct err err = ERR_INIT;
    uint64_t findings = 0;
    if (!embedded_check(b->folder, bench_see, NULL, &findings, &err))
        fail_msg("%s", err.text);
    return findings;
}

static inline int bench_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static inline void bench_fini(struct bench *b)
{
    bench_close(b);
    assert_int_equal(bench_check(b), 0);
    nftw(b->folder, bench_remove, 8, FTW_DEPTH | FTW_PHYS);
    buf_fini(&b->body);
    ddb_reply_fini(&b->reply);
    arena_fini(&b->arena);
}

/* Makes a call with b->body; false where there is no answer. */
static inline bool bench_send(struct bench *b, const char *operation, const atomic_bool *cancel)
{
    struct err err = ERR_INIT;
    struct ddb_call call = {
        .operation = str_from(operation), .body = buf_str(&b->body), .cancel = cancel};
    return backend_call(b->backend, &call, &b->reply, &err);
}

/* A call that is answered; its status. */
static inline int bench_call(struct bench *b, const char *operation, const char *body)
{
    buf_clear(&b->body);
    buf_add(&b->body, str_from(body));
    assert_true(bench_send(b, operation, NULL));
    return b->reply.status;
}

static inline void bench_ok(struct bench *b, const char *operation, const char *body)
{
    if (bench_call(b, operation, body) != 200)
        fail_msg("%s %s\n%.*s", operation, body, STR_ARG(buf_str(&b->reply.body)));
}

/* The last answer, until the next call. */
static inline const struct json *bench_json(struct bench *b)
{
    struct err err = ERR_INIT;
    arena_reset(&b->arena);
    const struct json *json = json_parse(&b->arena, buf_str(&b->reply.body), &err);
    assert_non_null(json);
    return json;
}

static inline int64_t bench_number(struct bench *b, const char *name)
{
    int64_t n = -1;
    json_to_i64(json_get(bench_json(b), str_from(name)), &n);
    return n;
}

static inline bool bench_says(struct bench *b, const char *text)
{
    return str_find(buf_str(&b->reply.body), str_from(text)) != SIZE_MAX;
}

#define BENCH_TABLE                                                                                \
    "{\"TableName\":\"tab\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"                  \
    "\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"s\",\"KeyType\":"          \
    "\"RANGE\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"},{"    \
    "\"AttributeName\":\"s\",\"AttributeType\":\"N\"}]}"

#endif
