// SPDX-License-Identifier: MIT
// Says what happened to each item. It takes AWS for granted, as snippets in documents do.
exports.handler = async (event) => {
    console.log('received:', JSON.stringify(event, null, 2));
    for (const record of event.Records) {
        const after = record.dynamodb.NewImage
            ? AWS.DynamoDB.Converter.unmarshall(record.dynamodb.NewImage)
            : null;
        const before = record.dynamodb.OldImage
            ? AWS.DynamoDB.Converter.unmarshall(record.dynamodb.OldImage)
            : null;
        if (record.eventName === 'INSERT') console.log('created:', after);
        else if (record.eventName === 'MODIFY') console.log('changed from:', before, 'to:', after);
        else if (record.eventName === 'REMOVE') console.log('deleted:', before);
    }
    return {status: 'Success'};
};
