/* SPDX-License-Identifier: MIT */
/*
 * Legacy parameters into expression trees: which parameter holds what, and what may not stand
 * together. The operators are legacy_term.c's; running the trees is the expressions' own.
 */
#include "backend/embedded/legacy.h"

#include "backend/embedded/legacy_term.h"
#include "backend/embedded/shape.h"

#define INVALID "One or more parameter values were invalid: "

static size_t member_count(const struct json *object, struct str name)
{
    const struct json *json = shape_get(object, name);
    return json ? json->count : 0;
}

static bool check_name(struct str name, struct err *err)
{
    if (name.len == 0)
        return err_invalid(err, INVALID "Empty attribute name");
    return name.len <= VALUE_NAME_MAX ||
           err_invalid(err, "Attribute name is too large, must be less than 65536 bytes");
}

/* ---- ConditionalOperator ---- */

bool legacy_check_operator(const struct json *object, struct err *err)
{
    size_t count = member_count(object, STR("Expected")) +
                   member_count(object, STR("QueryFilter")) +
                   member_count(object, STR("ScanFilter"));
    if (!shape_get(object, STR("ConditionalOperator")) || count > 1)
        return true;
    return err_invalid(err, count
                                ? "ConditionalOperator can only be used when Filter or Expected "
                                  "has two or more elements"
                                : "ConditionalOperator cannot be used without Filter or Expected");
}

static struct expr_node *chain_new(struct call *call, const struct json *object)
{
    bool any = str_equal(shape_text(object, STR("ConditionalOperator")), STR("OR"));
    return expr_ast_node(&call->arena, any ? EXPR_NODE_OR : EXPR_NODE_AND, 0);
}

/* ---- Expected ---- */

static bool refuse_expected(struct err *err, const char *what, struct str attribute)
{
    return err_invalid(err, INVALID "%s for Attribute: %.*s", what, STR_ARG(attribute));
}

/* Without an operator: Value must be equal, or there must be none. */
static bool read_equality(
    struct call *call, const struct json *json, struct legacy_term *term, struct err *err)
{
    const struct json *value = shape_get(json, STR("Value"));
    const struct json *exists = shape_get(json, STR("Exists"));
    bool wanted = !exists || exists->type == JSON_TRUE;
    if (shape_get(json, STR("AttributeValueList")))
        return refuse_expected(
            err, "AttributeValueList can only be used with a ComparisonOperator", term->attribute);
    if (wanted && !value)
        return refuse_expected(err,
            exists ? "Value must be provided when Exists is true"
                   : "Value must be provided when Exists is null",
            term->attribute);
    if (!wanted && value)
        return refuse_expected(err, "Value cannot be used when Exists is false", term->attribute);
    term->op = legacy_term_operator(wanted ? STR("EQ") : STR("NULL"));
    if (!value)
        return true;
    struct value *one = arena_new(&call->arena, struct value);
    term->values = one;
    term->count = 1;
    return legacy_term_value(call, value, one, err);
}

static bool read_comparison(struct call *call, const struct json *json, struct str op,
    struct legacy_term *term, struct err *err)
{
    const struct json *value = shape_get(json, STR("Value"));
    const struct json *list = shape_get(json, STR("AttributeValueList"));
    bool bare = str_equal(op, STR("NULL")) || str_equal(op, STR("NOT_NULL"));
    if (shape_get(json, STR("Exists")))
        return refuse_expected(
            err, "Exists and ComparisonOperator cannot be used together", term->attribute);
    if (!bare && !list && !value)
        return err_invalid(err,
            INVALID "Value or AttributeValueList must be used with ComparisonOperator: %.*s for "
                    "Attribute: %.*s",
            STR_ARG(op), STR_ARG(term->attribute));
    term->op = legacy_term_operator(op);
    if (!value)
        return legacy_term_values(call, list, term, err);
    struct value *one = arena_new(&call->arena, struct value);
    term->values = one;
    term->count = 1;
    return legacy_term_value(call, value, one, err);
}

static bool read_expected(
    struct call *call, const struct json *json, struct legacy_term *term, struct err *err)
{
    struct str op = shape_text(json, STR("ComparisonOperator"));
    if (shape_get(json, STR("Value")) && shape_get(json, STR("AttributeValueList")))
        return refuse_expected(
            err, "Value and AttributeValueList cannot be used together", term->attribute);
    return op.len ? read_comparison(call, json, op, term, err)
                  : read_equality(call, json, term, err);
}

/* ---- conditions ---- */

typedef bool read_term(
    struct call *call, const struct json *json, struct legacy_term *term, struct err *err);

static bool read_condition(
    struct call *call, const struct json *json, struct legacy_term *term, struct err *err)
{
    term->op = legacy_term_operator(shape_text(json, STR("ComparisonOperator")));
    return legacy_term_values(call, shape_get(json, STR("AttributeValueList")), term, err);
}

static bool read_one(struct call *call, const struct json *json, read_term *read,
    struct legacy_term *term, struct err *err)
{
    *term = (struct legacy_term){.attribute = json->name};
    return check_name(json->name, err) && read(call, json, term, err) &&
           legacy_term_check(term, err);
}

