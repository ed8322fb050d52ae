/* SPDX-License-Identifier: MIT */
/*
 * A table's description as one struct, read from the service's answers and judged by its rules.
 * Must not know who fills it in, nor the requests that come of it (table_requests.c).
 */
#include "views/tables/table_spec.h"

#include <string.h>

enum {
    SPEC_NAME_LEAST = 3,
    SPEC_NAME_MOST = 255,
    SPEC_KEY_MOST = 255,
    SPEC_INCLUDE_MOST = 20,
    SPEC_TAG_KEY_MOST = 128,
    SPEC_TAG_VALUE_MOST = 256
};

/* ---- reading ---- */

static struct str text_of(const struct json *object, struct str name)
{
    const struct json *text = json_get(object, name);
    return json_is(text, JSON_STRING) ? text->text : STR_NONE;
}

static int64_t number_of(const struct json *object, struct str name)
{
    int64_t number = 0;
    const struct json *json = json_get(object, name);
    return json && json_to_i64(json, &number) ? number : 0;
}

static const struct json *first_of(const struct json *list)
{
    return json_is(list, JSON_ARRAY) ? list->first : NULL;
}

static enum value_type type_of(const struct json *definitions, struct str name)
{
    for (const struct json *one = first_of(definitions); one; one = one->next)
        if (str_equal(text_of(one, STR("AttributeName")), name))
            return value_type_from_name(text_of(one, STR("AttributeType")));
    return VALUE_S;
}

static void read_keys(const struct json *schema, const struct json *definitions,
    struct client_key *hash, struct client_key *range)
{
    for (const struct json *one = first_of(schema); one; one = one->next) {
        struct str name = text_of(one, STR("AttributeName"));
        bool is_range = str_equal(text_of(one, STR("KeyType")), STR("RANGE"));
        struct client_key *key = is_range ? range : hash;
        if (!key->name.len)
            *key = (struct client_key){name, type_of(definitions, name)};
    }
}

static struct spec_units read_units(const struct json *owner)
{
    const struct json *units = json_get(owner, STR("ProvisionedThroughput"));
    return (struct spec_units){
        number_of(units, STR("ReadCapacityUnits")), number_of(units, STR("WriteCapacityUnits"))};
}

static struct str read_include(struct arena *arena, const struct json *names)
{
    struct buf text = {0};
    for (const struct json *name = first_of(names); name; name = name->next)
        buf_printf(&text, "%s%.*s", text.len ? ", " : "", STR_ARG(name->text));
    struct str kept = arena_dup(arena, buf_str(&text));
    buf_fini(&text);
    return kept;
}

static void read_index(struct arena *arena, const struct json *json, const struct json *definitions,
    struct spec_index *out)
{
    const struct json *projection = json_get(json, STR("Projection"));
    struct str type = text_of(projection, STR("ProjectionType"));
    out->name = text_of(json, STR("IndexName"));
    read_keys(json_get(json, STR("KeySchema")), definitions, &out->hash, &out->range);
    out->projection = str_equal(type, STR("KEYS_ONLY")) ? SPEC_KEYS_ONLY
                      : str_equal(type, STR("INCLUDE")) ? SPEC_INCLUDE
                                                        : SPEC_ALL;
    out->include = read_include(arena, json_get(projection, STR("NonKeyAttributes")));
    out->units = read_units(json);
}

static uint32_t read_indexes(struct arena *arena, const struct json *list,
    const struct json *definitions, struct spec_index *out, uint32_t most)
{
    uint32_t count = 0;
    for (const struct json *one = first_of(list); one && count < most; one = one->next)
        read_index(arena, one, definitions, &out[count++]);
    return count;
}

static void read_tags(const struct json *tags, struct table_spec *out)
{
    const struct json *one = first_of(json_get(tags, STR("Tags")));
    for (; one && out->tag_count < SPEC_TAGS_MAX; one = one->next)
        out->tags[out->tag_count++] =
            (struct spec_tag){text_of(one, STR("Key")), text_of(one, STR("Value"))};
}

