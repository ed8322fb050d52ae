// SPDX-License-Identifier: MIT
// A user with all orders, from one table: the path names the user.
const AWS = require('aws-sdk');

exports.handler = async (event) => {
    const { userId } = event.pathParameters;
    const docClient = new AWS.DynamoDB.DocumentClient();
    try {
        const params = {
            TableName: 'EcommerceTable',
            KeyConditionExpression: 'PK = :pk',
            ExpressionAttributeValues: { ':pk': `USER#${userId}` },
        };
        const result = await docClient.query(params).promise();
        const user = result.Items.find((item) => item.SK === '#METADATA');
        const orders = result.Items.filter((item) => item.SK.startsWith('ORDER#'));
        return { statusCode: 200, body: JSON.stringify({ user, orders }) };
    } catch (error) {
        console.error('Error:', error);
        return { statusCode: 500, body: JSON.stringify({ error: 'Failed to retrieve user data' }) };
    }
};
