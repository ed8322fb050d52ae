/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_ROUTE_H
#define BACKEND_SERVE_ROUTE_H

#include "backend/http/message.h"
#include "backend/ops.h"

/*
 * Which API a request is for. Several live on one port, told apart as their clients do it: the
 * JSON services by the prefix of X-Amz-Target, Lambda by its paths.
 */
enum route_face {
    ROUTE_NOWHERE,
    ROUTE_DYNAMODB, /* DynamoDB and DynamoDB Streams */
    ROUTE_LOGS,     /* CloudWatch Logs: not offered yet */
    ROUTE_LAMBDA,   /* Lambda's REST calls: not offered yet */
};

struct route {
    enum route_face face;
    const struct op *op; /* of ROUTE_DYNAMODB */
};

struct route route_find(const struct request *request);

#endif
