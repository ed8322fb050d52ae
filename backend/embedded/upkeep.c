/* SPDX-License-Identifier: MIT */
/*
 * Work that operations leave behind, in bounded steps. What is to be done stands in STORE_META, so
 * an interruption loses nothing:
 *
 *   garbage. letter (1) id (4)  →  nothing                     keys of this id are to be deleted
 *   backfill. index id (4)      →  table name 00 last key      items after this key lack entries
 *
 *   step:  garbage, oldest first ─▶ indexes to fill ─▶ streams that ended a day ago
 */
#include "backend/embedded/upkeep.h"

#include "backend/embedded/codec.h"
#include "backend/embedded/count.h"
#include "backend/embedded/history.h"
#include "backend/embedded/index.h"
#include "backend/embedded/names.h"
#include "backend/embedded/shard.h"
#include "backend/embedded/sweep.h"
#include "backend/embedded/token.h"
#include "backend/embedded/trim.h"
#include "base/mem.h"

#include <endian.h>
#include <stdlib.h>

/* ---- what is left to do ---- */

struct task_key {
    char bytes[16];
    size_t len;
};

static struct str task_str(const struct task_key *key)
{
    return (struct str){key->bytes, key->len};
}

/* Of spaces, on disk. */
static const char letters[STORE_SPACES] = {
    [STORE_ITEMS] = 'i', [STORE_INDEX] = 'x', [STORE_STREAM] = ENGINE_GARBAGE_STREAM};

static enum store_space space_of(char letter)
{
    int space = STORE_SPACES - 1;
    while (space > 0 && letters[space] != letter)
        space--;
    return (enum store_space)space;
}

static struct task_key garbage_key(enum store_space space, uint32_t id)
{
    struct task_key key = {.bytes = ENGINE_META_GARBAGE, .len = sizeof ENGINE_META_GARBAGE + 4};
    uint32_t big = htobe32(id);
    key.bytes[sizeof ENGINE_META_GARBAGE - 1] = letters[space];
    memcpy(key.bytes + sizeof ENGINE_META_GARBAGE, &big, sizeof big);
    return key;
}

static struct task_key backfill_key(uint32_t index)
{
    struct task_key key = {
        .bytes = ENGINE_META_BACKFILL, .len = sizeof ENGINE_META_BACKFILL - 1 + 4};
    uint32_t big = htobe32(index);
    memcpy(key.bytes + sizeof ENGINE_META_BACKFILL - 1, &big, sizeof big);
    return key;
}

static uint32_t task_id(struct str key)
{
    uint32_t big;
    memcpy(&big, key.at + key.len - sizeof big, sizeof big);
    return be32toh(big);
}

static void note_work(struct engine *engine)
{
    atomic_store_explicit(&engine->upkeep_due, true, memory_order_relaxed);
}

bool upkeep_discard(struct engine *engine, struct store_txn *txn, enum store_space space,
    uint32_t id, struct err *err)
{
    struct task_key key = garbage_key(space, id);
    note_work(engine);
    return store_put(txn, STORE_META, task_str(&key), STR("1"), err);
}

static bool put_backfill(
    struct store_txn *txn, uint32_t index, struct str table, struct str last, struct err *err)
{
    struct task_key key = backfill_key(index);
    struct buf value = {0};
    buf_add(&value, table);
    buf_add_byte(&value, '\0');
    buf_add(&value, last);
    bool done = store_put(txn, STORE_META, task_str(&key), buf_str(&value), err);
    buf_fini(&value);
    return done;
}

bool upkeep_backfill(struct engine *engine, struct store_txn *txn,
    const struct catalog_table *table, const struct catalog_index *index, struct err *err)
{
    note_work(engine);
    return put_backfill(txn, index->id, table->name, STR_NONE, err);
}

/* The first task with this prefix, copied into `key` and `value`. */
static bool find_task(struct store_txn *txn, struct str prefix, struct buf *key, struct buf *value,
    bool *found, struct err *err)
{
    struct store_cursor *c = store_cursor_open(txn, STORE_META, err);
    bool done = c && store_seek(c, prefix, false, found, err);
    if (done && *found)
        *found = str_starts(store_key(c), prefix) && store_key(c).len >= prefix.len + 4;
    if (done && *found) {
        buf_clear(key);
        buf_clear(value);
        buf_add(key, store_key(c));
        buf_add(value, store_value(c));
    }
    store_cursor_close(c);
    return done;
}

