/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_STREAM_FIND_H
#define BACKEND_EMBEDDED_STREAM_FIND_H

#include "backend/embedded/engine.h"

/*
 * Streams and shards by the names that callers use. A stream has one shard, open as long as the
 * stream is enabled:
 *
 *   shardId-<created ms, 20 digits>-<stream id, 8 hex>
 */

/* In the call's arena. */
struct str stream_find_arn(struct call *call, const struct catalog_stream_row *row);
struct str stream_find_shard_id(struct call *call, const struct catalog_stream_row *row);
/* Refuses what is no ARN of a stream. */
bool stream_find_check_arn(struct str arn, struct err *err);
/* ResourceNotFoundException where there is no such stream. */
bool stream_find_row(struct call *call, struct store_txn *txn, struct str arn,
    struct catalog_stream_row *out, struct err *err);
/* The first or last record's number; *found false where there is none. */
bool stream_find_end(struct call *call, struct store_txn *txn, uint32_t stream, bool last,
    uint64_t *sequence, bool *found, struct err *err);
/* "NAME":"1000…" */
void stream_find_put_sequence(struct buf *out, struct str name, uint64_t sequence);

#endif
