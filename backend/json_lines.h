/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_JSON_LINES_H
#define BACKEND_JSON_LINES_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Items of typed JSON into lines, as json_out_line() would write them: without a value in between
 * where an item is written as we would write it, by way of a value where it is not. For those who
 * print an answer and look no further into it.
 */

/* The items of a list, "[{"id":{"S":"a"}},…]", at the front of `*text`, which is moved behind it. A
 * line each is added to `out`, *count is how many. False where it is no list of items: with the
 * place in the item's text. */
bool json_lines_items(
    struct buf *out, struct str *text, bool typed, uint32_t *count, struct err *err);

/* The short way alone, for tests: one item at the front of `*text`. False where it takes the long
 * way, and nothing has happened. */
bool json_lines_copy(struct buf *out, struct str *text, bool typed);

#endif
