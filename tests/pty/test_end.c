/* SPDX-License-Identifier: MIT */
/* However the explorer ends or pauses, the terminal is left as it was found. */
#include "tests/pty/sample.h"

#include "base/clock.h"
#include "tests/test.h"

#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static const char *program;

/* Cooked, echoing, on the main screen, with a cursor. */
static void assert_terminal_is_restored(struct term *t)
{
    struct termios modes;
    assert_false(t->alternate);
    assert_true(t->cursor);
    assert_int_equal(tcgetattr(t->fd, &modes), 0);
    assert_true(modes.c_lflag & ECHO);
    assert_true(modes.c_lflag & ICANON);
    assert_true(modes.c_lflag & ISIG);
    assert_true(modes.c_iflag & ICRNL);
    assert_true(modes.c_oflag & OPOST);
}

static void open_orders(struct sample *s, struct term *t)
{
    static const char *const arguments[] = {"Orders", NULL};
    /* so that a crash ends the program under the sanitizer as it does without */
    static const char *const env[] = {"ASAN_OPTIONS=handle_segv=0", NULL};
    sample_init(s, program);
    sample_orders(s, 20);
    sample_open(s, t, &(struct sample_start){.arguments = arguments, .env = env});
    term_expect(t, "O0003");
    assert_true(t->alternate);
}

static void close_both(struct sample *s, struct term *t)
{
    term_close(t);
    sample_fini(s);
}

static void quitting_restores_the_terminal(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    open_orders(&s, &t);
    term_send(&t, ":quit\r");
    term_expect_exit(&t, 0);
    assert_terminal_is_restored(&t);
    close_both(&s, &t);
}

static void assert_signal_ends_it(int signal, int code)
{
    struct sample s;
    struct term t;
    open_orders(&s, &t);
    kill(t.pid, signal);
    assert_int_equal(term_wait_exit(&t, 1000), code);
    assert_terminal_is_restored(&t);
    close_both(&s, &t);
}

static void a_request_to_terminate_is_followed_within_a_second(void **state)
{
    (void)state;
    assert_signal_ends_it(SIGTERM, 128 + SIGTERM);
}

static void a_hang_up_signal_is_followed_within_a_second(void **state)
{
    (void)state;
    assert_signal_ends_it(SIGHUP, 128 + SIGHUP);
}

static void a_crash_gives_the_terminal_back_and_stays_a_crash(void **state)
{
    (void)state;
    assert_signal_ends_it(SIGSEGV, -SIGSEGV);
    assert_signal_ends_it(SIGABRT, -SIGABRT);
}

static void a_vanished_terminal_ends_it_within_a_second(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    open_orders(&s, &t);
    int64_t start = clock_tick_ns();
    close(t.fd);
    int status;
    while (waitpid(t.pid, &status, WNOHANG) == 0)
        assert_true(clock_tick_ns() - start < 1000000000);
    assert_true(WIFEXITED(status) || WIFSIGNALED(status));
    t.pid = 0;
    t.fd = dup(STDIN_FILENO); /* for term_close() */
    close_both(&s, &t);
}

static void suspended_it_gives_the_terminal_to_the_shell_and_continues(void **state)
{
    (void)state;
    struct sample s;
    struct term t;
    char script[512];
    sample_init(&s, program);
    sample_orders(&s, 20);
    snprintf(script, sizeof script, "set -m; %s %s Orders; echo paused; read x; fg; echo ended $?",
        program, s.store);
    const char *argv[] = {"/bin/sh", "-c", script, NULL}, *env[] = {s.home, NULL};
    term_open(&t, &(struct term_options){.argv = argv, .env = env});
    term_expect(&t, "O0003");
    term_send(&t, "\032");
    term_expect(&t, "paused");
    assert_terminal_is_restored(&t);
    term_send(&t, "\r");
    term_expect(&t, "O0003");
    assert_true(t.alternate);
    term_send(&t, ":quit\r");
    term_expect(&t, "ended 0");
    close_both(&s, &t);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quitting_restores_the_terminal),
        cmocka_unit_test(a_request_to_terminate_is_followed_within_a_second),
        cmocka_unit_test(a_hang_up_signal_is_followed_within_a_second),
        cmocka_unit_test(a_crash_gives_the_terminal_back_and_stays_a_crash),
        cmocka_unit_test(a_vanished_terminal_ends_it_within_a_second),
        cmocka_unit_test(suspended_it_gives_the_terminal_to_the_shell_and_continues),
    };
    program = argc > 1 ? argv[1] : "dynascope";
    return cmocka_run_group_tests_name("end", tests, NULL, NULL);
}
