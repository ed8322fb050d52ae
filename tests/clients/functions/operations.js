// SPDX-License-Identifier: MIT
// get, query, update by what the body asks for.
const AWS = require('aws-sdk');
const docClient = new AWS.DynamoDB.DocumentClient();

async function getItem(tableName, keyValue, keyName = 'id') {
    const result = await docClient.get({ TableName: tableName, Key: { [keyName]: keyValue } }).promise();
    return result.Item;
}

async function queryItems(tableName, keyValue, keyName, limit = 50) {
    const params = {
        TableName: tableName,
        KeyConditionExpression: `${keyName} = :value`,
        ExpressionAttributeValues: { ':value': keyValue },
        Limit: limit,
    };
    return (await docClient.query(params).promise()).Items;
}

async function updateItem(tableName, key, updates) {
    const names = Object.keys(updates);
    const values = {};
    names.forEach((name, index) => {
        values[`:val${index}`] = updates[name];
    });
    const params = {
        TableName: tableName,
        Key: key,
        UpdateExpression: 'SET ' + names.map((name, index) => `${name} = :val${index}`).join(', '),
        ExpressionAttributeValues: values,
        ReturnValues: 'UPDATED_NEW',
    };
    return (await docClient.update(params).promise()).Attributes;
}

exports.handler = async (event) => {
    try {
        const { operation, tableName, payload } = JSON.parse(event.body);
        let response;
        switch (operation) {
            case 'GET':
                response = await getItem(tableName, payload.id);
                break;
            case 'QUERY':
                response = await queryItems(tableName, payload.value, payload.keyName);
                break;
            case 'UPDATE':
                response = await updateItem(tableName, payload.key, payload.updates);
                break;
            default:
                throw new Error(`Unsupported operation: ${operation}`);
        }
        return { statusCode: 200, body: JSON.stringify(response) };
    } catch (error) {
        console.error('Error:', error);
        return { statusCode: 500, body: JSON.stringify({ error: error.message }) };
    }
};
