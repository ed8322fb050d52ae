/* SPDX-License-Identifier: MIT */
/*
 * REST APIs (apigateway): a tree of resources, methods on them, each with a proxy integration of a
 * function. Changes are served at once, in each stage that there is. The answers of methods and
 * integrations that are no proxies are accepted and change nothing.
 */
#include "backend/serve/gateway.h"
#include "backend/serve/paper.h"

static const char *const api_members[] = {"name", "description", "version", "binaryMediaTypes",
    "endpointConfiguration", "apiKeySource", "tags", NULL};
static const char *const method_members[] = {"authorizationType", "authorizerId", "apiKeyRequired",
    "operationName", "requestParameters", NULL};
static const char *const integration_members[] = {"type", "uri", "credentials",
    "passthroughBehavior", "contentHandling", "timeoutInMillis", "requestParameters", NULL};
static const char *const authorizer_members[] = {
    "name", "type", "providerARNs", "identitySource", NULL};
static const char *const stage_members[] = {"stageName", "deploymentId", "description", NULL};

static struct str paper_of(struct face_call *call, const char *kind, size_t parts)
{
    struct buf text = {0};
    buf_add(&text, str_from(kind));
    for (size_t i = 0; i < parts; i++) {
        buf_add_byte(&text, '/');
        buf_add(&text, call->parts[i]);
    }
    struct str paper = arena_dup(&call->arena, buf_str(&text));
    buf_fini(&text);
    return paper;
}

static struct str below(struct face_call *call, const char *kind, size_t parts)
{
    return arena_printf(&call->arena, "%.*s/", STR_ARG(paper_of(call, kind, parts)));
}

static bool find_api(struct face_call *call, struct err *err)
{
    const struct json *api;
    return gateway_find(call, paper_of(call, "rest-api", 1), &api, err);
}

static bool find_resource(struct face_call *call, const struct json **out, struct err *err)
{
    return find_api(call, err) && gateway_find(call, paper_of(call, "resource", 2), out, err);
}

static bool get(struct face_call *call, struct str paper, struct err *err)
{
    const struct json *one;
    if (!gateway_find(call, paper, &one, err))
        return false;
    json_put(&call->reply->body, one);
    return true;
}

/* ---- APIs ---- */

static bool create_api(struct face_call *call, struct err *err)
{
    struct buf text = {0};
    char id[11], root[11];
    if (!gateway_text(call->body, "name").len)
        return gateway_bad(err, "Invalid API name: it is missing");
    face_new_id(id);
    face_new_id(root);
    struct str paper = arena_printf(&call->arena, "resource/%s/%s", id, root);
    struct str resource = arena_printf(&call->arena, "{\"id\":\"%s\",\"path\":\"/\"}", root);
    buf_add_byte(&text, '{');
    face_put_text(&text, "id", str_from(id));
    face_put_text(&text, "rootResourceId", str_from(root));
    face_put_number(&text, "createdDate", clock_now_ms(call->offer->clock) / 1000);
    gateway_copy(&text, call->body, api_members, NULL);
    buf_add_byte(&text, '}');
    bool ok = paper_put(call->offer->papers, paper, resource, err) &&
              gateway_keep(call, arena_printf(&call->arena, "rest-api/%s", id), &text, 201, err);
    buf_fini(&text);
    return ok;
}

static bool list_apis(struct face_call *call, struct err *err)
{
    return gateway_list(call, "item", STR("rest-api/"), err);
}

static bool get_api(struct face_call *call, struct err *err)
{
    return get(call, paper_of(call, "rest-api", 1), err);
}

static bool delete_api(struct face_call *call, struct err *err)
{
    static const char *const kinds[] = {"resource", "method", "rest-integration", "rest-deployment",
        "rest-stage", "rest-authorizer"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!gateway_remove_below(call, below(call, kinds[i], 1), err))
            return false;
    call->reply->status = 202;
    return gateway_remove(call, paper_of(call, "rest-api", 1), err);
}

/* ---- resources ---- */

static bool list_resources(struct face_call *call, struct err *err)
{
    return find_api(call, err) && gateway_list(call, "item", below(call, "resource", 1), err);
}

static bool get_resource(struct face_call *call, struct err *err)
{
    return find_api(call, err) && get(call, paper_of(call, "resource", 2), err);
}

static bool create_resource(struct face_call *call, struct err *err)
{
    const struct json *parent;
    struct str part = gateway_text(call->body, "pathPart");
    struct buf text = {0};
    char id[11];
    if (!find_resource(call, &parent, err))
        return false;
    if (!part.len || str_find_byte(part, '/') != SIZE_MAX)
        return gateway_bad(err, "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy "
                                "path variable and curly braces at the beginning and the end.");
    struct str above = gateway_text(parent, "path");
    face_new_id(id);
    buf_add_byte(&text, '{');
    face_put_text(&text, "id", str_from(id));
    face_put_text(&text, "parentId", call->parts[1]);
    face_put_text(&text, "pathPart", part);
    face_put_text(&text, "path",
        arena_printf(
            &call->arena, "%.*s%s%.*s", STR_ARG(above), above.len > 1 ? "/" : "", STR_ARG(part)));
    buf_add_byte(&text, '}');
    call->parts[1] = str_from(id);
    bool ok = gateway_keep(call, paper_of(call, "resource", 2), &text, 201, err);
    buf_fini(&text);
    return ok;
}

