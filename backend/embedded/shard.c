/* SPDX-License-Identifier: MIT */
/*
 * Shards as rows of STORE_META; the drawing is in shard.h. Knows neither streams' rows nor records.
 *
 *   numbers    1 ........ 40 | 41 ............ 90 | 91 ...          of the whole store
 *   shards     first   last  |                    | still open
 *                       ▲──────── parent
 */
#include "backend/embedded/shard.h"

#include <endian.h>
#include <inttypes.h>
#include <string.h>

static const struct str prefix = {"shard.", 6}, trimmed_prefix = {"trimmed.", 8};

enum { VALUE_LEN = 4 * 8, ID_LEN = 8 + 20 + 1 + 8 };

/* ---- keys and values ---- */

static void put_stream(struct buf *out, struct str before, uint32_t stream)
{
    uint32_t big = htobe32(stream);
    buf_add(out, before);
    buf_add_bytes(out, &big, sizeof big);
}

static void put_key(struct buf *out, uint32_t stream, int64_t name)
{
    uint64_t big = htobe64((uint64_t)name);
    put_stream(out, prefix, stream);
    buf_add_bytes(out, &big, sizeof big);
}

void shard_range(struct buf *from, struct buf *to, uint32_t stream)
{
    put_key(from, stream, 0);
    put_key(to, stream + 1, 0);
}

static uint64_t number_at(struct str value, size_t i)
{
    uint64_t little;
    memcpy(&little, value.at + i * sizeof little, sizeof little);
    return le64toh(little);
}

bool shard_read(struct shard *out, struct str key, struct str value)
{
    uint32_t stream;
    uint64_t name;
    if (!str_starts(key, prefix) || key.len != prefix.len + sizeof stream + sizeof name ||
        value.len != VALUE_LEN)
        return false;
    memcpy(&stream, key.at + prefix.len, sizeof stream);
    memcpy(&name, key.at + prefix.len + sizeof stream, sizeof name);
    *out = (struct shard){.stream = be32toh(stream),
        .name = (int64_t)be64toh(name),
        .first = number_at(value, 0),
        .last = number_at(value, 1),
        .ended_ms = (int64_t)number_at(value, 2),
        .parent = (int64_t)number_at(value, 3)};
    return true;
}

/* ---- rows ---- */

bool shard_put(struct store_txn *txn, const struct shard *shard, struct err *err)
{
    struct buf key = {0};
    uint64_t value[] = {htole64(shard->first), htole64(shard->last),
        htole64((uint64_t)shard->ended_ms), htole64((uint64_t)shard->parent)};
    put_key(&key, shard->stream, shard->name);
    bool done = store_put(
        txn, STORE_META, buf_str(&key), (struct str){(const char *)value, sizeof value}, err);
    buf_fini(&key);
    return done;
}

bool shard_delete(struct store_txn *txn, const struct shard *shard, struct err *err)
{
    struct buf key = {0};
    put_key(&key, shard->stream, shard->name);
    bool done = store_delete(txn, STORE_META, buf_str(&key), NULL, err);
    buf_fini(&key);
    return done;
}

/* The shard at or behind a name, or at or before it where `backward`. */
static bool seek(struct store_txn *txn, uint32_t stream, int64_t name, bool backward,
    struct shard *out, bool *found, struct err *err)
{
    struct buf key = {0};
    put_key(&key, stream, name);
    struct store_cursor *c = store_cursor_open(txn, STORE_META, err);
    bool done = c && store_seek(c, buf_str(&key), backward, found, err);
    if (done && *found)
        *found = shard_read(out, store_key(c), store_value(c)) && out->stream == stream;
    store_cursor_close(c);
    buf_fini(&key);
    return done;
}

bool shard_newest(
    struct store_txn *txn, uint32_t stream, struct shard *out, bool *found, struct err *err)
{
    return seek(txn, stream, INT64_MAX, true, out, found, err);
}

bool shard_next(struct store_txn *txn, uint32_t stream, int64_t after, struct shard *out,
    bool *found, struct err *err)
{
    *found = false;
    return after == INT64_MAX || seek(txn, stream, after + 1, false, out, found, err);
}

/* ---- ids ---- */

void shard_put_id(struct buf *out, uint32_t stream, int64_t name)
{
    buf_printf(out, "shardId-%020" PRId64 "-%08" PRIx32, name, stream);
}

/* id = "shardId-" 20 digits "-" 8 hexadecimal digits */
bool shard_parse_id(struct str id, uint32_t stream, int64_t *name)
{
    struct buf same = {0};
    if (id.len != ID_LEN || !str_to_i64(str_take(str_skip(id, 8), 20), name) || *name < 0)
        return false;
    shard_put_id(&same, stream, *name);
    bool equal = str_equal(buf_str(&same), id);
    buf_fini(&same);
    return equal;
}

/* ---- how far records have been dropped ---- */

bool shard_trimmed(struct store_txn *txn, uint32_t stream, uint64_t *sequence, struct err *err)
{
    struct buf key = {0};
    struct str value;
    bool found;
    put_stream(&key, trimmed_prefix, stream);
    bool done = store_get(txn, STORE_META, buf_str(&key), &value, &found, err);
    *sequence = done && found && value.len == sizeof *sequence ? number_at(value, 0) : 0;
    buf_fini(&key);
    return done;
}

bool shard_set_trimmed(struct store_txn *txn, uint32_t stream, uint64_t sequence, struct err *err)
{
    struct buf key = {0};
    uint64_t little = htole64(sequence);
    put_stream(&key, trimmed_prefix, stream);
    bool done = store_put(
        txn, STORE_META, buf_str(&key), (struct str){(const char *)&little, sizeof little}, err);
    buf_fini(&key);
    return done;
}

bool shard_forget_trimmed(struct store_txn *txn, uint32_t stream, struct err *err)
{
    struct buf key = {0};
    put_stream(&key, trimmed_prefix, stream);
    bool done = store_delete(txn, STORE_META, buf_str(&key), NULL, err);
    buf_fini(&key);
    return done;
}
