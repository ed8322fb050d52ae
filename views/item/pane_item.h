/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEM_PANE_ITEM_H
#define VIEWS_ITEM_PANE_ITEM_H

#include "backend/client.h"
#include "views/view.h"

/* One item, as a tree or as JSON. `item` is what the grid knows of it (perhaps only its key); the
 * whole is read at once. The cursor starts on the attribute `name`. */
struct view *pane_item_new(
    struct app *app, const struct client_table *table, struct value item, struct str name);
/* What it shows, as it was read last, and whose it is. Borrowed. */
struct value pane_item_current(const struct view *view);
const struct client_table *pane_item_table(const struct view *view);
/* Whether the item was read once. */
bool pane_item_waiting(const struct view *view);

#endif
