/* SPDX-License-Identifier: MIT */
/*
 * The shapes of requests that read and write items. Fields stand in the order in which the service
 * reports them.
 */
#include "backend/embedded/shapes.h"

static const char *const return_values_names[] = {
    "ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW", NULL};
static const struct shape return_values = {SHAPE_STRING, .values = return_values_names};

/* As the service names them, the odd one included, where it does not say whose they are. */
static const char *const newer_returns[] = {
    "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATE_NEW", "NONE", NULL};
static const char *const newer_operators[] = {"ALL", "OR", NULL};

static const char *const select_names[] = {
    "SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", NULL};
static const struct shape select_shape = {SHAPE_STRING, .values = select_names};

static const struct shape limit = {SHAPE_INTEGER, SHAPE_MIN(1)};
static const struct shape segment = {SHAPE_INTEGER, SHAPE_MIN(0), SHAPE_MAX(999999)};
static const struct shape segments = {SHAPE_INTEGER, SHAPE_MIN(1), SHAPE_MAX(1000000)};

#define FIELD(text) .name = {text, sizeof text - 1}

#define EXPRESSION_FIELDS                                                                          \
    SHAPE_MAY("ConditionExpression", &shape_string),                                               \
        SHAPE_MAY("ExpressionAttributeNames", &shape_names),                                       \
        SHAPE_MAY("ExpressionAttributeValues", &shape_item)

/* Of all operations that write one item; UpdateItem reports its ReturnValues alone. */
#define WRITE_FIELDS(returns_alone)                                                                \
    SHAPE_MAY("ReturnConsumedCapacity", &shape_capacity), SHAPE_TABLE,                             \
        {FIELD("ReturnValues"), .shape = &return_values, .newer = newer_returns,                   \
            .alone = (returns_alone)},                                                             \
        SHAPE_MAY("ReturnItemCollectionMetrics", &shape_metrics),                                  \
        SHAPE_MAY("ReturnValuesOnConditionCheckFailure", &shape_on_failure),                       \
    {                                                                                              \
        FIELD("ConditionalOperator"), .shape = &shape_conditional_operator,                        \
                                      .newer = newer_operators                                     \
    }

static const struct shape_field put_fields[] = {
    WRITE_FIELDS(false),
    SHAPE_MUST("Item", &shape_item),
    EXPRESSION_FIELDS,
    SHAPE_MAY("Expected", &shape_expected),
    SHAPE_END,
};
static const struct shape put = {
    SHAPE_STRUCT, "PutItemInput", .fields = put_fields, .two_ways = true};

static const struct shape_field delete_fields[] = {
    WRITE_FIELDS(false),
    SHAPE_MUST("Key", &shape_item),
    EXPRESSION_FIELDS,
    SHAPE_MAY("Expected", &shape_expected),
    SHAPE_END,
};
static const struct shape delete = {
    SHAPE_STRUCT, "DeleteItemInput", .fields = delete_fields, .two_ways = true};

static const char *const action_names[] = {"ADD", "DELETE", "PUT", NULL};
static const struct shape action = {SHAPE_STRING, .values = action_names};
static const struct shape_field attribute_update_fields[] = {
    SHAPE_MAY("Value", &shape_value),
    SHAPE_MAY("Action", &action),
    SHAPE_END,
};
static const struct shape attribute_update = {
    SHAPE_STRUCT, "AttributeValueUpdate", .fields = attribute_update_fields};
static const struct shape attribute_updates = {SHAPE_MAP, .member = &attribute_update};

static const struct shape_field update_fields[] = {
    WRITE_FIELDS(true),
    SHAPE_MUST("Key", &shape_item),
    EXPRESSION_FIELDS,
    SHAPE_MAY("UpdateExpression", &shape_string),
    SHAPE_MAY("AttributeUpdates", &attribute_updates),
    SHAPE_MAY("Expected", &shape_expected),
    SHAPE_END,
};
static const struct shape update = {
    SHAPE_STRUCT, "UpdateItemInput", .fields = update_fields, .two_ways = true};

static const struct shape_field get_fields[] = {
    SHAPE_TABLE,
    SHAPE_MUST("Key", &shape_item),
    SHAPE_MAY("ReturnConsumedCapacity", &shape_capacity),
    SHAPE_MAY("AttributesToGet", &shape_name_list),
    SHAPE_MAY("ConsistentRead", &shape_boolean),
    SHAPE_MAY("ProjectionExpression", &shape_string),
    SHAPE_MAY("ExpressionAttributeNames", &shape_names),
    SHAPE_END,
};
static const struct shape get = {SHAPE_STRUCT, "GetItemInput", .fields = get_fields};

#define READ_FIELDS                                                                                \
    SHAPE_MAY("ReturnConsumedCapacity", &shape_capacity),                                          \
        SHAPE_MAY("AttributesToGet", &shape_name_list), SHAPE_MAY("IndexName", &shape_index_name), \
        SHAPE_MAY("Select", &select_shape), SHAPE_MAY("ConsistentRead", &shape_boolean),           \
        SHAPE_MAY("ExclusiveStartKey", &shape_item),                                               \
        SHAPE_MAY("ProjectionExpression", &shape_string),                                          \
        SHAPE_MAY("FilterExpression", &shape_string),                                              \
        SHAPE_MAY("ExpressionAttributeNames", &shape_names),                                       \
        SHAPE_MAY("ExpressionAttributeValues", &shape_item)

