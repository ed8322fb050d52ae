// SPDX-License-Identifier: MIT
// Lambda's client of the SDK for JavaScript, version 3. Usage: javascript_functions.cjs URL
const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const { mkdtempSync, readFileSync, writeFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const {
    LambdaClient, CreateFunctionCommand, CreateEventSourceMappingCommand, DeleteEventSourceMappingCommand,
    DeleteFunctionCommand, GetFunctionCommand, InvokeCommand, ListFunctionsCommand, waitUntilFunctionActiveV2,
} = require('@aws-sdk/client-lambda');
const { DynamoDBClient, CreateTableCommand, PutItemCommand } = require('@aws-sdk/client-dynamodb');

const endpoint = process.argv[2];
const options = { endpoint, region: 'eu-west-1', maxAttempts: 1 };
const lambda = new LambdaClient(options);
const dynamodb = new DynamoDBClient(options);

function zipped(text) {
    const folder = mkdtempSync(join(tmpdir(), 'zip-'));
    writeFileSync(join(folder, 'index.mjs'), text);
    execFileSync('zip', ['-q', 'f.zip', 'index.mjs'], { cwd: folder });
    const bytes = readFileSync(join(folder, 'f.zip'));
    rmSync(folder, { recursive: true });
    return bytes;
}

async function refused(name, command) {
    await assert.rejects(lambda.send(command), (error) => {
        assert.strictEqual(error.name, name);
        assert.ok(error.message.length > 0);
        return true;
    });
}

async function main() {
    let seen = 0;
    const FunctionName = 'f';
    const code = zipped(`let records = 0;
        export const handler = async (event) => {
            records += (event.Records || []).length;
            if (event.fail) throw new Error('as asked');
            return { records, event };
        };`);
    const made = await lambda.send(new CreateFunctionCommand({
        FunctionName, Runtime: 'nodejs20.x', Handler: 'index.handler', Role: 'arn:aws:iam::000000000000:role/r',
        Code: { ZipFile: code }, Timeout: 60,
    }));
    assert.strictEqual(made.State, 'Active');
    await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 30 }, { FunctionName });
    const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: '{"a":"ä"}', LogType: 'Tail' }));
    assert.deepStrictEqual(JSON.parse(answer.Payload.transformToString()), { records: 0, event: { a: 'ä' } });
    assert.match(Buffer.from(answer.LogResult, 'base64').toString(), /REPORT RequestId/);
    const failed = await lambda.send(new InvokeCommand({ FunctionName, Payload: '{"fail":true}' }));
    assert.strictEqual(failed.FunctionError, 'Unhandled');
    await refused('ResourceNotFoundException', new GetFunctionCommand({ FunctionName: 'none' }));
    await refused('ResourceConflictException', new CreateFunctionCommand({
        FunctionName, Runtime: 'nodejs20.x', Handler: 'index.handler', Role: 'r', Code: { ZipFile: code },
    }));

    const table = await dynamodb.send(new CreateTableCommand({
        TableName: 'Things', BillingMode: 'PAY_PER_REQUEST', KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    }));
    const EventSourceArn = table.TableDescription.LatestStreamArn;
    await refused('InvalidParameterValueException', new CreateEventSourceMappingCommand({
        FunctionName, EventSourceArn: EventSourceArn.replace('/Things/', '/Others/'), StartingPosition: 'LATEST',
    }));
    const { UUID } = await lambda.send(new CreateEventSourceMappingCommand({
        FunctionName, EventSourceArn, StartingPosition: 'TRIM_HORIZON',
    }));
    await dynamodb.send(new PutItemCommand({ TableName: 'Things', Item: { id: { S: 'a' } } }));
    for (const end = Date.now() + 60000; seen < 1 && Date.now() < end;) {
        const count = await lambda.send(new InvokeCommand({ FunctionName }));
        seen = JSON.parse(count.Payload.transformToString()).records;
    }
    assert.strictEqual(seen, 1);
    assert.strictEqual((await lambda.send(new DeleteEventSourceMappingCommand({ UUID }))).State, 'Deleting');
    await lambda.send(new DeleteFunctionCommand({ FunctionName }));
    assert.deepStrictEqual((await lambda.send(new ListFunctionsCommand({}))).Functions, []);
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
