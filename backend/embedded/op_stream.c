/* SPDX-License-Identifier: MIT */
/*
 * ListStreams and DescribeStream. What they find is stream_find.c's, the records are
 * op_records.c's. Streams are listed latest first: a store that is used for tests gathers closed
 * ones, and who asks for a table's stream mostly takes the first.
 */
#include "backend/embedded/ops.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/stream_find.h"

enum { LIST_MAX = 100 };

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
    engine_put_text(out, STR("StreamArn"), stream_find_arn(call, row));
    engine_put_text(out, STR("TableName"), row->table);
    engine_put_text(out, STR("StreamLabel"), row->label);
    buf_add_byte(out, '}');
}

static bool is_listed(
    const struct call *call, const struct listing *l, const struct catalog_stream_row *row)
{
    return (l->table.len == 0 || str_equal(row->table, l->table)) && !stream_find_gone(call, row);
}

/* Where a page goes on from: behind a stream that may have gone meanwhile. */
static bool find_start(
    struct call *call, struct store_txn *txn, struct str after, uint32_t *id, struct err *err)
{
    struct catalog_stream_row row = {0};
    bool found = true;
    *id = UINT32_MAX;
    if (after.len == 0)
        return true;
    do
        if (!catalog_stream_next(txn, &call->arena, row.id, &row, &found, err))
            return false;
    while (found && !stream_find_is(after, &row));
    *id = row.id;
    return found || stream_find_refuse(after, err);
}

static bool list_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    const struct listing *l = context;
    struct catalog_stream_row row = {0};
    struct str last = STR_NONE;
    bool found = true, more = false;
    if (!find_start(call, txn, l->after, &row.id, err))
        return false;
    buf_clear(call->out);
    buf_add(call->out, STR("{\"Streams\":["));
    for (int64_t count = 0; !more;) {
        if (!catalog_stream_previous(txn, &call->arena, row.id, &row, &found, err))
            return false;
        if (!found)
            break;
        if (!is_listed(call, l, &row))
            continue;
        more = count++ == l->limit;
        if (!more) {
            put_stream(call, &row);
            last = stream_find_arn(call, &row);
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
    return (l.after.len == 0 || stream_find_check_arn(l.after, err)) &&
           engine_read(call, list_in, &l, err);
}

/* ---- DescribeStream ---- */

struct describing {
    struct str arn;
    struct str after;  /* ExclusiveStartShardId */
    struct str parent; /* only its children, or empty */
    int64_t limit;
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

static void put_shard(struct call *call, const struct shard *shard)
{
    struct buf *out = call->out;
    struct shard parent = {.stream = shard->stream, .name = shard->parent};
    json_put_comma(out);
    buf_add_byte(out, '{');
    engine_put_text(out, STR("ShardId"), stream_find_shard_id(call, shard));
    json_put_name(out, STR("SequenceNumberRange"));
    buf_add_byte(out, '{');
    stream_find_put_sequence(out, STR("StartingSequenceNumber"), shard->first);
    if (shard->ended_ms)
        stream_find_put_sequence(out, STR("EndingSequenceNumber"), shard->last);
    buf_add_byte(out, '}');
    if (shard->parent)
        engine_put_text(out, STR("ParentShardId"), stream_find_shard_id(call, &parent));
    buf_add_byte(out, '}');
}

/* Shards whose id is above `after` as a text, whatever that is. */
static bool put_shards(struct call *call, struct store_txn *txn,
    const struct catalog_stream_row *row, const struct describing *d, struct err *err)
{
    struct shard shard = {0}, last = {0};
    int64_t from = -1, parent = -1, count = 0;
    bool found = true;
    if (!shard_parse_id(d->after, row->id, &from))
        from = -1;
    if (d->parent.len) {
        if (!stream_find_shard(call, txn, row, d->parent, &shard, err))
            return false;
        parent = shard.name;
    }
    shard.name = from;
    while (found) {
        if (!stream_find_next_shard(call, txn, row, shard.name, &shard, &found, err))
            return false;
        if (!found || (parent >= 0 && shard.parent != parent) ||
            str_compare(stream_find_shard_id(call, &shard), d->after) <= 0)
            continue;
        if (count++ == d->limit)
            break;
        put_shard(call, &shard);
        last = shard;
    }
    buf_add_byte(call->out, ']');
    if (found)
        engine_put_text(call->out, STR("LastEvaluatedShardId"), stream_find_shard_id(call, &last));
    return true;
}

static bool describe_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    const struct describing *d = context;
    struct catalog_stream_row row;
    struct buf *out = call->out;
    if (!stream_find_row(call, txn, d->arn, &row, err))
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
    if (!put_shards(call, txn, &row, d, err))
        return false;
    buf_add(out, STR("}}"));
    return true;
}

/* The only filter there is asks for a shard's children. */
static bool read_filter(const struct json *filter, struct str *parent, struct err *err)
{
    bool type = shape_get(filter, STR("Type")), shard = shape_get(filter, STR("ShardId"));
    *parent = shape_text(filter, STR("ShardId"));
    if (!filter || (type && shard))
        return true;
    return err_invalid(err, "One or more parameter values were invalid: ShardFilter must have a %s",
        type ? "ShardId" : "Type");
}

bool op_describe_stream(struct call *call, struct err *err)
{
    struct describing d = {.arn = shape_text(call->body, STR("StreamArn")),
        .after = shape_text(call->body, STR("ExclusiveStartShardId")),
        .limit = shape_number(call->body, STR("Limit"), LIST_MAX)};
    return stream_find_check_arn(d.arn, err) &&
           read_filter(shape_get(call->body, STR("ShardFilter")), &d.parent, err) &&
           engine_read(call, describe_in, &d, err);
}
