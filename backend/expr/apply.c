/* SPDX-License-Identifier: MIT */
/*
 * Applies update expressions: every right side is worked out from the item as it was, then
 * rebuild.c writes the new item. Must not know the text of expressions, keys, or tables.
 */
#include "backend/expr/apply.h"

#include "backend/expr/build.h"
#include "backend/number.h"
#include "base/mem.h"

#include <stdlib.h>

static bool refuse(struct expr_application *a, const struct expr_node *node, const char *text)
{
    err_invalid(a->err, "%s", text);
    return err_place(a->err, node->at, node->len);
}

static bool wrong_type(struct expr_application *a, const struct expr_node *node)
{
    return refuse(a, node, "An operand in the update expression has an incorrect data type");
}

/* ---- right sides ---- */

/* A right side may lack an attribute; that is told only after all wrong types (see work_out()). */
struct found {
    struct value value;
    const struct expr_node *missing;
};

static void find(struct expr_application *a, const struct expr_node *node, struct found *out)
{
    if (node->kind == EXPR_NODE_VALUE) {
        out->value = node->value;
    } else if (node->kind == EXPR_NODE_PATH) {
        if (!expr_path_find(&node->path, a->item, &out->value))
            out->missing = node;
    } else if (node->op == EXPR_IF_NOT_EXISTS) {
        if (!expr_path_find(&node->first->path, a->item, &out->value))
            find(a, node->first->next, out);
    }
}

static bool find_typed(struct expr_application *a, const struct expr_node *node,
    enum value_type type, struct found *out)
{
    out->missing = NULL;
    find(a, node, out);
    return out->missing || out->value.type == type || wrong_type(a, node);
}

static void computed(struct expr_application *a, struct expr_outcome *o, size_t at)
{
    o->what = EXPR_PUT;
    o->computed = true;
    o->at = at;
    o->len = a->scratch.len - at;
}

static bool put_number(struct expr_application *a, struct expr_outcome *o,
    const struct expr_node *node, bool plus, struct str left, struct str right)
{
    struct number sum;
    size_t at = a->scratch.len;
    if (!(plus ? number_add : number_subtract)(&sum, left, right, a->err))
        return err_place(a->err, node->at, node->len);
    value_put_number(&a->scratch, number_str(&sum));
    computed(a, o, at);
    return true;
}

static bool sum(struct expr_application *a, const struct expr_node *node, struct expr_outcome *o,
    const struct expr_node **missing)
{
    struct found left, right;
    if (!find_typed(a, node->first, VALUE_N, &left) ||
        !find_typed(a, node->first->next, VALUE_N, &right))
        return false;
    *missing = left.missing ? left.missing : right.missing;
    return *missing ||
           put_number(a, o, node, node->op == EXPR_PLUS, left.value.data, right.value.data);
}

static void put_lists(
    struct expr_application *a, struct expr_outcome *o, struct value one, struct value two)
{
    size_t at = a->scratch.len;
    struct expr_build list = expr_build_open(&a->scratch, VALUE_L);
    expr_build_run(&list, &a->scratch, one.data, one.count);
    expr_build_run(&list, &a->scratch, two.data, two.count);
    expr_build_close(&list, &a->scratch);
    computed(a, o, at);
}

static bool list_append(struct expr_application *a, const struct expr_node *node,
    struct expr_outcome *o, const struct expr_node **missing)
{
    struct found left, right;
    if (!find_typed(a, node->first, VALUE_L, &left) ||
        !find_typed(a, node->first->next, VALUE_L, &right))
        return false;
    *missing = left.missing ? left.missing : right.missing;
    if (!*missing)
        put_lists(a, o, left.value, right.value);
    return true;
}

static bool set(struct expr_application *a, const struct expr_node *node, struct expr_outcome *o,
    const struct expr_node **missing)
{
    if (node->kind == EXPR_NODE_CALL && (node->op == EXPR_PLUS || node->op == EXPR_MINUS))
        return sum(a, node, o, missing);
    if (node->kind == EXPR_NODE_CALL && node->op == EXPR_LIST_APPEND)
        return list_append(a, node, o, missing);
    struct found found = {.missing = NULL};
    find(a, node, &found);
    *missing = found.missing;
    o->what = EXPR_PUT;
    o->value = found.value;
    return true;
}

/* ---- sets ---- */

/* Both sets are in byte order: one walk over the two. Members of both and of one side alone. */
static void merge(struct expr_application *a, struct expr_build *set, struct value one,
    struct value two, bool both, bool only_two)
{
    struct value_walk w1 = value_walk(one), w2 = value_walk(two);
    struct str name;
    struct value m1, m2;
    bool more1 = value_next(&w1, &name, &m1), more2 = value_next(&w2, &name, &m2);
    while (more1 || more2) {
        int order = !more2 ? -1 : !more1 ? 1 : str_compare(m1.data, m2.data);
        if (order < 0 || (order == 0 && both))
            expr_build_bytes(set, &a->scratch, m1.data);
        else if (order > 0 && only_two)
            expr_build_bytes(set, &a->scratch, m2.data);
        if (order <= 0)
            more1 = value_next(&w1, &name, &m1);
        if (order >= 0)
            more2 = value_next(&w2, &name, &m2);
    }
}

