/* SPDX-License-Identifier: MIT */
/*
 * The operation table: what DynamoDB and DynamoDB Streams can be asked, one row each, in byte order
 * of the names so that a search halves it. Says nothing about which backend offers what: a backend
 * answers UnknownOperationException itself.
 *
 * A PartiQL statement may write, so its operations count as writing; read_only.c looks closer.
 */
#include "backend/ops.h"

enum { WRITES = 1, AGAIN = 2, CONTROL = 4 };

#define OP(operation, of, flags)                                                                   \
    {                                                                                              \
        .name = {#operation, sizeof #operation - 1}, .service = OP_##of,                           \
        .writes = ((flags)&WRITES) != 0, .idempotent = ((flags)&AGAIN) != 0,                       \
        .control = ((flags)&CONTROL) != 0                                                          \
    }

static const struct op table[] = {
    OP(BatchExecuteStatement, DYNAMODB, WRITES),
    OP(BatchGetItem, DYNAMODB, AGAIN),
    OP(BatchWriteItem, DYNAMODB, WRITES | AGAIN),
    OP(CreateBackup, DYNAMODB, WRITES | CONTROL),
    OP(CreateGlobalTable, DYNAMODB, WRITES | CONTROL),
    OP(CreateTable, DYNAMODB, WRITES | CONTROL),
    OP(DeleteBackup, DYNAMODB, WRITES | CONTROL),
    OP(DeleteItem, DYNAMODB, WRITES),
    OP(DeleteResourcePolicy, DYNAMODB, WRITES | CONTROL),
    OP(DeleteTable, DYNAMODB, WRITES | CONTROL),
    OP(DescribeBackup, DYNAMODB, AGAIN | CONTROL),
    OP(DescribeContinuousBackups, DYNAMODB, AGAIN | CONTROL),
    OP(DescribeContributorInsights, DYNAMODB, AGAIN | CONTROL),
    OP(DescribeEndpoints, DYNAMODB, AGAIN | CONTROL),
    OP(DescribeExport, DYNAMODB, AGAIN | CONTROL),
    OP(DescribeGlobalTable, DYNAMODB, AGAIN | CONTROL),
    OP(DescribeGlobalTableSettings, DYNAMODB, AGAIN | CONTROL),
    OP(DescribeImport, DYNAMODB, AGAIN | CONTROL),
    OP(DescribeKinesisStreamingDestination, DYNAMODB, AGAIN | CONTROL),
    OP(DescribeLimits, DYNAMODB, AGAIN | CONTROL),
    OP(DescribeStream, STREAMS, AGAIN | CONTROL),
    OP(DescribeTable, DYNAMODB, AGAIN | CONTROL),
    OP(DescribeTableReplicaAutoScaling, DYNAMODB, AGAIN | CONTROL),
    OP(DescribeTimeToLive, DYNAMODB, AGAIN | CONTROL),
    OP(DisableKinesisStreamingDestination, DYNAMODB, WRITES | CONTROL),
    OP(EnableKinesisStreamingDestination, DYNAMODB, WRITES | CONTROL),
    OP(ExecuteStatement, DYNAMODB, WRITES),
    OP(ExecuteTransaction, DYNAMODB, WRITES),
    OP(ExportTableToPointInTime, DYNAMODB, WRITES | CONTROL),
    OP(GetItem, DYNAMODB, AGAIN),
    OP(GetRecords, STREAMS, AGAIN),
    OP(GetResourcePolicy, DYNAMODB, AGAIN | CONTROL),
    OP(GetShardIterator, STREAMS, AGAIN),
    OP(ImportTable, DYNAMODB, WRITES | CONTROL),
    OP(ListBackups, DYNAMODB, AGAIN | CONTROL),
    OP(ListContributorInsights, DYNAMODB, AGAIN | CONTROL),
    OP(ListExports, DYNAMODB, AGAIN | CONTROL),
    OP(ListGlobalTables, DYNAMODB, AGAIN | CONTROL),
    OP(ListImports, DYNAMODB, AGAIN | CONTROL),
    OP(ListStreams, STREAMS, AGAIN | CONTROL),
    OP(ListTables, DYNAMODB, AGAIN | CONTROL),
    OP(ListTagsOfResource, DYNAMODB, AGAIN | CONTROL),
    OP(PutItem, DYNAMODB, WRITES),
    OP(PutResourcePolicy, DYNAMODB, WRITES | CONTROL),
    OP(Query, DYNAMODB, AGAIN),
    OP(RestoreTableFromBackup, DYNAMODB, WRITES | CONTROL),
    OP(RestoreTableToPointInTime, DYNAMODB, WRITES | CONTROL),
    OP(Scan, DYNAMODB, AGAIN),
    OP(SearchVectors, DYNAMODB, AGAIN),
    OP(TagResource, DYNAMODB, WRITES | AGAIN | CONTROL),
    OP(TransactGetItems, DYNAMODB, AGAIN),
    OP(TransactWriteItems, DYNAMODB, WRITES),
    OP(UntagResource, DYNAMODB, WRITES | AGAIN | CONTROL),
    OP(UpdateContinuousBackups, DYNAMODB, WRITES | CONTROL),
    OP(UpdateContributorInsights, DYNAMODB, WRITES | CONTROL),
    OP(UpdateGlobalTable, DYNAMODB, WRITES | CONTROL),
    OP(UpdateGlobalTableSettings, DYNAMODB, WRITES | CONTROL),
    OP(UpdateItem, DYNAMODB, WRITES),
    OP(UpdateKinesisStreamingDestination, DYNAMODB, WRITES | CONTROL),
    OP(UpdateTable, DYNAMODB, WRITES | CONTROL),
    OP(UpdateTableReplicaAutoScaling, DYNAMODB, WRITES | CONTROL),
    OP(UpdateTimeToLive, DYNAMODB, WRITES | CONTROL),
};

enum { COUNT = sizeof table / sizeof *table };

const struct op *op_find(struct str name)
{
    size_t low = 0, high = COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(name, table[middle].name);
        if (order == 0)
            return &table[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct op *op_all(size_t *count)
{
    *count = COUNT;
    return table;
}
