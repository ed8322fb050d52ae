/* SPDX-License-Identifier: MIT */
/* Transactions of many threads: money moves between accounts and never comes to be or goes. */
#include "tests/unit/embedded/harness.h"

#include <pthread.h>

enum { THREADS = 6, ROUNDS = 60, ACCOUNTS = 5, EACH = 20 };

struct member {
    struct backend *backend;
    unsigned number;
    uint64_t random;
    atomic_uint *wrong; /* threads must not use cmocka's assertions */
};

static unsigned pick(struct member *m, unsigned bound)
{
    m->random = m->random * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (unsigned)(m->random >> 33) % bound;
}

static int send(struct member *m, const char *operation, struct buf *body, struct ddb_reply *reply)
{
    struct err err = ERR_INIT;
    struct ddb_call call = {.operation = str_from(operation), .body = buf_str(body)};
    return backend_call(m->backend, &call, reply, &err) ? reply->status : 0;
}

static void put_side(struct buf *out, unsigned account, int amount, bool last)
{
    buf_printf(out,
        "{\"Update\":{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"account\"},\"s\":{\"N\":\"%u\"}"
        "},"
        "\"UpdateExpression\":\"SET n = n + :x\",\"ConditionExpression\":\"n >= :least\","
        "\"ExpressionAttributeValues\":{\":x\":{\"N\":\"%d\"},\":least\":{\"N\":\"%d\"}}}}%s",
        account, amount, amount < 0 ? -amount : 0, last ? "" : ",");
}

/* Each is sent twice, as a client does that has lost the answer; a cancelled one may succeed then.
 */
static void *transfer(void *context)
{
    struct member *m = context;
    struct buf body = {0};
    struct ddb_reply reply = {0};
    for (int i = 0; i < ROUNDS; i++) {
        unsigned from = pick(m, ACCOUNTS), to = (from + 1 + pick(m, ACCOUNTS - 1)) % ACCOUNTS;
        int amount = 1 + (int)pick(m, EACH);
        buf_clear(&body);
        buf_printf(&body, "{\"ClientRequestToken\":\"%u/%d\",\"TransactItems\":[", m->number, i);
        put_side(&body, from, -amount, false);
        put_side(&body, to, amount, true);
        buf_add(&body, STR("]}"));
        for (int k = 0; k < 2; k++) {
            int status = send(m, "TransactWriteItems", &body, &reply);
            bool cancelled =
                str_find(buf_str(&reply.body), STR("[ConditionalCheckFailed, None]")) != SIZE_MAX;
            if (status != 200 && !(status == 400 && cancelled))
                atomic_fetch_add(m->wrong, 1);
        }
    }
    buf_fini(&body);
    ddb_reply_fini(&reply);
    return NULL;
}

static void put_gets(struct buf *out)
{
    buf_add(out, STR("{\"TransactItems\":["));
    for (unsigned i = 0; i < ACCOUNTS; i++)
        buf_printf(out,
            "%s{\"Get\":{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"account\"},\"s\":{\"N\":"
            "\"%u\"}}}}",
            i ? "," : "", i);
    buf_add(out, STR("]}"));
}

static int64_t sum_of(const struct ddb_reply *reply)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    const struct json *json = json_parse(&arena, buf_str(&reply->body), &err);
    int64_t sum = 0;
    const struct json *m = json ? json_get(json, STR("Responses"))->first : NULL;
    for (; m; m = m->next) {
        const struct json *n = json_get(json_get(json_get(m, STR("Item")), STR("n")), STR("N"));
        int64_t one = -1;
        str_to_i64(n->text, &one);
        sum += one < 0 ? 1000000 : one;
    }
    arena_fini(&arena);
    return sum;
}

static void *add_up(void *context)
{
    struct member *m = context;
    struct buf body = {0};
    struct ddb_reply reply = {0};
    put_gets(&body);
    for (int i = 0; i < 2 * ROUNDS; i++)
        if (send(m, "TransactGetItems", &body, &reply) != 200 || sum_of(&reply) != ACCOUNTS * EACH)
            atomic_fetch_add(m->wrong, 1);
    buf_fini(&body);
    ddb_reply_fini(&reply);
    return NULL;
}

static void open_accounts(struct bench *b)
{
    char body[256];
    bench_ok(b, "CreateTable", BENCH_TABLE);
    for (int i = 0; i < ACCOUNTS; i++) {
        snprintf(body, sizeof body,
            "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"account\"},\"s\":{\"N\":\"%d\"},\"n\":"
            "{"
            "\"N\":\"%d\"}}}",
            i, EACH);
        bench_ok(b, "PutItem", body);
    }
}

static void transfers_of_many_threads_keep_the_sum(void **state)
{
    (void)state;
    struct bench b;
    pthread_t threads[THREADS];
    struct member members[THREADS];
    atomic_uint wrong;
    atomic_init(&wrong, 0);
    bench_init(&b);
    open_accounts(&b);
    for (unsigned i = 0; i < THREADS; i++) {
        members[i] = (struct member){b.backend, i, i + 1, &wrong};
        assert_int_equal(
            pthread_create(&threads[i], NULL, i % 3 == 2 ? add_up : transfer, &members[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&wrong), 0);
    bench_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transfers_of_many_threads_keep_the_sum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
