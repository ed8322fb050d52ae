/* SPDX-License-Identifier: MIT */
/*
 * Undo of a line: a row of changes and a place in it. Undo goes left, redo goes right, a new change
 * cuts off what is at the right.
 *
 *   changes  [ - "abc" + "" ]  [ + "xyz" ]  |  [ undone ]
 *                                change_at ─┘
 */
#include "tui/line_edit_undo.h"
#include "base/mem.h"

static void fini_change(struct line_edit_change *change)
{
    buf_fini(&change->in);
    buf_fini(&change->out);
}

static void drop_from(struct line_edit *edit, int first)
{
    for (int i = first; i < edit->change_count; i++)
        fini_change(&edit->changes[i]);
    if (first < edit->change_count)
        edit->change_count = first;
}

void line_edit_forget(struct line_edit *edit)
{
    drop_from(edit, 0);
    edit->change_at = 0;
}

static void splice(struct buf *text, size_t at, size_t len, struct str in)
{
    if (in.len > len)
        buf_insert_gap(text, at, in.len - len);
    else
        memmove(text->at + at + in.len, text->at + at + len, text->len - at - len);
    if (in.len < len)
        text->len -= len - in.len;
    if (in.len)
        memcpy(text->at + at, in.at, in.len);
}

static struct line_edit_change *new_change(struct line_edit *edit)
{
    drop_from(edit, edit->change_at);
    if (edit->change_count == LINE_EDIT_UNDO_MAX) {
        fini_change(&edit->changes[0]);
        edit->change_count--;
        memmove(
            edit->changes, edit->changes + 1, (size_t)edit->change_count * sizeof *edit->changes);
    }
    edit->changes =
        mem_grow(edit->changes, (size_t)(edit->change_count + 1) * sizeof *edit->changes);
    struct line_edit_change *change = &edit->changes[edit->change_count++];
    *change = (struct line_edit_change){.cursor = edit->cursor};
    edit->change_at = edit->change_count;
    return change;
}

static bool goes_on(const struct line_edit *edit, size_t at, size_t len, bool typed)
{
    if (!typed || len || edit->change_at == 0 || edit->change_at != edit->change_count)
        return false;
    const struct line_edit_change *last = &edit->changes[edit->change_at - 1];
    return last->open && last->at + last->in.len == at;
}

void line_edit_replace(struct line_edit *edit, size_t at, size_t len, struct str in, bool typed)
{
    if (!len && !in.len)
        return;
    if (goes_on(edit, at, len, typed)) {
        buf_add(&edit->changes[edit->change_at - 1].in, in);
    } else {
        struct line_edit_change *change = new_change(edit);
        change->at = at;
        change->open = typed;
        buf_add_bytes(&change->out, edit->text.at ? edit->text.at + at : NULL, len);
        buf_add(&change->in, in);
    }
    splice(&edit->text, at, len, in);
    edit->cursor = at + in.len;
}

void line_edit_close_step(struct line_edit *edit)
{
    if (edit->change_at > 0)
        edit->changes[edit->change_at - 1].open = false;
}

void line_edit_undo(struct line_edit *edit)
{
    if (edit->change_at == 0)
        return;
    struct line_edit_change *change = &edit->changes[--edit->change_at];
    splice(&edit->text, change->at, change->in.len, buf_str(&change->out));
    edit->cursor = change->cursor;
    change->open = false;
}

void line_edit_redo(struct line_edit *edit)
{
    if (edit->change_at == edit->change_count)
        return;
    struct line_edit_change *change = &edit->changes[edit->change_at++];
    splice(&edit->text, change->at, change->out.len, buf_str(&change->in));
    edit->cursor = change->at + change->in.len;
}
