/* SPDX-License-Identifier: MIT */
/* The shapes of requests about tables: creation, change, description, tags, time to live. */
#include "backend/embedded/shapes.h"

static const char *const attribute_types[] = {"B", "N", "S", NULL};
static const struct shape attribute_type = {SHAPE_STRING, .values = attribute_types};
static const struct shape key_name = {SHAPE_STRING, SHAPE_MIN(1), SHAPE_MAX(255)};
static const struct shape_field definition_fields[] = {
    SHAPE_MUST("AttributeName", &key_name),
    SHAPE_MUST("AttributeType", &attribute_type),
    SHAPE_END,
};
static const struct shape definition = {
    SHAPE_STRUCT, "AttributeDefinition", .fields = definition_fields};
const struct shape shape_definitions = {SHAPE_LIST, .member = &definition};

static const char *const key_types[] = {"HASH", "RANGE", NULL};
static const struct shape key_type = {SHAPE_STRING, .values = key_types};
static const struct shape_field key_element_fields[] = {
    SHAPE_MUST("AttributeName", &key_name),
    SHAPE_MUST("KeyType", &key_type),
    SHAPE_END,
};
static const struct shape key_element = {
    SHAPE_STRUCT, "KeySchemaElement", .fields = key_element_fields};
const struct shape shape_key_schema = {
    SHAPE_LIST, SHAPE_MIN(1), SHAPE_MAX(2), .member = &key_element};
/* A global index may have four partition and four sort key attributes. */
static const struct shape index_key_schema = {
    SHAPE_LIST, SHAPE_MIN(1), SHAPE_MAX(8), .member = &key_element};

static const char *const projection_types[] = {"ALL", "INCLUDE", "KEYS_ONLY", NULL};
static const struct shape projection_type = {SHAPE_STRING, .values = projection_types};
static const struct shape non_key_attributes = {
    SHAPE_LIST, SHAPE_MIN(1), SHAPE_MAX(20), .member = &key_name};
static const struct shape_field projection_fields[] = {
    SHAPE_MAY("ProjectionType", &projection_type),
    SHAPE_MAY("NonKeyAttributes", &non_key_attributes),
    SHAPE_END,
};
static const struct shape projection = {SHAPE_STRUCT, "Projection", .fields = projection_fields};

static const struct shape units = {SHAPE_LONG, SHAPE_MIN(1)};
static const struct shape_field throughput_fields[] = {
    SHAPE_MUST("ReadCapacityUnits", &units),
    SHAPE_MUST("WriteCapacityUnits", &units),
    SHAPE_END,
};
const struct shape shape_throughput = {
    SHAPE_STRUCT, "ProvisionedThroughput", .fields = throughput_fields};
static const struct shape_field on_demand_fields[] = {
    SHAPE_MAY("MaxReadRequestUnits", &shape_long),
    SHAPE_MAY("MaxWriteRequestUnits", &shape_long),
    SHAPE_END,
};
const struct shape shape_on_demand = {
    SHAPE_STRUCT, "OnDemandThroughput", .fields = on_demand_fields};
static const struct shape_field warm_fields[] = {
    SHAPE_MAY("ReadUnitsPerSecond", &shape_long),
    SHAPE_MAY("WriteUnitsPerSecond", &shape_long),
    SHAPE_END,
};
static const struct shape warm = {SHAPE_STRUCT, "WarmThroughput", .fields = warm_fields};

static const struct shape_field local_fields[] = {
    SHAPE_MUST("IndexName", &shape_index_name),
    SHAPE_MUST("KeySchema", &shape_key_schema),
    SHAPE_MUST("Projection", &projection),
    SHAPE_END,
};
static const struct shape local = {SHAPE_STRUCT, "LocalSecondaryIndex", .fields = local_fields};
const struct shape shape_locals = {SHAPE_LIST, .member = &local};

#define GLOBAL_FIELDS                                                                              \
    SHAPE_MUST("IndexName", &shape_index_name), SHAPE_MUST("KeySchema", &index_key_schema),        \
        SHAPE_MUST("Projection", &projection),                                                     \
        SHAPE_MAY("ProvisionedThroughput", &shape_throughput),                                     \
        SHAPE_MAY("OnDemandThroughput", &shape_on_demand), SHAPE_MAY("WarmThroughput", &warm)

