/* SPDX-License-Identifier: MIT */
/*
 * Page starts that a reader has left behind: the newest ones all, older ones at a stride that
 * doubles whenever the trail is full. So the way back to any row is at most one stride of reading,
 * and the trail is bounded. Must not know what a page holds.
 *
 *   ordinal   0 . . . 4 . . . 8 . . . 12 13 14 15 16      stride 4, the last ones dense
 */
#include "views/items/feed_trail.h"

enum { FEED_TRAIL_DENSE = 64 };

static void feed_trail_drop(struct feed_trail *t, size_t at)
{
    buf_fini(&t->marks[at].start);
    memmove(&t->marks[at], &t->marks[at + 1], (t->count - at - 1) * sizeof *t->marks);
    t->count--;
}

void feed_trail_clear(struct feed_trail *t)
{
    for (size_t i = 0; i < t->count; i++)
        buf_fini(&t->marks[i].start);
    t->count = 0;
    t->next = 0;
    t->stride = 1;
}

static void feed_trail_thin(struct feed_trail *t)
{
    t->stride *= 2;
    size_t kept = 0, dense = t->count - FEED_TRAIL_DENSE;
    for (size_t i = 0; i < t->count; i++)
        if (i >= dense || t->marks[i].ordinal % t->stride == 0)
            t->marks[kept++] = t->marks[i];
        else
            buf_fini(&t->marks[i].start);
    t->count = kept;
}

void feed_trail_push(struct feed_trail *t, struct feed_place place)
{
    if (t->stride == 0)
        t->stride = 1;
    if (t->count == FEED_TRAIL_MAX)
        feed_trail_thin(t);
    struct feed_mark *mark = &t->marks[t->count++];
    *mark = (struct feed_mark){
        .ordinal = t->next++, .segment = place.segment, .segments = place.segments};
    buf_add(&mark->start, place.start);
    if (t->count > FEED_TRAIL_DENSE) {
        size_t aged = t->count - FEED_TRAIL_DENSE - 1;
        if (t->marks[aged].ordinal % t->stride)
            feed_trail_drop(t, aged);
    }
}

struct feed_place feed_trail_pop(struct feed_trail *t, struct feed_place front, struct arena *arena)
{
    struct feed_place place = {front.segment, front.segments, STR_NONE};
    if (t->count == 0)
        return place;
    struct feed_mark *mark = &t->marks[t->count - 1];
    if (mark->segment == front.segment && mark->segments == front.segments) {
        place.start = arena_dup(arena, buf_str(&mark->start));
        t->next = mark->ordinal;
        feed_trail_drop(t, t->count - 1);
    }
    return place;
}
