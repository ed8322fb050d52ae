/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_PANE_QUERY_H
#define VIEWS_PANE_QUERY_H

#include "views/browse.h"
#include "views/view.h"

/* Opens the query builder over the items: a line, the same as a form, and what would become of it.
 * `text` is what to begin with. */
void pane_query_open(struct app *app, const struct browse *browse, struct str text);
/* Plans and runs a line without the builder; ERR_DATA with its place. `about` gets the condition
 * for a title. NULL on error. */
struct browse *pane_query_parse(
    const struct client_table *table, struct str text, struct buf *about, struct err *err);

#endif
