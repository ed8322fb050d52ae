/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TABLES_PANE_INDEXES_H
#define VIEWS_TABLES_PANE_INDEXES_H

#include "views/app.h"

/* The table and its indexes, over the panes' place: to switch to one, to go to an item's entry, to
 * make and to delete one. */
void pane_indexes_open(struct app *app, const struct client_table *table);
/* Puts the cursor of an open pane on an index as soon as that is there. */
void pane_indexes_select(struct app *app, struct str index);
/* Shows an item's entry in an index (empty = the item in the table), or says why there is none. */
void pane_indexes_entry(
    struct app *app, const struct client_table *table, struct str index, struct value item);
/* Browses another index (empty = the table), with the same conditions where that can be. */
void pane_indexes_switch(struct app *app, struct str table, struct str index);

#endif
