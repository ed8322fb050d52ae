/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_STORE_IMPL_H
#define BACKEND_EMBEDDED_STORE_IMPL_H

/* What the files store*.c share. Nobody else includes this, nor <lmdb.h>. */

#include "backend/embedded/store.h"
#include "base/buf.h"

#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>

#define STORE_DATA_FILE "data.mdb"
#define STORE_LOCK_FILE "lock.mdb"
#define STORE_UNSYNCED_FILE "unsynced"

enum {
    STORE_LAYERS = STORE_SPACES, /* one more named database: where long keys go on */
    STORE_MAPS,
    STORE_FORMAT = 1,
    STORE_MAP_SIZE = 1 << 30,
    STORE_READERS_KEPT = 64,
    STORE_UUID = 16,

    /* A key of SLICE bytes or less stands as it is. A longer one leaves an entry of SLICE bytes and
     * one more, which no other key has: SLICE + 1 is the longest key that LMDB takes. */
    STORE_SLICE = 510,
    STORE_LAYER_ID = 8,
    STORE_LAYER_SLICE = STORE_SLICE - STORE_LAYER_ID,
    STORE_DEPTH_MAX = 2 + STORE_KEY_MAX / STORE_LAYER_SLICE,
};

/* ---- levels: where in the chain of layers a key stands (store_map.c) ---- */

/* An LMDB key under construction. */
struct store_slice {
    unsigned char bytes[STORE_SLICE + 1];
    size_t len;
};
/* The key of what is left of `key` in `layer` (0 = the space itself); *rest is what does not fit.
 */
void store_slice_make(struct store_slice *slice, uint64_t layer, struct str key, struct str *rest);
uint64_t store_layer_read(const void *bytes);
void store_layer_write(void *bytes, uint64_t layer);
/* Whether this LMDB key continues in a layer, and in which one. False where the value is none. */
static inline bool store_continues(const MDB_val *key)
{
    return key->mv_size > STORE_SLICE;
}
bool store_layer_of(const MDB_val *value, uint64_t parent, uint64_t *layer);

/* ---- cursors (store_cursor.c) ---- */

struct store_level {
    MDB_cursor *cursor;
    uint64_t layer;
    size_t prefix; /* bytes of the key that stand in the levels above */
    MDB_val key, value;
};

struct store_cursor {
    struct store_txn *txn;
    struct store_cursor *next; /* of the transaction */
    enum store_space space;
    bool placed;
    size_t depth;                     /* the current level; 0 = the space's own database */
    struct store_level root, *deeper; /* deeper[1..STORE_DEPTH_MAX), allocated when first needed */
    struct buf key;                   /* where the key spans levels */
};

/* Closes all cursors of a transaction; keeps some for the reader's next one. */
void store_cursors_close(struct store_txn *txn);
void store_cursor_free(struct store_cursor *c);

/* ---- transactions (store_txn.c, store_commit.c) ---- */

/* A read transaction that is reset, not ended, between uses: cheaper, and it holds no snapshot. */
struct store_reader {
    struct store_reader *next;
    MDB_txn *txn;
    struct store_cursor *kept[STORE_SPACES]; /* closed cursors, renewed at the next use */
};

struct store_txn {
    struct store *store;
    MDB_txn *txn;
    struct store_reader *reader; /* NULL = this transaction writes */
    struct store_cursor *cursors;
    size_t written; /* bytes put, and one for each change */
    int failure;    /* what LMDB said first and cannot be undone but by rolling back */
    bool spoiled;
};

struct store {
    char *path;
    struct store_options options;
    int fd; /* the data file, for locks and sizes; LMDB has descriptors of its own */
    MDB_env *env;
    MDB_dbi maps[STORE_MAPS];
    char uuid[STORE_UUID];
    int64_t created_ms;
    bool unsynced; /* this handle wrote the marker of a bulk load */
    bool unsound;  /* opened to be checked, and LMDB must not read its pages */

    /* Who is inside the map: LMDB resizes it only while nobody is. */
    pthread_mutex_t lock;
    pthread_cond_t outside;
    unsigned inside;
    bool resizing;
    struct store_reader *idle;
    unsigned idle_count;

