/* SPDX-License-Identifier: MIT */
/* Table descriptions: catalog and counts into JSON. Changes nothing. */
#include "backend/embedded/describe.h"

#include "backend/embedded/count.h"
#include "backend/embedded/throughput.h"

static void open_object(struct buf *out, struct str name)
{
    json_put_name(out, name);
    buf_add_byte(out, '{');
}

static void open_list(struct buf *out, struct str name)
{
    json_put_name(out, name);
    buf_add_byte(out, '[');
}

/* The least name above `*last`, or the least of all for NULL: lists that the service sorts are
 * walked so, since they are short. */
static bool is_next(struct str name, const struct str *last, const struct str *best)
{
    return (!last || str_compare(name, *last) > 0) && (!best || str_compare(name, *best) < 0);
}

static const struct key_attribute *next_definition(
    const struct catalog_table *table, const struct str *last)
{
    const struct key_attribute *best = NULL;
    for (uint32_t i = 0; i < table->definition_count; i++)
        if (is_next(table->definitions[i].name, last, best ? &best->name : NULL))
            best = &table->definitions[i];
    return best;
}

static const struct str *next_include(const struct catalog_index *index, const struct str *last)
{
    const struct str *best = NULL;
    for (uint32_t i = 0; i < index->include_count; i++)
        if (is_next(index->include[i], last, best))
            best = &index->include[i];
    return best;
}

