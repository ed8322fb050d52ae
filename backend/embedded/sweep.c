/* SPDX-License-Identifier: MIT */
/*
 * Time to live. A walk through each table that has it enabled, a bounded step at a time:
 *
 *   marker of the next table ─▶ items after its key ─▶ expired? remember the key
 *                                                        └─▶ removed like any item, by the service
 *
 * Expired is what the service calls so: a number, below now, and not more than five years ago, so
 * that a value in other units does not take everything away. Knows no request.
 */
#include "backend/embedded/sweep.h"

#include "backend/embedded/codec.h"
#include "backend/embedded/item.h"
#include "backend/embedded/names.h"
#include "backend/number.h"

#include <endian.h>

#define MARKER STR("sweep.")
enum { FIVE_YEARS_S = 5 * 366 * 86400 };

/* ---- markers ---- */

static void marker_key(struct buf *out, uint32_t table)
{
    uint32_t big = htobe32(table);
    buf_add(out, MARKER);
    buf_add(out, (struct str){(const char *)&big, sizeof big});
}

static bool put_marker(
    struct store_txn *txn, uint32_t table, struct str name, struct str last, struct err *err)
{
    struct buf key = {0}, value = {0};
    marker_key(&key, table);
    buf_add(&value, name);
    buf_add_byte(&value, '\0');
    buf_add(&value, last);
    bool done = store_put(txn, STORE_META, buf_str(&key), buf_str(&value), err);
    buf_fini(&key);
    buf_fini(&value);
    return done;
}

bool sweep_unmark(struct store_txn *txn, uint32_t table, struct err *err)
{
    struct buf key = {0};
    marker_key(&key, table);
    bool done = store_delete(txn, STORE_META, buf_str(&key), NULL, err);
    buf_fini(&key);
    return done;
}

bool sweep_mark(struct store_txn *txn, const struct catalog_table *table, struct err *err)
{
    return put_marker(txn, table->id, table->name, STR_NONE, err);
}

struct marker {
    uint32_t id;
    struct str name, last; /* in the call's arena */
};

/* The first marker from this table id on. */
static bool find_marker(struct call *call, struct store_txn *txn, uint32_t from, struct marker *out,
    bool *found, struct err *err)
{
    struct buf key = {0};
    marker_key(&key, from);
    struct store_cursor *c = store_cursor_open(txn, STORE_META, err);
    bool done = c && store_seek(c, buf_str(&key), false, found, err);
    if (done && *found)
        *found = str_starts(store_key(c), MARKER) && store_key(c).len == key.len;
    if (done && *found) {
        uint32_t big;
        struct str rest = arena_dup(&call->arena, store_value(c));
        memcpy(&big, store_key(c).at + MARKER.len, sizeof big);
        str_cut(&rest, '\0', &out->name);
        out->id = be32toh(big);
        out->last = rest;
    }
    store_cursor_close(c);
    buf_fini(&key);
    return done;
}

bool sweep_any(struct call *call, struct store_txn *txn, bool *any, struct err *err)
{
    struct marker marker;
    return find_marker(call, txn, 0, &marker, any, err);
}

/* Tables take turns; after the last one comes the first. */
static bool next_marker(
    struct call *call, struct store_txn *txn, struct marker *out, bool *found, struct err *err)
{
    uint32_t last = atomic_load_explicit(&call->engine->sweep_table, memory_order_relaxed);
    if (!find_marker(call, txn, last + 1, out, found, err))
        return false;
    return *found || find_marker(call, txn, 0, out, found, err);
}

/* ---- the walk ---- */

struct walk {
    struct call *call;
    struct store_txn *txn;
    const struct catalog_table *table;
    struct number oldest, now; /* expired is what lies between */
    struct str names;
    struct sweep_look *look;
    size_t looked;
};

static void walk_init(struct walk *w, struct call *call, struct store_txn *txn,
    const struct catalog_table *table, struct sweep_look *look)
{
    int64_t now_s = engine_now_ms(call->engine) / 1000;
    *w = (struct walk){.call = call, .txn = txn, .table = table, .look = look};
    number_from_i64(&w->now, now_s);
    number_from_i64(&w->oldest, now_s - FIVE_YEARS_S);
}

static bool is_expired(const struct walk *w, struct value item, struct value *when)
{
    return value_find(item, w->table->ttl, when) && when->type == VALUE_N &&
           str_compare(when->data, number_str(&w->now)) < 0 &&
           str_compare(when->data, number_str(&w->oldest)) >= 0;
}

static void note_soonest(struct sweep_look *look, double seconds)
{
    if (seconds * 1000 < (double)look->soonest_ms)
        look->soonest_ms = (int64_t)(seconds * 1000);
}

/* An item that cannot be read is passed over: the write that takes this step with it is about
 * something else. Reading the item says what is wrong, and so does the store's check. */
static void look_at(struct walk *w, struct str key, struct str stored)
{
    struct err ignored = ERR_INIT;
    struct buf *item = engine_buf(w->call, CALL_OLD);
    struct sweep_look *look = w->look;
    struct str components, record;
    struct value when = {0};
    size_t size;
    w->looked++;
    look->last = arena_dup(&w->call->arena, key);
    key_components(key, &components);
    if (!item_unwrap(stored, &size, &record, &ignored) ||
        !codec_join(item, &w->table->schema, components, w->names, record, &ignored))
        return;
    if (is_expired(w, value_of(buf_str(item)), &when))
        look->expired[look->count++] = look->last;
    else if (when.type == VALUE_N && str_compare(when.data, number_str(&w->now)) >= 0)
        note_soonest(look, number_to_double(when.data));
}

