/* SPDX-License-Identifier: MIT */
/* Arithmetic of a pace, on a clock of the test's own. */
#include "backend/pace.h"
#include "tests/test.h"

enum { MS = 1000000 };

/* Takers come one after the other as soon as they may, for so many seconds; how much they took. */
static int64_t take_for(int64_t rate, int takers, int64_t used_of_100, int64_t seconds)
{
    struct pace pace = {.rate = rate};
    int64_t now = 7 * (int64_t)1000 * MS, end = now + seconds * 1000 * MS, taken = 0;
    while (now < end) {
        for (int i = 0; i < takers && !pace_wait(&pace, now); i++) {
            int64_t page = pace_page(&pace, 0), used = page * used_of_100 / 100;
            pace_take(&pace, page, now);
            pace_give_back(&pace, page - used);
            taken += used;
        }
        now += MS;
    }
    return taken;
}

static void no_number_of_takers_goes_beyond_the_rate(void **state)
{
    (void)state;
    static const int64_t rates[] = {1, 3, 50, 1000, 7777};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct pace pace = {.rate = rates[i]};
        int64_t page = pace_page(&pace, 0);
        for (int takers = 1; takers <= 64; takers *= 4) {
            int64_t taken = take_for(rates[i], takers, 100, 10);
            assert_true(taken <= rates[i] * 10 + page);
            assert_true(taken >= rates[i] * 10 * 95 / 100 - page);
        }
    }
}

static void what_was_given_back_is_taken_by_others(void **state)
{
    (void)state;
    int64_t taken = take_for(1000, 4, 20, 10);
    assert_true(taken <= 10000 + 250 && taken >= 9500);
}

static void what_was_not_taken_in_time_is_not_saved_up(void **state)
{
    (void)state;
    struct pace pace = {.rate = 100};
    pace_take(&pace, 25, 0);
    assert_int_equal(pace_wait(&pace, 0), 250 * MS);
    assert_int_equal(pace_wait(&pace, 250 * MS), 0);
    pace_take(&pace, 25, (int64_t)60000 * MS);
    assert_int_equal(pace_wait(&pace, (int64_t)60000 * MS), 250 * MS);
}

static void pages_are_a_quarter_of_a_second_or_what_was_asked_for(void **state)
{
    (void)state;
    struct pace none = {0}, slow = {.rate = 2}, fast = {.rate = INT64_MAX};
    assert_int_equal(pace_page(&none, 0), 0);
    assert_int_equal(pace_page(&none, 10), 10);
    assert_int_equal(pace_page(&slow, 0), 1);
    assert_int_equal(pace_page(&slow, 10), 1);
    assert_int_equal(pace_page(&fast, 10), 10);
    assert_true(pace_page(&fast, 0) <= INT32_MAX);
    pace_take(&none, 1000, 5);
    assert_int_equal(pace_wait(&none, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_number_of_takers_goes_beyond_the_rate),
        cmocka_unit_test(what_was_given_back_is_taken_by_others),
        cmocka_unit_test(what_was_not_taken_in_time_is_not_saved_up),
        cmocka_unit_test(pages_are_a_quarter_of_a_second_or_what_was_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
