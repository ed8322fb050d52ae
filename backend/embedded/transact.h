/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_TRANSACT_H
#define BACKEND_EMBEDDED_TRANSACT_H

#include "backend/embedded/capacity.h"
#include "backend/embedded/reasons.h"
#include "backend/embedded/request.h"
#include "backend/embedded/token.h"

/*
 * What reading and writing transactions share: their actions on items by key, one an item.
 */
enum { TRANSACT_BYTES_MAX = 4 << 20 };

enum transact_kind { TRANSACT_GET, TRANSACT_PUT, TRANSACT_UPDATE, TRANSACT_DELETE, TRANSACT_CHECK };

/* Which items an action may meet, beside its condition. */
enum transact_meets {
    TRANSACT_ANY,
    TRANSACT_NO_ITEM,    /* a duplicate cancels */
    TRANSACT_AN_ITEM,    /* none cancels */
    TRANSACT_OR_NOTHING, /* none: nothing is done, whatever the condition */
};

struct transact_action {
    enum transact_kind kind;
    const struct json *json; /* the action's own parameters */
    struct str table_name;
    struct value given; /* the item of a put, the key otherwise */
    struct request_expressions expressions;
    enum transact_meets meets;
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
    size_t bytes; /* of items that are read */
    enum capacity_mode mode;
    bool every; /* keys that do not fit are reasons all of them, not the first alone */
};

/* With room for so many actions. */
struct transact *transact_new(struct call *call, size_t count);
/* An action's parameters: values and expressions. */
bool transact_read(struct call *call, struct transact_action *action, enum transact_kind kind,
    const struct json *json, struct err *err);
/* Forgets what an earlier run found, then finds each action's table and key. True with reasons
 * where a key does not fit; then nothing more is to be done. */
bool transact_resolve(
    struct call *call, struct store_txn *txn, struct transact *t, struct err *err);
/* Refuses a transaction that brings along too much: items, or keys and the values of expressions.
 * What is stored already does not count. */
bool transact_check_payload(const struct transact *t, struct err *err);
bool transact_check_bytes(size_t bytes, struct err *err);
/* Counts an item that is read towards the limit of all. */
bool transact_weigh(struct transact *t, size_t bytes, struct err *err);
/* ---- write transactions (op_transact_write.c) ---- */

struct transact_write {
    struct transact *transact;
    struct str token; /* ClientRequestToken or empty */
    struct token_digest digest;
    bool again;       /* found: the same has been done before */
    engine_fn *ready; /* called first, each time it runs; may add reasons; or NULL */
    void *context;    /* its own */
};
/* All of it or nothing. */
bool transact_write_run(struct call *call, struct transact_write *w, struct err *err);
/* ,"ConsumedCapacity":[…] of one that was done. */
void transact_write_put_capacity(struct buf *out, const struct transact_write *w);

/* Where the capacity of this table is counted. */
struct capacity *transact_used(struct transact *t, const struct catalog_table *table);
/* ,"ConsumedCapacity":[…]: all twice, since a transaction touches everything twice. */
void transact_put_capacity(struct buf *out, const struct transact *t, const char *detail);

#endif
