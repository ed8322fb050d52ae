/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_BATCH_H
#define BACKEND_EMBEDDED_BATCH_H

#include "backend/embedded/job.h"

/* Some items on their way from one place to another: what a step of a job moves. */
enum { BATCH_BYTES = 1 << 20, BATCH_ITEMS = 4000 };

struct batch {
    struct buf items; /* (varint length | M) ..., canonical */
    size_t count;
    int64_t bytes;   /* of the items, by DynamoDB's count */
    struct buf last; /* the store key of the last one */
    bool end;        /* nothing comes after it */
};
void batch_fini(struct batch *batch);
void batch_add(struct batch *batch, struct value item);
static inline bool batch_is_full(const struct batch *batch)
{
    return batch->items.len >= BATCH_BYTES || batch->count >= BATCH_ITEMS;
}
/* Takes an item off the front of `rest`; false at the end, or where the bytes are malformed (then
 * something is left in `rest`). */
bool batch_next(struct str *rest, struct value *item);

/* The next items of the table (name, id) as it was at job->moment, after job->last, from one
 * snapshot. A table that is gone has no items. */
bool batch_read(struct call *call, const struct job *job, struct str name, uint32_t id,
    struct batch *batch, struct err *err);

/* An entry of STORE_ITEMS as a whole item, appended to `item`. */
bool batch_join(struct buf *item, const struct catalog_table *table, struct str names,
    struct str key, struct str stored, struct err *err);

#endif
