/* SPDX-License-Identifier: MIT */
/*
 * What can be said about the map without knowing what is in it: pages first (store_pages.c, which
 * trusts nothing), and only where those are sound the entries: order, layers, links between them.
 *
 *   every entry that continues names a layer above its own; every layer is named exactly once and
 * is not empty
 *
 * Also the figures of store_stat().
 */
#include "backend/embedded/store_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct check {
    struct store *store;
    struct store_txn *txn;
    void (*see)(void *context, const char *finding);
    void *context;
    struct buf links; /* uint64_t layers that entries lead to */
};

static void found(struct check *check, const char *map, const char *what)
{
    char line[256];
    snprintf(line, sizeof line, "%s: %s", map, what);
    check->see(check->context, line);
}

/* ---- entries ---- */

/* One entry of a map: where it continues, remembers the link. */
static void check_entry(
    struct check *check, const char *map, bool in_layers, const MDB_val *key, const MDB_val *value)
{
    uint64_t own = 0, layer;
    if (in_layers) {
        if (key->mv_size <= STORE_LAYER_ID) {
            found(check, map, "a key without bytes after its layer");
            return;
        }
        own = store_layer_read(key->mv_data);
    }
    if (!store_continues(key))
        return;
    if (store_layer_of(value, own, &layer))
        buf_add_bytes(&check->links, &layer, sizeof layer);
    else
        found(check, map, "an entry that continues leads nowhere");
}

static int walk_map(struct check *check, size_t map, const char *name)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    struct store_slice last = {.len = 0};
    int code = mdb_cursor_open(check->txn->txn, check->store->maps[map], &cursor);
    if (code != MDB_SUCCESS)
        return code;
    while ((code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == MDB_SUCCESS) {
        struct str now = {key.mv_data, key.mv_size}, before = {(const char *)last.bytes, last.len};
        if (now.len == 0 || now.len > STORE_SLICE + 1) {
            found(check, name, "a key of an impossible length");
            continue;
        }
        if (str_compare(before, now) >= 0)
            found(check, name, "two keys are out of order");
        memcpy(last.bytes, now.at, now.len);
        last.len = now.len;
        check_entry(check, name, map == STORE_LAYERS, &key, &value);
    }
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? MDB_SUCCESS : code;
}

static int compare_layers(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

/* The next layer that has entries, past `layer`. */
static int next_layer(MDB_cursor *cursor, uint64_t *layer)
{
    unsigned char id[STORE_LAYER_ID];
    MDB_val key = {sizeof id, id}, value;
    store_layer_write(id, *layer + 1);
    int code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    *layer = code == MDB_SUCCESS ? store_layer_read(key.mv_data) : UINT64_MAX;
    return code == MDB_NOTFOUND ? MDB_SUCCESS : code;
}

/* Two rising lists side by side: the layers that entries lead to, and those that there are. */
static int match_layers(struct check *check, MDB_cursor *cursor)
{
    size_t count = check->links.len / sizeof(uint64_t), i = 0;
    uint64_t link, layer = 0, last = 0;
    int code = next_layer(cursor, &layer);
    qsort(check->links.at, count, sizeof link, compare_layers);
    while (code == MDB_SUCCESS && (i < count || layer != UINT64_MAX)) {
        link = UINT64_MAX;
        if (i < count)
            memcpy(&link, check->links.at + i * sizeof link, sizeof link);
        if (link == last && i < count) {
            found(check, "layers", "two entries lead to one layer");
            i++;
        } else if (link < layer) {
            found(check, "layers", "an entry leads to an empty layer");
            last = link;
            i++;
        } else if (layer < link) {
            found(check, "layers", "no entry leads to a layer");
            code = next_layer(cursor, &layer);
        } else {
            last = link;
            i++;
            code = next_layer(cursor, &layer);
        }
    }
    return code;
}

static int check_layers(struct check *check)
{
    MDB_cursor *cursor;
    int code = mdb_cursor_open(check->txn->txn, check->store->maps[STORE_LAYERS], &cursor);
    if (code != MDB_SUCCESS)
        return code;
    if (check->links.len == 0)
        buf_reserve(&check->links, 1);
    code = match_layers(check, cursor);
    mdb_cursor_close(cursor);
    return code;
}

static bool check_entries(struct store_txn *txn, void *context, struct err *err)
{
    static const char *const names[STORE_MAPS] = {
        "meta", "catalog", "items", "index", "stream", "layers"};
    struct check *check = context;
    int code = MDB_SUCCESS;
    check->txn = txn;
    for (size_t i = 0; i < STORE_MAPS && code == MDB_SUCCESS; i++)
        code = walk_map(check, i, names[i]);
    if (code == MDB_SUCCESS)
        code = check_layers(check);
    return code == MDB_SUCCESS || store_fail(txn->store, code, "checking", err);
}

struct pages_check {
    const struct check *check;
    uint64_t findings;
};

/* The transaction keeps its pages from being written over while they are read past LMDB. */
static bool check_pages(struct store_txn *txn, void *context, struct err *err)
{
    struct pages_check *pages = context;
    const struct check *check = pages->check;
    return store_pages_check(txn->store->fd, &pages->findings, check->see, check->context, err);
}

bool store_check(struct store *store, void (*see)(void *context, const char *finding),
    void *context, struct err *err)
{
    struct check check = {.store = store, .see = see, .context = context};
    struct pages_check pages = {.check = &check};
    if (!store_txn_read(store, check_pages, &pages, err))
        return false;
    if (pages.findings) {
        store->unsound = true;
        return true;
    }
    bool ok = store_read(store, check_entries, &check, err);
    buf_fini(&check.links);
    return ok;
}

bool store_is_sound(const struct store *store)
{
    return !store->unsound;
}

/* ---- figures ---- */

static int count_free_pages(MDB_txn *txn, uint64_t *pages)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    const MDB_dbi free_pages = 0; /* LMDB's own list: how many, then their numbers */
    int code = mdb_cursor_open(txn, free_pages, &cursor);
    *pages = 0;
    if (code != MDB_SUCCESS)
        return code;
    while ((code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == MDB_SUCCESS) {
        size_t count = 0;
        if (value.mv_size >= sizeof count)
            memcpy(&count, value.mv_data, sizeof count);
        *pages += count;
    }
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? MDB_SUCCESS : code;
}

static bool read_stat(struct store_txn *txn, void *context, struct err *err)
{
    struct store_stat *out = context;
    struct store *store = txn->store;
    uint64_t free_pages;
    MDB_envinfo info;
    MDB_stat stat = {0};
    int code = mdb_env_info(store->env, &info);
    for (size_t i = 0; i < STORE_SPACES && code == MDB_SUCCESS; i++) {
        code = mdb_stat(txn->txn, store->maps[i], &stat);
        out->entries[i] = stat.ms_entries;
    }
    if (code == MDB_SUCCESS)
        code = count_free_pages(txn->txn, &free_pages);
    if (code != MDB_SUCCESS)
        return store_fail(store, code, "reading", err);
    uint64_t used = info.me_last_pgno + 1;
    out->used_bytes = (used > free_pages ? used - free_pages : 0) * stat.ms_psize;
    out->readers = info.me_numreaders;
    return true;
}

bool store_stat(struct store *store, struct store_stat *out, struct err *err)
{
    struct stat st;
    *out = (struct store_stat){0};
    if (fstat(store->fd, &st) == 0)
        out->file_bytes = (uint64_t)st.st_size;
    return store_read(store, read_stat, out, err);
}
