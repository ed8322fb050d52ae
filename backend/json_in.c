/* SPDX-License-Identifier: MIT */
/*
 * JSON into values: DynamoDB's typed form, the plain form of people, and the rule that tells one
 * from the other. Errors are the service's: a wrong JSON type is a SerializationException, anything
 * else a ValidationException; both carry the place in the text. Knows nothing of tables and keys.
 *
 *   plain  {"id":"a","n":1}               typed  {"id":{"S":"a"},"n":{"N":"1"}}
 */
#include "backend/json_in.h"

#include "backend/number.h"

/* The item's own map is the first level. */
enum { LEVEL_ITEM = 1, LEVEL_ATTRIBUTE = 2 };

#define ATTRIBUTE_VALUE "com.amazonaws.dynamodb.v20120810.AttributeValue"
#define INVALID "One or more parameter values were invalid: "

struct in {
    struct buf *out;
    struct err *err;
    const struct json *root;
};

static bool put_typed(struct in *in, const struct json *json, unsigned level);
static bool put_plain(struct in *in, const struct json *json, unsigned level);

/* ---- errors ---- */

static bool invalid(struct in *in, const struct json *json, const char *text)
{
    err_invalid(in->err, "%s", text);
    return err_place(in->err, json->at, json->len);
}

static bool unreadable(struct in *in, const struct json *json, const char *text)
{
    err_refuse(in->err, "SerializationException", "%s", text);
    return err_place(in->err, json->at, json->len);
}

static bool placed(struct in *in, const struct json *json)
{
    return err_place(in->err, json->at, json->len);
}

/* How the service names the JSON it found, where it expected a `java_type`. */
static bool wrong_scalar(struct in *in, const struct json *json, const char *java_type)
{
    const char *found = "STRING_VALUE";
    if (json->type == JSON_OBJECT)
        return unreadable(in, json, "Start of structure or map found where not expected");
    if (json->type == JSON_NUMBER)
        found = memchr(json->text.at, '.', json->text.len) ||
                        memchr(json->text.at, 'e', json->text.len) ||
                        memchr(json->text.at, 'E', json->text.len)
                    ? "DECIMAL_VALUE"
                    : "NUMBER_VALUE";
    else if (json->type != JSON_STRING)
        found = json->type == JSON_TRUE ? "TRUE_VALUE" : "FALSE_VALUE";
    if (json->type == JSON_ARRAY)
        err_refuse(in->err, "SerializationException",
            "Unrecognized collection type class java.lang.%s", java_type);
    else
        err_refuse(
            in->err, "SerializationException", "%s cannot be converted to %s", found, java_type);
    return placed(in, json);
}

static bool wrong_blob(struct in *in, const struct json *json)
{
    if (json->type == JSON_OBJECT)
        return unreadable(in, json, "Start of structure or map found where not expected");
    if (json->type == JSON_ARRAY)
        return unreadable(in, json, "Unrecognized collection type class java.nio.ByteBuffer");
    return unreadable(in, json, "only base-64-encoded strings are convertible to bytes");
}

static bool wrong_list(struct in *in, const struct json *json)
{
    return unreadable(in, json,
        json->type == JSON_OBJECT ? "Start of structure or map found where not expected"
                                  : "Unexpected field type");
}

static bool wrong_map(struct in *in, const struct json *json)
{
    return unreadable(in, json,
        json->type == JSON_ARRAY
            ? "Unrecognized collection type java.util.Map<java.lang.String, " ATTRIBUTE_VALUE ">"
            : "Unexpected field type");
}

static bool wrong_value(struct in *in, const struct json *json)
{
    return unreadable(in, json,
        json->type == JSON_ARRAY ? "Unrecognized collection type class " ATTRIBUTE_VALUE
                                 : "Unexpected value type in payload");
}

static bool too_deep(struct in *in, const struct json *json)
{
    return invalid(in, json,
        "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels "
        "beyond supported limit");
}

static bool check_level(struct in *in, const struct json *json, unsigned level)
{
    return level <= VALUE_DEPTH_MAX || too_deep(in, json);
}

/* ---- base64 ---- */

/* From '+' to 'z'; NO for what is no digit. */
#define NO 0xff
static const uint8_t base64_digits['z' - '+' + 1] = {62, NO, NO, NO, 63, 52, 53, 54, 55, 56, 57, 58,
    59, 60, 61, NO, NO, NO, NO, NO, NO, NO, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NO, NO, NO, NO, NO, NO, 26, 27, 28, 29, 30, 31, 32, 33,
    34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51};

