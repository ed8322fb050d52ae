/* SPDX-License-Identifier: MIT */
/*
 * The grammar of conditions, filters and key conditions. One look ahead is not enough to know
 * whether a parenthesis holds a condition or an operand, so both are read by the same functions and
 * an operand alone goes up until something says what it was:
 *
 *   (a)            goes up; at the end of the text it is a syntax error
 *   (a) = :v       the comparison takes it
 *   (size(a))      a call may be either
 *
 * Must not know what conditions mean: that is eval.c's.
 */
#include "backend/expr/parse.h"

static struct expr_node *parse_or(struct expr_parser *p);

static bool is_operand(const struct expr_node *node)
{
    return node->kind == EXPR_NODE_PATH || node->kind == EXPR_NODE_VALUE;
}

/* Here the node must be a condition: only now is it known to be one. */
static bool use_condition(struct expr_parser *p, const struct expr_node *node)
{
    if (is_operand(node))
        return expr_parse_syntax(p);
    if (node->kind == EXPR_NODE_CALL && node->op == EXPR_SIZE)
        expr_parse_misplaced(p, node);
    return true;
}

static bool add_operand(struct expr_parser *p, struct expr_node *parent)
{
    struct expr_node *operand = expr_parse_operand(p);
    if (!operand)
        return false;
    expr_parse_use_operand(p, operand);
    expr_ast_add(parent, operand);
    return true;
}

/* between = operand BETWEEN operand AND operand */
static bool parse_between(struct expr_parser *p, struct expr_node *node)
{
    return add_operand(p, node) && expr_parse_expect(p, EXPR_TOKEN_AND) && add_operand(p, node);
}

/* in = operand IN "(" operand { "," operand } ")" */
static bool parse_in(struct expr_parser *p, struct expr_node *node)
{
    if (!expr_parse_expect(p, EXPR_TOKEN_OPEN) || !add_operand(p, node))
        return false;
    while (p->now.kind == EXPR_TOKEN_COMMA) {
        expr_parse_advance(p);
        if (!add_operand(p, node))
            return false;
    }
    return expr_parse_expect(p, EXPR_TOKEN_CLOSE);
}

/* comparison = operand [ comparator operand | BETWEEN … | IN … ]; without the rest, the operand */
static struct expr_node *parse_comparison(struct expr_parser *p, struct expr_node *left)
{
    enum expr_token_kind kind = p->now.kind;
    enum expr_node_kind node_kind;
    bool comparator = kind >= EXPR_TOKEN_EQ && kind <= EXPR_TOKEN_GE;
    if (comparator)
        node_kind = EXPR_NODE_COMPARE;
    else if (kind == EXPR_TOKEN_BETWEEN)
        node_kind = EXPR_NODE_BETWEEN;
    else if (kind == EXPR_TOKEN_IN)
        node_kind = EXPR_NODE_IN;
    else
        return left;
    struct expr_node *node = expr_parse_node(
        p, node_kind, comparator ? kind - EXPR_TOKEN_EQ + EXPR_EQ : EXPR_BETWEEN, left->at);
    expr_parse_use_operand(p, left);
    expr_ast_add(node, left);
    expr_parse_count_operator(p);
    expr_parse_advance(p);
    bool ok = comparator                   ? add_operand(p, node)
              : kind == EXPR_TOKEN_BETWEEN ? parse_between(p, node)
                                           : parse_in(p, node);
    if (!ok)
        return NULL;
    expr_parse_end(p, node);
    return node;
}

/* group = "(" condition ")" | "(" operand ")" { "." name | "[" int "]" } */
static struct expr_node *parse_group(struct expr_parser *p)
{
    uint32_t at = p->now.at;
    if (!expr_parse_enter(p))
        return NULL;
    struct expr_node *inner = parse_or(p);
    if (!inner || !expr_parse_expect(p, EXPR_TOKEN_CLOSE))
        return NULL;
    expr_parse_leave(p);
    if (inner->paren) {
        expr_parse_fail(p, at, 1, "The expression has redundant parentheses;");
        return NULL;
    }
    inner->paren = true;
    if (inner->kind == EXPR_NODE_PATH && !expr_parse_more_steps(p, inner))
        return NULL;
    return inner;
}

/* primary = group | comparison; a group that is an operand may be compared */
static struct expr_node *parse_primary(struct expr_parser *p)
{
    bool group = p->now.kind == EXPR_TOKEN_OPEN;
    struct expr_node *left = group ? parse_group(p) : expr_parse_operand(p);
    if (!left || !(is_operand(left) || left->kind == EXPR_NODE_CALL))
        return left;
    return parse_comparison(p, left);
}

/* negation = { NOT } primary */
static struct expr_node *parse_not(struct expr_parser *p)
{
    struct expr_node *outer = NULL, *inner = NULL;
    while (p->now.kind == EXPR_TOKEN_NOT) {
        struct expr_node *node = expr_parse_node(p, EXPR_NODE_NOT, 0, p->now.at);
        if (inner)
            expr_ast_add(inner, node);
        else
            outer = node;
        inner = node;
        expr_parse_count_operator(p);
        expr_parse_advance(p);
    }
    struct expr_node *primary = parse_primary(p);
    if (!inner || !primary)
        return primary;
    if (!use_condition(p, primary))
        return NULL;
    expr_ast_add(inner, primary);
    for (struct expr_node *node = outer; node != primary; node = node->first)
        expr_parse_end(p, node);
    return outer;
}

/* chain = part { keyword part }; a single part is itself */
static struct expr_node *parse_chain(struct expr_parser *p, enum expr_token_kind keyword,
    enum expr_node_kind kind, struct expr_node *(*part)(struct expr_parser *))
{
    struct expr_node *first = part(p);
    if (!first || p->now.kind != keyword)
        return first;
    if (!use_condition(p, first))
        return NULL;
    struct expr_node *chain = expr_parse_node(p, kind, 0, first->at);
    expr_ast_add(chain, first);
    while (p->now.kind == keyword) {
        expr_parse_count_operator(p);
        expr_parse_advance(p);
        struct expr_node *next = part(p);
        if (!next || !use_condition(p, next))
            return NULL;
        expr_ast_add(chain, next);
    }
    expr_parse_end(p, chain);
    return chain;
}

/* conjunction = negation { AND negation } */
static struct expr_node *parse_and(struct expr_parser *p)
{
    return parse_chain(p, EXPR_TOKEN_AND, EXPR_NODE_AND, parse_not);
}

/* condition = conjunction { OR conjunction } */
static struct expr_node *parse_or(struct expr_parser *p)
{
    return parse_chain(p, EXPR_TOKEN_OR, EXPR_NODE_OR, parse_and);
}

const struct expr_node *expr_condition_parse(struct expr_parser *p)
{
    struct expr_node *root = parse_or(p);
    if (!root || !use_condition(p, root) || !expr_parse_finish(p) || !expr_check_condition(p, root))
        return NULL;
    return root;
}

const struct expr_condition *expr_parse_condition(struct arena *arena, struct expr_env *env,
    enum expr_kind kind, struct str text, struct err *err)
{
    struct expr_parser p;
    if (!expr_parse_start(&p, arena, env, kind, text, err))
        return NULL;
    const struct expr_node *root = expr_condition_parse(&p);
    return root ? expr_ast_condition(arena, root) : NULL;
}
