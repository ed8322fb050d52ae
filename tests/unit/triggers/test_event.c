/* SPDX-License-Identifier: MIT */
/*
 * Events as functions get them.
 */
#include "backend/triggers/event.h"

#include "tests/test.h"

static const struct delivery_record records[] = {
    {.event = {"{\"a\":1}", 7}}, {.event = {"{\"b\":2}", 7}}};

static void assert_event(const struct delivery_order *order, const char *expected)
{
    struct buf out = {0};
    event_put(&out, order, STR("shardId-1"), STR("arn:x"));
    assert_string_equal(buf_cstr(&out), expected);
    buf_fini(&out);
}

static void records_stand_in_a_list(void **state)
{
    (void)state;
    assert_event(&(struct delivery_order){.records = records, .count = 2},
        "{\"Records\":[{\"a\":1},{\"b\":2}]}");
    assert_event(&(struct delivery_order){0}, "{\"Records\":[]}");
}

static const struct delivery_order windowed = {.windowed = true,
    .final = true,
    .window_start_ms = 1596128400000,
    .window_end_ms = 1596128700000,
    .state = {"{\"1\":2}", 7}};

static void a_window_says_when_it_is_and_what_it_knows(void **state)
{
    (void)state;
    assert_event(&windowed,
        "{\"Records\":[],\"window\":{\"start\":\"2020-07-30T17:00:00Z\","
        "\"end\":\"2020-07-30T17:05:00Z\"},\"state\":{\"1\":2},\"shardId\":\"shardId-1\","
        "\"eventSourceARN\":\"arn:x\",\"isFinalInvokeForWindow\":true,"
        "\"isWindowTerminatedEarly\":false}");
}

static void the_envelope_is_all_but_records_commas_and_state(void **state)
{
    (void)state;
    struct buf out = {0};
    struct delivery_order order = windowed;
    order.final = false;
    order.records = records;
    order.count = 2;
    event_put(&out, &order, STR("shardId-1"), STR("arn:x"));
    assert_int_equal(event_envelope(true, STR("shardId-1"), STR("arn:x")), out.len - 7 - 1 - 7 - 7);
    assert_int_equal(event_envelope(false, STR_NONE, STR_NONE), sizeof "{\"Records\":[]}" - 1);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_stand_in_a_list),
        cmocka_unit_test(a_window_says_when_it_is_and_what_it_knows),
        cmocka_unit_test(the_envelope_is_all_but_records_commas_and_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
