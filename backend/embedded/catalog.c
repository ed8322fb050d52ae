/* SPDX-License-Identifier: MIT */
/*
 * The catalog: tables by name, streams by number, the cache and the stamp that keeps it honest.
 * Does not know how rows are written (catalog_row.c) nor what operations do with tables.
 *
 *   STORE_CATALOG   't' name       → table row
 *                   's' id (4)     → stream row
 *                   'd' id (4)     → row of a table that is deleted, and still read by jobs
 *   STORE_META      catalog.stamp  → 8 random bytes, renewed by every change
 *                   catalog.next   → the next id (4)
 *
 * The stamp is random, not counted: a change that is rolled back must not lend its stamp to another
 * one, since the cache may have seen it.
 */
#include "backend/embedded/catalog.h"

#include "backend/embedded/shard.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

enum { BUCKETS = 512 };

struct catalog {
    pthread_mutex_t lock;
    uint64_t stamp;
    struct catalog_table *buckets[BUCKETS];
};

static const struct str stamp_key = {"catalog.stamp", 13}, next_key = {"catalog.next", 12};

static void put_u32(char out[4], uint32_t n)
{
    for (int i = 0; i < 4; i++)
        out[i] = (char)(n >> (24 - 8 * i));
}

static uint32_t get_u32(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* ---- the cache ---- */

struct catalog *catalog_new(void)
{
    struct catalog *catalog = mem_new(struct catalog);
    pthread_mutex_init(&catalog->lock, NULL);
    return catalog;
}

void catalog_release(const struct catalog_table *shared)
{
    struct catalog_table *table = (struct catalog_table *)(uintptr_t)shared;
    if (!table || atomic_fetch_sub_explicit(&table->references, 1, memory_order_acq_rel) != 1)
        return;
    arena_fini(&table->arena);
    free(table);
}

static void forget_all(struct catalog *catalog)
{
    for (size_t i = 0; i < BUCKETS; i++)
        while (catalog->buckets[i]) {
            struct catalog_table *table = catalog->buckets[i];
            catalog->buckets[i] = table->next;
            catalog_release(table);
        }
}

void catalog_free(struct catalog *catalog)
{
    if (!catalog)
        return;
    forget_all(catalog);
    pthread_mutex_destroy(&catalog->lock);
    free(catalog);
}

static size_t bucket_of(struct str name)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.at[i]) * 16777619u;
    return hash % BUCKETS;
}

static struct catalog_table *cached(struct catalog *catalog, uint64_t stamp, struct str name)
{
    struct catalog_table *found = NULL;
    pthread_mutex_lock(&catalog->lock);
    if (catalog->stamp == stamp)
        for (found = catalog->buckets[bucket_of(name)]; found; found = found->next)
            if (str_equal(found->name, name))
                break;
    if (found)
        atomic_fetch_add_explicit(&found->references, 1, memory_order_relaxed);
    pthread_mutex_unlock(&catalog->lock);
    return found;
}

/* A second copy of a table, read by two threads at once, is harmless: it is just not found. */
static void remember(struct catalog *catalog, uint64_t stamp, struct catalog_table *table)
{
    pthread_mutex_lock(&catalog->lock);
    if (catalog->stamp != stamp) {
        forget_all(catalog);
        catalog->stamp = stamp;
    }
    struct catalog_table **bucket = &catalog->buckets[bucket_of(table->name)];
    atomic_fetch_add_explicit(&table->references, 1, memory_order_relaxed);
    table->next = *bucket;
    *bucket = table;
    pthread_mutex_unlock(&catalog->lock);
}

/* ---- rows ---- */

enum { NAME_MAX_BYTES = 255 };

struct row_key {
    char bytes[1 + NAME_MAX_BYTES];
    size_t len;
};

static struct row_key table_key(struct str name)
{
    struct row_key key = {.bytes = {'t'}, .len = 1};
    struct str fit = str_take(name, NAME_MAX_BYTES);
    if (fit.len)
        memcpy(key.bytes + 1, fit.at, fit.len);
    key.len += fit.len;
    return key;
}

static struct row_key id_key(char letter, uint32_t id)
{
    struct row_key key = {.bytes = {letter}, .len = 5};
    put_u32(key.bytes + 1, id);
    return key;
}

static struct row_key stream_key(uint32_t id)
{
    return id_key('s', id);
}

static struct str key_str(const struct row_key *key)
{
    return (struct str){key->bytes, key->len};
}

bool catalog_stamp(struct store_txn *txn, uint64_t *stamp, struct err *err)
{
    struct str value;
    bool found;
    *stamp = 0;
    if (!store_get(txn, STORE_META, stamp_key, &value, &found, err))
        return false;
    if (found && value.len == sizeof *stamp)
        memcpy(stamp, value.at, sizeof *stamp);
    return true;
}

