/* SPDX-License-Identifier: MIT */
/*
 * A reading of a table, built once and shared with the jobs that read. Must not know how much of it
 * is loaded or shown: that is the feed's business.
 */
#include "views/items/browse.h"

#include "base/mem.h"

#include <stdlib.h>

void browse_copy_table(
    struct arena *arena, const struct client_table *from, struct client_table *to)
{
    *to = *from;
    struct str *texts[] = {&to->name, &to->status, &to->arn, &to->billing, &to->stream_view,
        &to->stream_arn, &to->ttl_attribute, &to->keys[0].name, &to->keys[1].name};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_dup(arena, *texts[i]);
    struct client_index *indexes = arena_array(arena, struct client_index, from->index_count);
    for (uint32_t i = 0; i < from->index_count; i++) {
        struct client_index *x = &indexes[i];
        *x = from->indexes[i];
        x->name = arena_dup(arena, x->name);
        x->status = arena_dup(arena, x->status);
        x->projection = arena_dup(arena, x->projection);
        for (uint32_t k = 0; k < x->hash_count + x->range_count; k++)
            x->keys[k].name = arena_dup(arena, x->keys[k].name);
        struct str *include = arena_array(arena, struct str, x->include_count);
        for (uint32_t k = 0; k < x->include_count; k++)
            include[k] = arena_dup(arena, x->include[k]);
        x->include = include;
    }
    to->indexes = indexes;
}

static void browse_add_place(struct browse *b, struct str name)
{
    for (uint32_t i = 0; i < b->place_count; i++)
        if (str_equal(b->place[i], name))
            return;
    b->place[b->place_count++] = name;
}

static bool browse_set_index(struct browse *b, struct str index)
{
    if (index.len == 0)
        return true;
    for (uint32_t i = 0; i < b->table.index_count && !b->index; i++)
        if (str_equal(b->table.indexes[i].name, index))
            b->index = &b->table.indexes[i];
    return b->index != NULL;
}

struct browse *browse_scan(const struct client_table *table, struct str index)
{
    struct browse *b = mem_new(struct browse);
    b->refs = 1;
    browse_copy_table(&b->arena, table, &b->table);
    if (!browse_set_index(b, index)) {
        browse_unref(b);
        return NULL;
    }
    b->read.table = b->table.name;
    if (b->index)
        b->read.index = b->index->name;
    uint32_t count;
    const struct client_key *keys = browse_keys(b, &count);
    for (uint32_t i = 0; i < count; i++)
        browse_add_place(b, keys[i].name);
    for (uint32_t i = 0; i < b->table.key_count; i++)
        browse_add_place(b, b->table.keys[i].name);
    return b;
}

static struct value browse_copy_value(struct browse *b, struct value v)
{
    return v.type == VALUE_NONE ? v : value_of(arena_dup(&b->arena, v.encoded));
}

struct browse *browse_read(const struct client_table *table, const struct client_read *read)
{
    struct browse *b = browse_scan(table, read->index);
    if (!b)
        return NULL;
    struct client_read *mine = &b->read;
    b->query = read->key_condition.len > 0;
    mine->key_condition = arena_dup(&b->arena, read->key_condition);
    mine->filter = arena_dup(&b->arena, read->filter);
    mine->projection = arena_dup(&b->arena, read->projection);
    mine->names = browse_copy_value(b, read->names);
    mine->values = browse_copy_value(b, read->values);
    mine->backward = read->backward;
    mine->consistent = read->consistent;
    mine->limit = read->limit;
    mine->segments = b->query ? 0 : read->segments;
    return b;
}

struct browse *browse_statement(
    const struct client_table *table, struct str index, struct str statement)
{
    struct browse *b = browse_scan(table, index);
    if (b)
        b->statement = arena_dup(&b->arena, statement);
    return b;
}

struct browse *browse_query(const struct client_table *table, struct str index,
    struct str key_condition, struct value names, struct value values, bool backward)
{
    struct client_read read = {.index = index,
        .key_condition = key_condition,
        .names = names,
        .values = values,
        .backward = backward};
    return browse_read(table, &read);
}

struct browse *browse_copy(const struct browse *browse)
{
    struct str index = browse->index ? browse->index->name : STR_NONE;
    return browse->statement.len ? browse_statement(&browse->table, index, browse->statement)
                                 : browse_read(&browse->table, &browse->read);
}

struct browse *browse_ref(struct browse *browse)
{
    browse->refs++;
    return browse;
}

void browse_unref(struct browse *browse)
{
    if (!browse || --browse->refs)
        return;
    arena_fini(&browse->arena);
    free(browse);
}

bool browse_narrowed(const struct browse *browse)
{
    return browse->query || browse->read.filter.len > 0 || browse->statement.len > 0;
}

bool browse_opaque(const struct browse *browse)
{
    return browse->statement.len > 0 || browse->read.segments > 0;
}

int64_t browse_items(const struct browse *browse)
{
    return browse->index ? browse->index->items : browse->table.items;
}

int64_t browse_item_bytes(const struct browse *browse)
{
    int64_t items = browse_items(browse);
    int64_t bytes = browse->index ? browse->index->bytes : browse->table.bytes;
    return items > 0 && bytes > items ? bytes / items : 1;
}

const struct client_key *browse_keys(const struct browse *browse, uint32_t *count)
{
    if (browse->index) {
        *count = browse->index->hash_count + browse->index->range_count;
        return browse->index->keys;
    }
    *count = browse->table.key_count;
    return browse->table.keys;
}

bool browse_place_of(const struct browse *browse, struct value item, struct buf *out)
{
    size_t start = out->len;
    struct value_open map = value_open(out, VALUE_M);
    for (uint32_t i = 0; i < browse->place_count; i++) {
        struct value v;
        if (!value_find(item, browse->place[i], &v)) {
            out->len = start;
            return false;
        }
        value_member(&map, out, browse->place[i]);
        value_put(out, v);
    }
    struct err err = ERR_INIT;
    return value_close(&map, out, &err);
}

/* FNV-1a over the encoded key attributes: a collision of two among some hundred loaded items would
 * only put the cursor on the wrong row. */
uint64_t browse_identity_of(const struct client_key *keys, uint32_t count, struct value item)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (uint32_t i = 0; i < count; i++) {
        struct value v;
        if (!value_find(item, keys[i].name, &v))
            continue;
        for (size_t k = 0; k < v.encoded.len; k++)
            hash = (hash ^ (unsigned char)v.encoded.at[k]) * 0x100000001b3u;
    }
    return hash;
}

static uint64_t browse_hash(struct str text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t k = 0; k < text.len; k++)
        hash = (hash ^ (unsigned char)text.at[k]) * 0x100000001b3u;
    return hash;
}

/* Of what a projection left without its key, all that there is. */
uint64_t browse_identity(const struct browse *browse, struct value item)
{
    struct value v;
    for (uint32_t i = 0; i < browse->table.key_count; i++)
        if (!value_find(item, browse->table.keys[i].name, &v))
            return browse_hash(item.encoded);
    return browse_identity_of(browse->table.keys, browse->table.key_count, item);
}