static inline uint32_t base64_digit(char c)
{
    unsigned index = (unsigned)(unsigned char)c - '+';
    return index < sizeof base64_digits ? base64_digits[index] : NO;
}

/* Four digits to three bytes; false where one is none. */
static inline bool read_quad(const char *from, char *to)
{
    uint32_t a = base64_digit(from[0]), b = base64_digit(from[1]), c = base64_digit(from[2]),
             d = base64_digit(from[3]), bits = a << 18 | b << 12 | c << 6 | d;
    to[0] = (char)(bits >> 16);
    to[1] = (char)(bits >> 8);
    to[2] = (char)bits;
    return ((a | b | c | d) & 0x80) == 0;
}

/* base64 = { 4 * digit } [ digit digit ( digit | '=' ) '=' ], unused bits zero */
bool json_in_base64(struct buf *out, struct str text)
{
    if (text.len % 4 != 0)
        return false;
    if (text.len == 0)
        return true;
    char last[4], *to = buf_reserve(out, text.len / 4 * 3), *start = to;
    const char *from = text.at, *end = text.at + text.len - 4;
    for (; from < end; from += 4, to += 3)
        if (!read_quad(from, to))
            return false;
    memcpy(last, end, 4);
    size_t pads = last[3] == '=' ? last[2] == '=' ? 2u : 1u : 0u;
    for (size_t i = 0; i < pads; i++)
        last[3 - i] = 'A';
    char bytes[3];
    if (!read_quad(last, bytes) || (pads && bytes[3 - pads]))
        return false;
    memcpy(to, bytes, 3 - pads);
    out->len += (size_t)(to - start) + 3 - pads;
    return true;
}

static bool read_blob(struct in *in, const struct json *json, struct buf *bytes)
{
    if (json->type != JSON_STRING)
        return wrong_blob(in, json);
    if (json_in_base64(bytes, json->text))
        return true;
    if (json->text.len % 4 == 0)
        return unreadable(in, json, "Invalid last non-pad Base64 character dectected");
    err_refuse(in->err, "SerializationException",
        "Base64 encoded length is expected a multiple of 4 bytes but found: %zu", json->text.len);
    return placed(in, json);
}

/* ---- typed scalars ---- */

static bool put_string(struct in *in, const struct json *json)
{
    if (json->type != JSON_STRING)
        return wrong_scalar(in, json, "String");
    value_put_string(in->out, json->text);
    return true;
}

static bool read_number(struct in *in, const struct json *json, struct number *number)
{
    if (json->type != JSON_STRING)
        return wrong_scalar(in, json, "String");
    return number_parse(number, json->text, in->err) || placed(in, json);
}

static bool put_number(struct in *in, const struct json *json)
{
    struct number number;
    if (!read_number(in, json, &number))
        return false;
    value_put_number(in->out, number_str(&number));
    return true;
}

static bool put_binary(struct in *in, const struct json *json)
{
    struct buf bytes = {0};
    bool good = read_blob(in, json, &bytes);
    if (good)
        value_put_binary(in->out, buf_str(&bytes));
    buf_fini(&bytes);
    return good;
}

/* bool = true | false | the words as strings, which the service's reader takes too */
static bool read_bool(struct in *in, const struct json *json, bool *truth)
{
    static const struct {
        struct str word;
        bool truth;
    } words[] = {
        {{"true", 4}, true}, {{"false", 5}, false}, {{"yes", 3}, true}, {{"no", 2}, false}};
    *truth = json->type == JSON_TRUE;
    if (json->type == JSON_TRUE || json->type == JSON_FALSE)
        return true;
    if (json->type != JSON_STRING)
        return wrong_scalar(in, json, "Boolean");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal_nocase(json->text, words[i].word)) {
            *truth = words[i].truth;
            return true;
        }
    return unreadable(in, json, "Unexpected token received from parser");
}

static bool put_bool(struct in *in, const struct json *json)
{
    bool truth;
    if (!read_bool(in, json, &truth))
        return false;
    value_put_bool(in->out, truth);
    return true;
}

static bool put_null(struct in *in, const struct json *json)
{
    bool truth;
    if (!read_bool(in, json, &truth))
        return false;
    if (!truth)
        return invalid(in, json, INVALID "Null attribute value types must have the value of true");
    value_put_null(in->out);
    return true;
}

/* ---- typed sets ---- */

static bool null_member(struct in *in, const struct json *json, enum value_type set)
{
    if (set == VALUE_NS)
        return invalid(in, json, "The parameter cannot be converted to a numeric value");
    return invalid(in, json,
        set == VALUE_SS ? INVALID "An string set may not have a null string as a member"
                        : INVALID "Binary sets may not contain null or empty values");
}

