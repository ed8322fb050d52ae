/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CHANGES_PANE_STAGED_H
#define VIEWS_CHANGES_PANE_STAGED_H

#include "views/app.h"
#include "views/item/patch.h"

/*
 * What is staged, as the grid and the item's view show it: in place of what was read. Where nothing
 * is staged none of it costs anything.
 */

/* The item as it is staged; the item itself where it is not, or where it is to be deleted. */
struct value pane_staged_item(
    const struct app *app, const struct client_table *table, struct value item);
/* Bits of enum grid_row_flag. */
unsigned pane_staged_flags(
    const struct app *app, const struct client_table *table, struct value item);
/* Whether this attribute of the item is staged to be `v`. */
bool pane_staged_attribute(const struct app *app, const struct client_table *table,
    struct value item, struct str name, struct value v);
/* "was 199 ← staged", where the value at the path is staged; false where it is not. */
bool pane_staged_note(const struct app *app, const struct client_table *table, struct value item,
    const struct patch_path *path, struct buf *out);
/* "2 changes staged · ", for a title. */
void pane_staged_title(
    const struct app *app, const struct client_table *table, struct value item, struct buf *out);

#endif
