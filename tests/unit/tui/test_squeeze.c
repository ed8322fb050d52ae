/* SPDX-License-Identifier: MIT */
/* Shorter output that means the same. */
#include "base/buf.h"
#include "tui/squeeze.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_squeezed(const char *before, const char *after)
{
    struct buf out = {0};
    squeeze_output(str_from(before), 24, &out);
    assert_string_equal(buf_cstr(&out), after);
    buf_fini(&out);
}

static void looks_in_a_row_become_one(void **state)
{
    (void)state;
    assert_squeezed("a\033[39m\033(B\033[mb", "a\033[mb");
    assert_squeezed("\033[30m\033[46mx", "\033[30;46mx");
    assert_squeezed("\033(B\033[0;1m\033[36m>", "\033[0;1;36m>");
    assert_squeezed("\033[39;49m\033(B\033[m", "\033[m");
    assert_squeezed("\033[m", "\033[m");
}

static void a_zero_inside_of_a_colour_resets_nothing(void **state)
{
    (void)state;
    assert_squeezed("\033[1m\033[38;5;0mx", "\033[1;38;5;0mx");
    assert_squeezed("\033[1m\033[48;2;0;0;0mx", "\033[1;48;2;0;0;0mx");
    assert_squeezed("\033[38;5;0;0mx", "\033[mx");
}

static void the_whole_scroll_region_has_a_short_name(void **state)
{
    (void)state;
    assert_squeezed("\033[2;23r\n\033[1;24r", "\033[2;23r\n\033[r");
    assert_squeezed("\033[1;2r", "\033[1;2r");
}

static void repeated_characters_are_written_out(void **state)
{
    (void)state;
    assert_squeezed("a-\033[3bz", "a----z");
    assert_squeezed("0\033[39m\033[2b", "0\033[39m\033[2b");
    assert_squeezed("\033[3b", "\033[3b");
    assert_squeezed("a\033[99999999999999999999b", "a\033[99999999999999999999b");
}

static void a_terminal_in_an_unknown_state_is_told_all(void **state)
{
    struct buf out = {0};
    (void)state;
    squeeze_output(STR("\033(B\033[mx\033[2b\033[1;24r"), 0, &out);
    assert_string_equal(buf_cstr(&out), "\033(B\033[mxxx\033[1;24r");
    buf_fini(&out);
}

static void what_is_not_known_stays(void **state)
{
    (void)state;
    assert_squeezed("\033(Bx\033(0q", "\033(Bx\033(0q");
    assert_squeezed("\033[5;6H\033[K\033[?25l", "\033[5;6H\033[K\033[?25l");
    assert_squeezed("text \xe2\x80\xa6", "text \xe2\x80\xa6");
    assert_squeezed("\033", "\033");
    assert_squeezed("\033[1;2", "\033[1;2");
    assert_squeezed("\033[;1m", "\033[0;1m");
    assert_squeezed("", "");
}

/* What a terminal would have set after reading: a small model of its attributes. */
static void interpret(struct str s, char *out, size_t room)
{
    char looks[64] = "";
    size_t len = 0;
    while (s.len && len + 100 < room) {
        if (*s.at != '\033') {
            len += (size_t)snprintf(out + len, room - len, "%c{%s}", *s.at, looks);
            s = str_skip(s, 1);
            continue;
        }
        if (s.at[1] == '(') {
            s = str_skip(s, 3);
            continue;
        }
        struct str params = str_take(str_skip(s, 2), str_find_byte(str_skip(s, 2), 'm')), one;
        s = str_skip(s, params.len + 3);
        while (str_cut(&params, ';', &one)) {
            if (!one.len || str_equal(one, STR("0")))
                looks[0] = '\0';
            else if (strlen(looks) < 50)
                snprintf(looks + strlen(looks), 8, "%.*s,", STR_ARG(one));
        }
    }
    out[len] = '\0';
}

static void random_looks_mean_the_same_afterwards(void **state)
{
    static const char *const pieces[] = {"\033[m", "\033(B", "\033[0;1m", "\033[31m", "\033[7m",
        "\033[39;49m", "x", "y", "\033[1;4m"};
    uint64_t seed = 5;
    (void)state;
    for (int round = 0; round < 5000; round++) {
        char before[256] = "", one[4096], two[4096];
        struct buf after = {0};
        for (int i = 0; i < 16; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            strcat(before, pieces[(seed >> 33) % 9]);
        }
        size_t len = strlen(before);
        squeeze_output((struct str){before, len}, 24, &after);
        assert_true(after.len <= len);
        interpret((struct str){before, len}, one, sizeof one);
        interpret(buf_str(&after), two, sizeof two);
        assert_string_equal(one, two);
        buf_fini(&after);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_in_a_row_become_one),
        cmocka_unit_test(a_zero_inside_of_a_colour_resets_nothing),
        cmocka_unit_test(the_whole_scroll_region_has_a_short_name),
        cmocka_unit_test(repeated_characters_are_written_out),
        cmocka_unit_test(a_terminal_in_an_unknown_state_is_told_all),
        cmocka_unit_test(what_is_not_known_stays),
        cmocka_unit_test(random_looks_mean_the_same_afterwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
