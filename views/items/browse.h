/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_BROWSE_H
#define VIEWS_ITEMS_BROWSE_H

#include "backend/client.h"

/*
 * What is browsed: a Scan or a Query of a table or of one of its indexes, with everything that is
 * needed to go on reading. Shared by a pane and its running jobs: counted, never changed once it is
 * built. Counts are touched by the UI thread alone.
 */
struct browse {
    struct arena arena; /* owns all slices below */
    uint32_t refs;
    struct client_table table;
    const struct client_index *index; /* in `table`, or NULL for the base table */
    bool query;
    struct client_read read; /* without start and segment; limit: of a page, where asked for;
                              * segments: so many are read at once */
    struct str statement; /* PartiQL: read by ExecuteStatement; `read` then only names the table */
    /* The attributes of an ExclusiveStartKey: the index's keys, then the table's, each once. */
    uint32_t place_count;
    struct str place[CLIENT_KEYS_MAX + 2];
};

/* A Scan of the table or index (name empty = base table); `table` is copied. NULL where the table
 * has no such index. */
struct browse *browse_scan(const struct client_table *table, struct str index);
/* A Query: the condition's slices and values are copied. */
struct browse *browse_query(const struct client_table *table, struct str index,
    struct str key_condition, struct value names, struct value values, bool backward);
/* Either, with all that a read may ask for: everything is copied. NULL where the table has no such
 * index. */
struct browse *browse_read(const struct client_table *table, const struct client_read *read);
/* The items that a PartiQL statement answers with. */
struct browse *browse_statement(
    const struct client_table *table, struct str index, struct str statement);
/* The same reading once more, for whoever may not count references. */
struct browse *browse_copy(const struct browse *browse);
struct browse *browse_ref(struct browse *browse);
void browse_unref(struct browse *browse);

/* Whether it shows less than all: a Query, a statement, or anything with a filter. */
bool browse_narrowed(const struct browse *browse);
/* Whether where a page begins is nothing that an item tells: a statement's token, or the places of
 * several segments. Such a reading goes forward only. */
bool browse_opaque(const struct browse *browse);

/* Items that a Scan of it would read by the service's count. */
int64_t browse_items(const struct browse *browse);
/* Mean bytes of an item by the service's counts, at least 1. */
int64_t browse_item_bytes(const struct browse *browse);
/* The key schema of what is read: the index's or the table's. */
const struct client_key *browse_keys(const struct browse *browse, uint32_t *count);

/* The ExclusiveStartKey that stands just after `item`, appended to `out` as an M; false where the
 * item lacks a key attribute. */
bool browse_place_of(const struct browse *browse, struct value item, struct buf *out);
/* What tells an item from all others of the table: its primary key. */
uint64_t browse_identity(const struct browse *browse, struct value item);
uint64_t browse_identity_of(const struct client_key *keys, uint32_t count, struct value item);

/* Copies a description with all that hangs on it. */
void browse_copy_table(
    struct arena *arena, const struct client_table *from, struct client_table *to);

#endif