static bool add_member(struct in *in, struct value_open *set, const struct json *json)
{
    struct number number;
    struct buf bytes = {0};
    if (json->type == JSON_NULL)
        return null_member(in, json, set->type);
    if (set->type == VALUE_NS) {
        if (!read_number(in, json, &number))
            return false;
        value_set_add(set, in->out, number_str(&number));
    } else if (set->type == VALUE_SS) {
        if (json->type != JSON_STRING)
            return wrong_scalar(in, json, "String");
        value_set_add(set, in->out, json->text);
    } else {
        bool good = read_blob(in, json, &bytes);
        if (good)
            value_set_add(set, in->out, buf_str(&bytes));
        buf_fini(&bytes);
        return good;
    }
    return true;
}

static bool put_set(struct in *in, const struct json *json, enum value_type type)
{
    if (json->type != JSON_ARRAY)
        return wrong_list(in, json);
    struct value_open set = value_open(in->out, type);
    for (const struct json *member = json->first; member; member = member->next)
        if (!add_member(in, &set, member))
            return false;
    return value_close(&set, in->out, in->err) || placed(in, json);
}

/* ---- lists and maps, typed and plain ---- */

typedef bool put_function(struct in *in, const struct json *json, unsigned level);

static bool put_list(struct in *in, const struct json *json, unsigned level, put_function *put)
{
    if (!check_level(in, json, level))
        return false;
    struct value_open list = value_open(in->out, VALUE_L);
    for (const struct json *member = json->first; member; member = member->next) {
        value_member(&list, in->out, STR_NONE);
        if (!put(in, member, level + 1))
            return false;
    }
    return value_close(&list, in->out, in->err) || placed(in, json);
}

/* Levels of L and M below and with `json`, an attribute value. */
static unsigned typed_depth(const struct json *json)
{
    unsigned most = 0;
    for (const struct json *type = json->first; type; type = type->next) {
        bool nests = str_equal(type->name, STR("M")) || str_equal(type->name, STR("L"));
        for (const struct json *m = nests ? type->first : NULL; m; m = m->next) {
            unsigned depth = 1 + typed_depth(m);
            most = depth > most ? depth : most;
        }
    }
    return most;
}

/* Inside values, levels that are too many come before names that are empty. */
static bool refuse_empty_name(struct in *in, const struct json *member, unsigned level)
{
    if (level > LEVEL_ITEM)
        for (const struct json *m = in->root->first; m; m = m->next)
            if (LEVEL_ITEM + typed_depth(m) > VALUE_DEPTH_MAX)
                return too_deep(in, m);
    return invalid(in, member, "Empty attribute name");
}

static bool check_name(struct in *in, const struct json *member, unsigned level)
{
    if (member->name.len == 0)
        return refuse_empty_name(in, member, level);
    return member->name.len <= VALUE_NAME_MAX ||
           invalid(in, member, "Attribute name is too large, must be less than 65536 bytes");
}

static bool put_map(struct in *in, const struct json *json, unsigned level, put_function *put)
{
    if (!check_level(in, json, level))
        return false;
    struct value_open map = value_open(in->out, VALUE_M);
    for (const struct json *member = json->first; member; member = member->next) {
        if (!check_name(in, member, level))
            return false;
        value_member(&map, in->out, member->name);
        if (!put(in, member, level + 1))
            return false;
    }
    return value_close(&map, in->out, in->err) || placed(in, json);
}

/* ---- typed values ---- */

static bool put_of_type(
    struct in *in, const struct json *json, enum value_type type, unsigned level)
{
    switch (type) {
    case VALUE_S:
        return put_string(in, json);
    case VALUE_N:
        return put_number(in, json);
    case VALUE_B:
        return put_binary(in, json);
    case VALUE_TRUE:
        return put_bool(in, json);
    case VALUE_NULL:
        return put_null(in, json);
    case VALUE_L:
        return json->type == JSON_ARRAY ? put_list(in, json, level, put_typed)
                                        : wrong_list(in, json);
    case VALUE_M:
        return json->type == JSON_OBJECT ? put_map(in, json, level, put_typed)
                                         : wrong_map(in, json);
    default:
        return put_set(in, json, type);
    }
}

