/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_INDEX_H
#define BACKEND_EMBEDDED_INDEX_H

#include "backend/embedded/item.h"

/* Entries of secondary indexes: which items have one, what it holds, how it follows a change. */

/* Refuses an item whose index key attributes are of the wrong type, empty or too long. */
bool index_check(const struct catalog_table *table, struct value item, struct err *err);
/* Whether the item and its entries in local indexes, which share one limit, are within it. */
bool index_fits(const struct catalog_table *table, struct value item);
/* Whether the item has an entry: all key attributes there, of the right type, neither empty nor too
 * long (items older than the index may be so). */
bool index_has(const struct catalog_index *index, struct value item);
/* The projected part of an item: the item itself, or built into `out`. */
struct value index_project(const struct catalog_index *index, struct value item, struct buf *out);
/* Deletes and puts what changed between two images (either may be VALUE_NONE). */
bool index_change(struct call *call, struct store_txn *txn, const struct catalog_table *table,
    struct value old, struct value new, bool *grown, struct capacity *used, struct err *err);
/* Adds the entry of an item where it is missing: for filling a new index. */
bool index_fill(struct call *call, struct store_txn *txn, const struct catalog_index *index,
    struct value item, struct buf *names, bool *grown, struct err *err);

#endif
