/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_RESTORE_H
#define BACKEND_EMBEDDED_RESTORE_H

#include "backend/embedded/batch.h"

/* New tables that are filled by a job: from a backup, from a table's past, from files. Until they
 * are full they are CREATING: without items for anybody, and neither changed nor deleted. */

/* Writes the row of a new table and begins the job: gives both what makes them new. The name must
 * be free. */
bool restore_begin(struct call *call, struct store_txn *txn, struct catalog_table *table,
    struct job *job, struct err *err);
/* The table that the job fills; NULL where it is gone. */
bool restore_target(struct call *call, struct store_txn *txn, const struct job *job,
    const struct catalog_table **table, struct err *err);
/* Puts the items of a batch that were not there before. */
bool restore_put(struct call *call, struct store_txn *txn, const struct catalog_table *table,
    struct str items, struct err *err);
/* The table is full: ACTIVE. */
bool restore_end(struct store_txn *txn, const struct catalog_table *table, struct err *err);
/* The table is given up. */
bool restore_drop(
    struct call *call, struct store_txn *txn, const struct catalog_table *table, struct err *err);

#endif