    /* Writers that wait for the leader. */
    pthread_mutex_t queue_lock;
    struct store_job *queue, **queue_end;
    size_t queued;
    bool leading;
    pthread_cond_t arrived;
    size_t awaited;  /* the leader waits for `arrived` until so many are queued; 0 = it does not */
    size_t crowd;    /* writers that were seen at once lately */
    int64_t sync_ns; /* of a commit, on average; the leader's */
    atomic_int broken; /* the errno of a failed sync: no write is accepted any more */

    /* Leads where nobody waits for a commit (store_writer.c). */
    pthread_t writer;
    pthread_cond_t submitted;
    bool writer_started, writer_idle, writer_ending;
};

/* Puts LMDB's or the system's code into words: path and remedy. Always false. */
bool store_fail(const struct store *store, int code, const char *doing, struct err *err);
/* The same in a write transaction: remembers that it must be rolled back. */
bool store_txn_fail(struct store_txn *txn, int code, const char *doing, struct err *err);
/* LMDB calls a write that was cut short EIO: whether it was the want of space. */
bool store_is_full(const struct store *store);
bool store_damaged(const struct store *store, const char *what, struct err *err);

/* Nobody resizes the map between these two. */
void store_enter(struct store *store);
void store_leave(struct store *store);
/* Waits until nobody is inside, then resizes: 0 = to what another process made of it. */
int store_resize(struct store *store, size_t size);
void store_readers_free(struct store *store);
/* store_read(), of what is unsound too: `fn` must not let LMDB read a page then. */
bool store_txn_read(struct store *store, store_fn *fn, void *context, struct err *err);

/* ---- group commit (store_commit.c, store_writer.c) ---- */

/* Why no write is accepted now; false where none is. */
bool store_commit_refused(struct store *store, struct err *err);
/* These two are called with the queue locked. The second one, where nobody leads, runs what is
 * queued and returns after its commit, with the queue locked again. */
void store_commit_enqueue(struct store *store, struct store_job *job);
void store_commit_lead(struct store *store);
/* Wakes the thread that leads submitted jobs. With the queue locked. */
void store_writer_wake(struct store *store);
/* Runs what was submitted, then ends that thread. */
void store_writer_stop(struct store *store);

/* ---- the folder (store_folder.c) ---- */

/* Finds or makes it, refuses what a store cannot be in. The caller closes *folder. */
bool store_folder_open(const struct store *store, int *folder, struct err *err);
/* Whether a new store may go into it: nothing of somebody else's is there. */
bool store_folder_is_free(const struct store *store, int folder, struct err *err);
/* Makes a new file's name durable. */
bool store_folder_sync(const struct store *store, struct err *err);
/* "there is no store in …": always false. */
bool store_folder_missing(const struct store *store, struct err *err);

/* ---- the file before LMDB sees it (store_file.c) ---- */

/* Opens and locks the data file (store->fd), refuses what LMDB would choke on. *created says that
 * there is no data yet. */
bool store_file_open(struct store *store, bool *created, struct err *err);
/* Takes or gives back a lock without waiting: F_RDLCK, F_WRLCK, F_UNLCK. An errno or 0. */
enum store_lock { STORE_LOCK_BULK, STORE_LOCK_PROCESS };
int store_file_lock(const struct store *store, short type, enum store_lock what);

/* ---- what makes it a store (store_format.c) ---- */

/* Opens the named databases and reads the format record. *missing = the file has other databases,
 * or none. What is opened for a check and unsound stays unread: store->unsound. */
bool store_format_load(struct store *store, bool *missing, struct err *err);
/* Makes both in an empty file, in one synced transaction; takes what another process just made. */
bool store_format_create(struct store *store, struct err *err);
/* "is an LMDB file of another program": always false. */
bool store_format_foreign(const struct store *store, struct err *err);

/* ---- the marker of a bulk load (store_bulk.c) ---- */

bool store_bulk_begin(struct store *store, struct err *err);
bool store_bulk_end(struct store *store, struct err *err);
/* Refuses what an interrupted bulk load left behind; *stale = a killed one's that a sync makes
 * good. */
bool store_bulk_check(struct store *store, bool *stale, struct err *err);

/* ---- the pages themselves, trusting nothing (store_pages.c) ---- */

/* Reads LMDB's page format by itself: every page that the newest meta page leads to is in the file,
 * well-formed, in order and used once. Says what is not, at most a hundred findings. */
bool store_pages_check(int fd, uint64_t *findings, void (*see)(void *context, const char *finding),
    void *context, struct err *err);

#endif
