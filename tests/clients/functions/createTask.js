// SPDX-License-Identifier: MIT
// POST: a task for the user whom the caller's token names.
const AWS = require('aws-sdk');
const docClient = new AWS.DynamoDB.DocumentClient();
const { v4: uuidv4 } = require('uuid');

exports.handler = async (event) => {
    try {
        const userId = event.requestContext.authorizer.claims.sub;
        const taskData = JSON.parse(event.body);
        if (!taskData.title) {
            return { statusCode: 400, body: JSON.stringify({ error: 'Task title is required' }) };
        }
        const taskId = uuidv4();
        const timestamp = new Date().toISOString();
        const task = {
            PK: `USER#${userId}`,
            SK: `TASK#${taskId}`,
            taskId,
            title: taskData.title,
            description: taskData.description || '',
            status: 'PENDING',
            priority: taskData.priority || 'MEDIUM',
            createdAt: timestamp,
            updatedAt: timestamp,
        };
        await docClient.put({ TableName: 'TasksTable', Item: task }).promise();
        return { statusCode: 201, body: JSON.stringify(task) };
    } catch (error) {
        console.error('Error creating task:', error);
        return { statusCode: 500, body: JSON.stringify({ error: 'Failed to create task' }) };
    }
};
