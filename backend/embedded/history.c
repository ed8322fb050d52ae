/* SPDX-License-Identifier: MIT */
/*
 * Tables as they were: what a write keeps, and walks over the past. A walk is a merge of two
 * cursors, both in key order:
 *
 *   items     a    b         d          the table now
 *   history   a@3  b@2 b@7   c@5        what was there before a write at that time
 *   as of 4   a    b@7       c@5  d     the first record above the moment, else the item of now
 *
 * Knows no job and no answer.
 */
#include "backend/embedded/history.h"

#include "backend/embedded/key.h"
#include "backend/embedded/upkeep.h"

#include <endian.h>

#define MOMENT STR("moment")
enum { TIME = 8, NEAR = 4 };

static void put_time(struct buf *out, int64_t time)
{
    uint64_t big = htobe64((uint64_t)time);
    buf_add(out, (struct str){(const char *)&big, sizeof big});
}

static int64_t read_time(const char *at)
{
    uint64_t big;
    memcpy(&big, at, sizeof big);
    return (int64_t)be64toh(big);
}

bool history_key_read(struct str key, uint32_t *id, struct str *item, int64_t *time)
{
    struct str rest = key;
    if (!key_read_id(&rest, id) || rest.len <= TIME)
        return false;
    *item = str_take(rest, rest.len - TIME);
    *time = read_time(rest.at + item->len);
    return true;
}

/* ---- time ---- */

bool history_last(struct store_txn *txn, int64_t *time, struct err *err)
{
    struct str value;
    bool found;
    *time = 0;
    if (!store_get(txn, STORE_META, MOMENT, &value, &found, err))
        return false;
    if (found && value.len == TIME)
        *time = read_time(value.at);
    return true;
}

static bool save(struct store_txn *txn, int64_t time, struct err *err)
{
    uint64_t big = htobe64((uint64_t)time);
    return store_put(txn, STORE_META, MOMENT, (struct str){(const char *)&big, sizeof big}, err);
}

static bool time_of_write(struct call *call, struct store_txn *txn, int64_t *time, struct err *err)
{
    int64_t last;
    if (!history_last(txn, &last, err))
        return false;
    *time = engine_now_ms(call->engine);
    if (*time <= last) {
        *time = last;
        return true;
    }
    return save(txn, *time, err);
}

bool history_moment(struct call *call, struct store_txn *txn, int64_t *moment, struct err *err)
{
    return time_of_write(call, txn, moment, err) && save(txn, *moment + 1, err);
}

/* ---- keeping ---- */

/* The entry may lie on a page that the next write moves: so it is copied. */
bool history_keep(
    struct call *call, struct store_txn *txn, const struct catalog_table *table, struct err *err)
{
    struct buf *key = engine_buf(call, CALL_HISTORY), *old = engine_buf(call, CALL_RECORD);
    struct str item = buf_str(&call->bufs[CALL_KEY]), value;
    uint32_t id;
    int64_t time;
    bool found;
    key_put_id(key, table->history);
    key_read_id(&item, &id);
    buf_add(key, item);
    if (!time_of_write(call, txn, &time, err))
        return false;
    put_time(key, time);
    if (!store_get(txn, STORE_STREAM, buf_str(key), &value, &found, err) || found)
        return found;
    if (!store_get(txn, STORE_ITEMS, buf_str(&call->bufs[CALL_KEY]), &value, &found, err))
        return false;
    if (found)
        buf_add(old, value);
    return store_put(txn, STORE_STREAM, buf_str(key), buf_str(old), err);
}

void history_marker_key(struct buf *out, uint32_t history)
{
    uint32_t big = htobe32(history);
    buf_add(out, HISTORY_MARKER);
    buf_add(out, (struct str){(const char *)&big, sizeof big});
}

bool history_begin(struct store_txn *txn, struct catalog_table *table, struct err *err)
{
    struct buf key = {0}, value = {0};
    if (table->history)
        return true;
    if (!catalog_next_id(txn, &table->history, err))
        return false;
    history_marker_key(&key, table->history);
    buf_add(&value, table->name);
    buf_add_byte(&value, '\0');
    bool done = store_put(txn, STORE_META, buf_str(&key), buf_str(&value), err);
    buf_fini(&key);
    buf_fini(&value);
    return done;
}

