/* SPDX-License-Identifier: MIT */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/buf.h"
#include "base/str.h"

/* Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */

/* Takes one code point off the front of `rest`. On an invalid sequence takes one byte, stores it in
 * *point and returns false. `rest` must not be empty. */
bool utf8_next(struct str *rest, uint32_t *point);
bool utf8_valid(struct str s);
/* Adds the UTF-8 form of a code point. */
void utf8_add(struct buf *b, uint32_t point);
/* Writes 1..4 bytes, returns how many. */
size_t utf8_encode(char out[4], uint32_t point);
/* Number of code points of a valid text. */
size_t utf8_length(struct str s);
/* Offset of the code point before `offset` (which is on a border or the end). */
size_t utf8_before(struct str s, size_t offset);

#endif
