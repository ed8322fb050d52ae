/* SPDX-License-Identifier: MIT */
/* Streams and shards by the names that callers use. Knows no operation. */
#include "backend/embedded/stream_find.h"

#include "backend/embedded/stream.h"

/* ---- names ---- */

struct str stream_find_arn(struct call *call, const struct catalog_stream_row *row)
{
    struct buf arn = {0};
    engine_put_stream_arn(&arn, call, row->table, row->label);
    struct str copy = arena_dup(&call->arena, buf_str(&arn));
    buf_fini(&arn);
    return copy;
}

struct str stream_find_shard_id(struct call *call, const struct shard *shard)
{
    struct buf id = {0};
    shard_put_id(&id, shard->stream, shard->name);
    struct str copy = arena_dup(&call->arena, buf_str(&id));
    buf_fini(&id);
    return copy;
}

/* arn = an account's ARN: "table/" table "/stream/" label */
static bool read_arn(struct str arn, struct str *table, struct str *label)
{
    struct str rest, word;
    return engine_read_arn(arn, &rest) && str_cut(&rest, '/', &word) &&
           str_equal(word, STR("table")) && str_cut(&rest, '/', table) && table->len &&
           str_cut(&rest, '/', &word) && str_equal(word, STR("stream")) &&
           str_cut(&rest, '/', label) && label->len && rest.at == NULL;
}

bool stream_find_check_arn(struct str arn, struct err *err)
{
    return (str_starts(arn, STR("arn:")) && str_find(arn, STR("/stream/")) != SIZE_MAX) ||
           err_invalid(
               err, "Invalid StreamArn: Invalid ResourceArn provided as input %.*s", STR_ARG(arn));
}

bool stream_find_refuse(struct str arn, struct err *err)
{
    return err_refuse(err, "ResourceNotFoundException",
        "Requested resource not found: Stream: %.*s not found", STR_ARG(arn));
}

bool stream_find_refuse_shard(struct err *err)
{
    return err_refuse(
        err, "ResourceNotFoundException", "Requested resource not found: Shard does not exist");
}

bool stream_find_is(struct str arn, const struct catalog_stream_row *row)
{
    struct str table, label;
    return read_arn(arn, &table, &label) && str_equal(label, row->label) &&
           str_equal(table, row->table);
}

/* ---- streams ---- */

static bool is_past(const struct call *call, int64_t ended_ms)
{
    return ended_ms && ended_ms < engine_now_ms(call->engine) - STREAM_RETENTION_MS;
}

bool stream_find_gone(const struct call *call, const struct catalog_stream_row *row)
{
    return is_past(call, row->disabled_ms);
}

/* The latest stream of a table, without looking at those of all others. */
static bool find_latest(struct call *call, struct store_txn *txn, struct str arn,
    struct catalog_stream_row *out, bool *found, struct err *err)
{
    const struct catalog_table *table;
    struct str name, label;
    *found = false;
    if (!read_arn(arn, &name, &label))
        return true;
    if (!engine_table_maybe(call, txn, name, &table, err))
        return false;
    if (!table || !table->stream.id || !str_equal(label, table->stream.label))
        return true;
    return catalog_stream_get(txn, &call->arena, table->stream.id, out, found, err);
}

static bool find_any(struct call *call, struct store_txn *txn, struct str arn,
    struct catalog_stream_row *out, bool *found, struct err *err)
{
    *out = (struct catalog_stream_row){0};
    do
        if (!catalog_stream_next(txn, &call->arena, out->id, out, found, err))
            return false;
    while (*found && !stream_find_is(arn, out));
    return true;
}

bool stream_find_row(struct call *call, struct store_txn *txn, struct str arn,
    struct catalog_stream_row *out, struct err *err)
{
    bool found;
    if (!find_latest(call, txn, arn, out, &found, err) ||
        (!found && !find_any(call, txn, arn, out, &found, err)))
        return false;
    return (found && !stream_find_gone(call, out)) || stream_find_refuse(arn, err);
}

/* ---- shards ---- */

/* A version that knew no shards has closed the stream without a word to them. */
static bool close_with_stream(struct store_txn *txn, const struct catalog_stream_row *row,
    struct shard *shard, struct err *err)
{
    bool any = false;
    if (shard->ended_ms || !row->disabled_ms)
        return true;
    shard->ended_ms = row->disabled_ms;
    if (!stream_end(txn, row->id, true, &shard->last, &any, err))
        return false;
    if (!any || shard->last < shard->first)
        shard->last = shard->first;
    return true;
}

/* No row has a name below the stream's beginning: where there is none at all, the stream is from
 * before there were rows. */
static bool next_shard(struct store_txn *txn, const struct catalog_stream_row *row, int64_t after,
    struct shard *out, bool *found, struct err *err)
{
    if (!shard_next(txn, row->id, after, out, found, err))
        return false;
    if (!*found && after < row->created_ms) {
        *found = true;
        *out = (struct shard){.stream = row->id, .name = row->created_ms};
    }
    return !*found || close_with_stream(txn, row, out, err);
}

bool stream_find_next_shard(struct call *call, struct store_txn *txn,
    const struct catalog_stream_row *row, int64_t after, struct shard *out, bool *found,
    struct err *err)
{
    *out = (struct shard){0};
    do {
        if (!next_shard(txn, row, after, out, found, err))
            return false;
        after = out->name;
    } while (*found && is_past(call, out->ended_ms));
    return true;
}

bool stream_find_shard(struct call *call, struct store_txn *txn,
    const struct catalog_stream_row *row, struct str id, struct shard *out, struct err *err)
{
    int64_t name;
    bool found = shard_parse_id(id, row->id, &name);
    if (found && !stream_find_next_shard(call, txn, row, name - 1, out, &found, err))
        return false;
    return (found && out->name == name) || stream_find_refuse_shard(err);
}

/* ---- numbers ---- */

void stream_find_put_sequence(struct buf *out, struct str name, uint64_t sequence)
{
    json_put_name(out, name);
    buf_add_byte(out, '"');
    stream_put_sequence(out, sequence);
    buf_add_byte(out, '"');
}
