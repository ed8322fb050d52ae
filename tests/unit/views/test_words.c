/* SPDX-License-Identifier: MIT */
/* Figures for people. */
#include "tests/test.h"
#include "views/words.h"

static void expect(struct buf *out, const char *text)
{
    assert_string_equal(buf_cstr(out), text);
    buf_clear(out);
}

static void counts_have_commas_and_short_forms(void **state)
{
    (void)state;
    struct buf out = {0};
    words_count(&out, 0), expect(&out, "0");
    words_count(&out, 999), expect(&out, "999");
    words_count(&out, 1204113), expect(&out, "1,204,113");
    words_count(&out, -1234), expect(&out, "-1,234");
    words_count_short(&out, 9999), expect(&out, "9,999");
    words_count_short(&out, 12345), expect(&out, "12 k");
    words_count_short(&out, 1204113), expect(&out, "1.2 M");
    words_count_short(&out, 9999999), expect(&out, "9.9 M");
    words_count_short(&out, INT64_C(25000000000)), expect(&out, "25 G");
    words_plural(&out, 1, "item"), expect(&out, "1 item");
    words_plural(&out, 2000, "item"), expect(&out, "2,000 items");
    buf_fini(&out);
}

static void sizes_have_units(void **state)
{
    (void)state;
    struct buf out = {0};
    words_bytes(&out, 0), expect(&out, "0 B");
    words_bytes(&out, 1023), expect(&out, "1023 B");
    words_bytes(&out, 1024), expect(&out, "1.0 KB");
    words_bytes(&out, 409600), expect(&out, "400 KB");
    words_bytes(&out, INT64_C(5) << 30), expect(&out, "5.0 GB");
    words_bytes(&out, INT64_MAX), expect(&out, "8388607 TB");
    buf_fini(&out);
}

static void times_are_in_utc(void **state)
{
    (void)state;
    struct buf out = {0};
    words_utc(&out, INT64_C(1732089600000)), expect(&out, "2024-11-20 08:00 UTC");
    buf_fini(&out);
}

static void distances_in_time_use_the_largest_unit(void **state)
{
    (void)state;
    struct buf out = {0};
    const int64_t now = INT64_C(1732089600000);
    words_distance(&out, now, now), expect(&out, "now");
    words_distance(&out, now - 999, now), expect(&out, "now");
    words_distance(&out, now - 59000, now), expect(&out, "59s ago");
    words_distance(&out, now + 61000, now), expect(&out, "in 1min");
    words_distance(&out, now - INT64_C(3) * 86400000, now), expect(&out, "3d ago");
    words_distance(&out, now + INT64_C(800) * 86400000, now), expect(&out, "in 2y");
    buf_fini(&out);
}

static void what_is_waited_for_is_said_with_its_end(void **state)
{
    (void)state;
    struct buf out = {0};
    struct backend_wait wait = {2, 4, 1250, 0, "throttled"};
    words_wait(&out, &wait), expect(&out, "throttled: try 2 of 4 in 1.2 s");
    wait = (struct backend_wait){1, 4, 52100, 7900, "no answer"};
    words_wait(&out, &wait), expect(&out, "no answer for 7 s: try 1 of 4 ends in 53 s");
    wait.left_ms = INT32_MAX; /* no limit */
    words_wait(&out, &wait), expect(&out, "no answer for 7 s: try 1 of 4");
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_have_commas_and_short_forms),
        cmocka_unit_test(sizes_have_units),
        cmocka_unit_test(times_are_in_utc),
        cmocka_unit_test(distances_in_time_use_the_largest_unit),
        cmocka_unit_test(what_is_waited_for_is_said_with_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