static bool renew_stamp(struct store_txn *txn, struct err *err)
{
    uint64_t stamp;
    if (getrandom(&stamp, sizeof stamp, 0) != (ssize_t)sizeof stamp)
        return err_set(err, ERR_INTERNAL, "the system gives no random numbers");
    return store_put(
        txn, STORE_META, stamp_key, (struct str){(const char *)&stamp, sizeof stamp}, err);
}

bool catalog_touch(struct store_txn *txn, struct err *err)
{
    return renew_stamp(txn, err);
}

/* Writers look at it with every record. A stream from before there were rows of shards is one shard
 * that begins with it. */
static bool load_shard(struct store_txn *txn, struct catalog_table *table, struct err *err)
{
    struct catalog_stream *stream = &table->stream;
    struct catalog_stream_row row = {0};
    struct shard shard;
    bool found;
    if (!stream->enabled)
        return true;
    if (!shard_newest(txn, stream->id, &shard, &found, err))
        return false;
    if (found) {
        stream->shard = shard.name;
        stream->first = shard.first;
        return true;
    }
    if (!catalog_stream_get(txn, &table->arena, stream->id, &row, &found, err))
        return false;
    stream->shard = row.created_ms;
    return true;
}

/* A table's row as a counted table of its own; *out is NULL where there is none. */
static bool load_row(
    struct store_txn *txn, const struct row_key *key, struct catalog_table **out, struct err *err)
{
    struct str row;
    bool found;
    *out = NULL;
    if (!store_get(txn, STORE_CATALOG, key_str(key), &row, &found, err) || !found)
        return !found && err->code == ERR_NONE;
    struct catalog_table *table = mem_new(struct catalog_table);
    atomic_init(&table->references, 1);
    if (!catalog_read(table, row, err) || !load_shard(txn, table, err)) {
        catalog_release(table);
        return false;
    }
    *out = table;
    return true;
}

static bool load(
    struct store_txn *txn, struct str name, struct catalog_table **out, struct err *err)
{
    struct row_key key = table_key(name);
    *out = NULL;
    return name.len > NAME_MAX_BYTES || load_row(txn, &key, out, err);
}

bool catalog_find(struct catalog *catalog, struct store_txn *txn, struct str name,
    const struct catalog_table **out, struct err *err)
{
    uint64_t stamp;
    *out = NULL;
    if (!catalog_stamp(txn, &stamp, err))
        return false;
    struct catalog_table *table = cached(catalog, stamp, name);
    if (!table) {
        if (!load(txn, name, &table, err))
            return false;
        if (table)
            remember(catalog, stamp, table);
    }
    *out = table;
    return true;
}

bool catalog_put(struct store_txn *txn, const struct catalog_table *table, struct err *err)
{
    struct row_key key = table_key(table->name);
    struct buf row = {0};
    catalog_row_encode(&row, table);
    bool done = store_put(txn, STORE_CATALOG, key_str(&key), buf_str(&row), err);
    buf_fini(&row);
    return done && renew_stamp(txn, err);
}

bool catalog_remove(struct store_txn *txn, const struct catalog_table *table, struct err *err)
{
    struct row_key key = table_key(table->name);
    return store_delete(txn, STORE_CATALOG, key_str(&key), NULL, err) && renew_stamp(txn, err);
}

bool catalog_detach(struct store_txn *txn, const struct catalog_table *table, struct err *err)
{
    struct row_key key = id_key('d', table->id);
    struct buf row = {0};
    catalog_row_encode(&row, table);
    bool done = store_put(txn, STORE_CATALOG, key_str(&key), buf_str(&row), err);
    buf_fini(&row);
    return done;
}

bool catalog_detached_remove(struct store_txn *txn, uint32_t id, struct err *err)
{
    struct row_key key = id_key('d', id);
    return store_delete(txn, STORE_CATALOG, key_str(&key), NULL, err);
}

bool catalog_detached_get(
    struct store_txn *txn, uint32_t id, const struct catalog_table **out, struct err *err)
{
    struct row_key key = id_key('d', id);
    struct catalog_table *table;
    bool done = load_row(txn, &key, &table, err);
    *out = table;
    return done;
}

bool catalog_next_id(struct store_txn *txn, uint32_t *id, struct err *err)
{
    struct str value;
    bool found;
    char next[4];
    if (!store_get(txn, STORE_META, next_key, &value, &found, err))
        return false;
    *id = found && value.len == sizeof next ? get_u32(value.at) : 1;
    put_u32(next, *id + 1);
    return store_put(txn, STORE_META, next_key, (struct str){next, sizeof next}, err);
}

