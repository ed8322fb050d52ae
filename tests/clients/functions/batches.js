// SPDX-License-Identifier: MIT
// Batches and a transaction.
const AWS = require('aws-sdk');
const docClient = new AWS.DynamoDB.DocumentClient();

async function batchGetItems(tableName, keys) {
    const result = await docClient.batchGet({ RequestItems: { [tableName]: { Keys: keys } } }).promise();
    return result.Responses[tableName];
}

async function batchWriteItems(tableName, items) {
    const putRequests = items.map((item) => ({ PutRequest: { Item: item } }));
    return docClient.batchWrite({ RequestItems: { [tableName]: putRequests } }).promise();
}

const change = (accountId, expression, amount, more = {}) => ({
    Update: {
        TableName: 'Accounts',
        Key: { accountId },
        UpdateExpression: expression,
        ExpressionAttributeValues: { ':amount': amount },
        ...more,
    },
});

async function transferFunds(fromAccountId, toAccountId, amount) {
    const params = {
        TransactItems: [
            change(fromAccountId, 'set balance = balance - :amount', amount, {
                ConditionExpression: 'balance >= :amount',
            }),
            change(toAccountId, 'set balance = balance + :amount', amount),
        ],
    };
    return docClient.transactWrite(params).promise();
}

exports.handler = async (event) => {
    if (event.items) {
        await batchWriteItems('Accounts', event.items);
        return 'written';
    }
    if (event.keys) {
        return batchGetItems('Accounts', event.keys);
    }
    try {
        await transferFunds(event.from, event.to, event.amount);
        return 'transferred';
    } catch (error) {
        if (error.code !== 'TransactionCanceledException') {
            throw error;
        }
        return error.code;
    }
};
