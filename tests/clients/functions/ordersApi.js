// SPDX-License-Identifier: MIT
// An order management backend behind an API: create, read, list by customer and by status.
const AWS = require('aws-sdk');
const db = new AWS.DynamoDB.DocumentClient();

const answer = (statusCode, body) => ({
    statusCode,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
});

async function list(params) {
    return answer(200, (await db.query({ TableName: 'Orders', ...params }).promise()).Items);
}

exports.handler = async (event) => {
    const path = event.pathParameters || {};
    const query = event.queryStringParameters || {};
    switch (event.routeKey || `${event.httpMethod} ${event.resource}`) {
        case 'POST /orders':
            await db.put({ TableName: 'Orders', Item: JSON.parse(event.body) }).promise();
            return answer(201, { message: 'Order created' });
        case 'GET /orders/{customerId}/{orderId}': {
            const { Item } = await db.get({ TableName: 'Orders', Key: path }).promise();
            return Item ? answer(200, Item) : answer(404, { error: 'no such order' });
        }
        case 'GET /orders/{customerId}':
            return list({
                KeyConditionExpression: 'customerId = :c',
                ExpressionAttributeValues: { ':c': path.customerId },
            });
        case 'GET /orders':
            return list({
                IndexName: 'GSI1',
                KeyConditionExpression: '#s = :s',
                ExpressionAttributeNames: { '#s': 'status' },
                ExpressionAttributeValues: { ':s': query.status },
            });
        default:
            return answer(404, { error: 'no such route' });
    }
};
