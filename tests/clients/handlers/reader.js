// SPDX-License-Identifier: MIT
exports.handler = async (event) => {
    event.Records.forEach(record => {
        console.log("kind:", record.eventName);
        console.log("after:", record.dynamodb.NewImage);
        console.log("before:", record.dynamodb.OldImage);
    });
};
