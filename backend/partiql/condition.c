/* SPDX-License-Identifier: MIT */
/*
 * WHERE into the condition trees of backend/expr. IS becomes a function of the expressions, chains
 * of AND and OR become one node, and a condition may be compared with a truth value.
 *
 *   a IS NOT MISSING AND b IS NULL   →   AND ─┬─ CALL attribute_exists ── PATH a
 *                                             └─ CALL attribute_type ─┬─ PATH b
 *                                                                     └─ VALUE 'NULL'
 */
#include "backend/partiql/make.h"

static struct expr_node *condition(struct partiql_maker *m, const struct partiql_node *node);
static struct expr_node *operand(struct partiql_maker *m, const struct partiql_node *node);

static struct expr_node *none(bool refused)
{
    (void)refused;
    return NULL;
}

static struct expr_node *refuse_operator(struct partiql_maker *m, const struct partiql_node *node)
{
    struct str sign = node->text.len ? node->text : STR("-");
    return none(partiql_make_refuse(
        m, node, "Unsupported operator in Condition Expression. Operator: %.*s", STR_ARG(sign)));
}

static struct expr_node *negate(
    struct partiql_maker *m, const struct partiql_node *node, struct expr_node *inner)
{
    if (!inner)
        return NULL;
    struct expr_node *made = partiql_operand_node(m, node, EXPR_NODE_NOT, 0);
    expr_ast_add(made, inner);
    return made;
}

/* ---- functions ---- */

static bool is_size(const struct partiql_node *node)
{
    return node->kind == PARTIQL_NODE_CALL && str_equal(node->text, STR("size"));
}

/* call = function "(" operand { "," operand } ")" */
static struct expr_node *call(struct partiql_maker *m, const struct partiql_node *node)
{
    enum expr_function function = expr_ast_function(node->text);
    if (function > EXPR_SIZE)
        return none(
            partiql_make_refuse_at(m, node, "Unrecognized function: %.*s", STR_ARG(node->text)));
    struct expr_node *made = partiql_operand_node(m, node, EXPR_NODE_CALL, function);
    for (const struct partiql_node *n = node->first; n; n = n->next) {
        struct expr_node *argument = operand(m, n);
        if (!argument)
            return NULL;
        expr_ast_add(made, argument);
    }
    return made;
}

/* ---- IS ---- */

static struct expr_node *is_missing(struct partiql_maker *m, const struct partiql_node *node)
{
    const struct partiql_node *left = node->first;
    if (!partiql_make_is_path(left)) { /* a value is never missing */
        struct expr_node *made = partiql_operand_node(m, node, EXPR_NODE_IN, 0);
        struct expr_node *value = operand(m, left);
        if (value)
            expr_ast_add(made, value);
        return !value ? NULL : node->negated ? negate(m, node, made) : made;
    }
    struct expr_node *path = partiql_operand_path(m, left);
    struct expr_node *made = partiql_operand_node(
        m, node, EXPR_NODE_CALL, node->negated ? EXPR_ATTRIBUTE_EXISTS : EXPR_ATTRIBUTE_NOT_EXISTS);
    if (path)
        expr_ast_add(made, path);
    return path ? made : NULL;
}

/* is = ( path | literal ) "IS" [ "NOT" ] type */
static struct expr_node *is(struct partiql_maker *m, const struct partiql_node *node)
{
    const struct partiql_node *left = node->first;
    const char *type = partiql_word_type(node->text);
    if (!partiql_make_is_path(left) && !partiql_literal_is(left) &&
        left->kind != PARTIQL_NODE_PARAMETER)
        return none(partiql_make_refuse(m, left,
            "The left hand side argument to IS must be a Variable Reference, Literal, or Path"));
    if (str_equal_nocase(node->text, STR("missing")))
        return is_missing(m, node);
    if (!type[0])
        return none(partiql_make_refuse(m, node,
            "Unsupported data type for IS operator: %.*s. Supported data types are [MISSING, NULL, "
            "BOOLEAN, BLOB, STRING, NUMERIC, STRUCT, TUPLE, LIST]",
            STR_ARG(node->text)));
    struct expr_node *value = operand(m, left);
    if (!value)
        return NULL;
    struct buf name = {0};
    value_put_string(&name, str_from(type));
    struct expr_node *made = partiql_operand_node(m, node, EXPR_NODE_CALL, EXPR_ATTRIBUTE_TYPE);
    expr_ast_add(made, value);
    expr_ast_add(made, expr_ast_value(m->arena, value_of(arena_dup(m->arena, buf_str(&name)))));
    buf_fini(&name);
    return node->negated ? negate(m, node, made) : made;
}

/* ---- comparisons ---- */

static enum expr_operator operator_of(enum partiql_word word)
{
    switch (word) {
    case WORD_EQ:
        return EXPR_EQ;
    case WORD_NE:
        return EXPR_NE;
    case WORD_LT:
        return EXPR_LT;
    case WORD_LE:
        return EXPR_LE;
    case WORD_GT:
        return EXPR_GT;
    default:
        return EXPR_GE;
    }
}

static bool add_operands(
    struct partiql_maker *m, struct expr_node *made, const struct partiql_node *first)
{
    for (const struct partiql_node *n = first; n; n = n->next) {
        struct expr_node *one = operand(m, n);
        if (!one)
            return false;
        expr_ast_add(made, one);
    }
    return true;
}

