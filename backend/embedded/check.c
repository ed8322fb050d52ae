/* SPDX-License-Identifier: MIT */
/*
 * The store's own consistency check: every item in every index exactly once and nowhere else,
 * counts and sizes match, records can be read, nothing belongs to nobody. Reads only, on one
 * snapshot; shares no code with the write path but the codecs and the rule which items have an
 * entry.
 *
 *   catalog ─▶ owners by id ─▶ items ─▶ index entries ─▶ counts ─▶ stream records
 */
#include "backend/embedded/catalog.h"
#include "backend/embedded/check_past.h"
#include "backend/embedded/codec.h"
#include "backend/embedded/count.h"
#include "backend/embedded/embedded.h"
#include "backend/embedded/index.h"
#include "backend/embedded/item.h"
#include "backend/embedded/names.h"
#include "backend/embedded/stream.h"
#include "base/mem.h"

#include <endian.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FINDINGS_SHOWN = 1000 };

/* Whoever a key's id belongs to. */
struct owner {
    uint32_t id;
    struct catalog_table *table;       /* of an index: its table */
    const struct catalog_index *index; /* NULL for a table */
    bool garbage;                      /* being reclaimed: anything goes */
    struct count seen;
};

struct stream_owner {
    uint32_t id, table_id;
    bool garbage;
    bool past; /* a table's history: check_past.c */
};

struct check {
    struct store_txn *txn;
    void (*see)(void *context, const char *finding);
    void *context;
    uint64_t findings;
    struct arena arena;
    struct owner *owners;
    size_t owner_count, owner_room;
    struct stream_owner *streams;
    size_t stream_count, stream_room;
    struct buf item, key, other, projection, text;
    uint64_t last_sequence;
    struct shard shard; /* the one looked at last */
};

/* ---- findings ---- */

