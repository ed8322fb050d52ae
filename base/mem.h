/* SPDX-License-Identifier: MIT */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/*
 * Memory that is there. Every input is bounded before it reaches an allocation, so running out is
 * never the work of a peer: these abort (the terminal is restored by the SIGABRT handler) and never
 * return NULL. Free with free().
 */
void *mem_alloc(size_t size);
void *mem_zero(size_t count, size_t size);
void *mem_grow(void *old, size_t size);
char *mem_dup(const void *bytes, size_t len); /* adds a terminating NUL */

/* sizeof(*p) typed shorthands */
#define mem_new(type) ((type *)mem_zero(1, sizeof(type)))

#endif