/* in = operand [ "NOT" ] "IN" ( list | bag ) */
static struct expr_node *in(struct partiql_maker *m, const struct partiql_node *node)
{
    const struct partiql_node *left = node->first, *right = left->next;
    bool sequence =
        (right->kind == PARTIQL_NODE_LIST || right->kind == PARTIQL_NODE_BAG) && right->count > 0;
    if (!sequence || partiql_literal_is(left) || left->kind == PARTIQL_NODE_PARAMETER)
        return none(partiql_make_refuse(m, node,
            "IN operator must have a left hand argument of type Variable Reference and right hand "
            "argument of type Seq with at least one member"));
    struct expr_node *made = partiql_operand_node(m, node, EXPR_NODE_IN, 0);
    struct expr_node *first = operand(m, left);
    if (!first)
        return NULL;
    expr_ast_add(made, first);
    return add_operands(m, made, right->first) ? made : NULL;
}

static struct expr_node *comparison(struct partiql_maker *m, const struct partiql_node *node)
{
    struct expr_node *made;
    switch (node->word) {
    case WORD_IS:
        return is(m, node);
    case WORD_IN:
        made = in(m, node);
        return node->negated ? negate(m, node, made) : made;
    case WORD_BETWEEN:
        made = partiql_operand_node(m, node, EXPR_NODE_BETWEEN, 0);
        if (!add_operands(m, made, node->first))
            return NULL;
        return node->negated ? negate(m, node, made) : made;
    case WORD_EQ:
    case WORD_NE:
    case WORD_LT:
    case WORD_LE:
    case WORD_GT:
    case WORD_GE:
        made = partiql_operand_node(
            m, node, EXPR_NODE_COMPARE, operator_of((enum partiql_word)node->word));
        return add_operands(m, made, node->first) ? made : NULL;
    default:
        return refuse_operator(m, node);
    }
}

/* ---- operands ---- */

static bool is_condition(const struct partiql_node *node)
{
    return node->kind == PARTIQL_NODE_BINARY || node->kind == PARTIQL_NODE_UNARY ||
           (node->kind == PARTIQL_NODE_CALL && !is_size(node));
}

static struct expr_node *operand(struct partiql_maker *m, const struct partiql_node *node)
{
    if (partiql_make_is_path(node))
        return partiql_operand_path(m, node);
    if (partiql_literal_is(node) || node->kind == PARTIQL_NODE_PARAMETER)
        return partiql_operand_value(m, node);
    if (node->kind == PARTIQL_NODE_MISSING)
        return none(partiql_make_refuse(m, node, "MISSING must be compared using IS operator"));
    if (is_condition(node))
        return condition(m, node);
    if (is_size(node))
        return call(m, node);
    return none(
        partiql_make_refuse_at(m, node, "Unsupported operation: %s", partiql_make_kind(node)));
}

/* ---- conditions ---- */

/* a AND b AND c hang together on the left: their parts in order, without recursion. */
static struct expr_node *chain(struct partiql_maker *m, const struct partiql_node *node)
{
    enum expr_node_kind kind = node->word == WORD_AND ? EXPR_NODE_AND : EXPR_NODE_OR;
    size_t count = 2;
    for (const struct partiql_node *n = node->first;
         n->kind == PARTIQL_NODE_BINARY && n->word == node->word; n = n->first)
        count++;
    const struct partiql_node **parts = arena_alloc(m->arena, count * sizeof *parts);
    const struct partiql_node *n = node;
    for (size_t i = count; i > 1; n = n->first)
        parts[--i] = n->first->next;
    parts[0] = n;
    struct expr_node *made = partiql_operand_node(m, node, kind, 0);
    for (size_t i = 0; i < count; i++) {
        if (!is_condition(parts[i]))
            return none(
                partiql_make_refuse(m, parts[i], "The arguments to AND/OR must be Expressions"));
        struct expr_node *part = condition(m, parts[i]);
        if (!part)
            return NULL;
        expr_ast_add(made, part);
    }
    return made;
}

/* condition = comparison | call | "NOT" condition | condition ( "AND" | "OR" ) condition */
static struct expr_node *condition(struct partiql_maker *m, const struct partiql_node *node)
{
    if (node->kind == PARTIQL_NODE_CALL)
        return call(m, node);
    if (node->kind == PARTIQL_NODE_BINARY)
        return node->word == WORD_AND || node->word == WORD_OR ? chain(m, node)
                                                               : comparison(m, node);
    if (node->word != WORD_NOT)
        return refuse_operator(m, node);
    if (!is_condition(node->first))
        return none(partiql_make_refuse(
            m, node->first, "The argument to NOT must be a Type or Expression"));
    return negate(m, node, condition(m, node->first));
}

struct expr_node *partiql_condition(struct partiql_maker *m, const struct partiql_node *where)
{
    if (!is_condition(where))
        return none(partiql_make_refuse(
            m, where, "WHERE clause must contain an expression that resolves to a boolean"));
    struct expr_node *made = condition(m, where);
    return made && expr_check_made_condition(m->arena, made, m->err) ? made : NULL;
}
