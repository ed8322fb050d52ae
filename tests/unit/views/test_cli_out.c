/* SPDX-License-Identifier: MIT */
/* What may reach a terminal, and errors with the place underlined. */
#include "backend/json.h"
#include "base/utf8.h"
#include "tests/test.h"
#include "views/cli/report.h"

#include <locale.h>
#include <signal.h>
#include <unistd.h>

static void assert_safe(struct str text, bool ascii, const char *expected)
{
    struct buf out = {0};
    cli_out_add_safe(&out, text, ascii);
    assert_string_equal(buf_cstr(&out), expected);
    buf_fini(&out);
}

static void text_passes_and_what_steers_does_not(void **state)
{
    (void)state;
    assert_safe(STR("plain, héllo 日本 👍"), false, "plain, héllo 日本 👍");
    assert_safe(STR("\x1b[31m\x07\n\t"), false, "\\u001b[31m\\u0007\\u000a\\u0009");
    assert_safe(STR("\x7f\xc2\x9b"), false, "\\u007f\\u009b");
    assert_safe(
        STR("\u202e\u200b\ufeff\u2066\u00ad"), false, "\\u202e\\u200b\\ufeff\\u2066\\u00ad");
    assert_safe(STR("\U000e0041"), false, "\\udb40\\udc41");
    assert_safe(STR("\0"), false, "\\u0000");
}

static void invalid_bytes_are_marked_one_by_one(void **state)
{
    (void)state;
    assert_safe(STR("a\xff\xc3"), false, "a\\ufffd\\ufffd");
    assert_safe(STR("\xed\xa0\x80"), false, "\\ufffd\\ufffd\\ufffd");
}

static void a_terminal_without_utf8_gets_ascii(void **state)
{
    (void)state;
    assert_safe(STR("é日👍~"), true, "\\u00e9\\u65e5\\ud83d\\udc4d~");
}

static void what_is_made_safe_stays_the_same_json(void **state)
{
    (void)state;
    for (uint32_t point = 1; point < 0x110000; point += point < 0x3000 ? 1 : 251) {
        struct buf json = {0}, safe = {0};
        struct arena arena = {0};
        struct err err = ERR_INIT;
        char text[4];
        if (point >= 0xD800 && point < 0xE000)
            continue;
        struct str original = {text, utf8_encode(text, point)};
        json_put_string(&json, original);
        cli_out_add_safe(&safe, buf_str(&json), point % 2);
        const struct json *read = json_parse(&arena, buf_str(&safe), &err);
        assert_non_null(read);
        assert_true(str_equal(read->text, original));
        for (size_t i = 0; i < safe.len; i++)
            assert_true((unsigned char)safe.at[i] >= 0x20 && safe.at[i] != 0x7F);
        buf_fini(&json);
        buf_fini(&safe);
        arena_fini(&arena);
    }
}

static void a_line_ends_once_and_a_closed_reader_is_no_error(void **state)
{
    (void)state;
    int ends[2];
    char got[32] = "";
    struct cli_out out;
    struct err err = ERR_INIT;
    assert_int_equal(pipe(ends), 0);
    cli_out_init(&out, ends[1]);
    cli_out_line(&out, STR("one"));
    cli_out_line(&out, STR("two\n"));
    assert_true(cli_out_flush(&out, &err));
    assert_int_equal(read(ends[0], got, sizeof got - 1), 8);
    assert_string_equal(got, "one\ntwo\n");
    close(ends[0]);
    cli_out_line(&out, STR("three"));
    assert_false(cli_out_flush(&out, &err));
    assert_int_equal(err.code, ERR_NONE);
    assert_true(out.closed);
    cli_out_fini(&out);
    close(ends[1]);
}

static void a_write_that_fails_is_an_error(void **state)
{
    (void)state;
    struct cli_out out;
    struct err err = ERR_INIT;
    cli_out_init(&out, -1);
    cli_out_line(&out, STR("x"));
    assert_false(cli_out_flush(&out, &err));
    assert_int_equal(err.code, ERR_FILE);
    cli_out_fini(&out);
}