/* The union of two sets, or what is left of the first without the second. */
static void combine(struct expr_application *a, struct expr_outcome *o, struct value one,
    struct value two, bool add)
{
    size_t at = a->scratch.len;
    struct expr_build set = expr_build_open(&a->scratch, one.type);
    merge(a, &set, one, two, add, add);
    expr_build_close(&set, &a->scratch);
    computed(a, o, at);
    if (set.count == 0)
        *o = (struct expr_outcome){.what = EXPR_DROP};
}

static bool add(
    struct expr_application *a, const struct expr_action *action, struct expr_outcome *o)
{
    struct value old, more = action->value->value;
    if (!expr_path_find(&action->target->path, a->item, &old)) {
        *o = (struct expr_outcome){.what = EXPR_PUT, .value = more};
        return true;
    }
    if (old.type != more.type)
        return wrong_type(a, action->target);
    if (old.type == VALUE_N)
        return put_number(a, o, action->target, true, old.data, more.data);
    if (old.type == VALUE_L) /* not in expressions, but the legacy ADD appends */
        put_lists(a, o, old, more);
    else if (value_is_set(old.type))
        combine(a, o, old, more, true);
    else
        return wrong_type(a, action->target);
    return true;
}

static bool delete (
    struct expr_application *a, const struct expr_action *action, struct expr_outcome *o)
{
    struct value old, less = action->value->value;
    if (!expr_path_find(&action->target->path, a->item, &old))
        return true;
    if (old.type != less.type || !value_is_set(old.type))
        return wrong_type(a, action->target);
    combine(a, o, old, less, false);
    return true;
}

/* ---- all actions ---- */

static bool work_out_one(struct expr_application *a, const struct expr_action *action,
    struct expr_outcome *o, const struct expr_node **missing)
{
    switch (action->clause) {
    case EXPR_SET:
        return set(a, action->value, o, missing);
    case EXPR_REMOVE:
        o->what = EXPR_DROP;
        return true;
    case EXPR_ADD:
        return add(a, action, o);
    case EXPR_DELETE:
        return delete (a, action, o);
    }
    return true;
}

/* All but the last step of a target must lead to a container of the right kind. */
static bool check_target(struct expr_application *a, const struct expr_node *target)
{
    struct expr_path parent = target->path;
    struct value container;
    if (--parent.count == 0)
        return target->path.steps[0].index < 0;
    bool list = target->path.steps[parent.count].index >= 0;
    if (expr_path_find(&parent, a->item, &container) &&
        container.type == (list ? VALUE_L : VALUE_M))
        return true;
    return refuse(
        a, target, "The document path provided in the update expression is invalid for update");
}

static bool check_nesting(
    struct expr_application *a, const struct expr_node *target, const struct expr_outcome *o)
{
    if (o->what != EXPR_PUT ||
        target->path.count + expr_ast_nest(expr_apply_value(a, o)) <= (unsigned)VALUE_DEPTH_MAX)
        return true;
    return refuse(a, target,
        "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels "
        "beyond supported limit");
}

/* The service looks for wrong types first, then for impossible targets, then for missing operands.
 */
static bool work_out(struct expr_application *a)
{
    const struct expr_node *first_missing = NULL;
    for (uint32_t i = 0; i < a->update->count; i++) {
        const struct expr_node *missing = NULL;
        a->outcomes[i] = (struct expr_outcome){.what = EXPR_KEEP};
        if (!work_out_one(a, &a->update->actions[i], &a->outcomes[i], &missing))
            return false;
        if (!first_missing)
            first_missing = missing;
    }
    for (uint32_t i = 0; i < a->update->count; i++)
        if (!check_target(a, a->update->actions[i].target))
            return false;
    if (first_missing)
        return refuse(a, first_missing,
            "The provided expression refers to an attribute that does not exist in the item");
    for (uint32_t i = 0; i < a->update->count; i++)
        if (!check_nesting(a, a->update->actions[i].target, &a->outcomes[i]))
            return false;
    return true;
}

bool expr_apply(
    const struct expr_update *update, struct value item, struct buf *out, struct err *err)
{
    struct expr_application a = {.update = update, .item = item, .err = err, .out = out};
    struct expr_outcome *many = NULL;
    if (item.type != VALUE_M)
        a.item = (struct value){.type = VALUE_M, .data = STR("")};
    if (update->count > EXPR_FEW)
        many = mem_alloc(update->count * sizeof *many);
    a.outcomes = many ? many : a.few;
    size_t start = out->len;
    bool ok = work_out(&a);
    if (ok)
        expr_rebuild(&a);
    if (a.damaged) {
        out->len = start;
        ok =
            err_set(err, ERR_DATA, "the item to update is damaged: it has bytes that are no value");
    }
    buf_fini(&a.scratch);
    free(many);
    return ok;
}
