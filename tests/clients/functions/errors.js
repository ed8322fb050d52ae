// SPDX-License-Identifier: MIT
// Errors by their codes; a client that retries.
const AWS = require('aws-sdk');

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

exports.handler = async (event) => {
    const docClient = new AWS.DynamoDB.DocumentClient({ maxRetries: 3, retryDelayOptions: { base: 100 } });
    try {
        await docClient
            .put({
                TableName: event.tableName,
                Item: { userId: event.userId },
                ConditionExpression: 'attribute_not_exists(userId)',
            })
            .promise();
        return { statusCode: 200 };
    } catch (error) {
        if (error.code === 'ProvisionedThroughputExceededException') {
            console.log('Throughput exceeded, implementing backoff...');
            await sleep(500);
        } else if (error.code === 'ConditionalCheckFailedException') {
            console.log('Condition check failed');
            return {
                statusCode: 400,
                body: JSON.stringify({ error: 'Operation failed due to condition check' }),
            };
        }
        console.error('Unknown error:', error);
        throw error;
    }
};
