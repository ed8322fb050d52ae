/* SPDX-License-Identifier: MIT */
/*
 * On-demand backups: CreateBackup, DescribeBackup, ListBackups, DeleteBackup. What is written to
 * the file, and when, is backup.c's.
 */
#include "backend/embedded/backup.h"
#include "backend/embedded/describe.h"
#include "backend/embedded/keeper.h"
#include "backend/embedded/ops.h"
#include "backend/embedded/shape.h"

enum { LIST_MAX = 100 };

static void put_backup_arn(struct call *call, const struct job *job)
{
    engine_put_table_arn(call->out, call, job->table);
    buf_add(call->out, STR("/backup/"));
    buf_add(call->out, job->id);
}

static void put_arn(struct call *call, struct str name, const struct job *job)
{
    json_put_name(call->out, name);
    buf_add_byte(call->out, '"');
    put_backup_arn(call, job);
    buf_add_byte(call->out, '"');
}

/* arn = ... ":table/" TABLE "/backup/" ID */
static struct str id_of(struct str arn)
{
    size_t at = str_find(arn, STR("/backup/"));
    return at == SIZE_MAX ? STR_NONE : str_skip(arn, at + sizeof "/backup/" - 1);
}

static struct str status_of(const struct job *job)
{
    return job->state == JOB_RUNNING ? STR("CREATING")
           : job->state == JOB_DONE  ? STR("AVAILABLE")
                                     : STR("DELETED");
}

static void put_common(struct call *call, const struct job *job)
{
    struct buf *out = call->out;
    put_arn(call, STR("BackupArn"), job);
    engine_put_text(out, STR("BackupName"), job->name);
    engine_put_time(out, STR("BackupCreationDateTime"), job->created_ms);
    if (job->expires_ms)
        engine_put_time(out, STR("BackupExpiryDateTime"), job->expires_ms);
    engine_put_text(out, STR("BackupStatus"), status_of(job));
    engine_put_text(out, STR("BackupType"), job->system ? STR("SYSTEM") : STR("USER"));
    engine_put_i64(out, STR("BackupSizeBytes"), job->size);
}

static void put_details(struct call *call, const struct job *job)
{
    json_put_name(call->out, STR("BackupDetails"));
    buf_add_byte(call->out, '{');
    put_common(call, job);
    buf_add_byte(call->out, '}');
}

/* ---- CreateBackup ---- */

static bool refuse_table(struct str name, struct err *err)
{
    return err_refuse(
        err, "TableNotFoundException", "Table not found: %.*s", STR_ARG(engine_table_name(name)));
}

static bool create(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct job *job = context;
    const struct catalog_table *table;
    struct str name = shape_text(call->body, STR("TableName"));
    if (!engine_table_maybe(call, txn, name, &table, err))
        return false;
    if (!table)
        return refuse_table(name, err);
    if (table->filling)
        return err_refuse(
            err, "TableInUseException", "Table is being created: %.*s", STR_ARG(table->name));
    struct catalog_table copy = catalog_copy(table);
    struct str backup = shape_text(call->body, STR("BackupName"));
    return backup_begin(call, txn, &copy, backup, false, job, err) || engine_spoil(txn);
}

bool op_create_backup(struct call *call, struct err *err)
{
    struct job job;
    if (!engine_write(call, create, &job, err))
        return false;
    keeper_wake(call->engine->keeper, KEEPER_JOBS);
    buf_add_byte(call->out, '{');
    put_details(call, &job);
    buf_add_byte(call->out, '}');
    return true;
}

/* ---- DescribeBackup ---- */

static bool find_backup(struct call *call, struct store_txn *txn, struct job *job, struct err *err)
{
    struct str arn = shape_text(call->body, STR("BackupArn")), id = id_of(arn);
    bool found = false;
    if (id.len && !job_get(txn, &call->arena, JOB_BACKUP, id, job, &found, err))
        return false;
    if (found && job->state != JOB_DELETED && str_equal(engine_table_name(arn), job->table))
        return true;
    return err_refuse(err, "BackupNotFoundException", "Backup not found: %.*s", STR_ARG(arn));
}

