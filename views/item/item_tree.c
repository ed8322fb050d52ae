/* SPDX-License-Identifier: MIT */
/* The model below the item view's tree. Sets are leaves: they are edited as a whole. */
#include "views/item/item_tree.h"

#include "base/mem.h"

#include <stdlib.h>

void item_tree_fini(struct item_tree *tree)
{
    for (int i = 0; i < tree->unfolded_count; i++)
        buf_fini(&tree->unfolded[i].bytes);
    buf_fini(&tree->bytes);
    free(tree->nodes);
    *tree = (struct item_tree){0};
}

struct value item_tree_item(const struct item_tree *tree)
{
    return value_of(buf_str(&tree->bytes));
}

static uint64_t item_tree_hash(uint64_t hash, struct str name, size_t index)
{
    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.at[i]) * 0x100000001b3u;
    hash = (hash ^ (name.at ? 0x2e : 0x5b)) * 0x100000001b3u;
    return (hash ^ index) * 0x100000001b3u;
}

static int item_tree_unfolded(const struct item_tree *tree, uint64_t id)
{
    for (int i = 0; i < tree->unfolded_count; i++)
        if (tree->unfolded[i].id == id)
            return i;
    return -1;
}

static void item_tree_add(
    struct item_tree *tree, int64_t parent, struct str name, size_t index, struct value v);

static void item_tree_add_members(struct item_tree *tree, int64_t self, struct value v)
{
    struct value_walk walk = value_walk(v);
    struct str name;
    struct value member;
    for (size_t i = 0; value_next(&walk, &name, &member); i++)
        item_tree_add(
            tree, self, v.type == VALUE_M ? name : STR_NONE, v.type == VALUE_M ? 0 : i, member);
}

static bool item_tree_unfold_again(struct item_unfolded *u, struct value v)
{
    struct err ignored = ERR_INIT;
    if (u->fresh) {
        u->fresh = false;
        return true;
    }
    buf_clear(&u->bytes);
    return unfold_value(v, &u->bytes, &u->as, &ignored);
}

/* The members of JSON stand below the string itself, anything else in a node named after it. */
static void item_tree_add_inside(struct item_tree *tree, int64_t self)
{
    struct item_unfolded *u = &tree->unfolded[item_tree_unfolded(tree, tree->nodes[self].id)];
    if (!item_tree_unfold_again(u, tree->nodes[self].value))
        return;
    struct value v = value_of(buf_str(&u->bytes));
    tree->nodes[self].form = u->as.form;
    tree->nodes[self].lack = u->as.lack;
    if ((v.type == VALUE_M || v.type == VALUE_L) && v.count)
        item_tree_add_members(tree, self, v);
    else
        item_tree_add(tree, self, str_from(u->as.form), 0, v);
}

static void item_tree_add(
    struct item_tree *tree, int64_t parent, struct str name, size_t index, struct value v)
{
    if (tree->count == tree->room) {
        tree->room = tree->room ? 2 * tree->room : 64;
        tree->nodes = mem_grow(tree->nodes, (size_t)tree->room * sizeof *tree->nodes);
    }
    const struct item_node *above = parent < 0 ? NULL : &tree->nodes[parent];
    struct item_node node = {.parent = parent,
        .depth = above ? above->depth + 1 : 0,
        .name = name,
        .index = index,
        .value = v,
        .inside = above && (above->inside || above->form),
        .id = item_tree_hash(above ? above->id : 0xcbf29ce484222325u, name, index)};
    int64_t self = tree->count;
    tree->nodes[tree->count++] = node;
    if (v.type == VALUE_M || v.type == VALUE_L)
        item_tree_add_members(tree, self, v);
    else if (tree->unfolded_count && item_tree_unfolded(tree, node.id) >= 0)
        item_tree_add_inside(tree, self);
}

bool item_tree_unfold(struct item_tree *tree, int64_t node, struct err *err)
{
    const struct item_node *n = &tree->nodes[node];
    int at = item_tree_unfolded(tree, n->id);
    if (at >= 0) {
        buf_fini(&tree->unfolded[at].bytes);
        tree->unfolded[at] = tree->unfolded[--tree->unfolded_count];
        return true;
    }
    if (tree->unfolded_count == ITEM_UNFOLDED_MAX)
        return err_set(err, ERR_DATA, "%d values are unfolded already", ITEM_UNFOLDED_MAX);
    struct item_unfolded u = {.id = n->id, .fresh = true};
    bool ok = unfold_value(n->value, &u.bytes, &u.as, err);
    if (ok)
        tree->unfolded[tree->unfolded_count++] = u;
    else
        buf_fini(&u.bytes);
    return ok;
}

static bool item_tree_is_key(const struct client_table *table, struct str name)
{
    for (uint32_t i = 0; i < table->key_count; i++)
        if (str_equal(table->keys[i].name, name))
            return true;
    return false;
}

void item_tree_set(struct item_tree *tree, const struct client_table *table, struct value item)
{
    struct str name;
    struct value v;
    struct buf bytes = {0};
    buf_add(&bytes, item.encoded);
    buf_fini(&tree->bytes);
    tree->bytes = bytes;
    tree->count = 0;
    item = item_tree_item(tree);
    for (uint32_t i = 0; i < table->key_count; i++)
        if (value_find(item, table->keys[i].name, &v))
            item_tree_add(tree, -1, table->keys[i].name, 0, v);
    struct value_walk walk = value_walk(item);
    while (value_next(&walk, &name, &v))
        if (!item_tree_is_key(table, name))
            item_tree_add(tree, -1, name, 0, v);
}

void item_tree_path(const struct item_tree *tree, int64_t node, struct patch_path *path)
{
    path->count = 0;
    while (node >= 0 && tree->nodes[node].inside)
        node = tree->nodes[node].parent;
    for (int64_t i = node; i >= 0; i = tree->nodes[i].parent)
        path->count++;
    size_t at = path->count;
    for (int64_t i = node; i >= 0 && at-- > 0; i = tree->nodes[i].parent)
        if (at < PATCH_STEPS_MAX)
            path->steps[at] =
                (struct patch_step){.name = tree->nodes[i].name, .index = tree->nodes[i].index};
    if (path->count > PATCH_STEPS_MAX)
        path->count = PATCH_STEPS_MAX;
}
