/* SPDX-License-Identifier: MIT */
/* Work in steps: indexes filled, ranges reclaimed, old records trimmed, whatever interrupts it. */
#include "tests/unit/embedded/harness.h"

#include "backend/embedded/engine.h"
#include "backend/embedded/stream.h"
#include "backend/embedded/upkeep.h"

enum { ITEMS = 2500 }; /* more than two steps */

#define CREATE_INDEX                                                                               \
    "{\"TableName\":\"tab\",\"AttributeDefinitions\":[{\"AttributeName\":\"g\",\"AttributeType\":" \
    "\"S\"}],\"GlobalSecondaryIndexUpdates\":[{\"Create\":{\"IndexName\":\"byg\",\"KeySchema\":["  \
    "{\"AttributeName\":\"g\",\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":"          \
    "\"ALL\"}}}]}"

static void put_in_group(struct bench *b, int from, int to, const char *group)
{
    for (int i = from; i < to; i++) {
        buf_clear(&b->body);
        buf_printf(&b->body,
            "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"%d\"},\"s\":{\"N\":\"%d\"},\"g\":{"
            "\"S\":"
            "\"%s%d\"}}}",
            i % 50, i, group, i % 7);
        assert_true(bench_send(b, "PutItem", NULL));
        assert_int_equal(b->reply.status, 200);
    }
}

static void put_items(struct bench *b, int from, int to)
{
    put_in_group(b, from, to, "g");
}

static uint64_t entries(struct bench *b, enum store_space space)
{
    struct err err = ERR_INIT;
    struct store_stat stat;
    assert_true(store_stat(((struct engine *)b->backend)->store, &stat, &err));
    return stat.entries[space];
}

static int64_t count_of(struct bench *b, const char *body)
{
    bench_ok(b, "Scan", body);
    return bench_number(b, "Count");
}

/* An operation as it stands when the process dies after its first step: a deadline that has passed
 * keeps it from the others. The waist would refuse such a call, so it is made below the waist. */
static void call_cut_short(struct bench *b, struct str operation, const char *body)
{
    struct err err = ERR_INIT;
    struct ddb_call call = {.operation = operation, .body = str_from(body), .deadline_ns = 1};
    buf_clear(&b->reply.body);
    assert_true(b->backend->ops->call(b->backend, &call, &b->reply, &err));
    assert_int_equal(b->reply.status, 200);
}

static bool is_creating(struct bench *b)
{
    call_cut_short(b, STR("DescribeTable"), "{\"TableName\":\"tab\"}");
    return bench_says(b, "\"IndexStatus\":\"CREATING\"");
}

static void create_index_and_stop(struct bench *b)
{
    bench_ok(b, "CreateTable", BENCH_TABLE);
    put_items(b, 0, ITEMS);
    call_cut_short(b, STR("UpdateTable"), CREATE_INDEX);
    assert_true(is_creating(b));
}

static void a_new_index_is_complete_when_the_answer_comes(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    put_items(&b, 0, ITEMS);
    bench_ok(&b, "UpdateTable", CREATE_INDEX);
    assert_false(is_creating(&b));
    assert_int_equal(
        count_of(&b, "{\"TableName\":\"tab\",\"IndexName\":\"byg\",\"Select\":\"COUNT\"}"), ITEMS);
    bench_fini(&b);
}

static void an_interrupted_index_is_not_readable_and_goes_on_with_later_writes(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    create_index_and_stop(&b);
    assert_int_equal(bench_call(&b, "Scan", "{\"TableName\":\"tab\",\"IndexName\":\"byg\"}"), 400);
    assert_true(bench_says(&b, "backfilling"));
    bench_close(&b);
    assert_int_equal(bench_check(&b), 0);
    bench_open(&b); /* what is left stands in the store */
    assert_true(is_creating(&b));
    /* writes to filled and unfilled items, and one that takes an item away */
    put_in_group(&b, ITEMS - 1, ITEMS + 1, "other");
    bench_ok(&b, "DeleteItem",
        "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"1\"},\"s\":{\"N\":\"1\"}}}");
    bench_ok(&b, "DeleteItem",
        "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"49\"},\"s\":{\"N\":\"99\"}}}");
    put_items(&b, 0, 1);
    assert_false(is_creating(&b));
    assert_int_equal(
        count_of(&b, "{\"TableName\":\"tab\",\"IndexName\":\"byg\",\"Select\":\"COUNT\"}"),
        ITEMS + 1 - 2);
    bench_fini(&b);
}

static void an_interrupted_index_goes_on_while_somebody_waits_for_it(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    create_index_and_stop(&b);
    bench_close(&b);
    bench_open(&b);
    bench_ok(&b, "DescribeTable", "{\"TableName\":\"tab\"}");
    assert_true(bench_says(&b, "\"IndexStatus\":\"CREATING\""));
    assert_false(is_creating(&b));
    assert_int_equal(
        count_of(&b, "{\"TableName\":\"tab\",\"IndexName\":\"byg\",\"Select\":\"COUNT\"}"), ITEMS);
    bench_close(&b);
    assert_int_equal(bench_check(&b), 0);
    bench_open(&b);
    bench_fini(&b);
}