static void put_source(struct call *call, const struct job *job, const struct catalog_table *table)
{
    struct buf *out = call->out;
    json_put_name(out, STR("SourceTableDetails"));
    buf_add_byte(out, '{');
    engine_put_text(out, STR("TableName"), table->name);
    engine_put_text(out, STR("TableId"), table->uuid);
    json_put_name(out, STR("TableArn"));
    buf_add_byte(out, '"');
    engine_put_table_arn(out, call, table->name);
    buf_add_byte(out, '"');
    engine_put_i64(out, STR("TableSizeBytes"), job->size);
    engine_put_i64(out, STR("ItemCount"), job->imported);
    describe_put_schema(out, &table->schema);
    engine_put_time(out, STR("TableCreationDateTime"), table->created_ms);
    json_put_name(out, STR("ProvisionedThroughput"));
    buf_add_byte(out, '{');
    engine_put_i64(out, STR("ReadCapacityUnits"), table->units.read);
    engine_put_i64(out, STR("WriteCapacityUnits"), table->units.write);
    buf_add_byte(out, '}');
    engine_put_text(
        out, STR("BillingMode"), table->on_demand ? STR("PAY_PER_REQUEST") : STR("PROVISIONED"));
    buf_add_byte(out, '}');
}

static void put_index(struct buf *out, const struct catalog_index *index)
{
    json_put_comma(out);
    buf_add_byte(out, '{');
    engine_put_text(out, STR("IndexName"), index->name);
    describe_put_schema(out, &index->schema);
    describe_put_projection(out, index);
    if (index->global) {
        json_put_name(out, STR("ProvisionedThroughput"));
        buf_add_byte(out, '{');
        engine_put_i64(out, STR("ReadCapacityUnits"), index->units.read);
        engine_put_i64(out, STR("WriteCapacityUnits"), index->units.write);
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, '}');
}

static void put_indexes(struct buf *out, const struct catalog_table *table, bool global)
{
    uint32_t from = global ? table->local_count : 0;
    uint32_t to = global ? table->index_count : table->local_count;
    if (from == to)
        return;
    json_put_name(out, global ? STR("GlobalSecondaryIndexes") : STR("LocalSecondaryIndexes"));
    buf_add_byte(out, '[');
    for (uint32_t i = from; i < to; i++)
        put_index(out, &table->indexes[i]);
    buf_add_byte(out, ']');
}

static void put_features(struct buf *out, const struct catalog_table *table)
{
    json_put_name(out, STR("SourceTableFeatureDetails"));
    buf_add_byte(out, '{');
    put_indexes(out, table, false);
    put_indexes(out, table, true);
    if (table->stream.enabled) {
        json_put_name(out, STR("StreamDescription"));
        buf_add_byte(out, '{');
        engine_put_bool(out, STR("StreamEnabled"), true);
        engine_put_text(
            out, STR("StreamViewType"), str_from(catalog_view_name(table->stream.view)));
        buf_add_byte(out, '}');
    }
    json_put_name(out, STR("TimeToLiveDescription"));
    buf_add_byte(out, '{');
    engine_put_text(
        out, STR("TimeToLiveStatus"), table->ttl_enabled ? STR("ENABLED") : STR("DISABLED"));
    if (table->ttl_enabled)
        engine_put_text(out, STR("AttributeName"), table->ttl);
    buf_add_byte(out, '}');
    buf_add_byte(out, '}');
}

static bool put_description(struct call *call, const struct job *job, struct err *err)
{
    struct catalog_table table = {0};
    bool done = catalog_read(&table, job->row, err);
    if (done) {
        buf_clear(call->out);
        buf_add(call->out, STR("{\"BackupDescription\":{"));
        put_details(call, job);
        put_source(call, job, &table);
        put_features(call->out, &table);
        buf_add(call->out, STR("}}"));
    }
    arena_fini(&table.arena);
    return done;
}

static bool describe(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct job *job = context;
    return find_backup(call, txn, job, err) && put_description(call, job, err);
}

bool op_describe_backup(struct call *call, struct err *err)
{
    struct job job;
    return engine_read(call, describe, &job, err);
}

/* ---- DeleteBackup ---- */

