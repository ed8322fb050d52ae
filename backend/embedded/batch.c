/* SPDX-License-Identifier: MIT */
/* Items that a job moves in a step, and how they are read out of a table's past. */
#include "backend/embedded/batch.h"

#include "backend/embedded/codec.h"
#include "backend/embedded/history.h"
#include "backend/embedded/item.h"
#include "backend/embedded/names.h"

void batch_fini(struct batch *batch)
{
    buf_fini(&batch->items);
    buf_fini(&batch->last);
}

void batch_add(struct batch *batch, struct value item)
{
    value_put_varint(&batch->items, item.encoded.len);
    buf_add(&batch->items, item.encoded);
    batch->bytes += (int64_t)value_item_size(item);
    batch->count++;
}

/* item = varint length | M */
bool batch_next(struct str *rest, struct value *item)
{
    struct str left = *rest;
    uint64_t len;
    if (!value_read_varint(&left, &len) || len > left.len)
        return false;
    *item = value_of(str_take(left, len));
    if (item->type != VALUE_M)
        return false;
    *rest = str_skip(left, len);
    return true;
}

bool batch_join(struct buf *item, const struct catalog_table *table, struct str names,
    struct str key, struct str stored, struct err *err)
{
    struct str components, record;
    size_t size;
    if (!key_components(key, &components))
        return err_set(err, ERR_FILE, "the store holds a key that cannot be read");
    return item_unwrap(stored, &size, &record, err) &&
           codec_join(item, &table->schema, components, names, record, err);
}

struct reading {
    const struct job *job;
    struct str name;
    uint32_t id;
    struct batch *batch;
};

static bool take(struct call *call, struct history_walk *walk, struct str names,
    struct batch *batch, struct err *err)
{
    struct buf *item = &call->bufs[CALL_OLD];
    bool found = true;
    while (found && !batch_is_full(batch)) {
        if (!history_walk_next(walk, &found, err))
            return false;
        if (!found)
            break;
        buf_clear(item);
        if (!batch_join(item, walk->table, names, buf_str(&walk->key), walk->stored, err))
            return false;
        batch_add(batch, value_of(buf_str(item)));
        buf_clear(&batch->last);
        buf_add(&batch->last, buf_str(&walk->key));
    }
    batch->end = !found;
    return true;
}

static bool read(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct reading *r = context;
    const struct catalog_table *table;
    struct history_walk walk;
    struct str names;
    if (!job_table(call, txn, r->name, r->id, &table, err))
        return false;
    r->batch->end = true;
    if (!table)
        return true;
    bool done = names_load(txn, table->id, &names, err) &&
                history_walk_open(&walk, txn, table, r->job->moment, r->job->last, err);
    if (!done)
        return false;
    done = take(call, &walk, names, r->batch, err);
    history_walk_close(&walk);
    return done;
}

bool batch_read(struct call *call, const struct job *job, struct str name, uint32_t id,
    struct batch *batch, struct err *err)
{
    struct reading r = {job, name, id, batch};
    buf_add(&batch->last, job->last);
    return engine_read(call, read, &r, err);
}
