/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TABLES_INDEX_QUERY_H
#define VIEWS_TABLES_INDEX_QUERY_H

#include "views/items/browse.h"

/*
 * What becomes of a query when another index is to answer it, and how an item's entry in an index
 * is found: all of it as query lines (query_line.h).
 */

/* What is browsed as a line, values where their placeholders stand; empty = all of it. */
void index_query_line(const struct browse *browse, struct buf *out);
/* The same conditions on another index (empty = the table). `text` gets the line that asks so.
 * NULL, and `why`, where that cannot be. */
struct browse *index_query_replan(const struct client_table *table, struct str line,
    struct str index, struct buf *text, struct buf *why);
/* A line that finds the item's one entry in an index (NULL = the item in the table); false, and
 * `why`, where there is none. */
bool index_query_entry(const struct client_table *table, const struct client_index *index,
    struct value item, struct buf *line, struct buf *why);

#endif
