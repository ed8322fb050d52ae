/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_STREAM_TAIL_RECORD_H
#define VIEWS_STREAM_TAIL_RECORD_H

#include "backend/client.h"
#include "backend/follow.h"
#include "views/stream/merge.h"

/* One record of a stream with what a row says of it. One allocation: free() ends it. */
enum tail_event { TAIL_INSERT, TAIL_MODIFY, TAIL_REMOVE };

struct tail_record {
    struct merge_node order; /* the first member: what waits in a merge is the record */
    int64_t number;          /* 0, 1, 2, …: the first record that was seen is 0 */
    int64_t time_ms;         /* when it was written, in whole seconds as the service tells it */
    int64_t came_ms;         /* when it came here */
    uint32_t table;          /* which of the tail's tables */
    enum tail_event event;
    bool by_service;   /* removed by time to live */
    struct str key;    /* "C101 · O5001" */
    struct str change; /* "status  PENDING → SHIPPED   amount  199 → 189": cut where it is long */
    struct str paths; /* of what differs, each ending with a line feed; cut likewise */
    struct str json;  /* the event, as Lambda would get it */
    /* in place of these four, where images are asked for */
    uint64_t identity; /* of the item: see browse_identity() */
    struct str image;  /* the new version, an encoded M; empty = there is none in the record */
};

enum { TAIL_SIDE_MAX = 120 /* of a change, in bytes: so that both sides are seen on a row */ };

/* What a worker's thread needs to make records, kept from one to the next. Zeroed = none yet. */
struct tail_maker {
    bool images; /* no texts */
    uint32_t key_count;
    struct client_key keys[2]; /* borrowed */
    struct buf json, key, change, paths, old, new;
};
void tail_maker_fini(struct tail_maker *m);
struct tail_record *tail_record_make(struct tail_maker *m, const struct follow_record *from);
size_t tail_record_size(const struct tail_record *record);

/* Old and new version of a record's item, VALUE_NONE where there is none; false where the record
 * makes no sense. */
bool tail_images(
    const struct tail_record *record, struct arena *arena, struct value *old, struct value *new);
/* The key attributes, an M. */
bool tail_key(const struct tail_record *record, struct arena *arena, struct value *key);

#endif
