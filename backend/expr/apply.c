/* SPDX-License-Identifier: MIT */
/*
 * Applies update expressions: first every right side is worked out from the item as it was, then
 * the new item is written in one pass over the old one and the sorted targets. What no target
 * touches is copied as a run of bytes; only containers on the way to a target are rebuilt.
 *
 *   item      id … | m {a, b, c} | z …          targets: m.b, n
 *   new item  id … | m {a, B, c} | n | z …
 *             run     rebuilt      new run
 *
 * Must not know the text of expressions, keys, or tables.
 */
#include "backend/expr/ast.h"
#include "backend/expr/build.h"
#include "backend/number.h"

#include "base/mem.h"

#include <stdlib.h>

enum what { KEEP, PUT, DROP };

/* What an action comes to. Computed values stand in the scratch buffer, which moves while it grows.
 */
struct outcome {
    enum what what;
    bool computed;
    struct value value; /* not computed: the item's or a literal */
    size_t at, len;     /* computed: in the scratch */
};

enum { FEW = 16 };

struct apply {
    const struct expr_update *update;
    struct value item;
    struct err *err;
    struct buf *out;
    struct buf scratch;
    bool damaged;             /* the item has members that cannot be read */
    struct outcome *outcomes; /* in order of the actions */
    struct outcome few[FEW];
};

static bool refuse(struct apply *a, const struct expr_node *node, const char *text)
{
    err_invalid(a->err, "%s", text);
    return err_place(a->err, node->at, node->len);
}

static bool wrong_type(struct apply *a, const struct expr_node *node)
{
    return refuse(a, node, "An operand in the update expression has an incorrect data type");
}

/* ---- right sides ---- */

/* A right side may lack an attribute; that is told only after all wrong types (see work_out()). */
struct found {
    struct value value;
    const struct expr_node *missing;
};

static void find(struct apply *a, const struct expr_node *node, struct found *out)
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

static bool find_typed(
    struct apply *a, const struct expr_node *node, enum value_type type, struct found *out)
{
    out->missing = NULL;
    find(a, node, out);
    return out->missing || out->value.type == type || wrong_type(a, node);
}

static void computed(struct apply *a, struct outcome *o, size_t at)
{
    o->what = PUT;
    o->computed = true;
    o->at = at;
    o->len = a->scratch.len - at;
}

static bool put_number(struct apply *a, struct outcome *o, const struct expr_node *node, bool plus,
    struct str left, struct str right)
{
    struct number sum;
    size_t at = a->scratch.len;
    if (!(plus ? number_add : number_subtract)(&sum, left, right, a->err))
        return err_place(a->err, node->at, node->len);
    value_put_number(&a->scratch, number_str(&sum));
    computed(a, o, at);
    return true;
}

