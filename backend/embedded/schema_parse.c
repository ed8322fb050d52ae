/* SPDX-License-Identifier: MIT */
/*
 * Attribute definitions and key schemas of CreateTable and UpdateTable: each key is defined, each
 * definition is the key of something, the order of keys is right. Does not touch the store.
 */
#include "backend/embedded/schema_parse.h"

#include "backend/embedded/shape.h"

#define INVALID "One or more parameter values were invalid: "

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

/* The key type that an attribute has in the first schema that uses it. */
static const char *role_of(const struct catalog_table *table, struct str name)
{
    int at = catalog_key_find(&table->schema, name);
    if (at >= 0)
        return at < table->schema.partition ? "HASH" : "RANGE";
    for (uint32_t i = 0; i < table->index_count; i++) {
        at = catalog_key_find(&table->indexes[i].schema, name);
        if (at >= 0)
            return at < table->indexes[i].schema.partition ? "HASH" : "RANGE";
    }
    return "HASH";
}

static bool refuse_redefined(const struct catalog_table *table, const struct key_attribute *old,
    const struct key_attribute *new, struct err *err)
{
    const char *role = role_of(table, old->name);
    return err_invalid(err,
        INVALID "Attributes cannot be redefined. Please check that your attribute has the same "
                "type as previously defined. Existing schema: Schema:[SchemaElement: "
                "key{%.*s:%s:%s}] New schema: Schema:[SchemaElement: key{%.*s:%s:%s}]",
        STR_ARG(old->name), value_type_name(old->type), role, STR_ARG(new->name),
        value_type_name(new->type), role);
}

bool schema_parse_definitions(struct call *call, struct catalog_table *table, struct err *err)
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
        if (same && had == 0)
            return err_invalid(
                err, INVALID "Attribute Name is duplicated: %.*s", STR_ARG(key.name));
        if (same && same->type != key.type)
            return refuse_redefined(table, same, &key, err);
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
                return schema->count == 2 && !is_hash(schema->first->next)
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

bool schema_parse(struct call *call, const struct catalog_table *table, const struct json *schema,
    bool multi, struct key_schema *out, struct err *err)
{
    if (!check_order(schema, multi, err))
        return false;
    if (schema->count > table->definition_count)
        return err_invalid(err, "Invalid KeySchema: Some index key attribute have no definition");
    if (!check_twice(schema, err))
        return false;
    return fill_schema(table, schema, out) || refuse_undefined(call, table, schema, err);
}

/* ---- every definition is used by some key ---- */

static bool uses(const struct key_schema *schema, struct str name)
{
    return catalog_key_find(schema, name) >= 0;
}

static bool is_used(const struct catalog_table *table, struct str name)
{
    bool used = uses(&table->schema, name);
    for (uint32_t i = 0; !used && i < table->index_count; i++)
        used = uses(&table->indexes[i].schema, name);
    return used;
}

bool schema_check_used(struct call *call, const struct catalog_table *table, struct err *err)
{
    struct buf used = {0};
    bool all = true;
    buf_add_byte(&used, '[');
    for (uint32_t i = 0; i < table->definition_count; i++) {
        bool here = is_used(table, table->definitions[i].name);
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

bool schema_check_defined(struct call *call, const struct json *index, struct err *err)
{
    const struct json *list = shape_get(call->body, STR("AttributeDefinitions"));
    return (list && list->count) ||
           err_invalid(err, INVALID "AttributeDefinitions is not specified for index: %.*s",
               STR_ARG(shape_text(index, STR("IndexName"))));
}

void schema_prune(struct call *call, struct catalog_table *table)
{
    struct key_attribute *kept =
        arena_array(&call->arena, struct key_attribute, (size_t)table->definition_count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < table->definition_count; i++)
        if (is_used(table, table->definitions[i].name))
            kept[count++] = table->definitions[i];
    table->definitions = kept;
    table->definition_count = count;
}