bool history_discard(
    struct engine *engine, struct store_txn *txn, uint32_t history, struct err *err)
{
    struct buf key = {0};
    if (!history)
        return true;
    history_marker_key(&key, history);
    bool done = store_delete(txn, STORE_META, buf_str(&key), NULL, err) &&
                upkeep_discard(engine, txn, STORE_STREAM, history, err);
    buf_fini(&key);
    return done;
}

bool history_end(
    struct engine *engine, struct store_txn *txn, struct catalog_table *table, struct err *err)
{
    if (!table->history || table->recovery || table->holds)
        return true;
    uint32_t id = table->history;
    table->history = 0;
    return history_discard(engine, txn, id, err);
}

/* ---- walking: the table's own cursor ---- */

/* Whether the cursor stands on a key of this id. */
static bool is_inside(struct store_cursor *c, uint32_t id, struct str *rest)
{
    uint32_t here;
    *rest = store_key(c);
    return key_read_id(rest, &here) && here == id;
}

static bool seek_item(struct history_walk *w, struct str after, struct err *err)
{
    struct str rest;
    buf_clear(&w->seek);
    if (after.len)
        buf_add(&w->seek, after);
    else
        key_put_id(&w->seek, w->table->id);
    if (!store_seek(w->items, buf_str(&w->seek), false, &w->item, err))
        return false;
    if (w->item && str_equal(store_key(w->items), after) &&
        !store_step(w->items, false, &w->item, err))
        return false;
    w->item = w->item && is_inside(w->items, w->table->id, &rest);
    return true;
}

static bool step_item(struct history_walk *w, struct err *err)
{
    struct str rest;
    if (!store_step(w->items, false, &w->item, err))
        return false;
    w->item = w->item && is_inside(w->items, w->table->id, &rest);
    return true;
}

/* ---- walking: the history's ---- */

/* To the first record of `item` from that time on, or of a later item. */
static bool seek_past(struct history_walk *w, struct str item, int64_t time, struct err *err)
{
    buf_clear(&w->seek);
    key_put_id(&w->seek, w->table->history);
    if (item.len) {
        buf_add(&w->seek, item);
        put_time(&w->seek, time);
    }
    return store_seek(w->past, buf_str(&w->seek), false, &w->record, err);
}

/* On from where the cursor stands to the next record above the moment that is an item's first. Most
 * items have few records: so some steps come before a search. */
static bool settle(struct history_walk *w, int64_t above, struct err *err)
{
    struct str item;
    uint32_t id;
    int64_t time;
    for (int steps = 0; w->record; steps++) {
        if (!history_key_read(store_key(w->past), &id, &item, &time) || id != w->table->history) {
            w->record = false;
            return true;
        }
        buf_clear(&w->mark);
        buf_add(&w->mark, item);
        if (time > above)
            return true;
        if (steps % NEAR == NEAR - 1 ? !seek_past(w, buf_str(&w->mark), above + 1, err)
                                     : !store_step(w->past, false, &w->record, err))
            return false;
    }
    return true;
}

static bool is_marked(struct history_walk *w, int64_t *time)
{
    struct str item;
    uint32_t id;
    return history_key_read(store_key(w->past), &id, &item, time) && id == w->table->history &&
           str_equal(item, buf_str(&w->mark));
}

/* From a record of the item that is marked to the next item's. */
static bool leave_item(struct history_walk *w, struct err *err)
{
    int64_t time;
    for (int steps = 0; steps < NEAR; steps++) {
        if (!store_step(w->past, false, &w->record, err))
            return false;
        if (!w->record || !is_marked(w, &time))
            return true;
    }
    return seek_past(w, buf_str(&w->mark), INT64_MAX, err);
}

static bool step_past(struct history_walk *w, int64_t above, struct err *err)
{
    return seek_past(w, buf_str(&w->mark), INT64_MAX, err) && settle(w, above, err);
}

static bool open_past(struct history_walk *w, struct str after, int64_t above, struct err *err)
{
    uint32_t id;
    struct str item = after;
    if (!w->table->history)
        return true;
    if (item.len)
        key_read_id(&item, &id);
    w->past = store_cursor_open(w->txn, STORE_STREAM, err);
    return w->past && seek_past(w, item, INT64_MAX, err) && settle(w, above, err);
}

