/* SPDX-License-Identifier: MIT */
/*
 * What functions answer, and what that says of their batch.
 */
#include "backend/triggers/batch_result.h"

#include "tests/test.h"

static const struct delivery_record records[] = {
    {.sequence = {"9", 1}},
    {.sequence = {"10", 2}},
    {.sequence = {"100000000000000000000000000000000000011", 39}},
    {.sequence = {"100000000000000000000000000000000000012", 39}},
};
enum { COUNT = sizeof records / sizeof *records };

static size_t good_of(const char *answer, bool report)
{
    struct arena arena = {0};
    struct batch_result result;
    batch_result_read(&arena, str_from(answer), report, records, COUNT, &result);
    arena_fini(&arena);
    return result.good;
}

static void what_says_nothing_of_failures_is_a_success(void **state)
{
    (void)state;
    static const char *const answers[] = {"", " \n", "null", "{}", "[]", "\"\"",
        "{\"batchItemFailures\":[]}", "{\"batchItemFailures\":null}", "{\"statusCode\":200}"};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (good_of(answers[i], true) != COUNT)
            fail_msg("%s", answers[i]);
}

static void what_cannot_be_understood_is_a_failure_of_all(void **state)
{
    (void)state;
    static const char *const answers[] = {"{", "no JSON", "7", "true", "\"done\"", "[1]",
        "{\"batchItemFailures\":7}", "{\"batchItemFailures\":\"\"}", "{\"batchItemFailures\":{}}",
        "{\"batchItemFailures\":[null]}", "{\"batchItemFailures\":[\"10\"]}",
        "{\"batchItemFailures\":[{}]}", "{\"batchItemFailures\":[{\"itemIdentifier\":\"\"}]}",
        "{\"batchItemFailures\":[{\"itemIdentifier\":null}]}",
        "{\"batchItemFailures\":[{\"itemIdentifier\":10}]}",
        "{\"batchItemFailures\":[{\"ItemIdentifier\":\"10\"}]}",
        "{\"batchItemFailures\":[{\"itemIdentifier\":\"11\"}]}",
        "{\"batchItemFailures\":[{\"itemIdentifier\":\" 10\"}]}",
        "{\"batchItemFailures\":[{\"itemIdentifier\":\"010\"}]}",
        "{\"batchItemFailures\":[{\"itemIdentifier\":\"10\"},{\"itemIdentifier\":\"x\"}]}"};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        if (good_of(answers[i], true) != 0)
            fail_msg("%s", answers[i]);
        if (good_of(answers[i], false) != COUNT)
            fail_msg("%s, where it was not asked for", answers[i]);
    }
}

static void the_lowest_number_counts_as_a_number(void **state)
{
    (void)state;
    assert_int_equal(good_of("{\"batchItemFailures\":[{\"itemIdentifier\":\"10\"}]}", true), 1);
    assert_int_equal(good_of("{\"batchItemFailures\":[{\"itemIdentifier\":"
                             "\"100000000000000000000000000000000000012\"},"
                             "{\"itemIdentifier\":\"100000000000000000000000000000000000011\"}]}",
                         true),
        2);
    assert_int_equal(good_of("{\"batchItemFailures\":[{\"itemIdentifier\":\"10\"},"
                             "{\"itemIdentifier\":\"100000000000000000000000000000000000012\"}]}",
                         true),
        1);
    assert_int_equal(good_of("{\"batchItemFailures\":[{\"itemIdentifier\":\"10\"},"
                             "{\"itemIdentifier\":\"9\"}]}",
                         true),
        0);
}

static void a_state_is_an_object_as_it_was_written(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct batch_result result;
    batch_result_read(&arena, STR("  {\"state\": {\"n\" : 1.50}, \"batchItemFailures\":[]}"), true,
        records, COUNT, &result);
    assert_true(str_equal(result.state, STR("{\"n\" : 1.50}")));
    assert_int_equal(result.good, COUNT);
    batch_result_read(&arena, STR("{\"state\":[1]}"), false, records, COUNT, &result);
    assert_int_equal(result.state.len, 0);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_says_nothing_of_failures_is_a_success),
        cmocka_unit_test(what_cannot_be_understood_is_a_failure_of_all),
        cmocka_unit_test(the_lowest_number_counts_as_a_number),
        cmocka_unit_test(a_state_is_an_object_as_it_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
