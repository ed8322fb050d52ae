/* SPDX-License-Identifier: MIT */
/*
 * The line being edited: text, cursor, actions. Undo is in line_edit_undo.c's half of the struct;
 * here every change goes through line_edit_replace(), which writes the undo step. Offsets are bytes
 * on borders between characters as one sees them.
 */
#include "tui/line_edit.h"
#include "base/utf8.h"
#include "tui/line_edit_undo.h"
#include "tui/text.h"
#include <stdlib.h>

void line_edit_init(struct line_edit *edit)
{
    *edit = (struct line_edit){.completion = -1};
}

void line_edit_fini(struct line_edit *edit)
{
    line_edit_forget(edit);
    free(edit->changes);
    buf_fini(&edit->text);
    buf_fini(&edit->killed);
    buf_fini(&edit->history_draft);
    buf_fini(&edit->completion_word);
    *edit = (struct line_edit){.completion = -1};
}

struct str line_edit_text(const struct line_edit *edit)
{
    return buf_str(&edit->text);
}

/* What may stand in the line: valid UTF-8; line breaks and controls only where the text is data. */
static void add_clean(const struct line_edit *edit, struct buf *out, struct str text)
{
    uint32_t point;
    while (text.len) {
        if (!utf8_next(&text, &point))
            point = 0xFFFD;
        if (!edit->keep_controls && (point < 0x20 || point == 0x7F))
            point = ' ';
        utf8_add(out, point);
    }
}

void line_edit_set(struct line_edit *edit, struct str text)
{
    struct buf clean = {0};
    add_clean(edit, &clean, str_take(text, LINE_EDIT_MAX));
    buf_fini(&edit->text);
    edit->text = clean;
    edit->cursor = clean.len;
    edit->left = 0;
    edit->history_age = 0;
    edit->history_typed = false;
    buf_clear(&edit->history_draft);
    edit->completion = -1;
    line_edit_forget(edit);
}

bool line_edit_insert(struct line_edit *edit, struct str text)
{
    struct buf clean = {0};
    if (text.len > LINE_EDIT_MAX)
        return false;
    add_clean(edit, &clean, text);
    bool fits = edit->text.len + clean.len <= LINE_EDIT_MAX;
    if (fits && clean.len)
        line_edit_replace(edit, edit->cursor, 0, buf_str(&clean), true);
    edit->completion = -1;
    buf_fini(&clean);
    return fits;
}

/* ---- moving ---- */

static bool is_word_byte(char c)
{
    unsigned char byte = (unsigned char)c;
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || byte == '_' ||
           ((byte | 32) >= 'a' && (byte | 32) <= 'z');
}

static size_t word_left(const struct line_edit *edit)
{
    struct str text = line_edit_text(edit);
    size_t at = edit->cursor;
    while (at > 0 && !is_word_byte(text.at[at - 1]))
        at--;
    while (at > 0 && is_word_byte(text.at[at - 1]))
        at--;
    return at;
}

static size_t word_right(const struct line_edit *edit)
{
    struct str text = line_edit_text(edit);
    size_t at = edit->cursor;
    while (at < text.len && !is_word_byte(text.at[at]))
        at++;
    while (at < text.len && is_word_byte(text.at[at]))
        at++;
    return at;
}

static bool handle_move(struct line_edit *edit, enum action action)
{
    struct str text = line_edit_text(edit);
    size_t to;
    switch (action) {
    case ACTION_LEFT:
        to = edit->cursor ? text_before(text, edit->cursor) : 0;
        break;
    case ACTION_RIGHT:
        to = text_after(text, edit->cursor);
        break;
    case ACTION_LINE_START:
    case ACTION_TOP:
        to = 0;
        break;
    case ACTION_LINE_END:
    case ACTION_BOTTOM:
        to = text.len;
        break;
    case ACTION_WORD_LEFT:
        to = word_left(edit);
        break;
    case ACTION_WORD_RIGHT:
        to = word_right(edit);
        break;
    default:
        return false;
    }
    edit->cursor = to;
    line_edit_close_step(edit);
    return true;
}

/* ---- deleting ---- */

