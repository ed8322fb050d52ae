/* SPDX-License-Identifier: MIT */
/*
 * The signpost: a request's target and path in, an API and an operation out. Runs nothing, and does
 * not know what is offered.
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

static bool is_form(const struct request *request)
{
    struct str type = message_get(request, STR("Content-Type"));
    size_t end = str_find_byte(type, ';');
    return str_equal_nocase(
               str_trim(str_take(type, end)), STR("application/x-www-form-urlencoded")) &&
           str_equal(request->method, STR("POST"));
}

static bool is_below(struct str path, struct str place)
{
    return str_starts(path, place) &&
           (path.len == place.len || path.at[place.len] == '/' || place.at[place.len - 1] == '/');
}

static enum route_face by_path(struct str path)
{
    if (has_version(path))
        return ROUTE_LAMBDA;
    if (is_below(path, STR("/v2/apis")) || is_below(path, STR("/restapis")))
        return ROUTE_GATEWAY;
    if (is_below(path, STR(ROUTE_FUNCTION_URLS)) || is_below(path, STR(ROUTE_APIS)))
        return ROUTE_FUNCTION;
    return ROUTE_NOWHERE;
}

struct route route_find(const struct request *request)
{
    struct str path = message_path(request);
    enum route_face face = path.len > 1 ? by_path(path) : ROUTE_NOWHERE;
    if (face != ROUTE_NOWHERE)
        return (struct route){.face = face};
    struct str target = message_get(request, STR("X-Amz-Target"));
    if (!target.len && path.len == 1 && is_form(request))
        return (struct route){.face = ROUTE_FORM};
    return by_target(target);
}