static bool read_conditions(struct call *call, const struct json *object, struct str name,
    read_term *read, struct request_expressions *out, struct err *err)
{
    if (member_count(object, name) == 0)
        return true;
    struct expr_node *chain = chain_new(call, object);
    for (const struct json *m = shape_get(object, name)->first; m; m = m->next) {
        struct legacy_term term;
        if (!read_one(call, m, read, &term, err))
            return false;
        expr_ast_add(chain, legacy_term_node(&call->arena, &term));
    }
    out->condition = expr_ast_condition(&call->arena, chain);
    return true;
}

bool legacy_expected(
    struct call *call, const struct json *object, struct request_expressions *out, struct err *err)
{
    return read_conditions(call, object, STR("Expected"), read_expected, out, err);
}

bool legacy_filter(
    struct call *call, const struct json *object, struct request_expressions *out, struct err *err)
{
    return read_conditions(call, object, STR("QueryFilter"), read_condition, out, err) &&
           read_conditions(call, object, STR("ScanFilter"), read_condition, out, err);
}

/* ---- KeyConditions ---- */

bool legacy_keys(
    struct call *call, const struct json *object, struct request_expressions *out, struct err *err)
{
    const struct json *conditions = shape_get(object, STR("KeyConditions"));
    struct expr_key_condition *keys = &out->keys;
    if (!conditions || out->has_keys)
        return true;
    out->has_keys = true;
    for (const struct json *m = conditions->first; m; m = m->next) {
        struct legacy_term term;
        if (!read_one(call, m, read_condition, &term, err))
            return false;
        if (keys->count == 2)
            break;
        keys->terms[keys->count++] = (struct expr_key_term){
            .name = term.attribute,
            .op = legacy_term_key_operator(&term),
            .low = term.count ? term.values[0] : (struct value){0},
            .high = term.count > 1 ? term.values[1] : (struct value){0},
        };
    }
    return conditions->count == 1 || conditions->count == 2 ||
           err_invalid(err, "Conditions can be of length 1 or 2 only");
}

/* ---- AttributesToGet ---- */

static bool check_repeats(const struct json *list, struct err *err)
{
    for (const struct json *m = list->first; m; m = m->next)
        for (const struct json *k = list->first; k != m; k = k->next)
            if (str_equal(k->text, m->text))
                return err_invalid(
                    err, INVALID "Duplicate value in attribute name: %.*s", STR_ARG(m->text));
    return true;
}

bool legacy_attributes(
    struct call *call, const struct json *object, struct request_expressions *out, struct err *err)
{
    const struct json *list = shape_get(object, STR("AttributesToGet"));
    size_t count = 0;
    if (!list)
        return true;
    const struct expr_path **paths = arena_alloc(&call->arena, list->count * sizeof *paths);
    for (const struct json *m = list->first; m; m = m->next) {
        if (!check_name(m->text, err))
            return false;
        paths[count++] = &legacy_term_path(&call->arena, m->text)->path;
    }
    if (!check_repeats(list, err))
        return false;
    out->projection = expr_ast_projection(&call->arena, paths, count);
    return true;
}

/* ---- AttributeUpdates ---- */

static bool check_action(struct str action, struct value v, struct err *err)
{
    bool set = value_is_set(v.type);
    if (v.type == VALUE_NONE)
        return str_equal(action, STR("DELETE")) ||
               err_invalid(err,
                   INVALID "Only DELETE action is allowed when no attribute value is specified");
    if (str_equal(action, STR("DELETE")) && !set)
        return err_invalid(err, INVALID "DELETE action with value is not supported for the type %s",
            value_type_name(v.type));
    if (str_equal(action, STR("ADD")) && !set && v.type != VALUE_N && v.type != VALUE_L)
        return err_invalid(
            err, INVALID "ADD action is not supported for the type %s", value_type_name(v.type));
    return true;
}

static enum expr_clause clause_of(struct str action, struct value v)
{
    if (str_equal(action, STR("ADD")))
        return EXPR_ADD;
    if (str_equal(action, STR("DELETE")))
        return v.type == VALUE_NONE ? EXPR_REMOVE : EXPR_DELETE;
    return EXPR_SET;
}

static bool read_update(
    struct call *call, const struct json *json, struct expr_action *out, struct err *err)
{
    const struct json *value = shape_get(json, STR("Value"));
    struct str action = shape_text(json, STR("Action"));
    struct value v = {0};
    if (!check_name(json->name, err) || (value && !legacy_term_value(call, value, &v, err)) ||
        !check_action(action, v, err))
        return false;
    out->clause = clause_of(action, v);
    out->target = legacy_term_path(&call->arena, json->name);
    out->value = value ? expr_ast_value(&call->arena, v) : NULL;
    return true;
}

bool legacy_updates(
    struct call *call, const struct json *object, struct request_expressions *out, struct err *err)
{
    size_t count = member_count(object, STR("AttributeUpdates"));
    if (count == 0)
        return true;
    struct expr_action *actions = arena_array(&call->arena, struct expr_action, count);
    size_t i = 0;
    for (const struct json *m = shape_get(object, STR("AttributeUpdates"))->first; m; m = m->next)
        if (!read_update(call, m, &actions[i++], err))
            return false;
    out->update = expr_ast_update(&call->arena, actions, count);
    out->legacy_update = true;
    return true;
}
