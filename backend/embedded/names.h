/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_NAMES_H
#define BACKEND_EMBEDDED_NAMES_H

#include "backend/embedded/store.h"
#include "base/buf.h"

/*
 * A table's dictionary of attribute names: the first NAMES_MAX names (of at most NAMES_LENGTH_MAX
 * bytes) that its items ever had get a number of one byte; others are written out in the record.
 * Most of an item of 400 bytes may be names, and the same few come in every item. The dictionary
 * only grows. One a table, shared by its indexes and its stream records: drop it after the last of
 * them.
 *
 *   01 | count | end offset (2 bytes, little-endian) ... | numbers in order of names ... | name ...
 *   name = varint length | bytes, as it stands in an M; offsets count from the first name
 */
enum { NAMES_MAX = 0xEF, NAMES_LENGTH_MAX = 100 };

/* The dictionary of a table, empty where it has none yet. Borrowed: valid as store_get()'s value.
 */
bool names_load(struct store_txn *txn, uint32_t table, struct str *names, struct err *err);
/* The same as a copy in `names` (cleared first), for codec_strip(), which may add to it. */
bool names_copy(struct store_txn *txn, uint32_t table, struct buf *names, struct err *err);
bool names_save(struct store_txn *txn, uint32_t table, struct str names, struct err *err);
bool names_drop(struct store_txn *txn, uint32_t table, struct err *err);

/* The number of a name, 0 where it has none. */
unsigned names_find(struct str names, struct str name);
/* The same, but gives it one where there is room (then *grown = true); 0 where it stays without. */
unsigned names_add(struct buf *names, struct str name, bool *grown);
/* "varint length | name" of a number; empty where there is no such number. */
struct str names_get(struct str names, unsigned number);

/* The same for many numbers of one dictionary: where its parts are is found out once. */
struct names_view {
    const unsigned char *ends; /* offset of each name's end, 2 bytes each */
    const char *first;         /* the first name */
    size_t len;                /* bytes of all names */
    unsigned count;
};
struct names_view names_view(struct str names);
static inline struct str names_view_get(const struct names_view *view, unsigned number)
{
    if (number - 1 >= view->count) /* 0 wraps */
        return STR_NONE;
    const unsigned char *end = view->ends + 2 * (size_t)(number - 1);
    size_t to = (size_t)end[0] | (size_t)end[1] << 8;
    size_t from = number == 1 ? 0 : (size_t)end[-2] | (size_t)end[-1] << 8;
    if (from >= to || to > view->len)
        return STR_NONE;
    return (struct str){view->first + from, to - from};
}

/* Whether bytes from a file are a dictionary. */
bool names_check(struct str names);

#endif