/* typed = '{' descriptor ':' value '}' : exactly one; unknown names and nulls count as absent. */
static bool put_typed(struct in *in, const struct json *json, unsigned level)
{
    unsigned found = 0;
    if (json->type != JSON_OBJECT && json->type != JSON_NULL)
        return wrong_value(in, json);
    for (const struct json *member = json->first; member; member = member->next) {
        enum value_type type = value_type_from_name(member->name);
        if (type == VALUE_NONE || member->type == JSON_NULL)
            continue;
        if (!put_of_type(in, member, type, level))
            return false;
        found++;
    }
    if (found == 0)
        return invalid(in, json,
            "Supplied AttributeValue is empty, must contain exactly one of the supported "
            "datatypes");
    return found == 1 ||
           invalid(in, json,
               "Supplied AttributeValue has more than one datatypes set, must contain "
               "exactly one of the supported datatypes");
}

/* ---- plain values ---- */

static bool put_plain_number(struct in *in, const struct json *json)
{
    struct number number;
    if (!number_parse(&number, json->text, in->err))
        return placed(in, json);
    value_put_number(in->out, number_str(&number));
    return true;
}

/* plain = string | number | 'true' | 'false' | 'null' | '[' plain … ']' | '{' name ':' plain … '}'
 */
static bool put_plain(struct in *in, const struct json *json, unsigned level)
{
    switch (json->type) {
    case JSON_STRING:
        return put_string(in, json);
    case JSON_NUMBER:
        return put_plain_number(in, json);
    case JSON_ARRAY:
        return put_list(in, json, level, put_plain);
    case JSON_OBJECT:
        return put_map(in, json, level, put_plain);
    case JSON_NULL:
        value_put_null(in->out);
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        value_put_bool(in->out, json->type == JSON_TRUE);
        return true;
    }
    return wrong_value(in, json);
}

/* ---- which form ---- */

static bool looks_like_attribute_value(const struct json *json)
{
    return json->type == JSON_OBJECT && json->count == 1 &&
           value_type_from_name(json->first->name) != VALUE_NONE;
}

static bool looks_typed(const struct json *object)
{
    for (const struct json *member = object->first; member; member = member->next)
        if (!looks_like_attribute_value(member))
            return false;
    return object->type == JSON_OBJECT && object->count > 0;
}

/* Whether what stands under a descriptor is of the JSON type that belongs to it. */
static bool fits_type(const struct json *json)
{
    enum value_type type = value_type_from_name(json->name);
    if (type == VALUE_M) {
        for (const struct json *member = json->first; member; member = member->next)
            if (member->type != JSON_OBJECT)
                return false;
        return json->type == JSON_OBJECT;
    }
    if (type >= VALUE_L)
        return json->type == JSON_ARRAY;
    if (type >= VALUE_S)
        return json->type == JSON_STRING;
    return json->type == JSON_TRUE || json->type == JSON_FALSE;
}

/* {"Item": {"id": {"S": "a"}}} as exports have it. An item whose one attribute is called Item and
 * is itself typed stays what it is: its descriptor has the right thing below it. */
static const struct json *unwrapped(const struct json *object)
{
    const struct json *inner = object->first;
    if (object->count != 1 || !str_equal(inner->name, STR("Item")) || !looks_typed(inner))
        return object;
    bool typed = looks_typed(object) && fits_type(inner->first);
    return typed ? object : inner;
}

/* ---- the doors: on failure `out` is as it was ---- */

static bool finish(struct buf *out, size_t start, bool good)
{
    if (!good)
        out->len = start;
    return good;
}

bool json_in_typed(struct buf *out, const struct json *json, struct err *err)
{
    struct in in = {out, err, json};
    size_t start = out->len;
    return finish(out, start, put_typed(&in, json, LEVEL_ATTRIBUTE));
}

bool json_in_typed_item(struct buf *out, const struct json *object, struct err *err)
{
    struct in in = {out, err, object};
    size_t start = out->len;
    if (object->type != JSON_OBJECT)
        return wrong_map(&in, object);
    for (const struct json *m = object->first; m; m = m->next) /* before any value */
        if (!check_name(&in, m, LEVEL_ITEM))
            return false;
    return finish(out, start, put_map(&in, object, LEVEL_ITEM, put_typed));
}

bool json_in_plain(struct buf *out, const struct json *json, struct err *err)
{
    struct in in = {out, err, json};
    size_t start = out->len;
    return finish(out, start, put_plain(&in, json, LEVEL_ITEM));
}

bool json_in_item(struct buf *out, const struct json *object, bool unwrap, struct err *err)
{
    struct in in = {out, err, object};
    size_t start = out->len;
    if (object->type != JSON_OBJECT) {
        err_set(err, ERR_DATA, "an item is a JSON object, { … }");
        return placed(&in, object);
    }
    if (unwrap)
        object = unwrapped(object);
    if (looks_typed(object))
        return json_in_typed_item(out, object, err);
    return finish(out, start, put_map(&in, object, LEVEL_ITEM, put_plain));
}
