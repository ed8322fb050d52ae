/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_PANE_STREAM_H
#define VIEWS_PANE_STREAM_H

#include "backend/client.h"
#include "views/view.h"

/* Opens the live stream of a table over the items. Where the table has none, asks whether to turn
 * one on. */
void pane_stream_open(struct app *app, const struct client_table *table);
/* The rows that other panes offer for it. */
void pane_stream_run(struct app *app, const struct client_table *table, struct str args);

#endif
