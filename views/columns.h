/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_COLUMNS_H
#define VIEWS_COLUMNS_H

#include "tui/grid.h"
#include "views/browse.h"

/*
 * The columns of a grid of items, found from the data seen: keys first and frozen, then attributes
 * in the order in which they first came. Columns are only ever added, so nothing jumps while one
 * scrolls.
 */
enum { COLUMNS_MAX = 200 }; /* further attributes are seen in the item's own view */

struct columns {
    struct arena arena; /* owns the names */
    struct grid_column list[COLUMNS_MAX];
    int count;
    bool full;                      /* an attribute found no place */
    int16_t slots[4 * COLUMNS_MAX]; /* hash of names; 0 = free, else index + 1 */
};

/* Begins anew with the key attributes of what is browsed. */
void columns_reset(struct columns *c, const struct browse *browse);
void columns_fini(struct columns *c);
/* Adds what an item has; true where columns were added. */
bool columns_see(struct columns *c, struct value item);
/* The column of an attribute, or -1. */
int columns_find(const struct columns *c, struct str name);

#endif
