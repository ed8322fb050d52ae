/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_SWEEP_H
#define BACKEND_EMBEDDED_SWEEP_H

#include "backend/embedded/engine.h"

/*
 * Removes items whose time to live has passed, in the background of other writes: a minute after a
 * process's first write, then at most once a second, a bounded number of items is looked at. Tables
 * take turns; where the walk through a table stands is in the store.
 *
 *   sweep. table id (4)   →  table name 00 key        items after this key come next
 */
enum { SWEEP_FIRST_MS = 60000, SWEEP_EVERY_MS = 1000, SWEEP_LOOK = 1000, SWEEP_REMOVE = 100 };

/* Time to live was enabled: the table takes part from now on, until it is found disabled or gone.
 */
bool sweep_mark(struct store_txn *txn, const struct catalog_table *table, struct err *err);
/* Whether a step is to be made with this write. */
bool sweep_due(struct engine *engine);
/* A step: looks at SWEEP_LOOK items of one table and removes at most SWEEP_REMOVE of them, as the
 * service does: streams say that it was the service. A failure spoils the transaction. */
bool sweep_step(struct call *call, struct store_txn *txn, struct err *err);

#endif