void table_spec_read(struct arena *arena, const struct json *table, const struct json *ttl,
    const struct json *tags, struct table_spec *out)
{
    const struct json *definitions = json_get(table, STR("AttributeDefinitions"));
    const struct json *stream = json_get(table, STR("StreamSpecification"));
    const struct json *live = json_get(ttl, STR("TimeToLiveDescription"));
    struct str status = text_of(live, STR("TimeToLiveStatus"));
    *out = (struct table_spec){.name = text_of(table, STR("TableName"))};
    read_keys(json_get(table, STR("KeySchema")), definitions, &out->hash, &out->range);
    out->units = read_units(table);
    struct str mode = text_of(json_get(table, STR("BillingModeSummary")), STR("BillingMode"));
    out->provisioned = !str_equal(mode, STR("PAY_PER_REQUEST")) && out->units.read > 0;
    if (json_is(json_get(stream, STR("StreamEnabled")), JSON_TRUE))
        out->stream_view = text_of(stream, STR("StreamViewType"));
    if (str_equal(status, STR("ENABLED")) || str_equal(status, STR("ENABLING")))
        out->ttl = text_of(live, STR("AttributeName"));
    out->protection = json_is(json_get(table, STR("DeletionProtectionEnabled")), JSON_TRUE);
    out->global_count = read_indexes(arena, json_get(table, STR("GlobalSecondaryIndexes")),
        definitions, out->globals, SPEC_GLOBALS_MAX);
    out->local_count = read_indexes(arena, json_get(table, STR("LocalSecondaryIndexes")),
        definitions, out->locals, SPEC_LOCALS_MAX);
    read_tags(tags, out);
}

/* ---- looking ---- */

static const struct client_key *key_named(const struct client_key *key, struct str name)
{
    return key->name.len && str_equal(key->name, name) ? key : NULL;
}

enum value_type table_spec_type(const struct table_spec *spec, struct str attribute)
{
    const struct client_key *key = key_named(&spec->hash, attribute);
    key = key ? key : key_named(&spec->range, attribute);
    for (uint32_t i = 0; !key && i < spec->local_count; i++)
        key = key_named(&spec->locals[i].range, attribute);
    for (uint32_t i = 0; !key && i < spec->global_count; i++) {
        key = key_named(&spec->globals[i].hash, attribute);
        key = key ? key : key_named(&spec->globals[i].range, attribute);
    }
    return key ? key->type : VALUE_NONE;
}

const char *table_spec_projection(enum spec_projection projection)
{
    static const char *const names[] = {
        [SPEC_ALL] = "ALL", [SPEC_KEYS_ONLY] = "KEYS_ONLY", [SPEC_INCLUDE] = "INCLUDE"};
    return names[projection];
}

/* ---- judging ---- */

/* name = 3 to 255 of a-z A-Z 0-9 "_" "." "-" */
const char *table_spec_judge_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '_' && c != '.' && c != '-')
            return "letters, digits, _ . and - only";
    }
    if (name.len < SPEC_NAME_LEAST)
        return "3 characters at least";
    return name.len > SPEC_NAME_MOST ? "255 characters at most" : NULL;
}

const char *table_spec_judge_attribute(struct str name)
{
    return name.len > SPEC_KEY_MOST ? "255 bytes at most" : NULL;
}

const char *table_spec_judge_include(const struct spec_index *index)
{
    struct str rest = index->include, one;
    unsigned count = 0;
    if (index->projection != SPEC_INCLUDE)
        return NULL;
    while (str_cut(&rest, ',', &one)) {
        if (!str_trim(one).len)
            return "names, with commas between them";
        count++;
    }
    if (!count)
        return "which attributes beside the keys?";
    return count > SPEC_INCLUDE_MOST ? "20 at most: ALL takes as many as there are" : NULL;
}

