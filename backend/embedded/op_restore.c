/* SPDX-License-Identifier: MIT */
/*
 * RestoreTableFromBackup and RestoreTableToPointInTime: what the new table is to be. A restored
 * table keeps its keys, indexes, billing and encryption as far as the request does not say
 * otherwise; stream, time to live, tags, recovery and protection are not carried over. How it is
 * filled is restore.c's.
 */
#include "backend/embedded/backup_file.h"
#include "backend/embedded/describe.h"
#include "backend/embedded/keeper.h"
#include "backend/embedded/ops.h"
#include "backend/embedded/recovery.h"
#include "backend/embedded/restore.h"
#include "backend/embedded/schema_parse.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/table_make.h"
#include "backend/embedded/table_parse.h"

#define INVALID "One or more parameter values were invalid: "

/* ---- what the request overrides ---- */

static const struct json *wanted_index(const struct json *list, struct str name)
{
    for (const struct json *i = list->first; i; i = i->next)
        if (str_equal(shape_text(i, STR("IndexName")), name))
            return i;
    return NULL;
}

/* The indexes named must be the source's: a restore can leave some out, but make no new ones. */
static bool check_known(
    const struct catalog_table *table, const struct json *list, bool global, struct err *err)
{
    for (const struct json *i = list ? list->first : NULL; i; i = i->next) {
        struct str name = shape_text(i, STR("IndexName"));
        const struct catalog_index *index = catalog_index_find(table, name);
        const struct json *keys = shape_get(i, STR("KeySchema"));
        uint32_t at = 0;
        bool same =
            index && index->global == global && keys->count == catalog_own_keys(&index->schema);
        for (const struct json *k = keys->first; same && k; k = k->next)
            same = str_equal(shape_text(k, STR("AttributeName")), index->schema.at[at++].name);
        if (!same)
            return err_invalid(err,
                INVALID "The index to restore is none of the source table: %.*s", STR_ARG(name));
    }
    return true;
}

static bool keep_indexes(struct call *call, struct catalog_table *table, const struct json *list,
    bool global, struct err *err)
{
    struct catalog_index *kept =
        arena_array(&call->arena, struct catalog_index, table->index_count + 1);
    uint32_t count = 0, locals = 0;
    if (!check_known(table, list, global, err))
        return false;
    for (uint32_t i = 0; i < table->index_count; i++) {
        struct catalog_index index = table->indexes[i];
        const struct json *wanted =
            list && index.global == global ? wanted_index(list, index.name) : NULL;
        const struct json *units = shape_get(wanted, STR("ProvisionedThroughput"));
        if (list && index.global == global && !wanted)
            continue;
        if (units)
            index.units = table_parse_units(units);
        index.backfilling = false;
        locals += !index.global;
        kept[count++] = index;
    }
    table->indexes = kept;
    table->index_count = count;
    table->local_count = locals;
    return true;
}

static bool apply_billing(struct call *call, struct catalog_table *table, struct err *err)
{
    struct str mode = shape_text(call->body, STR("BillingModeOverride"));
    const struct json *units = shape_get(call->body, STR("ProvisionedThroughputOverride"));
    if (mode.len)
        table->on_demand = str_equal(mode, STR("PAY_PER_REQUEST"));
    if (units && table->on_demand)
        return err_invalid(err, INVALID "Neither ReadCapacityUnits nor WriteCapacityUnits can be "
                                        "specified when BillingMode is PAY_PER_REQUEST");
    struct catalog_units now = units ? table_parse_units(units) : table->units;
    table->units = (struct catalog_units){.read = now.read, .write = now.write};
    if (table->on_demand)
        table->units = (struct catalog_units){0};
    if (!table->on_demand && table->units.read == 0)
        return err_invalid(err, INVALID "ReadCapacityUnits and WriteCapacityUnits must both be "
                                        "specified when BillingMode is PROVISIONED");
    return true;
}

static void apply_index_billing(struct catalog_table *table)
{
    struct catalog_index *indexes = (struct catalog_index *)(uintptr_t)table->indexes;
    for (uint32_t i = table->local_count; i < table->index_count; i++)
        if (table->on_demand)
            indexes[i].units = (struct catalog_units){0};
        else if (indexes[i].units.read == 0)
            indexes[i].units = table->units;
}

/* `table` is the source's row, and becomes the target's. */
static bool apply(struct call *call, struct catalog_table *table, struct err *err)
{
    const struct json *sse = shape_get(call->body, STR("SSESpecificationOverride"));
    table->name = shape_text(call->body, STR("TargetTableName"));
    table->protected = table->recovery = table->ttl_enabled = false;
    table->stream = (struct catalog_stream){0};
    table->ttl = STR_NONE;
    table->tags = (struct value){0};
    table->ttl_ms = table->class_ms = table->recovery_ms = 0;
    table->history = table->holds = table->recovery_days = 0;
    if (!table_make_uuid(&call->arena, &table->uuid, err) ||
        (sse && !table_parse_sse(call, sse, &table->sse, err)) ||
        !keep_indexes(
            call, table, shape_get(call->body, STR("LocalSecondaryIndexOverride")), false, err) ||
        !keep_indexes(
            call, table, shape_get(call->body, STR("GlobalSecondaryIndexOverride")), true, err) ||
        !apply_billing(call, table, err))
        return false;
    apply_index_billing(table);
    schema_prune(call, table);
    return true;
}

