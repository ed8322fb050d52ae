// SPDX-License-Identifier: MIT
// What tutorials and older functions do with the document client of the SDK's version 2: a user
// service, orders by customer and by status, one table for a shop, transfers between accounts, tasks
// whose changes are watched. The argument is the server's address.
const assert = require("node:assert/strict");
const AWS = require("aws-sdk");

const endpoint = { endpoint: process.argv[2], region: "us-east-1", maxRetries: 0 };
const control = new AWS.DynamoDB(endpoint);
const db = new AWS.DynamoDB.DocumentClient(endpoint);
const streams = new AWS.DynamoDBStreams(endpoint);

// createTable("T", "partition", "sort", more): keys are strings
async function createTable(TableName, partition, sort, more = {}, attributes = []) {
    const names = [partition, sort, ...attributes].filter(Boolean);
    await control.createTable({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: partition, KeyType: "HASH" },
            ...(sort ? [{ AttributeName: sort, KeyType: "RANGE" }] : [])],
        AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
        ...more,
    }).promise();
    await control.waitFor("tableExists", { TableName, $waiter: { delay: 1, maxAttempts: 5 } }).promise();
}

async function refusal(request) {
    try {
        await request.promise();
    } catch (error) {
        assert.equal(error.requestId.length, 52);
        return error;
    }
    throw new Error("not refused");
}

async function users() {
    await createTable("Users", "userId");
    const user = { userId: "user123", name: "Alice Johnson", email: "alice@example.com",
        createdAt: new Date(0).toISOString(), active: true };
    assert.deepEqual(await db.put({ TableName: "Users", Item: user }).promise(), {});
    const Key = { userId: "user123" };
    assert.deepEqual(await db.get({ TableName: "Users", Key }).promise(), { Item: user });
    assert.deepEqual(await db.get({ TableName: "Users", Key: { userId: "none" } }).promise(), {});
    const found = await db.query({
        TableName: "Users", KeyConditionExpression: "userId = :value",
        ExpressionAttributeValues: { ":value": "user123" }, Limit: 50,
    }).promise();
    assert.deepEqual(found, { Items: [user], Count: 1, ScannedCount: 1 });
    const updates = { email: "new@example.com", age: 29 };
    const updated = await db.update({
        TableName: "Users", Key, UpdateExpression: "SET email = :val0, age = :val1",
        ExpressionAttributeValues: { ":val0": updates.email, ":val1": updates.age },
        ReturnValues: "UPDATED_NEW",
    }).promise();
    assert.deepEqual(updated, { Attributes: updates });
    // a tutorial's projection that the service refuses for its reserved word, and its remedy
    const projection = { TableName: "Users", Key, ProjectionExpression: "userId, name, email" };
    assert.equal((await refusal(db.get(projection))).message,
        "Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: name");
    projection.ProjectionExpression = "userId, #n, email";
    projection.ExpressionAttributeNames = { "#n": "name" };
    assert.deepEqual((await db.get(projection).promise()).Item,
        { userId: "user123", name: "Alice Johnson", email: "new@example.com" });
}

async function orders() {
    await createTable("Orders", "customerId", "orderId", {
        GlobalSecondaryIndexes: [{ IndexName: "GSI1", Projection: { ProjectionType: "ALL" },
            KeySchema: [{ AttributeName: "status", KeyType: "HASH" }, { AttributeName: "orderId", KeyType: "RANGE" }] }],
    }, ["status"]);
    const all = [
        { customerId: "C101", orderId: "O5001", amount: 199, status: "PENDING" },
        { customerId: "C101", orderId: "O5002", amount: 450, status: "SHIPPED" },
        { customerId: "C102", orderId: "O9001", amount: 80, status: "PENDING" },
    ];
    for (const Item of all)
        await db.put({ TableName: "Orders", Item }).promise();
    const mine = await db.query({ TableName: "Orders", KeyConditionExpression: "customerId = :c",
        ExpressionAttributeValues: { ":c": "C101" } }).promise();
    assert.deepEqual(mine.Items, all.slice(0, 2));
    const pending = { TableName: "Orders", IndexName: "GSI1", KeyConditionExpression: "status = :s",
        ExpressionAttributeValues: { ":s": "PENDING" } };
    assert.equal((await refusal(db.query(pending))).message,
        "Invalid KeyConditionExpression: Attribute name is a reserved keyword; reserved keyword: status");
    pending.KeyConditionExpression = "#s = :s";
    pending.ExpressionAttributeNames = { "#s": "status" };
    assert.deepEqual((await db.query(pending).promise()).Items, [all[0], all[2]]);
    const Key = { customerId: "C101", orderId: "O4444" };
    await db.put({ TableName: "Orders", Item: { ...Key, amount: 250 } }).promise();
    assert.deepEqual((await db.get({ TableName: "Orders", Key }).promise()).Item, { ...Key, amount: 250 });
    assert.deepEqual(await db.delete({ TableName: "Orders", Key }).promise(), {});
    assert.deepEqual(await db.get({ TableName: "Orders", Key }).promise(), {});
}

