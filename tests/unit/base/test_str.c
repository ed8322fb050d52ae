/* SPDX-License-Identifier: MIT */
/* Borrowed slices. */
#include "base/str.h"
#include "tests/test.h"

static void assert_str(struct str got, const char *want)
{
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.at ? got.at : "", want, got.len);
}

static void slices_without_memory_are_empty_everywhere(void **state)
{
    (void)state;
    uint64_t number;
    assert_true(str_equal(STR_NONE, STR("")));
    assert_true(str_equal(str_from(NULL), STR_NONE));
    assert_int_equal(str_compare(STR_NONE, STR("")), 0);
    assert_true(str_starts(STR_NONE, STR_NONE));
    assert_true(str_ends(STR("a"), STR_NONE));
    assert_int_equal(str_find(STR_NONE, STR("a")), SIZE_MAX);
    assert_int_equal(str_find(STR_NONE, STR_NONE), 0);
    assert_int_equal(str_find_byte(STR_NONE, 'a'), SIZE_MAX);
    assert_int_equal(str_trim(STR_NONE).len, 0);
    assert_int_equal(str_skip(STR_NONE, 3).len, 0);
    assert_false(str_to_u64(STR_NONE, &number));
}

static void order_is_by_unsigned_bytes_and_a_prefix_comes_first(void **state)
{
    (void)state;
    assert_true(str_compare(STR("a"), STR("b")) < 0);
    assert_true(str_compare(STR("a"), STR("ab")) < 0);
    assert_true(str_compare(STR(""), STR("\0")) < 0);
    assert_true(str_compare(STR("\x7f"), STR("\x80")) < 0);
    assert_true(str_compare(STR("\xff"), STR("\x01\x02")) > 0);
    assert_int_equal(str_compare(STR("same"), STR("same")), 0);
}

static void parts_are_cut_within_the_bounds(void **state)
{
    (void)state;
    struct str s = STR("hello");
    assert_str(str_skip(s, 2), "llo");
    assert_str(str_skip(s, 5), "");
    assert_str(str_skip(s, 99), "");
    assert_str(str_take(s, 2), "he");
    assert_str(str_take(s, 99), "hello");
    assert_str(str_trim(STR(" \t\r\n x y \n")), "x y");
    assert_str(str_trim(STR(" \t ")), "");
}

static void prefixes_suffixes_and_words_are_found(void **state)
{
    (void)state;
    assert_true(str_starts(STR("table"), STR("tab")));
    assert_false(str_starts(STR("ta"), STR("tab")));
    assert_false(str_starts(STR("table"), STR("xyz")));
    assert_false(str_ends(STR("table"), STR("xyz")));
    assert_true(str_ends(STR("table"), STR("ble")));
    assert_true(str_ends(STR("table"), STR("table")));
    assert_false(str_ends(STR("le"), STR("ble")));
    assert_true(str_equal_nocase(STR("SeT"), STR("sEt")));
    assert_true(str_equal_nocase(STR("AZaz"), STR("azAZ")));
    assert_false(str_equal_nocase(STR("set"), STR("sett")));
    assert_false(str_equal_nocase(STR("@"), STR("`")));
    assert_int_equal(str_find(STR("aab\0ab"), STR("b\0a")), 2);
    assert_int_equal(str_find(STR("abc"), STR("cd")), SIZE_MAX);
    assert_int_equal(str_find_byte(STR("abc"), 'c'), 2);
}

static void cutting_gives_every_piece_once_and_then_ends(void **state)
{
    (void)state;
    struct str rest = STR("a,,b,"), piece;
    assert_true(str_cut(&rest, ',', &piece));
    assert_str(piece, "a");
    assert_true(str_cut(&rest, ',', &piece));
    assert_str(piece, "");
    assert_true(str_cut(&rest, ',', &piece));
    assert_str(piece, "b");
    assert_true(str_cut(&rest, ',', &piece));
    assert_str(piece, "");
    assert_false(str_cut(&rest, ',', &piece));
    rest = STR("");
    assert_true(str_cut(&rest, ',', &piece));
    assert_false(str_cut(&rest, ',', &piece));
    rest = STR_NONE;
    assert_false(str_cut(&rest, ',', &piece));
}

static void whole_numbers_are_exact_or_refused(void **state)
{
    (void)state;
    uint64_t u;
    int64_t i;
    assert_true(str_to_u64(STR("18446744073709551615"), &u));
    assert_true(u == UINT64_MAX);
    assert_false(str_to_u64(STR("18446744073709551616"), &u));
    assert_false(str_to_u64(STR("99999999999999999999"), &u));
    assert_true(str_to_u64(STR("007"), &u) && u == 7);
    assert_false(str_to_u64(STR("+1"), &u));
    assert_false(str_to_u64(STR("-1"), &u));
    assert_false(str_to_u64(STR("1 "), &u));
    assert_true(str_to_i64(STR("-9223372036854775807"), &i) && i == -INT64_MAX);
    assert_true(str_to_i64(STR("9223372036854775807"), &i) && i == INT64_MAX);
    assert_false(str_to_i64(STR("9223372036854775808"), &i));
    assert_false(str_to_i64(STR("-"), &i));
    assert_false(str_to_i64(STR("--1"), &i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_without_memory_are_empty_everywhere),
        cmocka_unit_test(order_is_by_unsigned_bytes_and_a_prefix_comes_first),
        cmocka_unit_test(parts_are_cut_within_the_bounds),
        cmocka_unit_test(prefixes_suffixes_and_words_are_found),
        cmocka_unit_test(cutting_gives_every_piece_once_and_then_ends),
        cmocka_unit_test(whole_numbers_are_exact_or_refused),
    };
    return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
