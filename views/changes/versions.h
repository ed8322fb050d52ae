/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CHANGES_VERSIONS_H
#define VIEWS_CHANGES_VERSIONS_H

#include "backend/client.h"

/* The versions of one item, from the records that the streams of its table still hold. */
struct version {
    int64_t time_ms;
    bool before;      /* what was there before the oldest record */
    bool by_service;  /* time to live */
    struct buf event; /* INSERT, MODIFY, REMOVE */
    struct buf old, new;
    bool has_old, has_new; /* known: where it is known and empty, there was no item */
};

struct versions {
    struct version *list; /* oldest first */
    size_t count, room, bytes;
    size_t left_out; /* older ones */
    uint64_t records;
};
void versions_fini(struct versions *v);

/* On a worker's thread: reads the streams of the table to their ends, also those that were turned
 * off, and keeps what is of this item, the newest where there are too many. *stream: there is one.
 */
bool versions_read(struct client *client, const struct client_table *table, struct value key,
    struct versions *out, bool *stream, struct err *err);
/* Whether the table could be restored to a moment. */
bool versions_recoverable(struct client *client, struct str table);

#endif
