/* SPDX-License-Identifier: MIT */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

/*
 * Bytes that grow and are owned. Zeroed memory is an empty buffer; buf_fini() frees and leaves it
 * empty again. Adding may move the bytes: slices into a buffer die with the next addition.
 */
struct buf {
    char *at;
    size_t len, cap;
};

void buf_fini(struct buf *b);
static inline void buf_clear(struct buf *b)
{
    b->len = 0;
}

static inline struct str buf_str(const struct buf *b)
{
    return (struct str){b->at, b->len};
}

/* Makes room for `more` further bytes and returns where they go; `len` is not moved. */
char *buf_reserve(struct buf *b, size_t more);
void buf_add_slow(struct buf *b, const void *bytes, size_t len);

static inline void buf_add_bytes(struct buf *b, const void *bytes, size_t len)
{
    if (b->cap - b->len >= len && len) {
        memcpy(b->at + b->len, bytes, len);
        b->len += len;
    } else {
        buf_add_slow(b, bytes, len);
    }
}

static inline void buf_add(struct buf *b, struct str s)
{
    buf_add_bytes(b, s.at, s.len);
}

static inline void buf_add_byte(struct buf *b, char byte)
{
    if (b->len == b->cap)
        buf_reserve(b, 1);
    b->at[b->len++] = byte;
}

void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Decimal digits, much faster than printf. */
void buf_add_u64(struct buf *b, uint64_t value);
/* Opens a gap of `len` uninitialised bytes at `offset`. */
void buf_insert_gap(struct buf *b, size_t offset, size_t len);
/* The text with a terminating NUL that `len` does not count. */
const char *buf_cstr(struct buf *b);
/* Moves the bytes out, NUL-terminated; the caller frees them. The buffer is empty afterwards. */
char *buf_take(struct buf *b);

#endif