static void delete_between(struct line_edit *edit, size_t from, size_t to, bool keep)
{
    if (from >= to)
        return;
    if (keep) {
        buf_clear(&edit->killed);
        buf_add_bytes(&edit->killed, edit->text.at + from, to - from);
    }
    line_edit_replace(edit, from, to - from, STR_NONE, false);
}

static void transpose(struct line_edit *edit)
{
    struct str text = line_edit_text(edit);
    size_t right = edit->cursor == text.len ? text_before(text, text.len) : edit->cursor;
    size_t left = right ? text_before(text, right) : 0, end = text_after(text, right);
    if (left == right || right >= text.len)
        return;
    struct buf swapped = {0};
    buf_add_bytes(&swapped, text.at + right, end - right);
    buf_add_bytes(&swapped, text.at + left, right - left);
    line_edit_replace(edit, left, end - left, buf_str(&swapped), false);
    buf_fini(&swapped);
}

static bool handle_change(struct line_edit *edit, enum action action)
{
    struct str text = line_edit_text(edit);
    size_t at = edit->cursor;
    switch (action) {
    case ACTION_DELETE_LEFT:
        return delete_between(edit, at ? text_before(text, at) : 0, at, false), true;
    case ACTION_DELETE_RIGHT:
        return delete_between(edit, at, text_after(text, at), false), true;
    case ACTION_KILL_WORD_LEFT:
        return delete_between(edit, word_left(edit), at, true), true;
    case ACTION_KILL_WORD_RIGHT:
        return delete_between(edit, at, word_right(edit), true), true;
    case ACTION_KILL_START:
        return delete_between(edit, 0, at, true), true;
    case ACTION_KILL_END:
        return delete_between(edit, at, text.len, true), true;
    case ACTION_CLEAR:
        return delete_between(edit, 0, text.len, true), true;
    case ACTION_YANK:
        if (edit->killed.len + text.len <= LINE_EDIT_MAX)
            line_edit_replace(edit, at, 0, buf_str(&edit->killed), false);
        return true;
    case ACTION_TRANSPOSE:
        return transpose(edit), true;
    case ACTION_EDIT_UNDO:
        return line_edit_undo(edit), true;
    case ACTION_EDIT_REDO:
        return line_edit_redo(edit), true;
    default:
        return false;
    }
}

/* ---- history and completion ---- */

static void show_line(struct line_edit *edit, struct str text)
{
    struct buf clean = {0};
    add_clean(edit, &clean, str_take(text, LINE_EDIT_MAX));
    line_edit_replace(edit, 0, edit->text.len, buf_str(&clean), false);
    buf_fini(&clean);
}

static void history(struct line_edit *edit, int step)
{
    struct buf line = {0};
    int age = edit->history_age + step;
    if (!edit->hooks.history || age < 0)
        return;
    /* going through the history and back is no typing */
    if (edit->history_age == 0 && !str_equal(buf_str(&edit->history_draft), line_edit_text(edit))) {
        buf_clear(&edit->history_draft);
        buf_add(&edit->history_draft, line_edit_text(edit));
        edit->history_typed = edit->change_at > 0;
    }
    struct str draft = buf_str(&edit->history_draft);
    if (age == 0) {
        show_line(edit, draft);
        edit->history_age = 0;
    } else if (edit->hooks.history(
                   edit->hooks.data, age, edit->history_typed ? draft : STR_NONE, &line)) {
        show_line(edit, buf_str(&line));
        edit->history_age = age;
    }
    buf_fini(&line);
}

static void start_completion(struct line_edit *edit, size_t from)
{
    buf_clear(&edit->completion_word);
    buf_add_bytes(&edit->completion_word, edit->text.at + from, edit->cursor - from);
    edit->completion_from = from;
    edit->completion_len = edit->cursor - from;
}

