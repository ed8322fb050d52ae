/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEM_ACT_H
#define VIEWS_ITEM_ACT_H

#include "views/app.h"
#include "views/item/patch.h"

/*
 * What can be done to one item from the grid as well as from its own view. Each begins by reading
 * the item as it is now; what is read is what the write is guarded by.
 */

/* `key` holds at least the key attributes; everything is copied. */
void act_edit(struct app *app, const struct client_table *table, struct value key, bool typed);
void act_edit_attribute(struct app *app, const struct client_table *table, struct value key,
    const struct patch_path *path);
/* Asks for a name and a value: an attribute of the map at the path (empty = the item). */
void act_add_attribute(struct app *app, const struct client_table *table, struct value key,
    const struct patch_path *path);
void act_rename_attribute(struct app *app, const struct client_table *table, struct value key,
    const struct patch_path *path);
void act_remove_attribute(struct app *app, const struct client_table *table, struct value key,
    const struct patch_path *path);
void act_delete(struct app *app, const struct client_table *table, struct value key);
/* A new item in the editor, from a template with the key attributes. */
void act_add(struct app *app, const struct client_table *table);

#endif
