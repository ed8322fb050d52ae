/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_MARKING_H
#define VIEWS_ITEMS_MARKING_H

#include "views/items/feed.h"
#include "views/items/marks.h"

/*
 * What is marked of the table that is browsed: some items by their keys, or everything that a Scan
 * or Query reads but some. Marks outlive sorting, filtering, paging, refreshing and other queries
 * of the table; the table's end is theirs. Rows are those that are shown.
 *
 *   a range     anchor ━━━━━━━ reached     held apart until it is kept; what leaves the window
 *                                          stays in it
 */
struct marking {
    struct marks set;   /* the marked; with `all`, those that are left out */
    struct browse *all; /* or NULL */
    struct marks range;
    struct marks last; /* of this table, dropped by hand */
    bool ranging;
    int64_t anchor, reached; /* rows; the anchor may lie outside of the window */
    uint64_t anchor_identity;
    struct buf key;
    /* how many of the rows shown are marked, as of these */
    size_t shown;
    uint64_t set_version, range_version, feed_version, order_version;
};

/* The rows, as the marking asks for them. */
struct marking_rows {
    void *data;
    int64_t count;
    /* Type VALUE_NONE where there is none. */
    struct value (*item)(void *data, int64_t row);
};

void marking_fini(struct marking *m);
/* Another reading: NULL = none. What cannot go on is dropped; returns how many marks that were,
 * or -1 where everything of a query was marked. */
int64_t marking_browse(struct marking *m, const struct browse *before, const struct browse *now);
bool marking_any(const struct marking *m);
/* Whether this item is marked; in a range it counts as marked. */
bool marking_has(struct marking *m, const struct browse *browse, struct value item);
/* False where there is no room. */
bool marking_set(struct marking *m, const struct browse *browse, struct value item, bool on);
/* The same, but they can come back; everything of a query is marked anew as easily. */
int64_t marking_drop(struct marking *m);
/* Returns how many came back; -1 where there was no room for all. */
int64_t marking_bring_back(struct marking *m);
void marking_set_all(struct marking *m, const struct browse *browse);
/* Returns how many it dropped, or -1 for everything of a query. */
int64_t marking_clear(struct marking *m);
/* Marks all rows; returns how many became marked, or -1 where there is no room for all. */
int64_t marking_set_rows(
    struct marking *m, const struct browse *browse, const struct marking_rows *rows);

void marking_begin_range(
    struct marking *m, const struct browse *browse, const struct marking_rows *rows, int64_t row);
/* The cursor is on this row now. False where there is no room for more. */
bool marking_reach(
    struct marking *m, const struct browse *browse, const struct marking_rows *rows, int64_t row);
/* Rows have other numbers: what was row r is r + moved. */
void marking_moved(struct marking *m, int64_t moved);
/* Rows were read again, or are in another order: finds the anchor by its item. */
void marking_renumbered(
    struct marking *m, const struct browse *browse, const struct marking_rows *rows);
/* Ends the range: kept as marks, or not. Returns how many items it had; -1 where there was no room
 * for all. */
int64_t marking_end_range(struct marking *m, bool keep);

/* How many marked items are not among the rows. */
size_t marking_not_shown(struct marking *m, const struct browse *browse,
    const struct marking_rows *rows, uint64_t feed_version, uint64_t order_version);

#endif
