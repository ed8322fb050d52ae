/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEM_ACT_IMPL_H
#define VIEWS_ITEM_ACT_IMPL_H

#include "views/item/act.h"
#include "views/item/edit.h"

/* One change under way: for act.c (reading, writing, attributes) and act_item.c (whole items). */
struct act {
    struct arena arena; /* owns all below */
    struct app *app;
    void (*go)(struct act *act); /* with the item; frees the act at last */
    struct client_table table;
    struct value key, item;
    struct value loaded; /* what the write is guarded by: `item`, but where that is staged */
    struct patch_path path;
    struct str name; /* of an attribute being added */
    bool typed;
    bool in_line; /* what is written was typed in the prompt */
};

struct act *act_new(struct app *app, const struct client_table *table, void (*go)(struct act *act));
void act_free(void *context);
/* Reads the item, then calls go(). */
void act_start(struct act *act, struct value item);
/* Hands both versions to the journal; `file` holds the edited text, or NULL. */
void act_write(struct act *act, const char *verb, struct value before, struct value after,
    const struct edit_file *file);
/* Whether the connection is read-only; says so. */
bool act_refuses_write(struct app *app);

#endif
