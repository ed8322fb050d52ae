/* SPDX-License-Identifier: MIT */
/* The harness itself, tried on the shell. */
#include "tests/pty/term.h"

#include "tests/test.h"

#include <signal.h>

static void open_shell(struct term *t, const char *script)
{
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    term_open(t, &(struct term_options){.argv = argv});
}

static void text_and_exit_codes_arrive(void **state)
{
    (void)state;
    struct term t;
    open_shell(&t, "printf 'caf\\303\\251 \\346\\274\\242\\345\\255\\227.'; exit 7");
    term_expect(&t, "café 漢字.");
    assert_int_equal(term_wait_exit(&t, TERM_DEADLINE_MS), 7);
    char *row = term_row(&t, 0);
    assert_string_equal(row, "café 漢字.");
    free(row);
    term_close(&t);
}

static void a_signal_is_told_from_an_exit(void **state)
{
    (void)state;
    struct term t;
    open_shell(&t, "kill -KILL $$");
    assert_int_equal(term_wait_exit(&t, TERM_DEADLINE_MS), -SIGKILL);
    term_close(&t);
}

static void keys_and_sizes_reach_the_program(void **state)
{
    (void)state;
    struct term t;
    open_shell(&t, "trap 'stty size; echo resized' WINCH; stty size; read a; echo got $a; read b");
    term_expect(&t, "24 80");
    term_send(&t, "hello\r");
    term_expect(&t, "got hello");
    term_resize(&t, 50, 10);
    term_send(&t, "\r");
    term_expect(&t, "10 50");
    term_close(&t);
}

static void modes_are_followed(void **state)
{
    (void)state;
    struct term t;
    open_shell(&t, "printf '\\033[?1049h\\033[?25lin'; read a; printf '\\033[?25h\\033[?1049lout'");
    term_expect(&t, "in");
    assert_true(t.alternate);
    assert_false(t.cursor);
    term_send(&t, "\r");
    term_expect(&t, "out");
    assert_false(t.alternate);
    assert_true(t.cursor);
    term_close(&t);
}

static void the_environment_is_fixed(void **state)
{
    (void)state;
    struct term t;
    const char *argv[] = {"/bin/sh", "-c", "env | sort | tr '\\n' ' '; echo end", NULL};
    const char *env[] = {"TERM=", "HOME=/h", "NEW=1", NULL};
    setenv("LEAKS", "1", 1);
    term_open(&t, &(struct term_options){.argv = argv, .env = env, .cols = 200});
    term_expect(&t, "end");
    assert_true(term_shows(&t, "HOME=/h LC_ALL=C.UTF-8 NEW=1"));
    assert_false(term_shows(&t, "LEAKS"));
    assert_false(term_shows(&t, "TERM="));
    term_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_exit_codes_arrive),
        cmocka_unit_test(a_signal_is_told_from_an_exit),
        cmocka_unit_test(keys_and_sizes_reach_the_program),
        cmocka_unit_test(modes_are_followed),
        cmocka_unit_test(the_environment_is_fixed),
    };
    return cmocka_run_group_tests_name("term", tests, NULL, NULL);
}
