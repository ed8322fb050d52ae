/* SPDX-License-Identifier: MIT */
/*
 * Read transactions, and who is inside the map.
 *
 * A reader is taken from a pool, renewed, used and reset at once: between calls it holds no
 * snapshot, so nothing keeps old pages alive while a person looks at the screen. LMDB may move the
 * map only while no transaction is open in this process: all enter and leave here, a resize waits
 * for the last.
 */
#include "backend/embedded/store_impl.h"

#include "base/mem.h"

#include <stdlib.h>

/* ---- inside the map ---- */

static void enter_locked(struct store *store)
{
    while (store->resizing)
        pthread_cond_wait(&store->outside, &store->lock);
    store->inside++;
}

static void leave_locked(struct store *store)
{
    if (--store->inside == 0 && store->resizing)
        pthread_cond_broadcast(&store->outside);
}

void store_enter(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    enter_locked(store);
    pthread_mutex_unlock(&store->lock);
}

void store_leave(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    leave_locked(store);
    pthread_mutex_unlock(&store->lock);
}

int store_resize(struct store *store, size_t size)
{
    pthread_mutex_lock(&store->lock);
    while (store->resizing)
        pthread_cond_wait(&store->outside, &store->lock);
    store->resizing = true;
    while (store->inside)
        pthread_cond_wait(&store->outside, &store->lock);
    int code = mdb_env_set_mapsize(store->env, size);
    store->resizing = false;
    pthread_cond_broadcast(&store->outside);
    pthread_mutex_unlock(&store->lock);
    return code;
}

/* ---- the pool of readers ---- */

static void reader_free(struct store_reader *reader)
{
    if (reader == NULL)
        return;
    for (size_t i = 0; i < STORE_SPACES; i++)
        store_cursor_free(reader->kept[i]);
    if (reader->txn)
        mdb_txn_abort(reader->txn);
    free(reader);
}

void store_readers_free(struct store *store)
{
    while (store->idle) {
        struct store_reader *reader = store->idle;
        store->idle = reader->next;
        reader_free(reader);
    }
    store->idle_count = 0;
}

static struct store_reader *take_reader(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    enter_locked(store);
    struct store_reader *reader = store->idle;
    if (reader) {
        store->idle = reader->next;
        store->idle_count--;
    }
    pthread_mutex_unlock(&store->lock);
    return reader ? reader : mem_new(struct store_reader);
}

static void give_reader(struct store *store, struct store_reader *reader)
{
    pthread_mutex_lock(&store->lock);
    if (reader && store->idle_count < STORE_READERS_KEPT) {
        reader->next = store->idle;
        store->idle = reader;
        store->idle_count++;
        reader = NULL;
    }
    leave_locked(store);
    pthread_mutex_unlock(&store->lock);
    reader_free(reader);
}

static int renew(struct store *store, struct store_reader *reader)
{
    int code;
    if (reader->txn) {
        code = mdb_txn_renew(reader->txn);
        if (code == MDB_SUCCESS)
            return code;
        mdb_txn_abort(reader->txn);
        reader->txn = NULL;
    }
    code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &reader->txn);
    if (code == MDB_READERS_FULL) {
        mdb_reader_check(store->env, NULL);
        code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &reader->txn);
    }
    if (code != MDB_SUCCESS)
        reader->txn = NULL;
    return code;
}

/* A reader with a fresh snapshot; where another process grew the map, this one follows. */
static struct store_reader *begin(struct store *store, struct err *err)
{
    while (true) {
        struct store_reader *reader = take_reader(store);
        int code = renew(store, reader);
        if (code == MDB_SUCCESS)
            return reader;
        reader_free(reader);
        give_reader(store, NULL);
        if (code == MDB_MAP_RESIZED)
            code = store_resize(store, 0);
        if (code != MDB_SUCCESS) {
            store_fail(store, code, "reading", err);
            return NULL;
        }
    }
}

bool store_txn_read(struct store *store, store_fn *fn, void *context, struct err *err)
{
    struct store_reader *reader = begin(store, err);
    if (reader == NULL)
        return false;
    struct store_txn txn = {.store = store, .txn = reader->txn, .reader = reader};
    bool ok = fn(&txn, context, err);
    store_cursors_close(&txn);
    mdb_txn_reset(reader->txn);
    give_reader(store, reader);
    return ok;
}

bool store_read(struct store *store, store_fn *fn, void *context, struct err *err)
{
    if (store->unsound)
        return store_damaged(store, "its pages are malformed", err);
    return store_txn_read(store, fn, context, err);
}
