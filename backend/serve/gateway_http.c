/* SPDX-License-Identifier: MIT */
/*
 * HTTP APIs (apigatewayv2). A route's target is an integration, an integration's is a function;
 * changes are served at once, whatever stages and deployments say. Authorizers of tokens (JWT) are
 * taken at their word: claims reach the function, whose signature nobody verified.
 */
#include "backend/serve/gateway.h"
#include "backend/serve/paper.h"

/* The parts of an API: what their papers and their members are called. */
struct part {
    struct str plural;
    const char *paper, *id; /* id: the member that names it */
    const char *members[16];
};

static const struct part parts[] = {
    {{"routes", 6}, "route", "routeId",
        {"routeKey", "target", "authorizationType", "authorizerId", "authorizationScopes",
            "operationName", "apiKeyRequired"}},
    {{"integrations", 12}, "integration", "integrationId",
        {"integrationType", "integrationUri", "integrationMethod", "payloadFormatVersion",
            "connectionType", "timeoutInMillis", "description", "credentialsArn"}},
    {{"stages", 6}, "stage", "stageName",
        {"stageName", "autoDeploy", "description", "deploymentId", "stageVariables", "tags"}},
    {{"deployments", 11}, "deployment", "deploymentId", {"description"}},
    {{"authorizers", 11}, "authorizer", "authorizerId",
        {"name", "authorizerType", "identitySource", "jwtConfiguration"}},
};

static const char *const api_members[] = {"name", "protocolType", "description", "version",
    "corsConfiguration", "disableExecuteApiEndpoint", "tags", NULL};

/* ---- the APIs themselves ---- */

static struct str paper_of(struct face_call *call, const char *kind, struct str api, struct str id)
{
    return arena_printf(&call->arena, "%s/%.*s/%.*s", kind, STR_ARG(api), STR_ARG(id));
}

static struct str api_paper(struct face_call *call, struct str api)
{
    return arena_printf(&call->arena, "api/%.*s", STR_ARG(api));
}

static void put_now(struct face_call *call, struct buf *out, const char *name)
{
    struct buf time = {0};
    face_put_time(&time, clock_now_ms(call->offer->clock));
    face_put_text(out, name, buf_str(&time));
    buf_fini(&time);
}

static bool keep_part(struct face_call *call, const char *kind, struct str api, struct str id,
    const char *text, struct err *err)
{
    return paper_put(call->offer->papers, paper_of(call, kind, api, id), str_from(text), err);
}

/* With a target the API is whole at once: an integration, a route, a stage that deploys itself. */
static bool create_quickly(
    struct face_call *call, struct str api, struct str target, struct err *err)
{
    struct str key = gateway_text(call->body, "routeKey");
    char integration[11], route[11];
    struct buf text = {0}, quoted = {0};
    face_new_id(integration);
    face_new_id(route);
    json_put_string(&quoted, target);
    buf_printf(&text,
        "{\"integrationId\":\"%s\",\"integrationType\":\"AWS_PROXY\",\"integrationUri\":%.*s,"
        "\"integrationMethod\":\"POST\",\"payloadFormatVersion\":\"2.0\",\"connectionType\":"
        "\"INTERNET\",\"timeoutInMillis\":30000,\"apiGatewayManaged\":true}",
        integration, STR_ARG(buf_str(&quoted)));
    bool ok = keep_part(call, "integration", api, str_from(integration), buf_cstr(&text), err);
    buf_clear(&text);
    buf_clear(&quoted);
    json_put_string(&quoted, key.len ? key : STR("$default"));
    buf_printf(&text,
        "{\"routeId\":\"%s\",\"routeKey\":%.*s,\"target\":\"integrations/%s\","
        "\"authorizationType\":\"NONE\",\"apiKeyRequired\":false,\"apiGatewayManaged\":true}",
        route, STR_ARG(buf_str(&quoted)), integration);
    ok = ok && keep_part(call, "route", api, str_from(route), buf_cstr(&text), err) &&
         keep_part(call, "stage", api, STR("$default"),
             "{\"stageName\":\"$default\",\"autoDeploy\":true,\"apiGatewayManaged\":true}", err);
    buf_fini(&text);
    buf_fini(&quoted);
    return ok;
}

