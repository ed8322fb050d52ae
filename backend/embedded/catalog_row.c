/* SPDX-License-Identifier: MIT */
/*
 * Rows of tables and streams (row.h has the form). Knows the form only, neither transactions nor
 * the cache.
 */
#include "backend/embedded/catalog.h"
#include "backend/embedded/row.h"

static const char *const projection_names[] = {"ALL", "INCLUDE", "KEYS_ONLY"};
static const char *const view_names[] = {
    "KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"};

const char *catalog_projection_name(enum catalog_projection projection)
{
    return projection_names[projection];
}

const char *catalog_view_name(enum catalog_view view)
{
    return view_names[view];
}

static bool find_name(const char *const *names, size_t count, struct str name, unsigned *out)
{
    for (*out = 0; *out < count; ++*out)
        if (str_equal(name, str_from(names[*out])))
            return true;
    return false;
}

bool catalog_view_parse(struct str name, enum catalog_view *out)
{
    unsigned number;
    if (!find_name(view_names, 4, name, &number))
        return false;
    *out = (enum catalog_view)number;
    return true;
}

/* ---- writing ---- */

static void put_keys(
    struct row *row, const char *name, const struct key_attribute *keys, size_t count)
{
    struct err err = ERR_INIT;
    value_member(&row->map, row->out, str_from(name));
    struct value_open list = value_open(row->out, VALUE_L);
    for (size_t i = 0; i < count; i++) {
        value_member(&list, row->out, STR_NONE);
        struct row key = row_open(row->out);
        row_put_text(&key, "name", keys[i].name);
        row_put_text(&key, "type", str_from(value_type_name(keys[i].type)));
        row_close(&key);
    }
    value_close(&list, row->out, &err);
}

static void put_schema(struct row *row, const struct key_schema *schema)
{
    put_keys(row, "keys", schema->at, catalog_own_keys(schema));
    row_put_number(row, "partitionKeys", schema->partition);
}

static void put_units(struct row *row, const struct catalog_units *units)
{
    row_put_number(row, "decreased", units->decreased_ms);
    row_put_number(row, "increased", units->increased_ms);
    row_put_number(row, "read", units->read);
    row_put_number(row, "write", units->write);
    row_put_number(row, "warmRead", units->warm_read);
    row_put_number(row, "warmWrite", units->warm_write);
    row_put_number(row, "mostRead", units->most_read);
    row_put_number(row, "mostWrite", units->most_write);
}

static void put_index(struct buf *out, const struct catalog_index *index)
{
    struct row row = row_open(out);
    row_put_text(&row, "name", index->name);
    row_put_number(&row, "id", index->id);
    row_put_truth(&row, "global", index->global);
    row_put_truth(&row, "backfilling", index->backfilling);
    put_schema(&row, &index->schema);
    row_put_text(&row, "projection", str_from(catalog_projection_name(index->projection)));
    put_units(&row, &index->units);
    if (index->include_count) {
        struct err err = ERR_INIT;
        value_member(&row.map, out, STR("include"));
        struct value_open list = value_open(out, VALUE_L);
        for (uint32_t i = 0; i < index->include_count; i++) {
            value_member(&list, out, STR_NONE);
            value_put_string(out, index->include[i]);
        }
        value_close(&list, out, &err);
    }
    row_close(&row);
}

static void put_indexes(struct row *row, const struct catalog_table *table)
{
    struct err err = ERR_INIT;
    value_member(&row->map, row->out, STR("indexes"));
    struct value_open list = value_open(row->out, VALUE_L);
    for (uint32_t i = 0; i < table->index_count; i++) {
        value_member(&list, row->out, STR_NONE);
        put_index(row->out, &table->indexes[i]);
    }
    value_close(&list, row->out, &err);
}

static void put_stream(struct row *row, const struct catalog_stream *stream)
{
    row_put_number(row, "stream", stream->id);
    row_put_truth(row, "streamEnabled", stream->enabled);
    row_put_text(row, "streamLabel", stream->label);
    row_put_text(row, "streamView", str_from(catalog_view_name(stream->view)));
}

static void put_past(struct row *row, const struct catalog_table *table)
{
    row_put_number(row, "history", table->history);
    row_put_number(row, "holds", table->holds);
    row_put_truth(row, "recovery", table->recovery);
    row_put_number(row, "recoverySince", table->recovery_ms);
    row_put_number(row, "recoveryDays", table->recovery_days);
    row_put_number(row, "filling", table->filling);
    row_put_text(row, "restored", table->restored);
    row_put_number(row, "restoredAt", table->restored_ms);
}

