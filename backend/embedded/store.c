/* SPDX-License-Identifier: MIT */
/*
 * Opening and closing a store, and LMDB's errors in words. The rest of the store is in its
 * siblings:
 *
 *   store_folder.c  the folder; store_file.c: the data file before LMDB maps it
 *   store_format.c  the format record and the named databases
 *   store_bulk.c    the marker of loads without syncing
 *   store_txn.c     readers; who is inside the map
 *   store_commit.c  group commit
 *   store_map.c     get, put, delete: keys of any length in layers
 *   store_cursor.c  walking over the layers
 *   store_check.c   what `check` says of the map; store_pages.c: of the pages below it
 *
 * Knows byte strings alone: neither items nor tables.
 */
#include "backend/embedded/store_impl.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { READERS_MAX = 510 };

/* ---- errors in words ---- */

static bool is_damage(int code)
{
    return code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_INVALID ||
           code == MDB_CURSOR_FULL || code == MDB_INCOMPATIBLE || code == MDB_BAD_VALSIZE;
}

bool store_fail(const struct store *store, int code, const char *doing, struct err *err)
{
    if (code == EIO && store_is_full(store)) /* LMDB's word for a short write */
        code = ENOSPC;
    if (code == ENOSPC || code == EDQUOT || code == EFBIG)
        return err_set(err, ERR_FILE,
            "%s: the disk is full (%s); the change was not written: free some space and try again",
            store->path, strerror(code));
    if (code == ESTALE)
        return err_set(err, ERR_FILE,
            "%s: the store's file was removed or replaced while it was open; nothing was written: "
            "close the program, and open the store that is there now",
            store->path);
    if (is_damage(code))
        return store_damaged(store, mdb_strerror(code), err);
    if (code == MDB_READERS_FULL)
        return err_set(err, ERR_BUSY,
            "%s: too many processes read it at once; close some of them and try again",
            store->path);
    if (code == ENOMEM)
        return err_set(err, ERR_FILE,
            "%s: the system does not let the process map it into memory (see `ulimit -v`)",
            store->path);
    return err_set(err, ERR_FILE, "%s: %s failed: %s", store->path, doing, mdb_strerror(code));
}

bool store_is_full(const struct store *store)
{
    struct statvfs disk;
    struct rlimit limit;
    struct stat st;
    if (fstatvfs(store->fd, &disk) == 0 && disk.f_bavail * disk.f_frsize < 64 * 1024)
        return true;
    return fstat(store->fd, &st) == 0 && getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
           limit.rlim_cur != RLIM_INFINITY && (rlim_t)st.st_size + 64 * 1024 > limit.rlim_cur;
}

/* ---- opening ---- */

/* LMDB opens its data file twice without close-on-exec and tells of one descriptor only; the other
 * one was opened right after it, so it is the next one of the same file. */
static void close_on_exec(const struct store *store)
{
    struct stat own, other;
    int fd;
    if (mdb_env_get_fd(store->env, &fd) != MDB_SUCCESS || fstat(fd, &own) != 0)
        return;
    for (int next = fd; next < fd + 64; next++) {
        if (next != fd &&
            (fstat(next, &other) != 0 || other.st_ino != own.st_ino || other.st_dev != own.st_dev))
            continue;
        int flags = fcntl(next, F_GETFD);
        fcntl(next, F_SETFD, flags | FD_CLOEXEC);
        if (next != fd && next != store->fd)
            return;
    }
}

static int open_env(struct store *store)
{
    size_t size = store->options.map_size ? store->options.map_size : STORE_MAP_SIZE;
    unsigned flags = MDB_NOTLS | (store->options.read_only ? MDB_RDONLY : 0);
    int code = mdb_env_create(&store->env);
    if (code == MDB_SUCCESS)
        code = mdb_env_set_maxdbs(store->env, STORE_MAPS);
    if (code == MDB_SUCCESS)
        code = mdb_env_set_maxreaders(store->env, READERS_MAX);
    if (code == MDB_SUCCESS)
        code = mdb_env_set_mapsize(store->env, size);
    if (code == MDB_SUCCESS)
        code = mdb_env_open(store->env, store->path, flags, 0600);
    return code;
}

/* Where the lock file cannot be written nobody else can be told that we read: that is all right on
 * a medium that is read-only for everybody, and the best there is otherwise. */