static bool delete_resource(struct face_call *call, struct err *err)
{
    call->reply->status = 202;
    return find_api(call, err) && gateway_remove_below(call, below(call, "method", 2), err) &&
           gateway_remove_below(call, below(call, "rest-integration", 2), err) &&
           gateway_remove(call, paper_of(call, "resource", 2), err);
}

/* ---- methods ---- */

static bool put_method(struct face_call *call, struct err *err)
{
    const struct json *resource;
    struct str type = gateway_text(call->body, "authorizationType");
    struct buf text = {0};
    if (!find_resource(call, &resource, err))
        return false;
    if (!str_equal(type, STR("NONE")) && !str_equal(type, STR("AWS_IAM")) &&
        !str_equal(type, STR("COGNITO_USER_POOLS")))
        return gateway_bad(err,
            "authorizationType %.*s: NONE, AWS_IAM and COGNITO_USER_POOLS are offered here",
            STR_ARG(str_take(type, 32)));
    buf_add_byte(&text, '{');
    face_put_text(&text, "httpMethod", call->parts[2]);
    gateway_copy(&text, call->body, method_members, NULL);
    if (!json_get(call->body, STR("apiKeyRequired")))
        face_put_flag(&text, "apiKeyRequired", false);
    buf_add_byte(&text, '}');
    bool ok = gateway_keep(call, paper_of(call, "method", 3), &text, 201, err);
    buf_fini(&text);
    return ok;
}

static bool get_method(struct face_call *call, struct err *err)
{
    const struct json *method, *integration;
    if (!gateway_find(call, paper_of(call, "method", 3), &method, err) ||
        !gateway_read(
            call->offer, &call->arena, paper_of(call, "rest-integration", 3), &integration, err))
        return false;
    json_put(&call->reply->body, method);
    if (!integration)
        return true;
    call->reply->body.len--;
    json_put_name(&call->reply->body, STR("methodIntegration"));
    json_put(&call->reply->body, integration);
    buf_add_byte(&call->reply->body, '}');
    return true;
}

static bool delete_method(struct face_call *call, struct err *err)
{
    bool found;
    call->reply->status = 204;
    return paper_remove(call->offer->papers, paper_of(call, "rest-integration", 3), &found, err) &&
           gateway_remove(call, paper_of(call, "method", 3), err);
}

static bool put_integration(struct face_call *call, struct err *err)
{
    const struct json *method;
    struct buf text = {0};
    if (!gateway_find(call, paper_of(call, "method", 3), &method, err))
        return false;
    if (!str_equal(gateway_text(call->body, "type"), STR("AWS_PROXY")))
        return gateway_bad(err, "type %.*s: AWS_PROXY is offered here",
            STR_ARG(str_take(gateway_text(call->body, "type"), 32)));
    buf_add_byte(&text, '{');
    face_put_text(&text, "httpMethod", STR("POST"));
    gateway_copy(&text, call->body, integration_members, NULL);
    buf_add_byte(&text, '}');
    bool ok = gateway_keep(call, paper_of(call, "rest-integration", 3), &text, 201, err);
    buf_fini(&text);
    return ok;
}

static bool get_integration(struct face_call *call, struct err *err)
{
    return get(call, paper_of(call, "rest-integration", 3), err);
}

/* Of what is no proxy: accepted. */
static bool put_response(struct face_call *call, struct err *err)
{
    const struct json *method;
    if (!gateway_find(call, paper_of(call, "method", 3), &method, err))
        return false;
    call->reply->status = 201;
    buf_add_byte(&call->reply->body, '{');
    face_put_text(&call->reply->body, "statusCode", call->parts[3]);
    buf_add_byte(&call->reply->body, '}');
    return true;
}

/* ---- stages, deployments, authorizers ---- */

static bool keep_stage(
    struct face_call *call, struct str name, struct str deployment, int status, struct err *err)
{
    struct buf text = {0};
    call->parts[1] = name;
    buf_add_byte(&text, '{');
    face_put_text(&text, "stageName", name);
    if (deployment.len)
        face_put_text(&text, "deploymentId", deployment);
    face_put_number(&text, "createdDate", clock_now_ms(call->offer->clock) / 1000);
    buf_add_byte(&text, '}');
    bool ok = gateway_keep(call, paper_of(call, "rest-stage", 2), &text, status, err);
    buf_fini(&text);
    return ok;
}

