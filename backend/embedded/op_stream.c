/* SPDX-License-Identifier: MIT */
/*
 * Reading streams: ListStreams, DescribeStream, GetShardIterator, GetRecords. A stream has one
 * shard, open as long as the stream is enabled; its name is made of the stream's number, its
 * records are found by sequence number.
 *
 *   shard      shardId-<created ms, 20 digits>-<stream id, 8 hex>
 *   iterator   <stream ARN>|<shard>|<next sequence>|<made at, ms>     in base64: opaque to callers
 */
#include "backend/embedded/names.h"
#include "backend/embedded/ops.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/stream.h"
#include "backend/json_in.h"
#include "backend/json_out.h"

#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>

enum { LIST_MAX = 100, RECORDS_MAX = 1000, BYTES_MAX = 1 << 20, SHARD_LEN = 8 + 20 + 1 + 8 };
static const int64_t iterator_lifetime_ms = INT64_C(15) * 60 * 1000;

/* ---- names ---- */

static struct str arn_of(struct call *call, const struct catalog_stream_row *row)
{
    struct buf arn = {0};
    engine_put_stream_arn(&arn, call->engine, row->table, row->label);
    struct str copy = arena_dup(&call->arena, buf_str(&arn));
    buf_fini(&arn);
    return copy;
}

static struct str shard_of(struct call *call, const struct catalog_stream_row *row)
{
    return arena_printf(
        &call->arena, "shardId-%020" PRId64 "-%08" PRIx32, row->created_ms, row->id);
}

static bool refuse_stream(struct str arn, struct err *err)
{
    return err_refuse(err, "ResourceNotFoundException",
        "Requested resource not found: Stream: %.*s not found", STR_ARG(arn));
}

static bool find_stream(struct call *call, struct store_txn *txn, struct str arn,
    struct catalog_stream_row *out, struct err *err)
{
    bool found = true;
    *out = (struct catalog_stream_row){0};
    while (found) {
        if (!catalog_stream_next(txn, &call->arena, out->id, out, &found, err))
            return false;
        if (found && str_equal(arn_of(call, out), arn))
            return true;
    }
    return refuse_stream(arn, err);
}

static bool check_arn(struct str arn, struct err *err)
{
    return (str_starts(arn, STR("arn:")) && str_find(arn, STR("/stream/")) != SIZE_MAX) ||
           err_invalid(
               err, "Invalid StreamArn: Invalid ResourceArn provided as input %.*s", STR_ARG(arn));
}

/* ---- ListStreams ---- */

struct listing {
    struct str table, after;
    int64_t limit;
};

static void put_stream(struct call *call, const struct catalog_stream_row *row)
{
    struct buf *out = call->out;
    json_put_comma(out);
    buf_add_byte(out, '{');
    engine_put_text(out, STR("StreamArn"), arn_of(call, row));
    engine_put_text(out, STR("TableName"), row->table);
    engine_put_text(out, STR("StreamLabel"), row->label);
    buf_add_byte(out, '}');
}

static bool list_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    const struct listing *l = context;
    struct catalog_stream_row row = {0};
    struct str last = STR_NONE;
    bool found = true, more = false;
    if (l->after.len && !find_stream(call, txn, l->after, &row, err))
        return false;
    buf_clear(call->out);
    buf_add(call->out, STR("{\"Streams\":["));
    for (int64_t count = 0; !more;) {
        if (!catalog_stream_next(txn, &call->arena, row.id, &row, &found, err))
            return false;
        if (!found)
            break;
        if (l->table.len && !str_equal(row.table, l->table))
            continue;
        more = count++ == l->limit;
        if (!more) {
            put_stream(call, &row);
            last = arn_of(call, &row);
        }
    }
    buf_add_byte(call->out, ']');
    if (more)
        engine_put_text(call->out, STR("LastEvaluatedStreamArn"), last);
    buf_add_byte(call->out, '}');
    return true;
}

bool op_list_streams(struct call *call, struct err *err)
{
    struct listing l = {.table = shape_text(call->body, STR("TableName")),
        .after = shape_text(call->body, STR("ExclusiveStartStreamArn")),
        .limit = shape_number(call->body, STR("Limit"), LIST_MAX)};
    return engine_read(call, list_in, &l, err);
}

