/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_ROUTE_H
#define BACKEND_SERVE_ROUTE_H

#include "backend/http/message.h"
#include "backend/ops.h"

/*
 * Which API a request is for. Several live on one port, told apart as their clients do it: the
 * JSON services by the prefix of X-Amz-Target, those that speak REST by their paths, those that are
 * sent forms by just that.
 */
#define ROUTE_FUNCTION_URLS "/lambda-url/"
#define ROUTE_APIS "/execute-api/"

enum route_face {
    ROUTE_NOWHERE,
    ROUTE_DYNAMODB, /* DynamoDB and DynamoDB Streams */
    /* Offered where triggers run: see offer.h. */
    ROUTE_LOGS,     /* CloudWatch Logs */
    ROUTE_LAMBDA,   /* Lambda's REST calls */
    ROUTE_GATEWAY,  /* API Gateway's REST calls */
    ROUTE_FUNCTION, /* what functions are put behind: their URLs, HTTP APIs */
    ROUTE_FORM,     /* IAM and STS, which the signature tells apart */
};

struct route {
    enum route_face face;
    const struct op *op; /* of ROUTE_DYNAMODB */
};

struct route route_find(const struct request *request);

#endif
