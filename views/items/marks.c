/* SPDX-License-Identifier: MIT */
/*
 * The set of marked items: a hash table over entries that stay in the order of marking. Must not
 * know who marks, nor what becomes of it.
 *
 *   slots  [ 0 ][ 3 ][ 0 ][ 1 ] …          by the key's hash; the number of an entry, counted from
 * 1 entries  hash print at len  |  …       gone ones have len 0 keys   bytes of the keys, one after
 * the other
 */
#include "views/items/marks.h"

#include "base/mem.h"

#include <stdlib.h>

struct marks_entry {
    uint64_t hash, print;
    uint32_t at;
    uint16_t len; /* 0 = gone: no key is empty */
    uint8_t scope;
};

/* A slot whose entry is gone: what stands behind it is still looked for. */
#define MARKS_GONE UINT32_MAX

enum { MARKS_SLOTS_MIN = 64, MARKS_KEY_MAX = 8 << 10 };

void marks_fini(struct marks *marks)
{
    free(marks->entries);
    free(marks->slots);
    buf_fini(&marks->keys);
    *marks = (struct marks){.version = marks->version + 1};
}

void marks_clear(struct marks *marks)
{
    marks_fini(marks);
}

static uint64_t marks_hash(uint64_t hash, struct str bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        hash = (hash ^ (unsigned char)bytes.at[i]) * UINT64_C(0x100000001B3);
    return hash ^ hash >> 32;
}

static uint64_t marks_hash_key(struct str key)
{
    return marks_hash(UINT64_C(0xCBF29CE484222325), key);
}

static struct str marks_key(const struct marks *marks, const struct marks_entry *e)
{
    return (struct str){marks->keys.at + e->at, e->len};
}

/* The slot that holds the key, or NULL. */
static uint32_t *marks_slot(const struct marks *marks, struct str key, uint64_t hash)
{
    for (size_t i = hash; marks->slot_count; i++) {
        uint32_t *slot = &marks->slots[i & (marks->slot_count - 1)];
        if (!*slot)
            return NULL;
        const struct marks_entry *e = *slot == MARKS_GONE ? NULL : &marks->entries[*slot - 1];
        if (e && e->hash == hash && str_equal(marks_key(marks, e), key))
            return slot;
    }
    return NULL;
}

static void marks_settle(struct marks *marks, size_t entry)
{
    size_t i = marks->entries[entry].hash;
    while (marks->slots[i & (marks->slot_count - 1)])
        i++;
    marks->slots[i & (marks->slot_count - 1)] = (uint32_t)entry + 1;
}

/* Leaves the holes out. */
static void marks_pack(struct marks *marks)
{
    struct buf keys = {0};
    size_t used = 0;
    for (size_t i = 0; i < marks->used; i++) {
        struct marks_entry e = marks->entries[i];
        if (!e.len)
            continue;
        struct str key = marks_key(marks, &e);
        e.at = (uint32_t)keys.len;
        buf_add(&keys, key);
        marks->entries[used++] = e;
    }
    buf_fini(&marks->keys);
    marks->keys = keys;
    marks->used = used;
    marks->lost = 0;
}

static void marks_rebuild(struct marks *marks)
{
    marks_pack(marks);
    size_t count = MARKS_SLOTS_MIN;
    while (count < 4 * marks->count)
        count *= 2;
    free(marks->slots);
    marks->slots = mem_zero(count, sizeof *marks->slots);
    marks->slot_count = count;
    for (size_t i = 0; i < marks->used; i++)
        marks_settle(marks, i);
}

bool marks_find(const struct marks *marks, struct str key, struct mark *out)
{
    const uint32_t *slot = marks_slot(marks, key, marks_hash_key(key));
    if (!slot)
        return false;
    const struct marks_entry *e = &marks->entries[*slot - 1];
    *out = (struct mark){marks_key(marks, e), e->print, e->scope};
    return true;
}

bool marks_has(const struct marks *marks, struct str key)
{
    return marks->count && marks_slot(marks, key, marks_hash_key(key));
}

bool marks_add(struct marks *marks, const struct mark *mark)
{
    uint64_t hash = marks_hash_key(mark->key);
    uint32_t *slot = marks_slot(marks, mark->key, hash);
    if (slot) {
        struct marks_entry *e = &marks->entries[*slot - 1];
        e->print = mark->print;
        e->scope = (uint8_t)mark->scope;
        return true;
    }
    if (marks->count == MARKS_MAX || mark->key.len > MARKS_KEY_MAX || !mark->key.len ||
        marks->keys.len - marks->lost + mark->key.len > MARKS_BYTES_MAX)
        return false;
    /* slots of entries that are gone count: they are walked over, too */
    if (2 * (marks->used + 1) > marks->slot_count)
        marks_rebuild(marks);
    if (marks->used == marks->room) {
        marks->room = marks->room ? 2 * marks->room : MARKS_SLOTS_MIN;
        marks->entries = mem_grow(marks->entries, marks->room * sizeof *marks->entries);
    }
    marks->entries[marks->used] = (struct marks_entry){.hash = hash,
        .print = mark->print,
        .at = (uint32_t)marks->keys.len,
        .len = (uint16_t)mark->key.len,
        .scope = (uint8_t)mark->scope};
    buf_add(&marks->keys, mark->key);
    marks_settle(marks, marks->used++);
    marks->count++;
    marks->version++;
    return true;
}

