/* SPDX-License-Identifier: MIT */
/* The progress line. */
#include "tests/test.h"
#include "views/cli/progress.h"

static void numbers_have_groups(void **state)
{
    (void)state;
    char out[PROGRESS_NUMBER_MAX];
    assert_string_equal(progress_number(out, 0), "0");
    assert_string_equal(progress_number(out, 999), "999");
    assert_string_equal(progress_number(out, 1000), "1,000");
    assert_string_equal(progress_number(out, 1234567), "1,234,567");
    assert_string_equal(progress_number(out, UINT64_MAX), "18,446,744,073,709,551,615");
}

static void the_line_says_part_rate_and_what_is_left(void **state)
{
    (void)state;
    char line[200];
    struct progress p = {.what = "import T", .total = 1000};
    progress_format(line, sizeof line, &p, 250, 5000, 10, 80);
    assert_string_equal(
        line, "import T  [#####...............]  25%  5,000 items  500/s  0:30 left");
    progress_format(line, sizeof line, &p, 1000, 20000, 40, 80);
    assert_non_null(strstr(line, "100%"));
    progress_format(line, sizeof line, &p, 5000, 1, 0, 80);
    assert_non_null(strstr(line, "100%"));
    p.total = 10000000;
    progress_format(line, sizeof line, &p, 100000, 5000, 100, 80);
    assert_non_null(strstr(line, "2:45:00 left"));
}

static void without_a_total_there_is_no_bar(void **state)
{
    (void)state;
    char line[200];
    struct progress p = {.what = "import T"};
    progress_format(line, sizeof line, &p, 250, 5000, 10, 80);
    assert_string_equal(line, "import T  5,000 items  500/s");
}

static void the_line_never_wraps(void **state)
{
    (void)state;
    char line[200];
    struct progress p = {
        .what = "a long table name of some sixty characters, for what it is worth", .total = 1000};
    for (unsigned width = 2; width < 120; width++) {
        progress_format(line, sizeof line, &p, 500, UINT64_MAX, 1, width);
        assert_true(strlen(line) < width);
    }
}

static void nothing_is_shown_where_nobody_looks(void **state)
{
    (void)state;
    struct progress p;
    progress_init(&p, "x", 10, true);
    assert_false(p.shown);
    progress_show(&p, 5, 5);
    progress_wipe(&p);
    assert_int_equal(p.drawn_ns, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_groups),
        cmocka_unit_test(the_line_says_part_rate_and_what_is_left),
        cmocka_unit_test(without_a_total_there_is_no_bar),
        cmocka_unit_test(the_line_never_wraps),
        cmocka_unit_test(nothing_is_shown_where_nobody_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