static const struct shape_field global_fields[] = {GLOBAL_FIELDS, SHAPE_END};
static const struct shape global = {SHAPE_STRUCT, "GlobalSecondaryIndex", .fields = global_fields};
const struct shape shape_globals = {SHAPE_LIST, .member = &global};

static const char *const billing_modes[] = {"PROVISIONED", "PAY_PER_REQUEST", NULL};
const struct shape shape_billing_mode = {SHAPE_STRING, .values = billing_modes};

static const char *const view_types[] = {
    "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY", NULL};
static const struct shape view_type = {SHAPE_STRING, .values = view_types};
static const struct shape_field stream_fields[] = {
    SHAPE_MUST("StreamEnabled", &shape_boolean),
    SHAPE_MAY("StreamViewType", &view_type),
    SHAPE_END,
};
static const struct shape stream = {SHAPE_STRUCT, "StreamSpecification", .fields = stream_fields};

static const char *const sse_types[] = {"AES256", "KMS", NULL};
static const struct shape sse_type = {SHAPE_STRING, .values = sse_types};
static const struct shape_field sse_fields[] = {
    SHAPE_MAY("Enabled", &shape_boolean),
    SHAPE_MAY("SSEType", &sse_type),
    SHAPE_MAY("KMSMasterKeyId", &shape_string),
    SHAPE_END,
};
const struct shape shape_sse = {SHAPE_STRUCT, "SSESpecification", .fields = sse_fields};

static const struct shape_field create_fields[] = {
    {.name = {"TableName", sizeof "TableName" - 1},
        .shape = &shape_new_table_name,
        .need = SHAPE_PARAMETER,
        .alone = true},
    SHAPE_MUST("AttributeDefinitions", &shape_definitions),
    SHAPE_MUST("KeySchema", &shape_key_schema),
    SHAPE_MAY("BillingMode", &shape_billing_mode),
    SHAPE_MAY("ProvisionedThroughput", &shape_throughput),
    SHAPE_MAY("OnDemandThroughput", &shape_on_demand),
    SHAPE_MAY("WarmThroughput", &warm),
    SHAPE_MAY("GlobalSecondaryIndexes", &shape_globals),
    SHAPE_MAY("LocalSecondaryIndexes", &shape_locals),
    SHAPE_MAY("StreamSpecification", &stream),
    SHAPE_MAY("SSESpecification", &shape_sse),
    SHAPE_MAY("Tags", &shape_tags),
    SHAPE_MAY("TableClass", &shape_string),
    SHAPE_MAY("DeletionProtectionEnabled", &shape_boolean),
    SHAPE_MAY("ResourcePolicy", &shape_string),
    SHAPE_END,
};
static const struct shape create = {SHAPE_STRUCT, "CreateTableInput", .fields = create_fields};

static const struct shape_field create_index_fields[] = {GLOBAL_FIELDS, SHAPE_END};
static const struct shape create_index = {
    SHAPE_STRUCT, "CreateGlobalSecondaryIndexAction", .fields = create_index_fields};
static const struct shape_field update_index_fields[] = {
    SHAPE_MUST("IndexName", &shape_index_name),
    SHAPE_MAY("ProvisionedThroughput", &shape_throughput),
    SHAPE_MAY("OnDemandThroughput", &shape_on_demand),
    SHAPE_MAY("WarmThroughput", &warm),
    SHAPE_END,
};
static const struct shape update_index = {
    SHAPE_STRUCT, "UpdateGlobalSecondaryIndexAction", .fields = update_index_fields};
static const struct shape_field delete_index_fields[] = {
    SHAPE_MUST("IndexName", &shape_index_name),
    SHAPE_END,
};
static const struct shape delete_index = {
    SHAPE_STRUCT, "DeleteGlobalSecondaryIndexAction", .fields = delete_index_fields};
static const struct shape_field index_update_fields[] = {
    SHAPE_MAY("Update", &update_index),
    SHAPE_MAY("Create", &create_index),
    SHAPE_MAY("Delete", &delete_index),
    SHAPE_END,
};
static const struct shape index_update = {
    SHAPE_STRUCT, "GlobalSecondaryIndexUpdate", .fields = index_update_fields};
