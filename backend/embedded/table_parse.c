/* SPDX-License-Identifier: MIT */
/*
 * Parameters of CreateTable and UpdateTable into catalog structures, and the checks that need no
 * other table. Does not touch the store.
 */
#include "backend/embedded/table_parse.h"

#include "backend/embedded/schema_parse.h"
#include "backend/embedded/shape.h"
#include "backend/embedded/tags.h"
#include "backend/embedded/throughput.h"

#define INVALID "One or more parameter values were invalid: "

enum { INCLUDE_MAX = 100 };

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
    if (!schema_parse(call, table, schema, global, &out->schema, err))
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
        return err_invalid(err,
            table->id ? INVALID "Both ReadCapacityUnits and WriteCapacityUnits must be specified "
                                "for index: %.*s"
                      : INVALID "ProvisionedThroughput is not specified for index: %.*s",
            STR_ARG(index->name));
    if (units)
        index->units = table_parse_units(units);
    struct throughput_owner owner = {
        .index = index->name, .on_demand = table->on_demand, .is_new = true};
    return throughput_check_bounds(&index->units, index->name, err) &&
           throughput_parse(&owner, json, &index->units, err);
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

/* ---- throughput and billing ---- */

struct catalog_units table_parse_units(const struct json *json)
{
    return (struct catalog_units){.read = shape_number(json, STR("ReadCapacityUnits"), 0),
        .write = shape_number(json, STR("WriteCapacityUnits"), 0)};
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
    struct throughput_owner owner = {.on_demand = out->on_demand, .is_new = true};
    return throughput_check_bounds(&out->units, STR_NONE, err) &&
           throughput_parse(&owner, call->body, &out->units, err);
}

/* ---- the rest ---- */

bool table_parse_class(const struct call *call, struct catalog_table *out, struct err *err)
{
    struct str class = shape_text(call->body, STR("TableClass"));
    bool infrequent = str_equal(class, STR("STANDARD_INFREQUENT_ACCESS"));
    if (!shape_get(call->body, STR("TableClass")))
        return true;
    if (!infrequent && !str_equal(class, STR("STANDARD")))
        return err_invalid(err, "Invalid table-class parameter provided. Please try again with a "
                                "valid table-class value: [STANDARD, STANDARD_INFREQUENT_ACCESS].");
    out->infrequent = infrequent;
    out->classed = true;
    return true;
}

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

bool table_parse_create(struct call *call, struct catalog_table *out, struct err *err)
{
    const struct json *body = call->body;
    const struct json *schema = shape_get(body, STR("KeySchema"));
    *out = (struct catalog_table){.name = shape_text(body, STR("TableName")),
        .protected = shape_truth(body, STR("DeletionProtectionEnabled"), false)};
    if (shape_get(body, STR("ResourcePolicy")))
        return err_invalid(err, "ResourcePolicy is not supported by this store");
    return table_parse_class(call, out, err) && parse_billing(call, out, err) &&
           schema_parse_definitions(call, out, err) &&
           schema_parse(call, out, schema, false, &out->schema, err) &&
           parse_indexes(call, out, err) && schema_check_used(call, out, err) &&
           parse_stream(call, out, err) &&
           table_parse_sse(call, shape_get(body, STR("SSESpecification")), &out->sse, err) &&
           tags_parse(call, shape_get(body, STR("Tags")), &out->tags, err);
}
