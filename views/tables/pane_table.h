/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TABLES_PANE_TABLE_H
#define VIEWS_TABLES_PANE_TABLE_H

#include "views/app.h"

/* A table's page, over the panes' place: all that is known of it, read again on refresh. */
void pane_table_open(struct app *app, struct str table);

#endif
