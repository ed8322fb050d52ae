/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_ITEMS_ORDER_H
#define VIEWS_ITEMS_ITEMS_ORDER_H

#include "views/items/feed.h"

/*
 * Which of the loaded rows are shown, in which order: all as they were read, or those that contain
 * a text, or sorted by an attribute. Only what is loaded is looked at: a filter or a sort never
 * reads.
 */
struct items_order {
    struct buf filter; /* empty = all */
    struct buf sort;   /* the attribute; empty = as read */
    int direction;     /* 1, -1; 0 = as read */
    uint32_t *rows;    /* where it is on: rows of the feed */
    size_t count, room;
    uint64_t version; /* changes with the rows */
};

void items_order_fini(struct items_order *order);
void items_order_clear(struct items_order *order);
bool items_order_on(const struct items_order *order);
/* After rows came or went, or filter or sort changed. */
void items_order_update(struct items_order *order, const struct feed *feed);
size_t items_order_rows(const struct items_order *order, const struct feed *feed);
/* From a row shown to a row of the feed. */
size_t items_order_at(const struct items_order *order, size_t row);
/* From a row of the feed to the row where it is shown, or SIZE_MAX. */
size_t items_order_find(const struct items_order *order, const struct feed *feed, size_t row);

#endif
