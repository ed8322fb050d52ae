/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_QUERY_QUERY_TERMS_H
#define VIEWS_QUERY_QUERY_TERMS_H

#include "views/query/query_lex.h"
#include "views/query/query_line.h"

/*
 * Within query_line: words of the line into expressions with placeholders. A builder gathers the
 * names and values of all of a line's expressions.
 */
struct query_builder {
    struct arena *arena;
    struct query_line *line;
    struct buf names, values; /* "#n0":"a","#n1":"b" … as in a request, without the braces */
    struct buf name_bytes, value_bytes;
    struct value_open name_map, value_map;
    struct str known[QUERY_USES_MAX]; /* names that have a placeholder */
    size_t name_count, value_count;
    struct err *err;
};

void query_builder_init(
    struct query_builder *b, struct arena *arena, struct query_line *line, struct err *err);
void query_builder_fini(struct query_builder *b);
/* What all expressions share, once they are built. */
bool query_builder_end(struct query_builder *b);

/* An expression, and where in it each word went. */
struct query_expression {
    struct str text;
    const struct query_token *tokens;
    const uint32_t *places; /* of each token in the text */
    size_t count;
};
bool query_build_expression(struct query_builder *b, const struct query_token *tokens, size_t count,
    struct query_expression *out);
/* An error's place in the expression becomes one in the line. */
void query_place_in_line(const struct query_expression *expression, struct err *err);
/* Finds a term's parts where it has the form of a field: spans, name, operator, values. */
bool query_term_shape(
    struct query_builder *b, const struct query_token *tokens, size_t count, struct query_term *t);
/* The value that a literal says, in the arena. */
bool query_read_literal(
    struct query_builder *b, const struct query_token *token, struct value *out);

#endif
