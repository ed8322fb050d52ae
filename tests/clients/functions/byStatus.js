// SPDX-License-Identifier: MIT
// Orders by their status, with and without the name that a reserved word wants.
const AWS = require('aws-sdk');
const db = new AWS.DynamoDB.DocumentClient();

exports.handler = async (event) => {
    const params = {
        TableName: 'Orders',
        IndexName: 'GSI1',
        KeyConditionExpression: 'status = :s',
        ExpressionAttributeValues: { ':s': event.status },
    };
    if (event.named) {
        params.KeyConditionExpression = '#s = :s';
        params.ExpressionAttributeNames = { '#s': 'status' };
    }
    const result = await db.query(params).promise();
    return result.Items;
};
