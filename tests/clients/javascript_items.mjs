// SPDX-License-Identifier: MIT
// What a program with the AWS SDK for JavaScript v3 does, against the server named by the argument.
import assert from "node:assert/strict";
import {
    ConditionalCheckFailedException, CreateTableCommand, DeleteTableCommand, DynamoDBClient,
    paginateListTables, waitUntilTableExists, waitUntilTableNotExists,
} from "@aws-sdk/client-dynamodb";
import {
    BatchWriteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand, paginateQuery,
    paginateScan,
} from "@aws-sdk/lib-dynamodb";
import {
    DescribeStreamCommand, DynamoDBStreamsClient, GetRecordsCommand, GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";

const options = { endpoint: process.argv[2], region: "eu-west-1", maxAttempts: 1 };
const client = new DynamoDBClient(options);
const documents = DynamoDBDocumentClient.from(client);
const streams = new DynamoDBStreamsClient(options);
const TableName = "Events";

const created = await client.send(new CreateTableCommand({
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }],
    AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" }, { AttributeName: "sk", AttributeType: "N" },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
}));
await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName });

const Item = {
    pk: "a", sk: 0, text: "ü\u0000\u{1f600}", bytes: new Uint8Array([0, 255]), set: new Set(["x"]),
    nested: { list: [1, null, true, { deep: [] }] },
};
await documents.send(new PutCommand({ TableName, Item }));
const read = await documents.send(new GetCommand({ TableName, Key: { pk: "a", sk: 0 } }));
assert.deepEqual(read.Item, Item);
assert.equal(read.$metadata.requestId.length, 52);

for (let batch = 0; batch < 4; batch++)
    await documents.send(new BatchWriteCommand({
        RequestItems: {
            [TableName]: Array.from({ length: 25 }, (_, i) => ({
                PutRequest: { Item: { pk: "b", sk: batch * 25 + i, even: i % 2 === 0 } },
            })),
        },
    }));
const numbers = [];
const query = { TableName, KeyConditionExpression: "pk = :b", ExpressionAttributeValues: { ":b": "b" } };
for await (const page of paginateQuery({ client: documents, pageSize: 7 }, query))
    numbers.push(...page.Items.map((item) => item.sk));
assert.deepEqual(numbers, Array.from({ length: 100 }, (_, i) => i));
let scanned = 0;
for await (const page of paginateScan({ client: documents, pageSize: 11 }, { TableName }))
    scanned += page.Count;
assert.equal(scanned, 101);

await Promise.all(Array.from({ length: 200 }, () => documents.send(new UpdateCommand({
    TableName, Key: { pk: "counter", sk: 0 }, UpdateExpression: "ADD n :one",
    ExpressionAttributeValues: { ":one": 1 },
}))));
const counter = await documents.send(new GetCommand({ TableName, Key: { pk: "counter", sk: 0 } }));
assert.equal(counter.Item.n, 200);

await assert.rejects(
    documents.send(new PutCommand({ TableName, Item, ConditionExpression: "attribute_not_exists(pk)" })),
    ConditionalCheckFailedException);

const StreamArn = created.TableDescription.LatestStreamArn;
const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
let records = 0;
for (const { ShardId } of StreamDescription.Shards) {
    let { ShardIterator } = await streams.send(
        new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" }));
    while (ShardIterator) {
        const page = await streams.send(new GetRecordsCommand({ ShardIterator, Limit: 50 }));
        records += page.Records.length;
        ShardIterator = page.Records.length ? page.NextShardIterator : undefined;
    }
}
assert.equal(records, 1 + 100 + 200);

const names = [];
for await (const page of paginateListTables({ client }, {}))
    names.push(...page.TableNames);
assert.deepEqual(names, [TableName]);
await client.send(new DeleteTableCommand({ TableName }));
await waitUntilTableNotExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName });
