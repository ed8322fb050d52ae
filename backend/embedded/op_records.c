/* SPDX-License-Identifier: MIT */
/*
 * Reading records: GetShardIterator, GetRecords. An iterator says where to go on and nothing else,
 * so nothing is kept for it:
 *
 *   <stream ARN>|<shard>|<next sequence>|<made at, ms>     in base64: opaque to callers
 */
#include "backend/embedded/names.h"
#include "backend/embedded/ops.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/stream.h"
#include "backend/embedded/stream_find.h"
#include "backend/json_in.h"
#include "backend/json_out.h"

#include <endian.h>
#include <inttypes.h>

enum { RECORDS_MAX = 1000, BYTES_MAX = 1 << 20 };
static const int64_t iterator_lifetime_ms = INT64_C(15) * 60 * 1000;

/* ---- iterators ---- */

struct iterator {
    struct str arn, shard;
    uint64_t next;
    int64_t made_ms;
};

static void put_iterator(struct call *call, struct str name, const struct iterator *it)
{
    struct str text = arena_printf(&call->arena, "%.*s|%.*s|%" PRIu64 "|%" PRId64, STR_ARG(it->arn),
        STR_ARG(it->shard), it->next, engine_now_ms(call->engine));
    json_put_name(call->out, name);
    buf_add_byte(call->out, '"');
    json_out_base64(call->out, text);
    buf_add_byte(call->out, '"');
}

static bool parse_iterator(
    struct call *call, struct str text, struct iterator *out, struct err *err)
{
    struct buf bytes = {0};
    struct str rest, next = STR_NONE, made = STR_NONE;
    bool fine = json_in_base64(&bytes, text);
    rest = arena_dup(&call->arena, buf_str(&bytes));
    buf_fini(&bytes);
    fine = fine && str_cut(&rest, '|', &out->arn) && str_cut(&rest, '|', &out->shard) &&
           str_cut(&rest, '|', &next) && str_cut(&rest, '|', &made) &&
           str_to_u64(next, &out->next) && str_to_i64(made, &out->made_ms);
    if (!fine)
        return err_invalid(err, "Invalid ShardIterator");
    if (engine_now_ms(call->engine) - out->made_ms > iterator_lifetime_ms)
        return err_refuse(err, "ExpiredIteratorException",
            "Iterator expired. The iterator was created at time %" PRId64
            " while right now it is %" PRId64 " which is further in the future than the tolerated "
            "delay of %" PRId64 " milliseconds.",
            out->made_ms, engine_now_ms(call->engine), iterator_lifetime_ms);
    return true;
}

struct placing {
    struct str type;
    bool has_sequence;
    uint64_t sequence;
    struct iterator it;
};

static bool find_shard(struct call *call, struct store_txn *txn, const struct iterator *it,
    struct catalog_stream_row *row, struct err *err)
{
    if (!stream_find_row(call, txn, it->arn, row, err))
        return false;
    return str_equal(stream_find_shard_id(call, row), it->shard) ||
           err_refuse(err, "ResourceNotFoundException",
               "Requested resource not found: Shard does not exist");
}

/* Records before the first one that is left have been trimmed. */
static bool check_trimmed(
    struct call *call, struct store_txn *txn, uint32_t stream, uint64_t sequence, struct err *err)
{
    uint64_t first, last;
    bool any;
    if (!stream_find_end(call, txn, stream, false, &first, &any, err) ||
        !stream_last(txn, &last, err))
        return false;
    if (sequence > last)
        return err_invalid(err, "Invalid SequenceNumber");
    return !any || sequence == 0 || sequence >= first ||
           err_refuse(err, "TrimmedDataAccessException",
               "The operation attempted to read past the oldest stream record in a shard.");
}

static bool place_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct placing *p = context;
    struct catalog_stream_row row;
    if (!find_shard(call, txn, &p->it, &row, err))
        return false;
    if (str_equal(p->type, STR("LATEST"))) {
        if (!stream_last(txn, &p->it.next, err))
            return false;
        p->it.next++;
        return true;
    }
    p->it.next = 0;
    if (!p->has_sequence)
        return true;
    p->it.next = p->sequence + str_equal(p->type, STR("AFTER_SEQUENCE_NUMBER"));
    return check_trimmed(call, txn, row.id, p->sequence, err);
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
    struct placing p = {.type = shape_text(call->body, STR("ShardIteratorType")),
        .it = {.arn = shape_text(call->body, STR("StreamArn")),
            .shard = shape_text(call->body, STR("ShardId"))}};
    if (!stream_find_check_arn(p.it.arn, err) || !read_sequence(call, &p, err) ||
        !engine_read(call, place_in, &p, err))
        return false;
    buf_add_byte(call->out, '{');
    put_iterator(call, STR("ShardIterator"), &p.it);
    buf_add_byte(call->out, '}');
    return true;
}

/* ---- GetRecords ---- */

struct reading {
    struct iterator it;
    int64_t limit;
    bool closed; /* drained and never to grow */
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

/* Records past their day may be there still: they are passed over. */
static bool is_old(struct call *call, struct str value)
{
    struct stream_record record;
    return stream_read_head(&record, value) &&
           record.time_ms < engine_now_ms(call->engine) - STREAM_RETENTION_MS;
}

static bool read_all(struct call *call, struct store_cursor *c, struct str names,
    const struct catalog_stream_row *row, struct reading *r, struct err *err)
{
    struct buf *at = engine_buf(call, CALL_KEY), *id = engine_buf(call, CALL_END);
    size_t bytes = 0;
    bool found;
    key_put_id(id, row->id);
    stream_key(at, row->id, r->it.next);
    if (!store_seek(c, buf_str(at), false, &found, err))
        return false;
    for (int64_t count = 0; found && str_starts(store_key(c), buf_str(id));) {
        uint64_t sequence;
        if (count == r->limit || bytes >= BYTES_MAX)
            return true;
        memcpy(&sequence, store_key(c).at + id->len, sizeof sequence);
        sequence = be64toh(sequence);
        r->it.next = sequence + 1;
        if (!is_old(call, store_value(c))) {
            if (!read_one(call, c, names, row, sequence, &bytes, err))
                return false;
            count++;
        }
        if (!store_step(c, false, &found, err))
            return false;
    }
    r->closed = row->disabled_ms != 0;
    return true;
}

static bool records_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct reading *r = context;
    struct catalog_stream_row row;
    struct str names;
    if (!find_shard(call, txn, &r->it, &row, err) || !names_load(txn, row.table_id, &names, err))
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

bool op_get_records(struct call *call, struct err *err)
{
    struct reading r = {.limit = shape_number(call->body, STR("Limit"), RECORDS_MAX)};
    if (!parse_iterator(call, shape_text(call->body, STR("ShardIterator")), &r.it, err) ||
        !engine_read(call, records_in, &r, err))
        return false;
    if (!r.closed)
        put_iterator(call, STR("NextShardIterator"), &r.it);
    buf_add_byte(call->out, '}');
    return true;
}
