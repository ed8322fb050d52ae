/* SPDX-License-Identifier: MIT */
/*
 * Opening and closing a store, and LMDB's errors in words. The rest of the store is in its
 * siblings:
 *
 *   store_file.c    the folder and the file before LMDB maps it
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
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { READERS_MAX = 510 };

/* The names in the file: see FORMAT.md. */
static const char *const map_names[STORE_MAPS] = {
    [STORE_META] = "meta",
    [STORE_CATALOG] = "catalog",
    [STORE_ITEMS] = "items",
    [STORE_INDEX] = "index",
    [STORE_STREAM] = "stream",
    [STORE_LAYERS] = "layers",
};

/* ---- errors in words ---- */

static bool is_damage(int code)
{
    return code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_INVALID ||
           code == MDB_CURSOR_FULL || code == MDB_INCOMPATIBLE || code == MDB_BAD_VALSIZE;
}

bool store_fail(const struct store *store, int code, const char *doing, struct err *err)
{
    if (code == ENOSPC || code == EDQUOT || code == EFBIG)
        return err_set(err, ERR_FILE,
            "%s: the disk is full (%s); nothing was written: free some space and try again",
            store->path, strerror(code));
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

/* ---- the format record ---- */

/* "dynascope store" 00 | version, 4 bytes | created, 8 bytes ms since 1970 | uuid, 16 bytes */
enum { MAGIC = 16, RECORD = MAGIC + 4 + 8 + STORE_UUID };
static const char magic[MAGIC] = "dynascope store";
static const char record_key[] = STORE_META_OWN "format";

static void write_big(char *to, size_t bytes, uint64_t v)
{
    for (; bytes-- > 0; v >>= 8)
        to[bytes] = (char)v;
}

static uint64_t read_big(const char *at, size_t bytes)
{
    uint64_t v = 0;
    for (size_t i = 0; i < bytes; i++)
        v = v << 8 | (unsigned char)at[i];
    return v;
}

static bool read_record(struct store *store, struct str record, struct err *err)
{
    if (record.len < MAGIC + 4 || memcmp(record.at, magic, MAGIC) != 0)
        return store_damaged(store, "its format record is malformed", err);
    uint64_t version = read_big(record.at + MAGIC, 4);
    if (version > STORE_FORMAT)
        return err_set(err, ERR_FILE,
            "the store %s has format %u, this program knows formats up to %d; use a newer "
            "dynascope",
            store->path, (unsigned)version, STORE_FORMAT);
    if (version < STORE_FORMAT)
        return err_set(err, ERR_FILE,
            "the store %s has format %u, this program reads format %d only; export its tables with "
            "the dynascope that made it and import them into a new store",
            store->path, (unsigned)version, STORE_FORMAT);
    if (record.len != RECORD)
        return store_damaged(store, "its format record is malformed", err);
    store->created_ms = (int64_t)read_big(record.at + MAGIC + 4, 8);
    memcpy(store->uuid, record.at + MAGIC + 4 + 8, STORE_UUID);
    return true;
}

static bool load_record(struct store *store, MDB_txn *txn, struct err *err)
{
    MDB_val key = {sizeof record_key - 1, (void *)record_key}, value;
    int code = mdb_get(txn, store->maps[STORE_META], &key, &value);
    if (code != MDB_SUCCESS)
        return code == MDB_NOTFOUND ? store_damaged(store, "it has no format record", err)
                                    : store_fail(store, code, "opening", err);
    return read_record(store, (struct str){value.mv_data, value.mv_size}, err);
}

static int save_record(struct store *store, MDB_txn *txn)
{
    char record[RECORD], uuid[STORE_UUID];
    MDB_val key = {sizeof record_key - 1, (void *)record_key}, value = {sizeof record, record};
    if (getrandom(uuid, sizeof uuid, 0) != (ssize_t)sizeof uuid)
        return errno;
    memcpy(record, magic, MAGIC);
    write_big(record + MAGIC, 4, STORE_FORMAT);
    write_big(record + MAGIC + 4, 8, (uint64_t)clock_now_ms(store->options.clock));
    memcpy(record + MAGIC + 4 + 8, uuid, STORE_UUID);
    return mdb_put(txn, store->maps[STORE_META], &key, &value, 0);
}

/* ---- the named databases ---- */

static int open_maps(struct store *store, MDB_txn *txn, unsigned flags)
{
    int code = MDB_SUCCESS;
    for (size_t i = 0; i < STORE_MAPS && code == MDB_SUCCESS; i++)
        code = mdb_dbi_open(txn, map_names[i], flags, &store->maps[i]);
    return code;
}

/* Whether the file holds nothing yet: ours from now on. A file with other databases is foreign. */
static int is_empty(MDB_txn *txn, bool *empty)
{
    MDB_dbi root;
    MDB_stat stat = {0};
    int code = mdb_dbi_open(txn, NULL, 0, &root);
    if (code == MDB_SUCCESS)
        code = mdb_stat(txn, root, &stat);
    *empty = stat.ms_entries == 0;
    return code;
}

static bool foreign_lmdb(const struct store *store, struct err *err)
{
    return err_set(err, ERR_FILE,
        "%s/" STORE_DATA_FILE " is an LMDB file of another program, not a store of dynascope; "
        "name another folder",
        store->path);
}

static bool fill_maps(struct store *store, MDB_txn *txn, struct err *err)
{
    bool empty;
    int code = is_empty(txn, &empty);
    if (code == MDB_SUCCESS)
        code = open_maps(store, txn, empty ? MDB_CREATE : 0);
    if (code == MDB_NOTFOUND)
        return foreign_lmdb(store, err);
    if (code == MDB_SUCCESS && empty)
        code = save_record(store, txn);
    if (code != MDB_SUCCESS)
        return store_fail(store, code, "creating", err);
    return load_record(store, txn, err);
}

/* In one write transaction, synced: of two processes that create one store the second finds it. */
static bool create_maps(struct store *store, struct err *err)
{
    MDB_txn *txn;
    int code = mdb_txn_begin(store->env, NULL, 0, &txn);
    if (code != MDB_SUCCESS)
        return store_fail(store, code, "creating", err);
    if (!fill_maps(store, txn, err)) {
        mdb_txn_abort(txn);
        return false;
    }
    code = mdb_txn_commit(txn);
    return code == MDB_SUCCESS || store_fail(store, code, "creating", err);
}

static void overlook(void *context, const char *finding)
{
    (void)context;
    (void)finding;
}

/* What is opened to be checked must not be believed: LMDB sees no page of it unless all are sound.
 * The open transaction keeps them from being written over meanwhile. */
static bool distrust(struct store *store, struct err *err)
{
    uint64_t findings = 0;
    if (!store->options.for_check)
        return true;
    if (!store_pages_check(store->fd, &findings, overlook, NULL, err))
        return false;
    store->unsound = findings > 0;
    return true;
}

/* The usual case costs one read transaction. *missing = the file holds other maps, or none. */
static bool load_maps(struct store *store, bool *missing, struct err *err)
{
    MDB_txn *txn;
    int code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
    *missing = false;
    if (code != MDB_SUCCESS)
        return store_fail(store, code, "opening", err);
    bool checked = distrust(store, err);
    if (!checked || store->unsound) {
        mdb_txn_abort(txn);
        return checked;
    }
    code = open_maps(store, txn, 0);
    *missing = code == MDB_NOTFOUND;
    if (code != MDB_SUCCESS || !load_record(store, txn, err)) {
        mdb_txn_abort(txn);
        return code == MDB_SUCCESS || *missing ? *missing : store_fail(store, code, "opening", err);
    }
    code = mdb_txn_commit(txn); /* keeps the handles */
    return code == MDB_SUCCESS || store_fail(store, code, "opening", err);
}

static bool begin_unsynced(struct store *store, struct err *err)
{
    int code;
    if (!store->options.no_sync || store->options.read_only)
        return true;
    if (!store_unsynced_begin(store, err))
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
    return store_unsynced_end(store, err);
}

static bool open_inside(struct store *store, struct err *err)
{
    bool created, missing = true, stale;
    if (!store_file_open(store, &created, err) || !store_unsynced_check(store, &stale, err) ||
        !open_lmdb(store, err))
        return false;
    if (!created && !load_maps(store, &missing, err))
        return false;
    if (missing && store->options.read_only)
        return foreign_lmdb(store, err);
    if (missing && !(create_maps(store, err) && store_file_sync_folder(store, err)))
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
    pthread_mutex_init(&store->queue_lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&store->arrived, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (open_inside(store, err))
        return store;
    store_close(store);
    return NULL;
}

/* ---- closing ---- */

static void sync_on_close(struct store *store)
{
    struct err ignored = ERR_INIT;
    if (store->unsynced && mdb_env_sync(store->env, 1) == MDB_SUCCESS)
        store_unsynced_end(store, &ignored);
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    if (store->env) {
        store_readers_free(store);
        sync_on_close(store);
        mdb_env_close(store->env);
    }
    if (store->fd >= 0)
        close(store->fd);
    pthread_mutex_destroy(&store->lock);
    pthread_cond_destroy(&store->outside);
    pthread_mutex_destroy(&store->queue_lock);
    pthread_cond_destroy(&store->arrived);
    free(store->path);
    free(store);
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
