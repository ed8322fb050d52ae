/* SPDX-License-Identifier: MIT */
/*
 * Looks for functions that feed themselves. Items share places by their hash: one that is pushed
 * out begins anew, which delays the warning and never invents one.
 */
#include "backend/triggers/loops.h"

static struct loops_item *place_of(struct loops *loops, uint64_t item)
{
    return &loops->items[(item ^ item >> 32) % LOOPS_ITEMS];
}

void loops_see(struct loops *loops, uint64_t item, int64_t now_ms)
{
    struct loops_item *place = place_of(loops, item);
    bool known = place->item == item && place->seen_ms;
    bool ran = known && (place->ran_ms == INT64_MAX ||
                            (place->ran_ms && now_ms - place->ran_ms <= LOOPS_AFTER_MS));
    bool linked = ran && now_ms - place->seen_ms <= LOOPS_LINK_MS;
    if (!known)
        *place = (struct loops_item){.item = item};
    place->depth = linked ? place->depth + 1 : 1;
    place->seen_ms = now_ms;
    if (place->depth > LOOPS_DEPTH)
        loops->found_ms = now_ms;
}

void loops_begin(struct loops *loops, uint64_t item)
{
    struct loops_item *place = place_of(loops, item);
    if (place->item == item)
        place->ran_ms = INT64_MAX;
}

void loops_end(struct loops *loops, uint64_t item, int64_t now_ms)
{
    struct loops_item *place = place_of(loops, item);
    if (place->item == item)
        place->ran_ms = now_ms;
}

bool loops_found(const struct loops *loops, int64_t now_ms)
{
    return loops->found_ms && now_ms - loops->found_ms < 60 * 1000;
}
