/* SPDX-License-Identifier: MIT */
/*
 * A view of the feed's rows. Must not know the grid. Values of different types sort by type,
 * missing ones last whatever the direction.
 */
#include "views/items/items_order.h"

#include "base/mem.h"
#include "views/match.h"

#include <stdlib.h>

void items_order_fini(struct items_order *order)
{
    buf_fini(&order->filter);
    buf_fini(&order->sort);
    free(order->rows);
    *order = (struct items_order){0};
}

void items_order_clear(struct items_order *order)
{
    buf_clear(&order->filter);
    buf_clear(&order->sort);
    order->direction = 0;
    order->count = 0;
    order->version++;
}

bool items_order_on(const struct items_order *order)
{
    return order->filter.len || order->direction;
}

struct items_sort {
    const struct feed *feed;
    struct str name;
    int direction;
};

static int items_order_type(enum value_type type)
{
    return type == VALUE_TRUE ? VALUE_FALSE : (int)type;
}

static int items_order_compare(const void *a, const void *b, void *context)
{
    const struct items_sort *sort = context;
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    struct value x = {0}, y = {0};
    value_find(feed_item(sort->feed, i), sort->name, &x);
    value_find(feed_item(sort->feed, k), sort->name, &y);
    int order = 0;
    if (x.type == VALUE_NONE || y.type == VALUE_NONE)
        order = (x.type == VALUE_NONE) - (y.type == VALUE_NONE);
    else if (items_order_type(x.type) != items_order_type(y.type))
        order = sort->direction * (items_order_type(x.type) - items_order_type(y.type));
    else if (x.type == VALUE_S || x.type == VALUE_N || x.type == VALUE_B)
        order = sort->direction * value_compare(x, y);
    else
        order = sort->direction * str_compare(x.encoded, y.encoded);
    return order ? order : (i > k) - (i < k);
}

void items_order_update(struct items_order *order, const struct feed *feed)
{
    order->count = 0;
    order->version++;
    if (!items_order_on(order))
        return;
    if (order->room < feed->rows) {
        order->room = feed->rows;
        order->rows = mem_grow(order->rows, order->room * sizeof *order->rows);
    }
    struct str filter = buf_str(&order->filter);
    const struct value *items;
    uint32_t row = 0;
    size_t count;
    for (size_t page = 0; (items = feed_page_items(feed, page, &count)); page++)
        for (size_t i = 0; i < count; i++, row++)
            if (match_item(items[i], filter))
                order->rows[order->count++] = row;
    struct items_sort sort = {feed, buf_str(&order->sort), order->direction};
    if (order->direction && order->count)
        qsort_r(order->rows, order->count, sizeof *order->rows, items_order_compare, &sort);
}

size_t items_order_rows(const struct items_order *order, const struct feed *feed)
{
    return items_order_on(order) ? order->count : feed->rows;
}

size_t items_order_at(const struct items_order *order, size_t row)
{
    if (!items_order_on(order))
        return row;
    return row < order->count ? order->rows[row] : SIZE_MAX;
}

size_t items_order_find(const struct items_order *order, const struct feed *feed, size_t row)
{
    if (!items_order_on(order))
        return row < feed->rows ? row : SIZE_MAX;
    for (size_t i = 0; i < order->count; i++)
        if (order->rows[i] == row)
            return i;
    return SIZE_MAX;
}
