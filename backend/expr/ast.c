/* SPDX-License-Identifier: MIT */
/*
 * Makes the nodes of expression trees and names what is in them. Knows no text and no item: the
 * parsers and the translators of other languages build with it, eval and apply run what was built.
 */
#include "backend/expr/ast.h"

const char *expr_kind_name(enum expr_kind kind)
{
    switch (kind) {
    case EXPR_CONDITION:
        return "ConditionExpression";
    case EXPR_FILTER:
        return "FilterExpression";
    case EXPR_KEY_CONDITION:
        return "KeyConditionExpression";
    case EXPR_PROJECTION:
        return "ProjectionExpression";
    case EXPR_UPDATE:
        return "UpdateExpression";
    case EXPR_STATEMENT:
        break;
    }
    return "";
}

static const struct {
    const char *name;
    unsigned arity;
} functions[] = {
    [EXPR_ATTRIBUTE_EXISTS] = {"attribute_exists", 1},
    [EXPR_ATTRIBUTE_NOT_EXISTS] = {"attribute_not_exists", 1},
    [EXPR_ATTRIBUTE_TYPE] = {"attribute_type", 2},
    [EXPR_BEGINS] = {"begins_with", 2},
    [EXPR_CONTAINS] = {"contains", 2},
    [EXPR_SIZE] = {"size", 1},
    [EXPR_IF_NOT_EXISTS] = {"if_not_exists", 2},
    [EXPR_LIST_APPEND] = {"list_append", 2},
    [EXPR_PLUS] = {"+", 2},
    [EXPR_MINUS] = {"-", 2},
    [EXPR_UNKNOWN_FUNCTION] = {"", 0},
};

enum expr_function expr_ast_function(struct str name)
{
    for (unsigned f = 0; f < EXPR_PLUS; f++)
        if (str_equal(name, str_from(functions[f].name)))
            return (enum expr_function)f;
    return EXPR_UNKNOWN_FUNCTION;
}

const char *expr_ast_function_name(enum expr_function function)
{
    return functions[function].name;
}

bool expr_ast_is_condition(const struct expr_node *node)
{
    return node->kind > EXPR_NODE_CALL || (node->kind == EXPR_NODE_CALL && node->op < EXPR_SIZE);
}

unsigned expr_ast_arity(enum expr_function function)
{
    return functions[function].arity;
}

const char *expr_ast_operator_name(enum expr_operator op)
{
    static const char *const names[] = {"=", "<>", "<", "<=", ">", ">=", "BETWEEN", "begins_with"};
    return names[op];
}

struct expr_node *expr_ast_node(struct arena *arena, enum expr_node_kind kind, unsigned op)
{
    struct expr_node *node = arena_new(arena, struct expr_node);
    node->kind = (uint8_t)kind;
    node->op = (uint8_t)op;
    return node;
}

void expr_ast_add(struct expr_node *parent, struct expr_node *operand)
{
    if (parent->last)
        parent->last->next = operand;
    else
        parent->first = operand;
    parent->last = operand;
    parent->count++;
}

struct expr_node *expr_ast_path(struct arena *arena, const struct expr_step *steps, size_t count)
{
    struct expr_node *node = expr_ast_node(arena, EXPR_NODE_PATH, 0);
    struct expr_step *copy = arena_alloc(arena, count * sizeof *copy);
    memcpy(copy, steps, count * sizeof *copy);
    node->path = (struct expr_path){.count = (uint32_t)count, .steps = copy};
    node->count = (uint32_t)count;
    return node;
}

struct expr_node *expr_ast_value(struct arena *arena, struct value value)
{
    struct expr_node *node = expr_ast_node(arena, EXPR_NODE_VALUE, 0);
    node->value = value;
    return node;
}

const struct expr_condition *expr_ast_condition(struct arena *arena, const struct expr_node *root)
{
    struct expr_condition *condition = arena_new(arena, struct expr_condition);
    condition->root = root;
    return condition;
}

const struct expr_projection *expr_ast_projection(
    struct arena *arena, const struct expr_path *const *paths, size_t count)
{
    struct expr_projection *projection = arena_new(arena, struct expr_projection);
    expr_paths_sort(arena, &projection->paths, paths, count);
    return projection;
}

const struct expr_update *expr_ast_update(
    struct arena *arena, const struct expr_action *actions, size_t count)
{
    struct expr_update *update = arena_new(arena, struct expr_update);
    const struct expr_path **paths = arena_alloc(arena, count * sizeof *paths);
    for (size_t i = 0; i < count; i++)
        paths[i] = &actions[i].target->path;
    update->count = (uint32_t)count;
    update->actions = actions;
    expr_paths_sort(arena, &update->paths, paths, count);
    return update;
}

static unsigned nest(struct value v, unsigned limit)
{
    if ((v.type != VALUE_L && v.type != VALUE_M) || limit == 0)
        return 0;
    unsigned deepest = 0;
    struct value_walk walk = value_walk(v);
    struct str name;
    struct value member;
    while (value_next(&walk, &name, &member)) {
        unsigned below = nest(member, limit - 1);
        if (below > deepest)
            deepest = below;
    }
    return deepest + 1;
}

unsigned expr_ast_nest(struct value v)
{
    return nest(v, 2 * VALUE_DEPTH_MAX);
}

enum expr_operator expr_ast_turned(enum expr_operator op)
{
    switch (op) {
    case EXPR_LT:
        return EXPR_GT;
    case EXPR_LE:
        return EXPR_GE;
    case EXPR_GT:
        return EXPR_LT;
    case EXPR_GE:
        return EXPR_LE;
    default:
        return op;
    }
}
