/* SPDX-License-Identifier: MIT */
/* Errors as values. */
#include "base/err.h"

#include "base/utf8.h"
#include "tests/test.h"

#include <errno.h>

static void setting_returns_false_and_forgets_what_was_before(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    assert_false(err_invalid(&err, "bad %s", "key"));
    err_place(&err, 3, 2);
    assert_false(err_set(&err, ERR_FILE, "no %d", 7));
    assert_int_equal(err.code, ERR_FILE);
    assert_string_equal(err.name, "");
    assert_string_equal(err.text, "no 7");
    assert_true(err.at == ERR_NOWHERE);
}

static void exceptions_bear_their_name(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    assert_false(err_refuse(&err, "ResourceNotFoundException", "Table: %s", "t"));
    assert_int_equal(err.code, ERR_REFUSED);
    assert_string_equal(err.name, "ResourceNotFoundException");
    err_invalid(&err, "x");
    assert_string_equal(err.name, "ValidationException");
}

static void context_goes_in_front_and_keeps_code_and_place(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    err_errno(&err, ENOSPC, "cannot write %s", "data.mdb");
    assert_false(err_place(&err, 5, 1));
    err_place(&err, 9, 9);
    assert_false(err_context(&err, "store %s", "/tmp/x"));
    assert_string_equal(err.text, "store /tmp/x: cannot write data.mdb: No space left on device");
    assert_int_equal(err.code, ERR_FILE);
    assert_int_equal(err.at, 5);
    assert_int_equal(err.len, 1);
}

static void long_texts_are_cut_between_characters(void **state)
{
    (void)state;
    char text[ERR_TEXT_MAX * 2];
    for (size_t pad = 0; pad < 4; pad++) {
        size_t len = pad;
        memset(text, 'x', pad);
        while (len + 5 < sizeof text) {
            memcpy(text + len, "\xF0\x9F\x90\x98", 5);
            len += 4;
        }
        struct err err = ERR_INIT;
        err_set(&err, ERR_DATA, "%s", text);
        assert_true(strlen(err.text) > ERR_TEXT_MAX - 6);
        assert_true(utf8_valid(str_from(err.text)));
        err_context(&err, "é");
        assert_true(utf8_valid(str_from(err.text)));
        assert_int_equal(strncmp(err.text, "é: ", 4), 0);
    }
}

static void exit_codes_are_those_of_sysexits(void **state)
{
    (void)state;
    assert_int_equal(err_exit_code(ERR_NONE), 0);
    assert_int_equal(err_exit_code(ERR_REFUSED), 1);
    assert_int_equal(err_exit_code(ERR_USAGE), 64);
    assert_int_equal(err_exit_code(ERR_DATA), 65);
    assert_int_equal(err_exit_code(ERR_NO_INPUT), 66);
    assert_int_equal(err_exit_code(ERR_UNREACHABLE), 69);
    assert_int_equal(err_exit_code(ERR_INTERNAL), 70);
    assert_int_equal(err_exit_code(ERR_FILE), 74);
    assert_int_equal(err_exit_code(ERR_BUSY), 75);
    assert_int_equal(err_exit_code(ERR_AUTH), 77);
    assert_int_equal(err_exit_code(ERR_CONFIG), 78);
    assert_int_equal(err_exit_code(ERR_CANCELLED), 130);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_returns_false_and_forgets_what_was_before),
        cmocka_unit_test(exceptions_bear_their_name),
        cmocka_unit_test(context_goes_in_front_and_keeps_code_and_place),
        cmocka_unit_test(long_texts_are_cut_between_characters),
        cmocka_unit_test(exit_codes_are_those_of_sysexits),
    };
    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
