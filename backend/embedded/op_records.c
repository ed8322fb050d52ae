/* SPDX-License-Identifier: MIT */
/*
 * Reading records: GetShardIterator, GetRecords.
 *
 *   shard    too old | young .............. last |     an open one has no end
 *            horizon ──▶ passed over             drained: no next iterator
 *            others  ──▶ refused: trimmed
 */
#include "backend/embedded/iterator.h"
#include "backend/embedded/names.h"
#include "backend/embedded/ops.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/stream.h"
#include "backend/embedded/stream_find.h"
#include "backend/json_out.h"

#include <inttypes.h>

enum { RECORDS_MAX = 1000, BYTES_MAX = 1 << 20, PASSED_MAX = 10000 };

/* ---- what is too old ---- */

/* Records past their day may be there still. */
static bool is_old(const struct call *call, struct str value)
{
    struct stream_record record;
    return stream_read_head(&record, value) &&
           record.time_ms < engine_now_ms(call->engine) - STREAM_RETENTION_MS;
}

static bool refuse_trimmed(struct err *err)
{
    return err_refuse(
        err, "TrimmedDataAccessException", "The data you are trying to access has been trimmed");
}

/* Refuses a place where a record has been dropped, or may be at any moment. */
static bool check_trimmed(struct call *call, struct store_txn *txn, const struct shard *shard,
    uint64_t sequence, struct err *err)
{
    struct buf *at = engine_buf(call, CALL_KEY), *id = engine_buf(call, CALL_END);
    uint64_t trimmed, first;
    bool found;
    if (!shard_trimmed(txn, shard->stream, &trimmed, err))
        return false;
    if (sequence <= trimmed)
        return refuse_trimmed(err);
    struct store_cursor *c = store_cursor_open(txn, STORE_STREAM, err);
    key_put_id(id, shard->stream);
    stream_key(at, shard->stream, sequence);
    bool done = c && store_seek(c, buf_str(at), false, &found, err);
    bool old = done && found && stream_read_key(store_key(c), buf_str(id), &first) &&
               (!shard->ended_ms || first <= shard->last) && is_old(call, store_value(c));
    store_cursor_close(c);
    return done && (!old || refuse_trimmed(err));
}

/* ---- GetShardIterator ---- */

struct placing {
    struct str arn, shard, type;
    bool has_sequence;
    uint64_t sequence;
    struct iterator it;
};

static bool place_at_number(struct call *call, struct store_txn *txn, struct placing *p,
    const struct shard *shard, struct err *err)
{
    uint64_t last = shard->last;
    if (!shard->ended_ms && !stream_last(txn, &last, err))
        return false;
    if (p->sequence < shard->first || p->sequence > last)
        return err_invalid(err, "Invalid SequenceNumber");
    p->it.next = p->sequence + str_equal(p->type, STR("AFTER_SEQUENCE_NUMBER"));
    return check_trimmed(call, txn, shard, p->sequence, err);
}

static bool place_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct placing *p = context;
    struct catalog_stream_row row;
    struct shard shard;
    if (!stream_find_row(call, txn, p->arn, &row, err) ||
        !stream_find_shard(call, txn, &row, p->shard, &shard, err))
        return false;
    p->it = (struct iterator){.arn = stream_find_arn(call, &row),
        .stream = row.id,
        .shard = shard.name,
        .next = shard.first,
        .horizon = str_equal(p->type, STR("TRIM_HORIZON"))};
    if (p->has_sequence)
        return place_at_number(call, txn, p, &shard, err);
    if (p->it.horizon)
        return true;
    bool done = stream_last(txn, &p->it.next, err);
    p->it.next++;
    return done;
}

static bool read_sequence(struct call *call, struct placing *p, struct err *err)
{
    const struct json *json = shape_get(call->body, STR("SequenceNumber"));
    bool wanted = str_ends(p->type, STR("_SEQUENCE_NUMBER"));
    if (wanted && !json)
        return err_invalid(err, "SequenceNumber must be specified when ShardIteratorType is %.*s",
            STR_ARG(p->type));
    if (!wanted && json)
        return err_invalid(err,
            "SequenceNumber must not be specified when ShardIteratorType is %.*s",
            STR_ARG(p->type));
    p->has_sequence = wanted;
    return !wanted || stream_parse_sequence(json->text, &p->sequence) ||
           err_invalid(err, "Invalid SequenceNumber");
}

