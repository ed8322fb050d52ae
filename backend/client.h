/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_CLIENT_H
#define BACKEND_CLIENT_H

#include "backend/backend.h"
#include "backend/budget.h"
#include "backend/value.h"
#include "base/arena.h"

/*
 * The typed side of the waist: pages, items, tables and errors for those who do not want to see
 * JSON. Results live in the arena that the caller passes. Everything returns false with an err that
 * may carry a DynamoDB exception name (ERR_REFUSED).
 */

/* How calls are made: what backend_call() takes beside the operation, and what they may consume
 * together. Zeroed = no limit. */
struct client_limits {
    const atomic_bool *cancel;
    int64_t deadline_ns;
    struct budget *budget; /* borrowed; NULL = none, and none is asked what it consumed */
};

struct client {
    struct backend *backend;
    struct client_limits limits;
};

/* ---- tables ---- */

struct client_key {
    struct str name;
    enum value_type type; /* VALUE_S, VALUE_N or VALUE_B */
};

enum { CLIENT_KEYS_MAX = 8 };

struct client_index {
    struct str name, status, projection; /* ALL, KEYS_ONLY, INCLUDE; status "" for an LSI */
    bool global;
    bool backfilling; /* CREATING, and its entries are being made */
    uint32_t hash_count, range_count;
    struct client_key keys[CLIENT_KEYS_MAX]; /* partition keys, then sort keys */
    int64_t items, bytes;
    uint32_t include_count;
    const struct str *include; /* NonKeyAttributes */
};

struct client_table {
    struct str name, status, arn, billing; /* PROVISIONED or PAY_PER_REQUEST */
    uint32_t key_count;                    /* 1 or 2 */
    struct client_key keys[2];             /* partition key, sort key */
    int64_t items, bytes;
    int64_t created_ms;
    int64_t read_units, write_units;
    struct str stream_view, stream_arn; /* "" where there is no stream */
    struct str ttl_attribute;           /* "" where there is none */
    bool deletion_protection;
    uint32_t index_count;
    const struct client_index *indexes;
};

/* All names, sorted, all pages. */
bool client_tables(struct client *c, struct arena *arena, const struct str **names, size_t *count,
    struct err *err);
/* DescribeTable and DescribeTimeToLive (where the backend knows it). */
bool client_describe(struct client *c, struct arena *arena, struct str table,
    struct client_table *out, struct err *err);

/* Waits until the table and its global secondary indexes are ACTIVE, minutes at most: a remote
 * table takes seconds, the store's is at once. */
bool client_wait_active(struct client *c, struct str table, struct err *err);
/* DescribeTable alone: one round trip, ttl_attribute stays empty. */
bool client_describe_keys(struct client *c, struct arena *arena, struct str table,
    struct client_table *out, struct err *err);

/* ---- pages ---- */

/* One Query (key_condition set) or Scan. Empty slices are left out of the request. */
struct client_read {
    struct str table, index;
    struct str key_condition, filter, projection;
    struct value names;  /* M of S: ExpressionAttributeNames, or type VALUE_NONE */
    struct value values; /* M: ExpressionAttributeValues, or type VALUE_NONE */
    bool backward, consistent, count_only;
    int64_t limit;             /* 0 = the service's 1 MB */
    int64_t segment, segments; /* segments = 0: no parallel scan */
    struct value start;        /* ExclusiveStartKey, M, or type VALUE_NONE */
};

struct client_page {
    uint32_t count;
    const struct value *items; /* M each */
    int64_t scanned;
    struct value last; /* LastEvaluatedKey, or type VALUE_NONE at the end */
};

bool client_read(struct client *c, struct arena *arena, const struct client_read *read,
    struct client_page *out, struct err *err);
/* Adds the request as client_read() sends it: a Query's where there is a key condition, or else a
 * Scan's. */
void client_read_body(struct buf *body, const struct client_read *read);

/* One page of what a PartiQL statement answers with (ExecuteStatement). `token`: the *next of the
 * page before, empty for the first; *next is empty at the end. `limit`: items looked at, 0 = the
 * service's 1 MB. */
bool client_statement(struct client *c, struct arena *arena, struct str statement, struct str token,
    int64_t limit, struct client_page *out, struct str *next, struct err *err);
/* Adds the request of its first page. */
void client_statement_body(struct buf *body, struct str statement);

/* The same, the items as lines added to `lines` (see json_out_line()) and not in `out`: much faster
 * for those who only print them. After an error there may be some of them. */
bool client_read_lines(struct client *c, struct arena *arena, const struct client_read *read,
    bool typed, struct buf *lines, struct client_page *out, struct err *err);

/* ---- items; keys and items are M values ---- */

/* out->type is VALUE_NONE where there is no such item. */
bool client_get(struct client *c, struct arena *arena, struct str table, struct value key,
    struct value *out, struct err *err);

/* A condition that guards a write, all parts optional. */
struct client_condition {
    struct str expression;
    struct value names, values;
};
bool client_put(struct client *c, struct str table, struct value item,
    const struct client_condition *condition, struct err *err);
bool client_delete(struct client *c, struct str table, struct value key,
    const struct client_condition *condition, struct err *err);
/* Writes at most 25 items (puts), running on over UnprocessedItems with backoff. */
bool client_put_batch(
    struct client *c, struct str table, const struct value *items, size_t count, struct err *err);
/* Likewise, deletes by key. */
bool client_delete_batch(
    struct client *c, struct str table, const struct value *keys, size_t count, struct err *err);
/* SET and REMOVE of attributes by a prepared UpdateExpression. */
bool client_update(struct client *c, struct arena *arena, struct str table, struct value key,
    struct str update, const struct client_condition *condition, struct value *new_item,
    struct err *err);

/* Any operation with a body that the caller wrote; the answer is in *reply also on refusal. */
bool client_call(struct client *c, struct str operation, struct str body, struct ddb_reply *reply,
    struct err *err);

/* The key attributes of an item of this table, as an M appended to `out`. */
bool client_key_of(const struct client_table *table, struct value item, struct buf *out);

#endif