static bool create_api(struct face_call *call, struct err *err)
{
    struct str type = gateway_text(call->body, "protocolType");
    struct str target = gateway_text(call->body, "target");
    struct buf text = {0};
    char id[11];
    if (!gateway_text(call->body, "name").len)
        return gateway_bad(err, "Invalid request input: name is missing");
    if (!str_equal(type, STR("HTTP")))
        return gateway_bad(err, "protocolType %.*s: HTTP is offered here", STR_ARG(type));
    face_new_id(id);
    buf_add_byte(&text, '{');
    face_put_text(&text, "apiId", str_from(id));
    face_put_text(&text, "apiEndpoint", gateway_endpoint(call, str_from(id)));
    face_put_text(&text, "apiKeySelectionExpression", STR("$request.header.x-api-key"));
    face_put_text(&text, "routeSelectionExpression", STR("$request.method $request.path"));
    put_now(call, &text, "createdDate");
    gateway_copy(&text, call->body, api_members, NULL);
    buf_add_byte(&text, '}');
    bool ok = (!target.len || create_quickly(call, str_from(id), target, err)) &&
              gateway_keep(call, api_paper(call, str_from(id)), &text, 201, err);
    buf_fini(&text);
    return ok;
}

static bool list_apis(struct face_call *call, struct err *err)
{
    return gateway_list(call, "items", STR("api/"), err);
}

static bool get_api(struct face_call *call, struct err *err)
{
    const struct json *api;
    if (!gateway_find(call, api_paper(call, call->parts[0]), &api, err))
        return false;
    json_put(&call->reply->body, api);
    return true;
}

/* What was, but for what the body says anew. */
static void put_merged(
    struct buf *out, const struct json *old, const struct json *body, const char *const *members)
{
    buf_add_byte(out, '{');
    for (const struct json *m = old->first; m; m = m->next) {
        bool anew = false;
        for (size_t i = 0; members[i]; i++)
            anew = anew || (str_equal(m->name, str_from(members[i])) && json_get(body, m->name));
        if (anew)
            continue;
        json_put_name(out, m->name);
        json_put(out, m);
    }
    gateway_copy(out, body, members, NULL);
    buf_add_byte(out, '}');
}

static bool update(
    struct face_call *call, struct str paper, const char *const *members, struct err *err)
{
    const struct json *old;
    struct buf text = {0};
    if (!gateway_find(call, paper, &old, err))
        return false;
    put_merged(&text, old, call->body, members);
    bool ok = gateway_keep(call, paper, &text, 200, err);
    buf_fini(&text);
    return ok;
}

static bool update_api(struct face_call *call, struct err *err)
{
    return update(call, api_paper(call, call->parts[0]), api_members, err);
}

static bool delete_api(struct face_call *call, struct err *err)
{
    struct str api = call->parts[0];
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!gateway_remove_below(call, paper_of(call, parts[i].paper, api, STR_NONE), err))
            return false;
    call->reply->status = 204;
    return gateway_remove(call, api_paper(call, api), err);
}

/* ---- their parts ---- */

/* parts[0] is an API that is there, parts[1] says what kind of its parts is meant. */
static bool find_kind(struct face_call *call, const struct part **out, struct err *err)
{
    const struct json *api;
    if (!gateway_find(call, api_paper(call, call->parts[0]), &api, err))
        return false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        *out = &parts[i];
        if (str_equal(call->parts[1], parts[i].plural))
            return true;
    }
    return err_refuse(err, "NotFoundException", "%.*s of an API are not offered here",
        STR_ARG(str_take(call->parts[1], 64)));
}

/* key = "$default" | method SP path */
static bool check_route(struct face_call *call, struct err *err)
{
    struct str key = gateway_text(call->body, "routeKey"), rest = key, method;
    struct str type = gateway_text(call->body, "authorizationType");
    if (type.len && !str_equal(type, STR("NONE")) && !str_equal(type, STR("JWT")) &&
        !str_equal(type, STR("AWS_IAM")))
        return gateway_bad(err, "authorizationType %.*s: NONE, JWT and AWS_IAM are offered here",
            STR_ARG(str_take(type, 32)));
    if (str_equal(key, STR("$default")) || (!key.len && call->parts[2].len))
        return true;
    return (str_cut(&rest, ' ', &method) && method.len && rest.len && *rest.at == '/') ||
           gateway_bad(err, "The provided route key is not formatted properly for HTTP protocol. "
                            "Format should be \"<HTTP METHOD> /<RESOURCE PATH>\" or \"$default\"");
}

static bool check_integration(struct face_call *call, struct err *err)
{
    struct str type = gateway_text(call->body, "integrationType");
    struct str format = gateway_text(call->body, "payloadFormatVersion");
    if (type.len && !str_equal(type, STR("AWS_PROXY")))
        return gateway_bad(
            err, "integrationType %.*s: AWS_PROXY is offered here", STR_ARG(str_take(type, 32)));
    return !format.len || str_equal(format, STR("1.0")) || str_equal(format, STR("2.0")) ||
           gateway_bad(err, "payloadFormatVersion is 1.0 or 2.0");
}

