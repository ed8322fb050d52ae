/* SPDX-License-Identifier: MIT */
/*
 * Function URLs: http://HOST/lambda-url/NAME/ here. Their Cors is kept and not applied, since web
 * pages are not served.
 */
#include "backend/serve/lambda.h"
#include "backend/serve/paper.h"
#include "backend/triggers/member.h"

static struct str paper_of(struct face_call *call, struct str name)
{
    return arena_printf(&call->arena, "url/%.*s", STR_ARG(name));
}

static bool find(
    struct face_call *call, struct str *name, const struct json **config, struct err *err)
{
    struct function function;
    struct str text;
    *config = NULL;
    if (!lambda_name(call, name, err) || !lambda_find(call, *name, &function, err))
        return false;
    *name = function.name;
    if (!paper_get(call->offer->papers, paper_of(call, *name), &call->arena, &text, err))
        return false;
    return !text.at || (*config = json_parse(&call->arena, text, err)) != NULL;
}

static bool no_config(struct err *err)
{
    return err_refuse(
        err, "ResourceNotFoundException", "The resource you requested does not exist.");
}

static void put_config(struct face_call *call, struct str name, const struct json *config)
{
    struct buf *out = &call->reply->body, arn = {0};
    struct str host = message_get(call->request, STR("Host"));
    function_put_arn(&arn, call->region, name);
    buf_add_byte(out, '{');
    face_put_text(out, "FunctionUrl",
        arena_printf(
            &call->arena, "http://%.*s" ROUTE_FUNCTION_URLS "%.*s/", STR_ARG(host), STR_ARG(name)));
    face_put_text(out, "FunctionArn", buf_str(&arn));
    for (const struct json *m = config->first; m; m = m->next) {
        json_put_name(out, m->name);
        json_put(out, m);
    }
    buf_add_byte(out, '}');
    buf_fini(&arn);
}

static bool check(const struct json *body, const struct json *old, struct err *err)
{
    struct str type = STR_NONE, mode = STR("BUFFERED");
    if (!member_text(body, "AuthType", 16, &type, err) ||
        !member_text(body, "InvokeMode", 32, &mode, err))
        return false;
    if (!type.len && !old)
        return member_refuse(err, STR_NONE, "AuthType", "Member must not be null");
    if (type.len && !str_equal(type, STR("NONE")) && !str_equal(type, STR("AWS_IAM")))
        return member_refuse(
            err, type, "AuthType", "Member must satisfy enum value set: [NONE, AWS_IAM]");
    return str_equal(mode, STR("BUFFERED")) ||
           member_invalid(err, "InvokeMode %.*s: answers are BUFFERED here", STR_ARG(mode));
}

/* What was, but for what the body says. */
static void put_member(
    struct buf *out, const char *name, const struct json *body, const struct json *old)
{
    const struct json *member = json_get(body, str_from(name));
    if (!member)
        member = json_get(old, str_from(name));
    if (!member || member->type == JSON_NULL)
        return;
    json_put_name(out, str_from(name));
    json_put(out, member);
}

static bool keep(struct face_call *call, struct str name, const struct json *old, struct err *err)
{
    struct buf text = {0}, now = {0};
    face_put_time(&now, clock_now_ms(call->offer->clock));
    buf_add_byte(&text, '{');
    put_member(&text, "AuthType", call->body, old);
    put_member(&text, "Cors", call->body, old);
    struct str created = buf_str(&now);
    if (old && json_get(old, STR("CreationTime")))
        created = json_get(old, STR("CreationTime"))->text;
    face_put_text(&text, "CreationTime", created);
    face_put_text(&text, "LastModifiedTime", buf_str(&now));
    face_put_text(&text, "InvokeMode", STR("BUFFERED"));
    buf_add_byte(&text, '}');
    bool ok = paper_put(call->offer->papers, paper_of(call, name), buf_str(&text), err);
    const struct json *config =
        ok ? json_parse(&call->arena, arena_dup(&call->arena, buf_str(&text)), err) : NULL;
    if (config)
        put_config(call, name, config);
    buf_fini(&text);
    buf_fini(&now);
    return config != NULL;
}

static bool create(struct face_call *call, struct err *err)
{
    struct str name;
    const struct json *old;
    if (!find(call, &name, &old, err) || !check(call->body, NULL, err))
        return false;
    if (old)
        return err_refuse(err, "ResourceConflictException",
            "Failed to create function url config for [functionArn = "
            "arn:aws:lambda:%.*s:000000000000:function:%.*s]. Error message:  FunctionUrlConfig "
            "exists for this Lambda function",
            STR_ARG(call->region), STR_ARG(name));
    return keep(call, name, NULL, err);
}

bool lambda_create_url(struct face_call *call, struct err *err)
{
    call->reply->status = 201;
    offer_lock(call->offer);
    bool ok = create(call, err);
    offer_unlock(call->offer);
    return ok;
}

bool lambda_update_url(struct face_call *call, struct err *err)
{
    struct str name;
    const struct json *old;
    offer_lock(call->offer);
    bool ok = find(call, &name, &old, err) && check(call->body, old, err) &&
              (old || no_config(err)) && keep(call, name, old, err);
    offer_unlock(call->offer);
    return ok;
}

bool lambda_get_url(struct face_call *call, struct err *err)
{
    struct str name;
    const struct json *config;
    if (!find(call, &name, &config, err))
        return false;
    if (!config)
        return no_config(err);
    put_config(call, name, config);
    return true;
}

bool lambda_list_urls(struct face_call *call, struct err *err)
{
    struct str name;
    const struct json *config;
    if (!find(call, &name, &config, err))
        return false;
    buf_add(&call->reply->body, STR("{\"FunctionUrlConfigs\":["));
    if (config)
        put_config(call, name, config);
    buf_add(&call->reply->body, STR("]}"));
    return true;
}

bool lambda_delete_url(struct face_call *call, struct err *err)
{
    struct str name;
    const struct json *config;
    bool found = false;
    call->reply->status = 204;
    return find(call, &name, &config, err) &&
           paper_remove(call->offer->papers, paper_of(call, name), &found, err) &&
           (found || no_config(err));
}
