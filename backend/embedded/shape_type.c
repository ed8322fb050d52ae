/* SPDX-License-Identifier: MIT */
/*
 * The JSON types of requests: the first one that does not fit its shape is a
 * SerializationException, before anything else is looked at. All wording of that exception for
 * shapes stands here.
 */
#include "backend/embedded/shape.h"

static bool refuse_type(struct err *err, const char *what)
{
    return err_refuse(err, "SerializationException", "%s", what);
}

static const char *scalar_name(const struct json *json)
{
    switch (json->type) {
    case JSON_TRUE:
        return "TRUE_VALUE";
    case JSON_FALSE:
        return "FALSE_VALUE";
    case JSON_STRING:
        return "STRING_VALUE";
    default:
        return str_find_byte(json->text, '.') != SIZE_MAX ? "DECIMAL_VALUE" : "NUMBER_VALUE";
    }
}

static bool refuse_scalar(
    const struct json *json, const char *java, const char *class_name, struct err *err)
{
    if (json->type == JSON_ARRAY)
        return err_refuse(
            err, "SerializationException", "Unrecognized collection type class %s", class_name);
    if (json->type == JSON_OBJECT)
        return refuse_type(err, "Start of structure or map found where not expected");
    return err_refuse(
        err, "SerializationException", "%s cannot be converted to %s", scalar_name(json), java);
}

static bool type_blob(const struct json *json, struct err *err)
{
    if (json->type == JSON_ARRAY || json->type == JSON_OBJECT)
        return refuse_scalar(json, "Blob", "java.nio.ByteBuffer", err);
    if (json->type != JSON_STRING)
        return refuse_type(err, "only base-64-encoded strings are convertible to bytes");
    return true;
}

static bool type_boolean(const struct json *json, struct err *err)
{
    if (shape_is_truth(json))
        return true;
    if (json->type == JSON_STRING)
        return refuse_type(err, "Unexpected token received from parser");
    return refuse_scalar(json, "Boolean", "java.lang.Boolean", err);
}

static bool type_text(const struct json *json, struct err *err)
{
    return json->type == JSON_STRING || refuse_scalar(json, "String", "java.lang.String", err);
}

static bool type_number(
    const struct json *json, const char *java, const char *class_name, struct err *err)
{
    return json->type == JSON_NUMBER || refuse_scalar(json, java, class_name, err);
}

static bool type_check(
    const struct shape *shape, const struct json *json, bool nested, struct err *err);

static bool type_list(const struct shape *shape, const struct json *json, struct err *err)
{
    if (json->type == JSON_OBJECT)
        return refuse_type(err, "Start of structure or map found where not expected");
    if (json->type != JSON_ARRAY)
        return refuse_type(err, "Unexpected field type");
    for (const struct json *m = json->first; m; m = m->next)
        if (!type_check(shape->member, m, true, err))
            return false;
    return true;
}

static const char *java_class(const struct shape *shape)
{
    return shape->kind == SHAPE_VALUE ? "AttributeValue" : shape->name ? shape->name : "String";
}

static bool type_map(const struct shape *shape, const struct json *json, struct err *err)
{
    if (json->type == JSON_ARRAY) {
        const struct shape *member = shape->member;
        return err_refuse(err, "SerializationException",
            "Unrecognized collection type java.util.Map<java.lang.String, %s%s>",
            member->kind == SHAPE_STRING ? "java.lang." : "com.amazonaws.dynamodb.v20120810.",
            java_class(member));
    }
    if (json->type != JSON_OBJECT)
        return refuse_type(err, "Unexpected field type");
    for (const struct json *m = json->first; m; m = m->next)
        if (!type_check(shape->member, m, true, err))
            return false;
    return true;
}

static bool type_object(
    const struct shape *shape, const struct json *json, bool nested, struct err *err)
{
    if (json->type == JSON_ARRAY)
        return err_refuse(err, "SerializationException",
            "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.%s",
            java_class(shape));
    if (json->type != JSON_OBJECT)
        return refuse_type(
            err, nested ? "Unexpected value type in payload" : "Unexpected field type");
    return true;
}

