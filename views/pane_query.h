/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_PANE_QUERY_H
#define VIEWS_PANE_QUERY_H

#include "views/browse.h"
#include "views/view.h"

/* A row of the items pane. Runs the line in `args`; without one opens the query builder over the
 * items: a line, the same as a form, and what would become of it. */
void pane_query_ask(struct app *app, struct view *items, struct str args);
/* Shows what a line asks for of a table. */
bool pane_query_show(
    struct app *app, const struct client_table *table, struct str line, struct err *err);

#endif
