/* SPDX-License-Identifier: MIT */
/* What a terminal is asked for, directly and through what stands between. */
#include "tui/clipboard.h"

#include "tests/test.h"

static void assert_asks(struct str text, enum clipboard_way way, const char *wanted)
{
    struct buf out = {0};
    clipboard_add(&out, text, way);
    assert_string_equal(buf_cstr(&out), wanted);
    buf_fini(&out);
}

static void a_terminal_gets_base64_alone(void **state)
{
    (void)state;
    assert_asks(STR("hello"), CLIPBOARD_PLAIN, "\033]52;c;aGVsbG8=\a");
    assert_asks(STR("\033[31m"), CLIPBOARD_PLAIN, "\033]52;c;G1szMW0=\a");
    assert_asks(STR_NONE, CLIPBOARD_PLAIN, "\033]52;c;\a");
}

static void tmux_gets_it_for_itself_and_to_pass_on(void **state)
{
    (void)state;
    assert_asks(STR("hello"), CLIPBOARD_TMUX,
        "\033]52;c;aGVsbG8=\a\033Ptmux;\033\033]52;c;aGVsbG8=\a\033\\");
}

/* Unwrapped again, the pieces are what a terminal gets. */
static void screen_gets_pieces_that_it_has_room_for(void **state)
{
    (void)state;
    char text[1000];
    struct buf out = {0}, plain = {0}, joined = {0};
    memset(text, 'x', sizeof text);
    clipboard_add(&out, (struct str){text, sizeof text}, CLIPBOARD_SCREEN);
    clipboard_add(&plain, (struct str){text, sizeof text}, CLIPBOARD_PLAIN);
    for (struct str rest = buf_str(&out); rest.len;) {
        assert_true(str_starts(rest, STR("\033P")));
        size_t end = str_find(rest, STR("\033\\"));
        assert_in_range(end, 3, 250);
        buf_add(&joined, str_take(str_skip(rest, 2), end - 2));
        rest = str_skip(rest, end + 2);
    }
    assert_true(str_equal(buf_str(&joined), buf_str(&plain)));
    buf_fini(&out);
    buf_fini(&plain);
    buf_fini(&joined);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_gets_base64_alone),
        cmocka_unit_test(tmux_gets_it_for_itself_and_to_pass_on),
        cmocka_unit_test(screen_gets_pieces_that_it_has_room_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