bool marks_remove(struct marks *marks, struct str key)
{
    uint32_t *slot = marks->count ? marks_slot(marks, key, marks_hash_key(key)) : NULL;
    if (!slot)
        return false;
    struct marks_entry *e = &marks->entries[*slot - 1];
    marks->lost += e->len;
    e->len = 0;
    *slot = MARKS_GONE;
    marks->count--;
    marks->version++;
    if (marks->lost > MARKS_BYTES_MAX || !marks->count)
        marks_rebuild(marks);
    return true;
}

bool marks_next(const struct marks *marks, size_t *at, struct mark *out)
{
    while (*at < marks->used && !marks->entries[*at].len)
        ++*at;
    if (*at == marks->used)
        return false;
    const struct marks_entry *e = &marks->entries[(*at)++];
    *out = (struct mark){marks_key(marks, e), e->print, e->scope};
    return true;
}

void marks_copy(struct marks *to, const struct marks *from)
{
    struct mark mark;
    marks_clear(to);
    for (size_t at = 0; marks_next(from, &at, &mark);)
        marks_add(to, &mark);
}

/* ---- keys and prints ---- */

bool marks_key_put(const struct client_table *table, struct value item, struct buf *out)
{
    size_t start = out->len;
    for (uint32_t i = 0; i < table->key_count; i++) {
        struct value v;
        if (item.type != VALUE_M || !value_find(item, table->keys[i].name, &v)) {
            out->len = start;
            return false;
        }
        value_put(out, v);
    }
    return true;
}

bool marks_key_item(const struct client_table *table, struct str key, struct buf *out)
{
    struct value_open map = value_open(out, VALUE_M);
    struct err err = ERR_INIT;
    for (uint32_t i = 0; i < table->key_count; i++) {
        struct value v;
        if (!value_read(&key, &v))
            return false;
        value_member(&map, out, table->keys[i].name);
        value_put(out, v);
    }
    return value_close(&map, out, &err);
}

/* Whether a statement asks for whole items; another one may ask for anything. */
static bool marks_statement_is_whole(struct str statement)
{
    struct str rest = str_trim(statement);
    if (!str_equal_nocase(str_take(rest, strlen("SELECT")), STR("SELECT")))
        return false;
    rest = str_trim(str_skip(rest, strlen("SELECT")));
    return rest.len > 1 && rest.at[0] == '*' && strchr(" \t\r\n", rest.at[1]);
}

unsigned marks_scope(const struct browse *browse)
{
    struct str statement = browse->statement;
    if (browse->read.projection.len || (statement.len && !marks_statement_is_whole(statement)))
        return MARKS_UNKNOWN;
    if (!browse->index || str_equal(browse->index->projection, STR("ALL")))
        return MARKS_WHOLE;
    size_t number = (size_t)(browse->index - browse->table.indexes);
    return number < MARKS_UNKNOWN - MARKS_INDEX ? MARKS_INDEX + (unsigned)number : MARKS_UNKNOWN;
}

static bool marks_projects(
    const struct client_table *table, const struct client_index *index, struct str name)
{
    for (uint32_t i = 0; i < table->key_count; i++)
        if (str_equal(table->keys[i].name, name))
            return true;
    for (uint32_t i = 0; i < index->hash_count + index->range_count; i++)
        if (str_equal(index->keys[i].name, name))
            return true;
    for (uint32_t i = 0; i < index->include_count; i++)
        if (str_equal(index->include[i], name))
            return true;
    return false;
}

/* Values are canonical and come in the order of their names, so equal items give equal prints. */
uint64_t marks_print(const struct client_table *table, unsigned scope, struct value item)
{
    const struct client_index *index =
        scope >= MARKS_INDEX && scope - MARKS_INDEX < table->index_count
            ? &table->indexes[scope - MARKS_INDEX]
            : NULL;
    uint64_t print = UINT64_C(0x9E3779B97F4A7C15);
    struct value_walk walk = value_walk(item);
    struct str name;
    struct value v;
    while (value_next(&walk, &name, &v))
        if (!index || marks_projects(table, index, name))
            print = marks_hash(marks_hash(print ^ name.len, name), v.encoded);
    return print;
}
