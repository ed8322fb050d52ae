/* SPDX-License-Identifier: MIT */
/*
 * Histories are trimmed: every hour a walk through all of them, a bounded step at a time, takes
 * away what is older than the first moment that their table can be restored to. Tables that jobs
 * read are left alone. Where the walk stands is in each history's marker.
 */
#include "backend/embedded/history.h"
#include "backend/embedded/recovery.h"

#include <endian.h>

struct trimming {
    struct call *call;
    struct store_txn *txn;
    uint32_t id;
    struct str name, from; /* of the table; the last record that was looked at */
    int64_t before;
    struct str old[HISTORY_TRIM_LOOK], last; /* keys */
    size_t count, looked;
    bool end;
};

static bool find_marker(struct trimming *t, uint32_t after, bool *found, struct err *err)
{
    struct buf key = {0};
    history_marker_key(&key, after + 1);
    struct store_cursor *c = store_cursor_open(t->txn, STORE_META, err);
    bool done = c && store_seek(c, buf_str(&key), false, found, err);
    if (done && *found)
        *found = str_starts(store_key(c), HISTORY_MARKER) && store_key(c).len == key.len;
    if (done && *found) {
        uint32_t big;
        struct str rest = arena_dup(&t->call->arena, store_value(c));
        memcpy(&big, store_key(c).at + HISTORY_MARKER.len, sizeof big);
        str_cut(&rest, '\0', &t->name);
        t->id = be32toh(big);
        t->from = rest;
    }
    store_cursor_close(c);
    buf_fini(&key);
    return done;
}

static bool is_old(const struct trimming *t, struct str key, bool *mine)
{
    struct str item;
    uint32_t id;
    int64_t time;
    *mine = history_key_read(key, &id, &item, &time) && id == t->id;
    return *mine && time < t->before;
}

static bool look(struct trimming *t, struct err *err)
{
    struct buf from = {0};
    bool found, mine = true;
    if (t->from.len)
        buf_add(&from, t->from);
    else
        key_put_id(&from, t->id);
    struct store_cursor *c = store_cursor_open(t->txn, STORE_STREAM, err);
    bool done = c && store_seek(c, buf_str(&from), false, &found, err);
    while (done && found && t->looked < HISTORY_TRIM_LOOK) {
        bool old = is_old(t, store_key(c), &mine);
        if (!mine)
            break;
        t->looked++;
        t->last = arena_dup(&t->call->arena, store_key(c));
        if (old)
            t->old[t->count++] = t->last;
        done = store_step(c, false, &found, err);
    }
    t->end = done && (!found || !mine);
    store_cursor_close(c);
    buf_fini(&from);
    return done;
}

static bool move_marker(struct trimming *t, struct err *err)
{
    struct buf key = {0}, value = {0};
    struct str last = t->end ? STR_NONE : t->last;
    if (str_equal(last, t->from))
        return true;
    history_marker_key(&key, t->id);
    buf_add(&value, t->name);
    buf_add_byte(&value, '\0');
    buf_add(&value, last);
    bool done = store_put(t->txn, STORE_META, buf_str(&key), buf_str(&value), err);
    buf_fini(&key);
    buf_fini(&value);
    return done;
}

static bool trim_table(struct trimming *t, struct err *err)
{
    const struct catalog_table *table;
    if (!engine_table_maybe(t->call, t->txn, t->name, &table, err))
        return false;
    t->end = true;
    if (!table || table->history != t->id || !table->recovery || table->holds)
        return true;
    t->before = recovery_earliest(t->call->engine, table);
    if (!look(t, err))
        return false;
    for (size_t i = 0; i < t->count; i++)
        if (!store_delete(t->txn, STORE_STREAM, t->old[i], NULL, err))
            return false;
    return move_marker(t, err);
}

bool history_trim(struct call *call, struct store_txn *txn, struct err *err)
{
    struct engine *engine = call->engine;
    int64_t now = engine_now_ms(engine);
    int64_t next = atomic_load_explicit(&engine->trim_ms, memory_order_relaxed);
    uint32_t after = atomic_load_explicit(&engine->trim_id, memory_order_relaxed);
    bool found;
    if (now < next && next - now <= HISTORY_TRIM_EVERY_MS)
        return true;
    struct trimming *t = arena_new(&call->arena, struct trimming);
    t->call = call;
    t->txn = txn;
    if (!find_marker(t, after, &found, err))
        return false;
    if (!found) { /* the walk has ended */
        atomic_store_explicit(&engine->trim_id, 0, memory_order_relaxed);
        atomic_store_explicit(&engine->trim_ms, now + HISTORY_TRIM_EVERY_MS, memory_order_relaxed);
        return true;
    }
    if (!trim_table(t, err))
        return engine_spoil(txn);
    if (t->end)
        atomic_store_explicit(&engine->trim_id, t->id, memory_order_relaxed);
    return true;
}
