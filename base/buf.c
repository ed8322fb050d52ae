/* SPDX-License-Identifier: MIT */
/* The growing byte buffer. */
#include "base/buf.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_fini(struct buf *b)
{
    free(b->at);
    *b = (struct buf){0};
}

char *buf_reserve(struct buf *b, size_t more)
{
    if (b->cap - b->len < more) {
        size_t cap = b->cap ? b->cap * 2 : 64;
        while (cap - b->len < more)
            cap *= 2;
        b->at = mem_grow(b->at, cap);
        b->cap = cap;
    }
    return b->at + b->len;
}

void buf_add_slow(struct buf *b, const void *bytes, size_t len)
{
    if (len == 0)
        return;
    memcpy(buf_reserve(b, len), bytes, len);
    b->len += len;
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int need = vsnprintf(b->at ? b->at + b->len : NULL, b->cap - b->len, format, args);
    va_end(args);
    if (need > 0 && (size_t)need >= b->cap - b->len) {
        buf_reserve(b, (size_t)need + 1);
        vsnprintf(b->at + b->len, b->cap - b->len, format, again);
    }
    va_end(again);
    if (need > 0)
        b->len += (size_t)need;
}

void buf_add_u64(struct buf *b, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    buf_add_bytes(b, digits + at, sizeof digits - at);
}

void buf_insert_gap(struct buf *b, size_t offset, size_t len)
{
    buf_reserve(b, len);
    memmove(b->at + offset + len, b->at + offset, b->len - offset);
    b->len += len;
}

const char *buf_cstr(struct buf *b)
{
    *buf_reserve(b, 1) = '\0';
    return b->at;
}

char *buf_take(struct buf *b)
{
    char *bytes = (char *)buf_cstr(b);
    *b = (struct buf){0};
    return bytes;
}