async function shop() {
    const TableName = "EcommerceTable";
    await createTable(TableName, "PK", "SK");
    const items = [
        { PK: "USER#user123", SK: "#METADATA", name: "Alice" },
        { PK: "USER#user123", SK: "ORDER#2023-05-01-001", total: 129.99 },
        { PK: "USER#user123", SK: "ORDER#2023-06-15-002", total: 30.01 },
        { PK: "ORDER#2023-05-01-001", SK: "PRODUCT#prod456", quantity: 2, price: 49.99 },
        { PK: "ORDER#2023-05-01-001", SK: "PRODUCT#prod789", quantity: 1, price: 30.01 },
        { PK: "PRODUCT#prod456", SK: "#METADATA" },
    ];
    const written = await db.batchWrite({ RequestItems: { [TableName]: items.map((Item) => ({ PutRequest: { Item } })) } }).promise();
    assert.deepEqual(written, { UnprocessedItems: {} });
    const page = await db.query({ TableName, KeyConditionExpression: "PK = :pk",
        ExpressionAttributeValues: { ":pk": "USER#user123" } }).promise();
    assert.equal(page.Items.find((item) => item.SK === "#METADATA").name, "Alice");
    assert.equal(page.Items.filter((item) => item.SK.startsWith("ORDER#")).length, 2);
    const Keys = [items[0], items[3], { PK: "none", SK: "none" }].map(({ PK, SK }) => ({ PK, SK }));
    const read = await db.batchGet({ RequestItems: { [TableName]: { Keys } } }).promise();
    assert.deepEqual(read.UnprocessedKeys, {});
    assert.deepEqual(new Set(read.Responses[TableName].map((item) => item.SK)), new Set(["#METADATA", "PRODUCT#prod456"]));
}

async function accounts() {
    const TableName = "Accounts";
    await createTable(TableName, "accountId");
    for (const [accountId, balance] of [["a", 100], ["b", 0]])
        await db.put({ TableName, Item: { accountId, balance } }).promise();
    const transfer = (amount) => db.transactWrite({ TransactItems: [
        { Update: { TableName, Key: { accountId: "a" }, UpdateExpression: "set balance = balance - :amount",
            ConditionExpression: "balance >= :amount", ExpressionAttributeValues: { ":amount": amount } } },
        { Update: { TableName, Key: { accountId: "b" }, UpdateExpression: "set balance = balance + :amount",
            ExpressionAttributeValues: { ":amount": amount } } },
    ] });
    const balances = async () => (await db.transactGet({ TransactItems: ["a", "b"].map((accountId) =>
        ({ Get: { TableName, Key: { accountId } } })) }).promise()).Responses.map(({ Item }) => Item.balance);
    await transfer(70).promise();
    assert.deepEqual(await balances(), [30, 70]);
    const refused = await refusal(transfer(70));
    assert.equal(refused.code, "TransactionCanceledException");
    assert.match(refused.message, /\[ConditionalCheckFailed, None\]$/);
    assert.deepEqual(await balances(), [30, 70]);
}

async function tasks() {
    const TableName = "TasksTable";
    await createTable(TableName, "PK", "SK",
        { StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" } });
    const task = { PK: "USER#u1", SK: "TASK#t1", taskId: "t1", title: "Write", description: "",
        status: "PENDING", priority: "MEDIUM" };
    await db.put({ TableName, Item: task }).promise();
    await db.put({ TableName, Item: { ...task, status: "DONE" } }).promise();
    await db.delete({ TableName, Key: { PK: task.PK, SK: task.SK } }).promise();
    const { Table } = await control.describeTable({ TableName }).promise();
    const StreamArn = Table.LatestStreamArn;
    const { StreamDescription } = await streams.describeStream({ StreamArn }).promise();
    const seen = [];
    for (const { ShardId } of StreamDescription.Shards) {
        const { ShardIterator } = await streams.getShardIterator(
            { StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" }).promise();
        for (const record of (await streams.getRecords({ ShardIterator }).promise()).Records) {
            const image = (name) => record.dynamodb[name] && AWS.DynamoDB.Converter.unmarshall(record.dynamodb[name]);
            seen.push([record.eventName, image("OldImage")?.status, image("NewImage")?.status]);
        }
    }
    assert.deepEqual(seen, [["INSERT", undefined, "PENDING"], ["MODIFY", "PENDING", "DONE"], ["REMOVE", "DONE", undefined]]);
    const metadata = { PK: "USER#u1", SK: "#METADATA" };
    await db.put({ TableName, Item: { ...metadata, email: "alice@example.com" } }).promise();
    assert.equal((await db.get({ TableName, Key: metadata }).promise()).Item.email, "alice@example.com");
}

(async () => {
    for (const part of [users, orders, shop, accounts, tasks])
        await part();
})().catch((error) => {
    console.error(error);
    process.exit(1);
});
