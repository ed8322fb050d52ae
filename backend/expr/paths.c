/* SPDX-License-Identifier: MIT */
/*
 * Document paths: finding one in an item, and many at once. A set of paths is sorted so that it is
 * a tree without nodes: the paths below one member of a container are neighbours.
 *
 *   a.b[0]   ┐ share "a"   ┐ share "b"
 *   a.b[2]   │             ┘
 *   a.c      ┘
 *   d
 *
 * A container's members come in the same order, so one walk over both meets everything. Must not
 * know which expression the paths come from.
 */
#include "backend/expr/ast.h"

#include <stdlib.h>

static bool step_into(struct value container, const struct expr_step *step, struct value *out)
{
    if (step->index < 0)
        return container.type == VALUE_M && value_find(container, step->name, out);
    return container.type == VALUE_L && value_at(container, (size_t)step->index, out);
}

bool expr_path_find(const struct expr_path *path, struct value item, struct value *out)
{
    if (path->count == 0 || !step_into(item, &path->steps[0], out))
        return false;
    for (uint32_t i = 1; i < path->count; i++)
        if (!step_into(*out, &path->steps[i], out))
            return false;
    return true;
}

/* ---- order ---- */

static int compare_steps(const struct expr_step *a, const struct expr_step *b)
{
    bool index_a = a->index >= 0, index_b = b->index >= 0;
    if (index_a != index_b)
        return index_a ? -1 : 1;
    if (index_a)
        return a->index < b->index ? -1 : a->index > b->index;
    return str_compare(a->name, b->name);
}

/* How many steps two paths share from the front. */
static uint32_t common(const struct expr_path *a, const struct expr_path *b)
{
    uint32_t n = 0;
    while (n < a->count && n < b->count && compare_steps(&a->steps[n], &b->steps[n]) == 0)
        n++;
    return n;
}

static int compare_paths(const struct expr_path *a, const struct expr_path *b)
{
    uint32_t n = common(a, b);
    if (n < a->count && n < b->count)
        return compare_steps(&a->steps[n], &b->steps[n]);
    return a->count < b->count ? -1 : a->count > b->count;
}

bool expr_paths_equal(const struct expr_path *a, const struct expr_path *b)
{
    return a->count == b->count && common(a, b) == a->count;
}

struct entry {
    const struct expr_path *path;
    uint32_t order;
};

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = compare_paths(x->path, y->path);
    return order ? order : x->order < y->order ? -1 : 1;
}

void expr_paths_sort(struct arena *arena, struct expr_paths *paths,
    const struct expr_path *const *from, size_t count)
{
    struct entry *entries = arena_alloc(arena, count * sizeof *entries);
    for (size_t i = 0; i < count; i++)
        entries[i] = (struct entry){from[i], (uint32_t)i};
    if (count > 1)
        qsort(entries, count, sizeof *entries, compare_entries);
    paths->count = (uint32_t)count;
    paths->sorted = arena_alloc(arena, count * sizeof *paths->sorted);
    paths->order = arena_alloc(arena, count * sizeof *paths->order);
    for (size_t i = 0; i < count; i++) {
        paths->sorted[i] = entries[i].path;
        paths->order[i] = entries[i].order;
    }
}

uint32_t expr_paths_group(
    const struct expr_paths *paths, uint32_t from, uint32_t to, uint32_t depth)
{
    const struct expr_step *step = &paths->sorted[from]->steps[depth];
    uint32_t i = from + 1;
    while (i < to && depth < paths->sorted[i]->count &&
           compare_steps(step, &paths->sorted[i]->steps[depth]) == 0)
        i++;
    return i;
}

/* ---- paths that cannot stand together ---- */

enum relation { APART, OVERLAP, CONFLICT };

static enum relation relate(const struct expr_path *a, const struct expr_path *b)
{
    uint32_t n = common(a, b);
    if (n == a->count || n == b->count)
        return OVERLAP;
    return (a->steps[n].index >= 0) == (b->steps[n].index >= 0) ? APART : CONFLICT;
}

