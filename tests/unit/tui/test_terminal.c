/* SPDX-License-Identifier: MIT */
/* What goes to and comes from a terminal, without one: gathering, raw reading, the clipboard. */
#include "tui/clipboard.h"
#include "tui/gather.h"
#include "tui/raw_input.h"
#include "tui/screen.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void many_writes_become_one(void **state)
{
    struct gather gather = {0};
    int ends[2];
    char got[64];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    gather_begin(&gather, ends[1]);
    assert_int_equal(write(ends[1], "one ", 4), 4);
    assert_int_equal(write(ends[1], "two", 3), 3);
    assert_int_equal(gather.bytes.len, 7);
    assert_true(gather_end(&gather));
    assert_int_equal(read(ends[0], got, sizeof got), 7);
    assert_memory_equal(got, "one two", 7);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(read(ends[0], got, sizeof got), 1);
    gather_fini(&gather);
    close(ends[0]);
    close(ends[1]);
}

static void other_descriptors_are_not_held_back(void **state)
{
    struct gather gather = {0};
    int ends[2];
    char got[8];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    gather_begin(&gather, STDOUT_FILENO);
    assert_int_equal(write(ends[1], "now", 3), 3);
    assert_int_equal(read(ends[0], got, sizeof got), 3);
    assert_true(gather_end(&gather));
    assert_int_equal(write(-1, "x", 1), -1);
    gather_fini(&gather);
    close(ends[0]);
    close(ends[1]);
}

static void a_reader_that_has_gone_is_noticed(void **state)
{
    struct gather gather = {0};
    int ends[2];
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    gather_begin(&gather, ends[1]);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_false(gather_end(&gather));
    assert_true(gather.gone);
    gather_fini(&gather);
    close(ends[1]);
}

static void raw_characters_come_whole_over_block_ends(void **state)
{
    struct raw_input raw = {0};
    struct input_unit unit;
    int ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_false(raw_input_next(&raw, ends[0], &unit));
    char block[4096];
    memset(block, 'a', 4095);
    block[4095] = '\xe4';
    assert_int_equal(write(ends[1], block, 4096), 4096);
    for (int i = 0; i < 4095; i++)
        assert_true(raw_input_next(&raw, ends[0], &unit) && unit.code == 'a');
    assert_int_equal(write(ends[1],
                         "\xb8\xad\xff"
                         "b",
                         4),
        4);
    assert_true(raw_input_next(&raw, ends[0], &unit));
    assert_int_equal(unit.code, 0x4E2D);
    assert_true(raw_input_next(&raw, ends[0], &unit));
    assert_int_equal(unit.code, 0xFFFD);
    assert_true(raw_input_next(&raw, ends[0], &unit));
    assert_int_equal(unit.code, 'b');
    assert_false(raw_input_pending(&raw));
    close(ends[0]);
    close(ends[1]);
}

static void only_base64_of_a_text_reaches_the_terminal(void **state)
{
    struct buf out = {0};
    (void)state;
    clipboard_add(&out, STR("a\x1b]0;x\a"), CLIPBOARD_PLAIN);
    assert_string_equal(buf_cstr(&out), "\033]52;c;YRtdMDt4Bw==\a");
    buf_clear(&out);
    clipboard_add(&out, STR("ab"), CLIPBOARD_TMUX);
    assert_string_equal(buf_cstr(&out), "\033]52;c;YWI=\a\033Ptmux;\033\033]52;c;YWI=\a\033\\");
    buf_clear(&out);
    clipboard_add(&out, STR("abc"), CLIPBOARD_PLAIN);
    assert_string_equal(buf_cstr(&out), "\033]52;c;YWJj\a");
    buf_fini(&out);
}

static void too_long_a_copy_is_refused(void **state)
{
    static char much[SCREEN_COPY_MAX + 1];
    struct screen *screen = screen_memory_open(5, 20);
    struct err err = ERR_INIT;
    (void)state;
    assert_false(screen_copy(screen, (struct str){much, sizeof much}, &err));
    assert_int_equal(err.code, ERR_DATA);
    assert_true(screen_copy(screen, STR("fits"), &err));
    assert_true(str_equal(screen_memory_copied(screen), STR("fits")));
    screen_close(screen);
}

static void a_terminal_is_asked_for(void **state)
{
    struct screen_options options = {0};
    struct err err = ERR_INIT;
    int in = dup(STDIN_FILENO), ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    dup2(ends[0], STDIN_FILENO);
    assert_null(screen_curses_open(&options, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_true(str_find(str_from(err.text), STR("needs a terminal on stdin")) != SIZE_MAX);
    dup2(in, STDIN_FILENO);
    close(in);
    close(ends[0]);
    close(ends[1]);
}

static void a_memory_screen_plays_keys_and_pastes(void **state)
{
    struct screen *screen = screen_memory_open(5, 20);
    struct input_event event;
    (void)state;
    assert_true(screen_memory_press(screen, "g Ctrl-D"));
    assert_false(screen_memory_press(screen, "Nokey"));
    screen_memory_type(screen, "é");
    screen_memory_paste(screen, "a\nb");
    assert_true(screen_event(screen, &event) && event.key.code == 'g');
    assert_true(screen_event(screen, &event) && event.key.mods == KEY_MOD_CTRL);
    assert_true(screen_event(screen, &event) && event.key.code == 0xE9);
    assert_true(screen_event(screen, &event) && event.kind == INPUT_PASTE);
    assert_true(str_equal(event.text, STR("a\nb")));
    assert_false(screen_event(screen, &event));
    screen_close(screen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_writes_become_one),
        cmocka_unit_test(other_descriptors_are_not_held_back),
        cmocka_unit_test(a_reader_that_has_gone_is_noticed),
        cmocka_unit_test(raw_characters_come_whole_over_block_ends),
        cmocka_unit_test(only_base64_of_a_text_reaches_the_terminal),
        cmocka_unit_test(too_long_a_copy_is_refused),
        cmocka_unit_test(a_terminal_is_asked_for),
        cmocka_unit_test(a_memory_screen_plays_keys_and_pastes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