/* ---- a step's own memory: an upkeep step is rare, so it is not pooled ---- */

struct step {
    struct engine *engine;
    struct store_txn *txn;
    struct call *call; /* scratch buffers */
    size_t budget;
    struct buf key, value; /* the task */
};

static void step_fini(struct step *step)
{
    buf_fini(&step->key);
    buf_fini(&step->value);
    arena_fini(&step->call->arena);
    for (size_t i = 0; i < CALL_BUFS; i++)
        buf_fini(&step->call->bufs[i]);
    while (step->call->held_count)
        catalog_release(step->call->held[--step->call->held_count]);
    free(step->call->held);
    free(step->call);
}

static void step_init(
    struct step *step, struct engine *engine, struct store_txn *txn, size_t budget)
{
    *step =
        (struct step){.engine = engine, .txn = txn, .call = mem_new(struct call), .budget = budget};
    step->call->engine = engine;
}

/* ---- garbage ---- */

/* Copies keys of [from, to) first: deleting moves what a cursor stands on. */
static bool collect_keys(struct step *step, enum store_space space, struct str from, struct str to,
    struct str *keys, size_t *count, struct err *err)
{
    struct store_cursor *c = store_cursor_open(step->txn, space, err);
    bool found, done = c && store_seek(c, from, false, &found, err);
    *count = 0;
    while (done && found && *count < step->budget && str_compare(store_key(c), to) < 0) {
        keys[(*count)++] = arena_dup(&step->call->arena, store_key(c));
        done = store_step(c, false, &found, err);
    }
    store_cursor_close(c);
    return done;
}

