/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_KEY_H
#define BACKEND_EMBEDDED_KEY_H

#include "backend/value.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

/*
 * Keys as bytes whose unsigned order is DynamoDB's order:
 *
 *   id | hash | partition component ... | sort component ... | the table's own components ...
 *
 *   id         of the table or index, 1, 2 or 4 bytes (see key_put_id); never used twice
 *   hash       3 bytes, big-endian, of all partition components' bytes: the order of a scan
 *   component  S, B: the bytes with 00 -> 01 01 and 01 -> 01 02, then 00
 *              N: the number's encoding, its first byte escaped likewise (the other ones are
 *              never 00, number.h), then 00
 *
 * A component is never the prefix of another one, so components compare one after the other. The
 * exact bytes are in FORMAT.md and never change.
 */
enum {
    KEY_ATTRIBUTES_MAX = 10, /* an index: 4 partition + 4 sort, and the table's own 2 */
    KEY_HASH_BITS = 24,
    KEY_ID_MAX = 0x3FFFFFFF,
};

/* The attributes that a key is made of, in the key's order. Names are borrowed. */
struct key_attribute {
    struct str name;
    enum value_type type; /* VALUE_S, VALUE_N, VALUE_B */
};
struct key_schema {
    uint8_t partition; /* the first so many are the partition key */
    uint8_t sort;      /* the next so many are the sort key */
    uint8_t count;     /* all: in an index the table's own attributes follow */
    struct key_attribute at[KEY_ATTRIBUTES_MAX];
};

/* Appends an attribute unless one of that name is there already, so that an index over the table's
 * sort key holds it once. Does not touch `partition` and `sort`: set them after adding those. */
void key_schema_add(struct key_schema *schema, struct str name, enum value_type type);

/* ---- building: everything appends to `out` ---- */

/* 0..3F hex in one byte, ..3FFF in two, ..3FFFFFFF in four; order-preserving, no id a prefix of
 * another. All keys of an id lie between key_put_id(id) and key_put_id(id + 1). */
void key_put_id(struct buf *out, uint32_t id);
/* The hash and the components of a whole partition key. */
void key_put_partition(struct buf *out, const struct value *values, size_t count);
/* One more component. Only `type` and `data` of the value are looked at. */
void key_put(struct buf *out, struct value v);
/* A component's beginning, for begins_with on S and B: no terminator. */
void key_put_beginning(struct buf *out, struct value v);
/* The whole key of an item. False where an attribute is not there or of another type (*at says
 * which one of the schema; `out` is as before): the index is sparse. `at` may be NULL. */
bool key_of_item(
    struct buf *out, uint32_t id, const struct key_schema *schema, struct value item, size_t *at);

/* Replaces out[from..] by the least bytes above everything that begins with out[from..]: the
 * exclusive end of a prefix's range. False where there is none (all FF), `out` as before. Use it
 * with from = 0 on keys: an id never begins with FF, so it cannot fail there.
 *
 *   P = id, hash, partition components; v = the sort key's value; v.. = its beginning
 *   all     [P, succ P)                   = v          [P + v, succ (P + v))
 *   >= v    [P + v, succ P)               > v          [succ (P + v), succ P)
 *   < v     [P, P + v)                    <= v         [P, succ (P + v))
 *   v..     [P + v.., succ (P + v..))     between a b  [P + a, succ (P + b))
 *
 * To start backward: store_seek(end, backward), one step more if it lands exactly on the end. */
bool key_successor(struct buf *out, size_t from);
/* The keys of parallel scan segment `segment` of `total`: [from, to). 1 <= total <= 1000000.
 * Segment 0 of 1 is everything. Appends to both. */
void key_segment(struct buf *from, struct buf *to, uint32_t id, uint32_t segment, uint32_t total);

/* ---- reading ---- */

/* Each takes its part off the front of `rest`; false where the bytes are malformed. */
bool key_read_id(struct str *rest, uint32_t *id);
bool key_read_hash(struct str *rest, uint32_t *hash);
/* A component back as the value's bytes. Borrowed from `rest` where nothing was escaped, else a
 * copy in `copies`. Does not check UTF-8 nor the number: that is for `check`. */
bool key_read(struct str *rest, enum value_type type, struct arena *copies, struct str *bytes);
/* One component as it is, still escaped, without its terminator: to compare, to skip. */
bool key_read_raw(struct str *rest, struct str *raw);
/* What follows id and hash: what codec_join() takes. */
bool key_components(struct str key, struct str *components);

/* Stable for ever: scan order, segments and paging rest on it. */
uint32_t key_hash(struct str components);

#endif
