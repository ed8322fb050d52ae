/* SPDX-License-Identifier: MIT */
/*
 * The signpost of Lambda's REST calls, each under the date of the version that brought it. Knows
 * what there is, not what it does. What is left out here (images, layers, durable functions,
 * streamed answers) is answered as an operation that is not known.
 */
#include "backend/serve/lambda.h"

static const struct face_row rows[] = {
    {"CreateFunction", "POST", "/2015-03-31/functions", lambda_create_function},
    {"ListFunctions", "GET", "/2015-03-31/functions", lambda_list_functions},
    {"GetFunction", "GET", "/2015-03-31/functions/{}", lambda_get_function},
    {"DeleteFunction", "DELETE", "/2015-03-31/functions/{}", lambda_delete_function},
    {"GetFunctionConfiguration", "GET", "/2015-03-31/functions/{}/configuration",
        lambda_get_configuration},
    {"UpdateFunctionConfiguration", "PUT", "/2015-03-31/functions/{}/configuration",
        lambda_update_configuration},
    {"UpdateFunctionCode", "PUT", "/2015-03-31/functions/{}/code", lambda_update_code},
    {"ListVersionsByFunction", "GET", "/2015-03-31/functions/{}/versions", lambda_list_versions},
    {"PublishVersion", "POST", "/2015-03-31/functions/{}/versions", lambda_refuse_version},
    {"ListAliases", "GET", "/2015-03-31/functions/{}/aliases", lambda_list_aliases},
    {"CreateAlias", "POST", "/2015-03-31/functions/{}/aliases", lambda_refuse_version},
    {"AddPermission", "POST", "/2015-03-31/functions/{}/policy", lambda_add_permission},
    {"GetPolicy", "GET", "/2015-03-31/functions/{}/policy", lambda_get_policy},
    {"RemovePermission", "DELETE", "/2015-03-31/functions/{}/policy/{}", lambda_remove_permission},
    {"CreateEventSourceMapping", "POST", "/2015-03-31/event-source-mappings",
        lambda_create_mapping},
    {"ListEventSourceMappings", "GET", "/2015-03-31/event-source-mappings", lambda_list_mappings},
    {"GetEventSourceMapping", "GET", "/2015-03-31/event-source-mappings/{}", lambda_get_mapping},
    {"UpdateEventSourceMapping", "PUT", "/2015-03-31/event-source-mappings/{}",
        lambda_update_mapping},
    {"DeleteEventSourceMapping", "DELETE", "/2015-03-31/event-source-mappings/{}",
        lambda_delete_mapping},
    {"GetAccountSettings", "GET", "/2016-08-19/account-settings", lambda_account},
    {"ListTags", "GET", "/2017-03-31/tags/{}", lambda_list_tags},
    {"TagResource", "POST", "/2017-03-31/tags/{}", lambda_tag},
    {"UntagResource", "DELETE", "/2017-03-31/tags/{}", lambda_untag},
    {"PutFunctionConcurrency", "PUT", "/2017-10-31/functions/{}/concurrency",
        lambda_put_concurrency},
    {"DeleteFunctionConcurrency", "DELETE", "/2017-10-31/functions/{}/concurrency",
        lambda_delete_concurrency},
    {"GetFunctionConcurrency", "GET", "/2019-09-30/functions/{}/concurrency",
        lambda_get_concurrency},
    {"PutFunctionEventInvokeConfig", "PUT", "/2019-09-25/functions/{}/event-invoke-config",
        lambda_put_event_config},
    {"UpdateFunctionEventInvokeConfig", "POST", "/2019-09-25/functions/{}/event-invoke-config",
        lambda_update_event_config},
    {"GetFunctionEventInvokeConfig", "GET", "/2019-09-25/functions/{}/event-invoke-config",
        lambda_get_event_config},
    {"DeleteFunctionEventInvokeConfig", "DELETE", "/2019-09-25/functions/{}/event-invoke-config",
        lambda_delete_event_config},
    {"ListLayers", "GET", "/2018-10-31/layers", lambda_list_layers},
    {"GetFunctionCodeSigningConfig", "GET", "/2020-06-30/functions/{}/code-signing-config",
        lambda_code_signing},
    {"CreateFunctionUrlConfig", "POST", "/2021-10-31/functions/{}/url", lambda_create_url},
    {"GetFunctionUrlConfig", "GET", "/2021-10-31/functions/{}/url", lambda_get_url},
    {"UpdateFunctionUrlConfig", "PUT", "/2021-10-31/functions/{}/url", lambda_update_url},
    {"DeleteFunctionUrlConfig", "DELETE", "/2021-10-31/functions/{}/url", lambda_delete_url},
    {"ListFunctionUrlConfigs", "GET", "/2021-10-31/functions/{}/urls", lambda_list_urls},
};

bool lambda_not_found(struct face_call *call, struct str name, struct err *err)
{
    struct buf arn = {0};
    function_put_arn(&arn, call->region, name);
    err_refuse(
        err, "ResourceNotFoundException", "Function not found: %.*s", STR_ARG(buf_str(&arn)));
    buf_fini(&arn);
    return false;
}

/* A qualifier may stand behind the name or in the query: $LATEST is all there is. */
bool lambda_name(struct face_call *call, struct str *name, struct err *err)
{
    struct str qualifier = face_query(call, "Qualifier");
    if (!function_name_of(call->parts[0], name, err))
        return false;
    if (!qualifier.len || str_equal(qualifier, STR("$LATEST")))
        return true;
    return err_refuse(err, "ResourceNotFoundException",
        "Function not found: arn:aws:lambda:%.*s:000000000000:function:%.*s:%.*s ($LATEST is the "
        "only version here)",
        STR_ARG(call->region), STR_ARG(*name), STR_ARG(str_take(qualifier, 128)));
}

bool lambda_find(
    struct face_call *call, struct str reference, struct function *out, struct err *err)
{
    bool found;
    struct str name;
    if (!function_name_of(reference, &name, err) ||
        !registry_function(call->offer->registry, &call->arena, name, out, &found, err))
        return false;
    return found || lambda_not_found(call, name, err);
}

static bool run(struct face_call *call, struct request *request, struct err *err)
{
    const struct face_row *row;
    if (!face_match(call, rows, sizeof rows / sizeof *rows, &row, err))
        return false;
    if (!row)
        return err_refuse(err, "UnknownOperationException",
            "Lambda's call %.*s %.*s is not offered here", STR_ARG(str_take(request->method, 16)),
            STR_ARG(str_take(message_path(request), 256)));
    request->operation = str_from(row->name);
    return face_read_body(call, err) && row->run(call, err);
}

void lambda_run(struct offer *offer, struct request *request, struct reply *reply)
{
    struct face_call call = {.offer = offer,
        .request = request,
        .reply = reply,
        .region = request->region.len ? request->region : STR("us-east-1")};
    struct err err = ERR_INIT;
    reply_set(reply, 200, REPLY_JSON, STR_NONE);
    if (!run(&call, request, &err))
        face_refuse(reply, &err);
    arena_fini(&call.arena);
}
