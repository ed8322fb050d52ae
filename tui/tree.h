/* SPDX-License-Identifier: MIT */
#ifndef TUI_TREE_H
#define TUI_TREE_H

#include "base/str.h"
#include "tui/action.h"
#include "tui/canvas.h"

/*
 * An item's attributes: nodes in document order, each with its depth; maps and lists fold. What is
 * folded is remembered by id, so it survives a reload of the model. After the model has changed
 * call tree_update().
 */
struct tree_node {
    uint64_t id; /* the same for the same path, e.g. a hash of it */
    int depth;
    bool branch;                   /* can be folded */
    struct str label, value, note; /* borrowed until the next call */
    struct str aside;              /* at the right edge, in the note's role; likewise */
    enum role label_role, value_role, note_role;
};

struct tree_source {
    void *data;
    int64_t (*count)(void *data); /* all nodes, folded or not */
    /* Zeroed before the call. Where `brief` is set only id, depth and branch are needed. */
    void (*node)(void *data, int64_t index, bool brief, struct tree_node *node);
};

struct tree {
    struct tree_source source;
    int open_depth; /* branches at this depth and below start folded; 0 counts as "all open" */
    bool focused, gutter;
    struct str search;
    int64_t cursor;     /* row among the visible ones */
    uint64_t cursor_id; /* of the node that it is on */
    int64_t top;
    int rows, cols;
    /* the visible nodes, made by tree_update() */
    int64_t *visible;
    int64_t visible_count;
    uint64_t *toggled; /* sorted ids that are not as open_depth has them */
    size_t toggled_count;
    int label_width;
};

void tree_init(struct tree *tree, const struct tree_source *source);
void tree_fini(struct tree *tree);
/* The model has changed: find the visible nodes again; the cursor stays on its node if that is
 * there. */
void tree_update(struct tree *tree);
bool tree_handle(struct tree *tree, enum action action);
void tree_arrange(struct tree *tree, int rows, int cols);
void tree_draw(const struct tree *tree, const struct canvas *c);
/* The model's index of the node under the cursor, or -1 where there is none. */
int64_t tree_selected(const struct tree *tree);
/* Puts the cursor on a node, unfolding what hides it. */
void tree_select(struct tree *tree, int64_t index);
bool tree_folded(const struct tree *tree, const struct tree_node *node);

#endif
