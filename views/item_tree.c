/* SPDX-License-Identifier: MIT */
/* The model below the item view's tree. Sets are leaves: they are edited as a whole. */
#include "views/item_tree.h"

#include "base/mem.h"

#include <stdlib.h>

void item_tree_fini(struct item_tree *tree)
{
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
        .id = item_tree_hash(above ? above->id : 0xcbf29ce484222325u, name, index)};
    int64_t self = tree->count;
    tree->nodes[tree->count++] = node;
    if (v.type != VALUE_M && v.type != VALUE_L)
        return;
    struct value_walk walk = value_walk(v);
    struct value member;
    for (size_t i = 0; value_next(&walk, &name, &member); i++)
        item_tree_add(
            tree, self, v.type == VALUE_M ? name : STR_NONE, v.type == VALUE_M ? 0 : i, member);
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
