// SPDX-License-Identifier: MIT
// POST: a user into the table.
const AWS = require('aws-sdk');
const docClient = new AWS.DynamoDB.DocumentClient();

const answer = (statusCode, body) => ({ statusCode, body: JSON.stringify(body) });

exports.handler = async (event) => {
    try {
        const userData = JSON.parse(event.body);
        if (!userData.userId || !userData.name || !userData.email) {
            return answer(400, { error: 'Missing required fields' });
        }
        const params = {
            TableName: 'Users',
            Item: {
                userId: userData.userId,
                name: userData.name,
                email: userData.email,
                createdAt: new Date().toISOString(),
            },
        };
        await docClient.put(params).promise();
        return answer(201, { message: 'User created successfully', user: params.Item });
    } catch (error) {
        console.error('Error:', error);
        return answer(500, { error: 'Failed to create user' });
    }
};
