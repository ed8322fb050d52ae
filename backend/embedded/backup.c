/* SPDX-License-Identifier: MIT */
/*
 * Backups being made and removed. A step reads a batch of the table as of the backup's moment, adds
 * it to the file, syncs it, and commits how far it has come; so a step that is interrupted is done
 * again over what it wrote. Knows no request.
 */
#include "backend/embedded/backup.h"

#include "backend/embedded/backup_file.h"
#include "backend/embedded/batch.h"
#include "backend/embedded/count.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static struct str row_of(struct call *call, const struct catalog_table *table)
{
    struct buf row = {0};
    catalog_row_encode(&row, table);
    struct str copy = arena_dup(&call->arena, buf_str(&row));
    buf_fini(&row);
    return copy;
}

bool backup_begin(struct call *call, struct store_txn *txn, struct catalog_table *table,
    struct str name, bool system, struct job *job, struct err *err)
{
    struct count count;
    *job = (struct job){.kind = JOB_BACKUP,
        .created_ms = engine_now_ms(call->engine),
        .region = engine_region(call),
        .table = table->name,
        .table_id = table->id,
        .row = row_of(call, table),
        .name = name,
        .system = system};
    if (system)
        job->expires_ms = job->created_ms + (int64_t)BACKUP_SYSTEM_DAYS * DAY_MS;
    if (!count_get(txn, table->id, &count, err))
        return false;
    job->size = count.bytes;
    job->imported = count.items;
    return job_make_id(txn, &call->arena, job, err) && job_hold(call, txn, job, table, err) &&
           job_begin(txn, job, err) && (!system || job_expire_at(txn, job, job->expires_ms, err));
}

bool backup_runs(
    struct call *call, struct store_txn *txn, uint32_t table_id, bool *runs, struct err *err)
{
    struct job job = {0};
    bool found = true;
    *runs = false;
    while (found && !*runs) {
        if (!job_unfinished(txn, &call->arena, job.number, &job, &found, err))
            return false;
        *runs =
            found && job.kind == JOB_BACKUP && job.state == JOB_RUNNING && job.table_id == table_id;
    }
    return true;
}

/* ---- steps ---- */

static bool commit_removed(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    (void)call;
    return job_remove(txn, context, err);
}

static bool create(struct call *call, struct job *job, struct backup_file *file, struct err *err)
{
    job->last = STR_NONE;
    job->offset = job->digest = job->items = job->bytes = 0;
    return backup_file_create(file, call->engine->store, job->id, job->row, err);
}

static bool open_file(struct call *call, struct job *job, struct backup_file *file, struct err *err)
{
    bool found;
    if (job->offset == 0)
        return create(call, job, file, err);
    *file = (struct backup_file){.fd = -1, .offset = job->offset, .digest = (uint64_t)job->digest};
    if (!backup_file_resume(file, call->engine->store, job->id, &found, err))
        return false;
    if (found)
        return true;
    backup_file_close(file);
    return create(call, job, file, err);
}

static bool write_batch(struct call *call, struct job *job, struct backup_file *file,
    const struct batch *batch, struct err *err)
{
    if (batch->count && !backup_file_add(file, buf_str(&batch->items), batch->count, err))
        return false;
    job->last = arena_dup(&call->arena, buf_str(&batch->last));
    job->offset = file->offset;
    job->digest = (int64_t)file->digest;
    job->items += (int64_t)batch->count;
    job->bytes += batch->bytes;
    if (!batch->end)
        return true;
    job->state = JOB_DONE;
    job->ended_ms = engine_now_ms(call->engine);
    job->size = job->bytes;
    job->imported = job->items;
    return backup_file_finish(file, call->engine->store, job->id, job->items, job->bytes, err);
}

static bool commit(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct job job = *(const struct job *)context;
    if (job.state == JOB_DONE && !job_release(call, txn, &job, err))
        return engine_spoil(txn);
    return job_save(txn, &job, err) || engine_spoil(txn);
}

bool backup_work(struct call *call, struct job *job, struct err *err)
{
    struct backup_file file = {.fd = -1};
    struct batch batch = {0};
    if (job->state == JOB_DELETED)
        return backup_file_remove(call->engine->store, job->id, err) &&
               engine_write(call, commit_removed, job, err);
    bool done = open_file(call, job, &file, err) &&
                batch_read(call, job, job->table, job->table_id, &batch, err) &&
                write_batch(call, job, &file, &batch, err) && engine_write(call, commit, job, err);
    backup_file_close(&file);
    batch_fini(&batch);
    return done;
}
