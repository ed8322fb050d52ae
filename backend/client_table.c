/* SPDX-License-Identifier: MIT */
/*
 * What tables there are and what one is like: ListTables, DescribeTable and DescribeTimeToLive as
 * structs. A part of client.h.
 */
#include "backend/client_json.h"

#include <stdlib.h>
#include <time.h>

enum { WAIT_TRIES = 1500, WAIT_MS = 200 };

/* ---- names ---- */

struct names {
    struct str *at;
    size_t count, room;
};

static void names_add(struct arena *arena, struct names *names, struct str name)
{
    if (names->count == names->room) {
        size_t room = names->room ? names->room * 2 : 128;
        struct str *more = arena_array(arena, struct str, room);
        if (names->count)
            memcpy(more, names->at, names->count * sizeof *more);
        names->at = more;
        names->room = room;
    }
    names->at[names->count++] = name;
}

enum { NAMES_MAX = 1000000 };

static int compare_names(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* One page. *start becomes the name to go on behind, empty at the end. */
static bool list_page(
    struct client *c, struct arena *arena, struct names *names, struct str *start, struct err *err)
{
    struct buf body = {0};
    struct ddb_reply reply = {0};
    struct arena scratch = {0};
    buf_add_byte(&body, '{');
    client_put_text(&body, STR("ExclusiveStartTableName"), *start);
    buf_add_byte(&body, '}');
    const struct json *answer =
        client_ask(c, STR("ListTables"), buf_str(&body), &reply, &scratch, err);
    const struct json *list = json_get(answer, STR("TableNames"));
    bool good = answer && (!list || json_is(list, JSON_ARRAY)) && names->count < NAMES_MAX;
    for (const struct json *name = good && list ? list->first : NULL; name; name = name->next) {
        good = good && json_is(name, JSON_STRING) && name->text.len;
        names_add(arena, names, arena_dup(arena, name->text));
    }
    *start = client_text(arena, answer, STR("LastEvaluatedTableName"));
    arena_fini(&scratch);
    ddb_reply_fini(&reply);
    buf_fini(&body);
    return good || (answer && client_bad_answer(err, STR("ListTables")));
}

/* A name that comes twice, as where a table is made between two pages, is one table. */
static size_t drop_repeats(struct str *names, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || !str_equal(names[i], names[kept - 1]))
            names[kept++] = names[i];
    return kept;
}

bool client_tables(
    struct client *c, struct arena *arena, const struct str **names, size_t *count, struct err *err)
{
    struct names all = {0};
    struct str start = STR_NONE;
    do {
        struct str before = start;
        if (!list_page(c, arena, &all, &start, err))
            return false;
        /* an endpoint that repeats itself must not hold us for ever */
        if (start.len && str_equal(before, start))
            return client_bad_answer(err, STR("ListTables"));
    } while (start.len);
    if (all.count)
        qsort(all.at, all.count, sizeof *all.at, compare_names);
    *names = all.at;
    *count = drop_repeats(all.at, all.count);
    return true;
}

/* ---- one table ---- */

static enum value_type defined_type(const struct json *definitions, struct str name)
{
    const struct json *one = json_is(definitions, JSON_ARRAY) ? definitions->first : NULL;
    for (; one; one = one->next) {
        const struct json *named = json_get(one, STR("AttributeName"));
        const struct json *type = json_get(one, STR("AttributeType"));
        if (json_is(named, JSON_STRING) && json_is(type, JSON_STRING) &&
            str_equal(named->text, name))
            return value_type_from_name(type->text);
    }
    return VALUE_S;
}

/* The key attributes of one KeyType, added to `keys`; returns how many. */
static uint32_t take_keys(struct arena *arena, const struct json *schema, struct str kind,
    const struct json *definitions, struct client_key *keys, uint32_t room)
{
    uint32_t count = 0;
    const struct json *one = json_is(schema, JSON_ARRAY) ? schema->first : NULL;
    for (; one && count < room; one = one->next) {
        const struct json *type = json_get(one, STR("KeyType"));
        if (!json_is(type, JSON_STRING) || !str_equal(type->text, kind))
            continue;
        keys[count].name = client_text(arena, one, STR("AttributeName"));
        keys[count].type = defined_type(definitions, keys[count].name);
        count++;
    }
    return count;
}

