/* SPDX-License-Identifier: MIT */
/*
 * What an update expression is charged against the limit of an item's size, apart from the item
 * itself: the service counts what the statement writes and a price for each part of it, wherever
 * it writes. Measured on the service to the byte, documented nowhere; some regions do without it.
 *
 *   update      3, and for each action
 *   SET ADD     19 + target + right side
 *   REMOVE …    1 + target                        DELETE too
 *   target      name + (4 + element) for each further one
 *   value       its size, at each use
 *   path        1 + (14 + element) for each one
 *   function    its price + operands
 */
#include "backend/expr/ast.h"

enum {
    CHARGE_UPDATE = 3,
    CHARGE_PUT = 19,
    CHARGE_TAKE = 1,
    CHARGE_STEP = 4,
    CHARGE_PATH = 1,
    CHARGE_PATH_STEP = 14,
    CHARGE_PLUS = 34,
    CHARGE_MINUS = 37,
    CHARGE_LIST_APPEND = 37,
    CHARGE_IF_NOT_EXISTS = 39,
};

/* A name's bytes, an index's digits. */
static size_t element(const struct expr_step *step)
{
    size_t digits = 1;
    if (step->index < 0)
        return step->name.len;
    for (int64_t rest = step->index; rest > 9; rest /= 10)
        digits++;
    return digits;
}

static size_t path_charge(const struct expr_path *path, size_t price)
{
    size_t charge = 0;
    for (uint32_t i = 0; i < path->count; i++)
        charge += price + element(&path->steps[i]);
    return charge;
}

static size_t function_charge(enum expr_function function)
{
    switch (function) {
    case EXPR_PLUS:
        return CHARGE_PLUS;
    case EXPR_MINUS:
        return CHARGE_MINUS;
    case EXPR_LIST_APPEND:
        return CHARGE_LIST_APPEND;
    default:
        return CHARGE_IF_NOT_EXISTS;
    }
}

static size_t operand_charge(const struct expr_node *node)
{
    if (node->kind == EXPR_NODE_VALUE)
        return value_size(node->value);
    if (node->kind == EXPR_NODE_PATH)
        return CHARGE_PATH + path_charge(&node->path, CHARGE_PATH_STEP);
    size_t charge = function_charge(node->op);
    for (const struct expr_node *n = node->first; n; n = n->next)
        charge += operand_charge(n);
    return charge;
}

static size_t action_charge(const struct expr_action *action)
{
    size_t target = path_charge(&action->target->path, CHARGE_STEP) - CHARGE_STEP;
    if (action->clause == EXPR_REMOVE || action->clause == EXPR_DELETE)
        return CHARGE_TAKE + target;
    return CHARGE_PUT + target + operand_charge(action->value);
}

size_t expr_update_charge(const struct expr_update *update)
{
    size_t charge = CHARGE_UPDATE;
    for (uint32_t i = 0; i < update->count; i++)
        charge += action_charge(&update->actions[i]);
    return charge;
}
