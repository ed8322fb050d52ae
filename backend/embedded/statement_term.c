/* SPDX-License-Identifier: MIT */
/*
 * The conditions of a WHERE of which a range of keys can say something: a key attribute beside
 * literals, whichever stands first. Knows schemas and trees, neither ranges nor the store.
 */
#include "backend/embedded/statement_term.h"

static int key_of(const struct key_schema *schema, const struct expr_node *node)
{
    if (node->kind != EXPR_NODE_PATH || node->path.count != 1)
        return STATEMENT_TERM_NEITHER;
    return catalog_key_find(schema, node->path.steps[0].name);
}

static bool all_values(const struct expr_node *node)
{
    while (node && node->kind == EXPR_NODE_VALUE)
        node = node->next;
    return !node;
}

static struct statement_term compare_term(
    const struct key_schema *schema, const struct expr_node *node)
{
    const struct expr_node *left = node->first, *right = left->next;
    enum expr_operator op = (enum expr_operator)node->op;
    if (left->kind == EXPR_NODE_VALUE) {
        left = right;
        right = node->first;
        op = expr_ast_turned(op);
    }
    if (right->kind != EXPR_NODE_VALUE || op == EXPR_NE)
        return (struct statement_term){.key = STATEMENT_TERM_NEITHER};
    return (struct statement_term){.key = key_of(schema, left), .op = op, .low = right->value};
}

struct statement_term statement_term_of(
    const struct key_schema *schema, const struct expr_node *node)
{
    struct statement_term term = {.key = STATEMENT_TERM_NEITHER};
    if (node->kind == EXPR_NODE_COMPARE) {
        term = compare_term(schema, node);
    } else if (node->kind == EXPR_NODE_IN && all_values(node->first->next) && node->count > 1) {
        term = (struct statement_term){
            .key = key_of(schema, node->first), .values = node->first->next};
    } else if (node->kind == EXPR_NODE_BETWEEN && all_values(node->first->next)) {
        term = (struct statement_term){.key = key_of(schema, node->first),
            .op = EXPR_BETWEEN,
            .low = node->first->next->value,
            .high = node->first->next->next->value};
    } else if (node->kind == EXPR_NODE_CALL && node->op == EXPR_BEGINS &&
               all_values(node->first->next)) {
        term = (struct statement_term){.key = key_of(schema, node->first),
            .op = EXPR_BEGINS_WITH,
            .low = node->first->next->value};
    }
    if (term.key == STATEMENT_TERM_PARTITION && !term.values && term.op != EXPR_EQ)
        term.key = STATEMENT_TERM_NEITHER;
    return term;
}

bool statement_term_is_chain(const struct expr_node *node)
{
    return node->kind == EXPR_NODE_AND || node->kind == EXPR_NODE_OR;
}

bool statement_term_says_key(const struct key_schema *schema, const struct expr_node *node)
{
    if (!statement_term_is_chain(node))
        return statement_term_of(schema, node).key != STATEMENT_TERM_NEITHER;
    for (const struct expr_node *n = node->first; n; n = n->next)
        if (statement_term_says_key(schema, n))
            return true;
    return false;
}

bool statement_term_pins(const struct key_schema *schema, const struct expr_node *node)
{
    if (!statement_term_is_chain(node))
        return statement_term_of(schema, node).key == STATEMENT_TERM_PARTITION;
    bool any = node->kind == EXPR_NODE_AND;
    for (const struct expr_node *n = node->first; n; n = n->next)
        if (statement_term_pins(schema, n) == any)
            return any;
    return !any;
}

static bool mentions(const struct expr_node *node, struct str name)
{
    if (node->kind == EXPR_NODE_PATH)
        return str_equal(node->path.steps[0].name, name);
    for (const struct expr_node *n = node->first; n; n = n->next)
        if (mentions(n, name))
            return true;
    return false;
}

bool statement_term_is_negation(const struct key_schema *schema, const struct expr_node *node)
{
    bool negated =
        node->kind == EXPR_NODE_NOT || (node->kind == EXPR_NODE_COMPARE && node->op == EXPR_NE);
    return negated && schema->sort && mentions(node, schema->at[STATEMENT_TERM_SORT].name);
}
