/* SPDX-License-Identifier: MIT */
/*
 * What Lambda's callers say about a function besides its configuration: versions and aliases (there
 * is $LATEST alone), tags, its concurrency. Kept as papers, shown again, enforced by nobody.
 */
#include "backend/serve/lambda.h"
#include "backend/serve/paper.h"
#include "backend/triggers/member.h"

/* ---- papers about a function ---- */

bool lambda_about_read(struct face_call *call, const char *kind, struct str name,
    enum json_type type, const struct json **out, struct err *err)
{
    struct str text, paper = arena_printf(&call->arena, "%s/%.*s", kind, STR_ARG(name));
    *out = NULL;
    if (!paper_get(call->offer->papers, paper, &call->arena, &text, err))
        return false;
    if (text.at && (!(*out = json_parse(&call->arena, text, err)) || !json_is(*out, type)))
        return err_context(err, "%s/%.*s.json", call->offer->papers, STR_ARG(paper));
    return true;
}

bool lambda_about_write(struct face_call *call, const char *kind, struct str name,
    const struct buf *text, struct err *err)
{
    struct str paper = arena_printf(&call->arena, "%s/%.*s", kind, STR_ARG(name));
    return paper_put(call->offer->papers, paper, buf_str(text), err);
}

bool lambda_about_remove(
    struct face_call *call, const char *kind, struct str name, bool *found, struct err *err)
{
    struct str paper = arena_printf(&call->arena, "%s/%.*s", kind, STR_ARG(name));
    return paper_remove(call->offer->papers, paper, found, err);
}

bool lambda_forget(struct face_call *call, struct str name, struct err *err)
{
    static const char *const kinds[] = {"policy", "tags", "concurrency", "url", "event-invoke"};
    bool found;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!lambda_about_remove(call, kinds[i], name, &found, err))
            return false;
    return true;
}

/* The function that the path names, which has to be there. */
bool lambda_about_find(struct face_call *call, struct str *name, struct err *err)
{
    struct function function;
    if (!lambda_name(call, name, err) || !lambda_find(call, *name, &function, err))
        return false;
    *name = function.name;
    return true;
}

/* ---- versions and aliases ---- */

bool lambda_list_versions(struct face_call *call, struct err *err)
{
    struct function function;
    struct str name;
    if (!lambda_name(call, &name, err) || !lambda_find(call, name, &function, err))
        return false;
    buf_add(&call->reply->body, STR("{\"Versions\":["));
    function_write(&function, call->region, &call->reply->body);
    buf_add(&call->reply->body, STR("]}"));
    return true;
}

bool lambda_refuse_version(struct face_call *call, struct err *err)
{
    struct str name;
    return lambda_about_find(call, &name, err) &&
           member_invalid(err, "Functions have $LATEST alone here: versions are not published and "
                               "aliases not made. Use the function's name.");
}

bool lambda_list_aliases(struct face_call *call, struct err *err)
{
    struct str name;
    buf_add(&call->reply->body, STR("{\"Aliases\":[]}"));
    return lambda_about_find(call, &name, err);
}

/* ---- tags ---- */

static bool check_tags(const struct json *tags, struct err *err)
{
    if (!json_is(tags, JSON_OBJECT))
        return member_refuse(err, STR_NONE, "Tags", "Member must not be null");
    for (const struct json *t = tags->first; t; t = t->next)
        if (t->type != JSON_STRING || t->text.len > 256 || !t->name.len || t->name.len > 128)
            return member_invalid(err, "Tags: names have 1 to 128 bytes, values are text of at "
                                       "most 256");
    return tags->count <= 50 || member_invalid(err, "Tags: a function has at most 50");
}

static bool keep_merged(struct face_call *call, struct str name, const struct json *old,
    const struct json *tags, struct err *err)
{
    struct buf out = {0};
    buf_add_byte(&out, '{');
    for (const struct json *t = old ? old->first : NULL; t; t = t->next)
        if (!json_get(tags, t->name)) {
            json_put_name(&out, t->name);
            json_put_string(&out, t->text);
        }
    for (const struct json *t = tags->first; t; t = t->next) {
        json_put_name(&out, t->name);
        json_put_string(&out, t->text);
    }
    buf_add_byte(&out, '}');
    bool ok = lambda_about_write(call, "tags", name, &out, err);
    buf_fini(&out);
    return ok;
}

