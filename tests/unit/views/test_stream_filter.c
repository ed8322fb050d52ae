/* SPDX-License-Identifier: MIT */
/* The language that narrows a stream. */
#include "views/stream/stream_filter.h"

#include "tests/test.h"

static const struct tail_record record = {
    .time_ms = INT64_C(1732100000000), /* 2024-11-20 10:53:20 UTC */
    .event = TAIL_MODIFY,
    .key = STR("C101 · O5001"),
    .change = STR("status  \"PENDING\" → \"SHIPPED\""),
    .paths = STR("amount\nstatus\nitems[0].price\n"),
    .json = STR("{\"eventName\":\"MODIFY\",\"dynamodb\":{\"NewImage\":{\"note\":{\"S\":\"Call "
                "first\"}}}}"),
};

static const int64_t now_ms = INT64_C(1732100600000); /* ten minutes later */

static bool passes(const char *text)
{
    struct stream_filter filter;
    struct err err = ERR_INIT;
    if (!stream_filter_parse(&filter, str_from(text), now_ms, &err))
        fail_msg("%s: %s", text, err.text);
    bool result = stream_filter_matches(&filter, &record, STR("Orders"));
    stream_filter_fini(&filter);
    return result;
}

static void nothing_asked_for_shows_all(void **state)
{
    (void)state;
    assert_true(passes(""));
    assert_true(passes("   "));
}

static void events_are_alternatives(void **state)
{
    (void)state;
    assert_true(passes("modify"));
    assert_true(passes("INSERT Modify"));
    assert_false(passes("insert remove"));
    assert_false(passes("expired"));
    assert_true(passes("!expired"));
}

static void words_must_all_hold(void **state)
{
    (void)state;
    assert_true(passes("call shipped"));
    assert_false(passes("call lost"));
    assert_true(passes("call !lost"));
    assert_false(passes("!call"));
    assert_true(passes("\"call first\""));
    assert_false(passes("\"first call\""));
    assert_true(passes("\"MODIFY\"")); /* as text */
    assert_false(passes("\"!lost\""));
}

static void keys_and_paths_are_asked_for_by_name(void **state)
{
    (void)state;
    assert_true(passes("key:c101"));
    assert_false(passes("key:pending"));
    assert_true(passes("path:status"));
    assert_true(passes("path:items"));
    assert_true(passes("path:items[0].pr"));
    assert_false(passes("path:note"));
    assert_true(passes("!path:note"));
    assert_false(passes("!path:status"));
}

static void tables_are_asked_for_by_a_part_of_their_name(void **state)
{
    (void)state;
    assert_true(passes("table:order"));
    assert_false(passes("table:users"));
    assert_true(passes("!table:users"));
    assert_false(passes("!table:Orders"));
}

static void moments_bound_the_time(void **state)
{
    (void)state;
    assert_true(passes("after:15m"));
    assert_false(passes("after:5m"));
    assert_true(passes("before:5m"));
    assert_true(passes("after:10:53 before:10:54"));
    assert_true(passes("after:10:53:20"));
    assert_false(passes("after:10:53:21"));
    assert_false(passes("before:10:53:20"));
    assert_true(passes("after:2024-11-20"));
}

static void a_pattern_is_lambdas(void **state)
{
    (void)state;
    assert_true(passes("{\"eventName\":[\"MODIFY\"]}"));
    assert_false(passes(" {\"eventName\":[\"INSERT\"]}"));
}

static void what_is_wrong_has_a_place(void **state)
{
    (void)state;
    struct stream_filter filter;
    struct err err = ERR_INIT;
    assert_false(stream_filter_parse(&filter, STR("insert after:noon"), now_ms, &err));
    assert_int_equal(err.at, 7);
    err = ERR_INIT;
    assert_false(stream_filter_parse(&filter, STR("{\"eventName\":\"x\"}"), now_ms, &err));
    assert_int_equal(err.at, 13);
    err = ERR_INIT;
    assert_false(
        stream_filter_parse(&filter, STR("a b c d e f g h i j k l m n o p q"), now_ms, &err));
    assert_int_equal(err.at, 32);
    assert_true(stream_filter_matches(&filter, &record, STR("Orders"))); /* empty now */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_asked_for_shows_all),
        cmocka_unit_test(events_are_alternatives),
        cmocka_unit_test(words_must_all_hold),
        cmocka_unit_test(keys_and_paths_are_asked_for_by_name),
        cmocka_unit_test(tables_are_asked_for_by_a_part_of_their_name),
        cmocka_unit_test(moments_bound_the_time),
        cmocka_unit_test(a_pattern_is_lambdas),
        cmocka_unit_test(what_is_wrong_has_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
