/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_STREAM_MERGE_H
#define VIEWS_STREAM_MERGE_H

#include "base/str.h"

/*
 * Records of several streams in one order. Each stream has a queue, in its own order. The oldest
 * front goes first; where a stream is still reading what was there before (it is behind) and its
 * queue is empty, the others wait for it, since it may bring what is older.
 *
 *     Orders   …─ 12:04 ─ 12:01 ─┐
 *     Users    …──────── 12:02 ──┼─▶ 12:01, 12:02, 12:04
 *     Carts    (empty, at its end) ┘
 */
struct merge_node {
    struct merge_node *next;
    int64_t time_ms;
    struct str sequence; /* decimal digits: what orders records of one second */
};

struct merge_queue {
    struct merge_node *first, **end;
    size_t count;
    bool behind;
};

/* Zeroed memory is a merge of none. */
struct merge {
    struct merge_queue *queues;
    size_t count;
};

void merge_fini(struct merge *m);
/* One queue more; its number is m->count - 1. */
void merge_add(struct merge *m);
void merge_push(struct merge *m, size_t queue, struct merge_node *node);
/* The one that is next, taken out, or NULL where there is none or one has to be waited for. */
struct merge_node *merge_next(struct merge *m);
/* Takes one out of this queue, whatever the others have: to free what is left. */
struct merge_node *merge_take(struct merge *m, size_t queue);

#endif
