// SPDX-License-Identifier: MIT
// Orders by the action of the event.
const AWS = require('aws-sdk');
const db = new AWS.DynamoDB.DocumentClient();

exports.handler = async (event) => {
    const action = event.action;
    const key = { customerId: event.customerId, orderId: event.orderId };
    if (action === 'create') {
        await db.put({ TableName: 'Orders', Item: event.item }).promise();
        return { message: 'Order created' };
    }
    if (action === 'read') {
        const result = await db.get({ TableName: 'Orders', Key: key }).promise();
        return result.Item;
    }
    if (action === 'delete') {
        await db.delete({ TableName: 'Orders', Key: key }).promise();
        return { message: 'Order deleted' };
    }
    return { error: 'Invalid action' };
};
