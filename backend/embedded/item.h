/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_ITEM_H
#define BACKEND_EMBEDDED_ITEM_H

#include "backend/embedded/capacity.h"
#include "backend/embedded/engine.h"

/*
 * The one place where items are read by key and written: record, index entries, counts and stream
 * record change together. Entries of STORE_ITEMS and STORE_INDEX are
 *
 *   varint size | record        size = bytes of the item (or of its projection) by DynamoDB's
 * count, so that pages and counts need not unpack it; record: codec.h
 */
struct item_slot {
    const struct catalog_table *table;
    struct value old; /* type VALUE_NONE where there is none; in call->bufs[CALL_OLD] */
    size_t old_size, new_size;
};

/* Checks of an item or key against the table's schema; errors as the service words them. */
bool item_check_key(const struct catalog_table *table, struct value key, struct err *err);
bool item_check_put(const struct catalog_table *table, struct value item, struct err *err);
/* The same for a batch, which words a key that is missing or of another type like a wrong key. */
bool item_check_batch_put(const struct catalog_table *table, struct value item, struct err *err);
/* Bytes of an item that is to be put: "Item size has exceeded …". */
bool item_check_size(struct value item, struct err *err);
/* The same of an updated one, with its entries in local indexes as item_check_put() counts them. */
bool item_check_updated_size(const struct catalog_table *table, struct value item, struct err *err);

/* Appends the store key; the item has been checked. */
void item_key(struct buf *out, const struct catalog_table *table, struct value item);

/* Takes the envelope off a stored entry. */
bool item_unwrap(struct str stored, size_t *size, struct str *record, struct err *err);

/* Loads the item under call->bufs[CALL_KEY] into `slot`; fills CALL_OLD. */
bool item_load(struct call *call, struct store_txn *txn, const struct catalog_table *table,
    struct item_slot *slot, struct err *err);

/* Replaces slot->old by `item` (type VALUE_NONE: removes it), whose key is in CALL_KEY. Adds to
 * `used` what it costs. `by_service` marks removals by time to live. A failure spoils the
 * transaction. */
bool item_store(struct call *call, struct store_txn *txn, struct item_slot *slot, struct value item,
    bool by_service, struct capacity *used, struct err *err);

/* ItemCollectionMetrics of the collection that the item or key belongs to: a size estimate, which
 * the service gives in whole steps and so do we. */
void item_put_metrics(struct buf *out, const struct catalog_table *table, struct value item);

#endif
