/* SPDX-License-Identifier: MIT */
/*
 * Stream records: one for each change of an item, appended in the transaction of the change. The
 * cost does not depend on how many records there are. Knows neither requests nor answers.
 */
#include "backend/embedded/stream.h"

#include "backend/embedded/codec.h"
#include "backend/embedded/key.h"
#include "backend/number.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum { RECORD_VERSION = 1, EVENT_MASK = 3, HAS_OLD = 4, HAS_NEW = 8, BY_SERVICE = 16 };

static const struct str sequence_key = {ENGINE_META_SEQUENCE, sizeof ENGINE_META_SEQUENCE - 1};
static const struct key_schema whole = {0};

/* ---- sequence numbers ---- */

bool stream_last(struct store_txn *txn, uint64_t *sequence, struct err *err)
{
    struct str value;
    bool found;
    uint64_t stored = 0;
    if (!store_get(txn, STORE_META, sequence_key, &value, &found, err))
        return false;
    if (found && value.len == sizeof stored)
        memcpy(&stored, value.at, sizeof stored);
    *sequence = le64toh(stored);
    return true;
}

static bool next_sequence(struct store_txn *txn, uint64_t *sequence, struct err *err)
{
    if (!stream_last(txn, sequence, err))
        return false;
    uint64_t stored = htole64(++*sequence);
    return store_put(
        txn, STORE_META, sequence_key, (struct str){(const char *)&stored, sizeof stored}, err);
}

/* A leading 1 keeps the width, which clients that compare texts rely on. */
void stream_put_sequence(struct buf *out, uint64_t sequence)
{
    buf_printf(out, "1%020" PRIu64, sequence);
}

bool stream_parse_sequence(struct str text, uint64_t *sequence)
{
    return text.len == STREAM_SEQUENCE_DIGITS && text.at[0] == '1' &&
           str_to_u64(str_skip(text, 1), sequence);
}

/* ---- records ---- */

void stream_key(struct buf *out, uint32_t stream, uint64_t sequence)
{
    uint64_t big = htobe64(sequence);
    key_put_id(out, stream);
    buf_add_bytes(out, &big, sizeof big);
}

bool stream_read_key(struct str key, struct str id, uint64_t *sequence)
{
    uint64_t big;
    if (!str_starts(key, id) || key.len != id.len + sizeof big)
        return false;
    memcpy(&big, key.at + id.len, sizeof big);
    *sequence = be64toh(big);
    return true;
}

static void put_part(
    struct call *call, struct buf *record, struct value item, struct buf *names, bool *grown)
{
    struct buf *part = engine_buf(call, CALL_ENTRY);
    codec_strip(part, &whole, item, names, grown);
    value_put_varint(record, part->len);
    buf_add(record, buf_str(part));
}

static struct value keys_of(struct buf *out, const struct catalog_table *table, struct value item)
{
    struct err err = ERR_INIT;
    buf_clear(out);
    struct value_open open = value_open(out, VALUE_M);
    for (size_t i = 0; i < table->schema.count; i++) {
        struct value v;
        if (!value_find(item, table->schema.at[i].name, &v))
            continue;
        value_member(&open, out, table->schema.at[i].name);
        value_put(out, v);
    }
    value_close(&open, out, &err);
    return value_of(buf_str(out));
}

static bool wants_old(enum catalog_view view)
{
    return view == CATALOG_VIEW_OLD || view == CATALOG_VIEW_BOTH;
}

static bool wants_new(enum catalog_view view)
{
    return view == CATALOG_VIEW_NEW || view == CATALOG_VIEW_BOTH;
}