static void take_include(
    struct arena *arena, const struct json *projection, struct client_index *out)
{
    const struct json *list = json_get(projection, STR("NonKeyAttributes"));
    if (!json_is(list, JSON_ARRAY) || !list->count)
        return;
    struct str *include = arena_array(arena, struct str, list->count);
    uint32_t i = 0;
    for (const struct json *name = list->first; name; name = name->next)
        include[i++] = arena_dup(arena, name->text);
    out->include_count = i;
    out->include = include;
}

static void take_index(struct arena *arena, const struct json *json, bool global,
    const struct json *definitions, struct client_index *out)
{
    const struct json *schema = json_get(json, STR("KeySchema"));
    const struct json *projection = json_get(json, STR("Projection"));
    *out = (struct client_index){.name = client_text(arena, json, STR("IndexName")),
        .status = client_text(arena, json, STR("IndexStatus")),
        .projection = client_text(arena, projection, STR("ProjectionType")),
        .global = global,
        .backfilling = json_is(json_get(json, STR("Backfilling")), JSON_TRUE),
        .items = client_number(json, STR("ItemCount")),
        .bytes = client_number(json, STR("IndexSizeBytes"))};
    out->hash_count =
        take_keys(arena, schema, STR("HASH"), definitions, out->keys, CLIENT_KEYS_MAX);
    out->range_count = take_keys(arena, schema, STR("RANGE"), definitions,
        out->keys + out->hash_count, CLIENT_KEYS_MAX - out->hash_count);
    take_include(arena, projection, out);
}

static void take_indexes(struct arena *arena, const struct json *json, struct client_table *out)
{
    const struct json *definitions = json_get(json, STR("AttributeDefinitions"));
    const struct json *lists[2] = {json_get(json, STR("LocalSecondaryIndexes")),
        json_get(json, STR("GlobalSecondaryIndexes"))};
    size_t count = 0;
    for (int i = 0; i < 2; i++)
        count += json_is(lists[i], JSON_ARRAY) ? lists[i]->count : 0;
    struct client_index *indexes = arena_array(arena, struct client_index, count);
    for (int i = 0; i < 2; i++) {
        const struct json *one = json_is(lists[i], JSON_ARRAY) ? lists[i]->first : NULL;
        for (; one; one = one->next)
            take_index(arena, one, i == 1, definitions, &indexes[out->index_count++]);
    }
    out->indexes = indexes;
}

/* Epoch seconds with a fraction, as milliseconds. */
static int64_t take_time(const struct json *json)
{
    if (!json_is(json, JSON_NUMBER) || json->text.len > 40)
        return 0;
    char text[41] = "";
    memcpy(text, json->text.at, json->text.len);
    double seconds = strtod(text, NULL);
    return seconds > 0 && seconds < 1e14 ? (int64_t)(seconds * 1000 + 0.5) : 0;
}

static void take_stream(struct arena *arena, const struct json *json, struct client_table *out)
{
    const struct json *stream = json_get(json, STR("StreamSpecification"));
    if (!json_is(json_get(stream, STR("StreamEnabled")), JSON_TRUE))
        return;
    out->stream_view = client_text(arena, stream, STR("StreamViewType"));
    out->stream_arn = client_text(arena, json, STR("LatestStreamArn"));
}

static void take_billing(struct arena *arena, const struct json *json, struct client_table *out)
{
    const struct json *units = json_get(json, STR("ProvisionedThroughput"));
    out->billing =
        client_text(arena, json_get(json, STR("BillingModeSummary")), STR("BillingMode"));
    if (!out->billing.len)
        out->billing = STR("PROVISIONED");
    out->read_units = client_number(units, STR("ReadCapacityUnits"));
    out->write_units = client_number(units, STR("WriteCapacityUnits"));
}