static void find(struct check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void find(struct check *c, const char *format, ...)
{
    char line[512];
    va_list args;
    if (c->findings++ >= FINDINGS_SHOWN)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    c->see(c->context, line);
}

/* The beginning of a key in hexadecimal digits, for findings. */
static const char *where(struct check *c, struct str key)
{
    buf_clear(&c->text);
    for (size_t i = 0; i < key.len && i < 48; i++)
        buf_printf(&c->text, "%02x", (unsigned char)key.at[i]);
    return buf_cstr(&c->text);
}

/* ---- who owns what ---- */

static struct owner *add_owner(struct check *c, uint32_t id)
{
    if (c->owner_count == c->owner_room) {
        c->owner_room = c->owner_room ? c->owner_room * 2 : 16;
        c->owners = mem_grow(c->owners, c->owner_room * sizeof *c->owners);
    }
    struct owner *owner = &c->owners[c->owner_count++];
    *owner = (struct owner){.id = id};
    return owner;
}

static struct stream_owner *add_stream(struct check *c, uint32_t id)
{
    if (c->stream_count == c->stream_room) {
        c->stream_room = c->stream_room ? c->stream_room * 2 : 16;
        c->streams = mem_grow(c->streams, c->stream_room * sizeof *c->streams);
    }
    struct stream_owner *owner = &c->streams[c->stream_count++];
    *owner = (struct stream_owner){.id = id};
    return owner;
}

static int by_id(const void *a, const void *b)
{
    const struct owner *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static struct owner *find_owner(struct check *c, uint32_t id)
{
    struct owner key = {.id = id};
    return c->owner_count ? bsearch(&key, c->owners, c->owner_count, sizeof key, by_id) : NULL;
}

static bool read_table(struct check *c, struct str key, struct str row)
{
    struct err err = ERR_INIT;
    struct catalog_table *table = arena_new(&c->arena, struct catalog_table);
    if (!catalog_read(table, row, &err)) {
        find(c, "catalog: the row of %.*s cannot be read", STR_ARG(str_skip(key, 1)));
        arena_fini(&table->arena);
        return false;
    }
    if (key.at[0] == 't' && !str_equal(table->name, str_skip(key, 1)))
        find(c, "catalog: the row under %.*s is that of %.*s", STR_ARG(str_skip(key, 1)),
            STR_ARG(table->name));
    add_owner(c, table->id)->table = table;
    if (table->history)
        add_stream(c, table->history)->past = true;
    for (uint32_t i = 0; i < table->index_count; i++) {
        struct owner *owner = add_owner(c, table->indexes[i].id);
        owner->table = table;
        owner->index = &table->indexes[i];
    }
    return true;
}

static void read_stream_row(struct check *c, struct str row)
{
    struct err err = ERR_INIT;
    struct catalog_stream_row stream;
    if (catalog_stream_decode(&stream, &c->arena, row, &err))
        add_stream(c, stream.id)->table_id = stream.table_id;
    else
        find(c, "catalog: a stream's row cannot be read");
}

static bool each(struct check *c, enum store_space space,
    bool (*visit)(struct check *c, struct store_cursor *cursor, struct err *err), struct err *err)
{
    bool found;
    struct store_cursor *cursor = store_cursor_open(c->txn, space, err);
    bool done = cursor && store_seek(cursor, STR_NONE, false, &found, err);
    while (done && found)
        done = visit(c, cursor, err) && store_step(cursor, false, &found, err);
    store_cursor_close(cursor);
    return done;
}

static bool visit_catalog(struct check *c, struct store_cursor *cursor, struct err *err)
{
    struct str key = store_key(cursor);
    (void)err;
    if (str_starts(key, STR("t")) || str_starts(key, STR("d")))
        read_table(c, key, store_value(cursor));
    else if (key.len && strchr("beir", key.at[0])) /* jobs: check_past.c */
        return true;
    else if (str_starts(key, STR("s")))
        read_stream_row(c, store_value(cursor));
    else
        find(c, "catalog: unknown row %s", where(c, key));
    return true;
}

static uint32_t id_at_end(struct str key)
{
    uint32_t big;
    memcpy(&big, key.at + key.len - sizeof big, sizeof big);
    return be32toh(big);
}

/* Ranges that are being reclaimed belong to nobody, rightly. */
static bool visit_garbage(struct check *c, struct store_cursor *cursor, struct err *err)
{
    struct str prefix = STR(ENGINE_META_GARBAGE), key = store_key(cursor);
    (void)err;
    if (!str_starts(key, prefix) || key.len != prefix.len + 5)
        return true;
    if (key.at[prefix.len] == ENGINE_GARBAGE_STREAM)
        add_stream(c, id_at_end(key))->garbage = true;
    else
        add_owner(c, id_at_end(key))->garbage = true;
    return true;
}

static void check_ids(struct check *c)
{
    for (size_t i = 1; i < c->owner_count; i++)
        if (c->owners[i].id == c->owners[i - 1].id)
            find(c, "catalog: the id %" PRIu32 " is used twice", c->owners[i].id);
}

/* ---- items and entries ---- */

static const struct key_schema *schema_of(const struct owner *owner)
{
    return owner->index ? &owner->index->schema : &owner->table->schema;
}

/* Unpacks an entry into `out`; what does not fit together is a finding. */
static bool unpack(struct check *c, const struct owner *owner, struct str key, struct str stored,
    struct buf *out, size_t *size, struct err *err)
{
    struct err why = ERR_INIT;
    struct str record, components, names;
    buf_clear(out);
    if (!names_load(c->txn, owner->table->id, &names, err))
        return false;
    if (!key_components(key, &components) || !item_unwrap(stored, size, &record, &why) ||
        !codec_join(out, schema_of(owner), components, names, record, &why) ||
        !value_check(buf_str(out), &why)) {
        find(c, "%.*s: the entry %s cannot be read: %s", STR_ARG(owner->table->name), where(c, key),
            why.text);
        buf_clear(out);
        return true;
    }
    buf_clear(&c->key);
    if (!key_of_item(&c->key, owner->id, schema_of(owner), value_of(buf_str(out)), NULL) ||
        !str_equal(buf_str(&c->key), key))
        find(c, "%.*s: the entry %s does not stand under its own key", STR_ARG(owner->table->name),
            where(c, key));
    if (value_item_size(value_of(buf_str(out))) != *size)
        find(
            c, "%.*s: the entry %s has the wrong size", STR_ARG(owner->table->name), where(c, key));
    return true;
}

static bool owner_of(struct check *c, const char *space, struct str key, struct owner **owner)
{
    struct str rest = key;
    uint32_t id;
    *owner = key_read_id(&rest, &id) ? find_owner(c, id) : NULL;
    if (!*owner)
        find(c, "%s: the entry %s belongs to no table", space, where(c, key));
    return *owner && !(*owner)->garbage;
}

static bool check_entry_of(struct check *c, const struct owner *table,
    const struct catalog_index *index, struct value item, struct err *err)
{
    const struct owner *owner = find_owner(c, index->id);
    struct str stored, name = index->name;
    size_t size;
    bool found;
    if (!owner || index->backfilling || !index_has(index, item))
        return true;
    struct value projected = index_project(index, item, &c->projection);
    buf_clear(&c->other);
    key_of_item(&c->other, index->id, &index->schema, projected, NULL);
    if (!store_get(c->txn, STORE_INDEX, buf_str(&c->other), &stored, &found, err))
        return false;
    if (!found) {
        find(c, "%.*s: an item is missing in index %.*s: entry %s", STR_ARG(table->table->name),
            STR_ARG(name), where(c, buf_str(&c->other)));
        return true;
    }
    struct buf entry = {0}, key = {0};
    buf_add(&key, buf_str(&c->other));
    bool done = unpack(c, owner, buf_str(&key), stored, &entry, &size, err);
    if (done && entry.len && !str_equal(buf_str(&entry), projected.encoded))
        find(c, "%.*s: index %.*s holds another projection: entry %s", STR_ARG(table->table->name),
            STR_ARG(name), where(c, buf_str(&key)));
    buf_fini(&entry);
    buf_fini(&key);
    return done;
}

static bool visit_item(struct check *c, struct store_cursor *cursor, struct err *err)
{
    struct owner *owner;
    size_t size;
    if (!owner_of(c, "items", store_key(cursor), &owner))
        return true;
    if (owner->index) {
        find(c, "items: the entry %s belongs to an index", where(c, store_key(cursor)));
        return true;
    }
    if (!unpack(c, owner, store_key(cursor), store_value(cursor), &c->item, &size, err))
        return false;
    if (c->item.len == 0)
        return true;
    owner->seen.items++;
    owner->seen.bytes += (int64_t)size;
    for (uint32_t i = 0; i < owner->table->index_count; i++)
        if (!check_entry_of(c, owner, &owner->table->indexes[i], value_of(buf_str(&c->item)), err))
            return false;
    return true;
}

/* The item that an entry stands for must be there and lead back to this entry. */
static bool visit_entry(struct check *c, struct store_cursor *cursor, struct err *err)
{
    struct str key = store_key(cursor), stored;
    struct owner *owner, table = {0};
    size_t size, item_size;
    bool found;
    if (!owner_of(c, "indexes", key, &owner))
        return true;
    if (!owner->index) {
        find(c, "indexes: the entry %s belongs to a table", where(c, key));
        return true;
    }
    if (!unpack(c, owner, key, store_value(cursor), &c->item, &size, err))
        return false;
    if (c->item.len == 0)
        return true;
    owner->seen.items++;
    owner->seen.bytes += (int64_t)size;
    table = (struct owner){.id = owner->table->id, .table = owner->table};
    buf_clear(&c->other);
    key_of_item(&c->other, table.id, &table.table->schema, value_of(buf_str(&c->item)), NULL);
    if (!store_get(c->txn, STORE_ITEMS, buf_str(&c->other), &stored, &found, err))
        return false;
    struct buf item = {0}, own = {0}, item_key = {0};
    buf_add(&item_key, buf_str(&c->other));
    bool done = !found || unpack(c, &table, buf_str(&item_key), stored, &item, &item_size, err);
    if (found && done && item.len)
        found =
            index_has(owner->index, value_of(buf_str(&item))) &&
            key_of_item(&own, owner->id, &owner->index->schema, value_of(buf_str(&item)), NULL) &&
            str_equal(buf_str(&own), key);
    if (!found)
        find(c, "%.*s: index %.*s has an entry without an item: %s", STR_ARG(owner->table->name),
            STR_ARG(owner->index->name), where(c, key));
    buf_fini(&item);
    buf_fini(&own);
    buf_fini(&item_key);
    return done;
}

static bool check_counts(struct check *c, struct err *err)
{
    for (size_t i = 0; i < c->owner_count; i++) {
        const struct owner *owner = &c->owners[i];
        struct count count;
        if (owner->garbage)
            continue;
        if (!count_get(c->txn, owner->id, &count, err))
            return false;
        if (count.items == owner->seen.items && count.bytes == owner->seen.bytes)
            continue;
        find(c,
            "%.*s%s%.*s: counted %" PRId64 " items of %" PRId64 " bytes, there are %" PRId64
            " of %" PRId64,
            STR_ARG(owner->table->name), owner->index ? "/" : "",
            STR_ARG(owner->index ? owner->index->name : STR_NONE), count.items, count.bytes,
            owner->seen.items, owner->seen.bytes);
    }
    return true;
}

static bool visit_count(struct check *c, struct store_cursor *cursor, struct err *err)
{
    struct str prefix = STR(ENGINE_META_COUNT), key = store_key(cursor);
    (void)err;
    if (str_starts(key, prefix) && key.len == prefix.len + 4 && !find_owner(c, id_at_end(key)))
        find(c, "counts: the number %" PRIu32 " belongs to no table", id_at_end(key));
    return true;
}

/* ---- streams ---- */

static const struct stream_owner *find_stream(const struct check *c, uint32_t id)
{
    for (size_t i = 0; i < c->stream_count; i++)
        if (c->streams[i].id == id)
            return &c->streams[i];
    return NULL;
}

static bool visit_record(struct check *c, struct store_cursor *cursor, struct err *err)
{
    struct str key = store_key(cursor), rest = key, names;
    struct stream_record record;
    struct err why = ERR_INIT;
    uint64_t sequence;
    uint32_t id = 0;
    const struct stream_owner *owner = key_read_id(&rest, &id) ? find_stream(c, id) : NULL;
    if (owner && owner->past)
        return true;
    if (!owner || (rest.len != sizeof sequence && !owner->garbage)) {
        find(c, "streams: the record %s belongs to no stream", where(c, key));
        return true;
    }
    if (owner->garbage)
        return true;
    memcpy(&sequence, rest.at, sizeof sequence);
    sequence = be64toh(sequence);
    if (sequence == 0 || sequence > c->last_sequence)
        find(c, "streams: the record %s has a number that was never given", where(c, key));
    if (!names_load(c->txn, owner->table_id, &names, err))
        return false;
    struct arena arena = {0};
    if (!stream_read(&record, &arena, names, store_value(cursor), &why))
        find(c, "streams: the record %s cannot be read", where(c, key));
    arena_fini(&arena);
    return true;
}

/* A stream's shards follow one another, and only the last one takes records. */
static bool visit_shard(struct check *c, struct store_cursor *cursor, struct err *err)
{
    struct str key = store_key(cursor);
    struct shard shard, before = c->shard;
    (void)err;
    if (!str_starts(key, STR(ENGINE_META_SHARD)))
        return true;
    if (!shard_read(&shard, key, store_value(cursor)) || !find_stream(c, shard.stream)) {
        find(c, "streams: the shard %s belongs to no stream", where(c, key));
        return true;
    }
    c->shard = shard;
    if (shard.parent >= shard.name || (shard.ended_ms && shard.last < shard.first))
        find(c, "streams: the shard %s ends before it begins", where(c, key));
    if (shard.first > c->last_sequence || (shard.ended_ms && shard.last > c->last_sequence))
        find(c, "streams: the shard %s has a number that was never given", where(c, key));
    if (before.stream == shard.stream &&
        (!before.ended_ms || before.last >= shard.first || before.name != shard.parent))
        find(c, "streams: the shard %s does not follow the one before", where(c, key));
    return true;
}

/* ---- all ---- */

static bool check_all(struct store_txn *txn, void *context, struct err *err)
{
    struct check *c = context;
    c->txn = txn;
    if (!each(c, STORE_CATALOG, visit_catalog, err) || !each(c, STORE_META, visit_garbage, err))
        return false;
    if (c->owner_count)
        qsort(c->owners, c->owner_count, sizeof *c->owners, by_id);
    check_ids(c);
    return stream_last(txn, &c->last_sequence, err) && each(c, STORE_ITEMS, visit_item, err) &&
           each(c, STORE_INDEX, visit_entry, err) && check_counts(c, err) &&
           each(c, STORE_META, visit_count, err) && each(c, STORE_STREAM, visit_record, err) &&
           each(c, STORE_META, visit_shard, err);
}

static void count_structure(void *context, const char *finding)
{
    find(context, "%s", finding);
}

static void check_fini(struct check *c)
{
    for (size_t i = 0; i < c->owner_count; i++)
        if (c->owners[i].table && !c->owners[i].index)
            arena_fini(&c->owners[i].table->arena);
    arena_fini(&c->arena);
    free(c->owners);
    free(c->streams);
    buf_fini(&c->item);
    buf_fini(&c->key);
    buf_fini(&c->other);
    buf_fini(&c->projection);
    buf_fini(&c->text);
}

bool embedded_check(const char *path, void (*see)(void *context, const char *finding),
    void *context, uint64_t *findings, struct err *err)
{
    struct store_options options = {.must_exist = true, .read_only = true, .for_check = true};
    struct store *store = store_open(path, &options, err);
    struct check check = {.see = see, .context = context};
    *findings = 0;
    if (!store)
        return false;
    bool done = store_check(store, count_structure, &check, err);
    struct check_past past = {count_structure, &check};
    if (done && store_is_sound(store))
        done = store_read(store, check_all, &check, err) &&
               store_read(store, check_past_rows, &past, err) &&
               check_past_files(store, &past, err);
    *findings = check.findings;
    check_fini(&check);
    store_close(store, NULL);
    return done;
}
