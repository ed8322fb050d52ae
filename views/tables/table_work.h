/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TABLES_TABLE_WORK_H
#define VIEWS_TABLES_TABLE_WORK_H

#include "views/app.h"

/* What takes its time: in a dialog with its progress, which can be stopped. Each asks first. */

/* Deletes all items, after the table's name has been typed. */
void table_work_purge(struct app *app, const struct client_table *table);
/* A table like this one, with its items, under a name that is asked for; `name` may be empty. */
void table_work_duplicate(struct app *app, const struct client_table *table, struct str name);

#endif
