/* SPDX-License-Identifier: MIT */
/*
 * UpdateTable: throughput, billing mode, stream, one global index created or deleted, deletion
 * protection, table class, encryption. A new index is filled before the answer, in bounded steps;
 * an interruption leaves it CREATING, and later writes go on with it.
 *
 *   read the table ─▶ copy with the changes ─▶ write row, streams, tasks ─▶ describe as UPDATING
 */
#include "backend/embedded/describe.h"
#include "backend/embedded/ops.h"
#include "backend/embedded/schema_parse.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/stream.h"
#include "backend/embedded/table_parse.h"
#include "backend/embedded/throughput.h"
#include "backend/embedded/update_check.h"
#include "backend/embedded/upkeep.h"

#include <inttypes.h>

#define INVALID "One or more parameter values were invalid: "

struct update {
    struct str name;
    struct catalog_table table;          /* the copy */
    struct catalog_index *indexes;       /* its indexes, with room for one more */
    const struct catalog_index *created; /* in `indexes` */
    uint32_t discarded;                  /* id of the index that goes, 0 = none */
    bool open_stream, close_stream;
    int64_t now_ms;
};

static bool asks(const struct call *call, struct str name)
{
    return shape_get(call->body, name) != NULL;
}

/* ---- billing and throughput ---- */

static void move_units(struct catalog_units *units, struct catalog_units to, int64_t now_ms)
{
    if (to.read > units->read || to.write > units->write)
        units->increased_ms = now_ms;
    if (to.read < units->read || to.write < units->write)
        units->decreased_ms = now_ms;
    units->read = to.read;
    units->write = to.write;
}

/* What is warm stays so in the other billing mode. */
static void clear_units(struct catalog_units *units)
{
    *units = (struct catalog_units){.warm_read = units->warm_read, .warm_write = units->warm_write};
}

static bool same_units(const struct catalog_units *a, const struct catalog_units *b)
{
    return a->read == b->read && a->write == b->write;
}

static bool apply_on_demand(struct call *call, struct update *u, struct err *err)
{
    if (asks(call, STR("ProvisionedThroughput")))
        return err_invalid(err, INVALID "Neither ReadCapacityUnits nor WriteCapacityUnits can be "
                                        "specified when BillingMode is PAY_PER_REQUEST");
    if (u->table.on_demand)
        return true;
    u->table.on_demand = true;
    u->table.on_demand_ms = u->now_ms;
    clear_units(&u->table.units);
    for (uint32_t i = 0; i < u->table.index_count; i++)
        clear_units(&u->indexes[i].units);
    return true;
}

/* `index` is empty: the table itself. */
static bool refuse_same_units(const struct catalog_units *now, const struct catalog_units *asked,
    struct str index, struct err *err)
{
    const char *of = index.len ? "index " : "the table";
    return err_invalid(err,
        "The provisioned throughput for the %s%.*s will not change. The requested value equals the "
        "current value. Current ReadCapacityUnits provisioned for %s%.*s: %" PRId64
        ". Requested ReadCapacityUnits: %" PRId64
        ". Current WriteCapacityUnits provisioned for %s%.*s: %" PRId64
        ". Requested WriteCapacityUnits: %" PRId64
        ". Refer to the Amazon DynamoDB Developer Guide for current limits and how to request "
        "higher limits.",
        index.len ? of : "table", STR_ARG(index), of, STR_ARG(index), now->read, asked->read, of,
        STR_ARG(index), now->write, asked->write);
}

static bool apply_provisioned(struct call *call, struct update *u, bool mode, struct err *err)
{
    const struct json *json = shape_get(call->body, STR("ProvisionedThroughput"));
    struct catalog_table *table = &u->table;
    if (!json)
        return true;
    if (table->on_demand && !mode)
        return err_invalid(err, INVALID "Neither ReadCapacityUnits nor WriteCapacityUnits can be "
                                        "specified when BillingMode is PAY_PER_REQUEST");
    struct catalog_units asked = table_parse_units(json);
    if (!table->on_demand && same_units(&table->units, &asked))
        return refuse_same_units(&table->units, &asked, STR_NONE, err);
    if (table->on_demand)
        clear_units(&table->units);
    table->on_demand = false;
    move_units(&table->units, asked, u->now_ms);
    return true;
}