static bool find_relation(const struct expr_path *const *paths, size_t count, enum relation wanted,
    struct expr_clash *clash)
{
    for (size_t two = 1; two < count; two++)
        for (size_t one = 0; one < two; one++)
            if (relate(paths[one], paths[two]) == wanted) {
                *clash = (struct expr_clash){wanted == CONFLICT, one, two};
                return true;
            }
    return false;
}

bool expr_paths_clash(
    const struct expr_paths *sorted, const struct expr_path *const *paths, struct expr_clash *clash)
{
    bool any = false;
    for (uint32_t i = 1; i < sorted->count && !any; i++)
        any = relate(sorted->sorted[i - 1], sorted->sorted[i]) != APART;
    /* only for the message: the service names the first pair of the text, overlaps before conflicts
     */
    return any && (find_relation(paths, sorted->count, OVERLAP, clash) ||
                      find_relation(paths, sorted->count, CONFLICT, clash));
}

void expr_paths_text(struct buf *out, const struct expr_path *path)
{
    buf_add_byte(out, '[');
    for (uint32_t i = 0; i < path->count; i++) {
        if (i)
            buf_add(out, STR(", "));
        if (path->steps[i].index >= 0)
            buf_printf(out, "[%lld]", (long long)path->steps[i].index);
        else
            buf_add(out, path->steps[i].name);
    }
    buf_add_byte(out, ']');
}

/* ---- the part of a container at some paths ---- */

struct projection {
    const struct expr_paths *paths;
    struct buf *out;
    struct value_open open;
    uint32_t depth;
};

/* One member with the paths [from, to) below it. Takes the member's name back where nothing
 * follows. */
static void project_member(
    struct projection *p, uint32_t from, uint32_t to, struct str name, struct value member)
{
    struct value_open before = p->open;
    size_t len = p->out->len;
    value_member(&p->open, p->out, name);
    if (p->paths->sorted[from]->count == p->depth + 1) {
        value_put(p->out, member);
    } else if (!expr_paths_project(p->paths, from, to, p->depth + 1, member, p->out)) {
        p->open = before;
        p->out->len = len;
    }
}

static void project_map(struct projection *p, uint32_t from, uint32_t to, struct value map)
{
    struct value_walk walk = value_walk(map);
    struct str name;
    struct value member;
    bool more = value_next(&walk, &name, &member);
    while (from < to && more) {
        const struct expr_step *step = &p->paths->sorted[from]->steps[p->depth];
        int order = step->index >= 0 ? -1 : str_compare(step->name, name);
        if (order > 0) {
            more = value_next(&walk, &name, &member);
            continue;
        }
        uint32_t end = expr_paths_group(p->paths, from, to, p->depth);
        if (order == 0)
            project_member(p, from, end, name, member);
        from = end;
    }
}

static void project_list(struct projection *p, uint32_t from, uint32_t to, struct value list)
{
    struct value_walk walk = value_walk(list);
    struct str name;
    struct value member;
    for (int64_t i = 0; from < to && value_next(&walk, &name, &member); i++) {
        int64_t index = p->paths->sorted[from]->steps[p->depth].index;
        if (index < 0)
            return;
        if (index > i)
            continue;
        uint32_t end = expr_paths_group(p->paths, from, to, p->depth);
        project_member(p, from, end, STR_NONE, member);
        from = end;
    }
}

bool expr_paths_project(const struct expr_paths *paths, uint32_t from, uint32_t to, uint32_t depth,
    struct value container, struct buf *out)
{
    if (container.type != VALUE_M && container.type != VALUE_L)
        return false;
    size_t start = out->len;
    struct projection p = {paths, out, value_open(out, container.type), depth};
    if (container.type == VALUE_M)
        project_map(&p, from, to, container);
    else
        project_list(&p, from, to, container);
    if (p.open.count == 0) {
        out->len = start;
        return false;
    }
    struct err never; /* members come sorted and once */
    value_close(&p.open, out, &never);
    return true;
}
