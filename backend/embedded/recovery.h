/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_RECOVERY_H
#define BACKEND_EMBEDDED_RECOVERY_H

#include "backend/embedded/engine.h"

/* Point-in-time recovery: since when a table can be restored, ms. */
enum { RECOVERY_DAYS_MAX = 35 };
int64_t recovery_earliest(const struct engine *engine, const struct catalog_table *table);
/* Until when, which is now; after the clock was set back, the newest write's time. */
bool recovery_latest(struct call *call, struct store_txn *txn, int64_t *latest, struct err *err);
/* The moment that a request means, *inside = it can be restored. Clients send whole seconds: what
 * lies in the second of the earliest moment means that one. Now means all that is there. */
bool recovery_moment(struct call *call, struct store_txn *txn, const struct catalog_table *table,
    int64_t *moment, bool *inside, struct err *err);
/* As *moment above, at the early end only. */
int64_t recovery_clamp(int64_t asked, int64_t earliest);

#endif
