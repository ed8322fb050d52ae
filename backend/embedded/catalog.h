/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_CATALOG_H
#define BACKEND_EMBEDDED_CATALOG_H

#include "backend/embedded/key.h"
#include "backend/embedded/store.h"
#include "backend/value.h"
#include "base/arena.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

/*
 * Tables, their indexes and streams: rows of STORE_CATALOG, and a cache of them that a process
 * shares between its threads. A cached table is immutable and counted; it is valid for a
 * transaction where the store's catalog stamp is the one that it was read under, so another
 * process's changes are never missed.
 */
enum { CATALOG_HASH_MAX = 4, CATALOG_SORT_MAX = 4, CATALOG_LOCAL_MAX = 5, CATALOG_GLOBAL_MAX = 20 };

enum catalog_projection { CATALOG_ALL, CATALOG_INCLUDE, CATALOG_KEYS_ONLY };
const char *catalog_projection_name(enum catalog_projection projection);

struct catalog_units {
    int64_t read, write;
    int64_t increased_ms, decreased_ms; /* 0 = never */
    int64_t warm_read, warm_write;      /* kept ready, 0 = no more than comes by itself */
    int64_t most_read, most_write;      /* on demand, 0 = no limit */
};

struct catalog_index {
    struct str name;
    uint32_t id;
    bool global;
    bool backfilling;         /* entries of older items are still being added */
    struct key_schema schema; /* its own attributes, then the table's */
    enum catalog_projection projection;
    uint32_t include_count;
    const struct str *include;
    struct catalog_units units;
    /* what an entry holds of an item, in byte order; none for CATALOG_ALL */
    uint32_t projected_count;
    const struct str *projected;
};

enum catalog_view { CATALOG_VIEW_KEYS, CATALOG_VIEW_NEW, CATALOG_VIEW_OLD, CATALOG_VIEW_BOTH };
const char *catalog_view_name(enum catalog_view view);
bool catalog_view_parse(struct str name, enum catalog_view *out);

struct catalog_stream {
    uint32_t id; /* 0 = the table has never had a stream */
    struct str label;
    enum catalog_view view;
    bool enabled;
    int64_t shard;  /* where it is enabled: the shard that takes records (shard.h), */
    uint64_t first; /* and the number it begins with */
};

struct catalog_table {
    struct str name;
    uint32_t id;
    struct str uuid;
    int64_t created_ms;
    struct key_schema schema;
    uint32_t definition_count;
    const struct key_attribute *definitions;
    bool on_demand;
    int64_t on_demand_ms; /* when it became so */
    struct catalog_units units;
    bool protected, infrequent, classed; /* classed: the class was given */
    int64_t class_ms;                    /* when the table class was changed, 0 = never */
    struct str sse;                      /* KMS key of the encryption asked for, or empty */
    struct catalog_stream stream;
    struct str ttl; /* attribute, empty where never set */
    bool ttl_enabled;
    int64_t ttl_ms;    /* when it was changed */
    struct value tags; /* M of S, or type VALUE_NONE */
    uint32_t history;  /* id of what writes keep for moments in the past, 0 = nothing (history.h) */
    uint32_t holds;    /* jobs that read the table as of a moment */
    bool recovery;     /* point-in-time recovery is on, */
    int64_t recovery_ms;    /* since then, */
    uint32_t recovery_days; /* for so many days back */
    uint32_t filling;       /* number of the job that fills it: CREATING till then, 0 = none */
    /* where it was restored from: TABLE or TABLE/backup/ID, and as of when */
    struct str restored;
    int64_t restored_ms;
    uint32_t index_count, local_count;
    const struct catalog_index *indexes; /* local ones first */

    /* the cache's */
    struct arena arena;
    atomic_uint references;
    struct catalog_table *next;
};

/* A table to be changed: without what the cache keeps beside a shared one, which other threads
 * count at the same time. Its slices are the shared one's. */
static inline struct catalog_table catalog_copy(const struct catalog_table *table)
{
    struct catalog_table copy = {0};
    memcpy(&copy, table, offsetof(struct catalog_table, arena));
    return copy;
}

