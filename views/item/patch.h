/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEM_PATCH_H
#define VIEWS_ITEM_PATCH_H

#include "backend/value.h"

/* Places inside an item, and items that differ from another in one place. */

/* A step towards a value: an attribute's name, or a place in a list. */
struct patch_step {
    struct str name; /* `at` NULL: index counts */
    size_t index;
};
enum { PATCH_STEPS_MAX = 40 }; /* more than items can nest */
struct patch_path {
    size_t count;
    struct patch_step steps[PATCH_STEPS_MAX];
};

/* items[0].price; a name that is no plain word stands in quotes. */
void patch_path_add(struct buf *out, const struct patch_path *path);
bool patch_find(struct value item, const struct patch_path *path, struct value *out);
/* The value that holds the last step. */
bool patch_find_parent(struct value item, const struct patch_path *path, struct value *out);

/* Each appends a whole item to `out`. Set: replaces the value at the path, or adds it where its map
 * or list is there (a list takes it at its end). False with ERR_DATA where the path leads nowhere.
 */
bool patch_set(struct buf *out, struct value item, const struct patch_path *path, struct value v,
    struct err *err);
bool patch_remove(
    struct buf *out, struct value item, const struct patch_path *path, struct err *err);
bool patch_rename(struct buf *out, struct value item, const struct patch_path *path,
    struct str name, struct err *err);

#endif
