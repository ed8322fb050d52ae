/* SPDX-License-Identifier: MIT */
/*
 * Each step of a write fails in turn: the n-th put of the store, or its commit. Whatever n is, the
 * call says that there is no answer, and the store is as it was before, entries, counts and streams
 * included.
 */
#include "tests/unit/embedded/harness.h"

#include "backend/embedded/engine.h"
#include "backend/embedded/shard.h"

#include <errno.h>

struct faults {
    int left; /* steps until one fails; negative = none does */
    bool sticky;
    unsigned failed;
};

static int fail_step(void *context, enum store_step step)
{
    struct faults *f = context;
    (void)step;
    if (f->left < 0 || f->left-- > 0)
        return 0;
    f->failed++;
    if (f->sticky)
        f->left = 0;
    return ENOSPC;
}

static void open_with(struct bench *b, struct faults *faults)
{
    struct err err = ERR_INIT;
    struct store_options store = {
        .no_sync = true, .clock = &b->clock.clock, .fault = fail_step, .fault_context = faults};
    b->backend = engine_open(b->folder, &b->options, &store, &err);
    if (!b->backend)
        fail_msg("%s", err.text);
}

#define TABLE                                                                                      \
    "{\"TableName\":\"tab\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"                  \
    "\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"s\",\"KeyType\":"          \
    "\"RANGE\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"},{"    \
    "\"AttributeName\":\"s\",\"AttributeType\":\"S\"},{\"AttributeName\":\"g\",\"AttributeType\":" \
    "\"S\"}],\"LocalSecondaryIndexes\":[{\"IndexName\":\"local\",\"KeySchema\":[{"                 \
    "\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"g\",\"KeyType\":"          \
    "\"RANGE\"}],\"Projection\":{\"ProjectionType\":\"KEYS_ONLY\"}}],\"GlobalSecondaryIndexes\":[" \
    "{\"IndexName\":\"byg\",\"KeySchema\":[{\"AttributeName\":\"g\",\"KeyType\":\"HASH\"}],"       \
    "\"Projection\":{\"ProjectionType\":\"ALL\"}}],\"StreamSpecification\":{\"StreamEnabled\":"    \
    "true,\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}}"

static void make(struct bench *b)
{
    bench_init(b);
    bench_ok(b, "CreateTable", TABLE);
    bench_ok(b, "PutItem",
        "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"S\":\"1\"},\"g\":{\"S\":"
        "\"x\"}}}");
    bench_ok(b, "PutItem",
        "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"b\"},\"s\":{\"S\":\"1\"},\"g\":{\"S\":"
        "\"y\"}}}");
    bench_close(b);
}

#define STREAM_ARN                                                                                 \
    "arn:aws:dynamodb:us-east-1:000000000000:table/tab/stream/2026-01-01T00:00:00.000"

/* All that callers can see: tables, items, index entries, streams. */
static void snapshot(struct bench *b, struct buf *out)
{
    static const struct {
        const char *operation, *body;
    } calls[] = {
        {"ListTables", "{}"},
        {"DescribeTable", "{\"TableName\":\"tab\"}"},
        {"Scan", "{\"TableName\":\"tab\"}"},
        {"Scan", "{\"TableName\":\"tab\",\"IndexName\":\"byg\"}"},
        {"Scan", "{\"TableName\":\"tab\",\"IndexName\":\"local\"}"},
        {"ListStreams", "{}"},
        {"DescribeStream", "{\"StreamArn\":\"" STREAM_ARN "\"}"},
    };
    buf_clear(out);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        bench_call(b, calls[i].operation, calls[i].body);
        buf_add(out, buf_str(&b->reply.body));
        buf_add_byte(out, '\n');
    }
}

/* One write with its n-th step failing. False when the write has fewer steps. */
static bool try_step(const char *operation, const char *body, int64_t later_ms, int n, bool sticky)
{
    struct bench b;
    struct faults faults = {.left = -1, .sticky = sticky};
    struct buf before = {0}, after = {0};
    make(&b);
    open_with(&b, &faults);
    b.clock.ms += later_ms;
    snapshot(&b, &before);
    faults.left = n;
    buf_clear(&b.body);
    buf_add(&b.body, str_from(body));
    bool answered = bench_send(&b, operation, NULL);
    bool failed = faults.failed > 0;
    faults.left = -1;
    if (!failed)
        assert_true(answered && b.reply.status == 200);
    bool done = answered && b.reply.status == 200;
    snapshot(&b, &after);
    /* a step may fail after the answer was certain (space that is reclaimed later) */
    if (failed && !done && !str_equal(buf_str(&before), buf_str(&after)))
        fail_msg("%s, step %d: half a change\n%s\n%s", operation, n, buf_cstr(&before),
            buf_cstr(&after));
    bench_close(&b);
    assert_int_equal(bench_check(&b), 0);
    bench_open(&b);
    snapshot(&b, &before);
    assert_true(str_equal(buf_str(&before), buf_str(&after)));
    buf_fini(&before);
    buf_fini(&after);
    bench_fini(&b);
    return failed;
}

static void sweep_later(const char *operation, const char *body, int64_t later_ms)
{
    int n = 0;
    while (try_step(operation, body, later_ms, n, n % 2))
        n++;
    assert_true(n >= 2); /* at least a put and a commit */
}

static void sweep(const char *operation, const char *body)
{
    sweep_later(operation, body, 0);
}