struct catalog;
struct catalog *catalog_new(void);
void catalog_free(struct catalog *catalog);

/* The table as this transaction sees it; *out is NULL where there is none. To be released. */
bool catalog_find(struct catalog *catalog, struct store_txn *txn, struct str name,
    const struct catalog_table **out, struct err *err);
void catalog_release(const struct catalog_table *table);
/* Changes whenever any process changes the catalog. 0 in an empty store. */
bool catalog_stamp(struct store_txn *txn, uint64_t *stamp, struct err *err);

/* Writes or removes the row and renews the stamp. */
bool catalog_put(struct store_txn *txn, const struct catalog_table *table, struct err *err);
bool catalog_remove(struct store_txn *txn, const struct catalog_table *table, struct err *err);
/* Renews the stamp alone: something that the cache holds has changed elsewhere. */
bool catalog_touch(struct store_txn *txn, struct err *err);
/* Tables that are deleted while jobs still read them: rows by id, without a name to find them by.
 */
bool catalog_detach(struct store_txn *txn, const struct catalog_table *table, struct err *err);
bool catalog_detached_remove(struct store_txn *txn, uint32_t id, struct err *err);
/* *out is NULL where there is none. To be released. */
bool catalog_detached_get(
    struct store_txn *txn, uint32_t id, const struct catalog_table **out, struct err *err);
/* A number never used before in this store: for tables, indexes, streams. */
bool catalog_next_id(struct store_txn *txn, uint32_t *id, struct err *err);

/* Names of tables after `after` in byte order, at most `limit`; *more where others follow. */
bool catalog_list(struct store_txn *txn, struct arena *arena, struct str after, size_t limit,
    struct str *names, size_t *count, bool *more, struct err *err);
/* Reads a row without the cache, into the table's own arena. */
bool catalog_read(struct catalog_table *out, struct str row, struct err *err);

const struct catalog_index *catalog_index_find(const struct catalog_table *table, struct str name);
/* Partition and sort key attributes, without those that an index takes over from its table. */
static inline uint32_t catalog_own_keys(const struct key_schema *schema)
{
    return (uint32_t)schema->partition + schema->sort;
}
/* Which of the schema's own keys the attribute is, or -1. */
int catalog_key_find(const struct key_schema *schema, struct str name);
/* Completes an index whose own keys and projection are set: the table's keys behind its own, and
 * what an entry holds. */
void catalog_index_complete(
    struct arena *arena, const struct catalog_table *table, struct catalog_index *index);

/* ---- streams: rows of their own, since they outlive their table by a day ---- */

struct catalog_stream_row {
    uint32_t id, table_id;
    struct str table, label;
    enum catalog_view view;
    int64_t created_ms, disabled_ms; /* 0 = enabled */
    struct key_schema schema;
};
bool catalog_stream_put(
    struct store_txn *txn, const struct catalog_stream_row *row, struct err *err);
bool catalog_stream_remove(struct store_txn *txn, uint32_t id, struct err *err);
/* Strings live in the arena. */
bool catalog_stream_get(struct store_txn *txn, struct arena *arena, uint32_t id,
    struct catalog_stream_row *out, bool *found, struct err *err);
/* The stream with the lowest id above `after`. */
bool catalog_stream_next(struct store_txn *txn, struct arena *arena, uint32_t after,
    struct catalog_stream_row *out, bool *found, struct err *err);
/* The stream with the highest id below `before`. */
bool catalog_stream_previous(struct store_txn *txn, struct arena *arena, uint32_t before,
    struct catalog_stream_row *out, bool *found, struct err *err);

/* ---- rows as values (catalog_row.c) ---- */

void catalog_row_encode(struct buf *out, const struct catalog_table *table);
void catalog_stream_encode(struct buf *out, const struct catalog_stream_row *row);
bool catalog_stream_decode(
    struct catalog_stream_row *out, struct arena *arena, struct str row, struct err *err);

#endif
