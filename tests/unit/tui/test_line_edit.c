/* SPDX-License-Identifier: MIT */
/* Editing a line: characters as people see them, words, cut and yank, undo, history, completion. */
#include "base/utf8.h"
#include "tui/line_edit.h"
#include "tui/screen.h"
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* "abc|def": the text with the cursor in it */
static void assert_line(const struct line_edit *edit, const char *expected)
{
    struct buf shown = {0};
    buf_add(&shown, str_take(line_edit_text(edit), edit->cursor));
    buf_add_byte(&shown, '|');
    buf_add(&shown, str_skip(line_edit_text(edit), edit->cursor));
    assert_string_equal(buf_cstr(&shown), expected);
    buf_fini(&shown);
}

static struct line_edit line_of(const char *text)
{
    struct line_edit edit;
    line_edit_init(&edit);
    line_edit_set(&edit, str_from(text));
    return edit;
}

static void play(struct line_edit *edit, const char *actions)
{
    struct str rest = str_from(actions), name;
    while (str_cut(&rest, ' ', &name)) {
        enum action action;
        assert_true(action_find(name, &action));
        assert_true(line_edit_handle(edit, action));
    }
}

static void the_cursor_moves_by_what_one_sees(void **state)
{
    struct line_edit edit = line_of("ae\xcc\x81"
                                    "中👍🏽");
    (void)state;
    play(&edit, "left");
    assert_line(&edit, "ae\xcc\x81"
                       "中|👍🏽");
    play(&edit, "left left");
    assert_line(&edit, "a|e\xcc\x81"
                       "中👍🏽");
    play(&edit, "delete-right");
    assert_line(&edit, "a|中👍🏽");
    play(&edit, "line-end delete-left left left left left");
    assert_line(&edit, "|a中");
    play(&edit, "right right right right");
    assert_line(&edit, "a中|");
    line_edit_fini(&edit);
}

static void words_are_skipped_cut_and_yanked(void **state)
{
    struct line_edit edit = line_of("put item-one two");
    (void)state;
    play(&edit, "word-left");
    assert_line(&edit, "put item-one |two");
    play(&edit, "kill-word-left");
    assert_line(&edit, "put item-|two");
    play(&edit, "line-start yank");
    assert_line(&edit, "one |put item-two");
    play(&edit, "word-right kill-word-right");
    assert_line(&edit, "one put|-two");
    play(&edit, "kill-to-start");
    assert_line(&edit, "|-two");
    play(&edit, "kill-to-end yank yank");
    assert_line(&edit, "-two-two|");
    play(&edit, "clear-line");
    assert_line(&edit, "|");
    line_edit_fini(&edit);
}

static void transpose_swaps_characters(void **state)
{
    struct line_edit edit = line_of("ab中");
    (void)state;
    play(&edit, "transpose");
    assert_line(&edit, "a中b|");
    play(&edit, "line-start transpose");
    assert_line(&edit, "|a中b");
    line_edit_fini(&edit);
}

static void undo_goes_back_step_by_step_and_redo_forward(void **state)
{
    struct line_edit edit = line_of("start ");
    (void)state;
    assert_true(line_edit_insert(&edit, STR("a")));
    assert_true(line_edit_insert(&edit, STR("b")));
    play(&edit, "left");
    assert_true(line_edit_insert(&edit, STR("X")));
    play(&edit, "kill-to-start");
    assert_line(&edit, "|b");
    play(&edit, "edit-undo");
    assert_line(&edit, "start aX|b");
    play(&edit, "edit-undo");
    assert_line(&edit, "start a|b");
    play(&edit, "edit-undo");
    assert_line(&edit, "start |");
    play(&edit, "edit-undo edit-undo");
    assert_line(&edit, "start |");
    play(&edit, "edit-redo edit-redo");
    assert_line(&edit, "start aX|b");
    assert_true(line_edit_insert(&edit, STR("!")));
    play(&edit, "edit-redo");
    assert_line(&edit, "start aX!|b");
    line_edit_fini(&edit);
}