static void put_record(struct call *call, struct buf *record, const struct catalog_table *table,
    struct value old, struct value new, bool by_service, int64_t now_ms, struct buf *names,
    bool *grown)
{
    enum stream_event event = old.type == VALUE_NONE   ? STREAM_INSERT
                              : new.type == VALUE_NONE ? STREAM_REMOVE
                                                       : STREAM_MODIFY;
    bool has_old = old.type != VALUE_NONE && wants_old(table->stream.view);
    bool has_new = new.type != VALUE_NONE &&wants_new(table->stream.view);
    uint64_t time = htole64((uint64_t)now_ms);
    buf_add_byte(record, RECORD_VERSION);
    buf_add_byte(record, (char)(event | (has_old ? HAS_OLD : 0) | (has_new ? HAS_NEW : 0) |
                                (by_service ? BY_SERVICE : 0)));
    buf_add_bytes(record, &time, sizeof time);
    if (has_old)
        put_part(call, record, old, names, grown);
    if (has_new)
        put_part(call, record, new, names, grown);
    if (!has_old && !has_new)
        put_part(call, record,
            keys_of(&call->bufs[CALL_ENTRY2], table, old.type == VALUE_NONE ? new : old), names,
            grown);
}

/* ---- shards ---- */

bool stream_end(struct store_txn *txn, uint32_t stream, bool last, uint64_t *sequence, bool *found,
    struct err *err)
{
    struct buf at = {0}, id = {0};
    struct store_cursor *c = store_cursor_open(txn, STORE_STREAM, err);
    key_put_id(&id, stream);
    stream_key(&at, stream, last ? UINT64_MAX : 0);
    bool done = c && store_seek(c, buf_str(&at), last, found, err);
    if (done && *found)
        *found = stream_read_key(store_key(c), buf_str(&id), sequence);
    store_cursor_close(c);
    buf_fini(&at);
    buf_fini(&id);
    return done;
}

bool stream_open_shard(
    struct store_txn *txn, const struct catalog_stream_row *row, struct shard *out, struct err *err)
{
    bool found;
    if (!shard_newest(txn, row->id, out, &found, err))
        return false;
    if (!found)
        *out = (struct shard){.stream = row->id, .name = row->created_ms};
    return true;
}

/* What has no records ends where it began: the number of a stream's beginning is no record's. */
static bool end_shard(struct store_txn *txn, struct shard *shard, int64_t now_ms, struct err *err)
{
    bool any;
    if (!stream_end(txn, shard->stream, true, &shard->last, &any, err))
        return false;
    if (!any || shard->last < shard->first)
        shard->last = shard->first;
    shard->ended_ms = now_ms;
    return shard_put(txn, shard, err);
}

/* Begins another shard with this number, unless somebody else has since the table was looked up:
 * an earlier change of the same call. */
static bool roll(struct call *call, struct store_txn *txn, uint32_t stream, uint64_t sequence,
    int64_t now_ms, struct err *err)
{
    struct catalog_stream_row row;
    struct shard old;
    bool found;
    if (!catalog_stream_get(txn, &call->arena, stream, &row, &found, err))
        return false;
    if (!found)
        return true;
    if (!stream_open_shard(txn, &row, &old, err))
        return false;
    if (!shard_is_full(old.name, old.first, sequence, now_ms))
        return true;
    struct shard new = {.stream = stream,
        .name = now_ms > old.name ? now_ms : old.name + 1,
        .parent = old.name,
        .first = sequence};
    return end_shard(txn, &old, now_ms, err) && shard_put(txn, &new, err) &&
           catalog_touch(txn, err);
}

/* ---- appending ---- */

bool stream_append(struct call *call, struct store_txn *txn, const struct catalog_table *table,
    struct value old, struct value new, bool by_service, struct buf *names, bool *grown,
    struct err *err)
{
    if (!table->stream.enabled)
        return true;
    int64_t now_ms = engine_now_ms(call->engine);
    uint64_t sequence;
    if (!next_sequence(txn, &sequence, err))
        return false;
    if (shard_is_full(table->stream.shard, table->stream.first, sequence, now_ms) &&
        !roll(call, txn, table->stream.id, sequence, now_ms, err))
        return false;
    struct buf *key = engine_buf(call, CALL_END), *record = engine_buf(call, CALL_RECORD);
    stream_key(key, table->stream.id, sequence);
    put_record(call, record, table, old, new, by_service, now_ms, names, grown);
    return store_put(txn, STORE_STREAM, buf_str(key), buf_str(record), err);
}

static bool damaged(struct err *err)
{
    return err_set(err, ERR_FILE,
        "the store holds a stream record that cannot be read: run `dynascope check` on it");
}

