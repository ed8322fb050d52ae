/* SPDX-License-Identifier: MIT */
/*
 * Keys of any length in maps whose keys stop at 511 bytes: layers, as in Masstree.
 *
 *   space    | key of <= 510 bytes                 | value
 *            | first 510 bytes, 00                 | layer 7          a longer key: 511 bytes
 *   layers   | layer 7 | next bytes, <= 502        | value
 *            | layer 7 | next 502 bytes, 00        | layer 9
 *            | layer 9 | ...
 *
 * Only an entry that continues has a key of 511 bytes, so the two kinds are told apart by length,
 * and a short key costs nothing. Byte order holds: a key that ends after 510 bytes stands before
 * the entry that continues from there, and all below a layer share the bytes that lead to it. A
 * layer's id is above its parent's, so that no damage can lead in circles.
 *
 * Knows LMDB and lengths; not what keys and values mean.
 */
#include "backend/embedded/store_impl.h"

void store_layer_write(void *bytes, uint64_t layer)
{
    unsigned char *at = bytes;
    for (size_t i = STORE_LAYER_ID; i-- > 0; layer >>= 8)
        at[i] = (unsigned char)layer;
}

uint64_t store_layer_read(const void *bytes)
{
    const unsigned char *at = bytes;
    uint64_t layer = 0;
    for (size_t i = 0; i < STORE_LAYER_ID; i++)
        layer = layer << 8 | at[i];
    return layer;
}

bool store_layer_of(const MDB_val *value, uint64_t parent, uint64_t *layer)
{
    if (value->mv_size != STORE_LAYER_ID)
        return false;
    *layer = store_layer_read(value->mv_data);
    return *layer > parent;
}

void store_slice_make(struct store_slice *slice, uint64_t layer, struct str key, struct str *rest)
{
    size_t at = layer ? STORE_LAYER_ID : 0, room = STORE_SLICE - at;
    size_t take = key.len < room ? key.len : room;
    if (layer)
        store_layer_write(slice->bytes, layer);
    if (take)
        memcpy(slice->bytes + at, key.at, take);
    slice->len = at + take;
    *rest = str_skip(key, take);
    if (rest->len)
        slice->bytes[slice->len++] = 0;
}

/* ---- walking down ---- */

/* The place of a key: the database and LMDB key it ends up at. */
struct place {
    MDB_dbi map;
    uint64_t layer;
    MDB_val key;
    struct str rest;
    struct store_slice slice;
};

static MDB_dbi map_of(struct store_txn *txn, enum store_space space, uint64_t layer)
{
    return txn->store->maps[layer ? STORE_LAYERS : (int)space];
}

static void place_enter(
    struct place *p, struct store_txn *txn, enum store_space space, uint64_t layer, struct str key)
{
    p->map = map_of(txn, space, layer);
    p->layer = layer;
    if (layer == 0 && key.len <= STORE_SLICE) { /* nearly all: no copy */
        p->key = (MDB_val){key.len, (void *)key.at};
        p->rest = STR_NONE;
        return;
    }
    store_slice_make(&p->slice, layer, key, &p->rest);
    p->key = (MDB_val){p->slice.len, p->slice.bytes};
}

/* Follows the entry at `p` into its layer. MDB_NOTFOUND where there is none. */
static int place_descend(struct place *p, struct store_txn *txn)
{
    MDB_val value;
    uint64_t layer;
    int code = mdb_get(txn->txn, p->map, &p->key, &value);
    if (code != MDB_SUCCESS)
        return code;
    if (!store_layer_of(&value, p->layer, &layer))
        return MDB_CORRUPTED;
    place_enter(p, txn, STORE_META, layer, p->rest);
    return MDB_SUCCESS;
}

static bool check_key(struct store_txn *txn, struct str key, struct err *err)
{
    if (key.len >= 1 && key.len <= STORE_KEY_MAX)
        return true;
    return err_set(err, ERR_INTERNAL, "%s: a key of %zu bytes (1 to %d are possible)",
        txn->store->path, key.len, STORE_KEY_MAX);
}

bool store_get(struct store_txn *txn, enum store_space space, struct str key, struct str *value,
    bool *found, struct err *err)
{
    struct place p;
    MDB_val got;
    int code = MDB_SUCCESS;
    *found = false;
    if (!check_key(txn, key, err))
        return false;
    place_enter(&p, txn, space, 0, key);
    while (p.rest.len && code == MDB_SUCCESS)
        code = place_descend(&p, txn);
    if (code == MDB_SUCCESS)
        code = mdb_get(txn->txn, p.map, &p.key, &got);
    if (code == MDB_NOTFOUND)
        return true;
    if (code != MDB_SUCCESS)
        return store_txn_fail(txn, code, "reading", err);
    *value = (struct str){got.mv_data, got.mv_size};
    return *found = true;
}

