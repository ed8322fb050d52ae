/* SPDX-License-Identifier: MIT */
/*
 * Shapes that several operations share, and the lookup of a request's shape. Tables only: how they
 * are applied is shape.c's.
 */
#include "backend/embedded/shapes.h"

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

static bool is_name(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_name_byte(text.at[i]))
            return false;
    return true; /* an empty one is a matter of its length */
}

/* Where a name is taken, the table's ARN is taken too. */
static bool is_table(struct str text)
{
    return str_starts(text, STR("arn:")) || is_name(text);
}

const struct shape shape_string = {.kind = SHAPE_STRING}, shape_long = {.kind = SHAPE_LONG},
                   shape_integer = {.kind = SHAPE_INTEGER}, shape_boolean = {.kind = SHAPE_BOOLEAN},
                   shape_timestamp = {.kind = SHAPE_TIMESTAMP};

/* An AttributeValue's members only show in texts, with some that no caller knows. */
static const struct shape value_bytes = {.kind = SHAPE_BLOB};
static const struct shape value_texts = {SHAPE_LIST, .member = &shape_string};
static const struct shape value_byte_list = {SHAPE_LIST, .member = &value_bytes};
static const struct shape value_list = {SHAPE_LIST, .member = &shape_value};
static const struct shape_field value_fields[] = {
    SHAPE_MAY("S", &shape_string),
    SHAPE_MAY("N", &shape_string),
    SHAPE_MAY("B", &value_bytes),
    SHAPE_MAY("INT", &shape_string),
    SHAPE_MAY("DECIMAL", &shape_string),
    SHAPE_MAY("DOUBLE", &shape_string),
    SHAPE_MAY("SS", &value_texts),
    SHAPE_MAY("NS", &value_texts),
    SHAPE_MAY("BS", &value_byte_list),
    SHAPE_MAY("INTSET", &value_texts),
    SHAPE_MAY("DECIMALSET", &value_texts),
    SHAPE_MAY("DOUBLESET", &value_texts),
    SHAPE_MAY("M", &shape_item),
    SHAPE_MAY("L", &value_list),
    SHAPE_MAY("NULL", &shape_boolean),
    SHAPE_MAY("BOOL", &shape_boolean),
    SHAPE_END,
};
const struct shape shape_value = {SHAPE_VALUE, "AttributeValue", .fields = value_fields};

const struct shape shape_table_name = {SHAPE_STRING, SHAPE_MIN(1), SHAPE_MAX(255), .arn_max = 1024,
    .name_min = 3, .pattern = "[a-zA-Z0-9_.-]+", .match = is_table};
const struct shape shape_new_table_name = {
    SHAPE_STRING, SHAPE_MIN(3), SHAPE_MAX(255), .pattern = "[a-zA-Z0-9_.-]+", .match = is_name};
const struct shape shape_index_name = {
    SHAPE_STRING, SHAPE_MIN(3), SHAPE_MAX(255), .pattern = "[a-zA-Z0-9_.-]+", .match = is_name};

const struct shape shape_item = {SHAPE_MAP, .member = &shape_value};
const struct shape shape_names = {SHAPE_MAP, .member = &shape_string};
const struct shape shape_name_list = {
    SHAPE_LIST, SHAPE_MIN(1), SHAPE_MAX(255), .member = &shape_string};

static const char *const capacity_values[] = {"INDEXES", "TOTAL", "NONE", NULL};
const struct shape shape_capacity = {SHAPE_STRING, .values = capacity_values};
static const char *const metrics_values[] = {"SIZE", "NONE", NULL};
const struct shape shape_metrics = {SHAPE_STRING, .values = metrics_values};
static const char *const on_failure_values[] = {"ALL_OLD", "NONE", NULL};
const struct shape shape_on_failure = {SHAPE_STRING, .values = on_failure_values};
static const char *const conditional_values[] = {"OR", "AND", NULL};
const struct shape shape_conditional_operator = {SHAPE_STRING, .values = conditional_values};

static const char *const comparison_values[] = {"IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ",
    "GT", "NOT_NULL", "NE", "LE", "BEGINS_WITH", "GE", "CONTAINS", NULL};
static const struct shape comparison = {SHAPE_STRING, .values = comparison_values};
static const struct shape_field expected_fields[] = {
    SHAPE_MAY("Value", &shape_value),
    SHAPE_MAY("Exists", &shape_boolean),
    SHAPE_MAY("ComparisonOperator", &comparison),
    SHAPE_MAY("AttributeValueList", &value_list),
    SHAPE_END,
};
static const struct shape expected_value = {
    SHAPE_STRUCT, "ExpectedAttributeValue", .fields = expected_fields};
const struct shape shape_expected = {SHAPE_MAP, .member = &expected_value};

static const struct shape_field condition_fields[] = {
    SHAPE_MAY("AttributeValueList", &value_list),
    SHAPE_MUST("ComparisonOperator", &comparison),
    SHAPE_END,
};
static const struct shape condition = {SHAPE_STRUCT, "Condition", .fields = condition_fields};
const struct shape shape_conditions = {SHAPE_MAP, .member = &condition};

static const struct shape tag_key = {SHAPE_STRING, SHAPE_MIN(1), SHAPE_MAX(128)};
static const struct shape tag_value = {SHAPE_STRING, SHAPE_MIN(0), SHAPE_MAX(256)};
static const struct shape_field tag_fields[] = {
    SHAPE_MUST("Key", &tag_key),
    SHAPE_MUST("Value", &tag_value),
    SHAPE_END,
};
static const struct shape tag = {SHAPE_STRUCT, "Tag", .fields = tag_fields};
const struct shape shape_tags = {SHAPE_LIST, .member = &tag};
const struct shape shape_tag_keys = {SHAPE_LIST, .member = &tag_key};
const struct shape shape_resource_arn = {SHAPE_STRING, SHAPE_MIN(1), SHAPE_MAX(1283)};

static const struct shape *find(const struct shape_request *group, struct str operation)
{
    for (; group->operation; group++)
        if (str_equal(operation, str_from(group->operation)))
            return group->shape;
    return NULL;
}

const struct shape *shape_of(struct str operation)
{
    const struct shape_request *const groups[] = {shapes_items, shapes_transact, shapes_statements,
        shapes_tables, shapes_streams, shapes_backups, shapes_exports};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        const struct shape *shape = find(groups[i], operation);
        if (shape)
            return shape;
    }
    return NULL;
}
