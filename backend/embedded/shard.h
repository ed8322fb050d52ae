/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_SHARD_H
#define BACKEND_EMBEDDED_SHARD_H

#include "backend/embedded/store.h"
#include "base/buf.h"

/*
 * Shards: the stretches that a stream's records are read in, one after the other, each the parent
 * of the next. A record belongs to the shard whose range of numbers it lies in: it does not say so
 * itself, so that beginning a shard moves nothing.
 *
 *   meta   "shard."   stream id (4) name (8)  →  first (8) | last (8) | ended, ms (8) | parent (8)
 *          "trimmed." stream id (4)           →  number of the last record that was dropped (8)
 *
 * Numbers in keys are big-endian, in values little-endian. A shard's name is the time at which it
 * began, in ms, or one more than its parent's where that is not later: names ascend in a stream.
 * A stream from before there were rows has none: it is one shard, which begins with the stream.
 */
enum {
    SHARD_LIFE_MS = 4 * 60 * 60 * 1000,
    SHARD_SPAN = 1 << 20, /* numbers: the store's, so it bounds the records from above */
};

struct shard {
    uint32_t stream;
    int64_t name, parent; /* parent 0 = none */
    int64_t ended_ms;     /* 0 = it takes records still */
    uint64_t first, last; /* numbers; last where it has ended */
};

bool shard_put(struct store_txn *txn, const struct shard *shard, struct err *err);
bool shard_delete(struct store_txn *txn, const struct shard *shard, struct err *err);
/* The shard that began last. */
bool shard_newest(
    struct store_txn *txn, uint32_t stream, struct shard *out, bool *found, struct err *err);
/* The first one with a name above `after`. */
bool shard_next(struct store_txn *txn, uint32_t stream, int64_t after, struct shard *out,
    bool *found, struct err *err);
/* Reads a row of STORE_META; false where it is no shard's. */
bool shard_read(struct shard *out, struct str key, struct str value);
/* What the keys of a stream's shards lie between. */
void shard_range(struct buf *from, struct buf *to, uint32_t stream);

/* Whether a record with this number, now, begins another shard. */
static inline bool shard_is_full(int64_t name, uint64_t first, uint64_t sequence, int64_t now_ms)
{
    return now_ms - name >= SHARD_LIFE_MS || sequence - first >= SHARD_SPAN;
}

/* shardId-<name, 20 digits>-<stream id, 8 hex>: their order as texts is the order of names. */
void shard_put_id(struct buf *out, uint32_t stream, int64_t name);
/* False where it is the id of no shard of this stream. */
bool shard_parse_id(struct str id, uint32_t stream, int64_t *name);

/* Records up to this number have been dropped; 0 = none. */
bool shard_trimmed(struct store_txn *txn, uint32_t stream, uint64_t *sequence, struct err *err);
bool shard_set_trimmed(struct store_txn *txn, uint32_t stream, uint64_t sequence, struct err *err);
bool shard_forget_trimmed(struct store_txn *txn, uint32_t stream, struct err *err);

#endif
