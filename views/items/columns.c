/* SPDX-License-Identifier: MIT */
/*
 * Which columns there are, and in which order. Must not know which are on the screen (the grid's
 * business), nor read anything. A table may have more attribute names than any screen shows:
 * COLUMNS_MAX bounds them.
 *
 *   what was kept ─┐
 *   items ─ see ─▶ list ─ settle ─▶ kept order │ frequency, where crowded ─▶ grid
 */
#include "views/items/columns.h"

#include "base/mem.h"

#include <stdlib.h>

static uint32_t columns_hash(struct str name)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.at[i]) * 16777619u;
    return hash;
}

static uint32_t columns_slot(const struct columns *c, struct str name)
{
    uint32_t slot = columns_hash(name) % (4 * COLUMNS_MAX);
    while (c->slots[slot] && !str_equal(c->list[c->slots[slot] - 1].name, name))
        slot = (slot + 1) % (4 * COLUMNS_MAX);
    return slot;
}

int columns_find(const struct columns *c, struct str name)
{
    return c->slots[columns_slot(c, name)] - 1;
}

/* The list was put into another order. */
static void columns_index(struct columns *c)
{
    memset(c->slots, 0, sizeof c->slots);
    for (int i = 0; i < c->count; i++)
        c->slots[columns_slot(c, c->list[i].name)] = (int16_t)(i + 1);
}

/* As the user left it the last time. */
static void columns_recall(struct columns *c, int column)
{
    struct grid_column *g = &c->list[column];
    for (int i = 0; i < c->kept.count; i++) {
        const struct columns_kept_one *one = &c->kept.list[i];
        if (!str_equal(one->name, g->name))
            continue;
        c->states[column].rank = (int16_t)(i + 1);
        c->states[column].spare = false;
        g->hidden = one->hidden;
        g->width = one->width;
        g->frozen = one->pinned;
        return;
    }
}

static bool columns_add(struct columns *c, struct str name, enum value_type type, bool key)
{
    uint32_t slot = columns_slot(c, name);
    if (c->slots[slot])
        return false;
    if (c->count == COLUMNS_MAX) {
        c->full = true;
        return false;
    }
    int column = c->count++;
    bool spare = !key && (c->crowded || (c->settled && column >= 2 * COLUMNS_PLENTY));
    c->list[column] = (struct grid_column){
        .name = arena_dup(&c->arena, name),
        .header = key ? ROLE_HEADER_KEY : ROLE_HEADER,
        .flags = type == VALUE_N ? CANVAS_RIGHT : 0,
        .frozen = key,
        .hidden = spare,
        .noted_always = c->ttl.len && str_equal(name, c->ttl),
    };
    c->states[column] = (struct columns_state){.key = key, .spare = spare};
    c->slots[slot] = (int16_t)c->count;
    if (c->kept.count)
        columns_recall(c, column);
    return true;
}

void columns_fini(struct columns *c)
{
    arena_fini(&c->arena);
    arena_fini(&c->kept_arena);
}

void columns_reset(struct columns *c, const struct browse *browse, struct str file)
{
    uint32_t count;
    const struct client_key *keys = browse_keys(browse, &count);
    arena_reset(&c->arena);
    arena_reset(&c->kept_arena);
    memset(c->slots, 0, sizeof c->slots);
    c->count = 0;
    c->full = c->crowded = c->settled = c->changed = false;
    c->ttl = arena_dup(&c->arena, browse->table.ttl_attribute);
    columns_file_find(file, browse->table.name, browse->index ? browse->index->name : STR_NONE,
        &c->kept_arena, &c->kept);
    for (uint32_t i = 0; i < count; i++)
        if (columns_add(c, keys[i].name, keys[i].type, true))
            c->states[c->count - 1].role = i ? ROLE_KEY_SORT : ROLE_KEY_PARTITION;
    for (uint32_t i = 0; i < browse->table.key_count; i++)
        columns_add(c, browse->table.keys[i].name, browse->table.keys[i].type, true);
}

bool columns_see(struct columns *c, struct value item)
{
    struct value_walk walk = value_walk(item);
    struct str name;
    struct value v;
    bool added = false;
    while (value_next(&walk, &name, &v))
        added |= columns_add(c, name, v.type, false);
    return added;
}

/* ---- counting ---- */

void columns_forget_counts(struct columns *c)
{
    c->counted = 0;
    for (int i = 0; i < c->count; i++) {
        c->states[i].seen = 0;
        c->states[i].types = 0;
    }
}

