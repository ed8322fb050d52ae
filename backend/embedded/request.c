/* SPDX-License-Identifier: MIT */
/* What requests on items have in common. Knows no table and no store. */
#include "backend/embedded/request.h"

#include "backend/embedded/legacy.h"
#include "backend/embedded/shape.h"
#include "backend/json_in.h"

#define LIST(...)                                                                                  \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

/* In the order in which the service names them. */
const struct request_rules request_put = {
    LIST("ConditionExpression"), LIST("Expected", "ConditionalOperator")};
const struct request_rules request_update = {LIST("UpdateExpression", "ConditionExpression"),
    LIST("AttributeUpdates", "Expected", "ConditionalOperator")};
const struct request_rules request_get = {LIST("ProjectionExpression"), LIST("AttributesToGet")};
const struct request_rules request_query = {
    LIST("ProjectionExpression", "FilterExpression", "KeyConditionExpression"),
    LIST("AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions")};
const struct request_rules request_scan = {LIST("ProjectionExpression", "FilterExpression"),
    LIST("AttributesToGet", "ScanFilter", "ConditionalOperator")};

/* ---- which parameters go together ---- */

static size_t put_present(
    struct buf *out, const struct json *object, const char *const *names, struct str but)
{
    size_t count = 0;
    for (size_t i = 0; names[i]; i++) {
        if (!shape_get(object, str_from(names[i])) || str_equal(str_from(names[i]), but))
            continue;
        if (count++)
            buf_add(out, STR(", "));
        buf_add(out, str_from(names[i]));
    }
    return count;
}

static bool refuse_mixed(struct buf *old, struct buf *new, struct err *err)
{
    return err_invalid(err,
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {%.*s} Expression parameters: {%.*s}",
        STR_ARG(buf_str(old)), STR_ARG(buf_str(new)));
}

/* Projections take names only. */
static bool takes_values(const char *expression)
{
    return !str_equal(str_from(expression), STR("ProjectionExpression"));
}

/* NULL where no expression of the request could use them: there they are no parameter at all. */
static const struct json *given_values(const struct json *object, const struct request_rules *rules)
{
    for (size_t i = 0; rules->expressions[i]; i++)
        if (takes_values(rules->expressions[i]))
            return shape_get(object, STR("ExpressionAttributeValues"));
    return NULL;
}

/* Reads say which: "FilterExpression and KeyConditionExpression is null". */
static bool check_values(
    const struct json *object, const struct request_rules *rules, struct err *err)
{
    struct buf list = {0};
    bool fine = !given_values(object, rules);
    for (size_t i = 0; rules->expressions[i]; i++) {
        if (!takes_values(rules->expressions[i]))
            continue;
        fine = fine || shape_get(object, str_from(rules->expressions[i]));
        if (list.len)
            buf_add(&list, STR(" and "));
        buf_add(&list, str_from(rules->expressions[i]));
    }
    if (!fine && (rules == &request_put || rules == &request_update))
        err_invalid(err, "ExpressionAttributeValues can only be specified when using expressions");
    else if (!fine)
        err_invalid(err,
            "ExpressionAttributeValues can only be specified when using expressions: %.*s is null",
            STR_ARG(buf_str(&list)));
    buf_fini(&list);
    return fine;
}

static bool is_plain(const struct json *object, const struct request_rules *rules)
{
    for (size_t i = 0; rules->legacy[i]; i++)
        if (shape_get(object, str_from(rules->legacy[i])))
            return false;
    return !shape_get(object, STR("ExpressionAttributeNames")) &&
           !shape_get(object, STR("ExpressionAttributeValues"));
}

/* KeyConditions may stand beside the expressions of filters and projections. */
static struct str tolerated(const struct json *object)
{
    return shape_get(object, STR("KeyConditionExpression")) ? STR_NONE : STR("KeyConditions");
}

static bool check_parameters(
    const struct json *object, const struct request_rules *rules, struct err *err)
{
    struct buf old = {0}, new = {0};
    size_t legacy = put_present(&old, object, rules->legacy, tolerated(object));
    size_t expressions = put_present(&new, object, rules->expressions, STR_NONE);
    bool fine = true;
    if (legacy && expressions)
        fine = refuse_mixed(&old, &new, err);
    else if (!expressions && shape_get(object, STR("ExpressionAttributeNames")))
        fine = err_invalid(
            err, "ExpressionAttributeNames can only be specified when using expressions");
    else
        fine = check_values(object, rules, err) && legacy_check_operator(object, err);
    buf_fini(&old);
    buf_fini(&new);
    return fine;
}

bool request_check(const struct json *object, const struct request_rules *rules, struct err *err)
{
    return is_plain(object, rules) || check_parameters(object, rules, err);
}

/* ---- values ---- */

bool request_item(struct buf *out, const struct json *object, struct value *item, struct err *err)
{
    buf_clear(out);
    if (!json_in_typed_item(out, object, err))
        return false;
    *item = value_of(buf_str(out));
    return true;
}

/* ---- expressions ---- */

struct source {
    const struct json *object;
    const struct request_rules *rules;
};

static const struct json *text_of(const struct source *source, struct str name)
{
    for (size_t i = 0; source->rules->expressions[i]; i++)
        if (str_equal(name, str_from(source->rules->expressions[i])))
            return shape_get(source->object, name);
    return NULL;
}

bool request_has_expression(const struct json *object, const struct request_rules *rules)
{
    for (size_t i = 0; rules->expressions[i]; i++)
        if (shape_get(object, str_from(rules->expressions[i])))
            return true;
    return false;
}

static bool parse_condition(struct call *call, const struct source *source, struct str name,
    enum expr_kind kind, struct request_expressions *out, struct err *err)
{
    const struct json *text = text_of(source, name);
    if (!text)
        return true;
    out->condition = expr_parse_condition(&call->arena, out->env, kind, text->text, err);
    return out->condition != NULL;
}

static bool parse_all(struct call *call, const struct source *source,
    struct request_expressions *out, struct err *err)
{
    const struct json *update = text_of(source, STR("UpdateExpression"));
    const struct json *keys = text_of(source, STR("KeyConditionExpression"));
    const struct json *projection = text_of(source, STR("ProjectionExpression"));
    if (update) {
        out->update = expr_parse_update(&call->arena, out->env, update->text, err);
        if (!out->update)
            return false;
    }
    if (!parse_condition(call, source, STR("ConditionExpression"), EXPR_CONDITION, out, err) ||
        !parse_condition(call, source, STR("FilterExpression"), EXPR_FILTER, out, err))
        return false;
    if (keys) {
        out->has_keys = true;
        if (!expr_parse_key_condition(&call->arena, out->env, keys->text, &out->keys, err))
            return false;
    }
    if (projection) {
        out->projection = expr_parse_projection(&call->arena, out->env, projection->text, err);
        return out->projection != NULL;
    }
    return true;
}

bool request_expressions(struct call *call, const struct json *object,
    const struct request_rules *rules, struct request_expressions *out, struct err *err)
{
    const struct source source = {object, rules};
    const struct json *names = shape_get(object, STR("ExpressionAttributeNames"));
    const struct json *values = given_values(object, rules);
    out->env = expr_env_new(&call->arena, names, values, err);
    return out->env && parse_all(call, &source, out, err) && expr_env_check_used(out->env, err);
}
