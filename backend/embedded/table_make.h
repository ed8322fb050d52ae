/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_TABLE_MAKE_H
#define BACKEND_EMBEDDED_TABLE_MAKE_H

#include "backend/embedded/engine.h"

/* What makes a description of a table into a new table of this store. */

/* The TableId. */
bool table_make_uuid(struct arena *arena, struct str *uuid, struct err *err);
/* Ids of the table and of its indexes, which are copied into the call's arena. */
bool table_make_ids(
    struct call *call, struct store_txn *txn, struct catalog_table *table, struct err *err);

#endif
