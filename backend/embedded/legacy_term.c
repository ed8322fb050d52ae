/* SPDX-License-Identifier: MIT */
/*
 * The thirteen comparison operators of legacy conditions as a table: how many arguments each takes,
 * of which types, and which node of an expression tree it is. Knows no parameter's name.
 *
 *   {"ComparisonOperator": "NOT_CONTAINS", "AttributeValueList": [v]} on a
 *       →  AND ─┬─ CALL attribute_exists ── PATH a
 *               └─ NOT ── CALL contains ─┬─ PATH a
 *                                        └─ VALUE v
 */
#include "backend/embedded/legacy_term.h"

#include "backend/json_in.h"

#define INVALID "One or more parameter values were invalid: "

enum { MANY = INT32_MAX };

/* Bits by type of value; BOOL is one type. */
#define BIT(type) (1u << (type))
#define SCALARS (BIT(VALUE_S) | BIT(VALUE_N) | BIT(VALUE_B))
#define ANY (~0u)

struct legacy_operator {
    const char *name;
    size_t min, max; /* arguments */
    unsigned types;  /* of arguments */
    enum expr_node_kind kind;
    unsigned op; /* of the node */
    bool negated;
    enum expr_operator key;
};

static const struct legacy_operator operators[] = {
    {"EQ", 1, 1, ANY, EXPR_NODE_COMPARE, EXPR_EQ, false, EXPR_EQ},
    {"NE", 1, 1, ANY, EXPR_NODE_COMPARE, EXPR_NE, false, EXPR_NE},
    {"LE", 1, 1, SCALARS, EXPR_NODE_COMPARE, EXPR_LE, false, EXPR_LE},
    {"LT", 1, 1, SCALARS, EXPR_NODE_COMPARE, EXPR_LT, false, EXPR_LT},
    {"GE", 1, 1, SCALARS, EXPR_NODE_COMPARE, EXPR_GE, false, EXPR_GE},
    {"GT", 1, 1, SCALARS, EXPR_NODE_COMPARE, EXPR_GT, false, EXPR_GT},
    {"NOT_NULL", 0, 0, ANY, EXPR_NODE_CALL, EXPR_ATTRIBUTE_EXISTS, false, EXPR_NE},
    {"NULL", 0, 0, ANY, EXPR_NODE_CALL, EXPR_ATTRIBUTE_NOT_EXISTS, false, EXPR_NE},
    {"CONTAINS", 1, 1, SCALARS, EXPR_NODE_CALL, EXPR_CONTAINS, false, EXPR_NE},
    {"NOT_CONTAINS", 1, 1, SCALARS, EXPR_NODE_CALL, EXPR_CONTAINS, true, EXPR_NE},
    {"BEGINS_WITH", 1, 1, BIT(VALUE_S) | BIT(VALUE_B), EXPR_NODE_CALL, EXPR_BEGINS, false,
        EXPR_BEGINS_WITH},
    {"IN", 1, MANY, SCALARS, EXPR_NODE_IN, 0, false, EXPR_NE},
    {"BETWEEN", 2, 2, SCALARS, EXPR_NODE_BETWEEN, 0, false, EXPR_BETWEEN},
};

const struct legacy_operator *legacy_term_operator(struct str name)
{
    size_t i = 0;
    while (i < sizeof operators / sizeof operators[0] - 1 &&
           !str_equal(name, str_from(operators[i].name)))
        i++;
    return &operators[i];
}

/* ---- arguments ---- */

bool legacy_term_value(
    struct call *call, const struct json *json, struct value *out, struct err *err)
{
    struct buf *bytes = engine_buf(call, CALL_RECORD);
    if (!json_in_typed(bytes, json, err))
        return false;
    *out = value_of(arena_dup(&call->arena, buf_str(bytes)));
    return true;
}

bool legacy_term_values(
    struct call *call, const struct json *list, struct legacy_term *out, struct err *err)
{
    struct value *values = arena_array(&call->arena, struct value, list ? list->count : 0);
    out->values = values;
    out->count = 0;
    for (const struct json *m = list ? list->first : NULL; m; m = m->next)
        if (!legacy_term_value(call, m, &values[out->count++], err))
            return false;
    return true;
}

static bool same_types(const struct legacy_term *term)
{
    for (size_t i = 1; i < term->count; i++)
        if (value_type_name(term->values[i].type) != value_type_name(term->values[0].type))
            return false;
    return true;
}

static bool check_count(const struct legacy_term *term, struct err *err)
{
    return (term->count >= term->op->min && term->count <= term->op->max) ||
           err_invalid(err, INVALID "Invalid number of argument(s) for the %s ComparisonOperator",
               term->op->name);
}

bool legacy_term_check(const struct legacy_term *term, struct err *err)
{
    const struct value *v = term->values;
    if (!check_count(term, err))
        return false;
    if (!same_types(term))
        return err_invalid(
            err, INVALID "AttributeValues inside AttributeValueList must be of same type");
    if (term->count && !(term->op->types & BIT(v[0].type)))
        return err_invalid(err,
            INVALID "ComparisonOperator %s is not valid for %s AttributeValue type", term->op->name,
            value_type_name(v[0].type));
    if (term->op->kind == EXPR_NODE_BETWEEN && value_compare(v[0], v[1]) > 0)
        return err_invalid(err, "The BETWEEN condition was provided a range where the lower bound "
                                "is greater than the upper bound");
    return true;
}

/* ---- trees ---- */

struct expr_node *legacy_term_path(struct arena *arena, struct str attribute)
{
    struct expr_step step = {.name = attribute, .index = -1};
    return expr_ast_path(arena, &step, 1);
}

struct expr_node *legacy_term_node(struct arena *arena, const struct legacy_term *term)
{
    struct expr_node *node = expr_ast_node(arena, term->op->kind, term->op->op);
    expr_ast_add(node, legacy_term_path(arena, term->attribute));
    for (size_t i = 0; i < term->count; i++)
        expr_ast_add(node, expr_ast_value(arena, term->values[i]));
    if (!term->op->negated)
        return node;
    /* an attribute that is not there neither contains nor does not contain */
    struct expr_node *exists = expr_ast_node(arena, EXPR_NODE_CALL, EXPR_ATTRIBUTE_EXISTS);
    struct expr_node *negation = expr_ast_node(arena, EXPR_NODE_NOT, 0);
    struct expr_node *both = expr_ast_node(arena, EXPR_NODE_AND, 0);
    expr_ast_add(exists, legacy_term_path(arena, term->attribute));
    expr_ast_add(negation, node);
    expr_ast_add(both, exists);
    expr_ast_add(both, negation);
    return both;
}

enum expr_operator legacy_term_key_operator(const struct legacy_term *term)
{
    return term->op->key;
}