/* ---- errors ---- */

static void assert_report(
    const struct err *err, const struct cli_text *texts, size_t count, const char *expected)
{
    struct buf out = {0};
    cli_report_format(&out, err, texts, count, false);
    assert_string_equal(buf_cstr(&out), expected);
    buf_fini(&out);
}

static void an_error_is_one_safe_line(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    err_set(&err, ERR_FILE, "no room\n\x1b[2J");
    assert_report(&err, NULL, 0, "dynascope: no room\\u000a\\u001b[2J\n");
    err_refuse(&err, "ResourceInUseException", "Table already exists: %s", "T");
    assert_report(&err, NULL, 0, "dynascope: ResourceInUseException: Table already exists: T\n");
    err_refuse(&err, "Bare", "%s", "");
    assert_report(&err, NULL, 0, "dynascope: Bare\n");
}

static void the_place_is_underlined_in_the_text_that_is_meant(void **state)
{
    (void)state;
    struct cli_text texts[] = {
        {"KeyConditionExpression", STR("k = :k")}, {"FilterExpression", STR("日本 = = :b")}};
    struct err err = ERR_INIT;
    err_invalid(&err, "Invalid FilterExpression: Syntax error");
    err_place(&err, 9, 3);
    assert_report(&err, texts, 2,
        "dynascope: ValidationException: Invalid FilterExpression: Syntax error\n"
        "  日本 = = :b\n"
        "         ^~~\n");
    /* nobody knows which text is meant */
    err_invalid(&err, "Syntax error");
    err_place(&err, 0, 1);
    assert_report(&err, texts, 2, "dynascope: ValidationException: Syntax error\n");
    /* what is wrong with an expression names it: this place is in a value beside it */
    assert_report(&err, texts, 1, "dynascope: ValidationException: Syntax error\n");
    struct cli_text json = {"the item", STR("{,}")};
    assert_report(&err, &json, 1, "dynascope: ValidationException: Syntax error\n  {,}\n  ^\n");
}

static void places_outside_and_inside_of_characters_do_no_harm(void **state)
{
    (void)state;
    struct cli_text text = {"x", STR("añb")};
    for (size_t at = 0; at < 8; at++)
        for (size_t len = 0; len < 8; len++) {
            struct buf out = {0};
            struct err err = ERR_INIT;
            err_set(&err, ERR_DATA, "x");
            err_place(&err, at, len ? len : SIZE_MAX);
            cli_report_format(&out, &err, &text, 1, false);
            assert_true(utf8_valid(buf_str(&out)));
            buf_fini(&out);
        }
}

static void a_long_text_is_shown_in_part(void **state)
{
    (void)state;
    struct buf text = {0}, out = {0};
    struct err err = ERR_INIT;
    for (int i = 0; i < 1000; i++)
        buf_printf(&text, "%04d ", i);
    struct cli_text one = {"x", buf_str(&text)};
    err_set(&err, ERR_DATA, "x");
    err_place(&err, 2500, 4);
    cli_report_format(&out, &err, &one, 1, false);
    assert_true(out.len < 300);
    assert_non_null(strstr(buf_cstr(&out), "0500"));
    assert_non_null(strstr(buf_cstr(&out), "^~~~\n"));
    buf_fini(&text);
    buf_fini(&out);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_passes_and_what_steers_does_not),
        cmocka_unit_test(invalid_bytes_are_marked_one_by_one),
        cmocka_unit_test(a_terminal_without_utf8_gets_ascii),
        cmocka_unit_test(what_is_made_safe_stays_the_same_json),
        cmocka_unit_test(a_line_ends_once_and_a_closed_reader_is_no_error),
        cmocka_unit_test(a_write_that_fails_is_an_error),
        cmocka_unit_test(an_error_is_one_safe_line),
        cmocka_unit_test(the_place_is_underlined_in_the_text_that_is_meant),
        cmocka_unit_test(places_outside_and_inside_of_characters_do_no_harm),
        cmocka_unit_test(a_long_text_is_shown_in_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
