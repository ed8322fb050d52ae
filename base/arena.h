/* SPDX-License-Identifier: MIT */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/buf.h"
#include "base/str.h"

/*
 * Memory that lives and dies together: a page of items, a parsed request. Zeroed memory is an empty
 * arena. Allocations are 16-byte aligned and never move. arena_reset() forgets everything but keeps
 * one block, so that a loop that resets allocates nothing.
 */
struct arena_block;
struct arena {
    struct arena_block *first;
    char *at, *end;
};

void arena_fini(struct arena *a);
/* The same, after overwriting what was in it: for secrets. */
void arena_wipe(struct arena *a);
void arena_reset(struct arena *a);
void *arena_alloc_slow(struct arena *a, size_t size);

/* Not zeroed. */
static inline void *arena_alloc(struct arena *a, size_t size)
{
    size_t room = (size + 15) & ~(size_t)15;
    if (size == 0 || room > (size_t)(a->end - a->at))
        return arena_alloc_slow(a, room);
    void *memory = a->at;
    a->at += room;
    return memory;
}

void *arena_zero(struct arena *a, size_t size);
#define arena_new(a, type) ((type *)arena_zero((a), sizeof(type)))
#define arena_array(a, type, count) ((type *)arena_zero((a), (count) * sizeof(type)))

/* A copy that is also NUL-terminated. */
struct str arena_dup(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Bytes held from the system, for tests and memory figures. */
size_t arena_held(const struct arena *a);

#endif
