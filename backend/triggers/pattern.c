/* SPDX-License-Identifier: MIT */
/*
 * Filter patterns, checked once and then walked beside each event. Knows JSON, not DynamoDB.
 *
 *   pattern      = "{" { name ":" ( pattern | alternatives ) | "$or" ":" "[" pattern ... "]" } "}"
 *   alternatives = "[" alternative { "," alternative } "]"
 *   alternative  = string | number | true | false | null | "{" operator ":" operand "}"
 */
#include "backend/triggers/pattern.h"

#include "backend/number.h"
#include "base/utf8.h"

/* ---- the operators ---- */

struct matcher {
    struct str name;
    bool (*check)(const struct json *operand);
    /* `value` is a leaf of the event; NULL = there is none */
    bool (*matches)(const struct json *operand, const struct json *value);
};

static bool equal_text(const struct json *a, const struct json *b)
{
    return a->type == b->type && str_equal(a->text, b->text);
}

static bool is_text(const struct json *json)
{
    return json_is(json, JSON_STRING) && json->text.len;
}

static bool matches_prefix(const struct json *operand, const struct json *value)
{
    return json_is(value, JSON_STRING) && str_starts(value->text, operand->text);
}

static bool matches_suffix(const struct json *operand, const struct json *value)
{
    return json_is(value, JSON_STRING) && str_ends(value->text, operand->text);
}

static bool matches_any_case(const struct json *operand, const struct json *value)
{
    return json_is(value, JSON_STRING) && str_equal_nocase(value->text, operand->text);
}

/* anything-but = scalar | "[" scalar { "," scalar } "]", all strings or all numbers */
static bool check_other(const struct json *operand)
{
    const struct json *first = operand->type == JSON_ARRAY ? operand->first : operand;
    if (!json_is(first, JSON_STRING) && !json_is(first, JSON_NUMBER))
        return false;
    for (const struct json *json = first; json != operand && json; json = json->next)
        if (json->type != first->type)
            return false;
    return true;
}

static bool matches_other(const struct json *operand, const struct json *value)
{
    if (!value)
        return false;
    if (operand->type != JSON_ARRAY)
        return !equal_text(operand, value);
    for (const struct json *json = operand->first; json; json = json->next)
        if (equal_text(json, value))
            return false;
    return true;
}

static bool check_truth(const struct json *operand)
{
    return operand->type == JSON_TRUE || operand->type == JSON_FALSE;
}

static bool matches_exists(const struct json *operand, const struct json *value)
{
    return (operand->type == JSON_TRUE) == (value != NULL);
}

static bool to_number(const struct json *json, struct number *out)
{
    struct err err = ERR_INIT;
    return json_is(json, JSON_NUMBER) && number_parse(out, json->text, &err);
}

/* What the sign of a comparison may be for each comparator: less, equal, greater. */
static bool comparator(const struct json *json, bool allowed[3])
{
    static const struct {
        const char *name;
        bool allowed[3];
    } all[] = {
        {"<", {1, 0, 0}}, {"<=", {1, 1, 0}}, {"=", {0, 1, 0}}, {">=", {0, 1, 1}}, {">", {0, 0, 1}}};
    for (size_t i = 0; json_is(json, JSON_STRING) && i < sizeof all / sizeof *all; i++) {
        if (str_equal(json->text, str_from(all[i].name))) {
            memcpy(allowed, all[i].allowed, sizeof all[i].allowed);
            return true;
        }
    }
    return false;
}

/* numeric = "[" comparator "," number [ "," comparator "," number ] "]" */
static bool check_numeric(const struct json *operand)
{
    bool allowed[3];
    struct number number;
    if (operand->type != JSON_ARRAY || (operand->count != 2 && operand->count != 4))
        return false;
    for (const struct json *json = operand->first; json; json = json->next->next)
        if (!comparator(json, allowed) || !to_number(json->next, &number))
            return false;
    return true;
}

static bool matches_numeric(const struct json *operand, const struct json *value)
{
    struct number have, bound;
    bool allowed[3];
    if (!to_number(value, &have))
        return false;
    for (const struct json *json = operand->first; json; json = json->next->next) {
        if (!comparator(json, allowed) || !to_number(json->next, &bound))
            return false;
        int sign = str_compare(number_str(&have), number_str(&bound));
        if (!allowed[1 + (sign > 0) - (sign < 0)])
            return false;
    }
    return true;
}

