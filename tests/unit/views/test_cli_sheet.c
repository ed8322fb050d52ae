/* SPDX-License-Identifier: MIT */
/* Columns that give way until a row fits a line. */
#include "tests/test.h"
#include "views/cli/sheet.h"

static size_t all(const size_t *widths, size_t count)
{
    size_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += widths[i] + (i ? 2 : 0);
    return sum;
}

static void what_fits_stays_as_it_is(void **state)
{
    (void)state;
    size_t widths[] = {10, 20, 5};
    sheet_fit(widths, 3, 39);
    assert_int_equal(widths[0], 10);
    assert_int_equal(widths[1], 20);
    assert_int_equal(widths[2], 5);
}

static void the_widest_gives_way_first(void **state)
{
    (void)state;
    size_t widths[] = {10, 40, 5};
    sheet_fit(widths, 3, 49);
    assert_int_equal(widths[0], 10);
    assert_int_equal(widths[1], 30);
    assert_int_equal(widths[2], 5);
    sheet_fit(widths, 3, 25);
    assert_int_equal(all(widths, 3), 25);
    assert_int_equal(widths[2], 5);
}

static void columns_stay_wide_enough_to_be_read(void **state)
{
    (void)state;
    size_t widths[] = {10, 40, 3};
    sheet_fit(widths, 3, 1);
    assert_int_equal(widths[0], 6);
    assert_int_equal(widths[1], 6);
    assert_int_equal(widths[2], 3);
    sheet_fit(widths, 0, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_stays_as_it_is),
        cmocka_unit_test(the_widest_gives_way_first),
        cmocka_unit_test(columns_stay_wide_enough_to_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