void catalog_row_encode(struct buf *out, const struct catalog_table *table)
{
    struct row row = row_open(out);
    row_put_text(&row, "name", table->name);
    row_put_number(&row, "id", table->id);
    row_put_text(&row, "uuid", table->uuid);
    row_put_number(&row, "created", table->created_ms);
    put_schema(&row, &table->schema);
    put_keys(&row, "definitions", table->definitions, table->definition_count);
    row_put_truth(&row, "onDemand", table->on_demand);
    row_put_number(&row, "onDemandSince", table->on_demand_ms);
    put_units(&row, &table->units);
    row_put_truth(&row, "protected", table->protected);
    row_put_truth(&row, "infrequent", table->infrequent);
    row_put_truth(&row, "classed", table->classed);
    row_put_number(&row, "classSince", table->class_ms);
    row_put_text(&row, "sse", table->sse);
    if (table->stream.id)
        put_stream(&row, &table->stream);
    row_put_text(&row, "ttl", table->ttl);
    row_put_truth(&row, "ttlEnabled", table->ttl_enabled);
    row_put_number(&row, "ttlSince", table->ttl_ms);
    if (table->tags.type == VALUE_M && table->tags.count) {
        value_member(&row.map, out, STR("tags"));
        value_put(out, table->tags);
    }
    put_past(&row, table);
    put_indexes(&row, table);
    row_close(&row);
}

void catalog_stream_encode(struct buf *out, const struct catalog_stream_row *stream)
{
    struct row row = row_open(out);
    row_put_number(&row, "id", stream->id);
    row_put_number(&row, "tableId", stream->table_id);
    row_put_text(&row, "table", stream->table);
    row_put_text(&row, "label", stream->label);
    row_put_text(&row, "view", str_from(catalog_view_name(stream->view)));
    row_put_number(&row, "created", stream->created_ms);
    row_put_number(&row, "disabled", stream->disabled_ms);
    put_schema(&row, &stream->schema);
    row_close(&row);
}

/* ---- reading ---- */

static bool damaged(struct err *err)
{
    return err_set(err, ERR_FILE,
        "the catalog holds a row that cannot be read: run `dynascope check` on the store");
}

static bool get_key(struct arena *arena, struct value map, struct key_attribute *out)
{
    struct value type;
    out->name = row_get_text(arena, map, "name");
    if (out->name.len == 0 || !value_find(map, STR("type"), &type) || type.type != VALUE_S)
        return false;
    out->type = value_type_from_name(type.data);
    return out->type == VALUE_S || out->type == VALUE_N || out->type == VALUE_B;
}

static bool get_keys(struct arena *arena, struct value row, const char *name,
    struct key_attribute *keys, uint32_t max, uint32_t *count)
{
    struct value list, map;
    struct str none;
    *count = 0;
    if (!value_find(row, str_from(name), &list) || list.type != VALUE_L)
        return false;
    struct value_walk walk = value_walk(list);
    while (value_next(&walk, &none, &map)) {
        if (*count == max || map.type != VALUE_M || !get_key(arena, map, &keys[*count]))
            return false;
        ++*count;
    }
    return true;
}

static bool get_schema(struct arena *arena, struct value row, struct key_schema *out)
{
    uint32_t count;
    int64_t partition = row_get_number(row, "partitionKeys");
    if (!get_keys(arena, row, "keys", out->at, CATALOG_HASH_MAX + CATALOG_SORT_MAX, &count))
        return false;
    if (partition < 1 || partition > CATALOG_HASH_MAX || partition > count ||
        count - partition > CATALOG_SORT_MAX)
        return false;
    out->partition = (uint8_t)partition;
    out->sort = (uint8_t)(count - partition);
    out->count = (uint8_t)count;
    return true;
}

static struct catalog_units get_units(struct value row)
{
    return (struct catalog_units){.read = row_get_number(row, "read"),
        .write = row_get_number(row, "write"),
        .increased_ms = row_get_number(row, "increased"),
        .decreased_ms = row_get_number(row, "decreased"),
        .warm_read = row_get_number(row, "warmRead"),
        .warm_write = row_get_number(row, "warmWrite"),
        .most_read = row_get_number(row, "mostRead"),
        .most_write = row_get_number(row, "mostWrite")};
}

static void get_include(struct arena *arena, struct value row, struct catalog_index *out)
{
    struct value list, text;
    struct str none;
    if (!value_find(row, STR("include"), &list) || list.type != VALUE_L)
        return;
    struct str *names = arena_array(arena, struct str, list.count + 1);
    struct value_walk walk = value_walk(list);
    while (out->include_count < list.count && value_next(&walk, &none, &text))
        names[out->include_count++] = arena_dup(arena, text.data);
    out->include = names;
}

static bool get_index(struct arena *arena, struct value row, struct catalog_index *out)
{
    unsigned projection;
    struct str word = row_get_text(arena, row, "projection");
    out->name = row_get_text(arena, row, "name");
    out->id = (uint32_t)row_get_number(row, "id");
    out->global = row_get_truth(row, "global");
    out->backfilling = row_get_truth(row, "backfilling");
    out->units = get_units(row);
    get_include(arena, row, out);
    if (!find_name(projection_names, 3, word, &projection))
        return false;
    out->projection = (enum catalog_projection)projection;
    return out->name.len && out->id && get_schema(arena, row, &out->schema);
}

