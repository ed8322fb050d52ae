/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a well-formed tree, in the service's words and in its order: undefined
 * placeholders, numbers of operands, operands that must differ, types of literals. Knows no items:
 * an attribute's type is not known here. Must not change the tree.
 */
#include "backend/expr/parse.h"

#include "backend/json_out.h"
#include "backend/number.h"

typedef bool check(struct expr_parser *p, const struct expr_node *node);

/* The operands of a node before the node itself. */
static bool each(struct expr_parser *p, const struct expr_node *node, check *test)
{
    for (const struct expr_node *n = node->first; n; n = n->next)
        if (!each(p, n, test))
            return false;
    return test(p, node);
}

/* ---- placeholders ---- */

static bool check_name(struct expr_parser *p, const struct expr_node *node)
{
    if (node->kind != EXPR_NODE_PATH)
        return true;
    if (node->missing.at)
        return expr_parse_fail(p, (uint32_t)(node->missing.at - p->text.at),
            (uint32_t)node->missing.len,
            "An expression attribute name used in the document path is not defined; attribute "
            "name: "
            "%.*s",
            STR_ARG(node->missing));
    if (node->count > EXPR_DEPTH_MAX)
        return expr_parse_fail(p, node->at, node->len,
            "The document path has too many nesting levels; nesting levels: %u", node->count);
    return true;
}

static bool check_value(struct expr_parser *p, const struct expr_node *node)
{
    if (node->kind != EXPR_NODE_VALUE || !node->missing.at)
        return true;
    return expr_parse_fail(p, node->at, node->len,
        "An expression attribute value used in expression is not defined; attribute value: %.*s",
        STR_ARG(node->missing));
}

static bool check_placeholder(struct expr_parser *p, const struct expr_node *node)
{
    return check_name(p, node) && check_value(p, node);
}

static bool all_nodes(struct expr_parser *p, check *test)
{
    for (const struct expr_node *node = p->nodes; node; node = node->after)
        if (!test(p, node))
            return false;
    return true;
}

bool expr_check_names(struct expr_parser *p)
{
    return all_nodes(p, check_name);
}

bool expr_check_values(struct expr_parser *p)
{
    return all_nodes(p, check_value);
}

/* ---- numbers of operands ---- */

static bool check_count(struct expr_parser *p, const struct expr_node *node)
{
    if (node->kind == EXPR_NODE_IN && node->count - 1 > EXPR_IN_MAX)
        return expr_parse_fail(p, node->at, node->len,
            "The IN operator is provided with too many operands; number of operands: %u",
            node->count - 1);
    if (node->kind != EXPR_NODE_CALL)
        return true;
    enum expr_function function = (enum expr_function)node->op;
    if (node->count == expr_ast_arity(function))
        return true;
    return expr_parse_fail(p, node->at, node->len,
        "Incorrect number of operands for operator or function; operator or function: %s, number "
        "of "
        "operands: %u",
        expr_ast_function_name(function), node->count);
}

/* ---- operands that must differ ---- */

static const char *name_of(const struct expr_node *node)
{
    switch (node->kind) {
    case EXPR_NODE_CALL:
        return expr_ast_function_name((enum expr_function)node->op);
    case EXPR_NODE_IN:
        return "IN";
    case EXPR_NODE_BETWEEN:
        return "BETWEEN";
    default:
        return expr_ast_operator_name((enum expr_operator)node->op);
    }
}

static bool must_differ(const struct expr_node *node)
{
    if (node->kind == EXPR_NODE_CALL)
        return node->op != EXPR_SIZE && node->op < EXPR_LIST_APPEND;
    return node->kind == EXPR_NODE_COMPARE || node->kind == EXPR_NODE_BETWEEN ||
           node->kind == EXPR_NODE_IN;
}

static bool check_distinct(struct expr_parser *p, const struct expr_node *node)
{
    const struct expr_node *first = node->first;
    if (!must_differ(node) || first->kind != EXPR_NODE_PATH)
        return true;
    for (const struct expr_node *n = first->next; n; n = n->next) {
        if (n->kind != EXPR_NODE_PATH || !expr_paths_equal(&first->path, &n->path))
            continue;
        struct buf path = {0};
        expr_paths_text(&path, &first->path);
        expr_parse_fail(p, node->at, node->len,
            "The first operand must be distinct from the remaining operands for this operator or "
            "function; operator: %s, first operand: %.*s",
            name_of(node), STR_ARG(path));
        buf_fini(&path);
        return false;
    }
    return true;
}