bool op_get_shard_iterator(struct call *call, struct err *err)
{
    struct placing p = {.arn = shape_text(call->body, STR("StreamArn")),
        .shard = shape_text(call->body, STR("ShardId")),
        .type = shape_text(call->body, STR("ShardIteratorType"))};
    if (!stream_find_check_arn(p.arn, err) || !read_sequence(call, &p, err) ||
        !engine_read(call, place_in, &p, err))
        return false;
    buf_add_byte(call->out, '{');
    iterator_put(call, STR("ShardIterator"), &p.it);
    buf_add_byte(call->out, '}');
    return true;
}

/* ---- GetRecords ---- */

struct reading {
    struct iterator it;
    struct shard shard;
    int64_t limit, count;
    size_t bytes, passed; /* passed over: too old */
    bool drained;         /* nothing lies behind it.next */
};

static struct value keys_of(
    struct call *call, const struct catalog_stream_row *row, const struct stream_record *record)
{
    struct value item = record->new.type == VALUE_M ? record->new : record->old, v;
    struct err err = ERR_INIT;
    if (record->keys.type == VALUE_M)
        return record->keys;
    struct buf *out = engine_buf(call, CALL_ENTRY);
    struct value_open open = value_open(out, VALUE_M);
    for (uint32_t i = 0; i < row->schema.count; i++)
        if (value_find(item, row->schema.at[i].name, &v)) {
            value_member(&open, out, row->schema.at[i].name);
            value_put(out, v);
        }
    value_close(&open, out, &err);
    return value_of(buf_str(out));
}

static size_t image_size(struct value item)
{
    return item.type == VALUE_M ? value_item_size(item) : 0;
}

static void put_image(struct buf *out, struct str name, struct value item)
{
    if (item.type != VALUE_M)
        return;
    json_put_name(out, name);
    json_out_typed_item(out, item);
}

static size_t put_change(struct call *call, const struct catalog_stream_row *row,
    const struct stream_record *record, uint64_t sequence)
{
    struct buf *out = call->out;
    struct value keys = keys_of(call, row, record);
    size_t size = image_size(keys) + image_size(record->old) + image_size(record->new);
    json_put_name(out, STR("dynamodb"));
    buf_add_byte(out, '{');
    json_put_name(out, STR("ApproximateCreationDateTime"));
    buf_printf(out, "%" PRId64, record->time_ms / 1000);
    put_image(out, STR("Keys"), keys);
    put_image(out, STR("NewImage"), record->new);
    put_image(out, STR("OldImage"), record->old);
    stream_find_put_sequence(out, STR("SequenceNumber"), sequence);
    engine_put_i64(out, STR("SizeBytes"), (int64_t)size);
    engine_put_text(out, STR("StreamViewType"), str_from(catalog_view_name(row->view)));
    buf_add_byte(out, '}');
    return size;
}

static size_t put_record(struct call *call, const struct catalog_stream_row *row,
    const struct stream_record *record, uint64_t sequence)
{
    static const char *const events[] = {"INSERT", "MODIFY", "REMOVE"};
    struct buf *out = call->out;
    json_put_comma(out);
    buf_add_byte(out, '{');
    json_put_name(out, STR("eventID"));
    buf_printf(
        out, "\"%08" PRIx32 "%08" PRIx32 "%016" PRIx64 "\"", row->table_id, row->id, sequence);
    engine_put_text(out, STR("eventName"), str_from(events[record->event]));
    engine_put_text(out, STR("eventVersion"), STR("1.1"));
    engine_put_text(out, STR("eventSource"), STR("aws:dynamodb"));
    engine_put_text(out, STR("awsRegion"), engine_region(call));
    size_t size = put_change(call, row, record, sequence);
    if (record->by_service)
        buf_add(out, STR(",\"userIdentity\":{\"Type\":\"Service\","
                         "\"PrincipalId\":\"dynamodb.amazonaws.com\"}"));
    buf_add_byte(out, '}');
    return size;
}

