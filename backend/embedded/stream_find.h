/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_STREAM_FIND_H
#define BACKEND_EMBEDDED_STREAM_FIND_H

#include "backend/embedded/engine.h"
#include "backend/embedded/shard.h"

/*
 * Streams and shards by the names that callers use. What ended more than a day ago is gone for
 * them, whether or not upkeep has removed it. Streams are told apart by table and label: the region
 * in an ARN is the caller's.
 */

/* In the call's arena. */
struct str stream_find_arn(struct call *call, const struct catalog_stream_row *row);
struct str stream_find_shard_id(struct call *call, const struct shard *shard);
/* Refuses what is no ARN of a stream. */
bool stream_find_check_arn(struct str arn, struct err *err);
/* Say that there is no such stream or shard: always false. */
bool stream_find_refuse(struct str arn, struct err *err);
bool stream_find_refuse_shard(struct err *err);
/* Whether an ARN means this stream. */
bool stream_find_is(struct str arn, const struct catalog_stream_row *row);
/* Whether it was closed more than a day ago. */
bool stream_find_gone(const struct call *call, const struct catalog_stream_row *row);
/* ResourceNotFoundException where there is no such stream. */
bool stream_find_row(struct call *call, struct store_txn *txn, struct str arn,
    struct catalog_stream_row *out, struct err *err);
/* The stream's first shard with a name above `after`. */
bool stream_find_next_shard(struct call *call, struct store_txn *txn,
    const struct catalog_stream_row *row, int64_t after, struct shard *out, bool *found,
    struct err *err);
/* ResourceNotFoundException where there is no such shard. */
bool stream_find_shard(struct call *call, struct store_txn *txn,
    const struct catalog_stream_row *row, struct str id, struct shard *out, struct err *err);
/* "NAME":"1000…" */
void stream_find_put_sequence(struct buf *out, struct str name, uint64_t sequence);

#endif
