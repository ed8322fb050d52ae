/* SPDX-License-Identifier: MIT */
#ifndef TUI_LINE_EDIT_H
#define TUI_LINE_EDIT_H

#include "base/buf.h"
#include "tui/action.h"
#include "tui/canvas.h"

/*
 * One line of text being edited: by characters as one sees them (a letter with its marks is one),
 * words, cut and yank, undo and redo, history, completion, horizontal scrolling. Pasted text is
 * only ever text: line breaks in it become blanks (or stay, with `keep_controls`, where the text is
 * data), nothing is run.
 */
struct line_edit_hooks {
    void *data;
    /* Puts the history line `age` (1 = newest) that starts with `prefix` into `out`; false = no
     * more. */
    bool (*history)(void *data, int age, struct str prefix, struct buf *out);
    /*
     * The `nth` completion (0 first; callers count on and back to go round) at byte `at` of `text`:
     * puts what is to stand in place of text[*from .. at) into `out`. False: no such.
     */
    bool (*complete)(
        void *data, struct str text, size_t at, int nth, size_t *from, struct buf *out);
};

struct line_edit_change {
    size_t at;      /* where */
    struct buf out; /* what was taken away there */
    struct buf in;  /* what was put in */
    size_t cursor;  /* where the cursor was before */
    bool open;      /* typing may go on in the same step */
};

enum { LINE_EDIT_MAX = 512 * 1024, LINE_EDIT_UNDO_MAX = 200 };

struct line_edit {
    struct buf text; /* valid UTF-8; bytes that are not were refused or replaced */
    size_t cursor;   /* byte offset on a character's border */
    size_t left;     /* first byte shown; kept by line_edit_arrange() */
    bool keep_controls;
    bool ascii; /* the screen shows only ASCII: for the widths */
    bool hide;  /* show a dot for each character */
    struct line_edit_hooks hooks;
    struct buf killed;
    struct line_edit_change *changes; /* undo steps, then redo steps */
    int change_count, change_at;
    int history_age; /* 0 = the line being written */
    struct buf history_draft;
    bool history_typed; /* the draft was typed, and is what lines have to begin with */
    /* a completion in progress */
    int completion; /* -1 = none */
    size_t completion_from, completion_len;
    struct buf completion_word;
};

void line_edit_init(struct line_edit *edit);
void line_edit_fini(struct line_edit *edit);
struct str line_edit_text(const struct line_edit *edit);
/* Replaces all, cursor at the end, undo forgotten. */
void line_edit_set(struct line_edit *edit, struct str text);
/* Types or pastes at the cursor. False where it would be longer than LINE_EDIT_MAX (nothing
 * changes). */
bool line_edit_insert(struct line_edit *edit, struct str text);
bool line_edit_handle(struct line_edit *edit, enum action action);
void line_edit_arrange(struct line_edit *edit, int cols);
/* On one row of `cols`; puts the terminal's cursor there if `focused`. */
void line_edit_draw(const struct line_edit *edit, const struct canvas *c, int row, int col,
    int cols, enum role role, bool focused);

#endif