/* ---- the ends of a stream ---- */

/* The first or last record's number; *found false where there is none. */
static bool end_of(struct call *call, struct store_txn *txn, uint32_t stream, bool last,
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

/* ---- DescribeStream ---- */

struct describing {
    struct str arn;
    struct str after; /* ExclusiveStartShardId */
    bool children;    /* only children: there are none */
};

static void put_schema(struct buf *out, const struct key_schema *schema)
{
    json_put_name(out, STR("KeySchema"));
    buf_add_byte(out, '[');
    for (uint32_t i = 0; i < schema->count; i++) {
        json_put_comma(out);
        buf_add_byte(out, '{');
        engine_put_text(out, STR("AttributeName"), schema->at[i].name);
        engine_put_text(out, STR("KeyType"), i < schema->partition ? STR("HASH") : STR("RANGE"));
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

static void put_sequence(struct buf *out, struct str name, uint64_t sequence)
{
    json_put_name(out, name);
    buf_add_byte(out, '"');
    stream_put_sequence(out, sequence);
    buf_add_byte(out, '"');
}

static bool put_shard(
    struct call *call, struct store_txn *txn, const struct catalog_stream_row *row, struct err *err)
{
    struct buf *out = call->out;
    uint64_t first = 0, last = 0;
    bool any;
    if (!end_of(call, txn, row->id, false, &first, &any, err) ||
        !end_of(call, txn, row->id, true, &last, &any, err))
        return false;
    buf_add_byte(out, '{');
    engine_put_text(out, STR("ShardId"), shard_of(call, row));
    json_put_name(out, STR("SequenceNumberRange"));
    buf_add_byte(out, '{');
    put_sequence(out, STR("StartingSequenceNumber"), any ? first : 0);
    if (row->disabled_ms)
        put_sequence(out, STR("EndingSequenceNumber"), any ? last : 0);
    buf_add(out, STR("}}"));
    return true;
}

static bool describe_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    const struct describing *d = context;
    struct catalog_stream_row row;
    struct buf *out = call->out;
    if (!find_stream(call, txn, d->arn, &row, err))
        return false;
    buf_clear(out);
    buf_add(out, STR("{\"StreamDescription\":{"));
    engine_put_text(out, STR("StreamArn"), d->arn);
    engine_put_text(out, STR("StreamLabel"), row.label);
    engine_put_text(out, STR("StreamStatus"), row.disabled_ms ? STR("DISABLED") : STR("ENABLED"));
    engine_put_text(out, STR("StreamViewType"), str_from(catalog_view_name(row.view)));
    engine_put_time(out, STR("CreationRequestDateTime"), row.created_ms);
    engine_put_text(out, STR("TableName"), row.table);
    put_schema(out, &row.schema);
    json_put_name(out, STR("Shards"));
    buf_add_byte(out, '[');
    if (d->after.len == 0 && !d->children && !put_shard(call, txn, &row, err))
        return false;
    buf_add(out, STR("]}}"));
    return true;
}

bool op_describe_stream(struct call *call, struct err *err)
{
    struct describing d = {.arn = shape_text(call->body, STR("StreamArn")),
        .after = shape_text(call->body, STR("ExclusiveStartShardId")),
        .children = shape_get(call->body, STR("ShardFilter")) != NULL};
    return check_arn(d.arn, err) && engine_read(call, describe_in, &d, err);
}

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
    if (!find_stream(call, txn, it->arn, row, err))
        return false;
    return str_equal(shard_of(call, row), it->shard) ||
           err_refuse(err, "ResourceNotFoundException",
               "Requested resource not found: Shard does not exist");
}

/* Records before the first one that is left have been trimmed. */
static bool check_trimmed(
    struct call *call, struct store_txn *txn, uint32_t stream, uint64_t sequence, struct err *err)
{
    uint64_t first, last;
    bool any;
    if (!end_of(call, txn, stream, false, &first, &any, err) || !stream_last(txn, &last, err))
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
    if (!check_arn(p.it.arn, err) || !read_sequence(call, &p, err) ||
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
    put_sequence(out, STR("SequenceNumber"), sequence);
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
    engine_put_text(out, STR("awsRegion"), call->engine->region);
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