static bool delete_range(struct step *step, enum store_space space, struct str from, struct str to,
    bool *empty, struct err *err)
{
    struct str *keys = arena_array(&step->call->arena, struct str, step->budget + 1);
    size_t count;
    if (!collect_keys(step, space, from, to, keys, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!store_delete(step->txn, space, keys[i], NULL, err))
            return false;
    *empty = count < step->budget;
    step->budget -= count;
    return true;
}

static bool delete_id(
    struct step *step, enum store_space space, uint32_t id, bool *empty, struct err *err)
{
    struct buf from = {0}, to = {0};
    key_put_id(&from, id);
    key_put_id(&to, id + 1);
    bool done = delete_range(step, space, buf_str(&from), buf_str(&to), empty, err);
    buf_fini(&from);
    buf_fini(&to);
    return done;
}

/* A dictionary may go when neither the table nor a stream of it is left. */
bool upkeep_drop_names(struct call *call, struct store_txn *txn, uint32_t table, struct err *err)
{
    struct catalog_stream_row row = {0};
    bool found = true;
    while (found) {
        if (!catalog_stream_next(txn, &call->arena, row.id, &row, &found, err))
            return false;
        if (found && row.table_id == table)
            return true;
    }
    return names_drop(txn, table, err);
}

/* What a stream has beside its records. */
static bool delete_shards(struct step *step, uint32_t stream, bool *empty, struct err *err)
{
    struct buf from = {0}, to = {0};
    shard_range(&from, &to, stream);
    bool done = delete_range(step, STORE_META, buf_str(&from), buf_str(&to), empty, err) &&
                (!*empty || shard_forget_trimmed(step->txn, stream, err));
    buf_fini(&from);
    buf_fini(&to);
    return done;
}

static bool take_garbage(struct step *step, bool *found, struct err *err)
{
    bool empty = false;
    if (!find_task(step->txn, STR(ENGINE_META_GARBAGE), &step->key, &step->value, found, err))
        return false;
    if (!*found)
        return true;
    uint32_t id = task_id(buf_str(&step->key));
    enum store_space space = space_of(step->key.at[sizeof ENGINE_META_GARBAGE - 1]);
    if (space == STORE_META) /* no letter that means anything */
        return store_delete(step->txn, STORE_META, buf_str(&step->key), NULL, err);
    if (!delete_id(step, space, id, &empty, err))
        return false;
    if (empty && space == STORE_STREAM && !delete_shards(step, id, &empty, err))
        return false;
    if (!empty)
        return true;
    if (space == STORE_ITEMS && !upkeep_drop_names(step->call, step->txn, id, err))
        return false;
    return count_drop(step->txn, id, err) &&
           store_delete(step->txn, STORE_META, buf_str(&step->key), NULL, err);
}

/* ---- filling an index ---- */

struct fill {
    const struct catalog_table *table;
    const struct catalog_index *index;
    struct buf *names;
    bool grown, end;
};

static bool fill_item(
    struct step *step, struct fill *fill, struct str key, struct str stored, struct err *err)
{
    struct buf *item = engine_buf(step->call, CALL_OLD);
    struct str components, record;
    size_t size;
    key_components(key, &components);
    return item_unwrap(stored, &size, &record, err) &&
           codec_join(item, &fill->table->schema, components, buf_str(fill->names), record, err) &&
           index_fill(step->call, step->txn, fill->index, value_of(buf_str(item)), fill->names,
               &fill->grown, err);
}

/* The items after step->call->bufs[CALL_KEY], each found again by its key since writing moves what
 * a cursor stands on; leaves the last key there. */
static bool fill_items(struct step *step, struct fill *fill, struct err *err)
{
    struct buf *last = &step->call->bufs[CALL_KEY], to = {0};
    bool found = true, done = true;
    key_put_id(&to, fill->table->id + 1);
    while (done && found && step->budget) {
        struct store_cursor *c = store_cursor_open(step->txn, STORE_ITEMS, err);
        done = c && store_seek(c, buf_str(last), false, &found, err);
        if (done && found && str_equal(store_key(c), buf_str(last)))
            done = store_step(c, false, &found, err);
        found = done && found && str_compare(store_key(c), buf_str(&to)) < 0;
        if (found) {
            struct str key = arena_dup(&step->call->arena, store_key(c));
            struct str stored = arena_dup(&step->call->arena, store_value(c));
            buf_clear(last);
            buf_add(last, key);
            done = fill_item(step, fill, key, stored, err);
            step->budget--;
        }
        store_cursor_close(c);
        arena_reset(&step->call->arena);
    }
    fill->end = done && !found;
    buf_fini(&to);
    return done;
}

/* The table's row with this index marked as complete. */
static bool mark_filled(struct step *step, const struct fill *fill, struct err *err)
{
    struct catalog_table copy = catalog_copy(fill->table);
    struct catalog_index *indexes =
        arena_array(&step->call->arena, struct catalog_index, copy.index_count);
    memcpy(indexes, copy.indexes, copy.index_count * sizeof *indexes);
    indexes[fill->index - fill->table->indexes].backfilling = false;
    copy.indexes = indexes;
    return catalog_put(step->txn, &copy, err) &&
           store_delete(step->txn, STORE_META, buf_str(&step->key), NULL, err);
}

static const struct catalog_index *index_by_id(const struct catalog_table *table, uint32_t id)
{
    for (uint32_t i = 0; table && i < table->index_count; i++)
        if (table->indexes[i].id == id)
            return &table->indexes[i];
    return NULL;
}

static bool fill_step(struct step *step, struct fill *fill, struct err *err)
{
    struct buf *names = &step->call->bufs[CALL_NAMES], *last = &step->call->bufs[CALL_KEY];
    fill->names = names;
    if (!names_copy(step->txn, fill->table->id, names, err) || !fill_items(step, fill, err))
        return false;
    if (fill->grown && !names_save(step->txn, fill->table->id, buf_str(names), err))
        return false;
    return fill->end
               ? mark_filled(step, fill, err)
               : put_backfill(step->txn, fill->index->id, fill->table->name, buf_str(last), err);
}

static bool take_backfill(struct step *step, bool *found, struct err *err)
{
    struct fill fill = {0};
    struct str name, rest;
    if (!find_task(step->txn, STR(ENGINE_META_BACKFILL), &step->key, &step->value, found, err))
        return false;
    if (!*found)
        return true;
    rest = buf_str(&step->value);
    str_cut(&rest, '\0', &name);
    if (!engine_table_maybe(step->call, step->txn, name, &fill.table, err))
        return false;
    fill.index = index_by_id(fill.table, task_id(buf_str(&step->key)));
    if (!fill.index) /* deleted meanwhile */
        return store_delete(step->txn, STORE_META, buf_str(&step->key), NULL, err);
    struct buf *last = engine_buf(step->call, CALL_KEY);
    buf_add(last, rest);
    if (rest.len == 0)
        key_put_id(last, fill.table->id);
    return fill_step(step, &fill, err);
}

/* ---- steps ---- */

static bool run_tasks(struct step *step, bool *more, struct err *err)
{
    bool garbage = true, backfill = false;
    while (step->budget && garbage)
        if (!take_garbage(step, &garbage, err))
            return false;
    if (step->budget && !take_backfill(step, &backfill, err))
        return false;
    *more = garbage || backfill;
    return true;
}

static bool trim(struct step *step, struct err *err)
{
    return trim_streams(step->call, step->txn, &step->budget, err) &&
           history_trim(step->call, step->txn, err) &&
           token_trim(step->txn, engine_now_ms(step->engine), UPKEEP_STEP, err);
}

/* Streams that are yet to be looked at, and what those that ended have left. */
static bool is_left(struct engine *engine, size_t budget)
{
    return budget == 0 || atomic_load_explicit(&engine->trim_stream, memory_order_relaxed) != 0 ||
           atomic_load_explicit(&engine->upkeep_due, memory_order_relaxed);
}

static bool step_in(struct engine *engine, struct store_txn *txn, size_t budget, bool old,
    bool *more, struct err *err)
{
    struct step step;
    *more = false;
    step_init(&step, engine, txn, budget);
    bool done = run_tasks(&step, more, err);
    if (done && !*more)
        atomic_store_explicit(&engine->upkeep_due, false, memory_order_relaxed);
    if (done && old)
        done = trim(&step, err);
    *more = *more || (old && is_left(engine, step.budget));
    step_fini(&step);
    return done;
}

static bool sweep(struct engine *engine, struct store_txn *txn, struct err *err)
{
    struct step step;
    step_init(&step, engine, txn, 0);
    bool done = sweep_step(step.call, txn, err);
    step_fini(&step);
    return done;
}

bool upkeep_after_write(struct engine *engine, struct store_txn *txn, struct err *err)
{
    bool more;
    bool old =
        atomic_fetch_add_explicit(&engine->writes, 1, memory_order_relaxed) % UPKEEP_TRIM_EVERY ==
        UPKEEP_TRIM_EVERY - 1;
    if (!engine->idle && sweep_due(engine) && !sweep(engine, txn, err))
        return false;
    if (!old && !atomic_load_explicit(&engine->upkeep_due, memory_order_relaxed))
        return true;
    return step_in(engine, txn, UPKEEP_STEP, old, &more, err);
}

struct alone {
    struct engine *engine;
    size_t budget;
    bool old, more;
};

static bool run_alone(struct store_txn *txn, void *context, struct err *err)
{
    struct alone *alone = context;
    return step_in(alone->engine, txn, alone->budget, alone->old, &alone->more, err) ||
           engine_spoil(txn);
}

bool upkeep_step(struct engine *engine, size_t budget, bool *more, struct err *err)
{
    struct alone alone = {.engine = engine, .budget = budget};
    bool done = store_write(engine->store, run_alone, &alone, err);
    *more = alone.more;
    return done;
}

bool upkeep_trim(struct engine *engine, size_t budget, bool *more, struct err *err)
{
    struct alone alone = {.engine = engine, .budget = budget, .old = true};
    bool done = store_write(engine->store, run_alone, &alone, err);
    *more = alone.more;
    return done;
}

bool upkeep_any(struct store_txn *txn, bool *any, struct err *err)
{
    struct buf key = {0}, value = {0};
    bool garbage = false, backfill = false;
    bool done = find_task(txn, STR(ENGINE_META_GARBAGE), &key, &value, &garbage, err) &&
                find_task(txn, STR(ENGINE_META_BACKFILL), &key, &value, &backfill, err);
    *any = garbage || backfill;
    buf_fini(&key);
    buf_fini(&value);
    return done;
}

static bool look(struct store_txn *txn, void *context, struct err *err)
{
    struct engine *engine = context;
    bool any;
    if (!upkeep_any(txn, &any, err))
        return false;
    if (any)
        note_work(engine);
    return true;
}

bool upkeep_look(struct engine *engine, struct err *err)
{
    return store_read(engine->store, look, engine, err);
}
