/* SPDX-License-Identifier: MIT */
/* Bytes to read. */
#include "tests/test.h"
#include "views/item/hexdump.h"

static void a_line_has_offset_bytes_and_characters(void **state)
{
    (void)state;
    struct buf out = {0};
    hexdump_add(&out, STR("hello\n\x00\xff|~ 0123456"), 16);
    assert_string_equal(buf_cstr(&out),
        "00000000  68 65 6c 6c 6f 0a 00 ff 7c 7e 20 30 31 32 33 34  |hello...|~ 01234|\n"
        "00000010  35 36                                            |56|\n");
    buf_clear(&out);
    hexdump_add(&out, STR("\x1b[0m\xc3\xa4"), 4);
    assert_string_equal(buf_cstr(&out), "00000000  1b 5b 30 6d  |.[0m|\n"
                                        "00000004  c3 a4        |..|\n");
    buf_clear(&out);
    hexdump_add(&out, STR_NONE, 16);
    assert_int_equal(out.len, 0);
    hexdump_add(&out, STR("abcdefghij"), 7); /* what is no width is the narrowest */
    assert_int_equal(str_find(buf_str(&out), STR("00000004")), 30);
    buf_fini(&out);
}

static void a_line_fits_its_columns(void **state)
{
    (void)state;
    for (int cols = 0; cols < 200; cols++) {
        struct buf out = {0};
        int a_line = hexdump_fit(cols);
        hexdump_add(&out, STR("0123456789abcdef"), a_line);
        int width = (int)str_find_byte(buf_str(&out), '\n');
        assert_true(width <= cols || a_line == 4);
        assert_true(a_line == 16 || cols < 77);
        buf_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_offset_bytes_and_characters),
        cmocka_unit_test(a_line_fits_its_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
