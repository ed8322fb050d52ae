// SPDX-License-Identifier: MIT
// Each change of an order, told.
exports.handler = async (event) => {
    event.Records.forEach((record) => {
        console.log('Operation:', record.eventName);
        console.log('New item:', record.dynamodb.NewImage);
        console.log('Old item:', record.dynamodb.OldImage);
    });
};
