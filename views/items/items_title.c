/* SPDX-License-Identifier: MIT */
/*
 * The items pane's title line: what is read, how, and how much of it so far.
 */
#include "views/app.h"
#include "views/items/pane_items_impl.h"
#include "views/words.h"

/* The service's count now, which may be newer than what is browsed. */
static int64_t items_total(const struct pane_items *p)
{
    const struct browse *b = p->feed.browse;
    const struct listing_entry *e = listing_find(&p->view.app->listing, b->table.name);
    if (!e || !e->described)
        return browse_items(b);
    if (!b->index)
        return e->table.items;
    for (uint32_t i = 0; i < e->table.index_count; i++)
        if (str_equal(e->table.indexes[i].name, b->index->name))
            return e->table.indexes[i].items;
    return 0;
}

/* "400 of 1,204,113", or "400/1.2 M" where there is little room. */
static void items_of(struct buf *out, int64_t part, int64_t total, bool brief)
{
    words_count(out, part);
    buf_add(out, brief ? STR("/") : STR(" of "));
    if (brief)
        words_count_short(out, total);
    else
        words_count(out, total);
}

/* What is sorted or filtered are the rows that are loaded: how many of them are shown, or, where
 * all of them are, how many of the table they are. */
static void items_title_order(
    const struct pane_items *p, int64_t rows, int64_t total, bool brief, struct buf *out)
{
    int64_t shown = (int64_t)p->order.count;
    items_of(out, shown, shown == rows && total > rows ? total : rows, brief);
    if (!brief)
        buf_add(out, p->order.direction ? STR(" loaded, sorted") : STR(" loaded"));
}

/* "3 of 1,204 scanned": what a filter left of what was read, also while it is still reading. */
static bool items_title_scanned(const struct pane_items *p, bool brief, struct buf *out)
{
    struct feed_reads reads = feed_reads(&p->feed);
    const struct browse *b = p->feed.browse;
    if (!b->read.filter.len || items_order_on(&p->order) || !p->feed.from_home)
        return false;
    if (feed_at_end(&p->feed))
        buf_add(out, STR("all "));
    words_count(out, p->feed.before + (int64_t)p->feed.rows);
    buf_add(out, brief ? STR("/") : STR(" of "));
    if (brief)
        words_count_short(out, reads.scanned);
    else
        words_count(out, reads.scanned);
    buf_add(out, brief ? STR_NONE : STR(" scanned"));
    return true;
}

static void items_add_consumed(const struct pane_items *p, struct buf *out)
{
    struct feed_reads reads = feed_reads(&p->feed);
    int64_t ms = reads.ns / 1000000;
    words_plural(out, reads.requests, "request");
    if (reads.units) {
        buf_add(out, STR(" · "));
        budget_put(out, reads.units);
        buf_add(out, STR(" RCU"));
    }
    if (p->view.app->options.clock) /* whose time stands still */
        return;
    if (ms < 10000)
        buf_printf(out, " · %lld ms", (long long)ms);
    else
        buf_printf(out, " · %lld s", (long long)(ms / 1000));
}

/* "12 matched of 1,204 scanned · 3 requests · 4.5 RCU · 120 ms · " */
void pane_items_reads(const struct pane_items *p, struct buf *out)
{
    struct feed_reads reads = feed_reads(&p->feed);
    if (!browse_narrowed(p->feed.browse) || !reads.requests)
        return;
    words_count(out, reads.matched);
    if (p->feed.browse->statement.len) { /* it does not tell what it scanned */
        buf_add(out, STR(" read · "));
    } else {
        buf_add(out, STR(" matched of "));
        words_count(out, reads.scanned);
        buf_add(out, STR(" scanned · "));
    }
    items_add_consumed(p, out);
    if (p->feed.err.code == ERR_CANCELLED && !feed_at_end(&p->feed)) {
        struct buf key = {0};
        app_key_of(p->view.app, &p->view, "page-down", &key);
        buf_printf(out, " · stopped: %.*s reads on", STR_ARG(buf_str(&key)));
        buf_fini(&key);
    }
    buf_add(out, STR(" · "));
}

static void items_title_count(const struct pane_items *p, bool brief, struct buf *out)
{
    int64_t total = items_total(p), rows = (int64_t)p->feed.rows;
    int64_t read = p->feed.from_home ? p->feed.before + rows : rows;
    bool whole = p->feed.from_home && feed_at_end(&p->feed);
    if (items_title_scanned(p, brief, out))
        return;
    if (items_order_on(&p->order)) {
        items_title_order(p, rows, whole ? rows : total, brief, out);
        return;
    }
    if (whole && !read) {
        buf_add(out, STR("no items"));
        return;
    }
    if (!p->feed.from_home && p->feed.from_end && feed_at_end(&p->feed))
        buf_add(out, STR("last "));
    else if (whole)
        buf_add(out, STR("all "));
    if (!whole && !browse_narrowed(p->feed.browse) && total >= read)
        items_of(out, read, total, brief);
    else
        words_count(out, read);
    if (!brief && p->feed.from_home && !whole)
        buf_add(out, STR(" read"));
}

/* "3 new · ": what the stream tells and the rows do not show. A store is read again by itself. */
static void items_title_live(const struct pane_items *p, struct buf *out)
{
    if (!p->live.stale || !backend_is_remote(worker_backend(p->view.app->worker)))
        return;
    if (p->live.fresh)
        words_count(out, (int64_t)p->live.fresh);
    buf_add(out, p->live.fresh ? STR(" new · ") : STR("changed · "));
}

void pane_items_title(struct view *view, struct buf *left, struct buf *right)
{
    struct pane_items *p = (struct pane_items *)view;
    const struct browse *b = p->feed.browse;
    if (!b) {
        buf_add(left, STR("Items"));
        return;
    }
    buf_add(left, b->table.name);
    if (b->index)
        buf_printf(left, " ▸ %.*s", STR_ARG(b->index->name));
    else if (!browse_narrowed(b))
        buf_add(left, STR(" ▸ base table"));
    if (browse_narrowed(b))
        buf_printf(left, " ▸ %.*s", STR_ARG(buf_str(&p->about)));
    if (p->order.filter.len)
        buf_printf(left, "  /%.*s", STR_ARG(buf_str(&p->order.filter)));
    bool brief = view->app->frame.cols < 60;
    if (!items_order_on(&p->order) && !brief)
        buf_printf(right, "%s · ",
            b->statement.len   ? "PartiQL"
            : !b->query        ? "Scan"
            : b->read.backward ? "Query ↓"
                               : "Query");
    pane_items_marks_title(p, brief, right);
    items_title_live(p, right);
    struct feed_reads reads = feed_reads(&p->feed);
    if (p->feed.page_count)
        items_title_count(p, brief, right);
    else
        buf_add(right, p->feed.err.code ? STR("failed") : STR("reading"));
    if (!p->feed.page_count && reads.scanned && !brief) {
        buf_add(right, STR(", "));
        words_count(right, reads.scanned);
        buf_add(right, STR(" scanned"));
    }
}
