/* SPDX-License-Identifier: MIT */
/*
 * Key conditions: read as any condition, then taken apart into one term a key attribute. Which
 * attributes are keys, and of what type, only the caller knows.
 */
#include "backend/expr/parse.h"

enum { TERMS_MAX = sizeof((struct expr_key_condition){0}).terms / sizeof(struct expr_key_term) };

struct key_parser {
    struct expr_parser base;
    struct expr_key_condition *out;
    uint32_t count; /* terms seen, perhaps more than there is room for */
};

/* Some of the service's messages begin with "Invalid KeyConditionExpression: ", these do not. */
static bool fail_bare(struct key_parser *k, const struct expr_node *node, const char *before,
    const char *name, const char *after)
{
    err_invalid(k->base.err, "%s%s%s", before, name, after);
    return err_place(k->base.err, node->at, node->len);
}

static bool fail(struct key_parser *k, const struct expr_node *node, const char *what)
{
    return expr_parse_fail(&k->base, node->at, node->len, "%s", what);
}

static bool bad_operator(struct key_parser *k, const struct expr_node *node, const char *name)
{
    return fail_bare(k, node, "Invalid operator used in KeyConditionExpression: ", name, "");
}

/* ---- one term ---- */

/* = < <= > >= BETWEEN and begins_with, nothing else. */
static bool check_operator(struct key_parser *k, const struct expr_node *node)
{
    switch (node->kind) {
    case EXPR_NODE_OR:
        return bad_operator(k, node, "OR");
    case EXPR_NODE_NOT:
        return bad_operator(k, node, "NOT");
    case EXPR_NODE_IN:
        return bad_operator(k, node, "IN");
    case EXPR_NODE_COMPARE:
        return node->op != EXPR_NE || bad_operator(k, node, "<>");
    case EXPR_NODE_CALL:
        return node->op == EXPR_BEGINS ||
               bad_operator(k, node, expr_ast_function_name((enum expr_function)node->op));
    default:
        return true;
    }
}

/* BETWEEN and begins_with cannot be turned round. */
static bool check_first(struct key_parser *k, const struct expr_node *node)
{
    if (node->kind == EXPR_NODE_COMPARE || node->first->kind == EXPR_NODE_PATH)
        return true;
    return fail_bare(k, node, "Invalid condition in KeyConditionExpression: ",
        node->kind == EXPR_NODE_BETWEEN ? "BETWEEN" : "begins_with",
        " operator must have the key attribute as its first operand");
}

/* Exactly one operand is an attribute, by a plain name; the others are values. */
static bool check_operands(
    struct key_parser *k, const struct expr_node *node, const struct expr_node **attribute)
{
    *attribute = NULL;
    for (const struct expr_node *n = node->first; n; n = n->next) {
        if (n->kind == EXPR_NODE_CALL)
            return fail(k, n, "KeyConditionExpressions cannot contain nested operations");
        if (n->kind != EXPR_NODE_PATH)
            continue;
        if (*attribute)
            return fail_bare(k, n, "Invalid condition in KeyConditionExpression: ",
                "Multiple attribute names used in one condition", "");
        if (n->path.count > 1)
            return fail(
                k, n, "KeyConditionExpressions cannot have conditions on nested attributes");
        *attribute = n;
    }
    return *attribute ||
           fail_bare(k, node,
               "Invalid condition in KeyConditionExpression: ", "No key attribute specified", "");
}

static bool check_once(
    struct key_parser *k, const struct expr_node *node, const struct expr_node *attribute)
{
    for (uint32_t i = 0; i < k->out->count; i++)
        if (str_equal(k->out->terms[i].name, attribute->path.steps[0].name))
            return fail(k, node, "KeyConditionExpressions must only contain one condition per key");
    return true;
}

static struct expr_key_term make_term(
    const struct expr_node *node, const struct expr_node *attribute)
{
    const struct expr_node *first = node->first, *second = first->next;
    struct expr_key_term term = {
        .name = attribute->path.steps[0].name,
        .op = (enum expr_operator)node->op,
        .low = second->value,
        .at = node->at,
        .len = node->len,
    };
    if (node->kind == EXPR_NODE_CALL)
        term.op = EXPR_BEGINS_WITH;
    if (node->kind == EXPR_NODE_BETWEEN)
        term.high = second->next->value;
    if (attribute == second) {
        term.op = expr_ast_turned(term.op);
        term.low = first->value;
    }
    return term;
}

static bool add_term(struct key_parser *k, const struct expr_node *node)
{
    const struct expr_node *attribute;
    if (!check_operator(k, node) || !check_first(k, node) || !check_operands(k, node, &attribute) ||
        !check_once(k, node, attribute))
        return false;
    k->count++;
    if (k->out->count < TERMS_MAX)
        k->out->terms[k->out->count++] = make_term(node, attribute);
    return true;
}

/* ---- the whole ---- */

static bool add_terms(struct key_parser *k, const struct expr_node *node)
{
    if (node->kind != EXPR_NODE_AND)
        return add_term(k, node);
    for (const struct expr_node *n = node->first; n; n = n->next)
        if (!add_terms(k, n))
            return false;
    return true;
}

bool expr_parse_key_condition(struct arena *arena, struct expr_env *env, struct str text,
    struct expr_key_condition *out, struct err *err)
{
    struct key_parser k = {.out = out};
    out->count = 0;
    if (!expr_parse_start(&k.base, arena, env, EXPR_KEY_CONDITION, text, err))
        return false;
    const struct expr_node *root = expr_condition_parse(&k.base);
    if (!root || !add_terms(&k, root))
        return false;
    if (k.count <= TERMS_MAX)
        return true;
    return err_invalid(err,
        "The number of query conditions (%u) exceeds the number of key attributes defined in the "
        "schema (%u)",
        k.count, (unsigned)TERMS_MAX);
}
