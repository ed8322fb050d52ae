/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_PLACES_PLACES_H
#define VIEWS_PLACES_PLACES_H

#include "views/places/memory.h"

/*
 * Where one has been, as a browser knows it: back and forward, kept between runs. Going somewhere
 * else from a place in the middle forgets what was ahead of it. Zeroed memory is an empty history.
 *
 *   place 0 · · · place at-1 │ place at (here) │ at+1 · · · count-1 (ahead)
 */
enum place_open { PLACE_GRID, PLACE_ITEM, PLACE_STREAM };

struct place {
    struct buf table;        /* of a stream: names with a blank between, or "*" */
    struct buf index, asked; /* empty: the base table; a Scan. asked: the line of a query */
    enum place_open open;    /* what lies over the grid */
    struct buf key;          /* primary key of the item under the cursor, an M; empty = none */
    struct buf start;        /* ExclusiveStartKey of the page that it is on, an M; empty = none */
    int64_t segment, segments;
};
void place_fini(struct place *place);
/* Whether both show the same rows: a moved cursor is no other place. */
bool place_equal(const struct place *a, const struct place *b);

enum { PLACES_MAX = 100 };
struct places {
    struct place *list;
    size_t count, at; /* at == count: nowhere yet */
    const struct memory *memory;
};

/* Reads those of earlier runs. */
void places_open(struct places *places, const struct memory *memory);
/* Keeps the last one too. */
void places_fini(struct places *places);
/* What is shown now: the same place, its cursor perhaps moved, or a new one. Takes what is in
 * `now`. True where it is a new one. */
bool places_see(struct places *places, struct place *now);
/* The place `step` (1, -1) away from `from`, or SIZE_MAX. */
size_t places_next(const struct places *places, size_t from, int step);
/* One is there now. */
void places_arrive(struct places *places, size_t at);

/* As one line of JSON, and back; false for what is none. */
void place_write(struct buf *out, const struct place *place);
bool place_read(struct place *place, struct str line);

#endif
