/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_BACKUP_H
#define BACKEND_EMBEDDED_BACKUP_H

#include "backend/embedded/job.h"

/* On-demand backups: a table at the moment of the call, written to a file in steps. */
enum { BACKUP_SYSTEM_DAYS = 35 };

/* Begins one of `table`, whose row is written with a hold on it. `name` is the backup's. */
bool backup_begin(struct call *call, struct store_txn *txn, struct catalog_table *table,
    struct str name, bool system, struct job *job, struct err *err);
/* Whether a backup of the table is being made. */
bool backup_runs(
    struct call *call, struct store_txn *txn, uint32_t table_id, bool *runs, struct err *err);

#endif
