/* SPDX-License-Identifier: MIT */
/*
 * The placeholders of a call: ExpressionAttributeNames and ExpressionAttributeValues, checked and
 * encoded once, looked up while parsing, asked at the end which of them nobody used. Must not know
 * what an expression is.
 */
#include "backend/expr/env.h"

#include "backend/json_in.h"

#include <stdlib.h>

enum {
    KEY_MAX = 255,
    MAPS_MAX = 2 * 1024 * 1024, /* bytes of both maps together */
    LINEAR_MAX = 8,             /* up to so many a walk is faster than a binary search */
};

struct placeholder {
    struct str key;
    struct str name;    /* of ExpressionAttributeNames */
    struct value value; /* of ExpressionAttributeValues */
    bool used;
};

struct table {
    const char *parameter;
    struct placeholder *at; /* in order of the request */
    struct placeholder **sorted;
    uint32_t count;
    size_t bytes;
};

struct expr_env {
    struct table names, values;
};

static int by_key(const void *a, const void *b)
{
    const struct placeholder *const *x = a, *const *y = b;
    return str_compare((*x)->key, (*y)->key);
}

static void sort(struct arena *arena, struct table *table)
{
    if (table->count <= LINEAR_MAX)
        return;
    table->sorted = arena_array(arena, struct placeholder *, table->count);
    for (uint32_t i = 0; i < table->count; i++)
        table->sorted[i] = &table->at[i];
    qsort(table->sorted, table->count, sizeof(struct placeholder *), by_key);
}

