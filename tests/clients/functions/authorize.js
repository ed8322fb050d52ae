// SPDX-License-Identifier: MIT
// Who asks, and for what.
async function hasPermission(userId, role, resourceId) {
    return role === 'admin' || userId === resourceId;
}

exports.handler = async (event) => {
    const userId = event.requestContext.authorizer.claims.sub;
    const userRole = event.requestContext.authorizer.claims['custom:role'];
    const resourceId = event.pathParameters.id;
    if (!(await hasPermission(userId, userRole, resourceId))) {
        return { statusCode: 403, body: JSON.stringify({ error: 'Access denied' }) };
    }
    return { statusCode: 200, body: JSON.stringify({ userId, resourceId }) };
};
