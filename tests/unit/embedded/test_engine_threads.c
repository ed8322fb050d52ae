/* SPDX-License-Identifier: MIT */
/* Many threads on one store: no update is lost, no reader sees half a change. */
#include "tests/unit/embedded/harness.h"

#include <pthread.h>

enum { THREADS = 8, ROUNDS = 60 };

struct member {
    struct backend *backend;
    unsigned number;
    atomic_uint *wrong;
};

/* Threads must not use cmocka's assertions: they count what is wrong. */
static bool send(struct member *m, const char *operation, struct buf *body, struct ddb_reply *reply)
{
    struct err err = ERR_INIT;
    struct ddb_call call = {.operation = str_from(operation), .body = buf_str(body)};
    if (backend_call(m->backend, &call, reply, &err) && reply->status == 200)
        return true;
    atomic_fetch_add(m->wrong, 1);
    return false;
}

static void *increment(void *context)
{
    struct member *m = context;
    struct buf body = {0};
    struct ddb_reply reply = {0};
    for (int i = 0; i < ROUNDS; i++) {
        buf_clear(&body);
        buf_add(&body,
            STR("{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"sum\"},\"s\":{\"N\":\"0\"}},"
                "\"UpdateExpression\":\"ADD n :one\",\"ExpressionAttributeValues\":{\":one\":{"
                "\"N\":\"1\"}}}"));
        send(m, "UpdateItem", &body, &reply);
    }
    buf_fini(&body);
    ddb_reply_fini(&reply);
    return NULL;
}

/* Each batch writes two items with the same value; who sees one without the other saw half of it.
 */
static void *write_pairs(void *context)
{
    struct member *m = context;
    struct buf body = {0};
    struct ddb_reply reply = {0};
    for (int i = 0; i < ROUNDS; i++) {
        buf_clear(&body);
        buf_add(&body, STR("{\"RequestItems\":{\"tab\":["));
        for (int k = 1; k <= 2; k++)
            buf_printf(&body,
                "%s{\"PutRequest\":{\"Item\":{\"p\":{\"S\":\"pair\"},\"s\":{\"N\":\"%d\"},\"v\":{"
                "\"S\":\"%u/%d\"}}}}",
                k == 1 ? "" : ",", k, m->number, i);
        buf_add(&body, STR("]}}"));
        send(m, "BatchWriteItem", &body, &reply);
    }
    buf_fini(&body);
    ddb_reply_fini(&reply);
    return NULL;
}

static bool is_torn(const struct ddb_reply *reply)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    struct buf a = {0}, b = {0};
    const struct json *json = json_parse(&arena, buf_str(&reply->body), &err);
    const struct json *first = json ? json_get(json, STR("Items"))->first : NULL;
    if (first && first->next) {
        json_put(&a, json_get(first, STR("v")));
        json_put(&b, json_get(first->next, STR("v")));
    }
    bool torn = !json || (first && !first->next) || !str_equal(buf_str(&a), buf_str(&b));
    buf_fini(&a);
    buf_fini(&b);
    arena_fini(&arena);
    return torn;
}

static void *read_pairs(void *context)
{
    struct member *m = context;
    struct buf body = {0};
    struct ddb_reply reply = {0};
    for (int i = 0; i < ROUNDS * 4; i++) {
        buf_clear(&body);
        buf_add(&body, STR("{\"TableName\":\"tab\",\"KeyConditionExpression\":\"p = :p\","
                           "\"ExpressionAttributeValues\":{\":p\":{\"S\":\"pair\"}}}"));
        if (send(m, "Query", &body, &reply) && is_torn(&reply))
            atomic_fetch_add(m->wrong, 1);
    }
    buf_fini(&body);
    ddb_reply_fini(&reply);
    return NULL;
}

/* Tables come and go, so the catalog's cache is renewed all the time. */
static void *change_tables(void *context)
{
    struct member *m = context;
    struct buf body = {0};
    struct ddb_reply reply = {0};
    for (int i = 0; i < ROUNDS / 4; i++) {
        buf_clear(&body);
        buf_printf(&body,
            "{\"TableName\":\"other-%u\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"
            "\"AttributeName\":\"q\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"
            "\"AttributeName\":\"q\",\"AttributeType\":\"B\"}]}",
            m->number);
        send(m, "CreateTable", &body, &reply);
        buf_clear(&body);
        buf_printf(&body, "{\"TableName\":\"other-%u\"}", m->number);
        send(m, "DescribeTable", &body, &reply);
        send(m, "DeleteTable", &body, &reply);
    }
    buf_fini(&body);
    ddb_reply_fini(&reply);
    return NULL;
}

static void run_crowd(struct bench *b, void *(*const *work)(void *), unsigned kinds)
{
    pthread_t threads[THREADS];
    struct member members[THREADS];
    atomic_uint wrong;
    atomic_init(&wrong, 0);
    for (unsigned i = 0; i < THREADS; i++) {
        members[i] = (struct member){b->backend, i, &wrong};
        assert_int_equal(pthread_create(&threads[i], NULL, work[i % kinds], &members[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&wrong), 0);
}

static void increments_of_eight_threads_add_up(void **state)
{
    (void)state;
    struct bench b;
    void *(*const work[])(void *) = {increment};
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    run_crowd(&b, work, 1);
    bench_ok(&b, "GetItem",
        "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"sum\"},\"s\":{\"N\":\"0\"}},"
        "\"ProjectionExpression\":\"n\"}");
    char want[64];
    snprintf(want, sizeof want, "{\"Item\":{\"n\":{\"N\":\"%d\"}}}", THREADS * ROUNDS);
    assert_true(str_equal(buf_str(&b.reply.body), str_from(want)));
    bench_fini(&b);
}

static void readers_see_whole_changes_while_tables_come_and_go(void **state)
{
    (void)state;
    struct bench b;
    void *(*const work[])(void *) = {write_pairs, read_pairs, change_tables, increment};
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    run_crowd(&b, work, 4);
    bench_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(increments_of_eight_threads_add_up),
        cmocka_unit_test(readers_see_whole_changes_while_tables_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
