/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TABLES_TABLE_PURGE_H
#define VIEWS_TABLES_TABLE_PURGE_H

#include "backend/client.h"

/*
 * Deletes all items of a table and leaves the table: a scan of the keys in segments, a thread each,
 * and batches of deletes. What comes in meanwhile may stay.
 */
struct purge {
    struct backend *backend;
    struct str table;
    unsigned segments; /* 1 to SEGMENTS_MAX */
    const atomic_bool *cancel;
    struct budget *budget;    /* borrowed, or NULL */
    void (*tick)(void *data); /* a few times a second, in the caller's thread; NULL = not */
    void *data;
    _Atomic int64_t deleted; /* so far; may be read by any thread */
};

/* Runs to the end. False after an error or when cancelled: what is deleted stays deleted. */
bool table_purge_run(struct purge *purge, struct err *err);
/* What it will consume at a remote endpoint: "about 150 read and 1,204,113 write units, by the last
 * count". */
void table_purge_cost(struct buf *out, const struct client_table *table);

#endif
