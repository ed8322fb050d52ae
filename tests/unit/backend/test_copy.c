/* SPDX-License-Identifier: MIT */
/* test: threads */
/* Copies between stores: sums that tell differences, places that lose nothing, errors, the pace. */
#include "backend/copy.h"

#include "backend/json.h"
#include "backend/json_in.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>

struct fixture {
    char folders[2][64];
    struct client ends[2];
};

static void ask(struct client *c, const char *operation, const char *format, int number)
{
    struct ddb_reply reply = {0};
    struct err err = ERR_INIT;
    struct buf body = {0};
    for (const char *at = format; *at; at++) {
        if (*at == '@')
            buf_printf(&body, "%d", number);
        else
            buf_add_byte(&body, *at);
    }
    if (!client_call(c, str_from(operation), buf_str(&body), &reply, &err))
        fail_msg("%s: %s", operation, err.text);
    ddb_reply_fini(&reply);
    buf_fini(&body);
}

static void fill(struct client *c, int items)
{
    ask(c, "CreateTable",
        "{\"TableName\":\"Source\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"
        "\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"
        "\"AttributeName\":\"id\",\"AttributeType\":\"N\"}]}",
        0);
    for (int i = 0; i < items; i++)
        ask(c, "PutItem",
            "{\"TableName\":\"Source\",\"Item\":{\"id\":{\"N\":\"@\"},\"s\":{\"SS\":[\"b\",\"a\"]}}"
            "}",
            i);
}

static int begin(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct err err = ERR_INIT;
    for (int i = 0; i < 2; i++) {
        snprintf(f->folders[i], sizeof f->folders[i], "/tmp/dynascope-copy-XXXXXX");
        if (!mkdtemp(f->folders[i]))
            return 1;
        f->ends[i].backend =
            backend_open(f->folders[i], &(struct backend_options){.no_sync = true}, &err);
        if (!f->ends[i].backend)
            return 1;
    }
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 2; i++) {
        char command[128];
        backend_close(f->ends[i].backend, NULL);
        snprintf(command, sizeof command, "rm -rf '%s'", f->folders[i]);
        if (system(command) != 0)
            return 1;
    }
    free(f);
    return 0;
}

static struct copy copy_of(struct fixture *f, unsigned segments)
{
    return (struct copy){.from = f->ends[0].backend,
        .to = f->ends[1].backend,
        .table = STR("Source"),
        .to_table = STR("Target"),
        .segments = segments};
}

static struct copy_sum sum_of(struct fixture *f, int side, const char *table, unsigned segments)
{
    struct err err = ERR_INIT;
    struct copy reading = {
        .from = f->ends[side].backend, .table = str_from(table), .segments = segments};
    if (!copy_run(&reading, &err))
        fail_msg("%s", err.text);
    struct copy_sum sum = copy_total(reading.at, segments);
    copy_fini(&reading);
    return sum;
}

static void make_target(struct fixture *f)
{
    struct err err = ERR_INIT;
    if (!copy_table_make(&f->ends[0], STR("Source"), &f->ends[1], STR("Target"), &err))
        fail_msg("%s", err.text);
}

static void a_copy_has_the_same_sum_in_any_number_of_segments(void **state)
{
    struct fixture *f = *state;
    struct err err = ERR_INIT;
    fill(&f->ends[0], 200);
    make_target(f);
    struct copy copy = copy_of(f, 7);
    assert_true(copy_run(&copy, &err));
    struct copy_sum sum = copy_total(copy.at, 7), there = sum_of(f, 1, "Target", 3);
    assert_int_equal(sum.items, 200);
    assert_true(copy_sum_equal(&sum, &there));
    copy_fini(&copy);
}

static void any_difference_changes_the_sum(void **state)
{
    struct fixture *f = *state;
    fill(&f->ends[0], 10);
    struct copy_sum before = sum_of(f, 0, "Source", 1), after;
    static const char *const changes[] = {
        "{\"TableName\":\"Source\",\"Item\":{\"id\":{\"N\":\"3\"},\"s\":{\"SS\":[\"b\",\"c\"]}}}",
        "{\"TableName\":\"Source\",\"Item\":{\"id\":{\"N\":\"3\"},\"t\":{\"SS\":[\"b\",\"a\"]}}}",
        "{\"TableName\":\"Source\",\"Item\":{\"id\":{\"N\":\"3\"}}}",
        "{\"TableName\":\"Source\",\"Item\":{\"id\":{\"N\":\"11\"}}}",
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        ask(&f->ends[0], "PutItem", changes[i], 0);
        after = sum_of(f, 0, "Source", 1);
        assert_false(copy_sum_equal(&before, &after));
    }
    ask(&f->ends[0], "DeleteItem", "{\"TableName\":\"Source\",\"Key\":{\"id\":{\"N\":\"11\"}}}", 0);
    ask(&f->ends[0], "PutItem",
        "{\"TableName\":\"Source\",\"Item\":{\"id\":{\"N\":\"3.0\"},\"s\":{\"SS\":[\"a\",\"b\"]}}}",
        0);
    after = sum_of(f, 0, "Source", 1);
    assert_true(copy_sum_equal(&before, &after)); /* other spellings of the same */
}

/* Stops the copy once some pages have been written. */
struct stopping {
    atomic_bool cancel;
    uint64_t after;
};

static void stop_after(void *context, const struct copy_segment *segments, unsigned count)
{
    struct stopping *stopping = context;
    if (copy_total(segments, count).items >= stopping->after)
        atomic_store(&stopping->cancel, true);
}

