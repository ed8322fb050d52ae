/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_PANE_ITEM_IMPL_H
#define VIEWS_PANE_ITEM_IMPL_H

#include "tui/pager.h"
#include "tui/tree.h"
#include "views/item_tree.h"
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
    struct buf text;  /* the JSON */
    struct buf search;
    struct buf label, value, note;
    struct task *task;
    bool loaded, gone, stale; /* stale: asked to read again while it was read */
};

/* The path of the node under the cursor; false in JSON and in an empty item. */
bool pane_item_path(const struct pane_item *p, struct patch_path *path);
/* Another item in the same view. */
void pane_item_show(struct pane_item *p, struct value item);
/* The JSON anew, after its form has changed. */
void pane_item_make_text(struct pane_item *p);
/* The next node, round the end, that has the text; `stay`: perhaps the one under the cursor. */
bool pane_item_find(struct pane_item *p, int step, bool stay);
/* What the tree widget is told of a node. */
void pane_item_node(void *data, int64_t index, bool brief, struct tree_node *out);

#endif