bool lambda_keep_tags(
    struct face_call *call, struct str name, const struct json *tags, struct err *err)
{
    const struct json *old;
    return check_tags(tags, err) && lambda_about_read(call, "tags", name, JSON_OBJECT, &old, err) &&
           keep_merged(call, name, old, tags, err);
}

bool lambda_put_tags(struct face_call *call, struct str name, struct buf *out, struct err *err)
{
    const struct json *tags;
    if (!lambda_about_read(call, "tags", name, JSON_OBJECT, &tags, err))
        return false;
    if (tags)
        json_put(out, tags);
    else
        buf_add(out, STR("{}"));
    return true;
}

bool lambda_tag(struct face_call *call, struct err *err)
{
    struct str name;
    call->reply->status = 204;
    if (!lambda_about_find(call, &name, err))
        return false;
    offer_lock(call->offer);
    bool ok = lambda_keep_tags(call, name, json_get(call->body, STR("Tags")), err);
    offer_unlock(call->offer);
    return ok;
}

static bool is_named(struct face_call *call, struct str tag)
{
    struct str query = message_query(call->request), piece, key, value;
    while (str_cut(&query, '&', &piece))
        if (str_cut(&piece, '=', &key) && str_equal(key, STR("tagKeys")) &&
            face_decode(&call->arena, piece, true, &value) && str_equal(value, tag))
            return true;
    return false;
}

static bool untag(struct face_call *call, struct str name, struct err *err)
{
    const struct json *tags;
    struct buf out = {0};
    if (!lambda_about_read(call, "tags", name, JSON_OBJECT, &tags, err))
        return false;
    buf_add_byte(&out, '{');
    for (const struct json *t = tags ? tags->first : NULL; t; t = t->next)
        if (!is_named(call, t->name)) {
            json_put_name(&out, t->name);
            json_put_string(&out, t->text);
        }
    buf_add_byte(&out, '}');
    bool ok = lambda_about_write(call, "tags", name, &out, err);
    buf_fini(&out);
    return ok;
}

bool lambda_untag(struct face_call *call, struct err *err)
{
    struct str name;
    call->reply->status = 204;
    if (!lambda_about_find(call, &name, err))
        return false;
    offer_lock(call->offer);
    bool ok = untag(call, name, err);
    offer_unlock(call->offer);
    return ok;
}

bool lambda_list_tags(struct face_call *call, struct err *err)
{
    struct str name;
    if (!lambda_about_find(call, &name, err))
        return false;
    buf_add(&call->reply->body, STR("{\"Tags\":"));
    if (!lambda_put_tags(call, name, &call->reply->body, err))
        return false;
    buf_add_byte(&call->reply->body, '}');
    return true;
}

/* ---- concurrency ---- */

bool lambda_put_concurrency(struct face_call *call, struct err *err)
{
    struct str name;
    int64_t number = -1;
    if (!lambda_about_find(call, &name, err) ||
        !member_number(call->body, "ReservedConcurrentExecutions", 0, INT32_MAX, &number, err))
        return false;
    if (number < 0)
        return member_refuse(
            err, STR_NONE, "ReservedConcurrentExecutions", "Member must not be null");
    buf_add_byte(&call->reply->body, '{');
    face_put_number(&call->reply->body, "ReservedConcurrentExecutions", number);
    buf_add_byte(&call->reply->body, '}');
    face_note(call);
    return lambda_about_write(call, "concurrency", name, &call->reply->body, err);
}

bool lambda_get_concurrency(struct face_call *call, struct err *err)
{
    struct str name;
    const struct json *kept;
    if (!lambda_about_find(call, &name, err) ||
        !lambda_about_read(call, "concurrency", name, JSON_OBJECT, &kept, err))
        return false;
    if (kept)
        json_put(&call->reply->body, kept);
    else
        buf_add(&call->reply->body, STR("{}"));
    return true;
}

bool lambda_delete_concurrency(struct face_call *call, struct err *err)
{
    struct str name;
    bool found;
    call->reply->status = 204;
    return lambda_about_find(call, &name, err) &&
           lambda_about_remove(call, "concurrency", name, &found, err);
}

/* ---- events ---- */

static bool check_destination(const struct json *body, struct err *err)
{
    static const char *const ends[] = {"OnSuccess", "OnFailure"};
    const struct json *config = json_get(body, STR("DestinationConfig"));
    for (size_t i = 0; i < 2; i++) {
        const struct json *to = json_get(json_get(config, str_from(ends[i])), STR("Destination"));
        if (to && to->type != JSON_NULL)
            return member_invalid(err,
                "DestinationConfig.%s: results of events go nowhere here "
                "but into the function's log",
                ends[i]);
    }
    return true;
}