/* ---- types of literals ---- */

enum { S_N_B = 1 << VALUE_S | 1 << VALUE_N | 1 << VALUE_B };

/* What is known without an item; VALUE_NONE for attributes. */
static enum value_type static_type(const struct expr_node *node)
{
    if (node->kind == EXPR_NODE_VALUE)
        return node->value.type;
    if (node->kind == EXPR_NODE_CALL && node->op == EXPR_SIZE)
        return VALUE_N;
    return expr_ast_is_condition(node) ? VALUE_TRUE : VALUE_NONE;
}

static bool wrong_type(struct expr_parser *p, const struct expr_node *node,
    const struct expr_node *operand, const char *type)
{
    return expr_parse_fail(p, operand->at, operand->len,
        "Incorrect operand type for operator or function; operator or function: %s, operand type: "
        "%s",
        name_of(node), type);
}

/* Whether the type of each operand, where it is known, is one of `allowed` (bits). */
static bool check_types(struct expr_parser *p, const struct expr_node *node, unsigned allowed)
{
    for (const struct expr_node *n = node->first; n; n = n->next) {
        enum value_type type = static_type(n);
        if (type != VALUE_NONE && !(allowed >> type & 1))
            return wrong_type(p, node, n, value_type_name(type));
    }
    return true;
}

static void bound_text(struct buf *out, struct value v)
{
    char number[NUMBER_TEXT_MAX];
    buf_printf(out, "AttributeValue: {%s:", value_type_name(v.type));
    if (v.type == VALUE_N)
        buf_add_bytes(out, number, number_format(v.data, number));
    else if (v.type == VALUE_B)
        json_out_base64(out, v.data);
    else
        buf_add(out, v.data);
    buf_add_byte(out, '}');
}

static bool wrong_bounds(struct expr_parser *p, const struct expr_node *node, const char *what)
{
    const struct expr_node *low = node->first->next, *high = low->next;
    struct buf low_text = {0}, high_text = {0};
    bound_text(&low_text, low->value);
    bound_text(&high_text, high->value);
    expr_parse_fail(p, low->at, high->at + high->len - low->at,
        "The BETWEEN operator requires %s; lower bound operand: %.*s, upper bound operand: %.*s",
        what, STR_ARG(low_text), STR_ARG(high_text));
    buf_fini(&low_text);
    buf_fini(&high_text);
    return false;
}

static bool check_between(struct expr_parser *p, const struct expr_node *node)
{
    const struct expr_node *low = node->first->next, *high = low->next;
    if (!check_types(p, node, S_N_B))
        return false;
    if (low->kind != EXPR_NODE_VALUE || high->kind != EXPR_NODE_VALUE)
        return true;
    if (low->value.type != high->value.type)
        return wrong_bounds(p, node, "same data type for lower and upper bounds");
    if (value_compare(low->value, high->value) > 0)
        return wrong_bounds(p, node, "upper bound to be greater than or equal to lower bound");
    return true;
}

/* attribute_type(path, :type) with a literal that names a type */
static bool check_attribute_type(struct expr_parser *p, const struct expr_node *node)
{
    const struct expr_node *type = node->first->next;
    if (type->kind != EXPR_NODE_VALUE)
        return wrong_type(
            p, node, type, type->kind == EXPR_NODE_PATH ? "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}" : "N");
    if (type->value.type != VALUE_S)
        return wrong_type(p, node, type, value_type_name(type->value.type));
    if (value_type_from_name(type->value.data) == VALUE_NONE)
        return expr_parse_fail(p, type->at, type->len,
            "Invalid attribute type name found; type: %.*s, valid types: {%s}",
            STR_ARG(type->value.data),
            p->kind == EXPR_STATEMENT ? "N,BS,L,B,NULL,M,S,SS,NS,BOOL"
                                      : "B,NULL,SS,BOOL,L,BS,N,NS,S,M");
    return true;
}

static bool check_is_path(struct expr_parser *p, const struct expr_node *node)
{
    if (node->first->kind == EXPR_NODE_PATH)
        return true;
    return expr_parse_fail(p, node->first->at, node->first->len,
        "Operator or function requires a document path; operator or function: %s", name_of(node));
}

