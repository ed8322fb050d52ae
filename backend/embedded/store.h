/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_STORE_H
#define BACKEND_EMBEDDED_STORE_H

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

/*
 * The private waist of the embedded store: ordered maps from byte strings to byte strings in one
 * LMDB file, with transactions. <lmdb.h> stays behind store_impl.h. Keys may have any length up to
 * STORE_KEY_MAX (LMDB's own stop at 511 bytes: longer ones continue in layers, see FORMAT.md);
 * order is unsigned byte order, always.
 */
struct store;
struct store_txn;

enum { STORE_KEY_MAX = 16 * 1024 };

/* Separate key spaces of the file. */
enum store_space {
    STORE_META,    /* format version, counters */
    STORE_CATALOG, /* tables */
    STORE_ITEMS,   /* items of base tables */
    STORE_INDEX,   /* entries of secondary indexes */
    STORE_STREAM,  /* stream records and shards */
    STORE_SPACES
};

/* Keys of STORE_META that begin with one of these belong to the store and to names.h: others are
 * free. */
#define STORE_META_OWN "store."
#define STORE_META_NAMES "names."

enum store_step { STORE_STEP_PUT, STORE_STEP_COMMIT };

/* Zeroed = the defaults. */
struct store_options {
    bool must_exist;           /* a store that is not there is an error, not created */
    bool read_only;            /* works in folders that cannot be written, too */
    bool no_sync;              /* sync once, on close: for bulk loads that can be done again */
    bool for_check;            /* opens what is suspect too: only for store_check() */
    const struct clock *clock; /* of the creation time */
    /* For tests: */
    size_t map_size; /* bytes to begin with, 0 = STORE_MAP_SIZE; grows by doubling */
    int (*fault)(void *context, enum store_step step); /* asked before each step: an errno or 0 */
    void *fault_context;
};

/* Opens or creates the store in the folder `path` (created 0700, file 0600). Refuses a foreign,
 * newer or damaged file, a network file system, a folder that cannot be written: each by name and
 * remedy. One store is open at most once in a process (LMDB's locks are the process's own): a
 * second store_open() of it is refused (ERR_BUSY); share the first. */
struct store *store_open(const char *path, const struct store_options *options, struct err *err);
/* False where the one sync of a no_sync store failed; `err` may be NULL. NULL is fine as a store.
 */
bool store_close(struct store *store, struct err *err);
const char *store_path(const struct store *store);

/* ---- transactions ---- */

/* Runs `fn` on a snapshot, which is gone when it returns. Never nested in a thread. */
typedef bool store_fn(struct store_txn *txn, void *context, struct err *err);
bool store_read(struct store *store, store_fn *fn, void *context, struct err *err);

/*
 * Runs `fn` in a write transaction and returns when its commit is on disk. Threads that arrive
 * together share a commit: the first becomes leader and runs the others' functions too, on its own
 * thread. `fn` returning false means that nothing is to be written: best it checks everything
 * before its first store_put(), since what it wrote until then costs a roll-back, and all that
 * share the transaction run again. It may run more than once in any case (the map grew, another
 * one's function spoiled the transaction), so it starts by clearing its results. Neither
 * store_read() nor store_write() may be called inside of `fn`.
 */
bool store_write(struct store *store, store_fn *fn, void *context, struct err *err);

/*
 * store_write() without waiting for it. The caller keeps the job, and does not touch it, until
 * `done` is called: once, by some thread, after `ok` and `err` were set. Jobs share commits with
 * each other and with store_write(), and no thread is woken for each of them.
 */
struct store_waiter;
struct store_job {
    store_fn *fn;
    void *context;
    struct err *err;
    void (*done)(struct store_job *job);
    bool ok;
    /* the store's own */
    struct store_job *next;
    struct store_waiter *waiter; /* of store_write() */
    bool alone;                  /* it spoiled a shared transaction */
};
void store_submit(struct store *store, struct store_job *job);

/* Says that this transaction holds half a change, whatever `fn` will return: it is rolled back, the
 * others run again, and then this one alone. */
void store_spoil(struct store_txn *txn);

/* Changes with every commit by any process: for "has anything changed". Costs nanoseconds. */
uint64_t store_version(const struct store *store);
/* 16 random bytes given at creation: a copy keeps them. */
struct str store_uuid(const struct store *store);
int64_t store_created_ms(const struct store *store);

/* ---- maps; false with err where the disk or the file fails ---- */

/* The value stays valid until the transaction's next write or end. *found = it is there. */
bool store_get(struct store_txn *txn, enum store_space space, struct str key, struct str *value,
    bool *found, struct err *err);
bool store_put(struct store_txn *txn, enum store_space space, struct str key, struct str value,
    struct err *err);
/* *found may be NULL. */
bool store_delete(
    struct store_txn *txn, enum store_space space, struct str key, bool *found, struct err *err);

/* ---- cursors: walk a space in key order, in either direction ---- */

struct store_cursor; /* on the heap of the transaction; closed with it at the latest */
struct store_cursor *store_cursor_open(
    struct store_txn *txn, enum store_space space, struct err *err);
void store_cursor_close(struct store_cursor *c);
/* To the first key >= `key`; to the last key <= `key` where `backward`. *found false past the ends.
 * After a write in the same transaction a cursor stands nowhere: seek again before the next step.
 */
bool store_seek(
    struct store_cursor *c, struct str key, bool backward, bool *found, struct err *err);
/* One step from where it stands. */
bool store_step(struct store_cursor *c, bool backward, bool *found, struct err *err);
/* Borrowed: the key until the next movement, the value as with store_get(). */
struct str store_key(struct store_cursor *c);
struct str store_value(struct store_cursor *c);

/* ---- leases: work that one process does at a time ---- */

/* Takes the lease of that number unless another process has it; it ends with this process at the
 * latest. A process must not take one twice. */
bool store_lease(struct store *store, uint32_t number);
void store_lease_end(struct store *store, uint32_t number);

/* ---- figures for people and checks ---- */
struct store_stat {
    uint64_t file_bytes, used_bytes;
    uint64_t entries[STORE_SPACES]; /* keys; long ones with the same first 510 bytes count as one */
    uint32_t readers;
};
bool store_stat(struct store *store, struct store_stat *out, struct err *err);
/* Structure of the map itself: order, layers, orphans. `see` gets one line a finding. */
bool store_check(struct store *store, void (*see)(void *context, const char *finding),
    void *context, struct err *err);
/* After a check: false where pages are malformed, so that nothing can be read (store_read fails).
 */
bool store_is_sound(const struct store *store);

#endif
