// SPDX-License-Identifier: MIT
// The first function of all: tells its event, greets.
exports.handler = async (event, context) => {
    console.log('Event:', JSON.stringify(event, null, 2));
    return {
        statusCode: 200,
        body: JSON.stringify({ message: 'Hello from Lambda!', timestamp: new Date().toISOString() }),
    };
};
