/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEM_TREE_H
#define VIEWS_ITEM_TREE_H

#include "backend/client.h"
#include "views/patch.h"

/* An item flattened for the tree widget: one node a value, in order, keys first. */
struct item_node {
    uint64_t id;    /* a hash of the path */
    int64_t parent; /* -1 = an attribute of the item */
    int depth;
    struct str name; /* `at` NULL: a member of a list, see index */
    size_t index;
    struct value value;
};

struct item_tree {
    struct buf bytes; /* the item, owned; values borrow from it */
    struct item_node *nodes;
    int64_t count, room;
};

void item_tree_fini(struct item_tree *tree);
/* Takes a copy of the item. */
void item_tree_set(struct item_tree *tree, const struct client_table *table, struct value item);
struct value item_tree_item(const struct item_tree *tree);
/* The path of a node; the names borrow from the tree. */
void item_tree_path(const struct item_tree *tree, int64_t node, struct patch_path *path);

#endif