/* What was, but for what the body says, where `over`. */
static bool keep_event_config(struct face_call *call, bool over, struct err *err)
{
    struct str name;
    const struct json *old = NULL;
    int64_t retries = -1, age = -1;
    struct buf out = {0};
    if (!lambda_about_find(call, &name, err) || !check_destination(call->body, err) ||
        (over && !lambda_about_read(call, "event-invoke", name, JSON_OBJECT, &old, err)))
        return false;
    json_to_i64(json_get(old, STR("MaximumRetryAttempts")), &retries);
    json_to_i64(json_get(old, STR("MaximumEventAgeInSeconds")), &age);
    if (!member_number(call->body, "MaximumRetryAttempts", 0, 2, &retries, err) ||
        !member_number(call->body, "MaximumEventAgeInSeconds", 60, 21600, &age, err))
        return false;
    buf_add_byte(&out, '{');
    if (retries >= 0)
        face_put_number(&out, "MaximumRetryAttempts", retries);
    if (age >= 0)
        face_put_number(&out, "MaximumEventAgeInSeconds", age);
    face_put_number(&out, "LastModified", clock_now_ms(call->offer->clock) / 1000);
    buf_add_byte(&out, '}');
    bool ok = lambda_about_write(call, "event-invoke", name, &out, err);
    buf_fini(&out);
    return ok && lambda_get_event_config(call, err);
}

bool lambda_put_event_config(struct face_call *call, struct err *err)
{
    return keep_event_config(call, false, err);
}

bool lambda_update_event_config(struct face_call *call, struct err *err)
{
    return keep_event_config(call, true, err);
}

bool lambda_get_event_config(struct face_call *call, struct err *err)
{
    struct str name;
    const struct json *kept;
    struct buf *out = &call->reply->body;
    if (!lambda_about_find(call, &name, err) ||
        !lambda_about_read(call, "event-invoke", name, JSON_OBJECT, &kept, err))
        return false;
    if (!kept)
        return err_refuse(err, "ResourceNotFoundException",
            "The function %.*s doesn't have an EventInvokeConfig", STR_ARG(name));
    struct buf arn = {0};
    function_put_arn(&arn, call->region, name);
    json_put(out, kept);
    out->len--;
    face_put_text(out, "FunctionArn", buf_str(&arn));
    buf_add_byte(out, '}');
    buf_fini(&arn);
    return true;
}

bool lambda_delete_event_config(struct face_call *call, struct err *err)
{
    struct str name;
    bool found;
    call->reply->status = 204;
    return lambda_about_find(call, &name, err) &&
           lambda_about_remove(call, "event-invoke", name, &found, err) &&
           (found || err_refuse(err, "ResourceNotFoundException",
                         "The function %.*s doesn't have an EventInvokeConfig", STR_ARG(name)));
}

/* ---- the account ---- */

bool lambda_account(struct face_call *call, struct err *err)
{
    struct registry_functions all;
    int64_t bytes = 0;
    if (!registry_functions(call->offer->registry, &call->arena, &all, NULL, err))
        return false;
    for (size_t i = 0; i < all.count; i++)
        bytes += all.items[i].code_size;
    buf_printf(&call->reply->body,
        "{\"AccountLimit\":{\"TotalCodeSize\":80530636800,\"CodeSizeUnzipped\":262144000,"
        "\"CodeSizeZipped\":52428800,\"ConcurrentExecutions\":1000,"
        "\"UnreservedConcurrentExecutions\":1000},"
        "\"AccountUsage\":{\"TotalCodeSize\":%lld,\"FunctionCount\":%zu}}",
        (long long)bytes, all.count);
    return true;
}

bool lambda_code_signing(struct face_call *call, struct err *err)
{
    struct str name;
    if (!lambda_about_find(call, &name, err))
        return false;
    buf_add(&call->reply->body, STR("{\"CodeSigningConfigArn\":\"\""));
    face_put_text(&call->reply->body, "FunctionName", name);
    buf_add_byte(&call->reply->body, '}');
    return true;
}

bool lambda_list_layers(struct face_call *call, struct err *err)
{
    (void)err;
    buf_add(&call->reply->body, STR("{\"Layers\":[]}"));
    return true;
}
