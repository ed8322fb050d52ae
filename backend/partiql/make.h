/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_PARTIQL_MAKE_H
#define BACKEND_PARTIQL_MAKE_H

#include "backend/partiql/parse.h"
#include "backend/partiql/partiql.h"

/* From the tree of a statement's text to trees of expressions: what the files that translate share.
 */
struct partiql_maker {
    struct arena *arena;
    struct err *err;
    struct str text;
    const struct value *parameters;
    size_t count;
};

/* A refusal at a node. Always false. */
bool partiql_make_refuse(struct partiql_maker *m, const struct partiql_node *at, const char *format,
    ...) __attribute__((format(printf, 3, 4)));
/* The same with " at LINE:COLUMN:LENGTH" behind it, in characters. */
bool partiql_make_refuse_at(struct partiql_maker *m, const struct partiql_node *at,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What the service calls a node of this kind. */
const char *partiql_make_kind(const struct partiql_node *node);
static inline bool partiql_make_is_path(const struct partiql_node *node)
{
    return node->kind == PARTIQL_NODE_NAME || node->kind == PARTIQL_NODE_PATH;
}

/* ---- literal.c ---- */

/* Whether the node is a value of its own: a literal, a list, a bag, a map. */
bool partiql_literal_is(const struct partiql_node *node);
bool partiql_literal(struct partiql_maker *m, const struct partiql_node *node, struct value *out);
/* A map whose values may be parameters. */
bool partiql_literal_item(
    struct partiql_maker *m, const struct partiql_node *node, struct value *out);

/* ---- operand.c ---- */

/* Nodes of expressions with their places; NULL where refused. */
struct expr_node *partiql_operand_path(struct partiql_maker *m, const struct partiql_node *node);
/* A literal or a parameter. */
struct expr_node *partiql_operand_value(struct partiql_maker *m, const struct partiql_node *node);
struct expr_node *partiql_operand_node(struct partiql_maker *m, const struct partiql_node *node,
    enum expr_node_kind kind, unsigned op);

/* ---- condition.c ---- */

struct expr_node *partiql_condition(struct partiql_maker *m, const struct partiql_node *where);

/* ---- change.c ---- */

const struct expr_update *partiql_change_all(
    struct partiql_maker *m, const struct partiql_change *changes);

#endif
