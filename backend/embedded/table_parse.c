/* SPDX-License-Identifier: MIT */
/*
 * Parameters of CreateTable and UpdateTable into catalog structures, and the checks that need no
 * other table. Does not touch the store.
 */
#include "backend/embedded/table_parse.h"

#include "backend/embedded/shape.h"

#include <inttypes.h>

#define INVALID "One or more parameter values were invalid: "

enum { TAGS_MAX = 50, INCLUDE_MAX = 100 };
static const int64_t units_max = INT64_C(1000000000000);

/* ---- lists of names, as the service prints them ---- */

static void put_name(struct buf *out, struct str name)
{
    buf_add(out, out->len > 1 ? STR(", ") : STR(""));
    buf_add(out, name);
}

static struct str close_names(struct call *call, struct buf *out)
{
    buf_add_byte(out, ']');
    struct str text = arena_dup(&call->arena, buf_str(out));
    buf_fini(out);
    return text;
}

static struct str names_of_keys(struct call *call, const struct key_attribute *keys, size_t count)
{
    struct buf out = {0};
    buf_add_byte(&out, '[');
    for (size_t i = 0; i < count; i++)
        put_name(&out, keys[i].name);
    return close_names(call, &out);
}

static struct str names_of_elements(struct call *call, const struct json *schema)
{
    struct buf out = {0};
    buf_add_byte(&out, '[');
    for (const struct json *e = schema->first; e; e = e->next)
        put_name(&out, shape_text(e, STR("AttributeName")));
    return close_names(call, &out);
}

/* ---- attribute definitions ---- */

static const struct key_attribute *find_definition(
    const struct catalog_table *table, struct str name)
{
    for (uint32_t i = 0; i < table->definition_count; i++)
        if (str_equal(table->definitions[i].name, name))
            return &table->definitions[i];
    return NULL;
}

bool table_parse_definitions(struct call *call, struct catalog_table *table, struct err *err)
{
    const struct json *list = shape_get(call->body, STR("AttributeDefinitions"));
    uint32_t had = table->definition_count;
    if (!list)
        return true;
    struct key_attribute *keys =
        arena_array(&call->arena, struct key_attribute, (size_t)had + list->count + 1);
    if (had)
        memcpy(keys, table->definitions, had * sizeof *keys);
    table->definitions = keys;
    for (const struct json *d = list->first; d; d = d->next) {
        struct key_attribute key = {shape_text(d, STR("AttributeName")),
            value_type_from_name(shape_text(d, STR("AttributeType")))};
        const struct key_attribute *same = find_definition(table, key.name);
        if (same && (had == 0 || same->type != key.type))
            return err_invalid(
                err, INVALID "Attribute Name is duplicated: %.*s", STR_ARG(key.name));
        if (!same)
            keys[table->definition_count++] = key;
    }
    return true;
}

/* ---- key schemas ---- */

static bool is_hash(const struct json *element)
{
    return str_equal(shape_text(element, STR("KeyType")), STR("HASH"));
}

