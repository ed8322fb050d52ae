/* SPDX-License-Identifier: MIT */
/*
 * Trims streams, a bounded step at a time:
 *
 *   numbers   17 18 19 | 20 21 22 23 | 24 25 ...
 *             too old   too  │ young    the open shard
 *             ◀─ go ────────▶│
 *             this shard's row goes with its last record, a day after its end
 *
 * Knows streams' rows, shards and the heads of records.
 */
#include "backend/embedded/trim.h"

#include "backend/embedded/stream.h"
#include "backend/embedded/upkeep.h"

/* ---- one stream ---- */

struct front {
    struct str *keys; /* of records that are too old */
    size_t count;
    uint64_t last, left; /* numbers of the last of them, and of the first record that stays */
    bool all;            /* of the old ones are in `keys` */
};

/* The oldest come first, so it is enough to look at the front. Copies keys: deleting moves what a
 * cursor stands on. */
static bool read_front(struct call *call, struct store_txn *txn, uint32_t stream, int64_t before,
    size_t budget, struct front *front, struct err *err)
{
    struct buf *id = engine_buf(call, CALL_END);
    struct store_cursor *c = store_cursor_open(txn, STORE_STREAM, err);
    struct stream_record record;
    uint64_t sequence;
    bool found, old = true;
    *front = (struct front){
        .keys = arena_array(&call->arena, struct str, budget + 1), .left = UINT64_MAX};
    key_put_id(id, stream);
    bool done = c && store_seek(c, buf_str(id), false, &found, err);
    while (done && found && old && front->count < budget &&
           stream_read_key(store_key(c), buf_str(id), &sequence)) {
        old = stream_read_head(&record, store_value(c)) && record.time_ms < before;
        if (old) {
            front->keys[front->count++] = arena_dup(&call->arena, store_key(c));
            front->last = sequence;
        } else
            front->left = sequence;
        done = store_step(c, false, &found, err);
    }
    front->all = front->count < budget;
    store_cursor_close(c);
    return done;
}

static bool drop_records(
    struct store_txn *txn, uint32_t stream, const struct front *front, struct err *err)
{
    for (size_t i = 0; i < front->count; i++)
        if (!store_delete(txn, STORE_STREAM, front->keys[i], NULL, err))
            return false;
    return front->count == 0 || shard_set_trimmed(txn, stream, front->last, err);
}

/* Shards that ended before, and of whose records none is left. */
static bool drop_shards(struct store_txn *txn, uint32_t stream, int64_t before, uint64_t left,
    size_t *budget, struct err *err)
{
    struct shard shard;
    bool found = true;
    while (*budget && found) {
        if (!shard_next(txn, stream, -1, &shard, &found, err))
            return false;
        found = found && shard.ended_ms && shard.ended_ms < before && shard.last < left;
        if (found && !shard_delete(txn, &shard, err))
            return false;
        *budget -= found;
    }
    return true;
}

static bool trim_stream(struct call *call, struct store_txn *txn, uint32_t stream, int64_t before,
    size_t *budget, struct err *err)
{
    struct front front;
    if (!read_front(call, txn, stream, before, *budget, &front, err) ||
        !drop_records(txn, stream, &front, err))
        return false;
    *budget -= front.count;
    return !front.all || drop_shards(txn, stream, before, front.left, budget, err);
}

static bool table_lives(struct call *call, struct store_txn *txn,
    const struct catalog_stream_row *row, bool *lives, struct err *err)
{
    const struct catalog_table *table;
    if (!engine_table_maybe(call, txn, row->table, &table, err))
        return false;
    *lives = table && table->id == row->table_id;
    return true;
}

/* Its records and shards are garbage from now on. */
static bool end_stream(
    struct call *call, struct store_txn *txn, const struct catalog_stream_row *row, struct err *err)
{
    bool lives;
    return table_lives(call, txn, row, &lives, err) && catalog_stream_remove(txn, row->id, err) &&
           upkeep_discard(call->engine, txn, STORE_STREAM, row->id, err) &&
           (lives || upkeep_drop_names(call, txn, row->table_id, err));
}

/* ---- all of them ---- */

static bool trim_one(struct call *call, struct store_txn *txn, const struct catalog_stream_row *row,
    size_t *budget, struct err *err)
{
    int64_t before = engine_now_ms(call->engine) - STREAM_RETENTION_MS;
    return row->disabled_ms && row->disabled_ms < before
               ? end_stream(call, txn, row, err)
               : trim_stream(call, txn, row->id, before, budget, err);
}

/* Streams take turns; after the last one comes the first. One that has used up the step is looked
 * at again. */
bool trim_streams(struct call *call, struct store_txn *txn, size_t *budget, struct err *err)
{
    atomic_uint *turn = &call->engine->trim_stream;
    struct catalog_stream_row row = {.id = atomic_load_explicit(turn, memory_order_relaxed)};
    bool found, again = row.id != 0;
    for (int i = 0; i < TRIM_STREAMS && *budget; i++) {
        if (!catalog_stream_next(txn, &call->arena, row.id, &row, &found, err) ||
            (found && !trim_one(call, txn, &row, budget, err)))
            return false;
        if (!found) {
            row.id = 0;
            if (!again)
                break;
            again = false;
        }
    }
    atomic_store_explicit(turn, *budget || row.id == 0 ? row.id : row.id - 1, memory_order_relaxed);
    return true;
}

static bool first_due(struct call *call, struct store_txn *txn,
    const struct catalog_stream_row *row, int64_t *due_ms, struct err *err)
{
    struct buf *id = engine_buf(call, CALL_END);
    struct stream_record record;
    int64_t end = row->disabled_ms ? row->disabled_ms : INT64_MAX;
    bool found;
    key_put_id(id, row->id);
    struct store_cursor *c = store_cursor_open(txn, STORE_STREAM, err);
    bool done = c && store_seek(c, buf_str(id), false, &found, err);
    if (done && found && str_starts(store_key(c), buf_str(id)) &&
        stream_read_head(&record, store_value(c)) && record.time_ms < end)
        end = record.time_ms;
    store_cursor_close(c);
    if (end < INT64_MAX && end + STREAM_RETENTION_MS < *due_ms)
        *due_ms = end + STREAM_RETENTION_MS + 1;
    return done;
}

bool trim_due(struct call *call, struct store_txn *txn, int64_t *due_ms, struct err *err)
{
    struct catalog_stream_row row = {0};
    bool found = true;
    *due_ms = INT64_MAX;
    while (found) {
        if (!catalog_stream_next(txn, &call->arena, row.id, &row, &found, err) ||
            (found && !first_due(call, txn, &row, due_ms, err)))
            return false;
    }
    return true;
}
