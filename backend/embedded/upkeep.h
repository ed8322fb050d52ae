/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_UPKEEP_H
#define BACKEND_EMBEDDED_UPKEEP_H

#include "backend/embedded/engine.h"

/*
 * Work that operations leave behind, done in bounded steps within write transactions: ranges of
 * deleted tables and indexes to reclaim, new indexes to fill, stream records older than a day to
 * trim. What is left to do stands in the store, so that an interruption loses nothing and any
 * process goes on with it.
 */
enum { UPKEEP_STEP = 1000, UPKEEP_TRIM_EVERY = 256 };

/* Called at the end of every write: a step where some is due. False (disk) after half a change. */
bool upkeep_after_write(struct engine *engine, struct store_txn *txn, struct err *err);
/* One step of at most `budget` entries in a transaction of its own; *more where work remains. */
bool upkeep_step(struct engine *engine, size_t budget, bool *more, struct err *err);
/* The same, and streams and tokens that are too old are trimmed. */
bool upkeep_trim(struct engine *engine, size_t budget, bool *more, struct err *err);
/* Whether ranges are to be deleted or indexes to be filled. */
bool upkeep_any(struct store_txn *txn, bool *any, struct err *err);
/* Looks whether work was left by an earlier process. */
bool upkeep_look(struct engine *engine, struct err *err);

/* Marks the keys of an id in a space as garbage. */
bool upkeep_discard(struct engine *engine, struct store_txn *txn, enum store_space space,
    uint32_t id, struct err *err);
/* The table's dictionary goes where neither the table nor a stream of it is left. */
bool upkeep_drop_names(struct call *call, struct store_txn *txn, uint32_t table, struct err *err);
/* Marks an index to be filled; the table's row says `backfilling` already. */
bool upkeep_backfill(struct engine *engine, struct store_txn *txn,
    const struct catalog_table *table, const struct catalog_index *index, struct err *err);

#endif