static void a_stopped_copy_goes_on_where_it_was(void **state)
{
    struct fixture *f = *state;
    fill(&f->ends[0], 300);
    make_target(f);
    struct stopping stopping = {.after = 20};
    struct copy copy = copy_of(f, 3);
    struct err err = ERR_INIT;
    copy.rate = 80; /* seconds, for all of them: it is stopped long before */
    copy.cancel = &stopping.cancel;
    copy.tick = stop_after;
    copy.context = &stopping;
    assert_false(copy_run(&copy, &err));
    assert_int_equal(err.code, ERR_CANCELLED);
    struct copy_sum part = copy_total(copy.at, 3);
    assert_true(part.items >= 20 && part.items < 300);
    atomic_store(&stopping.cancel, false);
    stopping.after = UINT64_MAX;
    copy.rate = 0;
    err = ERR_INIT;
    assert_true(copy_run(&copy, &err));
    struct copy_sum sum = copy_total(copy.at, 3), there = sum_of(f, 1, "Target", 1);
    assert_int_equal(sum.items, 300); /* each counted once */
    assert_true(copy_sum_equal(&sum, &there));
    copy_fini(&copy);
}

static void the_first_error_ends_all_segments(void **state)
{
    struct fixture *f = *state;
    struct err err = ERR_INIT;
    fill(&f->ends[0], 50);
    struct copy copy = copy_of(f, 4); /* no target */
    assert_false(copy_run(&copy, &err));
    assert_string_equal(err.name, "ResourceNotFoundException");
    assert_int_equal(copy_total(copy.at, 4).items, 0);
    copy_fini(&copy);
}

static void a_made_table_has_keys_indexes_and_throughput(void **state)
{
    struct fixture *f = *state;
    struct err err = ERR_INIT;
    struct arena arena = {0};
    struct client_table table;
    ask(&f->ends[0], "CreateTable",
        "{\"TableName\":\"Source\",\"TableClass\":\"STANDARD_INFREQUENT_ACCESS\","
        "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":7,\"WriteCapacityUnits\":3},"
        "\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"OLD_IMAGE\"},"
        "\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"B\"},"
        "{\"AttributeName\":\"s\",\"AttributeType\":\"N\"},"
        "{\"AttributeName\":\"t\",\"AttributeType\":\"S\"}],"
        "\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},"
        "{\"AttributeName\":\"s\",\"KeyType\":\"RANGE\"}],"
        "\"LocalSecondaryIndexes\":[{\"IndexName\":\"Local\",\"KeySchema\":["
        "{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"t\",\"KeyType\":"
        "\"RANGE\"}],\"Projection\":{\"ProjectionType\":\"INCLUDE\",\"NonKeyAttributes\":[\"x\"]}}]"
        ","
        "\"GlobalSecondaryIndexes\":[{\"IndexName\":\"Global\",\"KeySchema\":["
        "{\"AttributeName\":\"t\",\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":"
        "\"ALL\"},"
        "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":2,\"WriteCapacityUnits\":1}}]}",
        0);
    ask(&f->ends[0], "UpdateTimeToLive",
        "{\"TableName\":\"Source\",\"TimeToLiveSpecification\":{\"Enabled\":true,"
        "\"AttributeName\":\"ttl\"}}",
        0);
    make_target(f);
    assert_true(client_describe(&f->ends[1], &arena, STR("Target"), &table, &err));
    assert_int_equal(table.read_units, 7);
    assert_int_equal(table.key_count, 2);
    assert_int_equal(table.keys[0].type, VALUE_B);
    assert_int_equal(table.keys[1].type, VALUE_N);
    assert_int_equal(table.index_count, 2);
    assert_int_equal(table.stream_view.len, 0); /* while items are copied it would have news */
    assert_int_equal(table.ttl_attribute.len, 0);
    for (int i = 0; i < 2; i++) /* twice: one that was interrupted there does it again */
        if (!copy_table_finish(&f->ends[0], STR("Source"), &f->ends[1], STR("Target"), &err))
            fail_msg("%s", err.text);
    assert_true(client_describe(&f->ends[1], &arena, STR("Target"), &table, &err));
    assert_true(str_equal(table.stream_view, STR("OLD_IMAGE")));
    assert_true(str_equal(table.ttl_attribute, STR("ttl")));
    arena_fini(&arena);
}

static void the_end_that_failed_is_named(void **state)
{
    struct fixture *f = *state;
    struct err err = ERR_INIT;
    fill(&f->ends[0], 3);
    struct copy copy = copy_of(f, 2);
    assert_false(copy_run(&copy, &err));
    if (strncmp(err.text, "writing Target: ", 16) != 0)
        fail_msg("%s", err.text);
    copy_fini(&copy);
    make_target(f);
    copy = copy_of(f, 2);
    copy.table = STR("Elsewhere");
    assert_false(copy_run(&copy, &err));
    if (strncmp(err.text, "reading Elsewhere: ", 19) != 0)
        fail_msg("%s", err.text);
    copy_fini(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_copy_has_the_same_sum_in_any_number_of_segments, begin, end),
        cmocka_unit_test_setup_teardown(any_difference_changes_the_sum, begin, end),
        cmocka_unit_test_setup_teardown(a_stopped_copy_goes_on_where_it_was, begin, end),
        cmocka_unit_test_setup_teardown(the_first_error_ends_all_segments, begin, end),
        cmocka_unit_test_setup_teardown(the_end_that_failed_is_named, begin, end),
        cmocka_unit_test_setup_teardown(a_made_table_has_keys_indexes_and_throughput, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
