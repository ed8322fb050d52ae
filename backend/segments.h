/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SEGMENTS_H
#define BACKEND_SEGMENTS_H

#include "backend/client.h"

/*
 * A scan in segments, a thread each, at most `rate` items a second together. A page is worked on by
 * its segment's thread, at the same time as others, and then taken by the thread that asked, one
 * after the other; a segment's pages are taken in order.
 *
 *     Scan segment 0 ──▶ page ──▶ work ─┐
 *     Scan segment 1 ──▶ page ──▶ work ─┼──▶ take
 *      …                                ┘
 *
 * Each segment fetches its next page while one waits to be taken, and holds no more than these two;
 * none is fetched ahead of its first one. The first error ends all, at once; pages that were worked
 * on by then are still taken, and where a budget is spent, those too that were fetched.
 */
enum { SEGMENTS_MAX = 64 };

/* Where a segment begins. */
struct segments_place {
    struct str start; /* ExclusiveStartKey: an encoded M; empty = the beginning */
    bool done;        /* there is nothing left of it */
};

struct segments {
    struct client client;           /* its cancel flag ends all with ERR_CANCELLED */
    const struct client_read *read; /* of all; its own segment and start count where `count` is 1 */
    unsigned count;                 /* 1 to SEGMENTS_MAX */
    int64_t rate;                   /* items looked at a second; 0 = as fast as it goes */
    const struct segments_place *at; /* `count` of them, or NULL: from the beginning */
    struct buf *lines; /* one a segment: its items as lines, and not in the page; or NULL */
    bool typed;        /* lines */
    void *context;
    /* In the segment's thread. What it keeps for take() it keeps by the segment's number. */
    bool (*work)(void *context, unsigned segment, const struct client_page *page, struct err *err);
    /* In the caller's thread, who empties the segment's lines. `next`: where the segment goes on,
     * empty at its end. Sets *enough where no more pages are wanted. */
    bool (*take)(void *context, unsigned segment, struct str next, bool *enough, struct err *err);
    /* In the caller's thread, a few times a second; NULL = not. */
    void (*tick)(void *context);
    /* Set when all are to stop: for the calls of work(). */
    atomic_bool give_up;
};

/* Runs to the end. False after the first error, or when cancelled. */
bool segments_run(struct segments *segments, struct err *err);

#endif
