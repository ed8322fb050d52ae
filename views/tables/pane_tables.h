/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TABLES_PANE_TABLES_H
#define VIEWS_TABLES_PANE_TABLES_H

#include "views/view.h"

/* The list of tables, with their indexes underneath. */
struct view *pane_tables_new(struct app *app);
/* The listing has changed. */
void pane_tables_update(struct view *view);
/* Columns that it would like to have. */
int pane_tables_cols(const struct view *view);
/* Puts the cursor on a table, if it is there. */
void pane_tables_select(struct view *view, struct str table);
/* Puts the cursor on a table as soon as it is listed. */
void pane_tables_await(struct view *view, struct str table);

#endif
