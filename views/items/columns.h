/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_COLUMNS_H
#define VIEWS_ITEMS_COLUMNS_H

#include "tui/grid.h"
#include "views/items/browse.h"
#include "views/items/columns_file.h"

/*
 * The columns of a grid of items, found from the data seen: keys first and frozen, then attributes
 * in the order in which they first came, unless the user has put them in another, which is kept for
 * the next time. Columns are only ever added, so nothing jumps while one scrolls.
 *
 * A table whose items have little in common has hundreds of attributes. There the most frequent
 * ones are shown, as many as there is room for, and the others are spare: hidden until asked for.
 */
enum {
    COLUMNS_MAX = 1000,    /* further attributes are seen in the item's own view */
    COLUMNS_PLENTY = 40,   /* so many are shown without choosing among them */
    COLUMNS_RARE_MIN = 4,  /* of rare ones, in fewer than one item of 20 */
    COLUMNS_SHOWN_MIN = 12 /* of more than plenty, at least */
};

/* What the grid need not know of a column. */
struct columns_state {
    int16_t rank; /* 1 + its place in the order that was kept; 0 = none */
    bool key, spare;
    enum role role; /* of the cells of a key of what is browsed; ROLE_TEXT for others */
    uint32_t seen;  /* items with it, as of the last columns_count() */
    uint16_t types; /* a bit for each enum value_type that was seen in it, likewise */
};

struct columns {
    struct arena arena; /* owns the names */
    struct grid_column list[COLUMNS_MAX];
    struct columns_state states[COLUMNS_MAX]; /* of the same column */
    int count;
    bool full;                      /* an attribute found no place */
    bool settled;                   /* the first items were seen */
    bool crowded;                   /* they have more than plenty: what comes is spare */
    int16_t slots[4 * COLUMNS_MAX]; /* hash of names; 0 = free, else index + 1 */
    struct columns_kept kept;       /* as it was left the last time; borrows from kept_arena */
    struct arena kept_arena;
    struct str ttl;   /* the attribute whose notes are always shown */
    uint32_t counted; /* items, for states[].seen */
    bool changed;     /* by the user, since it was kept */
};

/* Begins anew with the key attributes of what is browsed. `file`: what was kept of all tables, may
 * be empty. */
void columns_reset(struct columns *c, const struct browse *browse, struct str file);
void columns_fini(struct columns *c);
/* Adds what an item has; true where columns were added. */
bool columns_see(struct columns *c, struct value item);
/* After columns were added: puts them into the order that was kept, unless the user is changing it.
 * The first time, with all items counted: chooses where there are too many; `cols` is the width of
 * the grid. Indexes of columns change. */
void columns_settle(struct columns *c, int cols);
/* How often each is there, and with which types: forget, then add each item. */
void columns_forget_counts(struct columns *c);
void columns_count(struct columns *c, struct value item);
/* The column of an attribute, or -1. */
int columns_find(const struct columns *c, struct str name);
/* Columns that are hidden because there is no room for all. */
int columns_spare(const struct columns *c);
/* Moves a column beside its neighbour that is shown; returns where it is then. */
int columns_move(struct columns *c, int column, int step);
/* What is to be kept of them; borrows the names. The sort is the caller's. */
void columns_keep(const struct columns *c, struct columns_kept *kept);

#endif
