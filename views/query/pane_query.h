/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_QUERY_PANE_QUERY_H
#define VIEWS_QUERY_PANE_QUERY_H

#include "views/items/browse.h"
#include "views/view.h"

/* A row of the items pane. Runs the line in `args`; without one opens the query builder over the
 * items: a line, the same as a form, and what would become of it. */
void pane_query_ask(struct app *app, struct view *items, struct str args);
/* Completes its argument. */
void pane_query_complete_line(struct app *app, struct view *items, struct str line, size_t at,
    size_t *from, void (*offer)(void *to, struct str text, struct str note), void *to);
/* A row of the items pane. The same for a PartiQL statement; without one the query builder opens
 * with the one that reads what is looked at. */
void pane_query_partiql(struct app *app, struct view *items, struct str args);
/* The service refused what was asked: the query builder opens with it, the mistake at its place.
 * False where something else is open. */
bool pane_query_mend(
    struct app *app, const struct browse *browse, struct str line, const struct err *err);
/* Whether a reading may cost so much that it asks first; `text` gets the question. */
bool pane_query_is_dear(const struct app *app, const struct browse *browse, struct buf *text);
/* Shows a reading in the grid; where that may cost much, a question comes first. Takes over the
 * reference. */
void pane_query_begin(struct app *app, struct browse *browse, struct str about);
/* Shows what a line or a statement that reads asks for of a table; where that may cost much, a
 * question comes first. */
bool pane_query_show(
    struct app *app, const struct client_table *table, struct str line, struct err *err);

#endif