/* ---- writing ---- */

/* Above all that are there: so above its parent too. */
static int new_layer(struct store_txn *txn, uint64_t *layer)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    int code = mdb_cursor_open(txn->txn, txn->store->maps[STORE_LAYERS], &cursor);
    if (code != MDB_SUCCESS)
        return code;
    code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
    *layer = 1;
    if (code == MDB_SUCCESS && key.mv_size > STORE_LAYER_ID)
        *layer = store_layer_read(key.mv_data) + 1;
    else if (code == MDB_NOTFOUND)
        code = MDB_SUCCESS;
    else if (code == MDB_SUCCESS)
        code = MDB_CORRUPTED;
    mdb_cursor_close(cursor);
    return code;
}

/* An empty layer would be reused by the next one: its parent's entry is written in the same step as
 * its first key, or the transaction is rolled back. */
static int add_layer(struct place *p, struct store_txn *txn)
{
    unsigned char id[STORE_LAYER_ID];
    MDB_val value = {sizeof id, id};
    uint64_t layer = 0;
    int code = new_layer(txn, &layer);
    if (code == MDB_SUCCESS && layer <= p->layer)
        layer = p->layer + 1;
    store_layer_write(id, layer);
    if (code == MDB_SUCCESS)
        code = mdb_put(txn->txn, p->map, &p->key, &value, 0);
    if (code == MDB_SUCCESS)
        place_enter(p, txn, STORE_META, layer, p->rest);
    return code;
}

static bool check_write(struct store_txn *txn, struct str key, struct err *err)
{
    if (!check_key(txn, key, err))
        return false;
    if (txn->reader)
        return err_set(err, ERR_INTERNAL, "%s: a write in a read transaction", txn->store->path);
    const struct store_options *options = &txn->store->options;
    int code = txn->failure;
    if (code == 0 && options->fault)
        code = options->fault(options->fault_context, STORE_STEP_PUT);
    return code == 0 || store_txn_fail(txn, code, "writing", err);
}

bool store_put(struct store_txn *txn, enum store_space space, struct str key, struct str value,
    struct err *err)
{
    struct place p;
    int code = MDB_SUCCESS;
    MDB_val put = {value.len, (void *)value.at};
    if (!check_write(txn, key, err))
        return false;
    txn->written += 1 + key.len + value.len;
    place_enter(&p, txn, space, 0, key);
    while (p.rest.len && code == MDB_SUCCESS) {
        code = place_descend(&p, txn);
        if (code == MDB_NOTFOUND)
            code = add_layer(&p, txn);
    }
    if (code == MDB_SUCCESS)
        code = mdb_put(txn->txn, p.map, &p.key, &put, 0);
    return code == MDB_SUCCESS || store_txn_fail(txn, code, "writing", err);
}

/* Whether a layer has no key left. */
static int layer_is_empty(struct store_txn *txn, uint64_t layer, bool *empty)
{
    unsigned char id[STORE_LAYER_ID];
    MDB_cursor *cursor;
    MDB_val key = {sizeof id, id}, value;
    int code = mdb_cursor_open(txn->txn, txn->store->maps[STORE_LAYERS], &cursor);
    if (code != MDB_SUCCESS)
        return code;
    store_layer_write(id, layer);
    code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    *empty = code == MDB_NOTFOUND || key.mv_size < STORE_LAYER_ID ||
             store_layer_read(key.mv_data) != layer;
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? MDB_SUCCESS : code;
}

/* Deletes below `p` first, then the entry that leads to a layer which became empty. */
static int delete_below(struct place *p, struct store_txn *txn)
{
    struct place below = {.map = p->map, .layer = p->layer, .key = p->key, .rest = p->rest};
    bool empty = false;
    int code;
    if (p->rest.len == 0)
        return mdb_del(txn->txn, p->map, &p->key, NULL);
    code = place_descend(&below, txn);
    if (code == MDB_SUCCESS)
        code = delete_below(&below, txn);
    if (code == MDB_SUCCESS)
        code = layer_is_empty(txn, below.layer, &empty);
    if (code == MDB_SUCCESS && empty)
        code = mdb_del(txn->txn, p->map, &p->key, NULL);
    return code;
}

bool store_delete(
    struct store_txn *txn, enum store_space space, struct str key, bool *found, struct err *err)
{
    struct place p;
    if (found)
        *found = false;
    if (!check_write(txn, key, err))
        return false;
    place_enter(&p, txn, space, 0, key);
    int code = delete_below(&p, txn);
    if (code == MDB_NOTFOUND)
        return true;
    if (code != MDB_SUCCESS)
        return store_txn_fail(txn, code, "deleting", err);
    txn->written += 1 + key.len;
    if (found)
        *found = true;
    return true;
}
