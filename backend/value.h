/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_VALUE_H
#define BACKEND_VALUE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Attribute values in one binary form everywhere: in the store's file, in requests, in the
 * explorer's pages. It is read in place: nothing here allocates but what writes into a buf.
 *
 *   NULL, BOOL   tag
 *   S, N, B      tag | varint length | bytes                    (N: see number.h)
 *   L            tag | varint length | varint count | value ...
 *   SS, NS, BS   tag | varint length | varint count | (varint length | bytes) ...
 *   M            tag | varint length | varint count | (varint length | name | value) ...
 *
 * `length` counts the bytes after itself. The form is canonical: names of a map in byte order
 * without repeats, members of a set in byte order without repeats, numbers as number.h says,
 * varints (LEB128) of minimal width. So two values are equal exactly when their bytes are equal. An
 * item is an M.
 */
enum value_type {
    VALUE_NONE = 0, /* no value: never stored */
    VALUE_NULL = 1,
    VALUE_FALSE = 2,
    VALUE_TRUE = 3,
    VALUE_S = 4,
    VALUE_N = 5,
    VALUE_B = 6,
    VALUE_L = 7,
    VALUE_M = 8,
    VALUE_SS = 9,
    VALUE_NS = 10,
    VALUE_BS = 11,
};

enum {
    VALUE_DEPTH_MAX = 32,        /* levels, the item's own map being the first */
    VALUE_ITEM_MAX = 400 * 1024, /* bytes of an item by value_size() */
    VALUE_NAME_MAX = 65535,      /* bytes of an attribute name */
    VALUE_PARTITION_KEY_MAX = 2048,
    VALUE_SORT_KEY_MAX = 1024, /* bytes */
};

struct value {
    enum value_type type;
    uint32_t count;     /* members of L, M, SS, NS, BS */
    struct str data;    /* S, B: the bytes; N: the encoded number; L, M and sets: the members */
    struct str encoded; /* the whole, tag included */
};

static inline bool value_is_set(enum value_type t)
{
    return t >= VALUE_SS && t <= VALUE_BS;
}

static inline bool value_is_bool(enum value_type t)
{
    return t == VALUE_TRUE || t == VALUE_FALSE;
}

/* The type of a set's members: VALUE_S, VALUE_N or VALUE_B. */
static inline enum value_type value_member_type(enum value_type set)
{
    return (enum value_type)(set - VALUE_SS + VALUE_S);
}

/* DynamoDB's descriptor: "S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS". */
const char *value_type_name(enum value_type type);
/* VALUE_NONE where there is no such type; BOOL gives VALUE_TRUE. */
enum value_type value_type_from_name(struct str name);

/* ---- reading ---- */

/* Takes one value off the front of `rest`. False where the bytes are malformed; never reads past
 * `rest`. Members are not checked until they are read themselves. */
bool value_read(struct str *rest, struct value *out);
/* Reads exactly one value that fills `encoded`; type VALUE_NONE where that is not so. */
struct value value_of(struct str encoded);

/* Walks members: struct value_walk w = value_walk(map); while (value_next(&w, &name, &member)) ...
 * Lists give an empty name; members of sets come as S, N or B (their `encoded` is empty). Where
 * bytes are malformed the walk ends early and leaves them in `rest`, which is empty after a whole
 * walk. */
struct value_walk {
    struct str rest;
    enum value_type type;
};
struct value_walk value_walk(struct value container);
bool value_next(struct value_walk *walk, struct str *name, struct value *member);
/* An attribute of a map; false where there is none. */
bool value_find(struct value map, struct str name, struct value *out);
/* A member of a list. */
bool value_at(struct value list, size_t index, struct value *out);
/* Whether a set has the member (S, N or B of the set's own kind). */
bool value_contains(struct value set, struct value member);

static inline bool value_equal(struct value a, struct value b)
{
    return str_equal(a.encoded, b.encoded);
}

/* Order of two values of the same type S, N or B: bytes (numbers by value). */
int value_compare(struct value a, struct value b);

/* Bytes by DynamoDB's accounting: S and B their bytes, N the bytes of its encoding (the service's
 * own measure: one, one for each two digits, one for a minus sign), BOOL and NULL 1, L and M 3 + 1
 * a member
 * + contents, sets the sum. For an item use value_item_size(): names + values without the map's own
 * overhead. */
size_t value_size(struct value v);
size_t value_item_size(struct value item);

/* Whole-value check of bytes from outside: lengths, order, repeats, UTF-8 of S and names, numbers,
 * empty sets, depth. False with what is wrong (ERR_DATA). */
bool value_check(struct str encoded, struct err *err);

/* ---- writing ---- */

void value_put_null(struct buf *out);
void value_put_bool(struct buf *out, bool truth);
void value_put_string(struct buf *out, struct str text);
void value_put_number(struct buf *out, struct str encoded_number);
void value_put_binary(struct buf *out, struct str bytes);
static inline void value_put(struct buf *out, struct value v)
{
    buf_add(out, v.encoded);
}

/*
 * Containers: open, then members, then close.
 *
 *   struct value_open item = value_open(out, VALUE_M);
 *   value_member(&item, out, STR("id"));   value_put_string(out, id);
 *   value_close(&item, out, &err);
 *
 * A list takes value_member(&l, out, STR_NONE) before each member; a set takes value_set_add() for
 * each member. Closing sorts names and members where they did not come in order. It refuses a name
 * or a set member that comes twice (ValidationException in the service's words), an empty set too;
 * then `out` ends where the container began.
 */
struct value_open {
    enum value_type type;
    size_t start; /* where the tag is */
    uint32_t count;
    bool sorted; /* so far */
    size_t last; /* where the last member starts */
};
struct value_open value_open(struct buf *out, enum value_type type);
void value_member(struct value_open *open, struct buf *out, struct str name);
void value_set_add(struct value_open *set, struct buf *out, struct str bytes);
bool value_close(struct value_open *open, struct buf *out, struct err *err);

/* varints, shared with the codecs of the store */
size_t value_put_varint(struct buf *out, uint64_t v);
bool value_read_varint(struct str *rest, uint64_t *out);

#endif
