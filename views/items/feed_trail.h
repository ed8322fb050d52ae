/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_FEED_TRAIL_H
#define VIEWS_ITEMS_FEED_TRAIL_H

#include "base/arena.h"
#include "base/buf.h"

/* Where a page begins: after `start` (an ExclusiveStartKey as M; empty: at the segment's
 * beginning). */
struct feed_place {
    int64_t segment, segments; /* segments = 0: no parallel scan */
    struct str start;
};

enum { FEED_TRAIL_MAX = 512 };

/* Places in order, thinned towards the past. Zeroed memory is an empty trail. */
struct feed_trail {
    struct feed_mark {
        uint64_t ordinal;
        int64_t segment, segments;
        struct buf start;
    } marks[FEED_TRAIL_MAX];
    size_t count;
    uint64_t next, stride;
};

void feed_trail_clear(struct feed_trail *t);
void feed_trail_push(struct feed_trail *t, struct feed_place place);
/* The nearest known place before a page that begins at `front`, taken off the trail; the beginning
 * of its segment where the trail has none in it. The bytes live in the arena. */
struct feed_place feed_trail_pop(
    struct feed_trail *t, struct feed_place front, struct arena *arena);

#endif
