/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EXPR_PARSE_H
#define BACKEND_EXPR_PARSE_H

#include "backend/expr/ast.h"
#include "backend/expr/lex.h"

/*
 * What the parsers of all kinds share: the window of three words (the service's syntax errors quote
 * a word's neighbours), placeholders, paths, operands, and the flaws that are not syntax. The
 * service reports a syntax error before any flaw, and flaws by kind, not by place: so the first of
 * each kind is kept until the text is known to be well-formed.
 */
enum expr_flaw_kind {
    EXPR_FLAW_FUNCTION, /* no such function, or not in this kind of expression */
    EXPR_FLAW_PLACE,    /* a function where it may not stand */
    EXPR_FLAW_RESERVED,
    EXPR_FLAW_SECTION, /* SET twice */
    EXPR_FLAW_INDEX,
    EXPR_FLAW_COUNT,
};

/* The text is `before`, then the word and `after` where there is an `after`. */
struct expr_flaw {
    const char *before, *after; /* before = NULL: no flaw */
    uint32_t at, len;
};

struct expr_parser {
    struct arena *arena;
    struct expr_env *env;
    struct err *err;
    enum expr_kind kind;
    struct str text;
    struct expr_token before, now, next;
    uint32_t depth;            /* open parentheses */
    uint32_t operators;        /* so far */
    struct expr_token surplus; /* the one operator too many */
    struct expr_node *nodes, **nodes_end;
    struct expr_flaw flaws[EXPR_FLAW_COUNT];
};

/* Refuses an empty text and one that is too long. */
bool expr_parse_start(struct expr_parser *p, struct arena *arena, struct expr_env *env,
    enum expr_kind kind, struct str text, struct err *err);
/* The end of the text must be here; then the flaws in the service's order for this kind. */
bool expr_parse_finish(struct expr_parser *p);

void expr_parse_advance(struct expr_parser *p);
bool expr_parse_expect(struct expr_parser *p, enum expr_token_kind kind);
/* Opens a parenthesis; false when there are too many (the error is set). */
bool expr_parse_enter(struct expr_parser *p);
void expr_parse_leave(struct expr_parser *p);
void expr_parse_count_operator(struct expr_parser *p);

/* A node at a word, in the list of all nodes. */
struct expr_node *expr_parse_node(
    struct expr_parser *p, enum expr_node_kind kind, unsigned op, uint32_t at);
/* Sets the node's length so that it ends with the last word taken. */
void expr_parse_end(const struct expr_parser *p, struct expr_node *node);

/* path = name { "." name | "[" int "]" } */
struct expr_node *expr_parse_path(struct expr_parser *p);
/* operand = "(" operand ")" | :value | function "(" operand { "," operand } ")" | path */
struct expr_node *expr_parse_operand(struct expr_parser *p);
/* { "." name | "[" int "]" } behind a path in parentheses, which conditions allow. */
bool expr_parse_more_steps(struct expr_parser *p, struct expr_node *path);
/* Notes a function that may not stand where it does. */
void expr_parse_misplaced(struct expr_parser *p, const struct expr_node *call);
/* The same unless it is one whose result others may use: size(), in updates if_not_exists(). */
void expr_parse_use_operand(struct expr_parser *p, const struct expr_node *operand);

/* Keeps the flaw if it is the first of its kind in the text. */
void expr_parse_flaw(struct expr_parser *p, enum expr_flaw_kind kind, struct expr_flaw flaw);
/* "Invalid <kind>: …" at a place in the text. Always false. */
bool expr_parse_fail(struct expr_parser *p, uint32_t at, uint32_t len, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The syntax error at the word where reading stopped. */
bool expr_parse_syntax(struct expr_parser *p);

/* ---- check.c: what is wrong with a well-formed tree ---- */

/* Placeholders, numbers of operands, distinct operands, types: in this order for each condition. */
bool expr_check_condition(struct expr_parser *p, const struct expr_node *root);
/* The same without placeholders, for the value of an action. */
bool expr_check_value(struct expr_parser *p, const struct expr_node *value);
/* Undefined placeholders (#names or :values) and too deep paths anywhere in the text. */
bool expr_check_names(struct expr_parser *p);
bool expr_check_values(struct expr_parser *p);
/* Paths that overlap or conflict; `nodes` in order of the text, as `paths` were before sorting. */
bool expr_check_paths(
    struct expr_parser *p, const struct expr_paths *sorted, const struct expr_path *const *paths);

/* condition.c: the root of a condition, checked. */
const struct expr_node *expr_condition_parse(struct expr_parser *p);

#endif
