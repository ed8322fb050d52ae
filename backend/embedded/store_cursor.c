/* SPDX-License-Identifier: MIT */
/*
 * Cursors over keys of any length: a stack of LMDB cursors, one a layer, that walks them as if they
 * were one map in byte order. store_map.c draws the layers.
 *
 *   level 0   ... | "aaa" | P.. ----+ | "zzz"          P.. = an entry that continues
 *   level 1                         +-> "x" | "y"      the key is P + "y"
 *
 * An entry that continues is never a place to stand: going forward one falls through it to its
 * layer's first key, backward to its last; at a layer's end one goes on beside the entry above.
 */
#include "backend/embedded/store_impl.h"

#include "base/mem.h"

#include <stdlib.h>

static struct store_level *level_at(struct store_cursor *c, size_t depth)
{
    return depth == 0 ? &c->root : &c->deeper[depth];
}

static struct store_level *level_of(struct store_cursor *c)
{
    return level_at(c, c->depth);
}

/* ---- opening and closing ---- */

void store_cursor_free(struct store_cursor *c)
{
    if (c == NULL)
        return;
    for (size_t i = 1; c->deeper && i < STORE_DEPTH_MAX; i++)
        if (c->deeper[i].cursor)
            mdb_cursor_close(c->deeper[i].cursor);
    if (c->root.cursor)
        mdb_cursor_close(c->root.cursor);
    free(c->deeper);
    buf_fini(&c->key);
    free(c);
}

/* A reader's closed cursor keeps its memory, and its LMDB cursors while there is only the first. */
static struct store_cursor *take_kept(struct store_txn *txn, enum store_space space)
{
    struct store_cursor *c = txn->reader ? txn->reader->kept[space] : NULL;
    if (c == NULL)
        return NULL;
    txn->reader->kept[space] = NULL;
    if (mdb_cursor_renew(txn->txn, c->root.cursor) == MDB_SUCCESS)
        return c;
    store_cursor_free(c);
    return NULL;
}

struct store_cursor *store_cursor_open(
    struct store_txn *txn, enum store_space space, struct err *err)
{
    struct store_cursor *c = take_kept(txn, space);
    if (c == NULL) {
        c = mem_new(struct store_cursor);
        c->space = space;
        int code = mdb_cursor_open(txn->txn, txn->store->maps[space], &c->root.cursor);
        if (code != MDB_SUCCESS) {
            free(c);
            store_txn_fail(txn, code, "opening a cursor", err);
            return NULL;
        }
    }
    c->txn = txn;
    c->placed = false;
    c->depth = 0;
    c->next = txn->cursors;
    txn->cursors = c;
    return c;
}

static void retire(struct store_txn *txn, struct store_cursor *c)
{
    if (txn->reader && txn->reader->kept[c->space] == NULL && c->deeper == NULL)
        txn->reader->kept[c->space] = c;
    else
        store_cursor_free(c);
}

void store_cursor_close(struct store_cursor *c)
{
    if (c == NULL)
        return;
    struct store_cursor **at = &c->txn->cursors;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    retire(c->txn, c);
}

void store_cursors_close(struct store_txn *txn)
{
    while (txn->cursors) {
        struct store_cursor *c = txn->cursors;
        txn->cursors = c->next;
        retire(txn, c);
    }
}

/* ---- inside one level ---- */

static int fetch(struct store_level *level, MDB_cursor_op op)
{
    return mdb_cursor_get(level->cursor, &level->key, &level->value, op);
}

/* The layers of all spaces stand side by side: beyond the own ones it is as at the end. */
static int stay_inside(struct store_level *level, int code)
{
    if (code != MDB_SUCCESS || level->layer == 0)
        return code;
    if (level->key.mv_size <= STORE_LAYER_ID)
        return MDB_CORRUPTED;
    return store_layer_read(level->key.mv_data) == level->layer ? MDB_SUCCESS : MDB_NOTFOUND;
}

static int move(struct store_level *level, bool backward)
{
    return stay_inside(level, fetch(level, backward ? MDB_PREV : MDB_NEXT));
}

/* To the first key at or above `slice`. */
static int seek_up(struct store_level *level, const void *bytes, size_t len)
{
    level->key = (MDB_val){len, (void *)bytes};
    return fetch(level, MDB_SET_RANGE);
}

/* To the last key below: from where seek_up() stands or failed. */
static int before(struct store_level *level, int code)
{
    if (code == MDB_NOTFOUND)
        code = fetch(level, MDB_LAST);
    else if (code == MDB_SUCCESS)
        code = fetch(level, MDB_PREV);
    return stay_inside(level, code);
}

/* To a layer's first or last key, of any. */
static int seek_border(struct store_level *level, bool backward)
{
    unsigned char id[STORE_LAYER_ID];
    store_layer_write(id, level->layer + backward);
    int code = seek_up(level, id, sizeof id);
    return backward ? before(level, code) : stay_inside(level, code);
}

