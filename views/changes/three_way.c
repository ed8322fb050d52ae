/* SPDX-License-Identifier: MIT */
/*
 * Which attributes three versions of an item differ in, and what is proposed for each. Names are in
 * order in all three (value.h). Must not know who asks, nor how it looks.
 */
#include "views/changes/three_way.h"

#include "views/item/attributes.h"

static struct value three_way_copy(struct three_way *t, struct value v)
{
    return v.type == VALUE_NONE ? (struct value){0} : value_of(arena_dup(&t->arena, v.encoded));
}

static bool three_way_same(struct value a, struct value b)
{
    return a.type == b.type && (a.type == VALUE_NONE || value_equal(a, b));
}

static enum three_way_choice three_way_propose(const struct three_way_row *row)
{
    if (three_way_same(row->theirs, row->yours) || three_way_same(row->loaded, row->yours))
        return THREE_WAY_THEIRS;
    return three_way_same(row->loaded, row->theirs) ? THREE_WAY_YOURS : THREE_WAY_OPEN;
}

/* A row for an attribute that differs anywhere. */
static void three_way_see(struct three_way *t, struct three_way_row row)
{
    bool kept = three_way_same(row.loaded, row.theirs);
    if (kept && three_way_same(row.loaded, row.yours))
        return;
    row.same = !kept && three_way_same(row.theirs, row.yours);
    row.choice = t->whole ? THREE_WAY_OPEN : three_way_propose(&row);
    t->rows[t->count++] = row;
}

/* The first name of the three that is still to come. */
static bool three_way_first(const struct attributes *sides, struct str *name)
{
    const struct attributes *first = NULL;
    for (int i = 0; i < 3; i++)
        if (sides[i].there && (!first || str_compare(sides[i].name, first->name) < 0))
            first = &sides[i];
    if (first)
        *name = first->name;
    return first != NULL;
}

void three_way_init(
    struct three_way *t, struct value loaded, struct value theirs, struct value yours)
{
    *t = (struct three_way){0};
    t->loaded = three_way_copy(t, loaded);
    t->theirs = three_way_copy(t, theirs);
    t->yours = three_way_copy(t, yours);
    t->whole = theirs.type == VALUE_NONE || yours.type == VALUE_NONE;
    size_t most = (size_t)t->loaded.count + t->theirs.count + t->yours.count;
    t->rows = arena_array(&t->arena, struct three_way_row, most + 1);
    struct attributes sides[] = {
        attributes_of(t->loaded), attributes_of(t->theirs), attributes_of(t->yours)};
    struct three_way_row row = {0};
    while (three_way_first(sides, &row.name)) {
        struct value *values[] = {&row.loaded, &row.theirs, &row.yours};
        for (int i = 0; i < 3; i++)
            if (attributes_seek(&sides[i], row.name, values[i]))
                attributes_next(&sides[i]);
        three_way_see(t, row);
    }
}

void three_way_fini(struct three_way *t)
{
    arena_fini(&t->arena);
    *t = (struct three_way){0};
}

void three_way_choose(struct three_way *t, size_t row, enum three_way_choice choice)
{
    if (t->whole)
        three_way_choose_all(t, choice);
    else if (row < t->count)
        t->rows[row].choice = choice;
}

void three_way_choose_all(struct three_way *t, enum three_way_choice choice)
{
    for (size_t i = 0; i < t->count; i++)
        t->rows[i].choice = choice;
}

void three_way_toggle(struct three_way *t, size_t row)
{
    if (row >= t->count)
        return;
    const struct three_way_row *r = &t->rows[row];
    bool own = r->own.type != VALUE_NONE && !t->whole;
    three_way_choose(t, row,
        r->choice == THREE_WAY_THEIRS         ? THREE_WAY_YOURS
        : r->choice == THREE_WAY_YOURS && own ? THREE_WAY_OWN
                                              : THREE_WAY_THEIRS);
}

void three_way_set(struct three_way *t, size_t row, struct value own)
{
    if (row >= t->count || t->whole)
        return;
    t->rows[row].own = three_way_copy(t, own);
    t->rows[row].choice = THREE_WAY_OWN;
}

size_t three_way_open(const struct three_way *t)
{
    size_t open = 0;
    for (size_t i = 0; i < t->count; i++)
        open += t->rows[i].choice == THREE_WAY_OPEN;
    return open;
}

static struct value three_way_chosen(const struct three_way_row *row)
{
    return row->choice == THREE_WAY_YOURS ? row->yours
           : row->choice == THREE_WAY_OWN ? row->own
                                          : row->theirs;
}

static void three_way_put(struct value_open *map, struct buf *out, struct str name, struct value v)
{
    if (v.type == VALUE_NONE)
        return;
    value_member(map, out, name);
    value_put(out, v);
}

void three_way_merge(const struct three_way *t, struct buf *out, bool *there)
{
    struct err ignored = ERR_INIT;
    if (t->whole) {
        bool yours = t->count ? t->rows[0].choice == THREE_WAY_YOURS : false;
        struct value chosen = yours ? t->yours : t->theirs;
        *there = chosen.type != VALUE_NONE;
        buf_add(out, chosen.encoded);
        return;
    }
    struct value_open map = value_open(out, VALUE_M);
    struct attributes theirs = attributes_of(t->theirs);
    for (size_t i = 0; theirs.there; attributes_next(&theirs)) {
        while (i < t->count && str_compare(t->rows[i].name, theirs.name) < 0)
            i++; /* rows are in the same order */
        if (i == t->count || !str_equal(t->rows[i].name, theirs.name))
            three_way_put(&map, out, theirs.name, theirs.value);
    }
    for (size_t i = 0; i < t->count; i++)
        three_way_put(&map, out, t->rows[i].name, three_way_chosen(&t->rows[i]));
    *there = value_close(&map, out, &ignored);
}