static void put_definitions(struct buf *out, const struct catalog_table *table)
{
    const struct key_attribute *d = NULL;
    open_list(out, STR("AttributeDefinitions"));
    while ((d = next_definition(table, d ? &d->name : NULL))) {
        json_put_comma(out);
        buf_add_byte(out, '{');
        engine_put_text(out, STR("AttributeName"), d->name);
        engine_put_text(out, STR("AttributeType"), str_from(value_type_name(d->type)));
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

void describe_put_schema(struct buf *out, const struct key_schema *schema)
{
    open_list(out, STR("KeySchema"));
    for (uint32_t i = 0; i < catalog_own_keys(schema); i++) {
        json_put_comma(out);
        buf_add_byte(out, '{');
        engine_put_text(out, STR("AttributeName"), schema->at[i].name);
        engine_put_text(out, STR("KeyType"), i < schema->partition ? STR("HASH") : STR("RANGE"));
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

static void put_units(struct buf *out, const struct catalog_units *units)
{
    open_object(out, STR("ProvisionedThroughput"));
    if (units->increased_ms)
        engine_put_time(out, STR("LastIncreaseDateTime"), units->increased_ms);
    if (units->decreased_ms)
        engine_put_time(out, STR("LastDecreaseDateTime"), units->decreased_ms);
    engine_put_i64(out, STR("NumberOfDecreasesToday"), 0);
    engine_put_i64(out, STR("ReadCapacityUnits"), units->read);
    engine_put_i64(out, STR("WriteCapacityUnits"), units->write);
    buf_add_byte(out, '}');
}

static void put_warm(struct buf *out, const struct catalog_units *units, bool on_demand)
{
    open_object(out, STR("WarmThroughput"));
    engine_put_i64(out, STR("ReadUnitsPerSecond"), throughput_warm_read(units, on_demand));
    engine_put_i64(out, STR("WriteUnitsPerSecond"), throughput_warm_write(units, on_demand));
    engine_put_text(out, STR("Status"), STR("ACTIVE"));
    buf_add_byte(out, '}');
    if (units->most_read || units->most_write) {
        open_object(out, STR("OnDemandThroughput"));
        engine_put_i64(out, STR("MaxReadRequestUnits"), units->most_read ? units->most_read : -1);
        engine_put_i64(
            out, STR("MaxWriteRequestUnits"), units->most_write ? units->most_write : -1);
        buf_add_byte(out, '}');
    }
}

void describe_put_projection(struct buf *out, const struct catalog_index *index)
{
    open_object(out, STR("Projection"));
    engine_put_text(
        out, STR("ProjectionType"), str_from(catalog_projection_name(index->projection)));
    if (index->include_count) {
        const struct str *name = NULL;
        open_list(out, STR("NonKeyAttributes"));
        while ((name = next_include(index, name))) {
            json_put_comma(out);
            json_put_string(out, *name);
        }
        buf_add_byte(out, ']');
    }
    buf_add_byte(out, '}');
}

static void put_global(struct buf *out, const struct catalog_table *table,
    const struct catalog_index *index, const char *status)
{
    engine_put_text(out, STR("IndexStatus"),
        status                                 ? str_from(status)
        : index->backfilling || table->filling ? STR("CREATING")
                                               : STR("ACTIVE"));
    if (index->backfilling)
        engine_put_bool(out, STR("Backfilling"), true);
    put_units(out, &index->units);
    put_warm(out, &index->units, table->on_demand);
}

static bool put_index(struct call *call, struct store_txn *txn, const struct catalog_table *table,
    const struct catalog_index *index, const char *status, struct err *err)
{
    struct buf *out = call->out;
    struct count count;
    if (!count_get(txn, index->id, &count, err))
        return false;
    json_put_comma(out);
    buf_add_byte(out, '{');
    engine_put_text(out, STR("IndexName"), index->name);
    describe_put_schema(out, &index->schema);
    describe_put_projection(out, index);
    if (index->global)
        put_global(out, table, index, status);
    engine_put_i64(out, STR("IndexSizeBytes"), count.bytes);
    engine_put_i64(out, STR("ItemCount"), count.items);
    json_put_name(out, STR("IndexArn"));
    buf_add_byte(out, '"');
    engine_put_index_arn(out, call, table->name, index->name);
    buf_add(out, STR("\"}"));
    return true;
}

static bool put_indexes(struct call *call, struct store_txn *txn, const struct catalog_table *table,
    bool global, const char *status, struct err *err)
{
    uint32_t from = global ? table->local_count : 0;
    uint32_t to = global ? table->index_count : table->local_count;
    if (from == to)
        return true;
    open_list(call->out, global ? STR("GlobalSecondaryIndexes") : STR("LocalSecondaryIndexes"));
    for (uint32_t i = from; i < to; i++)
        if (!put_index(call, txn, table, &table->indexes[i], status, err))
            return false;
    buf_add_byte(call->out, ']');
    return true;
}

static void put_stream(struct call *call, const struct catalog_table *table)
{
    struct buf *out = call->out;
    const struct catalog_stream *stream = &table->stream;
    if (!stream->id)
        return;
    if (stream->enabled) {
        open_object(out, STR("StreamSpecification"));
        engine_put_bool(out, STR("StreamEnabled"), true);
        engine_put_text(out, STR("StreamViewType"), str_from(catalog_view_name(stream->view)));
        buf_add_byte(out, '}');
    }
    engine_put_text(out, STR("LatestStreamLabel"), stream->label);
    json_put_name(out, STR("LatestStreamArn"));
    buf_add_byte(out, '"');
    engine_put_stream_arn(out, call, table->name, stream->label);
    buf_add_byte(out, '"');
}

static void put_sse(struct buf *out, const struct catalog_table *table)
{
    if (table->sse.len == 0)
        return;
    open_object(out, STR("SSEDescription"));
    engine_put_text(out, STR("Status"), STR("ENABLED"));
    engine_put_text(out, STR("SSEType"), STR("KMS"));
    engine_put_text(out, STR("KMSMasterKeyArn"), table->sse);
    buf_add_byte(out, '}');
}

static void put_modes(struct buf *out, const struct catalog_table *table)
{
    if (table->on_demand || table->on_demand_ms) {
        open_object(out, STR("BillingModeSummary"));
        engine_put_text(out, STR("BillingMode"),
            table->on_demand ? STR("PAY_PER_REQUEST") : STR("PROVISIONED"));
        if (table->on_demand_ms)
            engine_put_time(out, STR("LastUpdateToPayPerRequestDateTime"), table->on_demand_ms);
        buf_add_byte(out, '}');
    }
    if (table->infrequent || table->classed || table->class_ms) {
        open_object(out, STR("TableClassSummary"));
        engine_put_text(out, STR("TableClass"),
            table->infrequent ? STR("STANDARD_INFREQUENT_ACCESS") : STR("STANDARD"));
        if (table->class_ms)
            engine_put_time(out, STR("LastUpdateDateTime"), table->class_ms);
        buf_add_byte(out, '}');
    }
}

/* `restored` is the end of the source's ARN, TABLE or TABLE/backup/ID. */
static void put_restored(struct call *call, const struct catalog_table *table)
{
    struct buf *out = call->out;
    struct str rest = table->restored, name;
    if (rest.len == 0)
        return;
    str_cut(&rest, '/', &name);
    open_object(out, STR("RestoreSummary"));
    if (name.len < table->restored.len) {
        json_put_name(out, STR("SourceBackupArn"));
        buf_add_byte(out, '"');
        engine_put_table_arn(out, call, table->restored);
        buf_add_byte(out, '"');
    }
    json_put_name(out, STR("SourceTableArn"));
    buf_add_byte(out, '"');
    engine_put_table_arn(out, call, name);
    buf_add_byte(out, '"');
    engine_put_time(out, STR("RestoreDateTime"), table->restored_ms);
    engine_put_bool(out, STR("RestoreInProgress"), table->filling != 0);
    buf_add_byte(out, '}');
}

static void put_identity(struct call *call, const struct catalog_table *table, const char *status)
{
    struct buf *out = call->out;
    put_definitions(out, table);
    engine_put_text(out, STR("TableName"), table->name);
    describe_put_schema(out, &table->schema);
    engine_put_text(out, STR("TableStatus"), table->filling ? STR("CREATING") : str_from(status));
    engine_put_time(out, STR("CreationDateTime"), table->created_ms);
    put_units(out, &table->units);
    json_put_name(out, STR("TableArn"));
    buf_add_byte(out, '"');
    engine_put_table_arn(out, call, table->name);
    buf_add_byte(out, '"');
    engine_put_text(out, STR("TableId"), table->uuid);
}

bool describe_table(struct call *call, struct store_txn *txn, const struct catalog_table *table,
    struct str name, const char *status, const char *index_status, struct err *err)
{
    struct buf *out = call->out;
    struct count count;
    buf_clear(out);
    if (!count_get(txn, table->id, &count, err))
        return false;
    buf_add_byte(out, '{');
    open_object(out, name);
    put_identity(call, table, status);
    engine_put_i64(out, STR("TableSizeBytes"), count.bytes);
    engine_put_i64(out, STR("ItemCount"), count.items);
    put_modes(out, table);
    put_warm(out, &table->units, table->on_demand);
    if (!put_indexes(call, txn, table, false, index_status, err) ||
        !put_indexes(call, txn, table, true, index_status, err))
        return false;
    put_stream(call, table);
    put_sse(out, table);
    put_restored(call, table);
    engine_put_bool(out, STR("DeletionProtectionEnabled"), table->protected);
    buf_add(out, STR("}}"));
    return true;
}