static void keep_warm(struct update *u)
{
    throughput_keep(&u->table.units, u->table.on_demand);
    for (uint32_t i = u->table.local_count; i < u->table.index_count; i++)
        throughput_keep(&u->indexes[i].units, u->table.on_demand);
}

static bool apply_billing(struct call *call, struct update *u, struct err *err)
{
    struct str mode = shape_text(call->body, STR("BillingMode"));
    bool to_demand = str_equal(mode, STR("PAY_PER_REQUEST"));
    keep_warm(u);
    if (!(to_demand ? apply_on_demand(call, u, err)
                    : apply_provisioned(call, u, mode.len > 0, err)))
        return false;
    struct throughput_owner owner = {.on_demand = u->table.on_demand};
    return throughput_parse(&owner, call->body, &u->table.units, err);
}

/* ---- global indexes ---- */

static struct catalog_index *find_index(struct update *u, struct str name)
{
    for (uint32_t i = 0; i < u->table.index_count; i++)
        if (str_equal(u->indexes[i].name, name))
            return &u->indexes[i];
    return NULL;
}

static bool is_filling(const struct update *u)
{
    for (uint32_t i = 0; i < u->table.index_count; i++)
        if (u->indexes[i].backfilling)
            return true;
    return false;
}

static bool create_index(
    struct call *call, struct update *u, const struct json *json, struct err *err)
{
    struct catalog_index *index = &u->indexes[u->table.index_count];
    if (find_index(u, shape_text(json, STR("IndexName"))))
        return err_invalid(err, "Attempting to create an index which already exists");
    if (u->table.index_count - u->table.local_count >= CATALOG_GLOBAL_MAX)
        return err_refuse(err, "LimitExceededException",
            "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit "
            "of %d",
            CATALOG_GLOBAL_MAX);
    if (is_filling(u))
        return err_refuse(err, "LimitExceededException",
            "Subscriber limit exceeded: Only 1 online index can be created or deleted "
            "simultaneously per table");
    if (!schema_check_defined(call, json, err) || !schema_parse_definitions(call, &u->table, err) ||
        !table_parse_global(call, json, &u->table, index, err))
        return false;
    index->backfilling = true;
    u->created = index;
    u->table.index_count++;
    return true;
}

static bool refuse_missing(const struct update *u, struct str index, struct err *err)
{
    return err_refuse(err, "ResourceNotFoundException",
        "Requested resource not found: Index %.*s for table %.*s", STR_ARG(index),
        STR_ARG(u->table.name));
}

static bool delete_index(struct update *u, const struct json *json, struct err *err)
{
    struct str name = shape_text(json, STR("IndexName"));
    struct catalog_index *index = find_index(u, name);
    if (!index)
        return refuse_missing(u, name, err);
    if (!index->global)
        return err_invalid(err,
            INVALID "Cannot delete an index that is not a GlobalSecondaryIndex: %.*s",
            STR_ARG(name));
    u->discarded = index->id;
    size_t behind = (size_t)(u->indexes + u->table.index_count - (index + 1));
    memmove(index, index + 1, behind * sizeof *index);
    u->table.index_count--;
    return true;
}

