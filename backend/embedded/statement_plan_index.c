/* SPDX-License-Identifier: MIT */
/*
 * What a keyed SELECT filters by has to be in the index that it reads: which attributes are not,
 * and how the service names them. Knows plans and projections, no items.
 */
#include "backend/embedded/statement_plan.h"

enum { NAMES_MAX = 256 };

struct names {
    const struct catalog_index *index;
    uint32_t count;
    struct str at[NAMES_MAX];
};

static bool is_projected(const struct catalog_index *index, struct str name)
{
    for (uint32_t i = 0; i < index->projected_count; i++)
        if (str_equal(index->projected[i], name))
            return true;
    return index->projection == CATALOG_ALL;
}

static bool note(void *context, const struct expr_path *path)
{
    struct names *names = context;
    struct str name = path->steps[0].name;
    for (uint32_t i = 0; i < names->count; i++)
        if (str_equal(names->at[i], name))
            return true;
    if (!is_projected(names->index, name) && names->count < NAMES_MAX)
        names->at[names->count++] = name;
    return true;
}

/* Filters hang in reverse order of the text. */
static void note_filters(struct names *names, const struct statement_filter *filter)
{
    if (!filter)
        return;
    note_filters(names, filter->next);
    struct expr_condition condition = {.root = filter->node};
    expr_condition_attributes(&condition, note, names);
}

/* The service names them in the order of its hash set. */
static uint32_t bucket(struct str name, uint32_t buckets)
{
    uint32_t hash = 0;
    for (size_t i = 0; i < name.len; i++)
        hash = 31 * hash + (unsigned char)name.at[i];
    return (hash ^ hash >> 16) & (buckets - 1);
}

static void put_names(struct buf *out, const struct names *names)
{
    uint32_t buckets = 16;
    while (names->count > buckets * 3 / 4)
        buckets *= 2;
    for (uint32_t b = 0; b < buckets; b++)
        for (uint32_t i = 0; i < names->count; i++) {
            if (bucket(names->at[i], buckets) != b)
                continue;
            buf_add(out, out->len ? STR(", ") : STR_NONE);
            buf_add(out, names->at[i]);
        }
}

static bool refuse_names(const struct names *names, struct err *err)
{
    struct buf text = {0};
    put_names(&text, names);
    err_invalid(err,
        "One or more parameter values were invalid: Secondary index %.*s does not project one or "
        "more filter attributes: [%.*s]",
        STR_ARG(names->index->name), STR_ARG(text));
    buf_fini(&text);
    return false;
}

/* The service looks at branch after branch and lets the read pass at the first one that asks for
 * nothing of the kind; otherwise it names what the last one lacks. */
bool statement_plan_check_index(const struct statement_plan *plan,
    const struct catalog_index *index, struct arena *arena, struct err *err)
{
    struct names *names = arena_new(arena, struct names);
    const struct statement_branch *last = NULL;
    names->index = index;
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct statement_branch *b = &plan->branches[i];
        names->count = 0;
        note_filters(names, b->filters);
        if (names->count == 0)
            return true;
        if (!last || statement_plan_compare(last, b) <= 0)
            last = b;
    }
    if (!last)
        return true;
    names->count = 0;
    note_filters(names, last->filters);
    return refuse_names(names, err);
}