static bool look_at_items(struct walk *w, struct str from, struct str to, struct err *err)
{
    struct sweep_look *look = w->look;
    struct store_cursor *c = store_cursor_open(w->txn, STORE_ITEMS, err);
    bool found, done = c && store_seek(c, from, false, &found, err);
    if (done && found && str_equal(store_key(c), from))
        done = store_step(c, false, &found, err);
    while (done && found && w->looked < SWEEP_LOOK && look->count < SWEEP_REMOVE &&
           str_compare(store_key(c), to) < 0) {
        look_at(w, store_key(c), store_value(c));
        done = store_step(c, false, &found, err);
    }
    look->end = done && (!found || str_compare(store_key(c), to) >= 0);
    store_cursor_close(c);
    return done;
}

static bool walk_table(struct walk *w, struct err *err)
{
    struct buf from = {0}, to = {0};
    if (w->look->after.len)
        buf_add(&from, w->look->after);
    else
        key_put_id(&from, w->table->id);
    key_put_id(&to, w->table->id + 1);
    bool done = names_load(w->txn, w->table->id, &w->names, err) &&
                look_at_items(w, buf_str(&from), buf_str(&to), err);
    buf_fini(&from);
    buf_fini(&to);
    return done;
}

/* The place in the look is one in the marker's table, or none. */
static bool look_at_table(struct call *call, struct store_txn *txn, const struct marker *marker,
    struct sweep_look *look, struct err *err)
{
    const struct catalog_table *table;
    struct walk w;
    *look = (struct sweep_look){.table = marker->id,
        .after = look->after,
        .found = true,
        .name = marker->name,
        .soonest_ms = INT64_MAX};
    if (!engine_table_maybe(call, txn, marker->name, &table, err))
        return false;
    look->ended = !table || table->id != marker->id || !table->ttl_enabled;
    if (look->ended)
        return true;
    walk_init(&w, call, txn, table, look);
    return walk_table(&w, err);
}

bool sweep_look(struct call *call, struct store_txn *txn, struct sweep_look *look, struct err *err)
{
    struct marker marker;
    if (!find_marker(call, txn, look->table, &marker, &look->found, err))
        return false;
    if (look->found && marker.id != look->table)
        look->after = STR_NONE;
    return !look->found || look_at_table(call, txn, &marker, look, err);
}

static bool remove_item(struct walk *w, struct str key, struct err *err)
{
    struct capacity free_of_charge = {0};
    struct item_slot slot;
    struct value when;
    buf_add(engine_buf(w->call, CALL_KEY), key);
    if (!item_load(w->call, w->txn, w->table, &slot, err))
        return false;
    return slot.old.type == VALUE_NONE || !is_expired(w, slot.old, &when) ||
           item_store(w->call, w->txn, &slot, (struct value){0}, true, &free_of_charge, err);
}

bool sweep_remove(
    struct call *call, struct store_txn *txn, const struct sweep_look *look, struct err *err)
{
    const struct catalog_table *table;
    struct walk w;
    if (!engine_table_maybe(call, txn, look->name, &table, err))
        return false;
    if (!table || table->id != look->table || !table->ttl_enabled)
        return true;
    walk_init(&w, call, txn, table, NULL);
    for (size_t i = 0; i < look->count; i++)
        if (!remove_item(&w, look->expired[i], err))
            return false;
    return true;
}

/* A table that was looked through in one go is begun again without a word in the store. */
static bool move_marker(struct store_txn *txn, const struct marker *marker,
    const struct sweep_look *look, struct err *err)
{
    struct str last = look->end ? STR_NONE : look->last;
    return str_equal(last, marker->last) || put_marker(txn, marker->id, marker->name, last, err);
}

/* ---- steps ---- */

static int64_t load_ms(const _Atomic int64_t *ms)
{
    return atomic_load_explicit(ms, memory_order_relaxed);
}

bool sweep_due(struct engine *engine)
{
    int64_t now = engine_now_ms(engine), next = load_ms(&engine->sweep_ms);
    if (next && now < next && next - now <= SWEEP_FIRST_MS)
        return false; /* a clock that was set back does not put it off for long */
    atomic_store_explicit(
        &engine->sweep_ms, now + (next ? SWEEP_EVERY_MS : SWEEP_FIRST_MS), memory_order_relaxed);
    return next != 0;
}

bool sweep_step(struct call *call, struct store_txn *txn, struct err *err)
{
    struct marker marker;
    bool found;
    if (!next_marker(call, txn, &marker, &found, err))
        return false;
    if (!found)
        return true;
    struct sweep_look *look = arena_new(&call->arena, struct sweep_look);
    look->after = marker.last;
    atomic_store_explicit(&call->engine->sweep_table, marker.id, memory_order_relaxed);
    if (!look_at_table(call, txn, &marker, look, err))
        return false;
    if (look->ended)
        return sweep_unmark(txn, marker.id, err) || engine_spoil(txn);
    if (!sweep_remove(call, txn, look, err) || !move_marker(txn, &marker, look, err))
        return engine_spoil(txn);
    if (look->count == SWEEP_REMOVE) /* there is more: with the next write */
        atomic_store_explicit(
            &call->engine->sweep_ms, engine_now_ms(call->engine), memory_order_relaxed);
    return true;
}
