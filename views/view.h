/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_VIEW_H
#define VIEWS_VIEW_H

#include "tui/action.h"
#include "tui/canvas.h"
#include "tui/grid.h"
#include "tui/input.h"
#include "views/command.h"

/*
 * What a pane, or an overlay over the panes, supplies; the app owns the rest: where it lies, which
 * one has the focus, keys, the title line, hints. A view's struct begins with a struct view. Slots
 * may be NULL but for context, arrange and draw.
 */
struct view_ops {
    const char *context; /* of key bindings */
    bool closed;         /* bindings of "global" do not count here: a prompt, a question */
    const struct command *commands; /* ends with a row without a name */
    /* Title, figures for its right end, and facts about what is shown for the status line. */
    void (*title)(struct view *, struct buf *left, struct buf *right);
    void (*facts)(struct view *, struct buf *out);
    /* Everything that depends on the size or on data that came; called before each draw(). */
    void (*arrange)(struct view *, int rows, int cols);
    void (*draw)(const struct view *, const struct canvas *);
    /* A widget's action; false where it has no use for it. */
    bool (*action)(struct view *, enum action);
    /* What was typed (and is bound to nothing) or pasted. NULL: it takes no text. */
    void (*text)(struct view *, struct str text);
    void (*mouse)(struct view *, enum input_mouse_kind kind, int row, int col);
    /* "/": narrows what is shown to what contains the text, while it is typed; empty = all. */
    void (*filter)(struct view *, struct str text);
    /* Where there is no filter(): the rows that "/" goes through. */
    struct grid *(*grid)(struct view *);
    const char *filter_note; /* what else may be typed there, said while nothing is; may be NULL */
    /* Goes up one level inside the view; false where it is at its top. */
    bool (*back)(struct view *);
    void (*refresh)(struct view *);
    /* Something was written, this moment: for what is to be on the screen at once. */
    void (*written)(struct view *);
    /* The data changed elsewhere. NULL: like refresh. */
    void (*elsewhere)(struct view *);
    /* There are other tables, or tables are described anew. */
    void (*listed)(struct view *);
    /* Stops what the view has running; false where there is nothing. */
    bool (*cancel)(struct view *);
    /* After each frame: what is looked at is known now, so read ahead. */
    void (*shown)(struct view *);
    void (*free)(struct view *);
};

struct view {
    const struct view_ops *ops;
    struct app *app;
    bool focused;
};

#endif