static bool is_being_restored(
    struct call *call, struct store_txn *txn, const struct job *backup, bool *is, struct err *err)
{
    struct job job = {0};
    bool found = true;
    *is = false;
    while (found && !*is) {
        if (!job_unfinished(txn, &call->arena, job.number, &job, &found, err))
            return false;
        *is = found && job.kind == JOB_RESTORE && str_equal(job.backup, backup->id);
    }
    return true;
}

static bool delete (struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct job *job = context;
    bool restored;
    if (!find_backup(call, txn, job, err) || !is_being_restored(call, txn, job, &restored, err))
        return false;
    if (job->state == JOB_RUNNING)
        return err_refuse(err, "BackupInUseException", "Backup is being created: %.*s",
            STR_ARG(shape_text(call->body, STR("BackupArn"))));
    if (restored)
        return err_refuse(err, "BackupInUseException",
            "Backup is being used to restore a table: %.*s",
            STR_ARG(shape_text(call->body, STR("BackupArn"))));
    job->state = JOB_DELETED;
    return (put_description(call, job, err) && job_save(txn, job, err)) || engine_spoil(txn);
}

bool op_delete_backup(struct call *call, struct err *err)
{
    struct job job;
    if (!engine_write(call, delete, &job, err))
        return false;
    keeper_wake(call->engine->keeper, KEEPER_JOBS);
    return true;
}

/* ---- ListBackups ---- */

struct listing {
    struct str table, after; /* a name and an id, or empty */
    int64_t from, to;        /* ms */
    bool user, system;
    size_t limit, count;
};

static bool is_listed(const struct listing *l, const struct job *job)
{
    return job->state != JOB_DELETED && (job->system ? l->system : l->user) &&
           (l->table.len == 0 || str_equal(l->table, job->table)) && job->created_ms >= l->from &&
           job->created_ms < l->to;
}

static void put_summary(struct call *call, const struct job *job)
{
    struct buf *out = call->out;
    struct catalog_table table = {0};
    struct err ignored = ERR_INIT;
    json_put_comma(out);
    buf_add_byte(out, '{');
    engine_put_text(out, STR("TableName"), job->table);
    if (catalog_read(&table, job->row, &ignored))
        engine_put_text(out, STR("TableId"), table.uuid);
    arena_fini(&table.arena);
    json_put_name(out, STR("TableArn"));
    buf_add_byte(out, '"');
    engine_put_table_arn(out, call, job->table);
    buf_add_byte(out, '"');
    put_common(call, job);
    buf_add_byte(out, '}');
}

static bool list(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct listing *l = context;
    struct job job = {.id = l->after}, last = {0};
    l->count = 0;
    buf_clear(call->out);
    buf_add(call->out, STR("{\"BackupSummaries\":["));
    for (bool found = true; found;) {
        if (!job_next(txn, &call->arena, JOB_BACKUP, job.id, false, &job, &found, err))
            return false;
        if (!found || !is_listed(l, &job))
            continue;
        if (l->count++ == l->limit)
            break;
        put_summary(call, &job);
        last = job;
    }
    buf_add_byte(call->out, ']');
    if (l->count > l->limit)
        put_arn(call, STR("LastEvaluatedBackupArn"), &last);
    buf_add_byte(call->out, '}');
    return true;
}

bool op_list_backups(struct call *call, struct err *err)
{
    struct str type = shape_text(call->body, STR("BackupType"));
    struct str start = shape_text(call->body, STR("ExclusiveStartBackupArn"));
    bool all = str_equal(type, STR("ALL"));
    struct listing l = {
        .table = engine_table_name(shape_text(call->body, STR("TableName"))),
        .after = id_of(start),
        .from = job_time_ms(shape_get(call->body, STR("TimeRangeLowerBound")), 0),
        .to = job_time_ms(shape_get(call->body, STR("TimeRangeUpperBound")), INT64_MAX),
        .user = all || type.len == 0 || str_equal(type, STR("USER")),
        .system = all || str_equal(type, STR("SYSTEM")),
        .limit = (size_t)shape_number(call->body, STR("Limit"), LIST_MAX),
    };
    if (start.len && l.after.len == 0)
        return err_invalid(err, "Invalid ExclusiveStartBackupArn: %.*s", STR_ARG(start));
    if (l.from >= l.to)
        return err_invalid(err, "TimeRangeLowerBound must be before TimeRangeUpperBound");
    return engine_read(call, list, &l, err);
}
