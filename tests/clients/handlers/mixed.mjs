// SPDX-License-Identifier: MIT
// Version 2 of the SDK, imported.
import AWS from 'aws-sdk';

const db = new AWS.DynamoDB.DocumentClient();

export const handler = async (event) => {
    for (const record of event.Records)
        await db.put({TableName: 'Copies', Item: {id: `mixed-${record.dynamodb.Keys.PK.S}`, seen: 1}}).promise();
};