static void a_put_happens_whole_or_not_at_all(void **state)
{
    (void)state;
    sweep("PutItem",
        "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"S\":\"1\"},\"g\":{"
        "\"S\":\"z\"},\"new\":{\"S\":\"name\"}}}");
}

static void a_change_that_begins_a_shard_happens_whole_or_not_at_all(void **state)
{
    (void)state;
    sweep_later("DeleteItem",
        "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"a\"},\"s\":{\"S\":\"1\"}}}", SHARD_LIFE_MS);
}

static void an_update_happens_whole_or_not_at_all(void **state)
{
    (void)state;
    sweep("UpdateItem",
        "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"a\"},\"s\":{\"S\":\"1\"}},"
        "\"UpdateExpression\":\"REMOVE g ADD n :n\",\"ExpressionAttributeValues\":{\":n\":{\"N\":"
        "\"1\"}}}");
}

static void a_delete_happens_whole_or_not_at_all(void **state)
{
    (void)state;
    sweep(
        "DeleteItem", "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"a\"},\"s\":{\"S\":\"1\"}}}");
}

static void a_batch_happens_whole_or_not_at_all(void **state)
{
    (void)state;
    sweep("BatchWriteItem", "{\"RequestItems\":{\"tab\":[{\"PutRequest\":{\"Item\":{\"p\":{\"S\":"
                            "\"c\"},\"s\":{\"S\":\"1\"}"
                            ",\"g\":{\"S\":\"x\"}}}},{\"DeleteRequest\":{\"Key\":{\"p\":{\"S\":"
                            "\"a\"},\"s\":{\"S\":\"1\"}}}"
                            "}]}}");
}

#define TRANSACTION                                                                                \
    "{\"ClientRequestToken\":\"once\",\"TransactItems\":[{\"Put\":{\"TableName\":\"tab\","         \
    "\"Item\":{"                                                                                   \
    "\"p\":{\"S\":\"c\"},\"s\":{\"S\":\"1\"},\"g\":{\"S\":\"x\"}}}},{\"Delete\":{\"TableName\":"   \
    "\"tab\",\"Key\":{\"p\":{\"S\":\"a\"},\"s\":{\"S\":\"1\"}}}},{\"Update\":{\"TableName\":"      \
    "\"tab\","                                                                                     \
    "\"Key\":{\"p\":{\"S\":\"b\"},\"s\":{\"S\":\"1\"}},\"UpdateExpression\":\"ADD n :n\","         \
    "\"ExpressionAttributeValues\":{\":n\":{\"N\":\"1\"}}}}]}"

static void a_transaction_happens_whole_or_not_at_all(void **state)
{
    (void)state;
    sweep("TransactWriteItems", TRANSACTION);
}

/* Whatever step failed: sent again with its token, the transaction has happened once. */
static void a_transaction_with_a_token_happens_once(void **state)
{
    (void)state;
    bool failed = true;
    for (int n = 0; failed; n++) {
        struct bench b;
        struct faults faults = {.left = -1};
        make(&b);
        open_with(&b, &faults);
        faults.left = n;
        buf_clear(&b.body);
        buf_add(&b.body, STR(TRANSACTION));
        bench_send(&b, "TransactWriteItems", NULL);
        failed = faults.failed > 0;
        faults.left = -1;
        bench_close(&b);
        bench_open(&b);
        bench_ok(&b, "TransactWriteItems", TRANSACTION);
        bench_ok(&b, "GetItem",
            "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"b\"},\"s\":{\"S\":\"1\"}},"
            "\"ProjectionExpression\":\"n\"}");
        assert_true(bench_says(&b, "{\"Item\":{\"n\":{\"N\":\"1\"}}}"));
        bench_fini(&b);
    }
}

static void tables_change_whole_or_not_at_all(void **state)
{
    (void)state;
    sweep("CreateTable",
        "{\"TableName\":\"other\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"
        "\"AttributeName\":\"q\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"
        "\"AttributeName\":\"q\",\"AttributeType\":\"B\"}],\"StreamSpecification\":{"
        "\"StreamEnabled\":true,\"StreamViewType\":\"KEYS_ONLY\"}}");
    sweep(
        "UpdateTable", "{\"TableName\":\"tab\",\"StreamSpecification\":{\"StreamEnabled\":false}}");
    sweep("UpdateTable",
        "{\"TableName\":\"tab\",\"AttributeDefinitions\":[{\"AttributeName\":\"s\","
        "\"AttributeType\":\"S\"}],\"GlobalSecondaryIndexUpdates\":[{\"Create\":{\"IndexName\":"
        "\"bys\","
        "\"KeySchema\":[{\"AttributeName\":\"s\",\"KeyType\":\"HASH\"}],\"Projection\":{"
        "\"ProjectionType\":\"ALL\"}}}]}");
    sweep("DeleteTable", "{\"TableName\":\"tab\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_put_happens_whole_or_not_at_all),
        cmocka_unit_test(a_change_that_begins_a_shard_happens_whole_or_not_at_all),
        cmocka_unit_test(an_update_happens_whole_or_not_at_all),
        cmocka_unit_test(a_delete_happens_whole_or_not_at_all),
        cmocka_unit_test(a_batch_happens_whole_or_not_at_all),
        cmocka_unit_test(a_transaction_happens_whole_or_not_at_all),
        cmocka_unit_test(a_transaction_with_a_token_happens_once),
        cmocka_unit_test(tables_change_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
