/* SPDX-License-Identifier: MIT */
/*
 * Tokens by name and by time; the drawing is in token.h. Knows no request.
 */
#include "backend/embedded/token.h"

#include <endian.h>
#include <string.h>

#define BY_NAME STR("token.")
#define BY_TIME STR("tokentime.")

/* ---- digests ---- */

/* Two hashes with different steps. Nobody gains from making two requests of their own look alike,
 * so it need not be cryptographic; 128 bits keep chance out. */
static uint64_t step(uint64_t h, uint64_t word, uint64_t factor)
{
    h = (h ^ word) * factor;
    return h ^ (h >> 29);
}

static void add_word(struct token_digest *digest, uint64_t word)
{
    digest->a = step(digest->a, word, UINT64_C(0x9E3779B97F4A7C15));
    digest->b = step(digest->b, word, UINT64_C(0xD6E8FEB86659FD93));
}

void token_digest_start(struct token_digest *digest)
{
    *digest = (struct token_digest){1, 2};
}

void token_digest_add(struct token_digest *digest, struct str bytes)
{
    add_word(digest, bytes.len);
    while (bytes.len) {
        uint64_t word = 0;
        size_t len = bytes.len < sizeof word ? bytes.len : sizeof word;
        memcpy(&word, bytes.at, len);
        add_word(digest, le64toh(word));
        bytes = str_skip(bytes, len);
    }
}

/* ---- keys and records ---- */

struct record {
    int64_t time_ms;
    struct token_digest digest;
};

enum { RECORD_LEN = 24, TIME_LEN = 8 };

static void name_key(struct buf *out, struct str token)
{
    buf_add(out, BY_NAME);
    buf_add(out, token);
}

static void time_key(struct buf *out, int64_t time_ms, struct str token)
{
    uint64_t big = htobe64((uint64_t)time_ms);
    buf_add(out, BY_TIME);
    buf_add(out, (struct str){(const char *)&big, sizeof big});
    buf_add(out, token);
}

static void put_u64(struct buf *out, uint64_t v)
{
    v = htole64(v);
    buf_add(out, (struct str){(const char *)&v, sizeof v});
}

static uint64_t get_u64(struct str bytes, size_t at)
{
    uint64_t v;
    memcpy(&v, bytes.at + at, sizeof v);
    return le64toh(v);
}

static bool read_record(struct str bytes, struct record *out)
{
    if (bytes.len != RECORD_LEN)
        return false;
    *out = (struct record){(int64_t)get_u64(bytes, 0), {get_u64(bytes, 8), get_u64(bytes, 16)}};
    return true;
}

static bool load(
    struct store_txn *txn, struct str token, struct record *out, bool *found, struct err *err)
{
    struct buf key = {0};
    struct str value;
    name_key(&key, token);
    bool done = store_get(txn, STORE_META, buf_str(&key), &value, found, err);
    if (done && *found)
        *found = read_record(value, out);
    buf_fini(&key);
    return done;
}

/* ---- finding and keeping ---- */

bool token_find(struct store_txn *txn, struct str token, const struct token_digest *digest,
    int64_t now_ms, enum token_state *state, struct err *err)
{
    struct record record;
    bool found;
    *state = TOKEN_NEW;
    if (!load(txn, token, &record, &found, err))
        return false;
    if (found && record.time_ms + TOKEN_LIFE_MS > now_ms)
        *state =
            record.digest.a == digest->a && record.digest.b == digest->b ? TOKEN_SAME : TOKEN_OTHER;
    return true;
}

bool token_put(struct store_txn *txn, struct str token, const struct token_digest *digest,
    int64_t now_ms, struct err *err)
{
    struct buf name = {0}, time = {0}, value = {0};
    name_key(&name, token);
    time_key(&time, now_ms, token);
    put_u64(&value, (uint64_t)now_ms);
    put_u64(&value, digest->a);
    put_u64(&value, digest->b);
    bool done = store_put(txn, STORE_META, buf_str(&name), buf_str(&value), err) &&
                store_put(txn, STORE_META, buf_str(&time), STR("1"), err);
    buf_fini(&name);
    buf_fini(&time);
    buf_fini(&value);
    return done;
}

/* ---- forgetting ---- */

/* The oldest entry by time, copied into `key`. */
static bool find_oldest(struct store_txn *txn, struct buf *key, bool *found, struct err *err)
{
    struct store_cursor *c = store_cursor_open(txn, STORE_META, err);
    bool done = c && store_seek(c, BY_TIME, false, found, err);
    if (done && *found)
        *found = str_starts(store_key(c), BY_TIME) && store_key(c).len >= BY_TIME.len + TIME_LEN;
    if (done && *found) {
        buf_clear(key);
        buf_add(key, store_key(c));
    }
    store_cursor_close(c);
    return done;
}

/* A token that was used again after its time has a newer entry, which stays. */
static bool drop(struct store_txn *txn, struct str by_time, int64_t time_ms, struct err *err)
{
    struct str token = str_skip(by_time, BY_TIME.len + TIME_LEN);
    struct record record;
    struct buf name = {0};
    bool found, done;
    name_key(&name, token);
    done = load(txn, token, &record, &found, err) &&
           (!found || record.time_ms != time_ms ||
               store_delete(txn, STORE_META, buf_str(&name), NULL, err)) &&
           store_delete(txn, STORE_META, by_time, NULL, err);
    buf_fini(&name);
    return done;
}

bool token_trim(struct store_txn *txn, int64_t now_ms, size_t most, struct err *err)
{
    struct buf key = {0};
    bool found = true, done = true;
    while (done && found && most--) {
        done = find_oldest(txn, &key, &found, err);
        if (!done || !found)
            break;
        uint64_t big;
        memcpy(&big, key.at + BY_TIME.len, sizeof big);
        int64_t time_ms = (int64_t)be64toh(big);
        found = time_ms + TOKEN_LIFE_MS <= now_ms;
        done = !found || drop(txn, buf_str(&key), time_ms, err);
    }
    buf_fini(&key);
    return done;
}
