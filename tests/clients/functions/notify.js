// SPDX-License-Identifier: MIT
// Tells of tasks whose status changed.
const AWS = require('aws-sdk');
const sns = new AWS.SNS();

exports.handler = async (event) => {
    try {
        for (const record of event.Records) {
            if (record.eventName !== 'INSERT' && record.eventName !== 'MODIFY') {
                continue;
            }
            const newTask = AWS.DynamoDB.Converter.unmarshall(record.dynamodb.NewImage);
            if (record.eventName === 'MODIFY') {
                const oldTask = AWS.DynamoDB.Converter.unmarshall(record.dynamodb.OldImage);
                if (newTask.status !== oldTask.status) {
                    const userId = newTask.PK.split('#')[1];
                    const userEmail = await getUserEmail(userId);
                    const message = { userId, taskId: newTask.taskId, title: newTask.title, newStatus: newTask.status };
                    await sns
                        .publish({
                            TopicArn: process.env.NOTIFICATION_TOPIC_ARN,
                            Message: JSON.stringify(message),
                            MessageAttributes: { email: { DataType: 'String', StringValue: userEmail } },
                        })
                        .promise();
                    console.log('Notification sent for task status change:', message);
                }
            }
        }
        return { status: 'Success' };
    } catch (error) {
        console.error('Error processing task notifications:', error);
        throw error;
    }
};

async function getUserEmail(userId) {
    const docClient = new AWS.DynamoDB.DocumentClient();
    const key = { PK: `USER#${userId}`, SK: '#METADATA' };
    return (await docClient.get({ TableName: 'TasksTable', Key: key }).promise()).Item.email;
}