static bool sum(struct apply *a, const struct expr_node *node, struct outcome *o,
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

static bool list_append(struct apply *a, const struct expr_node *node, struct outcome *o,
    const struct expr_node **missing)
{
    struct found left, right;
    if (!find_typed(a, node->first, VALUE_L, &left) ||
        !find_typed(a, node->first->next, VALUE_L, &right))
        return false;
    *missing = left.missing ? left.missing : right.missing;
    if (*missing)
        return true;
    size_t at = a->scratch.len;
    struct expr_build list = expr_build_open(&a->scratch, VALUE_L);
    expr_build_run(&list, &a->scratch, left.value.data, left.value.count);
    expr_build_run(&list, &a->scratch, right.value.data, right.value.count);
    expr_build_close(&list, &a->scratch);
    computed(a, o, at);
    return true;
}

static bool set(struct apply *a, const struct expr_node *node, struct outcome *o,
    const struct expr_node **missing)
{
    if (node->kind == EXPR_NODE_CALL && (node->op == EXPR_PLUS || node->op == EXPR_MINUS))
        return sum(a, node, o, missing);
    if (node->kind == EXPR_NODE_CALL && node->op == EXPR_LIST_APPEND)
        return list_append(a, node, o, missing);
    struct found found = {.missing = NULL};
    find(a, node, &found);
    *missing = found.missing;
    o->what = PUT;
    o->value = found.value;
    return true;
}

/* ---- sets ---- */

/* Both sets are in byte order: one walk over the two. Members of both and of one side alone. */
static void merge(struct apply *a, struct expr_build *set, struct value one, struct value two,
    bool both, bool only_two)
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
static void combine(
    struct apply *a, struct outcome *o, struct value one, struct value two, bool add)
{
    size_t at = a->scratch.len;
    struct expr_build set = expr_build_open(&a->scratch, one.type);
    merge(a, &set, one, two, add, add);
    expr_build_close(&set, &a->scratch);
    computed(a, o, at);
    if (set.count == 0)
        *o = (struct outcome){.what = DROP};
}

static bool add(struct apply *a, const struct expr_action *action, struct outcome *o)
{
    struct value old, more = action->value->value;
    if (!expr_path_find(&action->target->path, a->item, &old)) {
        *o = (struct outcome){.what = PUT, .value = more};
        return true;
    }
    if (old.type != more.type)
        return wrong_type(a, action->target);
    if (old.type == VALUE_N)
        return put_number(a, o, action->target, true, old.data, more.data);
    combine(a, o, old, more, true);
    return true;
}

static bool delete (struct apply *a, const struct expr_action *action, struct outcome *o)
{
    struct value old, less = action->value->value;
    if (!expr_path_find(&action->target->path, a->item, &old))
        return true;
    if (old.type != less.type)
        return wrong_type(a, action->target);
    combine(a, o, old, less, false);
    return true;
}

/* ---- all actions ---- */

static bool work_out_one(struct apply *a, const struct expr_action *action, struct outcome *o,
    const struct expr_node **missing)
{
    switch (action->clause) {
    case EXPR_SET:
        return set(a, action->value, o, missing);
    case EXPR_REMOVE:
        o->what = DROP;
        return true;
    case EXPR_ADD:
        return add(a, action, o);
    case EXPR_DELETE:
        return delete (a, action, o);
    }
    return true;
}

/* All but the last step of a target must lead to a container of the right kind. */
static bool check_target(struct apply *a, const struct expr_node *target)
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

static struct value value_now(const struct apply *a, const struct outcome *o)
{
    return o->computed ? value_of((struct str){a->scratch.at + o->at, o->len}) : o->value;
}

static bool check_nesting(struct apply *a, const struct expr_node *target, const struct outcome *o)
{
    if (o->what != PUT ||
        target->path.count + expr_ast_nest(value_now(a, o)) <= (unsigned)VALUE_DEPTH_MAX)
        return true;
    return refuse(a, target,
        "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels "
        "beyond supported limit");
}

/* The service looks for wrong types first, then for impossible targets, then for missing operands.
 */
static bool work_out(struct apply *a)
{
    const struct expr_node *first_missing = NULL;
    for (uint32_t i = 0; i < a->update->count; i++) {
        const struct expr_node *missing = NULL;
        a->outcomes[i] = (struct outcome){.what = KEEP};
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

/* ---- the new item ---- */

static void rebuild(struct apply *a, uint32_t from, uint32_t to, uint32_t depth, struct value old);

static const struct outcome *outcome_of(const struct apply *a, uint32_t sorted)
{
    return &a->outcomes[a->update->paths.order[sorted]];
}

/* A member with the targets [from, to) at or below it. */
static void change_member(struct apply *a, struct expr_build *build, uint32_t from, uint32_t to,
    uint32_t depth, struct str name, struct value old)
{
    const struct outcome *o = outcome_of(a, from);
    bool below = a->update->paths.sorted[from]->count > depth + 1;
    if (!below && o->what == DROP)
        return;
    expr_build_name(build, a->out, name);
    if (below)
        rebuild(a, from, to, depth + 1, old);
    else
        value_put(a->out, o->what == PUT ? value_now(a, o) : old);
}

static void new_member(
    struct apply *a, struct expr_build *build, uint32_t sorted, uint32_t depth, struct str name)
{
    const struct outcome *o = outcome_of(a, sorted);
    if (o->what != PUT || a->update->paths.sorted[sorted]->count > depth + 1)
        return;
    expr_build_name(build, a->out, name);
    value_put(a->out, value_now(a, o));
}

/* The members that nothing touched since the last one that something did. */
struct run {
    const char *from;
    uint32_t count;
};

static void flush(struct apply *a, struct expr_build *build, struct run *run, const char *to)
{
    expr_build_run(build, a->out, (struct str){run->from, (size_t)(to - run->from)}, run->count);
    *run = (struct run){to, 0};
}

static const struct expr_step *step_at(const struct apply *a, uint32_t sorted, uint32_t depth)
{
    return &a->update->paths.sorted[sorted]->steps[depth];
}

static void rebuild_map(struct apply *a, struct expr_build *build, uint32_t from, uint32_t to,
    uint32_t depth, struct value old)
{
    struct value_walk walk = value_walk(old);
    const char *end = old.data.at + old.data.len;
    struct run run = {old.data.at, 0};
    struct str name;
    struct value member;
    for (;;) {
        const char *here = end - walk.rest.len;
        bool more = value_next(&walk, &name, &member);
        int order = 1;
        while (from < to) {
            order = more ? str_compare(step_at(a, from, depth)->name, name) : -1;
            if (order >= 0)
                break;
            flush(a, build, &run, here);
            new_member(a, build, from, depth, step_at(a, from, depth)->name);
            from = expr_paths_group(&a->update->paths, from, to, depth);
        }
        if (!more)
            break;
        if (from < to && order == 0) {
            uint32_t group = expr_paths_group(&a->update->paths, from, to, depth);
            flush(a, build, &run, here);
            change_member(a, build, from, group, depth, name, member);
            run.from = end - walk.rest.len;
            from = group;
        } else {
            run.count++;
        }
    }
    a->damaged |= walk.rest.len > 0;
    flush(a, build, &run, end);
}

static void rebuild_list(struct apply *a, struct expr_build *build, uint32_t from, uint32_t to,
    uint32_t depth, struct value old)
{
    struct value_walk walk = value_walk(old);
    const char *end = old.data.at + old.data.len;
    struct run run = {old.data.at, 0};
    struct str name;
    struct value member;
    for (int64_t i = 0;; i++) {
        const char *here = end - walk.rest.len;
        if (!value_next(&walk, &name, &member))
            break;
        if (from == to || step_at(a, from, depth)->index != i) {
            run.count++;
            continue;
        }
        uint32_t group = expr_paths_group(&a->update->paths, from, to, depth);
        flush(a, build, &run, here);
        change_member(a, build, from, group, depth, STR_NONE, member);
        run.from = end - walk.rest.len;
        from = group;
    }
    a->damaged |= walk.rest.len > 0;
    flush(a, build, &run, end);
    for (; from < to; from++)
        new_member(a, build, from, depth, STR_NONE);
}

static void rebuild(struct apply *a, uint32_t from, uint32_t to, uint32_t depth, struct value old)
{
    struct expr_build build = expr_build_open(a->out, old.type);
    if (old.type == VALUE_M)
        rebuild_map(a, &build, from, to, depth, old);
    else
        rebuild_list(a, &build, from, to, depth, old);
    expr_build_close(&build, a->out);
}

bool expr_apply(
    const struct expr_update *update, struct value item, struct buf *out, struct err *err)
{
    struct apply a = {.update = update, .item = item, .err = err, .out = out};
    struct outcome *many = NULL;
    if (update->count > FEW)
        many = mem_alloc(update->count * sizeof *many);
    a.outcomes = many ? many : a.few;
    size_t start = out->len;
    bool ok = work_out(&a);
    if (ok)
        rebuild(&a, 0, update->count, 0, item);
    if (a.damaged) {
        out->len = start;
        ok =
            err_set(err, ERR_DATA, "the item to update is damaged: it has bytes that are no value");
    }
    buf_fini(&a.scratch);
    free(many);
    return ok;
}
