/* SPDX-License-Identifier: MIT */
/*
 * What makes an LMDB file a store: the named databases and the format record (FORMAT.md). A file
 * that is empty becomes one, a file that has others is another program's, one of another version is
 * refused by name.
 */
#include "backend/embedded/store_impl.h"

#include <errno.h>
#include <sys/random.h>

/* The names in the file: see FORMAT.md. */
static const char *const map_names[STORE_MAPS] = {
    [STORE_META] = "meta",
    [STORE_CATALOG] = "catalog",
    [STORE_ITEMS] = "items",
    [STORE_INDEX] = "index",
    [STORE_STREAM] = "stream",
    [STORE_LAYERS] = "layers",
};

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

/* Another process may have grown the map since this one opened the file. */
static int begin(struct store *store, unsigned flags, MDB_txn **txn)
{
    int code;
    while ((code = mdb_txn_begin(store->env, NULL, flags, txn)) == MDB_MAP_RESIZED) {
        code = store_resize(store, 0);
        if (code != MDB_SUCCESS)
            break;
    }
    return code;
}

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

bool store_format_foreign(const struct store *store, struct err *err)
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
        return store_format_foreign(store, err);
    if (code == MDB_SUCCESS && empty)
        code = save_record(store, txn);
    if (code != MDB_SUCCESS)
        return store_fail(store, code, "creating", err);
    return load_record(store, txn, err);
}

/* In one write transaction, synced: of two processes that create one store the second finds it. */
bool store_format_create(struct store *store, struct err *err)
{
    MDB_txn *txn;
    int code = begin(store, 0, &txn);
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
bool store_format_load(struct store *store, bool *missing, struct err *err)
{
    MDB_txn *txn;
    int code = begin(store, MDB_RDONLY, &txn);
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