static bool list_from(struct store_cursor *c, struct arena *arena, struct str after, size_t limit,
    struct str *names, size_t *count, bool *more, struct err *err)
{
    struct row_key from = table_key(after);
    bool found;
    if (!store_seek(c, key_str(&from), false, &found, err))
        return false;
    while (found && store_key(c).at[0] == 't') {
        struct str name = str_skip(store_key(c), 1);
        if (after.len == 0 || !str_equal(name, after)) {
            if (*count == limit) {
                *more = true;
                return true;
            }
            names[(*count)++] = arena_dup(arena, name);
        }
        if (!store_step(c, false, &found, err))
            return false;
    }
    return true;
}

bool catalog_list(struct store_txn *txn, struct arena *arena, struct str after, size_t limit,
    struct str *names, size_t *count, bool *more, struct err *err)
{
    struct store_cursor *c = store_cursor_open(txn, STORE_CATALOG, err);
    *count = 0;
    *more = false;
    bool done = c && list_from(c, arena, after, limit, names, count, more, err);
    store_cursor_close(c);
    return done;
}

/* ---- looking into a table ---- */

const struct catalog_index *catalog_index_find(const struct catalog_table *table, struct str name)
{
    for (uint32_t i = 0; i < table->index_count; i++)
        if (str_equal(table->indexes[i].name, name))
            return &table->indexes[i];
    return NULL;
}

int catalog_key_find(const struct key_schema *schema, struct str name)
{
    for (uint32_t i = 0; i < catalog_own_keys(schema); i++)
        if (str_equal(schema->at[i].name, name))
            return (int)i;
    return -1;
}

static int by_bytes(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static void project(struct arena *arena, struct catalog_index *index)
{
    uint32_t count = 0, kept = 0;
    struct str *names =
        arena_array(arena, struct str, (size_t)index->schema.count + index->include_count);
    for (uint32_t i = 0; i < index->schema.count; i++)
        names[count++] = index->schema.at[i].name;
    for (uint32_t i = 0; i < index->include_count; i++)
        names[count++] = index->include[i];
    qsort(names, count, sizeof *names, by_bytes);
    for (uint32_t i = 0; i < count; i++)
        if (kept == 0 || !str_equal(names[i], names[kept - 1]))
            names[kept++] = names[i];
    index->projected = names;
    index->projected_count = kept;
}

void catalog_index_complete(
    struct arena *arena, const struct catalog_table *table, struct catalog_index *index)
{
    for (uint32_t i = 0; i < catalog_own_keys(&table->schema); i++)
        key_schema_add(&index->schema, table->schema.at[i].name, table->schema.at[i].type);
    index->projected_count = 0;
    if (index->projection != CATALOG_ALL)
        project(arena, index);
}

/* ---- streams ---- */

bool catalog_stream_put(
    struct store_txn *txn, const struct catalog_stream_row *stream, struct err *err)
{
    struct row_key key = stream_key(stream->id);
    struct buf row = {0};
    catalog_stream_encode(&row, stream);
    bool done = store_put(txn, STORE_CATALOG, key_str(&key), buf_str(&row), err);
    buf_fini(&row);
    return done && renew_stamp(txn, err);
}

bool catalog_stream_remove(struct store_txn *txn, uint32_t id, struct err *err)
{
    struct row_key key = stream_key(id);
    return store_delete(txn, STORE_CATALOG, key_str(&key), NULL, err) && renew_stamp(txn, err);
}

bool catalog_stream_get(struct store_txn *txn, struct arena *arena, uint32_t id,
    struct catalog_stream_row *out, bool *found, struct err *err)
{
    struct row_key key = stream_key(id);
    struct str row;
    if (!store_get(txn, STORE_CATALOG, key_str(&key), &row, found, err))
        return false;
    return !*found || catalog_stream_decode(out, arena, row, err);
}

static bool find_stream(struct store_txn *txn, struct arena *arena, uint32_t id, bool backward,
    struct catalog_stream_row *out, bool *found, struct err *err)
{
    struct row_key from = stream_key(id);
    struct store_cursor *c = store_cursor_open(txn, STORE_CATALOG, err);
    bool done = c && store_seek(c, key_str(&from), backward, found, err);
    if (done && *found) {
        *found = store_key(c).at[0] == 's';
        done = !*found || catalog_stream_decode(out, arena, store_value(c), err);
    }
    store_cursor_close(c);
    return done;
}

bool catalog_stream_next(struct store_txn *txn, struct arena *arena, uint32_t after,
    struct catalog_stream_row *out, bool *found, struct err *err)
{
    return find_stream(txn, arena, after + 1, false, out, found, err);
}

bool catalog_stream_previous(struct store_txn *txn, struct arena *arena, uint32_t before,
    struct catalog_stream_row *out, bool *found, struct err *err)
{
    *found = false;
    return before == 0 || find_stream(txn, arena, before - 1, true, out, found, err);
}
