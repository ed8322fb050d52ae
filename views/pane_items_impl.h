/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_PANE_ITEMS_IMPL_H
#define VIEWS_PANE_ITEMS_IMPL_H

#include "tui/grid.h"
#include "views/columns.h"
#include "views/items_live.h"
#include "views/items_order.h"
#include "views/pane_items.h"

/* The items pane from inside: for pane_items.c (rows, cells, drawing) and items_commands.c. */
struct pane_items {
    struct view view;
    struct feed feed;
    struct columns columns;
    struct items_order order;
    struct grid grid;
    int rows;          /* of the last frame */
    int key_columns;   /* of the index or table that is read */
    int64_t owed;      /* rows that a movement could not go yet: they are still being read */
    uint64_t identity; /* of the item under the cursor */
    struct buf cell;   /* text of the cell drawn last */
    struct buf note;   /* and what explains it */
    struct buf about;  /* a Query's condition, for the title */
    struct buf asked;  /* the line that it was asked with; empty = another way */
    int64_t cached_row;
    uint64_t cached_version;
    struct value cached_item;
    struct items_live live;
    const struct items_mark *cached_mark;
    struct held *held; /* the window's rows by identity, as of held_version */
    size_t held_count;
    uint64_t held_version;
    int reread_timer;
};

/* The view's title(). */
void pane_items_title(struct view *view, struct buf *left, struct buf *right);
/* Takes the arrows off the columns' headers. */
void pane_items_unsort(struct pane_items *p);
/* The part of the pane that follows the stream: pane_items_live.c. */
void pane_items_live_init(struct pane_items *p);
void pane_items_live_fini(struct pane_items *p);
unsigned pane_items_live_flags(void *data, int64_t row);
/* The item as it is shown: its newest version. */
struct value pane_items_live_item(const struct pane_items *p, struct value item);
/* The look of a cell of the row that is cached. */
void pane_items_live_cell(
    const struct pane_items *p, struct str column, struct value v, struct grid_cell *cell);
/* To the first row, and to stay with the item that is there. */
void pane_items_go_top(struct pane_items *p);

#endif