static void take_table(struct arena *arena, const struct json *json, struct client_table *out)
{
    const struct json *schema = json_get(json, STR("KeySchema"));
    const struct json *definitions = json_get(json, STR("AttributeDefinitions"));
    *out = (struct client_table){.name = client_text(arena, json, STR("TableName")),
        .status = client_text(arena, json, STR("TableStatus")),
        .arn = client_text(arena, json, STR("TableArn")),
        .items = client_number(json, STR("ItemCount")),
        .bytes = client_number(json, STR("TableSizeBytes")),
        .created_ms = take_time(json_get(json, STR("CreationDateTime"))),
        .deletion_protection =
            json_is(json_get(json, STR("DeletionProtectionEnabled")), JSON_TRUE)};
    out->key_count = take_keys(arena, schema, STR("HASH"), definitions, out->keys, 1);
    out->key_count += take_keys(
        arena, schema, STR("RANGE"), definitions, out->keys + out->key_count, 2 - out->key_count);
    take_billing(arena, json, out);
    take_stream(arena, json, out);
    take_indexes(arena, json, out);
}

/* A backend that has no TTL is one where none is on. */
static void describe_ttl(
    struct client *c, struct arena *arena, struct str body, struct client_table *out)
{
    struct ddb_reply reply = {0};
    struct arena scratch = {0};
    struct err ignored = ERR_INIT;
    const struct json *answer =
        client_ask(c, STR("DescribeTimeToLive"), body, &reply, &scratch, &ignored);
    const struct json *ttl = json_get(answer, STR("TimeToLiveDescription"));
    struct str status = client_text(&scratch, ttl, STR("TimeToLiveStatus"));
    if (str_equal(status, STR("ENABLED")) || str_equal(status, STR("ENABLING")))
        out->ttl_attribute = client_text(arena, ttl, STR("AttributeName"));
    arena_fini(&scratch);
    ddb_reply_fini(&reply);
}

static bool describe(struct client *c, struct arena *arena, struct str table, bool with_ttl,
    struct client_table *out, struct err *err)
{
    struct buf body = {0};
    struct ddb_reply reply = {0};
    struct arena scratch = {0};
    buf_add_byte(&body, '{');
    client_put_text(&body, STR("TableName"), table);
    buf_add_byte(&body, '}');
    const struct json *answer =
        client_ask(c, STR("DescribeTable"), buf_str(&body), &reply, &scratch, err);
    const struct json *described = json_get(answer, STR("Table"));
    bool ok = json_is(described, JSON_OBJECT);
    if (ok) {
        take_table(arena, described, out);
        if (with_ttl)
            describe_ttl(c, arena, buf_str(&body), out);
    } else if (answer) {
        client_bad_answer(err, STR("DescribeTable"));
    }
    arena_fini(&scratch);
    ddb_reply_fini(&reply);
    buf_fini(&body);
    return ok;
}

bool client_describe(struct client *c, struct arena *arena, struct str table,
    struct client_table *out, struct err *err)
{
    return describe(c, arena, table, true, out, err);
}

bool client_describe_keys(struct client *c, struct arena *arena, struct str table,
    struct client_table *out, struct err *err)
{
    return describe(c, arena, table, false, out, err);
}

/* ---- waiting ---- */

static bool all_active(const struct client_table *table)
{
    if (!str_equal(table->status, STR("ACTIVE")))
        return false;
    for (uint32_t i = 0; i < table->index_count; i++)
        if (table->indexes[i].global && !str_equal(table->indexes[i].status, STR("ACTIVE")))
            return false;
    return true;
}

bool client_wait_active(struct client *c, struct str name, struct err *err)
{
    for (int i = 0; i < WAIT_TRIES; i++) {
        struct arena arena = {0};
        struct client_table table;
        bool ok = client_describe(c, &arena, name, &table, err);
        bool active = ok && all_active(&table);
        arena_fini(&arena);
        if (!ok || active)
            return ok;
        if (c->limits.cancel && atomic_load(c->limits.cancel))
            return err_set(err, ERR_CANCELLED, "stopped by a signal");
        nanosleep(&(struct timespec){.tv_nsec = WAIT_MS * 1000000L}, NULL);
    }
    return err_set(
        err, ERR_BUSY, "the table %.*s does not become ACTIVE: try again later", STR_ARG(name));
}