static bool check_order(const struct json *schema, bool multi, struct err *err)
{
    const struct json *first = schema->first;
    uint32_t hashes = 0;
    bool range = false;
    if (!is_hash(first))
        return err_invalid(
            err, "Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
    if (!multi && first->next && is_hash(first->next))
        return err_invalid(
            err, "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
    for (const struct json *e = first; e; e = e->next) {
        if (is_hash(e) && range)
            return err_invalid(err,
                INVALID "All HASH key attributes must precede RANGE key attributes in the "
                        "KeySchema");
        hashes += is_hash(e);
        range = !is_hash(e);
    }
    if (hashes > CATALOG_HASH_MAX || schema->count - hashes > CATALOG_SORT_MAX)
        return err_invalid(err,
            INVALID "The KeySchema exceeds the maximum allowed number of %s key attributes",
            hashes > CATALOG_HASH_MAX ? "HASH" : "RANGE");
    return true;
}

static bool check_twice(const struct json *schema, struct err *err)
{
    for (const struct json *a = schema->first; a; a = a->next)
        for (const struct json *b = a->next; b; b = b->next)
            if (str_equal(shape_text(a, STR("AttributeName")), shape_text(b, STR("AttributeName"))))
                return schema->count == 2
                           ? err_invalid(err, "Both the Hash Key and the Range Key element in "
                                              "the KeySchema have the same name")
                           : err_invalid(err, "The KeySchema contains multiple key attributes "
                                              "with the same name");
    return true;
}

/* The names and types of a schema; which are not defined is reported by the caller. */
static bool fill_schema(
    const struct catalog_table *table, const struct json *schema, struct key_schema *out)
{
    *out = (struct key_schema){0};
    for (const struct json *e = schema->first; e; e = e->next) {
        const struct key_attribute *key =
            find_definition(table, shape_text(e, STR("AttributeName")));
        if (!key)
            return false;
        if (is_hash(e))
            out->partition++;
        else
            out->sort++;
        out->at[out->count++] = *key;
    }
    return true;
}

static bool refuse_undefined(struct call *call, const struct catalog_table *table,
    const struct json *schema, struct err *err)
{
    struct str defined = names_of_keys(call, table->definitions, table->definition_count);
    struct str keys = names_of_elements(call, schema);
    return err_invalid(err,
        INVALID "Some index key attributes are not defined in AttributeDefinitions. Keys: %.*s, "
                "AttributeDefinitions: %.*s",
        STR_ARG(keys), STR_ARG(defined));
}

static bool parse_schema(struct call *call, const struct catalog_table *table,
    const struct json *schema, bool multi, struct key_schema *out, struct err *err)
{
    if (!check_order(schema, multi, err))
        return false;
    if (schema->count > table->definition_count)
        return err_invalid(err, "Invalid KeySchema: Some index key attribute have no definition");
    if (!check_twice(schema, err))
        return false;
    return fill_schema(table, schema, out) || refuse_undefined(call, table, schema, err);
}

/* ---- indexes ---- */

static bool parse_include(
    struct call *call, const struct json *list, struct catalog_index *out, struct err *err)
{
    if (!list)
        return true;
    struct str *names = arena_array(&call->arena, struct str, list->count + 1);
    for (const struct json *n = list->first; n; n = n->next) {
        for (uint32_t i = 0; i < out->include_count; i++)
            if (str_equal(names[i], n->text))
                return err_invalid(
                    err, INVALID "Duplicate element in NonKeyAttributes: %.*s", STR_ARG(n->text));
        names[out->include_count++] = n->text;
    }
    out->include = names;
    return true;
}

static bool parse_projection(
    struct call *call, const struct json *json, struct catalog_index *out, struct err *err)
{
    struct str type = shape_text(json, STR("ProjectionType"));
    const struct json *list = shape_get(json, STR("NonKeyAttributes"));
    if (type.len == 0)
        return err_invalid(err, INVALID "Unknown ProjectionType: null");
    out->projection = str_equal(type, STR("ALL"))       ? CATALOG_ALL
                      : str_equal(type, STR("INCLUDE")) ? CATALOG_INCLUDE
                                                        : CATALOG_KEYS_ONLY;
    if (list && out->projection != CATALOG_INCLUDE)
        return err_invalid(err, INVALID "ProjectionType is %.*s, but NonKeyAttributes is specified",
            STR_ARG(type));
    if (!list && out->projection == CATALOG_INCLUDE)
        return err_invalid(
            err, INVALID "ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
    return parse_include(call, list, out, err);
}

static bool check_local(
    const struct catalog_table *table, const struct catalog_index *index, struct err *err)
{
    struct str hash = index->schema.at[0].name, own = table->schema.at[0].name;
    if (index->schema.count != 2)
        return err_invalid(err, INVALID "Index KeySchema does not have a range key for index: %.*s",
            STR_ARG(index->name));
    if (!str_equal(hash, own))
        return err_invalid(err,
            INVALID "Index KeySchema does not have the same leading hash key as table KeySchema "
                    "for index: %.*s. index hash key: %.*s, table hash key: %.*s",
            STR_ARG(index->name), STR_ARG(hash), STR_ARG(own));
    return true;
}

static bool parse_index(struct call *call, const struct json *json,
    const struct catalog_table *table, bool global, struct catalog_index *out, struct err *err)
{
    *out = (struct catalog_index){.name = shape_text(json, STR("IndexName")), .global = global};
    const struct json *schema = shape_get(json, STR("KeySchema"));
    if (!parse_schema(call, table, schema, global, &out->schema, err))
        return false;
    if (!global && !check_local(table, out, err))
        return false;
    if (!parse_projection(call, shape_get(json, STR("Projection")), out, err))
        return false;
    catalog_index_complete(&call->arena, table, out);
    return true;
}

static bool parse_index_units(const struct json *json, const struct catalog_table *table,
    struct catalog_index *index, struct err *err)
{
    const struct json *units = shape_get(json, STR("ProvisionedThroughput"));
    if (units && table->on_demand)
        return err_invalid(err,
            INVALID "ProvisionedThroughput should not be specified for index: %.*s when "
                    "BillingMode is PAY_PER_REQUEST",
            STR_ARG(index->name));
    if (!units && !table->on_demand)
        return err_invalid(err, INVALID "ProvisionedThroughput is not specified for index: %.*s",
            STR_ARG(index->name));
    if (units)
        index->units = table_parse_units(units);
    return true;
}

bool table_parse_global(struct call *call, const struct json *json,
    const struct catalog_table *table, struct catalog_index *out, struct err *err)
{
    return parse_index(call, json, table, true, out, err) &&
           parse_index_units(json, table, out, err);
}

static bool add_index(struct catalog_table *table, struct catalog_index *indexes, struct err *err)
{
    const struct catalog_index *added = &indexes[table->index_count];
    for (uint32_t i = 0; i < table->index_count; i++)
        if (str_equal(indexes[i].name, added->name))
            return err_invalid(err, INVALID "Duplicate index name: %.*s", STR_ARG(added->name));
    table->index_count++;
    table->local_count += !added->global;
    return true;
}

static bool parse_locals(struct call *call, const struct json *list, struct catalog_table *table,
    struct catalog_index *indexes, struct err *err)
{
    if (!list)
        return true;
    if (list->count == 0)
        return err_invalid(err, INVALID "List of LocalSecondaryIndexes is empty");
    if (table->schema.count != 2)
        return err_invalid(err, INVALID "Table KeySchema does not have a range key, which is "
                                        "required when specifying a LocalSecondaryIndex");
    for (const struct json *i = list->first; i; i = i->next)
        if (!parse_index(call, i, table, false, &indexes[table->index_count], err) ||
            !add_index(table, indexes, err))
            return false;
    if (list->count > CATALOG_LOCAL_MAX)
        return err_invalid(err,
            INVALID "Number of LocalSecondaryIndexes exceeds per-table limit of %d",
            CATALOG_LOCAL_MAX);
    return true;
}

static bool parse_globals(struct call *call, const struct json *list, struct catalog_table *table,
    struct catalog_index *indexes, struct err *err)
{
    if (!list)
        return true;
    if (list->count == 0)
        return err_invalid(err, INVALID "List of GlobalSecondaryIndexes is empty");
    for (const struct json *i = list->first; i; i = i->next)
        if (!table_parse_global(call, i, table, &indexes[table->index_count], err) ||
            !add_index(table, indexes, err))
            return false;
    if (list->count > CATALOG_GLOBAL_MAX)
        return err_invalid(err,
            INVALID "GlobalSecondaryIndex count exceeds the per-table limit of %d",
            CATALOG_GLOBAL_MAX);
    return true;
}

static bool check_included(const struct catalog_table *table, struct err *err)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < table->index_count; i++)
        sum += table->indexes[i].include_count;
    return sum <= INCLUDE_MAX ||
           err_invalid(err, INVALID "Number of NonKeyAttributes exceeds per-table limit of %d",
               INCLUDE_MAX);
}

static bool parse_indexes(struct call *call, struct catalog_table *table, struct err *err)
{
    const struct json *locals = shape_get(call->body, STR("LocalSecondaryIndexes"));
    const struct json *globals = shape_get(call->body, STR("GlobalSecondaryIndexes"));
    size_t room = 1 + (locals ? locals->count : 0) + (globals ? globals->count : 0);
    struct catalog_index *indexes = arena_array(&call->arena, struct catalog_index, room);
    table->indexes = indexes;
    return parse_locals(call, locals, table, indexes, err) &&
           parse_globals(call, globals, table, indexes, err) && check_included(table, err);
}

/* ---- every definition is used by some key ---- */

static bool uses(const struct key_schema *schema, struct str name)
{
    return catalog_key_find(schema, name) >= 0;
}

static bool check_used(struct call *call, const struct catalog_table *table, struct err *err)
{
    struct buf used = {0};
    bool all = true;
    buf_add_byte(&used, '[');
    for (uint32_t i = 0; i < table->definition_count; i++) {
        bool here = uses(&table->schema, table->definitions[i].name);
        for (uint32_t k = 0; !here && k < table->index_count; k++)
            here = uses(&table->indexes[k].schema, table->definitions[i].name);
        if (here)
            put_name(&used, table->definitions[i].name);
        all = all && here;
    }
    struct str keys = close_names(call, &used);
    if (all)
        return true;
    if (table->index_count == 0)
        return err_invalid(err, INVALID "Number of attributes in KeySchema does not exactly match "
                                        "number of attributes defined in AttributeDefinitions");
    struct str defined = names_of_keys(call, table->definitions, table->definition_count);
    return err_invalid(err,
        INVALID "Some AttributeDefinitions are not used. AttributeDefinitions: %.*s, keys used: "
                "%.*s",
        STR_ARG(defined), STR_ARG(keys));
}

/* ---- throughput and billing ---- */

struct catalog_units table_parse_units(const struct json *json)
{
    return (struct catalog_units){.read = shape_number(json, STR("ReadCapacityUnits"), 0),
        .write = shape_number(json, STR("WriteCapacityUnits"), 0)};
}

static bool check_bounds(const struct catalog_units *units, struct err *err)
{
    if (units->read > units_max)
        return err_invalid(
            err, "Given value %" PRId64 " for ReadCapacityUnits is out of bounds", units->read);
    if (units->write > units_max)
        return err_invalid(
            err, "Given value %" PRId64 " for WriteCapacityUnits is out of bounds", units->write);
    return true;
}

static bool parse_billing(struct call *call, struct catalog_table *out, struct err *err)
{
    const struct json *units = shape_get(call->body, STR("ProvisionedThroughput"));
    out->on_demand = str_equal(shape_text(call->body, STR("BillingMode")), STR("PAY_PER_REQUEST"));
    if (units && out->on_demand)
        return err_invalid(err, INVALID "Neither ReadCapacityUnits nor WriteCapacityUnits can be "
                                        "specified when BillingMode is PAY_PER_REQUEST");
    if (!units && !out->on_demand)
        return err_invalid(err, INVALID "ReadCapacityUnits and WriteCapacityUnits must both be "
                                        "specified when BillingMode is PROVISIONED");
    if (units)
        out->units = table_parse_units(units);
    return check_bounds(&out->units, err);
}

/* ---- the rest ---- */

static bool parse_stream(struct call *call, struct catalog_table *out, struct err *err)
{
    const struct json *json = shape_get(call->body, STR("StreamSpecification"));
    struct str view = shape_text(json, STR("StreamViewType"));
    if (!json)
        return true;
    out->stream.enabled = shape_truth(json, STR("StreamEnabled"), false);
    if (out->stream.enabled && view.len == 0)
        return err_invalid(err, INVALID "Table is being created with a stream enabled, "
                                        "UpdateViewType is required");
    if (!out->stream.enabled && view.len)
        return err_invalid(err, INVALID "Table is being created with a stream disabled, "
                                        "UpdateViewType should not be specified");
    catalog_view_parse(view, &out->stream.view);
    return true;
}

bool table_parse_sse(struct call *call, const struct json *json, struct str *out, struct err *err)
{
    struct str type = shape_text(json, STR("SSEType")),
               key = shape_text(json, STR("KMSMasterKeyId"));
    bool enabled = shape_truth(json, STR("Enabled"), false);
    *out = STR_NONE;
    if (!enabled && type.len)
        return err_invalid(err, INVALID "SSEType can not be specified if Enabled is false");
    if (!enabled && key.len)
        return err_invalid(err, INVALID "KMSMasterKeyId can not be specified if Enabled is false");
    if (str_equal(type, STR("AES256")))
        return err_invalid(err, INVALID "SSEType AES256 is not supported");
    if (!enabled)
        return true;
    if (str_starts(key, STR("arn:")))
        *out = key;
    else
        *out = arena_printf(&call->arena, "arn:aws:kms:%.*s:000000000000:%s%.*s",
            STR_ARG(engine_region(call)), str_starts(key, STR("alias/")) ? "" : "key/",
            STR_ARG(key.len ? key : STR("aws-dynamodb")));
    return true;
}

bool table_parse_tags(
    struct call *call, const struct json *list, struct value *out, struct err *err)
{
    struct buf bytes = {0};
    struct err twice = ERR_INIT;
    *out = (struct value){0};
    if (!list || list->count == 0)
        return true;
    if (list->count > TAGS_MAX)
        return err_invalid(
            err, "Number of Tags exceed the current limit for the provided ResourceArn");
    struct value_open map = value_open(&bytes, VALUE_M);
    for (const struct json *t = list->first; t; t = t->next) {
        value_member(&map, &bytes, shape_text(t, STR("Key")));
        value_put_string(&bytes, shape_text(t, STR("Value")));
    }
    bool done = value_close(&map, &bytes, &twice);
    *out = value_of(arena_dup(&call->arena, buf_str(&bytes)));
    buf_fini(&bytes);
    return done || err_invalid(err, "Duplicate Tag Keys provided as input");
}

bool table_parse_create(struct call *call, struct catalog_table *out, struct err *err)
{
    const struct json *body = call->body;
    const struct json *schema = shape_get(body, STR("KeySchema"));
    *out = (struct catalog_table){.name = shape_text(body, STR("TableName")),
        .protected = shape_truth(body, STR("DeletionProtectionEnabled"), false),
        .infrequent =
            str_equal(shape_text(body, STR("TableClass")), STR("STANDARD_INFREQUENT_ACCESS"))};
    if (shape_get(body, STR("ResourcePolicy")))
        return err_invalid(err, "ResourcePolicy is not supported by this store");
    return parse_billing(call, out, err) && table_parse_definitions(call, out, err) &&
           parse_schema(call, out, schema, false, &out->schema, err) &&
           parse_indexes(call, out, err) && check_used(call, out, err) &&
           parse_stream(call, out, err) &&
           table_parse_sse(call, shape_get(body, STR("SSESpecification")), &out->sse, err) &&
           table_parse_tags(call, shape_get(body, STR("Tags")), &out->tags, err);
}
