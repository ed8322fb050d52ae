/* SPDX-License-Identifier: MIT */
/* The naive reference: lists and loops. */
#include "reference.h"

int table_find(const struct table *t, const struct item *key)
{
    for (int i = 0; i < t->count; i++)
        if (t->items[i].v[PK] == key->v[PK] && (!t->sorted || t->items[i].v[SK] == key->v[SK]))
            return i;
    return -1;
}

static bool fits(const struct table *t, const struct item *item, int attribute)
{
    return t->types[attribute] == 0 || !item_has(item, attribute) ||
           things[item->v[attribute]].type == t->types[attribute];
}

bool table_accepts(const struct table *t, const struct item *item)
{
    if (!item_has(item, PK) || (t->sorted && !item_has(item, SK)) || !fits(t, item, PK))
        return false;
    if (t->sorted && !fits(t, item, SK))
        return false;
    for (int i = 0; i < INDEXES; i++) {
        const struct index *index = &t->indexes[i];
        if (!index->there)
            continue;
        if (!fits(t, item, index->hash) || (index->sort >= 0 && !fits(t, item, index->sort)))
            return false;
    }
    return true;
}

void table_put(struct table *t, const struct item *item)
{
    int i = table_find(t, item);
    t->items[i >= 0 ? i : t->count++] = *item;
}

void table_delete(struct table *t, const struct item *key)
{
    int i = table_find(t, key);
    if (i >= 0)
        t->items[i] = t->items[--t->count];
}

int view_hash(const struct index *index)
{
    return index ? index->hash : PK;
}

int view_sort(const struct table *t, const struct index *index)
{
    return index ? index->sort : t->sorted ? SK : -1;
}

static bool is_key(const struct table *t, const struct item *item, int attribute)
{
    return item_has(item, attribute) && things[item->v[attribute]].type == t->types[attribute];
}

bool view_has(const struct table *t, const struct index *index, const struct item *item)
{
    return !index ||
           (is_key(t, item, index->hash) && (index->sort < 0 || is_key(t, item, index->sort)));
}

static bool holds(const struct table *t, const struct index *index, int attribute)
{
    return !index || index->projection == 'A' || attribute == PK ||
           (t->sorted && attribute == SK) || attribute == index->hash || attribute == index->sort ||
           (index->projection == 'I' && attribute == index->include);
}

struct item view_project(const struct table *t, const struct index *index, const struct item *item)
{
    struct item part = *item;
    for (int i = 0; i < ATTRIBUTES; i++) {
        if (holds(t, index, i))
            continue;
        part.v[i] = 0;
        if (i == N)
            part.has_n = false;
    }
    return part;
}