static int open_env_unlocked(struct store *store)
{
    mdb_env_close(store->env);
    store->env = NULL;
    int code = mdb_env_create(&store->env);
    if (code == MDB_SUCCESS)
        code = mdb_env_set_maxdbs(store->env, STORE_MAPS);
    if (code == MDB_SUCCESS)
        code = mdb_env_open(store->env, store->path, MDB_NOTLS | MDB_RDONLY | MDB_NOLOCK, 0600);
    return code;
}

static bool open_lmdb(struct store *store, struct err *err)
{
    int code = open_env(store);
    if (store->options.read_only && (code == EACCES || code == EROFS || code == ENOENT))
        code = open_env_unlocked(store);
    if (code == EACCES || code == EROFS)
        return err_set(err, ERR_FILE,
            "the store %s cannot be written (%s); open it with --read-only, or change the "
            "permissions of the folder and its files",
            store->path, strerror(code));
    if (code != MDB_SUCCESS)
        return store_fail(store, code, "opening", err);
    close_on_exec(store);
    mdb_reader_check(store->env, NULL);
    return true;
}

/* ---- all of it ---- */

static bool begin_unsynced(struct store *store, struct err *err)
{
    int code;
    if (!store->options.no_sync || store->options.read_only)
        return true;
    if (!store_bulk_begin(store, err))
        return false;
    code = mdb_env_set_flags(store->env, MDB_NOSYNC, 1);
    return code == MDB_SUCCESS || store_fail(store, code, "opening", err);
}

/* What a killed bulk load wrote is whole in the system's cache: a sync makes it durable. */
static bool finish_unsynced(struct store *store, struct err *err)
{
    int code = mdb_env_sync(store->env, 1);
    if (code != MDB_SUCCESS)
        return store_fail(store, code, "syncing", err);
    return store_bulk_end(store, err);
}

static bool open_inside(struct store *store, struct err *err)
{
    bool created, missing = true, stale;
    if (!store_file_open(store, &created, err) || !store_bulk_check(store, &stale, err) ||
        !open_lmdb(store, err))
        return false;
    if (!created && !store_format_load(store, &missing, err))
        return false;
    if (missing && store->options.read_only)
        return store_format_foreign(store, err);
    if (missing && !(store_format_create(store, err) && store_folder_sync(store, err)))
        return false;
    if (stale && !finish_unsynced(store, err))
        return false;
    return begin_unsynced(store, err);
}

struct store *store_open(const char *path, const struct store_options *options, struct err *err)
{
    struct store *store = mem_new(struct store);
    pthread_condattr_t monotonic;
    store->path = mem_dup(path, strlen(path));
    store->options = options ? *options : (struct store_options){0};
    store->fd = -1;
    store->queue_end = &store->queue;
    pthread_mutex_init(&store->lock, NULL);
    pthread_cond_init(&store->outside, NULL);
    pthread_cond_init(&store->submitted, NULL);
    pthread_mutex_init(&store->queue_lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&store->arrived, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (open_inside(store, err))
        return store;
    store_close(store, NULL);
    return NULL;
}

/* ---- closing ---- */

static bool sync_on_close(struct store *store, struct err *err)
{
    if (!store->unsynced)
        return true;
    int code = mdb_env_sync(store->env, 1);
    return code == MDB_SUCCESS ? store_bulk_end(store, err)
                               : store_fail(store, code, "syncing the bulk load", err);
}

bool store_close(struct store *store, struct err *err)
{
    struct err unheard = ERR_INIT;
    bool ok = true;
    if (store == NULL)
        return true;
    store_writer_stop(store);
    if (store->env) {
        store_readers_free(store);
        ok = sync_on_close(store, err ? err : &unheard);
        mdb_env_close(store->env);
    }
    if (store->fd >= 0)
        close(store->fd);
    pthread_mutex_destroy(&store->lock);
    pthread_cond_destroy(&store->outside);
    pthread_cond_destroy(&store->submitted);
    pthread_mutex_destroy(&store->queue_lock);
    pthread_cond_destroy(&store->arrived);
    free(store->path);
    free(store);
    return ok;
}

/* ---- figures ---- */

const char *store_path(const struct store *store)
{
    return store->path;
}

struct str store_uuid(const struct store *store)
{
    return (struct str){store->uuid, sizeof store->uuid};
}

int64_t store_created_ms(const struct store *store)
{
    return store->created_ms;
}

uint64_t store_version(const struct store *store)
{
    MDB_envinfo info;
    return mdb_env_info(store->env, &info) == MDB_SUCCESS ? info.me_last_txnid : 0;
}
