/* SPDX-License-Identifier: MIT */
/*
 * The shapes of transactions. Fields stand in the order in which the service reports them.
 */
#include "backend/embedded/shapes.h"

#define CONDITION_FIELDS                                                                           \
    SHAPE_MAY("ReturnValuesOnConditionCheckFailure", &shape_on_failure),                           \
        SHAPE_MAY("ExpressionAttributeNames", &shape_names),                                       \
        SHAPE_MAY("ExpressionAttributeValues", &shape_item)

static const struct shape_field put_fields[] = {
    SHAPE_MUST("TableName", &shape_table_name),
    SHAPE_MUST("Item", &shape_item),
    SHAPE_MAY("ConditionExpression", &shape_string),
    CONDITION_FIELDS,
    SHAPE_END,
};
static const struct shape put = {SHAPE_STRUCT, "Put", .fields = put_fields};

static const struct shape_field update_fields[] = {
    SHAPE_MUST("TableName", &shape_table_name),
    SHAPE_MUST("Key", &shape_item),
    SHAPE_MUST("UpdateExpression", &shape_string),
    SHAPE_MAY("ConditionExpression", &shape_string),
    CONDITION_FIELDS,
    SHAPE_END,
};
static const struct shape update = {SHAPE_STRUCT, "Update", .fields = update_fields};

static const struct shape_field delete_fields[] = {
    SHAPE_MUST("TableName", &shape_table_name),
    SHAPE_MUST("Key", &shape_item),
    SHAPE_MAY("ConditionExpression", &shape_string),
    CONDITION_FIELDS,
    SHAPE_END,
};
static const struct shape delete = {SHAPE_STRUCT, "Delete", .fields = delete_fields};

static const struct shape_field check_fields[] = {
    SHAPE_MUST("TableName", &shape_table_name),
    SHAPE_MUST("Key", &shape_item),
    SHAPE_MUST("ConditionExpression", &shape_string),
    CONDITION_FIELDS,
    SHAPE_END,
};
static const struct shape check = {SHAPE_STRUCT, "ConditionCheck", .fields = check_fields};

static const struct shape_field write_item_fields[] = {
    SHAPE_MAY("ConditionCheck", &check),
    SHAPE_MAY("Put", &put),
    SHAPE_MAY("Delete", &delete),
    SHAPE_MAY("Update", &update),
    SHAPE_END,
};
static const struct shape write_item = {
    SHAPE_STRUCT, "TransactWriteItem", .fields = write_item_fields};
static const struct shape write_items = {
    SHAPE_LIST, SHAPE_MIN(1), SHAPE_MAX(100), .member = &write_item};

static const struct shape token = {SHAPE_STRING, SHAPE_MIN(1), SHAPE_MAX(36)};

static const struct shape_field write_fields[] = {
    SHAPE_TERSE("TransactItems", &write_items),
    SHAPE_MAY("ClientRequestToken", &token),
    SHAPE_MAY("ReturnConsumedCapacity", &shape_capacity),
    SHAPE_MAY("ReturnItemCollectionMetrics", &shape_metrics),
    SHAPE_END,
};
static const struct shape transact_write = {
    SHAPE_STRUCT, "TransactWriteItemsInput", .fields = write_fields};

static const struct shape_field get_fields[] = {
    SHAPE_MUST("TableName", &shape_table_name),
    SHAPE_MUST("Key", &shape_item),
    SHAPE_MAY("ProjectionExpression", &shape_string),
    SHAPE_MAY("ExpressionAttributeNames", &shape_names),
    SHAPE_END,
};
static const struct shape get = {SHAPE_STRUCT, "Get", .fields = get_fields};
static const struct shape_field get_item_fields[] = {
    SHAPE_MUST("Get", &get),
    SHAPE_END,
};
static const struct shape get_item = {SHAPE_STRUCT, "TransactGetItem", .fields = get_item_fields};
static const struct shape get_items = {
    SHAPE_LIST, SHAPE_MIN(1), SHAPE_MAX(100), .member = &get_item};
static const struct shape_field gets_fields[] = {
    SHAPE_TERSE("TransactItems", &get_items),
    SHAPE_MAY("ReturnConsumedCapacity", &shape_capacity),
    SHAPE_END,
};
static const struct shape transact_get = {
    SHAPE_STRUCT, "TransactGetItemsInput", .fields = gets_fields};

const struct shape_request shapes_transact[] = {
    {"TransactWriteItems", &transact_write},
    {"TransactGetItems", &transact_get},
    {NULL, NULL},
};