static bool update_index(struct update *u, const struct json *json, struct err *err)
{
    struct str name = shape_text(json, STR("IndexName"));
    const struct json *units = shape_get(json, STR("ProvisionedThroughput"));
    struct catalog_index *index = find_index(u, name);
    struct catalog_units asked = table_parse_units(units);
    struct err ignored = ERR_INIT;
    if (!throughput_check_bounds(&asked, name, &ignored))
        return err_invalid(err,
            "This operation cannot be performed with given input values. Please contact DynamoDB "
            "service team for more info: Action Blocked: IndexUpdate");
    if (!index || !index->global)
        return refuse_missing(u, name, err);
    struct throughput_owner owner = {.index = name, .on_demand = u->table.on_demand};
    if (!throughput_parse(&owner, json, &index->units, err))
        return false;
    if (!units)
        return true;
    if (u->table.on_demand)
        return err_invalid(err,
            INVALID "The only Updates for index: %.*s when TableThroughputMode is PAY_PER_REQUEST "
                    "can be to OnDemandThroughput, WarmThroughput",
            STR_ARG(name));
    if (same_units(&index->units, &asked))
        return refuse_same_units(&index->units, &asked, name, err);
    move_units(&index->units, asked, u->now_ms);
    return true;
}

static bool apply_indexes(struct call *call, struct update *u, struct err *err)
{
    const struct json *list = shape_get(call->body, STR("GlobalSecondaryIndexUpdates"));
    for (const struct json *a = list ? list->first : NULL; a; a = a->next) {
        const struct json *create = shape_get(a, STR("Create"));
        const struct json *delete = shape_get(a, STR("Delete"));
        bool done = create   ? create_index(call, u, create, err)
                    : delete ? delete_index(u, delete, err)
                             : update_index(u, shape_get(a, STR("Update")), err);
        if (!done)
            return false;
    }
    if (list)
        schema_prune(call, &u->table);
    return true;
}

/* A table whose throughput is provisioned from now on: its indexes have theirs. */
static bool check_provisioned(
    const struct update *u, const struct catalog_table *before, struct err *err)
{
    struct buf names = {0};
    bool switched = before->on_demand && !u->table.on_demand;
    for (uint32_t i = u->table.local_count; switched && i < u->table.index_count; i++) {
        if (u->indexes[i].units.read)
            continue;
        buf_add(&names, names.len ? STR(",") : STR_NONE);
        buf_add(&names, u->indexes[i].name);
    }
    bool fine = names.len == 0;
    if (!fine)
        err_invalid(err, INVALID "ProvisionedThroughput must be specified for index: %.*s",
            STR_ARG(buf_str(&names)));
    buf_fini(&names);
    return fine;
}

/* ---- the rest ---- */

static bool apply_stream(struct call *call, struct update *u, struct err *err)
{
    const struct json *json = shape_get(call->body, STR("StreamSpecification"));
    if (!json)
        return true;
    bool enable = shape_truth(json, STR("StreamEnabled"), false);
    if (enable && u->table.stream.enabled)
        return err_invalid(
            err, "Table already has an enabled stream: TableName: %.*s", STR_ARG(u->table.name));
    if (!enable && !u->table.stream.enabled)
        return err_invalid(
            err, "Table has no stream to disable: TableName: %.*s", STR_ARG(u->table.name));
    u->open_stream = enable;
    u->close_stream = !enable;
    return true;
}

static bool apply_rest(struct call *call, struct update *u, struct err *err)
{
    const struct json *sse = shape_get(call->body, STR("SSESpecification"));
    bool infrequent = u->table.infrequent;
    u->table.protected =
        shape_truth(call->body, STR("DeletionProtectionEnabled"), u->table.protected);
    if (!table_parse_class(call, &u->table, err))
        return false;
    if (u->table.infrequent != infrequent)
        u->table.class_ms = u->now_ms;
    return !sse || table_parse_sse(call, sse, &u->table.sse, err);
}

/* Definitions matter to an index that is created alone; the service passes over others. */
static bool apply(
    struct call *call, struct update *u, const struct catalog_table *table, struct err *err)
{
    u->table = catalog_copy(table);
    u->created = NULL;
    u->discarded = 0;
    u->open_stream = u->close_stream = false;
    u->indexes = arena_array(&call->arena, struct catalog_index, table->index_count + 2);
    if (table->index_count)
        memcpy(u->indexes, table->indexes, table->index_count * sizeof *u->indexes);
    u->table.indexes = u->indexes;
    return apply_billing(call, u, err) && apply_indexes(call, u, err) &&
           check_provisioned(u, table, err) && apply_stream(call, u, err) &&
           apply_rest(call, u, err);
}

