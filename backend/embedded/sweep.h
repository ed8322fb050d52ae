/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_SWEEP_H
#define BACKEND_EMBEDDED_SWEEP_H

#include "backend/embedded/engine.h"

/*
 * Removes items whose time to live has passed, a bounded number of items at a time. Tables take
 * turns. Where a process does nothing when it is idle (idle.h), other writes take a step with them:
 * a minute after its first write, then at most once a second; where the walk through a table stands
 * is in the store then.
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

/* ---- its halves, for who keeps the place himself ---- */

struct sweep_look {
    /* given: */
    uint32_t table;   /* the first table that takes part, with this id or a higher one */
    struct str after; /* items after this key; empty = from the beginning of the table */
    /* found; slices lie in the call's arena: */
    bool found;                       /* there is such a table: `table` and `name` say which */
    bool ended;                       /* it is gone, or its time to live is disabled */
    bool end;                         /* nothing of it is left to look at */
    struct str name, last;            /* the key that was looked at last */
    struct str expired[SWEEP_REMOVE]; /* keys */
    size_t count;
    int64_t soonest_ms; /* when the next of the others expires; INT64_MAX = none of them */
};
/* Looks at SWEEP_LOOK items at most; reads only. */
bool sweep_look(struct call *call, struct store_txn *txn, struct sweep_look *look, struct err *err);
/* Removes what was found, where it is expired still. A failure leaves half a change. */
bool sweep_remove(
    struct call *call, struct store_txn *txn, const struct sweep_look *look, struct err *err);
/* The table takes no part any more. */
bool sweep_unmark(struct store_txn *txn, uint32_t table, struct err *err);
/* Whether any table takes part. */
bool sweep_any(struct call *call, struct store_txn *txn, bool *any, struct err *err);

#endif