static void random_edits_undo_to_the_beginning_and_redo_to_the_end(void **state)
{
    static const enum action actions[] = {ACTION_LEFT, ACTION_RIGHT, ACTION_DELETE_LEFT,
        ACTION_DELETE_RIGHT, ACTION_KILL_WORD_LEFT, ACTION_YANK, ACTION_TRANSPOSE,
        ACTION_LINE_START};
    uint64_t seed = 13;
    (void)state;
    for (int round = 0; round < 300; round++) {
        struct line_edit edit = line_of("one 中 e\xcc\x81 two");
        struct buf end = {0};
        for (int i = 0; i < 60; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            if ((seed >> 60) < 8)
                line_edit_insert(&edit, (seed >> 50) & 1 ? STR("x ") : STR("é中"));
            else
                line_edit_handle(&edit, actions[(seed >> 40) % 8]);
            assert_true(utf8_valid(line_edit_text(&edit)));
            assert_true(edit.cursor <= edit.text.len);
        }
        buf_add(&end, line_edit_text(&edit));
        for (int i = 0; i < 100; i++)
            line_edit_handle(&edit, ACTION_EDIT_UNDO);
        assert_true(str_equal(line_edit_text(&edit), STR("one 中 e\xcc\x81 two")));
        for (int i = 0; i < 100; i++)
            line_edit_handle(&edit, ACTION_EDIT_REDO);
        assert_true(str_equal(line_edit_text(&edit), buf_str(&end)));
        buf_fini(&end);
        line_edit_fini(&edit);
    }
}

static void pasted_line_breaks_become_blanks(void **state)
{
    struct line_edit edit = line_of("");
    (void)state;
    assert_true(line_edit_insert(&edit, STR("a\nb\x1b"
                                            "c\xff")));
    assert_line(&edit, "a b c\xef\xbf\xbd|");
    line_edit_fini(&edit);
    line_edit_init(&edit);
    edit.keep_controls = true;
    assert_true(line_edit_insert(&edit, STR("a\nb")));
    assert_line(&edit, "a\nb|");
    line_edit_fini(&edit);
}

static void too_much_text_is_refused_and_nothing_lost(void **state)
{
    struct line_edit edit = line_of("keep");
    static char much[LINE_EDIT_MAX];
    (void)state;
    memset(much, 'x', sizeof much);
    assert_false(line_edit_insert(&edit, (struct str){much, sizeof much}));
    assert_line(&edit, "keep|");
    line_edit_fini(&edit);
}

static bool three_lines(void *data, int age, struct str prefix, struct buf *out)
{
    static const char *const lines[] = {"scan Orders", "query Users", "scan Users"};
    int seen = 0;
    (void)data;
    for (int i = 0; i < 3; i++) {
        if (str_starts(str_from(lines[i]), prefix) && ++seen == age) {
            buf_add(out, str_from(lines[i]));
            return true;
        }
    }
    return false;
}

static void history_comes_and_goes_and_the_draft_stays(void **state)
{
    struct line_edit edit = line_of("");
    (void)state;
    edit.hooks.history = three_lines;
    assert_true(line_edit_insert(&edit, STR("scan")));
    play(&edit, "history-previous");
    assert_line(&edit, "scan Orders|");
    play(&edit, "history-previous");
    assert_line(&edit, "scan Users|");
    play(&edit, "history-previous");
    assert_line(&edit, "scan Users|");
    play(&edit, "history-next history-next");
    assert_line(&edit, "scan|");
    play(&edit, "history-next");
    assert_line(&edit, "scan|");
    line_edit_fini(&edit);
}

/* Only what was typed narrows: a value that is edited has its old text there to begin with. */
static void a_text_that_was_there_does_not_narrow_the_history(void **state)
{
    struct line_edit edit = line_of("7");
    (void)state;
    edit.hooks.history = three_lines;
    play(&edit, "history-previous history-previous history-next history-next");
    assert_line(&edit, "7|");
    play(&edit, "history-previous");
    assert_true(line_edit_text(&edit).len > 1);
    line_edit_fini(&edit);
}