static bool check_free(struct call *call, struct store_txn *txn, struct err *err)
{
    struct str name = shape_text(call->body, STR("TargetTableName"));
    const struct catalog_table *same;
    if (!engine_table_maybe(call, txn, name, &same, err))
        return false;
    return !same || err_refuse(err, "TableAlreadyExistsException", "Table already exists: %.*s",
                        STR_ARG(name));
}

static bool begin(struct call *call, struct store_txn *txn, struct catalog_table *table,
    struct job *job, struct err *err)
{
    bool done =
        restore_begin(call, txn, table, job, err) &&
        describe_table(call, txn, table, STR("TableDescription"), "CREATING", "CREATING", err);
    return done || engine_spoil(txn);
}

/* ---- RestoreTableFromBackup ---- */

static bool find_backup(
    struct call *call, struct store_txn *txn, struct job *backup, struct err *err)
{
    struct str arn = shape_text(call->body, STR("BackupArn"));
    size_t at = str_find(arn, STR("/backup/"));
    bool found = false;
    if (at != SIZE_MAX && !job_get(txn, &call->arena, JOB_BACKUP,
                              str_skip(arn, at + sizeof "/backup/" - 1), backup, &found, err))
        return false;
    if (!found || backup->state == JOB_DELETED || !str_equal(engine_table_name(arn), backup->table))
        return err_refuse(err, "BackupNotFoundException", "Backup not found: %.*s", STR_ARG(arn));
    return backup->state == JOB_DONE ||
           err_refuse(err, "BackupInUseException", "Backup is being created: %.*s", STR_ARG(arn));
}

static bool restore_backup(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct catalog_table *table = context;
    struct job backup, job = {.kind = JOB_RESTORE};
    if (!find_backup(call, txn, &backup, err) || !check_free(call, txn, err))
        return false;
    arena_fini(&table->arena); /* of an earlier run */
    *table = (struct catalog_table){0};
    if (!catalog_read(table, backup.row, err) || !apply(call, table, err))
        return false;
    job.backup = backup.id;
    table->restored =
        arena_printf(&call->arena, "%.*s/backup/%.*s", STR_ARG(backup.table), STR_ARG(backup.id));
    table->restored_ms = backup.created_ms;
    return begin(call, txn, table, &job, err);
}

static bool run(struct call *call, engine_fn *fn, struct err *err)
{
    struct catalog_table table = {0};
    bool done = engine_write(call, fn, &table, err);
    arena_fini(&table.arena);
    if (done)
        keeper_wake(call->engine->keeper, KEEPER_JOBS);
    return done;
}

bool op_restore_backup(struct call *call, struct err *err)
{
    return run(call, restore_backup, err);
}

/* ---- RestoreTableToPointInTime ---- */

static bool find_source(
    struct call *call, struct store_txn *txn, const struct catalog_table **source, struct err *err)
{
    struct str name = shape_text(call->body, STR("SourceTableName"));
    if (name.len == 0)
        name = shape_text(call->body, STR("SourceTableArn"));
    if (!engine_table_maybe(call, txn, name, source, err))
        return false;
    if (!*source)
        return err_refuse(err, "TableNotFoundException", "Table not found: %.*s",
            STR_ARG(engine_table_name(name)));
    if ((*source)->recovery)
        return true;
    return err_refuse(err, "PointInTimeRecoveryUnavailableException",
        "Point in time recovery is not enabled for table '%.*s'", STR_ARG((*source)->name));
}

/* The latest moment is that of the transaction, which the hold gives. */
static bool check_time(struct call *call, struct store_txn *txn, const struct catalog_table *source,
    struct job *job, struct err *err)
{
    const struct json *time = shape_get(call->body, STR("RestoreDateTime"));
    if (!time)
        return true;
    bool inside;
    job->moment = job_time_ms(time, 0);
    if (!recovery_moment(call, txn, source, &job->moment, &inside, err))
        return false;
    if (!inside)
        return err_refuse(err, "InvalidRestoreTimeException",
            "An invalid restore time was specified. RestoreDateTime must be between "
            "EarliestRestorableDateTime and LatestRestorableDateTime.");
    return true;
}

static bool restore_past(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct catalog_table *table = context;
    const struct catalog_table *source;
    struct job job = {.kind = JOB_RESTORE};
    if (!find_source(call, txn, &source, err) || !check_free(call, txn, err))
        return false;
    *table = catalog_copy(source);
    if (!check_time(call, txn, source, &job, err) || !apply(call, table, err))
        return false;
    int64_t asked = job.moment;
    struct catalog_table held = catalog_copy(source);
    job.source = source->name;
    job.source_id = source->id;
    if (!job_hold(call, txn, &job, &held, err))
        return engine_spoil(txn);
    if (shape_get(call->body, STR("RestoreDateTime")))
        job.moment = asked;
    table->restored = source->name;
    table->restored_ms = job.moment;
    return begin(call, txn, table, &job, err);
}

bool op_restore_past(struct call *call, struct err *err)
{
    bool latest = shape_truth(call->body, STR("UseLatestRestorableTime"), false);
    bool time = shape_get(call->body, STR("RestoreDateTime")) != NULL;
    if (!shape_get(call->body, STR("SourceTableName")) &&
        !shape_get(call->body, STR("SourceTableArn")))
        return err_invalid(
            err, INVALID "Either SourceTableName or SourceTableArn must be specified");
    if (latest == time)
        return err_invalid(err, INVALID "Exactly one of RestoreDateTime and "
                                        "UseLatestRestorableTime must be specified");
    return run(call, restore_past, err);
}
