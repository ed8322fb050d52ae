// SPDX-License-Identifier: MIT
// What changed in a table, unmarshalled.
const AWS = require('aws-sdk');

exports.handler = async (event) => {
    console.log('Processing DynamoDB Stream records:', JSON.stringify(event, null, 2));
    const plain = (image) => (image ? AWS.DynamoDB.Converter.unmarshall(image) : null);
    for (const record of event.Records) {
        const type = record.eventName;
        const newItem = plain(record.dynamodb.NewImage);
        const oldItem = plain(record.dynamodb.OldImage);
        if (type === 'INSERT') {
            console.log('New item created:', newItem);
        } else if (type === 'MODIFY') {
            console.log('Item updated. Old:', oldItem, 'New:', newItem);
        } else if (type === 'REMOVE') {
            console.log('Item deleted:', oldItem);
        }
    }
    return { status: 'Success' };
};