static bool check_string(const struct json *operand)
{
    return operand->type == JSON_STRING;
}

static const struct matcher matchers[] = {
    {{"prefix", 6}, is_text, matches_prefix},
    {{"suffix", 6}, is_text, matches_suffix},
    {{"equals-ignore-case", 18}, check_string, matches_any_case},
    {{"anything-but", 12}, check_other, matches_other},
    {{"exists", 6}, check_truth, matches_exists},
    {{"numeric", 7}, check_numeric, matches_numeric},
};

static const struct matcher *matcher_find(struct str name)
{
    for (size_t i = 0; i < sizeof matchers / sizeof *matchers; i++)
        if (str_equal(matchers[i].name, name))
            return &matchers[i];
    return NULL;
}

/* ---- checking ---- */

static bool refuse(const struct json *json, struct err *err)
{
    err_refuse(err, "InvalidParameterValueException", "Invalid filter pattern definition.");
    return err_place(err, json->at, json->len);
}

static bool check_alternative(const struct json *json, struct err *err)
{
    if (json->type == JSON_ARRAY)
        return refuse(json, err);
    if (json->type != JSON_OBJECT)
        return true;
    const struct matcher *matcher = json->count == 1 ? matcher_find(json->first->name) : NULL;
    return (matcher && matcher->check(json->first)) || refuse(json, err);
}

static bool is_or(const struct json *field)
{
    return str_equal(field->name, STR("$or")) && field->type == JSON_ARRAY &&
           json_is(field->first, JSON_OBJECT) &&
           !matcher_find(field->first->first ? field->first->first->name : STR_NONE);
}

static bool check_all(const struct json *array, struct err *err,
    bool (*check)(const struct json *json, struct err *err))
{
    for (const struct json *json = array->first; json; json = json->next)
        if (!check(json, err))
            return false;
    return array->count || refuse(array, err);
}

static bool check_field(const struct json *field, struct err *err)
{
    if (is_or(field))
        return check_all(field, err, pattern_check);
    if (field->type == JSON_ARRAY)
        return check_all(field, err, check_alternative);
    return field->type == JSON_OBJECT && field->count ? pattern_check(field, err)
                                                      : refuse(field, err);
}

bool pattern_check(const struct json *pattern, struct err *err)
{
    if (pattern->type != JSON_OBJECT)
        return refuse(pattern, err);
    for (const struct json *field = pattern->first; field; field = field->next)
        if (!check_field(field, err))
            return false;
    return true;
}

/* ---- matching ---- */

static bool alternative_matches(const struct json *alternative, const struct json *value)
{
    if (alternative->type == JSON_OBJECT)
        return matcher_find(alternative->first->name)->matches(alternative->first, value);
    return value && equal_text(alternative, value);
}

static bool any_matches(const struct json *alternatives, const struct json *value)
{
    for (const struct json *json = alternatives->first; json; json = json->next)
        if (alternative_matches(json, value))
            return true;
    return false;
}

/* A leaf of the event: a scalar, or an array of which one element will do. An object is none, and
 * an array without elements holds nothing. */
static bool leaf_matches(const struct json *alternatives, const struct json *value)
{
    if (!value || value->type == JSON_OBJECT || (value->type == JSON_ARRAY && !value->count))
        return any_matches(alternatives, NULL);
    if (value->type != JSON_ARRAY)
        return any_matches(alternatives, value);
    for (const struct json *json = value->first; json; json = json->next)
        if (leaf_matches(alternatives, json))
            return true;
    return false;
}

static bool field_matches(const struct json *field, const struct json *event)
{
    if (is_or(field)) {
        for (const struct json *json = field->first; json; json = json->next)
            if (pattern_matches(json, event))
                return true;
        return false;
    }
    const struct json *value = json_get(event, field->name);
    return field->type == JSON_ARRAY ? leaf_matches(field, value) : pattern_matches(field, value);
}

static bool object_matches(const struct json *pattern, const struct json *object)
{
    for (const struct json *field = pattern->first; field; field = field->next)
        if (!field_matches(field, object))
            return false;
    return true;
}

bool pattern_matches(const struct json *pattern, const struct json *event)
{
    if (!json_is(event, JSON_ARRAY))
        return object_matches(pattern, event);
    for (const struct json *json = event->first; json; json = json->next)
        if (pattern_matches(pattern, json))
            return true;
    return !event->count && object_matches(pattern, NULL);
}