static bool get_indexes(struct catalog_table *out, struct value row)
{
    struct value list, map;
    struct str none;
    if (!value_find(row, STR("indexes"), &list) || list.type != VALUE_L ||
        list.count > CATALOG_LOCAL_MAX + CATALOG_GLOBAL_MAX)
        return false;
    struct catalog_index *indexes = arena_array(&out->arena, struct catalog_index, list.count + 1);
    struct value_walk walk = value_walk(list);
    while (out->index_count < list.count && value_next(&walk, &none, &map)) {
        struct catalog_index *index = &indexes[out->index_count++];
        if (map.type != VALUE_M || !get_index(&out->arena, map, index))
            return false;
        out->local_count += !index->global;
        catalog_index_complete(&out->arena, out, index);
    }
    out->indexes = indexes;
    return true;
}

static bool get_definitions(struct catalog_table *out, struct value row)
{
    struct value list;
    if (!value_find(row, STR("definitions"), &list) || list.type != VALUE_L || list.count > 1000)
        return false;
    struct key_attribute *keys = arena_array(&out->arena, struct key_attribute, list.count + 1);
    out->definitions = keys;
    return get_keys(&out->arena, row, "definitions", keys, list.count, &out->definition_count);
}

static void get_stream(struct catalog_table *out, struct value row)
{
    struct catalog_stream *stream = &out->stream;
    stream->id = (uint32_t)row_get_number(row, "stream");
    stream->label = row_get_text(&out->arena, row, "streamLabel");
    stream->enabled = row_get_truth(row, "streamEnabled");
    catalog_view_parse(row_get_text(&out->arena, row, "streamView"), &stream->view);
}

static void get_past(struct catalog_table *out, struct value row)
{
    out->history = (uint32_t)row_get_number(row, "history");
    out->holds = (uint32_t)row_get_number(row, "holds");
    out->recovery = row_get_truth(row, "recovery");
    out->recovery_ms = row_get_number(row, "recoverySince");
    out->recovery_days = (uint32_t)row_get_number(row, "recoveryDays");
    out->filling = (uint32_t)row_get_number(row, "filling");
    out->restored = row_get_text(&out->arena, row, "restored");
    out->restored_ms = row_get_number(row, "restoredAt");
}

bool catalog_read(struct catalog_table *out, struct str bytes, struct err *err)
{
    struct value row = value_of(arena_dup(&out->arena, bytes));
    if (row.type != VALUE_M)
        return damaged(err);
    out->name = row_get_text(&out->arena, row, "name");
    out->id = (uint32_t)row_get_number(row, "id");
    out->uuid = row_get_text(&out->arena, row, "uuid");
    out->created_ms = row_get_number(row, "created");
    out->on_demand = row_get_truth(row, "onDemand");
    out->on_demand_ms = row_get_number(row, "onDemandSince");
    out->units = get_units(row);
    out->protected = row_get_truth(row, "protected");
    out->infrequent = row_get_truth(row, "infrequent");
    out->classed = row_get_truth(row, "classed");
    out->class_ms = row_get_number(row, "classSince");
    out->sse = row_get_text(&out->arena, row, "sse");
    out->ttl = row_get_text(&out->arena, row, "ttl");
    out->ttl_enabled = row_get_truth(row, "ttlEnabled");
    out->ttl_ms = row_get_number(row, "ttlSince");
    get_stream(out, row);
    get_past(out, row);
    if (!value_find(row, STR("tags"), &out->tags))
        out->tags = (struct value){0};
    if (out->name.len == 0 || out->id == 0 || !get_schema(&out->arena, row, &out->schema) ||
        !get_definitions(out, row) || !get_indexes(out, row))
        return damaged(err);
    return true;
}

bool catalog_stream_decode(
    struct catalog_stream_row *out, struct arena *arena, struct str bytes, struct err *err)
{
    struct value row = value_of(bytes);
    if (row.type != VALUE_M)
        return damaged(err);
    *out = (struct catalog_stream_row){.id = (uint32_t)row_get_number(row, "id"),
        .table_id = (uint32_t)row_get_number(row, "tableId"),
        .table = row_get_text(arena, row, "table"),
        .label = row_get_text(arena, row, "label"),
        .created_ms = row_get_number(row, "created"),
        .disabled_ms = row_get_number(row, "disabled")};
    if (!catalog_view_parse(row_get_text(arena, row, "view"), &out->view) || out->id == 0 ||
        !get_schema(arena, row, &out->schema))
        return damaged(err);
    return true;
}
