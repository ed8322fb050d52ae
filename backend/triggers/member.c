/* SPDX-License-Identifier: MIT */
/*
 * Typed members of JSON bodies, and what stands in them everywhere: UUIDs and times. Knows how the
 * service words a refusal, and nothing of what the members mean.
 */
#include "backend/triggers/member.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

static const struct json *find(const struct json *object, const char *name)
{
    const struct json *json = json_get(object, str_from(name));
    return json && json->type != JSON_NULL ? json : NULL;
}

static const char *value_name(const struct json *json)
{
    switch (json->type) {
    case JSON_TRUE:
        return "TRUE_VALUE";
    case JSON_FALSE:
        return "FALSE_VALUE";
    case JSON_STRING:
        return "STRING_VALUE";
    case JSON_NUMBER:
        return str_find_byte(json->text, '.') != SIZE_MAX ? "DECIMAL_VALUE" : "NUMBER_VALUE";
    case JSON_ARRAY:
        return "START_ARRAY";
    default:
        return "START_OBJECT";
    }
}

static bool refuse_type(
    struct err *err, const struct json *json, const char *name, const char *wanted)
{
    return err_refuse(err, "SerializationException", "%s cannot be converted to %s (at %s)",
        value_name(json), wanted, name);
}

bool member_invalid(struct err *err, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return err_refuse(err, "InvalidParameterValueException", "%s", text);
}

bool member_refuse(struct err *err, struct str value, const char *name, const char *constraint)
{
    const char *quote = value.at ? "'" : "";
    struct str shown = value.at ? str_take(value, 512) : STR("null");
    return err_invalid(err,
        "1 validation error detected: Value %s%.*s%s at '%c%s' failed to satisfy constraint: %s",
        quote, STR_ARG(shown), quote, tolower((unsigned char)*name), name + 1, constraint);
}

bool member_text(
    const struct json *object, const char *name, size_t most, struct str *out, struct err *err)
{
    const struct json *json = find(object, name);
    if (!json)
        return true;
    if (json->type != JSON_STRING)
        return refuse_type(err, json, name, "String");
    if (json->text.len > most) {
        char constraint[80];
        snprintf(constraint, sizeof constraint, "Member must have length less than or equal to %zu",
            most);
        return member_refuse(err, json->text, name, constraint);
    }
    *out = json->text;
    return true;
}

bool member_number(const struct json *object, const char *name, int64_t low, int64_t high,
    int64_t *out, struct err *err)
{
    const struct json *json = find(object, name);
    int64_t value;
    char constraint[80];
    if (!json)
        return true;
    if (json->type != JSON_NUMBER)
        return refuse_type(err, json, name, "Integer");
    bool above = *json->text.at != '-';
    if (json_to_i64(json, &value))
        above = value > high;
    else if (str_find_byte(json->text, '.') != SIZE_MAX)
        return refuse_type(err, json, name, "Integer");
    else
        value = above ? INT64_MAX : INT64_MIN;
    if (value >= low && value <= high) {
        *out = value;
        return true;
    }
    snprintf(constraint, sizeof constraint, "Member must have value %s than or equal to %" PRId64,
        above ? "less" : "greater", above ? high : low);
    return member_refuse(err, json->text, name, constraint);
}

bool member_flag(const struct json *object, const char *name, bool *out, struct err *err)
{
    const struct json *json = find(object, name);
    if (!json)
        return true;
    if (json->type != JSON_TRUE && json->type != JSON_FALSE)
        return refuse_type(err, json, name, "Boolean");
    *out = json->type == JSON_TRUE;
    return true;
}

bool member_of_type(const struct json *object, const char *name, enum json_type type,
    const struct json **out, struct err *err)
{
    const struct json *json = find(object, name);
    *out = json;
    return !json || json->type == type ||
           refuse_type(err, json, name, type == JSON_ARRAY ? "a list" : "a structure");
}

void member_uuid(char out[MEMBER_UUID + 1])
{
    unsigned char bytes[16];
    for (size_t have = 0; have < sizeof bytes;) {
        ssize_t n = getrandom(bytes + have, sizeof bytes - have, 0);
        have += n > 0 ? (size_t)n : 0;
    }
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    for (size_t i = 0, at = 0; i < sizeof bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out[at++] = '-';
        at += (size_t)snprintf(out + at, 3, "%02x", bytes[i]);
    }
}

bool member_is_uuid(struct str text)
{
    if (text.len != MEMBER_UUID)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text.at[i] != '-' : !isxdigit((unsigned char)text.at[i]))
            return false;
    }
    return true;
}

void member_put_time(struct buf *out, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    char text[32];
    if (ms < 0 || !gmtime_r(&seconds, &tm))
        return;
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    buf_printf(out, "%s.%03d+0000", text, (int)(ms % 1000));
}

void member_put_seconds(struct buf *out, int64_t ms)
{
    buf_printf(out, "%" PRId64 ".%03d", ms / 1000, (int)(ms % 1000));
}

/* seconds = digits [ "." digits ]; finer than thousandths is cut */
bool member_seconds(const struct json *object, const char *name, int64_t *ms)
{
    const struct json *json = find(object, name);
    struct str rest = json_is(json, JSON_NUMBER) ? json->text : STR_NONE, whole;
    uint64_t seconds, part = 0;
    if (!str_cut(&rest, '.', &whole) || !str_to_u64(whole, &seconds) || seconds > INT64_MAX / 2000)
        return false;
    rest = str_take(rest, 3);
    if (rest.len && !str_to_u64(rest, &part))
        return false;
    for (size_t i = rest.len; i < 3; i++)
        part *= 10;
    *ms = (int64_t)(seconds * 1000 + part);
    return true;
}
