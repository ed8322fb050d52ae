/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_LOOPS_H
#define BACKEND_TRIGGERS_LOOPS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether a function seems to feed itself: the same item changes again while it runs, or right
 * after, more than LOOPS_DEPTH times in a row, each time within a second. A guess: one who writes
 * an item that often from elsewhere looks the same, so this warns and stops nothing.
 */
enum { LOOPS_DEPTH = 16, LOOPS_LINK_MS = 1000, LOOPS_AFTER_MS = 50, LOOPS_ITEMS = 256 };

struct loops {
    struct loops_item {
        uint64_t item;
        unsigned depth;
        int64_t seen_ms;
        int64_t ran_ms; /* the function had it last; INT64_MAX = has it now */
    } items[LOOPS_ITEMS];
    int64_t found_ms; /* when it was seen last; 0 = never */
};

/* A record of this item came. */
void loops_see(struct loops *loops, uint64_t item, int64_t now_ms);
/* The function has it; has had it. */
void loops_begin(struct loops *loops, uint64_t item);
void loops_end(struct loops *loops, uint64_t item, int64_t now_ms);
/* Seen within the last minute. */
bool loops_found(const struct loops *loops, int64_t now_ms);

#endif
