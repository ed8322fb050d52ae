/* SPDX-License-Identifier: MIT */
/* Texts of stream records: what they say, what an answer says of them, the last ones of many. */
#include "views/triggers/trigger_events.h"

#include "tests/test.h"

#define RECORD(number)                                                                             \
    "{\"dynamodb\":{\"SequenceNumber\":\"" number                                                  \
    "\",\"ApproximateCreationDateTime\":1700000000.5}}"

static void what_a_record_says_is_read_and_what_it_does_not_is_none(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct err err = ERR_INIT;
    const struct json *event = json_parse(&arena, STR(RECORD("42")), &err);
    assert_true(str_equal(trigger_event_sequence(event), STR("42")));
    assert_int_equal(trigger_event_time_ms(event), 1700000000500);
    event = json_parse(&arena,
        STR("{\"dynamodb\":{\"SequenceNumber\":7,\"ApproximateCreationDateTime\":1e400}}"), &err);
    assert_int_equal(trigger_event_sequence(event).len, 0);
    assert_int_equal(trigger_event_time_ms(event), 0);
    assert_int_equal(trigger_event_time_ms(NULL), 0);
    arena_fini(&arena);
}

static void records_before_the_first_failure_are_good(void **state)
{
    (void)state;
    static const struct str event =
        STR("{\"Records\":[" RECORD("1") "," RECORD("2") "," RECORD("3") "]}");
    static const struct str answer = STR("{\"batchItemFailures\":[{\"itemIdentifier\":\"2\"}]}");
    size_t count;
    assert_int_equal(trigger_events_good(event, answer, true, &count), 1);
    assert_int_equal(count, 3);
    assert_int_equal(trigger_events_good(event, answer, false, &count), 3);
    assert_int_equal(trigger_events_good(event, STR("null"), true, &count), 3);
    assert_int_equal(trigger_events_good(STR("7"), STR("null"), true, &count), 0);
    assert_int_equal(count, 0);
}

static void a_ring_keeps_the_last_ones_and_no_more_bytes_than_it_may(void **state)
{
    (void)state;
    struct trigger_ring ring = {.room = 2};
    assert_int_equal(trigger_ring_count(&ring), 0);
    assert_true(trigger_ring_put(&ring, STR("one"), 10));
    assert_true(trigger_ring_put(&ring, STR("two"), 10));
    assert_true(trigger_ring_put(&ring, STR("three"), 10));
    assert_int_equal(trigger_ring_count(&ring), 2);
    assert_true(str_equal(trigger_ring_at(&ring, 0), STR("two")));
    assert_true(str_equal(trigger_ring_at(&ring, 1), STR("three")));
    assert_false(trigger_ring_put(&ring, STR("sixsix"), 10));
    assert_true(str_equal(trigger_ring_at(&ring, 1), STR("three")));
    trigger_ring_fini(&ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_record_says_is_read_and_what_it_does_not_is_none),
        cmocka_unit_test(records_before_the_first_failure_are_good),
        cmocka_unit_test(a_ring_keeps_the_last_ones_and_no_more_bytes_than_it_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
