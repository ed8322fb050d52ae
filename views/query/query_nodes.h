/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_QUERY_QUERY_NODES_H
#define VIEWS_QUERY_QUERY_NODES_H

#include "views/query/query_terms.h"

/* Within query_line: what its conditions are made of, see struct query_node. */
struct query_section {
    size_t from, end; /* tokens */
};

/* Fills the line's nodes from what stands before "if" and behind it. False where there are more
 * conditions than a query has. */
bool query_nodes_find(struct query_builder *b, const struct query_token *tokens,
    const struct query_section sections[2]);

#endif
