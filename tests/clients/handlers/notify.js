// SPDX-License-Identifier: MIT
// Publishes a change of an item's status to a topic, for the address that another item has.
const AWS = require('aws-sdk');
const sns = new AWS.SNS();

exports.handler = async (event) => {
    try {
        for (const record of event.Records) {
            if (record.eventName !== 'INSERT' && record.eventName !== 'MODIFY') continue;
            const task = AWS.DynamoDB.Converter.unmarshall(record.dynamodb.NewImage);
            if (record.eventName !== 'MODIFY') continue;
            const before = AWS.DynamoDB.Converter.unmarshall(record.dynamodb.OldImage);
            if (task.status === before.status) continue;
            const message = {task: task.SK, from: before.status, to: task.status};
            await sns.publish({
                TopicArn: process.env.NOTIFICATION_TOPIC_ARN,
                Message: JSON.stringify(message),
                MessageAttributes: {
                    'email': {DataType: 'String', StringValue: await addressOf(task.PK)}
                }
            }).promise();
            console.log('published:', message);
        }
        return {status: 'Success'};
    } catch (error) {
        console.error('not published:', error);
        throw error;
    }
};

async function addressOf(PK) {
    const client = new AWS.DynamoDB.DocumentClient();
    const result = await client.get({TableName: 'Tasks', Key: {PK, SK: '#METADATA'}}).promise();
    return result.Item.email;
}
