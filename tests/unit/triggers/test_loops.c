/* SPDX-License-Identifier: MIT */
/*
 * Which changes look like a function that feeds itself, and which do not.
 */
#include "backend/triggers/loops.h"

#include "tests/test.h"

/* An item changes every so many milliseconds, and the function runs for a while each time. */
static bool found_after(int times, int64_t every_ms, int64_t runs_ms, int64_t waits_ms)
{
    struct loops loops = {0};
    int64_t now_ms = 1000000;
    for (int i = 0; i < times; i++) {
        loops_see(&loops, 77, now_ms);
        loops_begin(&loops, 77);
        if (runs_ms < every_ms)
            loops_end(&loops, 77, now_ms + runs_ms);
        now_ms += every_ms;
    }
    return loops_found(&loops, now_ms + waits_ms);
}

static void an_item_that_changes_whenever_the_function_ran_is_a_loop(void **state)
{
    (void)state;
    assert_false(found_after(LOOPS_DEPTH, 10, 9, 0));
    assert_true(found_after(LOOPS_DEPTH + 1, 10, 9, 0));
    assert_true(found_after(LOOPS_DEPTH + 1, 10, 20, 0)); /* while it runs */
}

static void changes_that_come_at_their_own_times_are_none(void **state)
{
    (void)state;
    assert_false(found_after(1000, LOOPS_AFTER_MS + 10, 1, 0));
    assert_false(found_after(1000, LOOPS_LINK_MS + 1, LOOPS_LINK_MS, 0));
}

static void other_items_are_no_part_of_it(void **state)
{
    (void)state;
    struct loops loops = {0};
    for (uint64_t i = 0; i < 1000; i++) {
        loops_see(&loops, i * 0x9e3779b97f4a7c15u, 1000000 + (int64_t)i);
        loops_begin(&loops, i * 0x9e3779b97f4a7c15u);
    }
    assert_false(loops_found(&loops, 1001000));
}

static void the_warning_ends_a_minute_after_the_last_time(void **state)
{
    (void)state;
    assert_true(found_after(100, 10, 9, 59000));
    assert_false(found_after(100, 10, 9, 61000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_that_changes_whenever_the_function_ran_is_a_loop),
        cmocka_unit_test(changes_that_come_at_their_own_times_are_none),
        cmocka_unit_test(other_items_are_no_part_of_it),
        cmocka_unit_test(the_warning_ends_a_minute_after_the_last_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