/* Puts the nth candidate in place of the last one; after the last comes what was typed. */
static void complete(struct line_edit *edit, int step)
{
    struct buf word = {0}, typed = {0};
    size_t from = edit->completion_from, at = edit->cursor;
    int nth = edit->completion < 0 ? 0 : edit->completion + step;
    if (!edit->hooks.complete)
        return;
    buf_add(&typed, line_edit_text(edit));
    if (edit->completion >= 0) { /* ask about the line as it was typed */
        typed.len = from;
        buf_add(&typed, buf_str(&edit->completion_word));
        at = typed.len;
        buf_add(&typed, str_skip(line_edit_text(edit), from + edit->completion_len));
    }
    bool found =
        nth >= 0 && edit->hooks.complete(edit->hooks.data, buf_str(&typed), at, nth, &from, &word);
    if (found && from <= at) {
        if (edit->completion < 0)
            start_completion(edit, from);
        line_edit_replace(edit, edit->completion_from, edit->completion_len, buf_str(&word), false);
        edit->completion_len = word.len;
        edit->completion = nth;
    } else if (edit->completion >= 0) {
        line_edit_replace(edit, edit->completion_from, edit->completion_len,
            buf_str(&edit->completion_word), false);
        edit->completion = -1;
    }
    buf_fini(&word);
    buf_fini(&typed);
}

static bool handle_hooks(struct line_edit *edit, enum action action)
{
    switch (action) {
    case ACTION_HISTORY_PREVIOUS:
    case ACTION_UP:
        return history(edit, 1), true;
    case ACTION_HISTORY_NEXT:
    case ACTION_DOWN:
        return history(edit, -1), true;
    case ACTION_COMPLETE:
        return complete(edit, 1), true;
    case ACTION_COMPLETE_BACK:
        return complete(edit, -1), true;
    default:
        return false;
    }
}

bool line_edit_handle(struct line_edit *edit, enum action action)
{
    if (action != ACTION_COMPLETE && action != ACTION_COMPLETE_BACK)
        edit->completion = -1;
    return handle_move(edit, action) || handle_change(edit, action) || handle_hooks(edit, action);
}

/* ---- drawing ---- */

static int columns_between(const struct line_edit *edit, size_t from, size_t to, int limit)
{
    struct str part = str_take(str_skip(line_edit_text(edit), from), to - from);
    if (!edit->hide)
        return text_columns(part, limit, edit->ascii);
    size_t length = utf8_length(part);
    return length > (size_t)limit ? limit + 1 : (int)length;
}

void line_edit_arrange(struct line_edit *edit, int cols)
{
    int room = cols > 1 ? cols - 1 : 0; /* the cursor may stand behind the last character */
    if (edit->left > edit->text.len)
        edit->left = edit->text.len;
    if (edit->cursor < edit->left)
        edit->left = edit->cursor;
    /* from far away: start near the cursor, not at every character between */
    size_t far = (size_t)room * 8 + 256;
    if (edit->cursor - edit->left > far)
        edit->left = text_before(line_edit_text(edit), edit->cursor - far);
    while (
        edit->left < edit->cursor && columns_between(edit, edit->left, edit->cursor, room) > room)
        edit->left = text_after(line_edit_text(edit), edit->left);
    /* room to spare at the right is used before the text stays scrolled */
    while (edit->left > 0) {
        size_t before = text_before(line_edit_text(edit), edit->left);
        if (columns_between(edit, before, edit->text.len, room) > room)
            break;
        edit->left = before;
    }
}

void line_edit_draw(const struct line_edit *edit, const struct canvas *c, int row, int col,
    int cols, enum role role, bool focused)
{
    struct str shown = str_skip(line_edit_text(edit), edit->left);
    canvas_fill(c, row, col, 1, cols, role);
    if (edit->hide) {
        size_t length = utf8_length(shown);
        for (int i = 0; i < cols && (size_t)i < length; i++)
            canvas_text(c, row, col + i, 1, STR("*"), role, CANVAS_CUT);
    } else {
        canvas_text(c, row, col, cols, shown, role, 0);
    }
    if (edit->left && cols > 1)
        canvas_text(c, row, col, 1, STR("<"), ROLE_TEXT_ELLIPSIS, CANVAS_CUT);
    if (focused)
        canvas_cursor(c, row, col + columns_between(edit, edit->left, edit->cursor, cols));
}
