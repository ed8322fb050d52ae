/* SPDX-License-Identifier: MIT */
/* Strict UTF-8. */
#include "base/utf8.h"
#include "tests/test.h"

static void every_code_point_comes_back_as_it_went_in(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x10FFFF; point++) {
        char bytes[4];
        size_t len = utf8_encode(bytes, point);
        struct str rest = {bytes, len};
        uint32_t back;
        bool surrogate = point >= 0xD800 && point <= 0xDFFF;
        if (utf8_next(&rest, &back) != !surrogate)
            fail_msg("U+%04X", (unsigned)point);
        if (!surrogate && (back != point || rest.len != 0))
            fail_msg("U+%04X came back as U+%04X", (unsigned)point, (unsigned)back);
    }
}

static void malformed_bytes_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2",
        "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF", "\xE2\x82",
        "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE",
        "\xFF", "\xC3(", "12345678\x80", "\xE2\x82\xAC\xE2\x28\xA1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (utf8_valid(str_from(bad[i])))
            fail_msg("case %zu was taken for valid", i);
    assert_true(utf8_valid(STR("plain, \xC3\xA9, \xE2\x82\xAC, \xF0\x9F\x90\x98, \0")));
    assert_true(utf8_valid(STR_NONE));
}

static void after_a_bad_byte_reading_goes_on_with_the_next(void **state)
{
    (void)state;
    struct str rest = STR("\xE2\x82x");
    uint32_t point;
    assert_false(utf8_next(&rest, &point));
    assert_int_equal(point, 0xE2);
    assert_false(utf8_next(&rest, &point));
    assert_int_equal(point, 0x82);
    assert_true(utf8_next(&rest, &point));
    assert_int_equal(point, 'x');
    assert_int_equal(rest.len, 0);
}

static void lengths_and_steps_back_count_characters(void **state)
{
    (void)state;
    struct str s = STR("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x90\x98");
    assert_int_equal(utf8_length(s), 4);
    assert_int_equal(utf8_before(s, s.len), 6);
    assert_int_equal(utf8_before(s, 6), 3);
    assert_int_equal(utf8_before(s, 3), 1);
    assert_int_equal(utf8_before(s, 1), 0);
    assert_int_equal(utf8_before(s, 0), 0);
    struct buf b = {0};
    utf8_add(&b, 0x20AC);
    assert_string_equal(buf_cstr(&b), "\xE2\x82\xAC");
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_comes_back_as_it_went_in),
        cmocka_unit_test(malformed_bytes_are_refused),
        cmocka_unit_test(after_a_bad_byte_reading_goes_on_with_the_next),
        cmocka_unit_test(lengths_and_steps_back_count_characters),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
