// SPDX-License-Identifier: MIT
// Version 3 of the SDK reads its endpoint from the environment.
import {DynamoDBClient} from '@aws-sdk/client-dynamodb';
import {DynamoDBDocumentClient, PutCommand} from '@aws-sdk/lib-dynamodb';

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export const handler = async (event) => {
    for (const record of event.Records)
        await client.send(new PutCommand({
            TableName: 'Copies',
            Item: {id: `modern-${record.dynamodb.Keys.PK.S}`, seen: record.eventName}
        }));
};
