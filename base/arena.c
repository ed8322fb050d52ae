/* SPDX-License-Identifier: MIT */
/*
 * The arena: a chain of blocks, the newest in front.
 *
 *   first -> [block | used ........ at | free ... end] -> [older block] -> NULL
 */
#include "base/arena.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK_MIN = 4096, BLOCK_MAX = 1 << 20 };

struct arena_block {
    struct arena_block *older;
    size_t size; /* of the data after this header */
    _Alignas(16) char data[];
};

static void use_block(struct arena *a, struct arena_block *block)
{
    a->at = block ? block->data : NULL;
    a->end = block ? block->data + block->size : NULL;
}

void arena_fini(struct arena *a)
{
    while (a->first) {
        struct arena_block *older = a->first->older;
        free(a->first);
        a->first = older;
    }
    *a = (struct arena){0};
}

void arena_wipe(struct arena *a)
{
    for (struct arena_block *block = a->first; block; block = block->older)
        explicit_bzero(block->data, block->size);
    arena_fini(a);
}

void arena_reset(struct arena *a)
{
    if (a->first == NULL)
        return;
    struct arena_block *keep = a->first;
    a->first = keep->older;
    keep->older = NULL;
    if (keep->size > BLOCK_MAX) {
        free(keep);
        keep = NULL;
    }
    arena_fini(a);
    a->first = keep;
    use_block(a, keep);
}

void *arena_alloc_slow(struct arena *a, size_t size)
{
    if (size == 0)
        size = 16;
    size_t want = a->first ? a->first->size * 2 : BLOCK_MIN;
    if (want > BLOCK_MAX)
        want = BLOCK_MAX;
    if (want < size)
        want = size;
    struct arena_block *block = mem_alloc(sizeof *block + want);
    block->size = want;
    block->older = a->first;
    a->first = block;
    use_block(a, block);
    a->at += size;
    return block->data;
}

void *arena_zero(struct arena *a, size_t size)
{
    return memset(arena_alloc(a, size), 0, size);
}

struct str arena_dup(struct arena *a, struct str s)
{
    char *copy = arena_alloc(a, s.len + 1);
    if (s.len)
        memcpy(copy, s.at, s.len);
    copy[s.len] = '\0';
    return (struct str){copy, s.len};
}

struct str arena_printf(struct arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = arena_alloc(a, (size_t)(need > 0 ? need : 0) + 1);
    text[0] = '\0';
    if (need > 0)
        vsnprintf(text, (size_t)need + 1, format, again);
    va_end(again);
    return (struct str){text, need > 0 ? (size_t)need : 0};
}

size_t arena_held(const struct arena *a)
{
    size_t held = 0;
    for (const struct arena_block *block = a->first; block; block = block->older)
        held += sizeof *block + block->size;
    return held;
}