static struct placeholder *find(const struct table *table, struct str key)
{
    if (!table->sorted) {
        for (uint32_t i = 0; i < table->count; i++)
            if (str_equal(table->at[i].key, key))
                return &table->at[i];
        return NULL;
    }
    uint32_t low = 0, high = table->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = str_compare(table->sorted[middle]->key, key);
        if (order == 0)
            return table->sorted[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool key_well_formed(struct str key, char first)
{
    if (key.len < 2 || key.at[0] != first)
        return false;
    for (size_t i = 1; i < key.len; i++) {
        char c = key.at[i];
        if (!(c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                (c >= 'A' && c <= 'Z')))
            return false;
    }
    return true;
}

/* The service tells the size of names' keys only. */
static bool refuse_length(const struct table *table, struct str key, char first, struct err *err)
{
    const char *text = "contains invalid key: The expression attribute map contains a key that is "
                       "too long;";
    return first == '#'
               ? err_invalid(err, "%s %s size of key: %zu", table->parameter, text, key.len)
               : err_invalid(err, "%s %s", table->parameter, text);
}

static bool check_key(const struct table *table, struct str key, char first, struct err *err)
{
    if (key.len == 0)
        return err_invalid(err,
            "%s contains invalid key: The expression attribute map contains an empty key",
            table->parameter);
    if (key.len > KEY_MAX)
        return refuse_length(table, key, first, err);
    if (!key_well_formed(key, first))
        return err_invalid(err, "%s contains invalid key: Syntax error; key: \"%.*s\"",
            table->parameter, STR_ARG(key));
    return true;
}

/* The keys of one map, unresolved yet. A missing map is an empty table. */
static bool read_keys(
    struct arena *arena, struct table *table, const struct json *json, char first, struct err *err)
{
    if (!json || json_is(json, JSON_NULL))
        return true;
    if (!json_is(json, JSON_OBJECT))
        return err_refuse(err, "SerializationException", "%s must be an object", table->parameter);
    if (json->count == 0)
        return err_invalid(err, "%s must not be empty", table->parameter);
    table->at = arena_array(arena, struct placeholder, json->count);
    for (const struct json *member = json->first; member; member = member->next) {
        if (!check_key(table, member->name, first, err))
            return false;
        table->at[table->count++].key = member->name;
        table->bytes += member->name.len;
    }
    sort(arena, table);
    return true;
}

static bool read_names(struct table *table, const struct json *json, struct err *err)
{
    if (table->count == 0)
        return true;
    struct placeholder *p = table->at;
    for (const struct json *member = json->first; member; member = member->next, p++) {
        if (!json_is(member, JSON_STRING))
            return err_refuse(err, "SerializationException",
                "ExpressionAttributeNames: the name for %.*s must be a string", STR_ARG(p->key));
        if (member->text.len == 0)
            return err_invalid(err,
                "ExpressionAttributeNames contains invalid value: Empty attribute name for key "
                "%.*s",
                STR_ARG(p->key));
        if (member->text.len > VALUE_NAME_MAX)
            return err_invalid(err,
                "ExpressionAttributeNames contains invalid value: Attribute name is too large, "
                "must "
                "be less than %d bytes for key %.*s",
                VALUE_NAME_MAX + 1, STR_ARG(p->key));
        p->name = member->text;
        table->bytes += member->text.len;
    }
    return true;
}

/* All values are encoded into one buffer, which moves while it grows: slices are taken at the end.
 */
static bool encode_values(const struct json *json, struct buf *bytes, size_t *ends, struct err *err)
{
    uint32_t i = 0;
    for (const struct json *member = json->first; member; member = member->next) {
        if (!json_in_typed(bytes, member, err))
            return false;
        ends[i++] = bytes->len;
    }
    return true;
}

static bool read_values(
    struct arena *arena, struct table *table, const struct json *json, struct err *err)
{
    if (table->count == 0)
        return true;
    struct buf bytes = {0};
    size_t *ends = arena_array(arena, size_t, table->count);
    bool ok = encode_values(json, &bytes, ends, err);
    if (ok) {
        struct str all = arena_dup(arena, buf_str(&bytes));
        for (uint32_t i = 0; i < table->count; i++) {
            size_t start = i ? ends[i - 1] : 0;
            table->at[i].value = value_of((struct str){all.at + start, ends[i] - start});
        }
        table->bytes += all.len;
    }
    buf_fini(&bytes);
    return ok;
}

static bool check_size(const struct expr_env *env, struct err *err)
{
    if (env->names.bytes > MAPS_MAX)
        return err_invalid(err, "ExpressionAttributeNames exceeds max size");
    if (env->values.bytes > MAPS_MAX)
        return err_invalid(err, "ExpressionAttributeValues exceeds max size");
    if (env->names.bytes + env->values.bytes > MAPS_MAX)
        return err_invalid(err, "Combined size of ExpressionAttributeNames and "
                                "ExpressionAttributeValues exceeds max size");
    return true;
}

struct expr_env *expr_env_new(
    struct arena *arena, const struct json *names, const struct json *values, struct err *err)
{
    struct expr_env *env = arena_new(arena, struct expr_env);
    env->names.parameter = "ExpressionAttributeNames";
    env->values.parameter = "ExpressionAttributeValues";
    bool ok = read_keys(arena, &env->names, names, '#', err) &&
              read_names(&env->names, names, err) &&
              read_keys(arena, &env->values, values, ':', err) &&
              read_values(arena, &env->values, values, err) && check_size(env, err);
    return ok ? env : NULL;
}

bool expr_env_name(struct expr_env *env, struct str key, struct str *name)
{
    struct placeholder *p = env ? find(&env->names, key) : NULL;
    if (!p)
        return false;
    p->used = true;
    *name = p->name;
    return true;
}

bool expr_env_value(struct expr_env *env, struct str key, struct value *value)
{
    struct placeholder *p = env ? find(&env->values, key) : NULL;
    if (!p)
        return false;
    p->used = true;
    *value = p->value;
    return true;
}

static bool check_table(const struct table *table, struct err *err)
{
    struct buf unused = {0};
    for (uint32_t i = 0; i < table->count; i++)
        if (!table->at[i].used) {
            buf_add(&unused, unused.len ? STR(", ") : STR_NONE);
            buf_add(&unused, table->at[i].key);
        }
    bool ok = unused.len == 0;
    if (!ok)
        err_invalid(err, "Value provided in %s unused in expressions: keys: {%.*s}",
            table->parameter, STR_ARG(unused));
    buf_fini(&unused);
    return ok;
}

bool expr_env_check_used(const struct expr_env *env, struct err *err)
{
    return !env || (check_table(&env->names, err) && check_table(&env->values, err));
}
