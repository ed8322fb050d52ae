/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_MARKS_H
#define VIEWS_ITEMS_MARKS_H

#include "views/items/browse.h"

/*
 * A set of items by their primary keys, in the order in which they came. It holds the keys and, of
 * each item, a print of what was seen of it: enough to tell later whether it has changed since,
 * without holding the items. Zeroed memory is an empty set.
 */
enum {
    MARKS_MAX = 100000,
    MARKS_BYTES_MAX = 32 << 20, /* of keys */
    /* What of an item a print is of: all of it, what its index projects (MARKS_INDEX + the number
     * of the index), or nobody knows what. */
    MARKS_WHOLE = 0,
    MARKS_INDEX = 1,
    MARKS_UNKNOWN = 255,
};

struct mark {
    struct str key; /* marks_key_put(): borrowed until the set changes */
    uint64_t print;
    unsigned scope;
};

struct marks_entry;
struct marks {
    struct marks_entry *entries; /* in order, with holes */
    size_t count, used, room;    /* marks; entries, holes too */
    uint32_t *slots;             /* entry + 1 by hash, 0 = free */
    size_t slot_count;
    struct buf keys;
    size_t lost;      /* bytes of keys that are gone */
    uint64_t version; /* changes with the set */
};

void marks_fini(struct marks *marks);
void marks_clear(struct marks *marks);
bool marks_has(const struct marks *marks, struct str key);
bool marks_find(const struct marks *marks, struct str key, struct mark *out);
/* One that is there gets the new print. False where there is no room for it. */
bool marks_add(struct marks *marks, const struct mark *mark);
bool marks_remove(struct marks *marks, struct str key);
/* Walks in order: *at begins with 0. */
bool marks_next(const struct marks *marks, size_t *at, struct mark *out);
/* Replaces what `to` holds. */
void marks_copy(struct marks *to, const struct marks *from);

/* The item's key attributes, one encoded value after the other; false where one is missing. */
bool marks_key_put(const struct client_table *table, struct value item, struct buf *out);
/* Back to an M of the key attributes. */
bool marks_key_item(const struct client_table *table, struct str key, struct buf *out);
/* What is seen of items here. */
unsigned marks_scope(const struct browse *browse);
/* A whole item gives the print that the part of it that is seen in the scope has. */
uint64_t marks_print(const struct client_table *table, unsigned scope, struct value item);

#endif
