/* SPDX-License-Identifier: MIT */
/* The kinds of terminals that people have: everywhere it starts, shows tables and items, opens an
 * item, and leaves the terminal as it was. */
#include "tests/pty/bytes.h"
#include "tests/pty/sample.h"

#include "tests/test.h"

#include <termios.h>

static const char *program;

struct kind {
    const char *const env[4];
    bool colours, wide, alternate; /* what is sent there: colours, non-ASCII; a screen of its own */
};

static const struct kind kinds[] = {
    {{"TERM=xterm-256color"}, true, true, true},
    {{"TERM=xterm"}, true, true, true},
    {{"TERM=xterm-color"}, true, true, false},
    {{"TERM=linux"}, true, true, false},
    {{"TERM=screen"}, true, true, true},
    {{"TERM=screen-256color"}, true, true, true},
    {{"TERM=tmux-256color"}, true, true, true},
    {{"TERM=vt100"}, false, true, false},
    {{"TERM=vt100", "LC_ALL=C", "LANG=C"}, false, false, false},
    {{"TERM=xterm-256color", "LC_ALL=C", "LANG=C"}, true, false, true},
    {{"TERM=linux", "LC_ALL=C"}, true, false, false},
    {{"TERM=xterm-256color", "NO_COLOR=1"}, false, true, true},
    {{"TERM=screen", "NO_COLOR=1", "LC_ALL=C"}, false, false, true},
};

/* What the terminal's driver was told, apart from speeds. */
static bool same_modes(const struct termios *a, const struct termios *b)
{
    return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_lflag == b->c_lflag &&
           a->c_cflag == b->c_cflag && memcmp(a->c_cc, b->c_cc, sizeof a->c_cc) == 0;
}

static void walk(struct term *t)
{
    term_expect(t, "O0003");
    term_send(t, "\r");
    term_expect(t, "PENDING");
    term_expect_gone(t, "O0003");
    term_send(t, "q");
    term_expect(t, "O0003");
    term_send(t, "\t");
    term_send(t, "z");
    term_expect(t, "Orders");
    term_send(t, "?");
    term_expect(t, "Help");
    term_send(t, "\033");
    term_expect_gone(t, "Help");
}

static void play_on(const struct kind *kind)
{
    static const char *const orders[] = {"Orders", NULL};
    struct sample s;
    struct term t;
    struct termios before, after;
    struct bytes_count count;
    struct buf what = {0};
    sample_init(&s, program);
    sample_orders(&s, 6);
    sample_open(&s, &t, &(struct sample_start){.arguments = orders, .env = kind->env});
    assert_int_equal(tcgetattr(t.fd, &before), 0);
    walk(&t);
    assert_int_equal(t.alternate, kind->alternate);
    term_send(&t, ":quit\r");
    term_expect_exit(&t, 0);
    assert_false(t.alternate);
    assert_true(t.cursor);
    assert_int_equal(tcgetattr(t.fd, &after), 0);
    assert_true(same_modes(&before, &after));
    if (!bytes_check(buf_str(&t.sent), &count, &what))
        fail_msg("%s %s: %s", kind->env[0], kind->env[1] ? kind->env[1] : "", buf_cstr(&what));
    assert_int_equal(count.colours > 0, kind->colours);
    assert_int_equal(count.wide > 0, kind->wide);
    buf_fini(&what);
    term_close(&t);
    sample_fini(&s);
}

static void every_kind_of_terminal_shows_it_and_is_left_as_it_was(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        print_message("%s %s\n", kinds[i].env[0], kinds[i].env[1] ? kinds[i].env[1] : "");
        play_on(&kinds[i]);
    }
}

/* The first background that a theme paints; SGR 48 with its colour, or STR_NONE. */
static bool opens_with_theme(const char *said, const char *theme)
{
    static const char *const orders[] = {"Orders", NULL};
    const char *const env[] = {said, NULL};
    struct sample s;
    struct term t;
    sample_init(&s, program);
    sample_orders(&s, 6);
    sample_open(&s, &t, &(struct sample_start){.arguments = orders, .env = env, .cols = 120});
    term_expect(&t, "O0003");
    /* 25 is the accent of the light one, and no other has it */
    bool light = str_find(buf_str(&t.sent), STR("38;5;25m")) != SIZE_MAX ||
                 str_find(buf_str(&t.sent), STR("48;5;25m")) != SIZE_MAX;
    term_close(&t);
    sample_fini(&s);
    return light == (strcmp(theme, "light") == 0);
}

static void a_terminal_that_says_that_it_is_light_gets_the_light_theme(void **state)
{
    (void)state;
    assert_true(opens_with_theme("COLORFGBG=0;15", "light"));
    assert_true(opens_with_theme("COLORFGBG=0;default;7", "light"));
    assert_true(opens_with_theme("COLORFGBG=15;0", "default"));
    assert_true(opens_with_theme("COLORFGBG=15;8", "default"));
    assert_true(opens_with_theme("COLORFGBG=nonsense", "default"));
    assert_true(opens_with_theme("COLORFGBG=", "default"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_terminal_shows_it_and_is_left_as_it_was),
        cmocka_unit_test(a_terminal_that_says_that_it_is_light_gets_the_light_theme),
    };
    program = argc > 1 ? argv[1] : "dynascope";
    return cmocka_run_group_tests_name("terminals", tests, NULL, NULL);
}
