/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_FEED_ROUND_H
#define VIEWS_ITEMS_FEED_ROUND_H

#include "backend/client.h"

/* A Scan that reads a page of each of its segments at once. */
enum { FEED_SEGMENTS_AT_ONCE = 64 };

/*
 * One page of all segments that have not ended, in the order of their numbers. `start`: empty = the
 * beginning, or a *next of before. Both are texts of our own:
 *
 *   places = { "x" | length ":" key }      a segment each: ended; or the key that it goes on behind
 */
bool feed_round_read(struct client *client, struct arena *arena, const struct client_read *read,
    int64_t segments, struct str start, struct client_page *out, struct str *next, struct err *err);

#endif
