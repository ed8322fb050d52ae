/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_COPYING_H
#define VIEWS_ITEMS_COPYING_H

#include "views/app.h"

/*
 * Texts that leave the explorer: to the terminal's clipboard, or to a file where they are too long
 * for that or the user says so. No file is replaced without asking; none is half written.
 */

/* To the clipboard; what is too long for it is offered to a file. `what` names it: "the item". */
void copying_text(struct app *app, struct str text, struct str what);
/* To a file; without a name it is asked for. "~/" is the home folder. */
void copying_write(struct app *app, struct str name, struct str text, struct str what);

/* The item's key as JSON, and the item or a value as it would be copied. */
void copying_key(
    struct app *app, const struct client_table *table, struct value item, struct str args);
void copying_add_value(struct buf *out, struct value v);

#endif
