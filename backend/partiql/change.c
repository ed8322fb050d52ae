/* SPDX-License-Identifier: MIT */
/*
 * SET and REMOVE into the actions of an update expression. set_add() and set_delete() are what
 * update expressions call ADD and DELETE.
 *
 *   SET n = n + 1 SET s = set_add(s, <<'x'>>) REMOVE a.b   →   SET n = n + :1  ADD s :x  REMOVE a.b
 */
#include "backend/partiql/make.h"

static struct expr_node *none(bool refused)
{
    (void)refused;
    return NULL;
}

/* ---- right sides ---- */

static struct expr_node *refuse_operator(struct partiql_maker *m, const struct partiql_node *node)
{
    struct str sign = node->text.len ? node->text : STR("-");
    if (node->word == WORD_IS)
        return none(
            partiql_make_refuse(m, node, "IS operator is not supported in update expressions"));
    return none(partiql_make_refuse(
        m, node, "Unsupported operator in Update Expression. Operator: %.*s", STR_ARG(sign)));
}

static struct expr_node *operand(struct partiql_maker *m, const struct partiql_node *node)
{
    if (partiql_make_is_path(node))
        return partiql_operand_path(m, node);
    if (partiql_literal_is(node) || node->kind == PARTIQL_NODE_PARAMETER)
        return partiql_operand_value(m, node);
    if (node->kind == PARTIQL_NODE_MISSING)
        return none(partiql_make_refuse(m, node, "MISSING must be compared using IS operator"));
    if (node->kind == PARTIQL_NODE_CALL)
        return none(
            partiql_make_refuse_at(m, node, "Unrecognized function: %.*s", STR_ARG(node->text)));
    if (node->kind == PARTIQL_NODE_BINARY || node->kind == PARTIQL_NODE_UNARY)
        return refuse_operator(m, node);
    return none(
        partiql_make_refuse_at(m, node, "Unsupported operation: %s", partiql_make_kind(node)));
}

static struct expr_node *call(
    struct partiql_maker *m, const struct partiql_node *node, enum expr_function function)
{
    struct expr_node *made = partiql_operand_node(m, node, EXPR_NODE_CALL, function);
    for (const struct partiql_node *n = node->first; n; n = n->next) {
        struct expr_node *one = operand(m, n);
        if (!one)
            return NULL;
        expr_ast_add(made, one);
    }
    return made;
}

/* value = operand | operand ( "+" | "-" ) operand | list_append "(" operand "," operand ")" */
static struct expr_node *value(struct partiql_maker *m, const struct partiql_node *node)
{
    if (node->kind == PARTIQL_NODE_BINARY && node->word == WORD_PLUS)
        return call(m, node, EXPR_PLUS);
    if (node->kind == PARTIQL_NODE_BINARY && node->word == WORD_MINUS)
        return call(m, node, EXPR_MINUS);
    if (node->kind == PARTIQL_NODE_CALL && str_equal(node->text, STR("list_append")))
        return call(m, node, EXPR_LIST_APPEND);
    return operand(m, node);
}

/* ---- sets ---- */

static bool check_target(struct partiql_maker *m, const struct expr_action *action,
    const struct partiql_node *node, const char *name)
{
    struct err ignored = ERR_INIT;
    struct partiql_maker quiet = *m;
    quiet.err = &ignored;
    struct expr_node *first =
        partiql_make_is_path(node->first) ? partiql_operand_path(&quiet, node->first) : NULL;
    return (first && expr_paths_equal(&first->path, &action->target->path)) ||
           partiql_make_refuse_at(
               m, node, "The first argument to %s must equal the assignment value", name);
}

/* set = ( "set_add" | "set_delete" ) "(" target "," value ")" */
static bool change_set(struct partiql_maker *m, struct expr_action *action,
    const struct partiql_node *node, const char *name)
{
    if (node->count != 2)
        return partiql_make_refuse_at(m, node, "%s must have exactly two arguments", name);
    if (!check_target(m, action, node, name))
        return false;
    const struct partiql_node *second = node->first->next;
    struct expr_node *members = NULL;
    if ((partiql_literal_is(second) || second->kind == PARTIQL_NODE_PARAMETER) &&
        !(members = partiql_operand_value(m, second)))
        return false;
    action->value = members;
    return (members && value_is_set(members->value.type)) ||
           partiql_make_refuse_at(
               m, node->first, "The second argument to %s must be a value with type SET", name);
}

/* ---- actions ---- */

static bool change_value(
    struct partiql_maker *m, struct expr_action *action, const struct partiql_node *node)
{
    bool call = node->kind == PARTIQL_NODE_CALL;
    if (call && str_equal(node->text, STR("set_add"))) {
        action->clause = EXPR_ADD;
        return change_set(m, action, node, "SET_ADD");
    }
    if (call && str_equal(node->text, STR("set_delete"))) {
        action->clause = EXPR_DELETE;
        return change_set(m, action, node, "SET_DELETE");
    }
    action->clause = EXPR_SET;
    return (action->value = value(m, node));
}

static bool change(
    struct partiql_maker *m, const struct partiql_change *from, struct expr_action *action)
{
    if (!(action->target = partiql_operand_path(m, from->target)))
        return false;
    action->clause = EXPR_REMOVE;
    return from->remove || change_value(m, action, from->value);
}

const struct expr_update *partiql_change_all(
    struct partiql_maker *m, const struct partiql_change *changes)
{
    size_t count = 0, i = 0;
    for (const struct partiql_change *c = changes; c; c = c->next)
        count++;
    struct expr_action *actions = arena_array(m->arena, struct expr_action, count);
    for (const struct partiql_change *c = changes; c; c = c->next) {
        if (c->foreign) {
            err_invalid(m->err, "Only one operation is allowed in a statement.");
            return NULL;
        }
        if (!change(m, c, &actions[i++]))
            return NULL;
    }
    return expr_check_made_update(m->arena, actions, count, m->err);
}
