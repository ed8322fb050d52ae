/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_ITEMS_QUERY_H
#define VIEWS_ITEMS_ITEMS_QUERY_H

#include "views/items/browse.h"

/*
 * A Query in one line: the partition key's value, then perhaps a condition on the sort key.
 *
 *   line      = value [ condition ]
 *   condition = ( "=" | "<" | "<=" | ">" | ">=" ) value | value ".." value | value "*"
 *   value     = word | JSON string            typed by the key schema; binary in base64
 *
 *   C101            C101 >= O5000            C101 O50*            "two words" 10..20
 *
 * "A..B" is BETWEEN, "A*" is begins_with, a value alone is "=". Errors say what is wrong and, in
 * err->at, where. `about` gets the condition in words, for a title.
 */
struct browse *items_query_parse(const struct client_table *table, struct str index,
    struct str line, bool backward, struct buf *about, struct err *err);

/* The same reading as a line of the query builder (query_line.h), for a key condition without
 * filters. */
void items_query_line(const struct browse *browse, struct buf *out);

#endif
