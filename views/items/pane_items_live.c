/* SPDX-License-Identifier: MIT */
/*
 * The grid of items and the stream of its table: which rows records are about, when the window is
 * read again for what they cannot show. A store is read again by itself, once what has gone was
 * seen to go; a remote table, whose reading costs, when the user asks.
 */
#include "base/mem.h"
#include "views/app.h"
#include "views/changes/pane_staged.h"
#include "views/items/pane_items_impl.h"

#include <stdlib.h>

enum { LIVE_REREAD_MS = 200 };

/* ---- rows by identity ---- */

struct held {
    uint64_t identity, row;
};

static int compare_held(const void *a, const void *b)
{
    uint64_t x = ((const struct held *)a)->identity, y = ((const struct held *)b)->identity;
    return x < y ? -1 : x > y;
}

static void find_held(struct pane_items *p)
{
    if (p->held && p->held_version == p->feed.version)
        return;
    p->held = mem_grow(p->held, (p->feed.rows + 1) * sizeof *p->held);
    p->held_count = p->feed.rows;
    p->held_version = p->feed.version;
    for (size_t i = 0; i < p->feed.rows; i++)
        p->held[i] = (struct held){browse_identity(p->feed.browse, feed_item(&p->feed, i)), i};
    qsort(p->held, p->held_count, sizeof *p->held, compare_held);
}

static bool holds(void *context, uint64_t identity, struct value *item)
{
    struct pane_items *p = context;
    struct held wanted = {.identity = identity};
    if (!p->feed.browse)
        return false;
    find_held(p);
    const struct held *found =
        bsearch(&wanted, p->held, p->held_count, sizeof *p->held, compare_held);
    if (found)
        *item = pane_items_live_item(p, feed_item(&p->feed, (size_t)found->row));
    return found != NULL;
}

static void shows(void *context, struct value item)
{
    struct pane_items *p = context;
    if (columns_see(&p->columns, item))
        grid_columns_set(&p->grid, p->columns.list, p->columns.count);
}

/* ---- reading again ---- */

static void reread_due(void *data)
{
    struct pane_items *p = data;
    p->reread_timer = 0;
    if (items_live_ripe(&p->live))
        feed_refresh(&p->feed);
}

static void changed(void *context)
{
    struct pane_items *p = context;
    struct app *app = p->view.app;
    p->cached_row = -1;
    grid_rows_moved(&p->grid, 0, 0); /* columns may have to be wider */
    if (!items_live_ripe(&p->live) || !items_live_knows(&p->live) ||
        backend_is_remote(worker_backend(app->worker)))
        return;
    if (!app->loop)
        reread_due(p);
    else if (!p->reread_timer)
        p->reread_timer = loop_after(app->loop, LIVE_REREAD_MS, reread_due, p);
}

void pane_items_live(struct view *view, bool on)
{
    struct pane_items *p = (struct pane_items *)view;
    items_live_browse(&p->live, on ? p->feed.browse : NULL);
    p->cached_row = -1;
}

/* ---- what rows look like ---- */

struct value pane_items_live_item(const struct pane_items *p, struct value item)
{
    if (p->live.mark_count && item.type == VALUE_M) {
        const struct items_mark *mark =
            items_live_mark(&p->live, browse_identity(p->feed.browse, item));
        item = mark && mark->now.len ? value_of(buf_str(&mark->now)) : item;
    }
    return p->feed.browse ? pane_staged_item(p->view.app, &p->feed.browse->table, item) : item;
}

unsigned pane_items_live_flags(void *data, int64_t row)
{
    const struct pane_items *p = data;
    bool staged = p->view.app->staged.first != NULL;
    if ((!p->live.mark_count && !staged) || row < 0 ||
        (size_t)row >= items_order_rows(&p->order, &p->feed))
        return 0;
    struct value item = feed_item(&p->feed, items_order_at(&p->order, (size_t)row));
    return items_live_flags(
               &p->live, items_live_mark(&p->live, browse_identity(p->feed.browse, item))) |
           pane_staged_flags(p->view.app, &p->feed.browse->table, item);
}

void pane_items_live_cell(
    const struct pane_items *p, struct str column, struct value v, struct grid_cell *cell)
{
    unsigned flags = items_live_flags(&p->live, p->cached_mark);
    struct value before;
    if (flags & GRID_ROW_ADDED) {
        cell->role = ROLE_ADDED;
    } else if ((flags & GRID_ROW_CHANGED) && p->cached_mark->before.len) {
        bool had = value_find(value_of(buf_str(&p->cached_mark->before)), column, &before);
        if (!had || !value_equal(before, v))
            cell->role = ROLE_CHANGED;
    }
}

/* ---- life ---- */

void pane_items_live_init(struct pane_items *p)
{
    items_live_init(&p->live, p->view.app, p);
    p->live.changed = changed;
    p->live.holds = holds;
    p->live.shows = shows;
}

void pane_items_live_fini(struct pane_items *p)
{
    items_live_fini(&p->live);
    if (p->reread_timer)
        loop_forget(p->view.app->loop, p->reread_timer);
    free(p->held);
}