static bool check_call(struct expr_parser *p, const struct expr_node *node)
{
    switch ((enum expr_function)node->op) {
    case EXPR_ATTRIBUTE_EXISTS:
    case EXPR_ATTRIBUTE_NOT_EXISTS:
    case EXPR_IF_NOT_EXISTS:
        return check_is_path(p, node);
    case EXPR_ATTRIBUTE_TYPE:
        return check_attribute_type(p, node);
    case EXPR_BEGINS:
        return check_types(p, node, 1 << VALUE_S | 1 << VALUE_B);
    case EXPR_SIZE:
        return check_types(
            p, node, ~(1U << VALUE_N | 1U << VALUE_TRUE | 1U << VALUE_FALSE | 1U << VALUE_NULL));
    case EXPR_LIST_APPEND:
        return check_types(p, node, 1 << VALUE_L);
    case EXPR_PLUS:
    case EXPR_MINUS:
        return check_types(p, node, 1 << VALUE_N);
    case EXPR_CONTAINS:
    case EXPR_UNKNOWN_FUNCTION:
        break;
    }
    return true;
}

static bool check_operand_types(struct expr_parser *p, const struct expr_node *node)
{
    switch (node->kind) {
    case EXPR_NODE_CALL:
        return check_call(p, node);
    case EXPR_NODE_BETWEEN:
        return check_between(p, node);
    case EXPR_NODE_COMPARE:
        return node->op <= EXPR_NE || check_types(p, node, S_N_B);
    default:
        return true;
    }
}

/* ---- whole trees ---- */

bool expr_check_value(struct expr_parser *p, const struct expr_node *value)
{
    return each(p, value, check_count) && each(p, value, check_distinct) &&
           each(p, value, check_operand_types);
}

bool expr_check_condition(struct expr_parser *p, const struct expr_node *root)
{
    if (root->kind != EXPR_NODE_AND && root->kind != EXPR_NODE_OR && root->kind != EXPR_NODE_NOT)
        return each(p, root, check_placeholder) && expr_check_value(p, root);
    for (const struct expr_node *n = root->first; n; n = n->next)
        if (!expr_check_condition(p, n))
            return false;
    return true;
}

bool expr_check_paths(
    struct expr_parser *p, const struct expr_paths *sorted, const struct expr_path *const *paths)
{
    struct expr_clash clash;
    if (!expr_paths_clash(sorted, paths, &clash))
        return true;
    struct buf one = {0}, two = {0};
    expr_paths_text(&one, paths[clash.one]);
    expr_paths_text(&two, paths[clash.two]);
    expr_parse_fail(p, (uint32_t)paths[clash.two]->at, (uint32_t)paths[clash.two]->len,
        "Two document paths %s with each other; must remove or rewrite one of these paths; path "
        "one: "
        "%.*s, path two: %.*s",
        clash.conflict ? "conflict" : "overlap", STR_ARG(one), STR_ARG(two));
    buf_fini(&one);
    buf_fini(&two);
    return false;
}

/* ---- trees made by hand ---- */

bool expr_check_made_condition(struct arena *arena, const struct expr_node *root, struct err *err)
{
    struct expr_parser p = {.arena = arena, .kind = EXPR_STATEMENT, .err = err};
    return expr_check_condition(&p, root);
}

static bool check_action(struct expr_parser *p, const struct expr_action *action)
{
    return check_name(p, action->target) &&
           (!action->value ||
               (each(p, action->value, check_name) && expr_check_value(p, action->value)));
}

const struct expr_update *expr_check_made_update(
    struct arena *arena, const struct expr_action *actions, size_t count, struct err *err)
{
    struct expr_parser p = {.arena = arena, .kind = EXPR_STATEMENT, .err = err};
    const struct expr_path **paths = arena_alloc(arena, count * sizeof *paths);
    for (size_t i = 0; i < count; i++) {
        if (!check_action(&p, &actions[i]))
            return NULL;
        paths[i] = &actions[i].target->path;
    }
    const struct expr_update *update = expr_ast_update(arena, actions, count);
    return expr_check_paths(&p, &update->paths, paths) ? update : NULL;
}
