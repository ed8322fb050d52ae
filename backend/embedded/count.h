/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_COUNT_H
#define BACKEND_EMBEDDED_COUNT_H

#include "backend/embedded/store.h"

/*
 * Live counts of a table or index: a small record each, written with the change it counts.
 *
 *   count. id (4)  →  items (8) | bytes (8), little-endian
 */
struct count {
    int64_t items, bytes;
};

bool count_get(struct store_txn *txn, uint32_t id, struct count *out, struct err *err);
bool count_add(struct store_txn *txn, uint32_t id, struct count change, struct err *err);
bool count_drop(struct store_txn *txn, uint32_t id, struct err *err);

#endif