/* ---- walking: both ---- */

bool history_walk_open(struct history_walk *w, struct store_txn *txn,
    const struct catalog_table *table, int64_t at, struct str after, struct err *err)
{
    *w = (struct history_walk){.txn = txn, .table = table, .at = at};
    w->items = store_cursor_open(txn, STORE_ITEMS, err);
    return w->items && seek_item(w, after, err) && open_past(w, after, at, err);
}

void history_walk_close(struct history_walk *w)
{
    store_cursor_close(w->past);
    store_cursor_close(w->items);
    buf_fini(&w->mark);
    buf_fini(&w->seek);
    buf_fini(&w->key);
}

static void set_key(struct history_walk *w, struct str item)
{
    buf_clear(&w->key);
    key_put_id(&w->key, w->table->id);
    buf_add(&w->key, item);
}

/* Which of the two comes next: below 0 the item, above 0 the record, 0 both speak of the same. */
static int order(struct history_walk *w, struct str *item)
{
    if (!w->item)
        return 1;
    is_inside(w->items, w->table->id, item);
    return w->record ? str_compare(*item, buf_str(&w->mark)) : -1;
}

bool history_walk_next(struct history_walk *w, bool *found, struct err *err)
{
    while (w->item || w->record) {
        struct str item = STR_NONE;
        int first = order(w, &item);
        *found = true;
        if (first < 0) {
            set_key(w, item);
            w->stored = store_value(w->items);
            return step_item(w, err);
        }
        set_key(w, buf_str(&w->mark));
        w->stored = store_value(w->past);
        if ((first == 0 && !step_item(w, err)) || !leave_item(w, err) || !settle(w, w->at, err))
            return false;
        if (w->stored.len)
            return true;
    }
    *found = false;
    return true;
}

/* ---- changes in a time ---- */

bool history_changes_open(struct history_changes *c, struct store_txn *txn,
    const struct catalog_table *table, int64_t from, int64_t to, struct str after, struct err *err)
{
    *c = (struct history_changes){.walk = {.txn = txn, .table = table}, .from = from, .to = to};
    return open_past(&c->walk, after, from - 1, err);
}

void history_changes_close(struct history_changes *c)
{
    history_walk_close(&c->walk);
}

/* The last write before `to`: the cursor stands on the first one since `from`. */
static bool find_last(struct history_changes *c, struct err *err)
{
    struct history_walk *w = &c->walk;
    bool found;
    buf_clear(&w->seek);
    key_put_id(&w->seek, w->table->history);
    buf_add(&w->seek, buf_str(&w->mark));
    put_time(&w->seek, c->to - 1);
    if (!store_seek(w->past, buf_str(&w->seek), true, &found, err))
        return false;
    if (!found || !is_marked(w, &c->change.written_ms))
        return err_set(err, ERR_FILE, "the history of a table is out of order");
    return true;
}

/* What a write at or after `to` replaced, else what is there now. */
static bool find_new(struct history_changes *c, struct err *err)
{
    struct history_walk *w = &c->walk;
    int64_t time;
    bool found;
    if (!seek_past(w, buf_str(&w->mark), c->to, err))
        return false;
    if (w->record && is_marked(w, &time)) {
        c->change.new = store_value(w->past);
        return true;
    }
    c->change.new = STR_NONE;
    return store_get(w->txn, STORE_ITEMS, buf_str(&w->key), &c->change.new, &found, err);
}

bool history_changes_next(struct history_changes *c, bool *found, struct err *err)
{
    struct history_walk *w = &c->walk;
    while (w->record) {
        int64_t time;
        is_marked(w, &time);
        *found = time < c->to;
        if (*found) {
            set_key(w, buf_str(&w->mark));
            c->change =
                (struct history_change){.key = buf_str(&w->key), .old = store_value(w->past)};
            if (!find_last(c, err) || !find_new(c, err))
                return false;
        }
        if (!step_past(w, c->from - 1, err))
            return false;
        if (*found)
            return true;
    }
    *found = false;
    return true;
}
