/* SPDX-License-Identifier: MIT */
/*
 * The dump that everybody knows from hexdump -C; half a megabyte in a few milliseconds, so no
 * printf.
 *
 *   offset(8)  two blanks  "xx " each  blank  "|" characters "|"
 */
#include "views/item/hexdump.h"

enum { OFFSET = 8, LINE_MAX = OFFSET + 2 + 16 * 3 + 1 + 1 + 16 + 1 + 1 };

static const char digits[] = "0123456789abcdef";

int hexdump_fit(int cols)
{
    return cols >= LINE_MAX - 1 ? 16 : cols >= OFFSET + 2 + 8 * 3 + 1 + 1 + 8 + 1 ? 8 : 4;
}

static char *put_offset(char *at, size_t offset)
{
    for (int shift = 4 * (OFFSET - 1); shift >= 0; shift -= 4)
        *at++ = digits[offset >> shift & 15];
    *at++ = ' ';
    *at++ = ' ';
    return at;
}

static char *put_line(char *at, struct str bytes, size_t offset, int a_line)
{
    at = put_offset(at, offset);
    for (int i = 0; i < a_line; i++) {
        bool there = (size_t)i < bytes.len;
        unsigned char byte = there ? (unsigned char)bytes.at[i] : 0;
        *at++ = there ? digits[byte >> 4] : ' ';
        *at++ = there ? digits[byte & 15] : ' ';
        *at++ = ' ';
    }
    *at++ = ' ';
    *at++ = '|';
    for (int i = 0; i < a_line && (size_t)i < bytes.len; i++)
        *at++ = bytes.at[i] >= 0x20 && bytes.at[i] < 0x7F ? bytes.at[i] : '.';
    *at++ = '|';
    *at++ = '\n';
    return at;
}

void hexdump_add(struct buf *out, struct str bytes, int a_line)
{
    if (a_line != 16 && a_line != 8)
        a_line = 4;
    for (size_t at = 0; at < bytes.len; at += (size_t)a_line) {
        char *line = buf_reserve(out, LINE_MAX);
        char *end = put_line(line, str_take(str_skip(bytes, at), (size_t)a_line), at, a_line);
        out->len += (size_t)(end - line);
    }
}
