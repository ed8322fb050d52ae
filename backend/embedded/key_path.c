/* SPDX-License-Identifier: MIT */
/*
 * Paths that look into keys: found by the first name of each path that has more than one step.
 * Knows schemas and paths, no items.
 */
#include "backend/embedded/key_path.h"

struct search {
    const struct catalog_table *table;
    struct str key, index_key; /* the first of each kind, or none */
};

static bool is_index_key(const struct catalog_table *table, struct str name)
{
    for (uint32_t i = 0; i < table->index_count; i++)
        if (catalog_key_find(&table->indexes[i].schema, name) >= 0)
            return true;
    return false;
}

static bool look(void *context, const struct expr_path *path)
{
    struct search *search = context;
    struct str name = path->steps[0].name;
    if (path->count < 2)
        return true;
    if (catalog_key_find(&search->table->schema, name) >= 0)
        search->key = name;
    else if (!search->index_key.len && is_index_key(search->table, name))
        search->index_key = name;
    return search->key.len == 0;
}

static bool report(const struct search *search, struct err *err)
{
    const struct str *found = search->key.len ? &search->key : &search->index_key;
    return found->len == 0 ||
           err_invalid(err,
               "Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
               "allowed: %s: %.*s",
               found == &search->key ? "Key" : "IndexKey", STR_ARG(*found));
}

bool key_path_check_update(
    const struct catalog_table *table, const struct expr_update *update, struct err *err)
{
    struct search search = {.table = table};
    if (update && expr_update_attributes(update, look, &search))
        expr_update_reads(update, look, &search);
    return report(&search, err);
}

bool key_path_check_projection(
    const struct catalog_table *table, const struct expr_projection *projection, struct err *err)
{
    struct search search = {.table = table};
    if (projection)
        expr_projection_attributes(projection, look, &search);
    return report(&search, err);
}

bool key_path_check_condition(
    const struct catalog_table *table, const struct expr_condition *condition, struct err *err)
{
    struct search search = {.table = table};
    if (condition)
        expr_condition_attributes(condition, look, &search);
    return report(&search, err);
}
