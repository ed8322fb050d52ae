/* SPDX-License-Identifier: MIT */
#ifndef TUI_LIST_H
#define TUI_LIST_H

#include "base/buf.h"
#include "tui/action.h"
#include "tui/canvas.h"

/*
 * A menu: choose one of many, narrowed by typing. The filter is fuzzy (its letters in order, better
 * at starts of words); rows are then sorted by how well they match.
 */
struct list_entry {
    struct str text;  /* borrowed until the next call */
    struct str right; /* e.g. a key or a size; drawn at the right */
    enum role role;   /* 0 = ROLE_MENU */
    enum role right_role;
    bool disabled; /* can be looked at, not chosen */
    bool heading;  /* a line between; skipped by the cursor, gone while a filter is on */
    int indent;
    size_t name; /* bytes at the front that the letters are looked for in, 0 = all; in what follows
                    only whole words that were typed are */
    int lift;    /* added to how well it matches: what is likelier to be meant; about 0 to 10 */
};

struct list_source {
    void *data;
    int (*count)(void *data);
    void (*entry)(void *data, int index, struct list_entry *entry); /* zeroed before */
};

struct list {
    struct list_source source;
    bool focused;
    bool gutter;
    struct str empty; /* shown where nothing matches; borrowed */
    struct buf filter;
    int *shown; /* indices of entries that match */
    int shown_count;
    int cursor, top; /* rows among the shown */
    int rows, cols;
};

void list_init(struct list *list, const struct list_source *source);
void list_fini(struct list *list);
/* The model has changed. The cursor stays on its row number. */
void list_update(struct list *list);
/* "" = all. The cursor goes to the best match. */
void list_filter(struct list *list, struct str filter);
bool list_handle(struct list *list, enum action action);
void list_arrange(struct list *list, int rows, int cols);
void list_draw(const struct list *list, const struct canvas *c);
/* The entry under the cursor, or -1. */
int list_selected(const struct list *list);
void list_select(struct list *list, int index);
/* The entry at a row of the area (the mouse), or -1. */
int list_entry_at(const struct list *list, int row);

/* How well `text` matches the letters of `filter` in order: higher is better, < 0 = it does not. */
int list_score(struct str text, struct str filter);

#endif