static bool write_streams(
    struct call *call, struct store_txn *txn, struct update *u, struct err *err)
{
    const struct json *json = shape_get(call->body, STR("StreamSpecification"));
    enum catalog_view view = CATALOG_VIEW_KEYS;
    catalog_view_parse(shape_text(json, STR("StreamViewType")), &view);
    if (u->close_stream && !stream_close(call, txn, &u->table, u->now_ms, err))
        return false;
    if (u->close_stream)
        u->table.stream.enabled = false;
    return !u->open_stream || stream_open(call, txn, &u->table, view, u->now_ms, err);
}

static void show_units(struct catalog_units *units, const struct catalog_units *before)
{
    units->read = before->read;
    units->write = before->write;
}

/* The answer as the service's: while it is UPDATING, a table has the units that it had, but for a
 * change of the billing mode. */
static void show_before(struct call *call, const struct update *u,
    const struct catalog_table *before, struct catalog_table *shown)
{
    struct catalog_index *indexes =
        arena_array(&call->arena, struct catalog_index, u->table.index_count + 1);
    *shown = u->table;
    if (before->on_demand || shown->on_demand)
        return;
    show_units(&shown->units, &before->units);
    for (uint32_t i = 0; i < shown->index_count; i++) {
        const struct catalog_index *old = catalog_index_find(before, u->indexes[i].name);
        indexes[i] = u->indexes[i];
        if (old && old->id == indexes[i].id)
            show_units(&indexes[i].units, &old->units);
    }
    shown->indexes = indexes;
}

static bool write_all(struct call *call, struct store_txn *txn, struct update *u,
    const struct catalog_table *table, struct err *err)
{
    struct engine *engine = call->engine;
    struct catalog_index *created = (struct catalog_index *)(uintptr_t)u->created;
    if (created && !catalog_next_id(txn, &created->id, err))
        return false;
    if (created && !upkeep_backfill(engine, txn, &u->table, created, err))
        return false;
    if (u->discarded && !upkeep_discard(engine, txn, STORE_INDEX, u->discarded, err))
        return false;
    if (!write_streams(call, txn, u, err))
        return false;
    struct catalog_table shown;
    show_before(call, u, table, &shown);
    return catalog_put(txn, &u->table, err) &&
           describe_table(call, txn, &shown, STR("TableDescription"), "UPDATING", NULL, err);
}

static bool update(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct update *u = context;
    const struct catalog_table *table;
    if (!engine_table_maybe(call, txn, u->name, &table, err))
        return false;
    if (!table)
        return err_refuse(err, "ResourceNotFoundException",
            "Requested resource not found: Table: %.*s not found",
            STR_ARG(engine_table_name(u->name)));
    if (table->filling)
        return err_refuse(err, "ResourceInUseException",
            "Attempt to change a resource which is still in use: Table is being created: %.*s",
            STR_ARG(table->name));
    return apply(call, u, table, err) && (write_all(call, txn, u, table, err) || engine_spoil(txn));
}

/* An interruption here is no failure of the update: the index goes on being filled with later
 * writes, and while DescribeTable is asked, which says CREATING meanwhile. */
static void fill(struct call *call)
{
    struct err ignored = ERR_INIT;
    bool more = true;
    while (more && !ddb_call_stopped(call->request, &ignored))
        if (!upkeep_step(call->engine, UPKEEP_STEP, &more, &ignored))
            return;
}

bool op_update_table(struct call *call, struct err *err)
{
    struct update *u = arena_new(&call->arena, struct update);
    u->name = shape_text(call->body, STR("TableName"));
    u->now_ms = engine_now_ms(call->engine);
    if (!update_check(call, err) || !engine_write(call, update, u, err))
        return false;
    if (u->created)
        fill(call);
    return true;
}
