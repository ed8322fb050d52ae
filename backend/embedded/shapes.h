/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_SHAPES_H
#define BACKEND_EMBEDDED_SHAPES_H

#include "backend/embedded/shape.h"

/*
 * Shapes that several operations share (shapes.c), and the requests by group (shapes_*.c). Each
 * group is a list of operation and shape, ended by NULL.
 */
struct shape_request {
    const char *operation;
    const struct shape *shape;
};

extern const struct shape_request shapes_items[], shapes_transact[], shapes_statements[],
    shapes_tables[], shapes_streams[], shapes_backups[], shapes_exports[];

extern const struct shape shape_string, shape_long, shape_integer, shape_boolean, shape_value;
extern const struct shape shape_timestamp;
/* A table's name or ARN as most operations take it, and as those that create one do. */
extern const struct shape shape_table_name, shape_new_table_name, shape_index_name;
extern const struct shape shape_item;       /* map of attribute values */
extern const struct shape shape_names;      /* ExpressionAttributeNames */
extern const struct shape shape_name_list;  /* AttributesToGet */
extern const struct shape shape_expected;   /* legacy Expected */
extern const struct shape shape_conditions; /* legacy KeyConditions, QueryFilter, ScanFilter */
extern const struct shape shape_conditional_operator;
extern const struct shape shape_capacity;   /* ReturnConsumedCapacity */
extern const struct shape shape_metrics;    /* ReturnItemCollectionMetrics */
extern const struct shape shape_on_failure; /* ReturnValuesOnConditionCheckFailure */
extern const struct shape shape_tags, shape_tag_keys, shape_resource_arn;
/* of a table that is made (shapes_tables.c) */
extern const struct shape shape_billing_mode, shape_globals, shape_locals, shape_throughput,
    shape_on_demand, shape_sse, shape_definitions, shape_key_schema;

#define SHAPE_TABLE                                                                                \
    {                                                                                              \
        .name = {"TableName", sizeof "TableName" - 1}, .shape = &shape_table_name,                 \
        .need = SHAPE_REQUIRED, .alone = true, .terse = true                                       \
    }

#endif
