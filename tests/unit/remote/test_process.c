/* SPDX-License-Identifier: MIT */
/* Programs that print credentials, and programs that do anything else. */
#include "backend/remote/process.h"
#include "base/clock.h"
#include "tests/test.h"

static void check_split(const char *command, const char *joined)
{
    char text[256], got[256] = "";
    char *words[PROCESS_WORDS_MAX + 1];
    struct err err = ERR_INIT;
    snprintf(text, sizeof text, "%s", command);
    if (!process_split(text, words, &err))
        fail_msg("%s: %s", command, err.text);
    for (int i = 0; words[i]; i++) {
        strcat(got, i ? "|" : "");
        strcat(got, words[i]);
    }
    assert_string_equal(got, joined);
}

static void commands_are_split_as_a_shell_would(void **state)
{
    (void)state;
    check_split("a", "a");
    check_split("  a  b\tc ", "a|b|c");
    check_split("a 'b c' \"d e\"", "a|b c|d e");
    check_split("a b\\ c \"x\\\"y\" '\\'", "a|b c|x\"y|\\");
    check_split("a '' b", "a||b");
    check_split("/p/x --y='$HOME `id` ;|&'", "/p/x|--y=$HOME `id` ;|&");
}

static void commands_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "   ", "a 'b", "a \"b"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[64];
        char *words[PROCESS_WORDS_MAX + 1];
        struct err err = ERR_INIT;
        snprintf(text, sizeof text, "%s", bad[i]);
        assert_false(process_split(text, words, &err));
        assert_int_equal(err.code, ERR_CONFIG);
    }
}

static bool capture(
    const char *script, const struct process_limits *limits, struct secret *out, struct err *err)
{
    const char *words[] = {"sh", "-c", script, NULL};
    *err = ERR_INIT;
    return process_capture(words, limits, out, err);
}

static const struct process_limits patient = {.most_ms = 20000};

static void what_is_printed_is_taken(void **state)
{
    (void)state;
    struct secret out = {0};
    struct err err;
    assert_true(capture("printf hello; echo noise >&2", &patient, &out, &err));
    assert_string_equal(out.at, "hello");
    secret_fini(&out);
}

static void a_failure_says_what_the_program_said(void **state)
{
    (void)state;
    struct secret out = {0};
    struct err err;
    assert_false(capture("echo the token has expired >&2; exit 3", &patient, &out, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    assert_non_null(strstr(err.text, "exit code 3: the token has expired"));
    assert_false(capture("kill -9 $$", &patient, &out, &err));
    assert_non_null(strstr(err.text, "signal 9"));
    const char *absent[] = {"/nonexistent/program", NULL};
    assert_false(process_capture(absent, &patient, &out, &err));
    assert_non_null(strstr(err.text, "/nonexistent/program"));
    secret_fini(&out);
}

static void too_much_or_too_long_ends_it(void **state)
{
    (void)state;
    struct secret out = {0};
    struct err err;
    assert_false(capture(
        "while :; do echo 0123456789012345678901234567890123456789; done", &patient, &out, &err));
    assert_non_null(strstr(err.text, "too much"));
    secret_fini(&out);
    struct process_limits hasty = {.most_ms = 50};
    assert_false(capture("sleep 600", &hasty, &out, &err));
    assert_non_null(strstr(err.text, "too long"));
    assert_false(capture("exec >&- 2>&-; sleep 600", &hasty, &out, &err));
    assert_non_null(strstr(err.text, "too long"));
    atomic_bool cancel = true;
    struct process_limits cancelled = {.cancel = &cancel};
    assert_false(capture("sleep 600", &cancelled, &out, &err));
    assert_int_equal(err.code, ERR_CANCELLED);
    struct process_limits late = {.deadline_ns = clock_tick_ns() - 1};
    assert_false(capture("sleep 600", &late, &out, &err));
    assert_int_equal(err.code, ERR_CANCELLED);
    secret_fini(&out);
}

static void what_it_leaves_running_is_not_waited_for(void **state)
{
    (void)state;
    struct secret out = {0};
    struct err err;
    assert_true(capture("sleep 30 & printf x", &patient, &out, &err));
    assert_string_equal(out.at, "x");
    secret_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_are_split_as_a_shell_would),
        cmocka_unit_test(commands_that_are_none_are_refused),
        cmocka_unit_test(what_is_printed_is_taken),
        cmocka_unit_test(a_failure_says_what_the_program_said),
        cmocka_unit_test(too_much_or_too_long_ends_it),
        cmocka_unit_test(what_it_leaves_running_is_not_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
