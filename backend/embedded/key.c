/* SPDX-License-Identifier: MIT */
/*
 * Keys of items and index entries as bytes in DynamoDB's order: building, ranges, reading. Knows
 * the form of keys alone: neither the store that keeps them nor what a table is.
 *
 *   02 | 5c 1e 90 | 'u' 's' 'e' 'r' '#' '7' 00 | c1+e d d .. 00
 *   id   hash       partition key "user#7"       sort key, a number
 */
#include "backend/embedded/key.h"

#include <endian.h>

enum {
    END = 0x00,    /* ends a component */
    ESCAPE = 0x01, /* 01 01 means 00, 01 02 means 01 */
    HASH_BYTES = KEY_HASH_BITS / 8,
};

void key_schema_add(struct key_schema *schema, struct str name, enum value_type type)
{
    for (size_t i = 0; i < schema->count; i++)
        if (str_equal(schema->at[i].name, name))
            return;
    if (schema->count < KEY_ATTRIBUTES_MAX)
        schema->at[schema->count++] = (struct key_attribute){name, type};
}

/* ---- building ---- */

void key_put_id(struct buf *out, uint32_t id)
{
    if (id < 0x40) {
        buf_add_byte(out, (char)id);
    } else if (id < 0x4000) {
        const char bytes[2] = {(char)(0x40 | id >> 8), (char)id};
        buf_add_bytes(out, bytes, sizeof bytes);
    } else {
        const char bytes[4] = {
            (char)(0x80 | (id >> 24 & 0x3F)), (char)(id >> 16), (char)(id >> 8), (char)id};
        buf_add_bytes(out, bytes, sizeof bytes);
    }
}

static void put_escaped(struct buf *out, struct str bytes)
{
    char *to = buf_reserve(out, bytes.len * 2 + 1);
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.at[i];
        if (byte <= ESCAPE) {
            *to++ = ESCAPE;
            byte++;
        }
        *to++ = (char)byte;
    }
    out->len = (size_t)(to - out->at);
}

/* Behind its first byte a number has no 00, and 01 is an ordinary digit there. */
static void put_number(struct buf *out, struct str number)
{
    size_t head = number.len && (unsigned char)number.at[0] <= ESCAPE;
    put_escaped(out, (struct str){number.at, head});
    buf_add(out, str_skip(number, head));
}

void key_put_beginning(struct buf *out, struct value v)
{
    if (v.type == VALUE_N)
        put_number(out, v.data);
    else
        put_escaped(out, v.data);
}

void key_put(struct buf *out, struct value v)
{
    key_put_beginning(out, v);
    buf_add_byte(out, END);
}

static void put_hash(char at[HASH_BYTES], uint32_t hash)
{
    at[0] = (char)(hash >> 16);
    at[1] = (char)(hash >> 8);
    at[2] = (char)hash;
}

/* Leaves the hash's place; fill_hash() follows when the partition's components stand behind it. */
static size_t open_hash(struct buf *out)
{
    buf_add_bytes(out, "\0\0\0", HASH_BYTES);
    return out->len;
}

static void fill_hash(struct buf *out, size_t components)
{
    struct str hashed = {out->at + components, out->len - components};
    put_hash(out->at + components - HASH_BYTES, key_hash(hashed));
}

void key_put_partition(struct buf *out, const struct value *values, size_t count)
{
    size_t components = open_hash(out);
    for (size_t i = 0; i < count; i++)
        key_put(out, values[i]);
    fill_hash(out, components);
}

bool key_of_item(
    struct buf *out, uint32_t id, const struct key_schema *schema, struct value item, size_t *at)
{
    size_t start = out->len, components;
    key_put_id(out, id);
    components = open_hash(out);
    for (size_t i = 0; i < schema->count; i++) {
        struct value v;
        if (!value_find(item, schema->at[i].name, &v) || v.type != schema->at[i].type) {
            out->len = start;
            if (at)
                *at = i;
            return false;
        }
        key_put(out, v);
        if (i + 1 == schema->partition)
            fill_hash(out, components);
    }
    return true;
}

bool key_successor(struct buf *out, size_t from)
{
    size_t end = out->len;
    while (end > from && (unsigned char)out->at[end - 1] == 0xFF)
        end--;
    if (end == from)
        return false;
    out->at[end - 1]++;
    out->len = end;
    return true;
}

