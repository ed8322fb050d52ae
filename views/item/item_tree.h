/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEM_ITEM_TREE_H
#define VIEWS_ITEM_ITEM_TREE_H

#include "backend/client.h"
#include "views/item/patch.h"
#include "views/item/unfold.h"

/*
 * An item flattened for the tree widget: one node a value, in order, keys first. Below a string or
 * binary that was unfolded (unfold.h) stands what is inside: not part of the item.
 *
 *   payload   "eyJhIjoxfQ=="          form "base64"
 *     base64  "{\"a\":1}"             inside, form "JSON"
 *       a     1                       inside
 */
struct item_node {
    uint64_t id;    /* a hash of the path */
    int64_t parent; /* -1 = an attribute of the item */
    int depth;
    struct str name; /* `at` NULL: a member of a list, see index */
    size_t index;
    struct value value;
    bool inside;             /* of a string or binary: to read, not to change */
    const char *form, *lack; /* of what is unfolded from it, see struct unfold; NULL = nothing is */
};

enum { ITEM_UNFOLDED_MAX = 64 };
struct item_unfolded {
    uint64_t id;
    struct buf bytes; /* what is inside, encoded */
    struct unfold as;
    bool fresh; /* made for the tree that is set next */
};

struct item_tree {
    struct buf bytes; /* the item, owned; values borrow from it */
    struct item_node *nodes;
    int64_t count, room;
    struct item_unfolded unfolded[ITEM_UNFOLDED_MAX];
    int unfolded_count;
};

void item_tree_fini(struct item_tree *tree);
/* Takes a copy of the item. */
void item_tree_set(struct item_tree *tree, const struct client_table *table, struct value item);
/* Unfolds a node, or folds it again; the tree has to be set anew then, and what stands at the same
 * path of the next item is unfolded, too. False where there is nothing inside. */
bool item_tree_unfold(struct item_tree *tree, int64_t node, struct err *err);
struct value item_tree_item(const struct item_tree *tree);
/* The path of a node; the names borrow from the tree. Of one that stands inside a string, the path
 * of that string. */
void item_tree_path(const struct item_tree *tree, int64_t node, struct patch_path *path);

#endif
