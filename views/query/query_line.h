/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_QUERY_QUERY_LINE_H
#define VIEWS_QUERY_QUERY_LINE_H

#include "backend/expr/expr.h"
#include "base/arena.h"

/*
 * A query as one line, the only place where a query is kept: the form beside it shows and changes
 * parts of this text, so that the two cannot disagree.
 *
 *   line    = [ terms ] [ "if" terms ] { clause }
 *   terms   = term { "and" term }          a part with "or" outside of brackets is one term
 *   term    = a condition of DynamoDB's, with values in place of placeholders: see query_lex.h
 *   clause  = "show" path { "," path } | "on" index | "limit" number | "ascending" | "descending"
 *           | "consistent" | "segments" number            limit: items that a page evaluates
 *
 * A term with "or" in it stays one term; query_node says what it is made of.
 *
 *   status = "PENDING" and begins_with(orderId, "O5") if amount > 100 show orderId, amount
 *
 * Which terms can be a key condition is the plan's to find (query_plan.h); those behind "if" are
 * asked for as a filter. Errors carry their place in the line; what expressions may be is decided
 * by the parser of expressions itself, in the service's words.
 */
enum { QUERY_TERMS_MAX = 64, QUERY_USES_MAX = 512, QUERY_NODES_MAX = 192 };

enum query_clause {
    QUERY_IF,
    QUERY_SHOW,
    QUERY_ON,
    QUERY_LIMIT,
    QUERY_ASCENDING,
    QUERY_DESCENDING,
    QUERY_CONSISTENT,
    QUERY_SEGMENTS,
    QUERY_CLAUSES,
};
/* The word that begins it. */
struct str query_clause_word(enum query_clause clause);

struct query_span {
    uint32_t at, len;
};

struct query_term {
    struct query_span span;
    bool filter_only; /* behind "if" */
    /* Of `name op value` and the like, for a form's fields; len 0 = not of this form. */
    struct query_span name_span, op_span, low_span, high_span;
    bool list, sized, function;
    struct str name;       /* a top-level attribute; empty where the term is anything else */
    enum expr_operator op; /* name op low [and high] */
    struct value low, high;
    struct str expression;      /* with placeholders */
    uint32_t use_at, use_count; /* of the line's uses: the attributes that it asks for */
};

/*
 * What stands between "and" and "or": a single condition, or a group in brackets. Nodes are in the
 * order of the text, a group before its members, so that a form shows and changes nested filters.
 *
 *   a = 1 and not (b = 2 or c = 3)        nodes: a = 1 │ not (…) │ b = 2 │ c = 3
 */
struct query_node {
    struct query_span span; /* with "not" and brackets */
    struct query_span join; /* the "and" or "or" before it; len 0 = it is the first of its group */
    struct query_span negation;              /* "not"; len 0 = none */
    struct query_span open, close;           /* brackets of a group; len 0 = a condition */
    struct query_span name, op, low, high;   /* of a condition with the form of a field */
    bool list, sized, function, filter_only; /* a in (low); size(a) op low; op(a, low) */
    int32_t parent;                          /* a group's node; -1 = none */
    uint32_t depth, term;                    /* brackets around it; the term that has it */
};

struct query_line {
    struct str text;
    uint32_t term_count;
    struct query_term terms[QUERY_TERMS_MAX];
    uint32_t node_count;
    struct query_node nodes[QUERY_NODES_MAX];
    struct str index;                         /* "on": empty = whichever serves */
    struct query_span clauses[QUERY_CLAUSES]; /* with their words; len 0 = not there */
    struct query_span index_span, show_span;
    struct str projection; /* with placeholders; empty = all */
    uint32_t show_count;
    struct str show[QUERY_TERMS_MAX]; /* top-level names in it */
    bool backward, consistent;
    int64_t limit, segments;    /* 0 = none */
    struct value names, values; /* M, or type VALUE_NONE: each is used by a term or "show" */
    struct str names_json, values_json; /* the same as in a request; empty = none */
    uint32_t use_count;
    struct str uses[QUERY_USES_MAX]; /* top-level attributes, as often as they are named */
};

/* Everything lives in the arena but the text, which is borrowed. */
bool query_line_parse(
    struct arena *arena, struct str text, struct query_line *out, struct err *err);

#endif
