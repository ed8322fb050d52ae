/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_STATEMENT_TERM_H
#define BACKEND_EMBEDDED_STATEMENT_TERM_H

#include "backend/embedded/catalog.h"
#include "backend/expr/ast.h"

enum { STATEMENT_TERM_PARTITION, STATEMENT_TERM_SORT, STATEMENT_TERM_NEITHER = -1 };

/* A condition that a range of keys can say. */
struct statement_term {
    int key; /* STATEMENT_TERM_… */
    enum expr_operator op;
    struct value low, high;
    const struct expr_node *values; /* IN: the first of them */
};

/* Of a node that is no chain; key is STATEMENT_TERM_NEITHER where a range cannot say it. */
struct statement_term statement_term_of(
    const struct key_schema *schema, const struct expr_node *node);
/* AND or OR. */
bool statement_term_is_chain(const struct expr_node *node);
/* Whether any part of it is a condition on a key. */
bool statement_term_says_key(const struct key_schema *schema, const struct expr_node *node);
/* Whether every way of being true asks for a partition. */
bool statement_term_pins(const struct key_schema *schema, const struct expr_node *node);
/* Whether it denies something about the sort key. */
bool statement_term_is_negation(const struct key_schema *schema, const struct expr_node *node);

#endif