static bool read_one(struct call *call, struct store_cursor *c, struct str names,
    const struct catalog_stream_row *row, uint64_t sequence, size_t *bytes, struct err *err)
{
    struct stream_record record;
    if (!stream_read(&record, &call->arena, names, store_value(c), err))
        return false;
    *bytes += put_record(call, row, &record, sequence);
    return true;
}

/* Goes on to the record behind; *fits false where the page is full without it. */
static bool take_record(struct call *call, struct store_cursor *c, struct str names,
    const struct catalog_stream_row *row, uint64_t sequence, struct reading *r, bool *fits,
    struct err *err)
{
    size_t len = call->out->len;
    if (!read_one(call, c, names, row, sequence, &r->bytes, err))
        return false;
    *fits = r->bytes <= BYTES_MAX || r->count == 0;
    if (*fits) {
        r->count++;
        r->it.horizon = false;
    } else
        call->out->len = len;
    return true;
}

/* The shard's records from r->it.next on. */
static bool read_all(struct call *call, struct store_cursor *c, struct str names,
    const struct catalog_stream_row *row, struct reading *r, struct err *err)
{
    struct buf *at = engine_buf(call, CALL_KEY), *id = engine_buf(call, CALL_END);
    uint64_t sequence;
    bool found, fits = true;
    key_put_id(id, row->id);
    stream_key(at, row->id, r->it.next);
    if (!store_seek(c, buf_str(at), false, &found, err))
        return false;
    while (found && stream_read_key(store_key(c), buf_str(id), &sequence) &&
           (!r->shard.ended_ms || sequence <= r->shard.last)) {
        if (r->count == r->limit || r->passed == PASSED_MAX)
            return true;
        if (is_old(call, store_value(c)))
            r->passed++;
        else if (!take_record(call, c, names, row, sequence, r, &fits, err))
            return false;
        if (!fits)
            return true;
        r->it.next = sequence + 1;
        if (!store_step(c, false, &found, err))
            return false;
    }
    r->drained = true;
    return true;
}

/* The stream and the shard that an iterator names, which may have gone since it was made. */
static bool find_place(struct call *call, struct store_txn *txn, struct reading *r,
    struct catalog_stream_row *row, struct err *err)
{
    bool found;
    if (!catalog_stream_get(txn, &call->arena, r->it.stream, row, &found, err))
        return false;
    if (!found || stream_find_gone(call, row))
        return stream_find_refuse(r->it.arn, err);
    if (!stream_find_is(r->it.arn, row))
        return iterator_refuse(err);
    r->it.arn = stream_find_arn(call, row);
    if (!stream_find_next_shard(call, txn, row, r->it.shard - 1, &r->shard, &found, err))
        return false;
    if (!found || r->shard.name != r->it.shard)
        return stream_find_refuse_shard(err);
    return r->it.horizon || check_trimmed(call, txn, &r->shard, r->it.next, err);
}

static bool records_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct reading *r = context;
    struct catalog_stream_row row;
    struct str names;
    if (!find_place(call, txn, r, &row, err) || !names_load(txn, row.table_id, &names, err))
        return false;
    struct store_cursor *c = store_cursor_open(txn, STORE_STREAM, err);
    if (!c)
        return false;
    buf_clear(call->out);
    buf_add(call->out, STR("{\"Records\":["));
    bool done = read_all(call, c, names, &row, r, err);
    buf_add_byte(call->out, ']');
    store_cursor_close(c);
    return done;
}

/* An open shard always has a next iterator, a closed one until its last record has been read. */
bool op_get_records(struct call *call, struct err *err)
{
    struct reading r = {.limit = shape_number(call->body, STR("Limit"), RECORDS_MAX)};
    if (!iterator_parse(call, shape_text(call->body, STR("ShardIterator")), &r.it, err) ||
        !engine_read(call, records_in, &r, err))
        return false;
    if (!r.shard.ended_ms || !(r.drained || r.it.next > r.shard.last))
        iterator_put(call, STR("NextShardIterator"), &r.it);
    buf_add_byte(call->out, '}');
    return true;
}
