/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_TRIM_H
#define BACKEND_EMBEDDED_TRIM_H

#include "backend/embedded/engine.h"

/*
 * What streams keep is a day's: records that are older go from the front, shards that ended before
 * with them, and streams that were closed before. Readers do not wait for it (stream_find.h).
 */
enum { TRIM_STREAMS = 64 }; /* looked at in a step: they take turns */

/* A step of at most *budget entries, which are taken off. A failure leaves half a change. */
bool trim_streams(struct call *call, struct store_txn *txn, size_t *budget, struct err *err);
/* When a step will have something to do: ms since 1970, INT64_MAX = never as things are. */
bool trim_due(struct call *call, struct store_txn *txn, int64_t *due_ms, struct err *err);

#endif