static bool type_structure(
    const struct shape *shape, const struct json *json, bool nested, struct err *err)
{
    if (!type_object(shape, json, nested, err))
        return false;
    for (const struct json *m = json->first; m; m = m->next)
        for (const struct shape_field *field = shape->fields; field->shape; field++)
            if (str_equal(m->name, field->name)) {
                if (!type_check(field->shape, m, false, err))
                    return false;
                break;
            }
    return true;
}

static bool type_set(const struct json *json, bool blob, struct err *err)
{
    if (json->type == JSON_OBJECT)
        return refuse_type(err, "Start of structure or map found where not expected");
    if (json->type != JSON_ARRAY)
        return refuse_type(err, "Unexpected field type");
    for (const struct json *m = json->first; m; m = m->next)
        if (m->type != JSON_NULL && !(blob ? type_blob(m, err) : type_text(m, err)))
            return false;
    return true;
}

static bool type_value(const struct json *json, bool nested, struct err *err);

static bool type_values(const struct json *json, enum json_type want, struct err *err)
{
    static const struct shape any = {.kind = SHAPE_VALUE};
    static const struct shape list = {.kind = SHAPE_LIST, .member = &any};
    static const struct shape map = {.kind = SHAPE_MAP, .member = &any};
    return want == JSON_ARRAY ? type_list(&list, json, err) : type_map(&map, json, err);
}

/* One member of an AttributeValue: {"S": …}. Unknown descriptors are left to those who read values.
 */
static bool type_value_member(const struct json *json, struct err *err)
{
    struct str name = json->name;
    if (json->type == JSON_NULL || name.len == 0)
        return true;
    if (name.len == 1) {
        switch (name.at[0]) {
        case 'S':
        case 'N':
            return type_text(json, err);
        case 'B':
            return type_blob(json, err);
        case 'L':
            return type_values(json, JSON_ARRAY, err);
        case 'M':
            return type_values(json, JSON_OBJECT, err);
        default:
            return true;
        }
    }
    if (name.len == 2 && name.at[1] == 'S')
        return name.at[0] != 'S' && name.at[0] != 'N' && name.at[0] != 'B'
                   ? true
                   : type_set(json, name.at[0] == 'B', err);
    if (str_equal(name, STR("BOOL")) || str_equal(name, STR("NULL")))
        return type_boolean(json, err);
    return true;
}

static bool type_value(const struct json *json, bool nested, struct err *err)
{
    static const struct shape any = {.kind = SHAPE_VALUE};
    if (!type_object(&any, json, nested, err))
        return false;
    for (const struct json *m = json->first; m; m = m->next)
        if (!type_value_member(m, err))
            return false;
    return true;
}

static bool type_check(
    const struct shape *shape, const struct json *json, bool nested, struct err *err)
{
    if (json->type == JSON_NULL)
        return true;
    switch (shape->kind) {
    case SHAPE_STRING:
        return type_text(json, err);
    case SHAPE_INTEGER:
        return type_number(json, "Integer", "java.lang.Integer", err);
    case SHAPE_LONG:
        return type_number(json, "Long", "java.lang.Long", err);
    case SHAPE_DOUBLE:
        return type_number(json, "Double", "java.lang.Double", err);
    case SHAPE_TIMESTAMP:
        return json->type == JSON_STRING || type_number(json, "Date", "java.util.Date", err);
    case SHAPE_BOOLEAN:
        return type_boolean(json, err);
    case SHAPE_BLOB:
        return type_blob(json, err);
    case SHAPE_LIST:
        return type_list(shape, json, err);
    case SHAPE_MAP:
        return type_map(shape, json, err);
    case SHAPE_STRUCT:
        return type_structure(shape, json, nested, err);
    case SHAPE_VALUE:
        return type_value(json, nested, err);
    }
    return true;
}

bool shape_check_types(const struct shape *shape, const struct json *request, struct err *err)
{
    if (request->type != JSON_OBJECT)
        return refuse_type(err, "Start of structure or map found where not expected");
    return type_structure(shape, request, false, err);
}
