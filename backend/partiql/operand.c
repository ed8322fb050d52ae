/* SPDX-License-Identifier: MIT */
/*
 * Operands: document paths, literals and parameters into nodes of expressions, each with its place
 * in the statement.
 */
#include "backend/partiql/make.h"

struct expr_node *partiql_operand_node(
    struct partiql_maker *m, const struct partiql_node *node, enum expr_node_kind kind, unsigned op)
{
    struct expr_node *made = expr_ast_node(m->arena, kind, op);
    made->at = node->at;
    made->len = node->len;
    return made;
}

/* ---- paths ---- */

static bool read_index(
    struct partiql_maker *m, const struct partiql_node *number, struct expr_step *step)
{
    int64_t index = 0;
    bool digits = number->kind == PARTIQL_NODE_NUMBER;
    for (size_t i = 0; digits && i < number->text.len; i++)
        digits = number->text.at[i] >= '0' && number->text.at[i] <= '9';
    if (!digits)
        return partiql_make_refuse_at(m, number, "Unexpected path component");
    bool ok = str_to_i64(number->text, &index) && index <= INT32_MAX;
    if (!ok || (number->negated && index > 0))
        return partiql_make_refuse_at(m, number,
            "List index is not within the allowable range; index: [%s%.*s]",
            number->negated ? "-" : "", STR_ARG(number->text));
    *step = (struct expr_step){.index = index};
    return true;
}

static bool read_step(
    struct partiql_maker *m, const struct partiql_node *node, struct expr_step *step)
{
    if (node->kind == PARTIQL_NODE_STAR)
        return partiql_make_refuse(m, node, "Unpivot path component like a.*.b are not supported");
    if (node->kind == PARTIQL_NODE_INDEX && node->first->kind == PARTIQL_NODE_STAR)
        return partiql_make_refuse(
            m, node, "Wildcard path component like a[*].b are not supported");
    if (node->kind == PARTIQL_NODE_INDEX)
        return read_index(m, node->first, step);
    if (node->kind != PARTIQL_NODE_NAME)
        return partiql_make_refuse_at(m, node, "Unexpected path component");
    *step = (struct expr_step){.name = node->text, .index = -1};
    return node->text.len ||
           partiql_make_refuse(m, node, "Path component cannot be an empty string");
}

/* Steps beyond the limit are counted, not kept. */
static bool read_steps(
    struct partiql_maker *m, const struct partiql_node *path, struct expr_step *steps)
{
    uint32_t count = 0;
    for (const struct partiql_node *n = path->first; n; n = n->next) {
        struct expr_step step;
        if (!read_step(m, n, &step))
            return false;
        if (count < EXPR_DEPTH_MAX)
            steps[count++] = step;
    }
    return true;
}

struct expr_node *partiql_operand_path(struct partiql_maker *m, const struct partiql_node *node)
{
    struct expr_step steps[EXPR_DEPTH_MAX];
    uint32_t written = node->kind == PARTIQL_NODE_PATH ? node->count : 1;
    if (!(node->kind == PARTIQL_NODE_PATH ? read_steps(m, node, steps) : read_step(m, node, steps)))
        return NULL;
    uint32_t kept = written < EXPR_DEPTH_MAX ? written : EXPR_DEPTH_MAX;
    struct expr_node *path = expr_ast_path(m->arena, steps, kept);
    path->count = written;
    path->at = node->at;
    path->len = node->len;
    path->path.at = node->at;
    path->path.len = node->len;
    return path;
}

/* ---- values ---- */

struct expr_node *partiql_operand_value(struct partiql_maker *m, const struct partiql_node *node)
{
    struct value value;
    if (node->kind == PARTIQL_NODE_PARAMETER)
        value = m->parameters[node->ordinal];
    else if (!partiql_literal(m, node, &value))
        return NULL;
    struct expr_node *made = expr_ast_value(m->arena, value);
    made->at = node->at;
    made->len = node->len;
    return made;
}