static const struct shape index_updates = {SHAPE_LIST, .member = &index_update};

static const struct shape_field update_fields[] = {
    SHAPE_TABLE,
    SHAPE_MAY("AttributeDefinitions", &shape_definitions),
    SHAPE_MAY("BillingMode", &shape_billing_mode),
    SHAPE_MAY("ProvisionedThroughput", &shape_throughput),
    SHAPE_MAY("OnDemandThroughput", &shape_on_demand),
    SHAPE_MAY("WarmThroughput", &warm),
    SHAPE_MAY("GlobalSecondaryIndexUpdates", &index_updates),
    SHAPE_MAY("StreamSpecification", &stream),
    SHAPE_MAY("SSESpecification", &shape_sse),
    SHAPE_MAY("TableClass", &shape_string),
    SHAPE_MAY("DeletionProtectionEnabled", &shape_boolean),
    SHAPE_END,
};
static const struct shape update = {SHAPE_STRUCT, "UpdateTableInput", .fields = update_fields};

static const struct shape_field name_fields[] = {SHAPE_TABLE, SHAPE_END};
static const struct shape describe = {SHAPE_STRUCT, "DescribeTableInput", .fields = name_fields};
static const struct shape delete = {SHAPE_STRUCT, "DeleteTableInput", .fields = name_fields};
static const struct shape describe_ttl = {
    SHAPE_STRUCT, "DescribeTimeToLiveInput", .fields = name_fields};

static const struct shape list_limit = {SHAPE_INTEGER, SHAPE_MIN(1), SHAPE_MAX(100)};
static const struct shape_field list_fields[] = {
    SHAPE_MAY("ExclusiveStartTableName", &shape_index_name),
    SHAPE_MAY("Limit", &list_limit),
    SHAPE_END,
};
static const struct shape list = {SHAPE_STRUCT, "ListTablesInput", .fields = list_fields};

static const struct shape_field ttl_fields[] = {
    SHAPE_MUST("AttributeName", &key_name),
    SHAPE_MUST("Enabled", &shape_boolean),
    SHAPE_END,
};
static const struct shape ttl = {SHAPE_STRUCT, "TimeToLiveSpecification", .fields = ttl_fields};
static const struct shape_field update_ttl_fields[] = {
    SHAPE_TABLE,
    SHAPE_MUST("TimeToLiveSpecification", &ttl),
    SHAPE_END,
};
static const struct shape update_ttl = {
    SHAPE_STRUCT, "UpdateTimeToLiveInput", .fields = update_ttl_fields};

static const struct shape_field tag_fields[] = {
    SHAPE_MUST("ResourceArn", &shape_resource_arn),
    SHAPE_MUST("Tags", &shape_tags),
    SHAPE_END,
};
static const struct shape tag = {SHAPE_STRUCT, "TagResourceInput", .fields = tag_fields};
static const struct shape_field untag_fields[] = {
    SHAPE_MUST("ResourceArn", &shape_resource_arn),
    SHAPE_MUST("TagKeys", &shape_tag_keys),
    SHAPE_END,
};
static const struct shape untag = {SHAPE_STRUCT, "UntagResourceInput", .fields = untag_fields};
static const struct shape_field list_tags_fields[] = {
    SHAPE_MUST("ResourceArn", &shape_resource_arn),
    SHAPE_MAY("NextToken", &shape_string),
    SHAPE_END,
};
static const struct shape list_tags = {
    SHAPE_STRUCT, "ListTagsOfResourceInput", .fields = list_tags_fields};

static const struct shape_field no_fields[] = {SHAPE_END};
static const struct shape nothing = {SHAPE_STRUCT, .fields = no_fields};

const struct shape_request shapes_tables[] = {
    {"CreateTable", &create},
    {"UpdateTable", &update},
    {"DescribeTable", &describe},
    {"DeleteTable", &delete},
    {"ListTables", &list},
    {"DescribeTimeToLive", &describe_ttl},
    {"UpdateTimeToLive", &update_ttl},
    {"TagResource", &tag},
    {"UntagResource", &untag},
    {"ListTagsOfResource", &list_tags},
    {"DescribeLimits", &nothing},
    {"DescribeEndpoints", &nothing},
    {NULL, NULL},
};
