/* SPDX-License-Identifier: MIT */
/*
 * Writes the item after an update in one pass over the item before it and the sorted targets. What
 * no target touches is copied as a run of bytes; only containers on the way to a target are
 * rebuilt.
 *
 *   item      id … | m {a, b, c} | z …          targets: m.b, n
 *   new item  id … | m {a, B, c} | n | z …
 *             run     rebuilt      new run
 *
 * Must not know how outcomes come about.
 */
#include "backend/expr/apply.h"
#include "backend/expr/build.h"

/* One container that is being rewritten. */
struct rebuild {
    struct expr_application *a;
    struct expr_build build;
    uint32_t from, to, depth; /* the targets in it that were not met yet */
    struct value_walk walk;
    const char *end;
    const char *run;    /* where the members begin that were not copied yet */
    uint32_t run_count; /* how many of them stay */
};

static void rebuild(
    struct expr_application *a, uint32_t from, uint32_t to, uint32_t depth, struct value old);

static const char *here(const struct rebuild *r)
{
    return r->end - r->walk.rest.len;
}

/* Copies what stays before `to`; the next run begins there. */
static void flush(struct rebuild *r, const char *to)
{
    expr_build_run(&r->build, r->a->out, (struct str){r->run, (size_t)(to - r->run)}, r->run_count);
    r->run = to;
    r->run_count = 0;
}

static const struct expr_step *next_step(const struct rebuild *r)
{
    return &r->a->update->paths.sorted[r->from]->steps[r->depth];
}

static const struct expr_outcome *next_outcome(const struct rebuild *r)
{
    return &r->a->outcomes[r->a->update->paths.order[r->from]];
}

static bool next_is_below(const struct rebuild *r)
{
    return r->a->update->paths.sorted[r->from]->count > r->depth + 1;
}

static uint32_t group_end(const struct rebuild *r)
{
    return expr_paths_group(&r->a->update->paths, r->from, r->to, r->depth);
}

/* A member that a target names, or that has targets below it. */
static void change_member(struct rebuild *r, struct str name, struct value old)
{
    const struct expr_outcome *o = next_outcome(r);
    uint32_t end = group_end(r);
    if (next_is_below(r)) {
        expr_build_name(&r->build, r->a->out, name);
        rebuild(r->a, r->from, end, r->depth + 1, old);
    } else if (o->what != EXPR_DROP) {
        expr_build_name(&r->build, r->a->out, name);
        value_put(r->a->out, o->what == EXPR_PUT ? expr_apply_value(r->a, o) : old);
    }
    r->from = end;
    r->run = here(r);
}

/* A target that is not there yet. One with targets below it was there a moment ago, when it was
 * found by its name: then the members do not stand in their order. */
static void add_member(struct rebuild *r, struct str name)
{
    const struct expr_outcome *o = next_outcome(r);
    if (next_is_below(r)) {
        r->a->damaged = true;
    } else if (o->what == EXPR_PUT) {
        expr_build_name(&r->build, r->a->out, name);
        value_put(r->a->out, expr_apply_value(r->a, o));
    }
    r->from = group_end(r);
}

/* New attributes whose names come before `name` (NULL: all that are left). Whether the next target
 * is that name. */
static bool add_members_before(struct rebuild *r, const struct str *name, const char *at)
{
    while (r->from < r->to) {
        struct str next = next_step(r)->name;
        int order = name ? str_compare(next, *name) : -1;
        if (order >= 0)
            return order == 0;
        flush(r, at);
        add_member(r, next);
    }
    return false;
}

static void rebuild_map(struct rebuild *r)
{
    struct str name;
    struct value member;
    for (;;) {
        const char *at = here(r);
        bool more = value_next(&r->walk, &name, &member);
        bool named = add_members_before(r, more ? &name : NULL, at);
        if (!more)
            break;
        if (named) {
            flush(r, at);
            change_member(r, name, member);
        } else {
            r->run_count++;
        }
    }
    flush(r, r->end);
}

/* Indexes count in the old list; those beyond its end append, in their order. */
static void rebuild_list(struct rebuild *r)
{
    struct str name;
    struct value member;
    for (int64_t i = 0;; i++) {
        const char *at = here(r);
        if (!value_next(&r->walk, &name, &member))
            break;
        if (r->from < r->to && next_step(r)->index == i) {
            flush(r, at);
            change_member(r, STR_NONE, member);
        } else {
            r->run_count++;
        }
    }
    flush(r, r->end);
    while (r->from < r->to)
        add_member(r, STR_NONE);
}

static void rebuild(
    struct expr_application *a, uint32_t from, uint32_t to, uint32_t depth, struct value old)
{
    struct rebuild r = {
        .a = a,
        .build = expr_build_open(a->out, old.type),
        .from = from,
        .to = to,
        .depth = depth,
        .walk = value_walk(old),
        .end = old.data.at + old.data.len,
        .run = old.data.at,
    };
    if (old.type == VALUE_M)
        rebuild_map(&r);
    else
        rebuild_list(&r);
    a->damaged |= r.walk.rest.len > 0;
    expr_build_close(&r.build, a->out);
}

void expr_rebuild(struct expr_application *a)
{
    rebuild(a, 0, a->update->count, 0, a->item);
}