static void an_index_may_be_deleted_while_it_is_filled(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    create_index_and_stop(&b);
    /* a second one must wait */
    assert_int_equal(
        bench_call(&b, "UpdateTable",
            "{\"TableName\":\"tab\",\"GlobalSecondaryIndexUpdates\":[{\"Create\":{"
            "\"IndexName\":\"bys\",\"KeySchema\":[{\"AttributeName\":\"s\",\"KeyType\":"
            "\"HASH\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}}}]}"),
        400);
    assert_true(bench_says(&b, "LimitExceededException"));
    bench_ok(&b, "UpdateTable",
        "{\"TableName\":\"tab\",\"GlobalSecondaryIndexUpdates\":[{\"Delete\":{\"IndexName\":"
        "\"byg\"}}]}");
    for (int i = 0; i < 6; i++)
        put_items(&b, 0, 1);
    assert_int_equal(entries(&b, STORE_INDEX), 0);
    bench_fini(&b);
}

static void a_deleted_tables_space_is_reclaimed(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    put_items(&b, 0, ITEMS);
    bench_ok(&b, "UpdateTable", CREATE_INDEX);
    assert_int_equal(entries(&b, STORE_ITEMS), ITEMS);
    bench_ok(&b, "DeleteTable", "{\"TableName\":\"tab\"}");
    assert_int_equal(entries(&b, STORE_ITEMS), 0);
    assert_int_equal(entries(&b, STORE_INDEX), 0);
    /* format, stamp and next id: counts and dictionary are gone, too */
    assert_int_equal(entries(&b, STORE_META), 3);
    bench_fini(&b);
}

static void what_delete_table_leaves_goes_with_later_writes(void **state)
{
    (void)state;
    struct bench b;
    struct err err = ERR_INIT;
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    put_items(&b, 0, 30 * UPKEEP_STEP);
    bench_ok(&b, "DeleteTable", "{\"TableName\":\"tab\"}");
    uint64_t left = entries(&b, STORE_ITEMS);
    assert_true(left > 0); /* its own effort is bounded */
    bench_close(&b);
    assert_int_equal(bench_check(&b), 0);
    bench_open(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    assert_true(entries(&b, STORE_ITEMS) < left);
    assert_int_equal(count_of(&b, "{\"TableName\":\"tab\"}"), 0);
    for (bool more = true; more;)
        assert_true(upkeep_step((struct engine *)b.backend, UPKEEP_STEP, &more, &err));
    assert_int_equal(entries(&b, STORE_ITEMS), 0);
    bench_fini(&b);
}

#define STREAM_ON                                                                                  \
    "{\"TableName\":\"tab\",\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":"   \
    "\"NEW_IMAGE\"}}"

static void records_older_than_a_day_are_trimmed_a_few_at_a_time(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    bench_ok(&b, "UpdateTable", STREAM_ON);
    put_items(&b, 0, ITEMS);
    assert_int_equal(entries(&b, STORE_STREAM), ITEMS);
    b.clock.ms += STREAM_RETENTION_MS + 1;
    put_items(&b, ITEMS, ITEMS + 4 * UPKEEP_TRIM_EVERY);
    assert_int_equal(entries(&b, STORE_STREAM), 4 * UPKEEP_TRIM_EVERY);
    bench_fini(&b);
}

static void a_closed_stream_goes_after_a_day_and_the_dictionary_with_the_last_of_it(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    bench_ok(&b, "UpdateTable", STREAM_ON);
    put_items(&b, 0, 20);
    bench_ok(&b, "DeleteTable", "{\"TableName\":\"tab\"}");
    bench_ok(&b, "ListStreams", "{\"TableName\":\"tab\"}");
    assert_true(bench_says(&b, "StreamArn"));
    assert_int_equal(entries(&b, STORE_STREAM), 20);
    b.clock.ms += STREAM_RETENTION_MS + 1;
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    put_items(&b, 0, 2 * UPKEEP_TRIM_EVERY);
    bench_ok(&b, "ListStreams", "{\"TableName\":\"tab\"}");
    assert_false(bench_says(&b, "StreamArn"));
    assert_int_equal(entries(&b, STORE_STREAM), 0);
    /* stamp, next, sequence, format; one dictionary and one count */
    assert_true(entries(&b, STORE_META) <= 6);
    bench_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_index_is_complete_when_the_answer_comes),
        cmocka_unit_test(an_interrupted_index_is_not_readable_and_goes_on_with_later_writes),
        cmocka_unit_test(an_interrupted_index_goes_on_while_somebody_waits_for_it),
        cmocka_unit_test(an_index_may_be_deleted_while_it_is_filled),
        cmocka_unit_test(a_deleted_tables_space_is_reclaimed),
        cmocka_unit_test(what_delete_table_leaves_goes_with_later_writes),
        cmocka_unit_test(records_older_than_a_day_are_trimmed_a_few_at_a_time),
        cmocka_unit_test(a_closed_stream_goes_after_a_day_and_the_dictionary_with_the_last_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