static bool check_part(struct face_call *call, const struct part *kind, struct err *err)
{
    if (str_equal(kind->plural, STR("routes")))
        return check_route(call, err);
    if (str_equal(kind->plural, STR("integrations")))
        return check_integration(call, err);
    if (str_equal(kind->plural, STR("authorizers")) &&
        !str_equal(gateway_text(call->body, "authorizerType"), STR("JWT")))
        return gateway_bad(err, "authorizerType: JWT is offered here");
    return true;
}

/* Defaults that callers look at. */
static void put_defaults(struct face_call *call, const struct part *kind, struct buf *text)
{
    bool route = str_equal(kind->plural, STR("routes"));
    if (route && !json_get(call->body, STR("authorizationType")))
        face_put_text(text, "authorizationType", STR("NONE"));
    if (route && !json_get(call->body, STR("apiKeyRequired")))
        face_put_flag(text, "apiKeyRequired", false);
    if (str_equal(kind->plural, STR("integrations")) &&
        !json_get(call->body, STR("payloadFormatVersion")))
        face_put_text(text, "payloadFormatVersion", STR("1.0"));
    if (str_equal(kind->plural, STR("deployments"))) {
        face_put_text(text, "deploymentStatus", STR("DEPLOYED"));
        put_now(call, text, "createdDate");
    }
}

static bool create_part(struct face_call *call, struct err *err)
{
    const struct part *kind;
    struct buf text = {0};
    char made[11];
    face_new_id(made);
    if (!find_kind(call, &kind, err) || !check_part(call, kind, err))
        return false;
    struct str id = gateway_text(call->body, kind->id);
    if (str_equal(kind->plural, STR("stages")) && !id.len)
        return gateway_bad(err, "Invalid request input: stageName is missing");
    buf_add_byte(&text, '{');
    if (!id.len) {
        id = str_from(made);
        face_put_text(&text, kind->id, id);
    }
    gateway_copy(&text, call->body, kind->members, NULL);
    put_defaults(call, kind, &text);
    buf_add_byte(&text, '}');
    bool ok = gateway_keep(call, paper_of(call, kind->paper, call->parts[0], id), &text, 201, err);
    buf_fini(&text);
    return ok;
}

static bool list_parts(struct face_call *call, struct err *err)
{
    const struct part *kind;
    return find_kind(call, &kind, err) &&
           gateway_list(call, "items", paper_of(call, kind->paper, call->parts[0], STR_NONE), err);
}

static bool get_part(struct face_call *call, struct err *err)
{
    const struct part *kind;
    const struct json *part;
    if (!find_kind(call, &kind, err) ||
        !gateway_find(
            call, paper_of(call, kind->paper, call->parts[0], call->parts[2]), &part, err))
        return false;
    json_put(&call->reply->body, part);
    return true;
}

static bool update_part(struct face_call *call, struct err *err)
{
    const struct part *kind;
    return find_kind(call, &kind, err) && check_part(call, kind, err) &&
           update(call, paper_of(call, kind->paper, call->parts[0], call->parts[2]), kind->members,
               err);
}

static bool delete_part(struct face_call *call, struct err *err)
{
    const struct part *kind;
    call->reply->status = 204;
    return find_kind(call, &kind, err) &&
           gateway_remove(call, paper_of(call, kind->paper, call->parts[0], call->parts[2]), err);
}

const struct face_row gateway_http_rows[] = {
    {"CreateApi", "POST", "/v2/apis", create_api},
    {"GetApis", "GET", "/v2/apis", list_apis},
    {"GetApi", "GET", "/v2/apis/{}", get_api},
    {"UpdateApi", "PATCH", "/v2/apis/{}", update_api},
    {"DeleteApi", "DELETE", "/v2/apis/{}", delete_api},
    {"CreatePartOfApi", "POST", "/v2/apis/{}/{}", create_part},
    {"GetPartsOfApi", "GET", "/v2/apis/{}/{}", list_parts},
    {"GetPartOfApi", "GET", "/v2/apis/{}/{}/{}", get_part},
    {"UpdatePartOfApi", "PATCH", "/v2/apis/{}/{}/{}", update_part},
    {"DeletePartOfApi", "DELETE", "/v2/apis/{}/{}/{}", delete_part},
};
const size_t gateway_http_count = sizeof gateway_http_rows / sizeof *gateway_http_rows;
