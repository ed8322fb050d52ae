/* SPDX-License-Identifier: MIT */
/*
 * Restores: a batch read from a backup's file or from a table's past, then written with the
 * progress in one transaction. Every item goes through the write path of all items, so indexes and
 * counts are made with it. Knows no request.
 */
#include "backend/embedded/restore.h"

#include "backend/embedded/backup_file.h"
#include "backend/embedded/item.h"
#include "backend/embedded/table_make.h"

bool restore_begin(struct call *call, struct store_txn *txn, struct catalog_table *table,
    struct job *job, struct err *err)
{
    table->created_ms = engine_now_ms(call->engine);
    table->on_demand_ms = table->on_demand ? table->created_ms : 0;
    if (!table_make_ids(call, txn, table, err))
        return false;
    job->created_ms = table->created_ms;
    job->region = engine_region(call);
    job->table = table->name;
    job->uuid = table->uuid;
    job->table_id = table->id;
    if (!job_make_id(txn, &call->arena, job, err) || !job_begin(txn, job, err))
        return false;
    table->filling = job->number;
    return catalog_put(txn, table, err);
}

bool restore_target(struct call *call, struct store_txn *txn, const struct job *job,
    const struct catalog_table **table, struct err *err)
{
    if (!engine_table_maybe(call, txn, job->table, table, err))
        return false;
    if (*table && ((*table)->id != job->table_id || (*table)->filling != job->number))
        *table = NULL;
    return true;
}

/* Items come from a file, so they are checked; but not against indexes: one that is older than an
 * index may have what the index's key cannot be, and is then not in it. */
static bool put_item(struct call *call, struct store_txn *txn, const struct catalog_table *table,
    struct value item, struct err *err)
{
    struct item_slot slot = {.table = table};
    struct capacity used = {0};
    struct buf *key = engine_buf(call, CALL_KEY);
    if (!value_check(item.encoded, err) ||
        !key_of_item(key, table->id, &table->schema, item, NULL) || key->len > STORE_KEY_MAX)
        return err_set(err, ERR_DATA, "the backup holds an item that does not fit its table");
    return item_store(call, txn, &slot, item, false, &used, err);
}

bool restore_put(struct call *call, struct store_txn *txn, const struct catalog_table *table,
    struct str items, struct err *err)
{
    struct value item;
    while (batch_next(&items, &item))
        if (!put_item(call, txn, table, item, err))
            return false;
    return items.len == 0 || err_set(err, ERR_DATA, "the backup holds what is no item");
}

bool restore_end(struct store_txn *txn, const struct catalog_table *table, struct err *err)
{
    struct catalog_table copy = catalog_copy(table);
    copy.filling = 0;
    return catalog_put(txn, &copy, err);
}

bool restore_drop(
    struct call *call, struct store_txn *txn, const struct catalog_table *table, struct err *err)
{
    return catalog_remove(txn, table, err) && job_discard_table(call->engine, txn, table, err);
}

/* ---- steps ---- */

static bool read_file(struct call *call, struct job *job, struct batch *batch, struct err *err)
{
    struct backup_file file;
    struct buf row = {0};
    bool done = backup_file_open(&file, call->engine->store, job->backup, &row, err);
    if (done && job->offset) {
        file.offset = job->offset;
        file.digest = (uint64_t)job->digest;
    }
    done = done && backup_file_read(&file, &batch->items, &batch->count, err);
    batch->end = done && batch->count == 0;
    if (batch->end)
        buf_clear(&batch->items); /* what stands there is no item */
    job->offset = file.offset;
    job->digest = (int64_t)file.digest;
    backup_file_close(&file);
    buf_fini(&row);
    return done;
}

struct step {
    const struct job *job, *before;
    const struct batch *batch;
    bool drop;
};

static bool end_job(struct call *call, struct store_txn *txn, const struct job *given,
    const struct catalog_table *table, bool drop, struct err *err)
{
    struct job job = *given;
    if (table && !(drop ? restore_drop(call, txn, table, err) : restore_end(txn, table, err)))
        return false;
    return job_release(call, txn, &job, err) && job_remove(txn, &job, err);
}

static bool commit(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct step *step = context;
    const struct catalog_table *table;
    bool done, stands;
    if (!job_stands(txn, &call->arena, step->before, &stands, err))
        return false;
    if (!stands)
        return true;
    if (!restore_target(call, txn, step->job, &table, err))
        return false;
    if (!table || step->drop)
        done = end_job(call, txn, step->job, table, true, err);
    else
        done = restore_put(call, txn, table, buf_str(&step->batch->items), err) &&
               (step->batch->end ? end_job(call, txn, step->job, table, false, err)
                                 : job_save(txn, step->job, err));
    return done || engine_spoil(txn);
}

/* A backup that is damaged cannot be restored, now nor later: the table is given up. */
static bool give_up(struct call *call, struct job *job, const struct job *before, struct err *err)
{
    struct step step = {.job = job, .before = before, .drop = true};
    *err = ERR_INIT;
    return engine_write(call, commit, &step, err);
}

bool restore_work(struct call *call, struct job *job, struct err *err)
{
    struct batch batch = {0};
    struct job before = *job;
    struct step step = {.job = job, .before = &before, .batch = &batch};
    bool done = job->backup.len ? read_file(call, job, &batch, err)
                                : batch_read(call, job, job->source, job->source_id, &batch, err);
    job->last = arena_dup(&call->arena, buf_str(&batch.last));
    job->items += (int64_t)batch.count;
    done = done && engine_write(call, commit, &step, err);
    batch_fini(&batch);
    return done || (err->code == ERR_DATA && give_up(call, job, &before, err));
}
