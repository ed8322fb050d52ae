/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_ENGINE_H
#define BACKEND_EMBEDDED_ENGINE_H

#include "backend/backend_impl.h"
#include "backend/embedded/catalog.h"
#include "backend/embedded/store.h"
#include "backend/json.h"
#include "backend/value.h"
#include "base/arena.h"

/*
 * What the operations share: the engine (one open store) and the call (one request being answered,
 * with its scratch memory, which is pooled). Private to this room.
 */
struct engine {
    struct backend backend; /* first: the waist casts back */
    struct store *store;
    struct catalog *catalog;
    const struct clock *clock;
    struct str region;
    bool read_only;
    atomic_uint writes;       /* counts them: trimming comes every so often */
    atomic_bool upkeep_due;   /* ranges to reclaim or indexes to fill are known */
    _Atomic int64_t sweep_ms; /* when expired items are looked for next, 0 = no write so far */
    atomic_uint sweep_table;  /* the table that was looked at last */
    atomic_uint trim_stream;  /* and the stream that was trimmed last */
    _Atomic int64_t trim_ms;  /* when histories are trimmed next */
    atomic_uint trim_id;      /* the history that was trimmed last */
    struct call_pool *pool;
    struct keeper *keeper;         /* work in the background */
    struct idle *idle;             /* upkeep when nobody calls, or NULL */
    uint32_t job;                  /* whose turn it was last: the keeper's own */
    int64_t expire_ms;             /* when backups that expire were looked for: the keeper's own */
    bool finish;                   /* closing waits for the jobs */
    char *buckets;                 /* the folder of all buckets; NULL = the store's own */
    struct import_file *importing; /* kept open from step to step: the keeper's own */
};

/* The slots of scratch buffers in a call. */
enum call_buf {
    CALL_ITEM,    /* the item or key of the request */
    CALL_OLD,     /* the stored item, joined */
    CALL_NEW,     /* the item after an update */
    CALL_KEY,     /* a store key */
    CALL_END,     /* another one: the end of a range */
    CALL_NAMES,   /* a table's dictionary */
    CALL_RECORD,  /* what is stored */
    CALL_ENTRY,   /* an index entry's projected item, old */
    CALL_ENTRY2,  /* new */
    CALL_OLD_KEY, /* and their keys */
    CALL_NEW_KEY,
    CALL_HISTORY, /* the key of what a write keeps */
    CALL_JSON,    /* answers that may have to be built before the rest is known */
    CALL_BUFS
};

struct call {
    struct engine *engine;
    const struct ddb_call *request;
    struct ddb_reply *reply;
    const struct json *body;
    struct arena arena; /* lives as long as the call */
    struct buf bufs[CALL_BUFS];
    struct buf *out;                   /* the reply's body */
    const struct catalog_table **held; /* tables that are released at the end */
    size_t held_count, held_room;
    struct buf failure; /* ,"Item":{…}: goes into an error's body */
    size_t row;         /* of the operation */
    /* Where nobody waits for it: the whole call runs in this transaction. */
    struct store_txn *joined;
    struct store_job job;
    struct ddb_task *task;
    struct call *next;
};

/* Runs one operation: reads the request, checks everything that needs no table, runs a transaction,
 * writes the answer into call->out. False = refused (err names a DynamoDB exception) or failed. */
typedef bool engine_op(struct call *call, struct err *err);

/* embedded_open() with the store's own options given apart: for tests that make the store fail. */
struct backend *engine_open(const char *path, const struct backend_options *options,
    const struct store_options *store, struct err *err);

/* A call of the engine's own, without request and answer; to be given back. */
struct call *engine_take(struct engine *engine);
void engine_give(struct call *call);

/* The table as this transaction sees it, valid until the end of the call; ResourceNotFoundException
 * where there is none. `name` may be an ARN. */
bool engine_table(struct call *call, struct store_txn *txn, struct str name,
    const struct catalog_table **out, struct err *err);
/* The same without the exception: *out = NULL. */
bool engine_table_maybe(struct call *call, struct store_txn *txn, struct str name,
    const struct catalog_table **out, struct err *err);
/* Releases a table at the end of the call. */
void engine_hold(struct call *call, const struct catalog_table *table);
/* The table's name in a TableName parameter, which may be an ARN. */
struct str engine_table_name(struct str name_or_arn);

/* Transactions; a write takes a bounded step of upkeep with it where some is due. In a call that
 * was submitted both run in the transaction that the call shares. */
typedef bool engine_fn(struct call *call, struct store_txn *txn, void *context, struct err *err);
bool engine_read(struct call *call, engine_fn *fn, void *context, struct err *err);
bool engine_write(struct call *call, engine_fn *fn, void *context, struct err *err);
/* Says that a write failed half-way: always false. */
bool engine_spoil(struct store_txn *txn);

int64_t engine_now_ms(const struct engine *engine);

/* The region of ARNs in this call's answer: the caller's, or the store's own. */
struct str engine_region(const struct call *call);
/* ARNs; account ENGINE_ACCOUNT. */
#define ENGINE_ACCOUNT "000000000000"
void engine_put_table_arn(struct buf *out, const struct call *call, struct str table);
void engine_put_index_arn(
    struct buf *out, const struct call *call, struct str table, struct str index);
void engine_put_stream_arn(
    struct buf *out, const struct call *call, struct str table, struct str label);
/* What stands behind arn:aws:dynamodb:REGION:ACCOUNT: in an ARN of this account, whatever the
 * region: "table/…". False where it is none. */
bool engine_read_arn(struct str arn, struct str *resource);

/* A scratch buffer, cleared. */
static inline struct buf *engine_buf(struct call *call, enum call_buf which)
{
    buf_clear(&call->bufs[which]);
    return &call->bufs[which];
}

/* ---- small JSON words ---- */

void engine_put_text(struct buf *out, struct str name, struct str text);
void engine_put_i64(struct buf *out, struct str name, int64_t number);
void engine_put_bool(struct buf *out, struct str name, bool truth);
/* Epoch seconds with milliseconds. */
void engine_put_time(struct buf *out, struct str name, int64_t ms);

/* The store's private records of STORE_META, as this room names them. */
#define ENGINE_META_SEQUENCE "sequence"
#define ENGINE_META_SHARD "shard."     /* + stream id (4) name (8) */
#define ENGINE_META_COUNT "count."     /* + id (4) */
#define ENGINE_META_GARBAGE "garbage." /* + letter of the space (1) id (4) */
#define ENGINE_GARBAGE_STREAM 's'
#define ENGINE_META_BACKFILL "backfill." /* + index id (4) */

#endif