const char *table_spec_judge_tag(struct str key, struct str value)
{
    if (!key.len)
        return "NAME=VALUE is needed";
    if (str_starts(key, STR("aws:")))
        return "aws: is the service's own";
    if (key.len > SPEC_TAG_KEY_MOST)
        return "a name of 128 characters at most";
    return value.len > SPEC_TAG_VALUE_MOST ? "a value of 256 characters at most" : NULL;
}

static bool wrong(struct err *err, const char *what, struct str name, const char *why)
{
    return !why || err_set(err, ERR_USAGE, "%s %.*s: %s", what, STR_ARG(name), why);
}

static bool check_key(const struct table_spec *spec, const struct client_key *key, struct err *err)
{
    if (key->name.len && table_spec_type(spec, key->name) != key->type)
        return err_set(err, ERR_USAGE, "attribute %.*s: it is a key of two types, %s and %s",
            STR_ARG(key->name), value_type_name(table_spec_type(spec, key->name)),
            value_type_name(key->type));
    return wrong(err, "attribute", key->name, table_spec_judge_attribute(key->name));
}

static bool check_index(
    const struct table_spec *spec, const struct spec_index *index, struct err *err)
{
    bool twice = index->range.name.len && str_equal(index->range.name, index->hash.name);
    return wrong(err, "index", index->name, table_spec_judge_name(index->name)) &&
           wrong(err, "index", index->name, index->hash.name.len ? NULL : "no partition key") &&
           wrong(err, "index", index->name,
               twice ? "its two keys are the same attribute" : table_spec_judge_include(index)) &&
           check_key(spec, &index->hash, err) && check_key(spec, &index->range, err);
}

static bool check_local(
    const struct table_spec *spec, const struct spec_index *index, struct err *err)
{
    if (!spec->range.name.len || !index->range.name.len)
        return wrong(err, "index", index->name,
            spec->range.name.len ? "a local index needs a sort key"
                                 : "a local index needs a table with a sort key");
    return check_index(spec, index, err);
}

static bool check_twins(const struct table_spec *spec, struct err *err)
{
    uint32_t count = spec->global_count + spec->local_count;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < i; k++) {
            const struct spec_index *a =
                i < spec->global_count ? &spec->globals[i] : &spec->locals[i - spec->global_count];
            const struct spec_index *b =
                k < spec->global_count ? &spec->globals[k] : &spec->locals[k - spec->global_count];
            if (str_equal(a->name, b->name))
                return wrong(err, "index", a->name, "the name comes twice");
        }
    return true;
}

static bool check_tags(const struct table_spec *spec, struct err *err)
{
    for (uint32_t i = 0; i < spec->tag_count; i++) {
        const struct spec_tag *tag = &spec->tags[i];
        if (!wrong(err, "tag", tag->key, table_spec_judge_tag(tag->key, tag->value)))
            return false;
        for (uint32_t k = 0; k < i; k++)
            if (str_equal(spec->tags[k].key, tag->key))
                return wrong(err, "tag", tag->key, "the name comes twice");
    }
    return true;
}

bool table_spec_check(const struct table_spec *spec, struct err *err)
{
    bool twice = spec->range.name.len && str_equal(spec->range.name, spec->hash.name);
    const char *name = table_spec_judge_name(spec->name);
    name = name                   ? name
           : !spec->hash.name.len ? "no partition key"
           : twice                ? "its two keys are the same attribute"
           : spec->provisioned && (spec->units.read < 1 || spec->units.write < 1)
               ? "provisioned, it needs read and write units"
               : NULL;
    if (!wrong(err, "table", spec->name, name) || !check_key(spec, &spec->hash, err) ||
        !check_key(spec, &spec->range, err))
        return false;
    for (uint32_t i = 0; i < spec->global_count; i++)
        if (!check_index(spec, &spec->globals[i], err))
            return false;
    for (uint32_t i = 0; i < spec->local_count; i++)
        if (!check_local(spec, &spec->locals[i], err))
            return false;
    return check_twins(spec, err) && check_tags(spec, err);
}
