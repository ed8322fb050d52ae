/* SPDX-License-Identifier: MIT */
/* ListStreams and DescribeStream. What they find is stream_find.c's, the records are
 * op_records.c's. */
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

static bool list_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    const struct listing *l = context;
    struct catalog_stream_row row = {0};
    struct str last = STR_NONE;
    bool found = true, more = false;
    if (l->after.len && !stream_find_row(call, txn, l->after, &row, err))
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
    return engine_read(call, list_in, &l, err);
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

static bool put_shard(
    struct call *call, struct store_txn *txn, const struct catalog_stream_row *row, struct err *err)
{
    struct buf *out = call->out;
    uint64_t first = 0, last = 0;
    bool any;
    if (!stream_find_end(call, txn, row->id, false, &first, &any, err) ||
        !stream_find_end(call, txn, row->id, true, &last, &any, err))
        return false;
    buf_add_byte(out, '{');
    engine_put_text(out, STR("ShardId"), stream_find_shard_id(call, row));
    json_put_name(out, STR("SequenceNumberRange"));
    buf_add_byte(out, '{');
    stream_find_put_sequence(out, STR("StartingSequenceNumber"), any ? first : 0);
    if (row->disabled_ms)
        stream_find_put_sequence(out, STR("EndingSequenceNumber"), any ? last : 0);
    buf_add(out, STR("}}"));
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
    return stream_find_check_arn(d.arn, err) && engine_read(call, describe_in, &d, err);
}
