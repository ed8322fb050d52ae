/* SPDX-License-Identifier: MIT */
/* Calls that nobody waits for: the same answers as those that somebody waits for, nothing lost. */
/* test: threads */
#include "tests/unit/embedded/harness.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdlib.h>

struct waited {
    struct ddb_task task; /* first */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool done;
};

static void end_wait(struct ddb_task *task)
{
    struct waited *w = (struct waited *)task;
    pthread_mutex_lock(&w->lock);
    w->done = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

static void waited_init(struct waited *w, const char *operation, struct str body)
{
    *w = (struct waited){
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .wake = PTHREAD_COND_INITIALIZER,
        .task = {.call = {.operation = str_from(operation), .body = body}, .done = end_wait},
    };
}

static void await(struct waited *w)
{
    pthread_mutex_lock(&w->lock);
    while (!w->done)
        pthread_cond_wait(&w->wake, &w->lock);
    pthread_mutex_unlock(&w->lock);
}

static void waited_fini(struct waited *w)
{
    ddb_reply_fini(&w->task.reply);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
}

#define ITEM(s, rest) "{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"" s "\"}" rest "}"

/* Each builds on those before it. */
static const struct {
    const char *operation, *body;
    int status;
} script[] = {
    {"PutItem", "{\"TableName\":\"tab\",\"Item\":" ITEM("1", ",\"n\":{\"N\":\"1\"}") "}", 200},
    {"PutItem",
        "{\"TableName\":\"tab\",\"ReturnValues\":\"ALL_OLD\",\"Item\":" ITEM(
            "1", ",\"n\":{\"N\":\"2\"}") "}",
        200},
    {"PutItem",
        "{\"TableName\":\"tab\",\"ConditionExpression\":\"attribute_not_exists(p)\","
        "\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\",\"Item\":" ITEM("1", "") "}",
        400},
    {"UpdateItem",
        "{\"TableName\":\"tab\",\"Key\":" ITEM(
            "1", "") ",\"UpdateExpression\":\"ADD n :n\",\"ReturnValues\":\"UPDATED_NEW\","
                     "\"ExpressionAttributeValues\":{\":n\":{\"N\":\"5\"}}}",
        200},
    {"UpdateItem",
        "{\"TableName\":\"tab\",\"Key\":" ITEM(
            "1", "") ",\"UpdateExpression\":\"SET n = n + :x\","
                     "\"ExpressionAttributeValues\":{\":x\":{\"S\":\"no number\"}}}",
        400},
    {"PutItem", "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"N\":\"1\"}}}", 400},
    {"PutItem", "{\"TableName\":\"missing\",\"Item\":" ITEM("1", "") "}", 400},
    {"PutItem", "{\"TableName\":", 400},
    {"BatchWriteItem",
        "{\"ReturnConsumedCapacity\":\"TOTAL\",\"RequestItems\":{\"tab\":[{\"PutRequest\":{"
        "\"Item\":" ITEM("2", "") "}},{\"DeleteRequest\":{\"Key\":" ITEM("3", "") "}}]}}",
        200},
    {"TransactWriteItems",
        "{\"TransactItems\":[{\"Put\":{\"TableName\":\"tab\",\"Item\":" ITEM(
            "4", "") "}},{\"ConditionCheck\":{\"TableName\":\"tab\",\"Key\":" ITEM("2",
            "") ",\"ConditionExpression\":\"attribute_exists(p)\"}}]}",
        200},
    {"TransactWriteItems",
        "{\"TransactItems\":[{\"Put\":{\"TableName\":\"tab\",\"Item\":" ITEM(
            "5", "") "}},{\"ConditionCheck\":{\"TableName\":\"tab\",\"Key\":" ITEM("9",
            "") ",\"ConditionExpression\":\"attribute_exists(p)\"}}]}",
        400},
    {"DeleteItem", "{\"TableName\":\"tab\",\"ReturnValues\":\"ALL_OLD\",\"Key\":" ITEM("4", "") "}",
        200},
};

static void a_submitted_call_is_answered_as_one_that_is_waited_for(void **state)
{
    struct bench called, submitted;
    (void)state;
    bench_init(&called);
    bench_init(&submitted);
    bench_ok(&called, "CreateTable", BENCH_TABLE);
    bench_ok(&submitted, "CreateTable", BENCH_TABLE);
    for (size_t i = 0; i < sizeof script / sizeof *script; i++) {
        struct waited w;
        waited_init(&w, script[i].operation, str_from(script[i].body));
        assert_int_equal(
            bench_call(&called, script[i].operation, script[i].body), script[i].status);
        assert_true(backend_submit(submitted.backend, &w.task));
        await(&w);
        assert_true(w.task.answered);
        assert_int_equal(w.task.reply.status, called.reply.status);
        assert_string_equal(buf_cstr(&w.task.reply.body), buf_cstr(&called.reply.body));
        waited_fini(&w);
    }
    bench_ok(&called, "Scan", "{\"TableName\":\"tab\"}");
    bench_ok(&submitted, "Scan", "{\"TableName\":\"tab\"}");
    assert_string_equal(buf_cstr(&called.reply.body), buf_cstr(&submitted.reply.body));
    bench_fini(&called);
    bench_fini(&submitted);
}

static void submitted_together_none_is_lost_and_each_sees_those_before_it(void **state)
{
    enum { MANY = 200 };
    static const char body[] = "{\"TableName\":\"tab\",\"Key\":" ITEM(
        "1", "") ",\"UpdateExpression\":\"ADD n :one\",\"ReturnValues\":\"ALL_NEW\","
                 "\"ExpressionAttributeValues\":{\":one\":{\"N\":\"1\"}}}";
    struct bench b;
    struct waited *all = mem_zero(MANY, sizeof *all);
    bool seen[MANY + 1] = {false};
    (void)state;
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    for (size_t i = 0; i < MANY; i++) {
        waited_init(&all[i], "UpdateItem", STR(body));
        assert_true(backend_submit(b.backend, &all[i].task));
    }
    for (size_t i = 0; i < MANY; i++) {
        struct str reply;
        unsigned long n;
        await(&all[i]);
        assert_true(all[i].task.answered);
        assert_int_equal(all[i].task.reply.status, 200);
        reply = buf_str(&all[i].task.reply.body);
        n = strtoul(strstr(reply.at, "\"n\":{\"N\":\"") + 10, NULL, 10);
        assert_in_range(n, 1, MANY);
        assert_false(seen[n]);
        seen[n] = true;
        waited_fini(&all[i]);
    }
    free(all);
    bench_fini(&b);
}

static void reads_tables_and_large_bodies_are_not_taken(void **state)
{
    static const char *const operations[] = {"GetItem", "Query", "CreateTable", "NoSuchThing"};
    struct bench b;
    struct waited w;
    (void)state;
    bench_init(&b);
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        waited_init(&w, operations[i], STR("{}"));
        assert_false(backend_submit(b.backend, &w.task));
        waited_fini(&w);
    }
    char *large = mem_zero(1, 1 << 20);
    waited_init(&w, "PutItem", (struct str){large, 1 << 20});
    assert_false(backend_submit(b.backend, &w.task));
    waited_fini(&w);
    free(large);
    bench_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_submitted_call_is_answered_as_one_that_is_waited_for),
        cmocka_unit_test(submitted_together_none_is_lost_and_each_sees_those_before_it),
        cmocka_unit_test(reads_tables_and_large_bodies_are_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
