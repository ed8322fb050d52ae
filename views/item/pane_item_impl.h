/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEM_PANE_ITEM_IMPL_H
#define VIEWS_ITEM_PANE_ITEM_IMPL_H

#include "tui/pager.h"
#include "tui/tree.h"
#include "views/item/item_tree.h"
#include "views/task.h"
#include "views/view.h"

/* The item view from inside: for pane_item.c (model, drawing) and pane_item_commands.c. */
struct pane_item {
    struct view view;
    struct arena arena; /* owns the table's description */
    struct client_table table;
    struct item_tree model;
    struct tree tree;
    struct pager pager;
    bool json, typed; /* JSON instead of the tree; DynamoDB JSON */
    bool sizes;       /* a column with the bytes of each value */
    struct buf text;  /* the JSON */
    struct buf search;
    struct buf label, value, note, aside;
    struct task *task;
    struct buf stored;        /* the item as it was read, whatever is staged of it */
    uint64_t staged_version;  /* as of which it is shown */
    bool loaded, gone, stale; /* stale: asked to read again while it was read */
};

/* The path of the node under the cursor; false in JSON, in an empty item, and inside a string. */
bool pane_item_path(const struct pane_item *p, struct patch_path *path);
/* The node under the cursor, also inside a string; NULL in JSON and in an empty item. */
const struct item_node *pane_item_at(const struct pane_item *p);
/* "payload ▸ user.name": where a node is, also inside a string. */
void pane_item_place(const struct pane_item *p, const struct item_node *node, struct buf *out);
/* pane_item_read.c: what is inside the value, the value in a pager, the column of sizes. */
void pane_item_unfold(struct app *app, struct view *view, struct str args);
void pane_item_view(struct app *app, struct view *view, struct str args);
void pane_item_sizes(struct app *app, struct view *view, struct str args);
bool pane_item_has_value(struct app *app, struct view *view, struct buf *why);
/* Another item in the same view. */
void pane_item_show(struct pane_item *p, struct value item);
/* The JSON anew, after its form has changed. */
void pane_item_make_text(struct pane_item *p);
/* The next node, round the end, that has the text; `stay`: perhaps the one under the cursor. */
bool pane_item_find(struct pane_item *p, int step, bool stay);
/* What the tree widget is told of a node. */
void pane_item_node(void *data, int64_t index, bool brief, struct tree_node *out);

#endif
