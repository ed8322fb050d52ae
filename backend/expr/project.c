/* SPDX-License-Identifier: MIT */
/*
 * Projection expressions: a list of paths, and the part of an item that they name. The walk itself
 * is in paths.c, because updates need it too (UPDATED_OLD, UPDATED_NEW).
 */
#include "backend/expr/parse.h"

/* projection = path { "," path } */
static bool parse_paths(struct expr_parser *p)
{
    while (expr_parse_path(p)) {
        if (p->now.kind != EXPR_TOKEN_COMMA)
            return expr_parse_finish(p);
        expr_parse_advance(p);
    }
    return false;
}

static size_t count_nodes(const struct expr_node *node)
{
    size_t count = 0;
    for (; node; node = node->after)
        count++;
    return count;
}

const struct expr_projection *expr_parse_projection(
    struct arena *arena, struct expr_env *env, struct str text, struct err *err)
{
    struct expr_parser p;
    if (!expr_parse_start(&p, arena, env, EXPR_PROJECTION, text, err) || !parse_paths(&p) ||
        !expr_check_names(&p))
        return NULL;
    size_t count = count_nodes(p.nodes), i = 0;
    const struct expr_path **paths = arena_alloc(arena, count * sizeof *paths);
    for (const struct expr_node *node = p.nodes; node; node = node->after)
        paths[i++] = &node->path;
    const struct expr_projection *projection = expr_ast_projection(arena, paths, count);
    return expr_check_paths(&p, &projection->paths, paths) ? projection : NULL;
}

static void project(const struct expr_paths *paths, struct value item, struct buf *out)
{
    if (item.type == VALUE_M && expr_paths_project(paths, 0, paths->count, 0, item, out))
        return;
    struct err never;
    struct value_open empty = value_open(out, VALUE_M);
    value_close(&empty, out, &never);
}

void expr_project(const struct expr_projection *projection, struct value item, struct buf *out)
{
    project(&projection->paths, item, out);
}

void expr_update_touched(const struct expr_update *update, struct value item, struct buf *out)
{
    project(&update->paths, item, out);
}

bool expr_projection_attributes(const struct expr_projection *projection,
    bool (*see)(void *context, const struct expr_path *path), void *context)
{
    for (uint32_t i = 0; i < projection->paths.count; i++)
        if (!see(context, projection->paths.sorted[i]))
            return false;
    return true;
}
