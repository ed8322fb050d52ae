/* SPDX-License-Identifier: MIT */
/*
 * The loop of Query and Scan, the hottest one: cursor step → join → filter → JSON. An item is
 * unpacked only where something looks at it. Does not know what was asked, only the range.
 *
 *   [from ............ to)      the page ends after the item that reaches the limit or 1 MB
 */
#include "backend/embedded/page.h"

#include "backend/embedded/codec.h"
#include "backend/embedded/columns.h"
#include "backend/embedded/item.h"
#include "backend/embedded/names.h"
#include "backend/json_out.h"

enum { LOOK_UP_EVERY = 256 };

struct walk {
    struct call *call;
    struct store_txn *txn;
    struct page *page;
    struct store_cursor *cursor;
    const struct key_schema *schema;
    struct str names;
    struct buf *item; /* CALL_OLD: the entry, joined */
    bool joined;      /* the entry under the cursor is in `item` */
};

void page_fini(struct page *page)
{
    buf_fini(&page->from);
    buf_fini(&page->to);
    buf_fini(&page->last);
}

const struct key_schema *page_schema(const struct page *page)
{
    return page->index ? &page->index->schema : &page->table->schema;
}

uint32_t page_id(const struct page *page)
{
    return page->index ? page->index->id : page->table->id;
}

static bool in_range(const struct page *page, struct str key)
{
    return page->backward ? str_compare(key, buf_str(&page->from)) >= 0
                          : str_compare(key, buf_str(&page->to)) < 0;
}

static bool start(struct walk *w, bool *found, struct err *err)
{
    struct page *page = w->page;
    struct str at = buf_str(page->backward ? &page->to : &page->from);
    if (!store_seek(w->cursor, at, page->backward, found, err))
        return false;
    /* `to` itself is outside */
    if (*found && page->backward && str_equal(store_key(w->cursor), at))
        return store_step(w->cursor, true, found, err);
    return true;
}

static bool join(struct walk *w, struct str record, struct err *err)
{
    struct str components;
    buf_clear(w->item);
    key_components(store_key(w->cursor), &components);
    w->joined = codec_join(w->item, w->schema, components, w->names, record, err);
    return w->joined;
}

/* The whole item from the table: an index holds the table's keys, so the key can be made. */
static bool fetch(struct walk *w, struct value *item, struct err *err)
{
    const struct catalog_table *table = w->page->table;
    struct buf *key = engine_buf(w->call, CALL_KEY), *whole = engine_buf(w->call, CALL_NEW);
    struct str stored, record, components;
    size_t size;
    bool found;
    item_key(key, table, *item);
    if (!store_get(w->txn, STORE_ITEMS, buf_str(key), &stored, &found, err))
        return false;
    if (!found)
        return err_set(
            err, ERR_FILE, "an index entry has no item: run `dynascope check` on the store");
    key_components(buf_str(key), &components);
    if (!item_unwrap(stored, &size, &record, err) ||
        !codec_join(whole, &table->schema, components, w->names, record, err))
        return false;
    w->page->fetched++;
    w->page->fetched_bytes += size;
    *item = value_of(buf_str(whole));
    return true;
}

static void put_item(struct walk *w, struct value item)
{
    struct page *page = w->page;
    struct buf *out = w->call->out;
    if (page->count_only)
        return;
    json_put_comma(out);
    if (page->select) {
        columns_put(out, page->select, item);
        return;
    }
    if (page->projection) {
        struct buf *part = engine_buf(w->call, CALL_RECORD);
        expr_project(page->projection, item, part);
        item = value_of(buf_str(part));
    }
    json_out_typed_item(out, item);
}

static bool see(struct walk *w, struct str record, struct err *err)
{
    struct page *page = w->page;
    bool truth = true;
    if (page->count_only && !page->filter) {
        page->count++;
        return true;
    }
    if (!join(w, record, err))
        return false;
    struct value entry = value_of(buf_str(w->item)), item = entry;
    if (page->fetch && !fetch(w, &item, err))
        return false;
    if (page->filter && !expr_test(page->filter, page->filter_entry ? entry : item, &truth, err))
        return false;
    if (truth) {
        page->count++;
        put_item(w, item);
    }
    return true;
}

static void keep_last(struct walk *w)
{
    struct err err = ERR_INIT;
    struct value item = value_of(buf_str(w->item)), v;
    struct buf *last = &w->page->last;
    struct value_open open = value_open(last, VALUE_M);
    for (size_t i = 0; i < w->schema->count; i++)
        if (value_find(item, w->schema->at[i].name, &v)) {
            value_member(&open, last, w->schema->at[i].name);
            value_put(last, v);
        }
    value_close(&open, last, &err);
}

static bool finish(struct walk *w, struct str record, struct err *err)
{
    w->page->more = true;
    if (!w->joined && !join(w, record, err))
        return false;
    keep_last(w);
    return true;
}

static bool is_full(const struct page *page)
{
    return page->before + page->bytes >= PAGE_BYTES ||
           (page->limit && page->scanned >= page->limit);
}

static bool is_stopped(struct walk *w, struct err *err)
{
    return w->page->scanned % LOOK_UP_EVERY == 0 && ddb_call_stopped(w->call->request, err);
}

static bool walk(struct walk *w, struct err *err)
{
    struct page *page = w->page;
    bool found;
    if (!start(w, &found, err))
        return false;
    while (found && in_range(page, store_key(w->cursor))) {
        struct str record;
        size_t size;
        w->joined = false;
        if (!item_unwrap(store_value(w->cursor), &size, &record, err) || !see(w, record, err))
            return false;
        page->scanned++;
        page->bytes += size;
        if (is_full(page))
            return finish(w, record, err);
        if (is_stopped(w, err) || !store_step(w->cursor, page->backward, &found, err))
            return false;
    }
    return true;
}

static void forget_results(struct page *page)
{
    page->count = page->scanned = page->fetched = 0;
    page->bytes = page->fetched_bytes = 0;
    page->more = false;
    buf_clear(&page->last);
}

bool page_run_on(struct call *call, struct store_txn *txn, struct page *page, struct err *err)
{
    struct walk w = {.call = call, .txn = txn, .page = page, .schema = page_schema(page)};
    forget_results(page);
    if (!names_load(txn, page->table->id, &w.names, err))
        return false;
    w.item = engine_buf(call, CALL_OLD);
    w.cursor = store_cursor_open(txn, page->index ? STORE_INDEX : STORE_ITEMS, err);
    if (!w.cursor)
        return false;
    bool done = walk(&w, err);
    store_cursor_close(w.cursor);
    return done;
}

bool page_run(struct call *call, struct store_txn *txn, struct page *page, struct err *err)
{
    if (page->count_only)
        return page_run_on(call, txn, page, err);
    buf_add_byte(call->out, '[');
    bool done = page_run_on(call, txn, page, err);
    buf_add_byte(call->out, ']');
    return done;
}

void page_charge(const struct page *page, struct capacity *used)
{
    int64_t halves = capacity_of_read(page->bytes, page->consistent);
    used->table = page->table;
    if (!page->index) {
        used->halves += halves;
        return;
    }
    size_t i = (size_t)(page->index - page->table->indexes);
    used->touched[i] = true;
    used->index_halves[i] += halves;
    if (page->fetched)
        used->halves += (page->consistent ? 2 : 1) *
                        (int64_t)((page->fetched_bytes + 4095) / 4096 > (size_t)page->fetched
                                      ? (page->fetched_bytes + 4095) / 4096
                                      : (size_t)page->fetched);
}