static bool tables(void *data, struct str text, size_t at, int nth, size_t *from, struct buf *out)
{
    static const char *const names[] = {"Orders", "OrderItems"};
    (void)data;
    *from = at;
    while (*from > 0 && text.at[*from - 1] != ' ')
        --*from;
    struct str typed = {text.at + *from, at - *from};
    for (int i = 0; i < 2; i++) {
        if (str_starts(str_from(names[i]), typed) && nth-- == 0) {
            buf_add(out, str_from(names[i]));
            return true;
        }
    }
    return false;
}

static void completion_goes_round_through_what_was_typed(void **state)
{
    struct line_edit edit = line_of("scan Or now");
    (void)state;
    edit.hooks.complete = tables;
    play(&edit, "word-left left complete");
    assert_line(&edit, "scan Orders| now");
    play(&edit, "complete");
    assert_line(&edit, "scan OrderItems| now");
    play(&edit, "complete");
    assert_line(&edit, "scan Or| now");
    play(&edit, "complete complete complete-back");
    assert_line(&edit, "scan Orders| now");
    assert_true(line_edit_insert(&edit, STR("x")));
    assert_line(&edit, "scan Ordersx| now");
    play(&edit, "complete");
    assert_line(&edit, "scan Ordersx| now");
    line_edit_fini(&edit);
}

static void shown(struct line_edit *edit, int cols, struct buf *out, int *cursor)
{
    struct frame frame = {0};
    struct screen *screen = screen_memory_open(1, cols);
    frame_resize(&frame, 1, cols);
    struct canvas c = frame_canvas(&frame);
    line_edit_arrange(edit, cols);
    line_edit_draw(edit, &c, 0, 0, cols, ROLE_TEXT, true);
    screen_present(screen, &frame);
    buf_clear(out);
    screen_memory_text(screen, out);
    *cursor = frame.cursor_col;
    screen_close(screen);
    frame_fini(&frame);
}

static void a_long_line_scrolls_so_that_the_cursor_shows(void **state)
{
    struct line_edit edit = line_of("0123456789中中abc");
    struct buf out = {0};
    int cursor;
    (void)state;
    shown(&edit, 8, &out, &cursor);
    assert_string_equal(buf_cstr(&out), "< 中abc\n");
    assert_int_equal(cursor, 7);
    play(&edit, "line-start");
    shown(&edit, 8, &out, &cursor);
    assert_string_equal(buf_cstr(&out), "0123456…\n");
    assert_int_equal(cursor, 0);
    for (int cols = 1; cols < 30; cols++) {
        play(&edit, "line-end");
        shown(&edit, cols, &out, &cursor);
        assert_true(cursor >= 0 && cursor < cols);
    }
    buf_fini(&out);
    line_edit_fini(&edit);
}

static void a_secret_is_shown_as_stars(void **state)
{
    struct line_edit edit = line_of("sécret");
    struct buf out = {0};
    int cursor;
    (void)state;
    edit.hide = true;
    shown(&edit, 10, &out, &cursor);
    assert_string_equal(buf_cstr(&out), "******\n");
    assert_int_equal(cursor, 6);
    buf_fini(&out);
    line_edit_fini(&edit);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cursor_moves_by_what_one_sees),
        cmocka_unit_test(words_are_skipped_cut_and_yanked),
        cmocka_unit_test(transpose_swaps_characters),
        cmocka_unit_test(undo_goes_back_step_by_step_and_redo_forward),
        cmocka_unit_test(random_edits_undo_to_the_beginning_and_redo_to_the_end),
        cmocka_unit_test(pasted_line_breaks_become_blanks),
        cmocka_unit_test(too_much_text_is_refused_and_nothing_lost),
        cmocka_unit_test(history_comes_and_goes_and_the_draft_stays),
        cmocka_unit_test(a_text_that_was_there_does_not_narrow_the_history),
        cmocka_unit_test(completion_goes_round_through_what_was_typed),
        cmocka_unit_test(a_long_line_scrolls_so_that_the_cursor_shows),
        cmocka_unit_test(a_secret_is_shown_as_stars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
