/* SPDX-License-Identifier: MIT */
/* The shapes of requests that read streams. */
#include "backend/embedded/shapes.h"

static const struct shape stream_arn = {SHAPE_STRING, SHAPE_MIN(37), SHAPE_MAX(1024)};
static const struct shape shard_id = {SHAPE_STRING, SHAPE_MIN(28), SHAPE_MAX(65)};
static const struct shape sequence = {SHAPE_STRING, SHAPE_MIN(21), SHAPE_MAX(40)};
static const struct shape page = {SHAPE_INTEGER, SHAPE_MIN(1), SHAPE_MAX(100)};
static const struct shape records = {SHAPE_INTEGER, SHAPE_MIN(1), SHAPE_MAX(1000)};
static const struct shape iterator = {SHAPE_STRING, SHAPE_MIN(1), SHAPE_MAX(2048)};

static const char *const positions[] = {
    "TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", NULL};
static const struct shape position = {SHAPE_STRING, .values = positions};

static const struct shape_field list_fields[] = {
    SHAPE_MAY("TableName", &shape_index_name),
    SHAPE_MAY("Limit", &page),
    SHAPE_MAY("ExclusiveStartStreamArn", &stream_arn),
    SHAPE_END,
};
static const struct shape list = {SHAPE_STRUCT, "ListStreamsInput", .fields = list_fields};

static const char *const filter_types[] = {"CHILD_SHARDS", NULL};
static const struct shape filter_type = {SHAPE_STRING, .values = filter_types};
static const struct shape_field filter_fields[] = {
    SHAPE_MAY("Type", &filter_type),
    SHAPE_MAY("ShardId", &shard_id),
    SHAPE_END,
};
static const struct shape filter = {SHAPE_STRUCT, "ShardFilter", .fields = filter_fields};

static const struct shape_field describe_fields[] = {
    SHAPE_MUST("StreamArn", &stream_arn),
    SHAPE_MAY("Limit", &page),
    SHAPE_MAY("ExclusiveStartShardId", &shard_id),
    SHAPE_MAY("ShardFilter", &filter),
    SHAPE_END,
};
static const struct shape describe = {
    SHAPE_STRUCT, "DescribeStreamInput", .fields = describe_fields};

static const struct shape_field iterator_fields[] = {
    SHAPE_MUST("StreamArn", &stream_arn),
    SHAPE_MUST("ShardId", &shard_id),
    SHAPE_MUST("ShardIteratorType", &position),
    SHAPE_MAY("SequenceNumber", &sequence),
    SHAPE_END,
};
static const struct shape get_iterator = {
    SHAPE_STRUCT, "GetShardIteratorInput", .fields = iterator_fields};

static const struct shape_field records_fields[] = {
    SHAPE_MUST("ShardIterator", &iterator),
    SHAPE_MAY("Limit", &records),
    SHAPE_END,
};
static const struct shape get_records = {SHAPE_STRUCT, "GetRecordsInput", .fields = records_fields};

const struct shape_request shapes_streams[] = {
    {"ListStreams", &list},
    {"DescribeStream", &describe},
    {"GetShardIterator", &get_iterator},
    {"GetRecords", &get_records},
    {NULL, NULL},
};
