/* SPDX-License-Identifier: MIT */
/*
 * The shapes of PartiQL requests. Fields stand in the order in which the service reports them.
 */
#include "backend/embedded/shapes.h"

static const struct shape text = {SHAPE_STRING, SHAPE_MIN(1), SHAPE_MAX(8192)};
static const struct shape parameters = {SHAPE_LIST, SHAPE_MIN(1), .member = &shape_value};
static const struct shape next_token = {SHAPE_STRING, SHAPE_MIN(1), SHAPE_MAX(32768)};
static const struct shape limit = {SHAPE_INTEGER, SHAPE_MIN(1)};
static const struct shape request_token = {SHAPE_STRING, SHAPE_MIN(1), SHAPE_MAX(36)};

static const struct shape_field execute_fields[] = {
    SHAPE_MUST("Statement", &text),
    SHAPE_MAY("Parameters", &parameters),
    SHAPE_MAY("ConsistentRead", &shape_boolean),
    SHAPE_MAY("NextToken", &next_token),
    SHAPE_MAY("ReturnConsumedCapacity", &shape_capacity),
    SHAPE_MAY("Limit", &limit),
    SHAPE_MAY("ReturnValuesOnConditionCheckFailure", &shape_on_failure),
    SHAPE_END,
};
static const struct shape execute = {
    SHAPE_STRUCT, "ExecuteStatementInput", .fields = execute_fields};

static const struct shape_field member_fields[] = {
    SHAPE_MUST("Statement", &text),
    SHAPE_MAY("Parameters", &parameters),
    SHAPE_MAY("ConsistentRead", &shape_boolean),
    SHAPE_MAY("ReturnValuesOnConditionCheckFailure", &shape_on_failure),
    SHAPE_END,
};
static const struct shape member = {SHAPE_STRUCT, "BatchStatementRequest", .fields = member_fields};
static const struct shape members = {SHAPE_LIST, SHAPE_MIN(1), SHAPE_MAX(25), .member = &member};

static const struct shape_field batch_fields[] = {
    SHAPE_MUST("Statements", &members),
    SHAPE_MAY("ReturnConsumedCapacity", &shape_capacity),
    SHAPE_END,
};
static const struct shape batch = {
    SHAPE_STRUCT, "BatchExecuteStatementInput", .fields = batch_fields};

static const struct shape_field action_fields[] = {
    SHAPE_MUST("Statement", &text),
    SHAPE_MAY("Parameters", &parameters),
    SHAPE_MAY("ReturnValuesOnConditionCheckFailure", &shape_on_failure),
    SHAPE_END,
};
static const struct shape action = {
    SHAPE_STRUCT, "ParameterizedStatement", .fields = action_fields};
static const struct shape actions = {SHAPE_LIST, SHAPE_MIN(1), SHAPE_MAX(100), .member = &action};

static const struct shape_field transaction_fields[] = {
    SHAPE_MUST("TransactStatements", &actions),
    SHAPE_MAY("ClientRequestToken", &request_token),
    SHAPE_MAY("ReturnConsumedCapacity", &shape_capacity),
    SHAPE_END,
};
static const struct shape transaction = {
    SHAPE_STRUCT, "ExecuteTransactionInput", .fields = transaction_fields};

const struct shape_request shapes_statements[] = {
    {"ExecuteStatement", &execute},
    {"BatchExecuteStatement", &batch},
    {"ExecuteTransaction", &transaction},
    {NULL, NULL},
};