/* The first key of a segment: its least hash, or the next id after the last segment. */
static void put_border(struct buf *out, uint32_t id, uint32_t segment, uint32_t total)
{
    if (segment >= total) {
        key_put_id(out, id + 1);
        return;
    }
    uint64_t hashes = (uint64_t)1 << KEY_HASH_BITS;
    char hash[HASH_BYTES];
    key_put_id(out, id);
    put_hash(hash, (uint32_t)((hashes * segment + total - 1) / total));
    if (segment)
        buf_add_bytes(out, hash, sizeof hash);
}

void key_segment(struct buf *from, struct buf *to, uint32_t id, uint32_t segment, uint32_t total)
{
    put_border(from, id, segment, total);
    put_border(to, id, segment + 1, total);
}

/* ---- reading ---- */

bool key_read_id(struct str *rest, uint32_t *id)
{
    static const unsigned char widths[4] = {1, 2, 4, 0};
    if (rest->len == 0)
        return false;
    const unsigned char *at = (const unsigned char *)rest->at;
    size_t width = widths[at[0] >> 6];
    if (width == 0 || width > rest->len)
        return false;
    *id = at[0] & 0x3F;
    for (size_t i = 1; i < width; i++)
        *id = *id << 8 | at[i];
    *rest = str_skip(*rest, width);
    return width == 1 || *id >= (width == 2 ? 0x40u : 0x4000u);
}

bool key_read_hash(struct str *rest, uint32_t *hash)
{
    if (rest->len < HASH_BYTES)
        return false;
    const unsigned char *at = (const unsigned char *)rest->at;
    *hash = (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
    *rest = str_skip(*rest, HASH_BYTES);
    return true;
}

bool key_read_raw(struct str *rest, struct str *raw)
{
    const char *end = rest->len ? memchr(rest->at, END, rest->len) : NULL;
    if (end == NULL)
        return false;
    *raw = (struct str){rest->at, (size_t)(end - rest->at)};
    *rest = str_skip(*rest, raw->len + 1);
    return true;
}

static bool unescape(struct str raw, struct arena *copies, struct str *bytes)
{
    char *to = arena_alloc(copies, raw.len);
    *bytes = (struct str){to, 0};
    for (size_t i = 0; i < raw.len; i++) {
        unsigned char byte = (unsigned char)raw.at[i];
        if (byte == ESCAPE) {
            byte = ++i < raw.len ? (unsigned char)(raw.at[i] - 1) : 0xFF;
            if (byte > ESCAPE)
                return false;
        }
        to[bytes->len++] = (char)byte;
    }
    return true;
}

/* Only the first byte of a number can be escaped. */
static bool unescape_number(struct str raw, struct arena *copies, struct str *bytes)
{
    struct str head, digits = str_skip(raw, 2);
    if (raw.len < 2 || !unescape((struct str){raw.at, 2}, copies, &head))
        return false;
    char *to = arena_alloc(copies, 1 + digits.len);
    to[0] = head.at[0];
    memcpy(to + 1, digits.at, digits.len);
    *bytes = (struct str){to, 1 + digits.len};
    return true;
}

bool key_read(struct str *rest, enum value_type type, struct arena *copies, struct str *bytes)
{
    struct str raw;
    if (!key_read_raw(rest, &raw))
        return false;
    *bytes = raw;
    if (type == VALUE_N)
        return raw.len == 0 || raw.at[0] != ESCAPE || unescape_number(raw, copies, bytes);
    return raw.len == 0 || memchr(raw.at, ESCAPE, raw.len) == NULL || unescape(raw, copies, bytes);
}

bool key_components(struct str key, struct str *components)
{
    uint32_t id, hash;
    *components = key;
    return key_read_id(components, &id) && key_read_hash(components, &hash);
}

/* ---- the hash ---- */

/* Little-endian, zeros above the end. */
static inline uint64_t load_word(const char *at, size_t len)
{
    uint64_t word = 0;
    if (len)
        memcpy(&word, at, len);
    return le64toh(word);
}

/* Multiply and fold a word of 8 bytes at a time; the end mixes every bit into the upper ones. */
uint32_t key_hash(struct str components)
{
    const uint64_t odd = UINT64_C(0x9E3779B97F4A7C15);
    const char *at = components.at;
    uint64_t h = components.len * odd;
    size_t len = components.len;
    for (; len >= 8; at += 8, len -= 8) {
        h = (h ^ load_word(at, 8)) * odd;
        h ^= h >> 32;
    }
    h = (h ^ load_word(at, len)) * odd;
    h = (h ^ h >> 32) * UINT64_C(0xD6E8FEB86659FD93);
    h = (h ^ h >> 32) * UINT64_C(0xD6E8FEB86659FD93);
    return (uint32_t)(h >> (64 - KEY_HASH_BITS));
}