static bool create_deployment(struct face_call *call, struct err *err)
{
    struct str stage = gateway_text(call->body, "stageName");
    struct buf text = {0};
    char id[11];
    face_new_id(id);
    if (!find_api(call, err) || (stage.len && !keep_stage(call, stage, str_from(id), 201, err)))
        return false;
    call->parts[1] = str_from(id);
    buf_add_byte(&text, '{');
    face_put_text(&text, "id", str_from(id));
    face_put_number(&text, "createdDate", clock_now_ms(call->offer->clock) / 1000);
    buf_add_byte(&text, '}');
    bool ok = gateway_keep(call, paper_of(call, "rest-deployment", 2), &text, 201, err);
    buf_fini(&text);
    return ok;
}

static bool list_deployments(struct face_call *call, struct err *err)
{
    return find_api(call, err) &&
           gateway_list(call, "item", below(call, "rest-deployment", 1), err);
}

static bool create_stage(struct face_call *call, struct err *err)
{
    struct str name = gateway_text(call->body, stage_members[0]);
    if (!find_api(call, err))
        return false;
    if (!name.len)
        return gateway_bad(err, "Stage name is missing");
    return keep_stage(call, name, gateway_text(call->body, stage_members[1]), 201, err);
}

static bool list_stages(struct face_call *call, struct err *err)
{
    return find_api(call, err) && gateway_list(call, "item", below(call, "rest-stage", 1), err);
}

static bool get_stage(struct face_call *call, struct err *err)
{
    return find_api(call, err) && get(call, paper_of(call, "rest-stage", 2), err);
}

static bool delete_stage(struct face_call *call, struct err *err)
{
    call->reply->status = 202;
    return find_api(call, err) && gateway_remove(call, paper_of(call, "rest-stage", 2), err);
}

static bool create_authorizer(struct face_call *call, struct err *err)
{
    struct buf text = {0};
    char id[11];
    if (!find_api(call, err))
        return false;
    if (!str_equal(gateway_text(call->body, "type"), STR("COGNITO_USER_POOLS")))
        return gateway_bad(err, "type: COGNITO_USER_POOLS is offered here");
    face_new_id(id);
    call->parts[1] = str_from(id);
    buf_add_byte(&text, '{');
    face_put_text(&text, "id", str_from(id));
    gateway_copy(&text, call->body, authorizer_members, NULL);
    buf_add_byte(&text, '}');
    bool ok = gateway_keep(call, paper_of(call, "rest-authorizer", 2), &text, 201, err);
    buf_fini(&text);
    return ok;
}

static bool list_authorizers(struct face_call *call, struct err *err)
{
    return find_api(call, err) &&
           gateway_list(call, "item", below(call, "rest-authorizer", 1), err);
}

#define METHOD "/restapis/{}/resources/{}/methods/{}"

const struct face_row gateway_rest_rows[] = {
    {"CreateRestApi", "POST", "/restapis", create_api},
    {"GetRestApis", "GET", "/restapis", list_apis},
    {"GetRestApi", "GET", "/restapis/{}", get_api},
    {"DeleteRestApi", "DELETE", "/restapis/{}", delete_api},
    {"GetResources", "GET", "/restapis/{}/resources", list_resources},
    {"CreateResource", "POST", "/restapis/{}/resources/{}", create_resource},
    {"GetResource", "GET", "/restapis/{}/resources/{}", get_resource},
    {"DeleteResource", "DELETE", "/restapis/{}/resources/{}", delete_resource},
    {"PutMethod", "PUT", METHOD, put_method},
    {"GetMethod", "GET", METHOD, get_method},
    {"DeleteMethod", "DELETE", METHOD, delete_method},
    {"PutIntegration", "PUT", METHOD "/integration", put_integration},
    {"GetIntegration", "GET", METHOD "/integration", get_integration},
    {"PutMethodResponse", "PUT", METHOD "/responses/{}", put_response},
    {"PutIntegrationResponse", "PUT", METHOD "/integration/responses/{}", put_response},
    {"CreateDeployment", "POST", "/restapis/{}/deployments", create_deployment},
    {"GetDeployments", "GET", "/restapis/{}/deployments", list_deployments},
    {"CreateStage", "POST", "/restapis/{}/stages", create_stage},
    {"GetStages", "GET", "/restapis/{}/stages", list_stages},
    {"GetStage", "GET", "/restapis/{}/stages/{}", get_stage},
    {"DeleteStage", "DELETE", "/restapis/{}/stages/{}", delete_stage},
    {"CreateAuthorizer", "POST", "/restapis/{}/authorizers", create_authorizer},
    {"GetAuthorizers", "GET", "/restapis/{}/authorizers", list_authorizers},
};
const size_t gateway_rest_count = sizeof gateway_rest_rows / sizeof *gateway_rest_rows;
