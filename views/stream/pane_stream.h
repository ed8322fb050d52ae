/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_STREAM_PANE_STREAM_H
#define VIEWS_STREAM_PANE_STREAM_H

#include "backend/client.h"
#include "views/view.h"

/* Opens the live stream of a table over the items. */
void pane_stream_open(struct app *app, const struct client_table *table);
/* The rows that other panes offer for it: the stream of `table` (may be NULL where names are
 * given), or of those that are named, or with "*" of all that have one. Where the one table has
 * none, asks whether to turn one on; a view type in args is that of the new one. */
void pane_stream_run(struct app *app, const struct client_table *table, struct str args);
/* Names of the tables whose streams are shown, with a blank between, or "*". */
void pane_stream_names(const struct view *view, struct buf *out);
/* A table's stream was turned on: it joins what is shown, or is opened. */
void pane_stream_turned_on(struct app *app, const struct client_table *table);
/* For rows that take names of tables or a view type. */
bool pane_stream_complete(struct app *app, struct view *view, int nth, struct buf *out);

/* The open stream pane's records as Lambda events, one JSON object a line: the one under the
 * cursor, or all that are shown, oldest first. Returns how many; 0 where no stream is open. With
 * `table` (may be empty) only those of this table's. */
size_t pane_stream_events(const struct app *app, bool all, struct str table, struct buf *out);

#endif
