/* SPDX-License-Identifier: MIT */
/* Allocation that aborts instead of failing: see mem.h for why that is right here. */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static void *require(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

void *mem_alloc(size_t size)
{
    return require(malloc(size ? size : 1));
}

void *mem_zero(size_t count, size_t size)
{
    return require(calloc(count ? count : 1, size ? size : 1));
}

void *mem_grow(void *old, size_t size)
{
    return require(realloc(old, size ? size : 1));
}

char *mem_dup(const void *bytes, size_t len)
{
    char *copy = mem_alloc(len + 1);
    if (len)
        memcpy(copy, bytes, len);
    copy[len] = '\0';
    return copy;
}
