/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_PANE_ITEMS_H
#define VIEWS_ITEMS_PANE_ITEMS_H

#include "views/items/browse.h"
#include "views/places/places.h"
#include "views/query/query_seen.h"
#include "views/view.h"

/* The grid of items: a Scan or Query of a table or index. */
struct view *pane_items_new(struct app *app);
/* Shows another reading; a reference is taken. */
void pane_items_browse(struct view *view, struct browse *browse);
/* The same, with its condition for the title. */
void pane_items_ask(struct view *view, struct browse *browse, struct str about);
/* It may read a large table through without another question. */
void pane_items_agree(struct view *view);
/* The line that it was asked with last; empty where it was not. */
struct str pane_items_asked(const struct view *view);
/* Shows nothing: the table has gone. */
void pane_items_close(struct view *view);
/* What is shown, or NULL. Borrowed. */
const struct browse *pane_items_browsed(const struct view *view);
/* The next reading of the place's table begins where it says, the cursor on its item. */
void pane_items_arrive(struct view *view, const struct place *place);
/* Moves the cursor to an item that is loaded; false where it is not. */
bool pane_items_go(struct view *view, struct value key);
/* Where the cursor is, into an empty place; something is browsed. */
void pane_items_place(const struct view *view, struct place *place);
/* Follows the table's stream, or does not while nobody looks. */
void pane_items_live(struct view *view, bool on);
/* Whether marked items are being worked on. */
bool pane_items_working(const struct view *view);
/* When the last run ended that an undo file takes back; 0 = there is none. */
int64_t pane_items_undo_ms(const struct view *view);
/* Asks whether it is to be taken back. */
void pane_items_undo(struct view *view);
/* What was said of that too late to be seen; nothing where it was not. */
void pane_items_farewell(const struct view *view, struct buf *out);
/* An item that may be marked was changed here: what is seen of it is the new version. */
void pane_items_wrote(
    struct view *view, const struct client_table *table, struct value before, struct value after);
/* Whether the first page is still to come. */
bool pane_items_waiting(const struct view *view);
/* The item under the cursor; type VALUE_NONE where there is none. Borrowed until rows move. */
struct value pane_items_current(const struct view *view);
/* Moves the cursor; false at the ends. */
bool pane_items_step(struct view *view, int step);
/* The nth column's name, for completion; STR_NONE past the end. */
struct str pane_items_column(const struct view *view, int nth);

/* The rows that are loaded, as a sample of the table; they are read as they are then. */
void pane_items_sample(const struct view *view, struct query_rows *out);

#endif
