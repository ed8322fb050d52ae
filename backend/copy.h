/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_COPY_H
#define BACKEND_COPY_H

#include "backend/segments.h"

/*
 * Copies a table's items from one connection to another: a scan in segments, a thread each, a page
 * at a time. A segment's place moves on when its page has been written, so a copy that was
 * interrupted goes on from the places that were noted down, and writes at most a page a segment
 * again. What was read is summed up in a digest that does not depend on order: the copy is good
 * where the other table's digest is the same.
 *
 *     FROM ──Scan segment 0──▶ page ──BatchWriteItem──▶ TO     ┐
 *     FROM ──Scan segment 1──▶ page ──BatchWriteItem──▶ TO     ├ at most `rate` items a second
 *      …                                                       ┘
 */
enum { COPY_SEGMENTS_MAX = SEGMENTS_MAX };

struct copy_sum {
    uint64_t items, bytes; /* bytes as encoded */
    uint64_t digest[2];
};

struct copy_segment {
    struct buf start; /* ExclusiveStartKey: an encoded M; empty = the beginning */
    bool done;
    struct copy_sum sum; /* of all pages before `start` */
};

struct copy {
    struct backend *from, *to; /* `to` may be NULL: then it is only summed up */
    struct str table, to_table;
    unsigned segments;
    int64_t rate;    /* items a second over all segments, 0 = as fast as it goes */
    bool consistent; /* read what was written last */
    const atomic_bool *cancel;
    struct budget *from_budget, *to_budget; /* borrowed, or NULL */
    /* Called by the thread of copy_run() a few times a second; NULL = not. */
    void (*tick)(void *context, const struct copy_segment *segments, unsigned count);
    void *context;
    struct copy_segment at[COPY_SEGMENTS_MAX]; /* where to begin; afterwards how far it came */
};

/* Runs to the end. False after an error or when cancelled: `at` says how far it came. */
bool copy_run(struct copy *copy, struct err *err);
void copy_fini(struct copy *copy);
/* Of all segments together. */
struct copy_sum copy_total(const struct copy_segment *segments, unsigned count);
bool copy_sum_equal(const struct copy_sum *a, const struct copy_sum *b);

/* ---- the table itself (copy_table.c) ---- */

/* Makes a table like the one of `from`: keys, indexes, billing, table class. Waits until it is
 * ACTIVE. ResourceInUseException where there is one. */
bool copy_table_make(
    struct client *from, struct str table, struct client *to, struct str to_table, struct err *err);
/* What would act on items while they are copied, set when they are there: stream and time to live.
 */
bool copy_table_finish(
    struct client *from, struct str table, struct client *to, struct str to_table, struct err *err);

#endif
