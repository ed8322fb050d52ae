/* SPDX-License-Identifier: MIT */
/*
 * Tables: CreateTable, DescribeTable, ListTables, DeleteTable. A table is ACTIVE as soon as it is
 * written; the answers to creation and deletion say CREATING and DELETING as the service's do,
 * since that is what waiters expect.
 */
#include "backend/embedded/backup.h"
#include "backend/embedded/describe.h"
#include "backend/embedded/keeper.h"
#include "backend/embedded/ops.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/stream.h"
#include "backend/embedded/table_make.h"
#include "backend/embedded/table_parse.h"
#include "backend/embedded/upkeep.h"

#include <stdio.h>

enum { LIST_MAX = 100, DELETE_STEPS = 20, FILL_STEPS = 16 };

/* ---- CreateTable ---- */

static bool create(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct catalog_table *parsed = context, table = *parsed;
    const struct catalog_table *same;
    if (!engine_table_maybe(call, txn, table.name, &same, err))
        return false;
    if (same)
        return err_refuse(
            err, "ResourceInUseException", "Table already exists: %.*s", STR_ARG(table.name));
    bool done =
        table_make_ids(call, txn, &table, err) &&
        (!table.stream.enabled ||
            stream_open(call, txn, &table, table.stream.view, table.created_ms, err)) &&
        catalog_put(txn, &table, err) &&
        describe_table(call, txn, &table, STR("TableDescription"), "CREATING", "CREATING", err);
    return done || engine_spoil(txn);
}

bool op_create_table(struct call *call, struct err *err)
{
    struct catalog_table *table = arena_new(&call->arena, struct catalog_table);
    if (!table_parse_create(call, table, err))
        return false;
    table->created_ms = engine_now_ms(call->engine);
    if (table->on_demand)
        table->on_demand_ms = table->created_ms;
    return table_make_uuid(&call->arena, &table->uuid, err) &&
           engine_write(call, create, table, err);
}

/* ---- DescribeTable ---- */

struct describing {
    struct str name;
    bool filling; /* an index of it */
};

static bool describe(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct describing *d = context;
    const struct catalog_table *table;
    if (!engine_table_maybe(call, txn, d->name, &table, err))
        return false;
    if (!table)
        return err_refuse(err, "ResourceNotFoundException",
            "Requested resource not found: Table: %.*s not found",
            STR_ARG(engine_table_name(d->name)));
    for (uint32_t i = 0; i < table->index_count; i++)
        d->filling = d->filling || table->indexes[i].backfilling;
    return describe_table(call, txn, table, STR("Table"), "ACTIVE", NULL, err);
}

/* Whoever made the index may be gone, and whoever asks waits for it: he drives it on. A store that
 * is open for reading only refuses, and the answer stands. */
static void fill_on(struct call *call)
{
    struct err ignored = ERR_INIT;
    bool more = true;
    for (int i = 0; more && i < FILL_STEPS && !ddb_call_stopped(call->request, &ignored); i++)
        if (!upkeep_step(call->engine, UPKEEP_STEP, &more, &ignored))
            return;
}

bool op_describe_table(struct call *call, struct err *err)
{
    struct describing d = {.name = shape_text(call->body, STR("TableName"))};
    if (!engine_read(call, describe, &d, err))
        return false;
    if (d.filling)
        fill_on(call);
    return true;
}

/* ---- ListTables ---- */

struct listing {
    struct str after, names[LIST_MAX];
    size_t limit, count;
    bool more;
};

static bool list(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct listing *l = context;
    return catalog_list(txn, &call->arena, l->after, l->limit, l->names, &l->count, &l->more, err);
}

bool op_list_tables(struct call *call, struct err *err)
{
    struct listing *l = arena_new(&call->arena, struct listing);
    l->after = shape_text(call->body, STR("ExclusiveStartTableName"));
    l->limit = (size_t)shape_number(call->body, STR("Limit"), LIST_MAX);
    if (!engine_read(call, list, l, err))
        return false;
    struct buf *out = call->out;
    buf_add(out, STR("{\"TableNames\":["));
    for (size_t i = 0; i < l->count; i++) {
        json_put_comma(out);
        json_put_string(out, l->names[i]);
    }
    buf_add_byte(out, ']');
    if (l->more)
        engine_put_text(out, STR("LastEvaluatedTableName"), l->names[l->count - 1]);
    buf_add_byte(out, '}');
    return true;
}

/* ---- DeleteTable ---- */

static bool refuse_in_use(struct str name, const char *what, struct err *err)
{
    return err_refuse(err, "ResourceInUseException",
        "Attempt to change a resource which is still in use: %s: %.*s", what, STR_ARG(name));
}

static bool check_delete(
    struct call *call, struct store_txn *txn, const struct catalog_table *table, struct err *err)
{
    bool runs;
    if (table->protected)
        return err_invalid(err, "Resource cannot be deleted as it is currently protected against "
                                "deletion. Disable deletion protection first.");
    if (table->filling)
        return refuse_in_use(table->name, "Table is being created", err);
    if (!backup_runs(call, txn, table->id, &runs, err))
        return false;
    return !runs || refuse_in_use(table->name, "Table is being backed up", err);
}

/* With point-in-time recovery a last backup is made of what is there now. A table that jobs read
 * goes with the last of them; until then it has no name. */
static bool discard(
    struct call *call, struct store_txn *txn, const struct catalog_table *table, struct err *err)
{
    struct catalog_table copy = catalog_copy(table);
    struct job job;
    copy.recovery = false;
    if (table->recovery) {
        struct str name =
            arena_printf(&call->arena, "%.*s$DeletedTableBackup", STR_ARG(table->name));
        if (!backup_begin(call, txn, &copy, name, true, &job, err))
            return false;
    }
    if (!catalog_remove(txn, table, err))
        return false;
    return copy.holds ? catalog_detach(txn, &copy, err)
                      : job_discard_table(call->engine, txn, &copy, err);
}

static bool delete (struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    const struct str *name = context;
    const struct catalog_table *table;
    if (!engine_table_maybe(call, txn, *name, &table, err))
        return false;
    if (!table)
        return err_refuse(err, "ResourceNotFoundException",
            "Requested resource not found: Table: %.*s not found",
            STR_ARG(engine_table_name(*name)));
    if (!check_delete(call, txn, table, err))
        return false;
    bool done = describe_table(call, txn, table, STR("TableDescription"), "DELETING", NULL, err) &&
                stream_close(call, txn, table, engine_now_ms(call->engine), err) &&
                discard(call, txn, table, err);
    return done || engine_spoil(txn);
}

/* What is not reclaimed here goes with later writes. */
static bool reclaim(struct engine *engine, struct err *err)
{
    bool more = true;
    for (int i = 0; more && i < DELETE_STEPS; i++)
        if (!upkeep_step(engine, UPKEEP_STEP, &more, err))
            return false;
    return true;
}

bool op_delete_table(struct call *call, struct err *err)
{
    struct str name = shape_text(call->body, STR("TableName"));
    struct err ignored = ERR_INIT;
    if (!engine_write(call, delete, &name, err) || !job_look(call->engine, err))
        return false;
    reclaim(call->engine, &ignored); /* the table is gone whether or not this succeeds */
    return true;
}
