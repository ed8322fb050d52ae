/* SPDX-License-Identifier: MIT */
/* Streams and shards by the names that callers use. Knows no operation. */
#include "backend/embedded/stream_find.h"

#include "backend/embedded/stream.h"

#include <endian.h>
#include <inttypes.h>

/* ---- names ---- */

struct str stream_find_arn(struct call *call, const struct catalog_stream_row *row)
{
    struct buf arn = {0};
    engine_put_stream_arn(&arn, call, row->table, row->label);
    struct str copy = arena_dup(&call->arena, buf_str(&arn));
    buf_fini(&arn);
    return copy;
}

struct str stream_find_shard_id(struct call *call, const struct catalog_stream_row *row)
{
    return arena_printf(
        &call->arena, "shardId-%020" PRId64 "-%08" PRIx32, row->created_ms, row->id);
}

static bool refuse_stream(struct str arn, struct err *err)
{
    return err_refuse(err, "ResourceNotFoundException",
        "Requested resource not found: Stream: %.*s not found", STR_ARG(arn));
}

/* The latest stream of a table, without looking at those of all others. */
static bool find_latest(struct call *call, struct store_txn *txn, struct str arn,
    struct catalog_stream_row *out, bool *found, struct err *err)
{
    const struct catalog_table *table;
    *found = false;
    if (!engine_table_maybe(call, txn, arn, &table, err))
        return false;
    if (!table || !table->stream.id || !str_ends(arn, table->stream.label))
        return true;
    if (!catalog_stream_get(txn, &call->arena, table->stream.id, out, found, err))
        return false;
    *found = *found && str_equal(stream_find_arn(call, out), arn);
    return true;
}

static bool find_any(struct call *call, struct store_txn *txn, struct str arn,
    struct catalog_stream_row *out, bool *found, struct err *err)
{
    *out = (struct catalog_stream_row){0};
    do
        if (!catalog_stream_next(txn, &call->arena, out->id, out, found, err))
            return false;
    while (*found && !str_equal(stream_find_arn(call, out), arn));
    return true;
}

bool stream_find_row(struct call *call, struct store_txn *txn, struct str arn,
    struct catalog_stream_row *out, struct err *err)
{
    bool found;
    if (!find_latest(call, txn, arn, out, &found, err) ||
        (!found && !find_any(call, txn, arn, out, &found, err)))
        return false;
    return found || refuse_stream(arn, err);
}

bool stream_find_check_arn(struct str arn, struct err *err)
{
    return (str_starts(arn, STR("arn:")) && str_find(arn, STR("/stream/")) != SIZE_MAX) ||
           err_invalid(
               err, "Invalid StreamArn: Invalid ResourceArn provided as input %.*s", STR_ARG(arn));
}

/* ---- the ends of a stream ---- */

bool stream_find_end(struct call *call, struct store_txn *txn, uint32_t stream, bool last,
    uint64_t *sequence, bool *found, struct err *err)
{
    struct buf *at = engine_buf(call, CALL_KEY), *id = engine_buf(call, CALL_END);
    struct store_cursor *c = store_cursor_open(txn, STORE_STREAM, err);
    key_put_id(id, stream);
    stream_key(at, stream, last ? UINT64_MAX : 0);
    bool done = c && store_seek(c, buf_str(at), last, found, err);
    if (done && *found) {
        struct str key = store_key(c);
        uint64_t big;
        *found = str_starts(key, buf_str(id)) && key.len == id->len + sizeof big;
        if (*found) {
            memcpy(&big, key.at + id->len, sizeof big);
            *sequence = be64toh(big);
        }
    }
    store_cursor_close(c);
    return done;
}

/* ---- numbers ---- */

void stream_find_put_sequence(struct buf *out, struct str name, uint64_t sequence)
{
    json_put_name(out, name);
    buf_add_byte(out, '"');
    stream_put_sequence(out, sequence);
    buf_add_byte(out, '"');
}