/* part = varint length | record */
static bool read_part(
    struct str *rest, struct arena *arena, struct str names, struct value *out, struct err *err)
{
    uint64_t len;
    struct buf joined = {0};
    if (!value_read_varint(rest, &len) || len > rest->len)
        return damaged(err);
    bool done = codec_join(&joined, &whole, STR_NONE, names, str_take(*rest, (size_t)len), err);
    if (done)
        *out = value_of(arena_dup(arena, buf_str(&joined)));
    buf_fini(&joined);
    *rest = str_skip(*rest, (size_t)len);
    return done;
}

enum { HEAD = 2 + 8 };

bool stream_read_head(struct stream_record *out, struct str record)
{
    uint64_t time;
    *out = (struct stream_record){0};
    if (record.len < HEAD || record.at[0] != RECORD_VERSION)
        return false;
    unsigned flags = (unsigned char)record.at[1];
    memcpy(&time, record.at + 2, sizeof time);
    out->event = (enum stream_event)(flags & EVENT_MASK);
    out->by_service = flags & BY_SERVICE;
    out->time_ms = (int64_t)le64toh(time);
    return out->event <= STREAM_REMOVE;
}

bool stream_read(struct stream_record *out, struct arena *arena, struct str names,
    struct str record, struct err *err)
{
    if (!stream_read_head(out, record))
        return damaged(err);
    unsigned flags = (unsigned char)record.at[1];
    struct str rest = str_skip(record, HEAD);
    if ((flags & HAS_OLD) && !read_part(&rest, arena, names, &out->old, err))
        return false;
    if ((flags & HAS_NEW) && !read_part(&rest, arena, names, &out->new, err))
        return false;
    if (!(flags & (HAS_OLD | HAS_NEW)) && !read_part(&rest, arena, names, &out->keys, err))
        return false;
    return rest.len == 0 || damaged(err);
}

/* ---- opening and closing ---- */

static struct str label_of(struct arena *arena, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm utc;
    char text[32];
    gmtime_r(&seconds, &utc);
    size_t len = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    return arena_printf(arena, "%.*s.%03d", (int)len, text, (int)(ms % 1000));
}

/* A stream enabled twice within a millisecond needs a label of its own. */
static bool unused_label(struct call *call, struct store_txn *txn, struct str table, int64_t ms,
    struct str *label, struct err *err)
{
    struct catalog_stream_row row = {0};
    bool found = true;
    *label = label_of(&call->arena, ms);
    while (found) {
        if (!catalog_stream_next(txn, &call->arena, row.id, &row, &found, err))
            return false;
        if (found && str_equal(row.table, table) && str_equal(row.label, *label)) {
            *label = label_of(&call->arena, ++ms);
            row.id = 0;
        }
    }
    return true;
}

bool stream_open(struct call *call, struct store_txn *txn, struct catalog_table *table,
    enum catalog_view view, int64_t now_ms, struct err *err)
{
    struct catalog_stream *stream = &table->stream;
    stream->view = view;
    stream->enabled = true;
    if (!unused_label(call, txn, table->name, now_ms, &stream->label, err) ||
        !catalog_next_id(txn, &stream->id, err))
        return false;
    struct catalog_stream_row row = {.id = stream->id,
        .table_id = table->id,
        .table = table->name,
        .label = stream->label,
        .view = view,
        .created_ms = now_ms,
        .schema = table->schema};
    struct shard shard = {.stream = stream->id, .name = now_ms};
    stream->shard = now_ms;
    if (!next_sequence(txn, &shard.first, err) || !shard_put(txn, &shard, err))
        return false;
    stream->first = shard.first;
    return catalog_stream_put(txn, &row, err);
}

bool stream_close(struct call *call, struct store_txn *txn, const struct catalog_table *table,
    int64_t now_ms, struct err *err)
{
    struct catalog_stream_row row;
    struct shard shard;
    bool found;
    if (!table->stream.enabled)
        return true;
    if (!catalog_stream_get(txn, &call->arena, table->stream.id, &row, &found, err))
        return false;
    if (!found)
        return true;
    row.disabled_ms = now_ms;
    return stream_open_shard(txn, &row, &shard, err) && end_shard(txn, &shard, now_ms, err) &&
           catalog_stream_put(txn, &row, err);
}
