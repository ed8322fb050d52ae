/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_ITEMS_MARKED_H
#define VIEWS_ITEMS_ITEMS_MARKED_H

#include "views/items/bulk_run.h"
#include "views/items/pane_items_impl.h"

/* What is done to marked items, from inside: for items_marked*.c. */

/* What is asked for, until it begins. */
struct marked_ask {
    struct pane_items *pane;
    enum bulk_kind kind;
    struct bulk_update update;
    enum export_format format;
    bool replace;
    struct buf file, what, phrase, text;
    struct buf first; /* the first marked item that is loaded, to try a change on; or empty */
};
struct marked_ask *marked_ask_new(struct pane_items *p, enum bulk_kind kind);
void marked_ask_free(void *ask);
/* Begins it; what it takes from the ask is taken out. */
void marked_begin(struct marked_ask *ask);
/* One that writes begins after a question or a typed number. Takes over the ask. */
void marked_confirm(struct app *app, struct marked_ask *ask);
/* Says why nothing can begin now. */
bool marked_refuses(struct app *app, struct pane_items *p, bool writes);

#endif