void columns_count(struct columns *c, struct value item)
{
    struct value_walk walk = value_walk(item);
    struct str name;
    struct value v;
    c->counted++;
    while (value_next(&walk, &name, &v)) {
        int column = columns_find(c, name);
        if (column < 0)
            continue;
        c->states[column].seen++;
        c->states[column].types |= (uint16_t)(1u << v.type);
    }
}

int columns_spare(const struct columns *c)
{
    int spare = 0;
    for (int i = 0; i < c->count; i++)
        spare += c->states[i].spare && c->list[i].hidden;
    return spare;
}

/* ---- order ---- */

/* A column and where it stood: qsort() keeps no order among equals. */
struct columns_place {
    const struct columns *columns;
    int at;
};

/* Kept ones in their order, then keys, then, in a crowd, the frequent before the rare. */
static int columns_compare(const void *a, const void *b)
{
    const struct columns_place *x = a, *y = b;
    const struct columns_state *s = &x->columns->states[x->at], *t = &y->columns->states[y->at];
    if (s->rank != t->rank)
        return !s->rank ? 1 : !t->rank ? -1 : s->rank - t->rank;
    if (s->key != t->key)
        return s->key ? -1 : 1;
    if (x->columns->crowded && !s->key && s->seen != t->seen)
        return s->seen > t->seen ? -1 : 1;
    return x->at - y->at;
}

static void columns_sort(struct columns *c)
{
    struct columns_place *places = mem_zero((size_t)c->count + 1, sizeof *places);
    struct grid_column *list = mem_zero((size_t)c->count + 1, sizeof *list);
    struct columns_state *states = mem_zero((size_t)c->count + 1, sizeof *states);
    for (int i = 0; i < c->count; i++)
        places[i] = (struct columns_place){c, i};
    qsort(places, (size_t)c->count, sizeof *places, columns_compare);
    for (int i = 0; i < c->count; i++) {
        list[i] = c->list[places[i].at];
        states[i] = c->states[places[i].at];
    }
    memcpy(c->list, list, (size_t)c->count * sizeof *list);
    memcpy(c->states, states, (size_t)c->count * sizeof *states);
    columns_index(c);
    free(places);
    free(list);
    free(states);
}

/* Where the user has chosen, his choice stands and nothing else is shown. */
static void columns_choose(struct columns *c, int cols)
{
    int most = cols / 6 > COLUMNS_SHOWN_MIN ? cols / 6 : COLUMNS_SHOWN_MIN, shown = 0;
    most = most < COLUMNS_PLENTY ? most : COLUMNS_PLENTY;
    for (int i = 0; i < c->count; i++) {
        struct columns_state *s = &c->states[i];
        if (s->key || s->rank)
            continue;
        bool rare = (uint64_t)s->seen * 20 < c->counted;
        s->spare = c->kept.count || shown >= (rare ? COLUMNS_RARE_MIN : most);
        c->list[i].hidden = s->spare;
        shown += !s->spare;
    }
}

void columns_settle(struct columns *c, int cols)
{
    bool first = !c->settled;
    c->settled = true;
    c->crowded |= first && c->count > COLUMNS_PLENTY;
    if (c->changed || !(c->kept.count || (first && c->crowded)))
        return;
    columns_sort(c);
    if (first && c->crowded)
        columns_choose(c, cols);
}

static int columns_neighbour(const struct columns *c, int column, int step)
{
    for (int i = column + step; i >= 0 && i < c->count; i += step)
        if (!c->list[i].hidden && c->list[i].frozen == c->list[column].frozen)
            return i;
    return -1;
}

int columns_move(struct columns *c, int column, int step)
{
    int to = columns_neighbour(c, column, step);
    if (to < 0)
        return column;
    struct grid_column moved = c->list[column];
    struct columns_state state = c->states[column];
    for (int i = column; i != to; i += step) {
        c->list[i] = c->list[i + step];
        c->states[i] = c->states[i + step];
    }
    c->list[to] = moved;
    c->states[to] = state;
    columns_index(c);
    c->changed = true;
    return to;
}

void columns_keep(const struct columns *c, struct columns_kept *kept)
{
    kept->count = 0;
    for (int i = 0; i < c->count && kept->count < COLUMNS_KEPT_MAX; i++) {
        const struct grid_column *g = &c->list[i];
        if (c->states[i].spare && g->hidden)
            continue;
        kept->list[kept->count++] = (struct columns_kept_one){
            .name = g->name, .width = g->width, .hidden = g->hidden, .pinned = g->frozen};
    }
}
