/* SPDX-License-Identifier: MIT */
/*
 * The signpost: a request's target and path in, an API and an operation out. Runs nothing. An API
 * that is not offered yet has its place here already and is answered as an unknown operation.
 */
#include "backend/serve/route.h"

struct face {
    struct str prefix;
    enum route_face face;
    enum op_service service; /* of ROUTE_DYNAMODB */
};

static const struct face faces[] = {
    {{"DynamoDB_20120810.", 18}, ROUTE_DYNAMODB, OP_DYNAMODB},
    {{"DynamoDBStreams_20120810.", 25}, ROUTE_DYNAMODB, OP_STREAMS},
    {{"Logs_20140328.", 14}, ROUTE_LOGS, OP_DYNAMODB},
};

/* target = service "_" version "." operation */
static struct route by_target(struct str target)
{
    for (size_t i = 0; i < sizeof faces / sizeof *faces; i++) {
        if (!str_starts(target, faces[i].prefix))
            continue;
        struct route route = {.face = faces[i].face};
        if (route.face == ROUTE_DYNAMODB) {
            route.op = op_find(str_skip(target, faces[i].prefix.len));
            if (!route.op || route.op->service != faces[i].service)
                return (struct route){.face = ROUTE_NOWHERE};
        }
        return route;
    }
    return (struct route){.face = ROUTE_NOWHERE};
}

/* Lambda's paths begin with the date of the API's version: /2015-03-31/functions/… */
static bool has_version(struct str path)
{
    static const char form[] = "/dddd-dd-dd/";
    if (path.len < sizeof form - 1)
        return false;
    for (size_t i = 0; i < sizeof form - 1; i++) {
        bool digit = path.at[i] >= '0' && path.at[i] <= '9';
        if (form[i] == 'd' ? !digit : path.at[i] != form[i])
            return false;
    }
    return true;
}

struct route route_find(const struct request *request)
{
    if (has_version(message_path(request)))
        return (struct route){.face = ROUTE_LAMBDA};
    return by_target(message_get(request, STR("X-Amz-Target")));
}