/* The service words a Query's Limit in its own way. */
static const struct shape_field query_fields[] = {
    SHAPE_TABLE,
    {FIELD("Limit"), .shape = &limit, .terse = true},
    READ_FIELDS,
    {FIELD("ConditionalOperator"), .shape = &shape_conditional_operator, .newer = newer_operators,
        .alone = true, .bare = true},
    SHAPE_MAY("ScanIndexForward", &shape_boolean),
    SHAPE_MAY("KeyConditionExpression", &shape_string),
    SHAPE_MAY("KeyConditions", &shape_conditions),
    SHAPE_MAY("QueryFilter", &shape_conditions),
    SHAPE_END,
};
static const struct shape query = {SHAPE_STRUCT, "QueryInput", .fields = query_fields};

static const struct shape_field scan_fields[] = {
    SHAPE_TABLE,
    SHAPE_MAY("Limit", &limit),
    READ_FIELDS,
    SHAPE_MAY("ConditionalOperator", &shape_conditional_operator),
    SHAPE_MAY("Segment", &segment),
    SHAPE_MAY("TotalSegments", &segments),
    SHAPE_MAY("ScanFilter", &shape_conditions),
    SHAPE_END,
};
static const struct shape scan = {SHAPE_STRUCT, "ScanInput", .fields = scan_fields};

static const struct shape keys = {SHAPE_LIST, SHAPE_MIN(1), SHAPE_MAX(100), .member = &shape_item};
static const struct shape_field keys_fields[] = {
    SHAPE_TERSE("Keys", &keys),
    SHAPE_MAY("AttributesToGet", &shape_name_list),
    SHAPE_MAY("ConsistentRead", &shape_boolean),
    SHAPE_MAY("ProjectionExpression", &shape_string),
    SHAPE_MAY("ExpressionAttributeNames", &shape_names),
    SHAPE_END,
};
static const struct shape keys_and_attributes = {
    SHAPE_STRUCT, "KeysAndAttributes", .fields = keys_fields};
static const struct shape get_map = {SHAPE_MAP, SHAPE_MIN(1), SHAPE_MAX(100),
    .member = &keys_and_attributes, .key = &shape_table_name};
static const struct shape_field batch_get_fields[] = {
    {FIELD("RequestItems"), .shape = &get_map, .need = SHAPE_REQUIRED, .terse = true,
        .as_json = true},
    SHAPE_MAY("ReturnConsumedCapacity", &shape_capacity),
    SHAPE_END,
};
static const struct shape batch_get = {
    SHAPE_STRUCT, "BatchGetItemInput", .fields = batch_get_fields};

static const struct shape_field put_request_fields[] = {
    SHAPE_MUST("Item", &shape_item),
    SHAPE_MAY("WorkloadProfileName", &shape_string), /* undocumented, but shown in texts */
    SHAPE_END,
};
static const struct shape put_request = {SHAPE_STRUCT, "PutRequest", .fields = put_request_fields};
static const struct shape_field delete_request_fields[] = {
    SHAPE_MUST("Key", &shape_item),
    SHAPE_END,
};
static const struct shape delete_request = {
    SHAPE_STRUCT, "DeleteRequest", .fields = delete_request_fields};
static const struct shape_field write_request_fields[] = {
    SHAPE_MAY("PutRequest", &put_request),
    SHAPE_MAY("DeleteRequest", &delete_request),
    SHAPE_END,
};
static const struct shape write_request = {
    SHAPE_STRUCT, "WriteRequest", .fields = write_request_fields};
static const struct shape write_list = {
    SHAPE_LIST, SHAPE_MIN(1), SHAPE_MAX(25), .member = &write_request};
static const struct shape write_map = {
    SHAPE_MAP, SHAPE_MIN(1), SHAPE_MAX(25), .member = &write_list, .key = &shape_table_name};
static const struct shape_field batch_write_fields[] = {
    {FIELD("RequestItems"), .shape = &write_map, .need = SHAPE_REQUIRED, .terse = true,
        .late = true},
    SHAPE_MAY("ReturnConsumedCapacity", &shape_capacity),
    SHAPE_MAY("ReturnItemCollectionMetrics", &shape_metrics),
    SHAPE_END,
};
static const struct shape batch_write = {
    SHAPE_STRUCT, "BatchWriteItemInput", .fields = batch_write_fields};

const struct shape_request shapes_items[] = {
    {"PutItem", &put},
    {"GetItem", &get},
    {"UpdateItem", &update},
    {"DeleteItem", &delete},
    {"Query", &query},
    {"Scan", &scan},
    {"BatchGetItem", &batch_get},
    {"BatchWriteItem", &batch_write},
    {NULL, NULL},
};
