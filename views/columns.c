/* SPDX-License-Identifier: MIT */
/*
 * Which columns there are. Must not know which are on the screen (the grid's business), nor read
 * anything. A table may have more attribute names than any screen shows: COLUMNS_MAX bounds them.
 */
#include "views/columns.h"

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

static bool columns_add(struct columns *c, struct str name, enum value_type type, bool key)
{
    uint32_t slot = columns_slot(c, name);
    if (c->slots[slot])
        return false;
    if (c->count == COLUMNS_MAX) {
        c->full = true;
        return false;
    }
    c->list[c->count++] = (struct grid_column){
        .name = arena_dup(&c->arena, name),
        .header = key ? ROLE_HEADER_KEY : ROLE_HEADER,
        .flags = type == VALUE_N ? CANVAS_RIGHT : 0,
        .frozen = key,
    };
    c->slots[slot] = (int16_t)c->count;
    return true;
}

void columns_fini(struct columns *c)
{
    arena_fini(&c->arena);
}

void columns_reset(struct columns *c, const struct browse *browse)
{
    uint32_t count;
    const struct client_key *keys = browse_keys(browse, &count);
    arena_reset(&c->arena);
    memset(c->slots, 0, sizeof c->slots);
    c->count = 0;
    c->full = false;
    for (uint32_t i = 0; i < count; i++)
        columns_add(c, keys[i].name, keys[i].type, true);
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
