/* SPDX-License-Identifier: MIT */
/*
 * An HTTP request becomes an event, the function's result an answer:
 *
 *   /lambda-url/NAME/…   its URL's configuration ──┐
 *   /execute-api/API/…   the API's routes ─────────┴─▶ proxy ─▶ event ─▶ invoker ─▶ answer
 *
 * Web pages get here no more than anywhere else on this port (see gate.c), whatever Cors says.
 */
#include "backend/serve/function_face.h"

#include "backend/serve/gateway.h"
#include "backend/serve/lambda.h"
#include "backend/serve/paper.h"
#include "backend/serve/proxy.h"
#include "backend/triggers/member.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- answers that are no function's ---- */

static void say(struct reply *reply, int status, const char *message)
{
    reply_set(reply, status, REPLY_JSON, STR("{\"message\":"));
    json_put_string(&reply->body, str_from(message));
    buf_add_byte(&reply->body, '}');
}

/* Why goes where a developer sees it and a program does not look. */
static void say_failure(struct reply *reply, const struct proxy *p, const char *why)
{
    bool modern = p->format == 2 && !p->url;
    buf_clear(&reply->headers);
    say(reply, modern ? 500 : 502, modern ? "Internal Server Error" : "Internal server error");
    reply_header(reply, STR("X-Dynascope-Note"), str_from(why));
}

/* ---- which function ---- */

/* "/lambda-url/NAME/a/b" → NAME, "/a/b" */
static bool split(struct str path, const char *place, struct str *name, struct str *rest)
{
    *rest = str_skip(path, strlen(place));
    size_t slash = str_find_byte(*rest, '/');
    *name = str_take(*rest, slash);
    *rest = slash == SIZE_MAX ? STR("/") : str_skip(*rest, slash);
    return name->len > 0;
}

static bool is_signed(const struct request *request)
{
    return str_starts(message_get(request, STR("Authorization")), STR("AWS4-"));
}

static bool find_url(struct lambda_invoked *i, struct proxy *p, struct err *err)
{
    struct str name, text, path = message_path(i->request);
    const struct json *config;
    if (!split(path, ROUTE_FUNCTION_URLS, &name, &p->path) ||
        !face_decode(&i->arena, name, false, &name) || !function_name_of(name, &name, err))
        return err_refuse(err, "NotFoundException", "Not Found");
    if (!paper_get(i->offer->papers, arena_printf(&i->arena, "url/%.*s", STR_ARG(name)), &i->arena,
            &text, err))
        return false;
    if (!text.at)
        return err_refuse(err, "NotFoundException",
            "the function %.*s has no URL: aws lambda "
            "create-function-url-config makes one",
            STR_ARG(name));
    config = json_parse(&i->arena, text, err);
    const struct json *auth = json_get(config, STR("AuthType"));
    if (!config)
        return false;
    if (auth && str_equal(auth->text, STR("AWS_IAM")) && !is_signed(i->request))
        return err_refuse(err, "AccessDeniedException", "Forbidden");
    p->function = p->api = name;
    p->format = 2;
    p->url = true;
    p->stage = p->key = STR("$default");
    return true;
}

static bool find(struct lambda_invoked *i, struct proxy *p, struct err *err)
{
    struct str api, path = message_path(i->request);
    if (!str_starts(path, STR(ROUTE_APIS)))
        return find_url(i, p, err);
    if (!split(path, ROUTE_APIS, &api, &p->path))
        return err_refuse(err, "NotFoundException", "Not Found");
    return gateway_route(i->offer, &i->arena, api, i->request, p, err);
}

static bool find_function(struct lambda_invoked *i, const struct proxy *p, struct err *err)
{
    bool found;
    struct str name;
    if (!function_name_of(p->function, &name, err) ||
        !registry_function(i->offer->registry, &i->arena, name, &i->function, &found, err))
        return false;
    return found ||
           err_refuse(err, "ResourceNotFoundException", "there is no function %.*s", STR_ARG(name));
}

/* ---- from its start to its answer ---- */

static void answer(struct lambda_invoked *i)
{
    const struct proxy *p = i->context;
    struct err err = ERR_INIT;
    const char *why;
    if (!lambda_invoked_check(i, &err))
        face_refuse(i->reply, &err);
    else if (i->invocation.outcome != INVOKED_OK)
        say_failure(i->reply, p, "the function failed: its log says how");
    else if (!proxy_answer(p, buf_str(&i->invocation.payload), i->reply, &why))
        say_failure(i->reply, p, why);
}

static int status_of(const struct err *err)
{
    if (err->code != ERR_REFUSED || strcmp(err->name, "ResourceNotFoundException") == 0)
        return 500;
    if (strcmp(err->name, "NotFoundException") == 0)
        return 404;
    if (strcmp(err->name, "UnauthorizedException") == 0)
        return 401;
    if (strcmp(err->name, "RequestTooLargeException") == 0)
        return 413;
    return 403;
}

static void refuse(struct lambda_invoked *i, const struct err *err)
{
    struct lambda_ticket waits = i->waits;
    say(i->reply, status_of(err), err->text);
    lambda_invoked_free(i);
    waits.done(waits.ticket);
}

bool function_face_start(
    struct offer *offer, struct request *request, struct reply *reply, struct lambda_ticket *waits)
{
    struct lambda_invoked *i = lambda_invoked_new(offer, request, reply, waits);
    struct proxy *p = arena_new(&i->arena, struct proxy);
    struct err err = ERR_INIT;
    struct buf event = {0};
    char id[MEMBER_UUID + 1];
    request->operation = STR("HTTP");
    if (request->body.len > OFFER_PAYLOAD_MAX) {
        err_refuse(&err, "RequestTooLargeException", "Request Too Long");
        refuse(i, &err);
        return true;
    }
    if (!find(i, p, &err) || !find_function(i, p, &err)) {
        refuse(i, &err);
        return true;
    }
    member_uuid(id);
    proxy_put_event(p, &i->arena, request, clock_now_ms(offer->clock), id, &event);
    i->invocation.event = arena_dup(&i->arena, buf_str(&event));
    buf_fini(&event);
    i->answer = answer;
    i->context = p;
    lambda_invoked_start(i);
    return true;
}