/* ---- from level to level ---- */

static int push(struct store_cursor *c)
{
    struct store_level *from = level_of(c), *to;
    uint64_t layer;
    if (c->depth + 1 >= STORE_DEPTH_MAX || !store_layer_of(&from->value, from->layer, &layer))
        return MDB_CORRUPTED;
    if (c->deeper == NULL) /* [0] stays unused */
        c->deeper = mem_zero(STORE_DEPTH_MAX, sizeof *c->deeper);
    to = &c->deeper[c->depth + 1];
    if (to->cursor == NULL) {
        MDB_dbi layers = c->txn->store->maps[STORE_LAYERS];
        int code = mdb_cursor_open(c->txn->txn, layers, &to->cursor);
        if (code != MDB_SUCCESS)
            return code;
    }
    to->layer = layer;
    to->prefix = from->prefix + STORE_SLICE - (from->layer ? STORE_LAYER_ID : 0);
    c->depth++;
    return MDB_SUCCESS;
}

/* Given the outcome of a movement in the current level: falls through entries that continue and
 * climbs out of layers at their end, until the cursor stands on a key. */
static int settle(struct store_cursor *c, int code, bool backward)
{
    while (true) {
        struct store_level *level = level_of(c);
        if (code == MDB_NOTFOUND && c->depth > 0) {
            c->depth--;
            code = move(level_of(c), backward);
        } else if (code == MDB_SUCCESS && store_continues(&level->key)) {
            code = push(c);
            if (code == MDB_SUCCESS)
                code = seek_border(level_of(c), backward);
        } else {
            return code;
        }
    }
}

static bool arrive(struct store_cursor *c, int code, bool *found, struct err *err)
{
    c->placed = *found = code == MDB_SUCCESS;
    if (code == MDB_SUCCESS || code == MDB_NOTFOUND)
        return true;
    return store_txn_fail(c->txn, code, "reading", err);
}

static bool is_at(const struct store_level *level, const void *bytes, size_t len)
{
    return level->key.mv_size == len && memcmp(level->key.mv_data, bytes, len) == 0;
}

/* One level of a seek: *deeper where the wanted key goes on in a layer that is there. */
static int seek_level(
    struct store_cursor *c, struct str key, bool backward, struct str *rest, bool *deeper)
{
    struct store_level *level = level_of(c);
    struct store_slice slice;
    const void *bytes = key.at;
    size_t len = key.len;
    *rest = STR_NONE;
    if (level->layer || len > STORE_SLICE) {
        store_slice_make(&slice, level->layer, key, rest);
        bytes = slice.bytes;
        len = slice.len;
    }
    int code = seek_up(level, bytes, len);
    bool exact = code == MDB_SUCCESS && is_at(level, bytes, len);
    *deeper = exact && rest->len;
    if (exact)
        return code;
    return backward ? before(level, code) : stay_inside(level, code);
}

bool store_seek(struct store_cursor *c, struct str key, bool backward, bool *found, struct err *err)
{
    struct str rest = key;
    bool deeper = true;
    int code = MDB_SUCCESS;
    c->depth = 0;
    if (key.len == 0) {
        code = backward ? MDB_NOTFOUND : fetch(&c->root, MDB_FIRST);
        return arrive(c, settle(c, code, backward), found, err);
    }
    while (true) {
        code = seek_level(c, rest, backward, &rest, &deeper);
        if (!deeper)
            break;
        code = push(c);
        if (code != MDB_SUCCESS)
            break;
    }
    return arrive(c, settle(c, code, backward), found, err);
}

bool store_step(struct store_cursor *c, bool backward, bool *found, struct err *err)
{
    if (!c->placed) {
        *found = false;
        return true;
    }
    return arrive(c, settle(c, move(level_of(c), backward), backward), found, err);
}

/* ---- what is there ---- */

static void add_level_key(struct buf *out, const struct store_level *level)
{
    size_t skip = level->layer ? STORE_LAYER_ID : 0;
    size_t end = store_continues(&level->key) ? STORE_SLICE : level->key.mv_size;
    buf_add_bytes(out, (const char *)level->key.mv_data + skip, end - skip);
}

struct str store_key(struct store_cursor *c)
{
    if (!c->placed)
        return STR_NONE;
    if (c->depth == 0)
        return (struct str){c->root.key.mv_data, c->root.key.mv_size};
    buf_clear(&c->key);
    for (size_t i = 0; i <= c->depth; i++)
        add_level_key(&c->key, level_at(c, i));
    return buf_str(&c->key);
}

struct str store_value(struct store_cursor *c)
{
    if (!c->placed)
        return STR_NONE;
    const struct store_level *level = level_of(c);
    return (struct str){level->value.mv_data, level->value.mv_size};
}
