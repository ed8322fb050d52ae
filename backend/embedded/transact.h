/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_TRANSACT_H
#define BACKEND_EMBEDDED_TRANSACT_H

#include "backend/embedded/capacity.h"
#include "backend/embedded/reasons.h"
#include "backend/embedded/request.h"

/*
 * What reading and writing transactions share: their actions on items by key, one an item.
 */
enum { TRANSACT_BYTES_MAX = 4 << 20 };

enum transact_kind { TRANSACT_GET, TRANSACT_PUT, TRANSACT_UPDATE, TRANSACT_DELETE, TRANSACT_CHECK };

struct transact_action {
    enum transact_kind kind;
    const struct json *json; /* the action's own parameters */
    struct str table_name;
    struct value given; /* the item of a put, the key otherwise */
    struct request_expressions expressions;
    bool item_on_failure;
    /* set by each run of the transaction */
    const struct catalog_table *table;
    struct str key;   /* the store's */
    struct value new; /* what the item becomes */
};

struct transact {
    struct transact_action *actions;
    size_t count;
    struct reasons reasons;
    struct capacity *used; /* one a table, as many as used_count */
    size_t used_count;
    size_t bytes; /* of items that take part */
    enum capacity_mode mode;
};

struct transact *transact_new(struct call *call);
/* An action's parameters: values and expressions. */
bool transact_read(struct call *call, struct transact_action *action, enum transact_kind kind,
    const struct json *json, struct err *err);
/* Forgets what an earlier run found, then finds each action's table and key. True with reasons
 * where a key does not fit; then nothing more is to be done. */
bool transact_resolve(
    struct call *call, struct store_txn *txn, struct transact *t, struct err *err);
/* Counts an item's bytes towards the limit of all. */
bool transact_weigh(struct transact *t, size_t bytes, struct err *err);
/* Where the capacity of this table is counted. */
struct capacity *transact_used(struct transact *t, const struct catalog_table *table);
/* ,"ConsumedCapacity":[…]: all twice, since a transaction touches everything twice. */
void transact_put_capacity(struct buf *out, const struct transact *t, const char *detail);

#endif
