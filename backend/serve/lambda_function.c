/* SPDX-License-Identifier: MIT */
/*
 * Functions, as Lambda's callers make, read, change and remove them. What they are is triggers/
 * function.h's matter, where they are kept registry.h's. Code comes as a zip in the request; what
 * would have to be fetched from elsewhere is refused.
 */
#include "backend/json_in.h"
#include "backend/serve/lambda.h"
#include "backend/triggers/member.h"

enum { PAGE = 50 };

/* ---- code ---- */

/* The members of CreateFunction's Code, and of UpdateFunctionCode. */
static bool read_zip(const struct json *code, struct buf *zip, struct err *err)
{
    const struct json *text = json_get(code, STR("ZipFile"));
    if (json_get(code, STR("ImageUri")))
        return member_invalid(err, "ImageUri: container images are not run here. Give the code as "
                                   "a zip (ZipFile).");
    if (json_get(code, STR("S3Bucket")) || json_get(code, STR("S3Key")))
        return member_invalid(err, "S3Bucket: code is not fetched from buckets here. Give it as a "
                                   "zip in the request (--zip-file fileb://…).");
    if (!text)
        return member_invalid(err, "Please provide a source for function code.");
    if (!json_is(text, JSON_STRING) || !json_in_base64(zip, text->text))
        return err_refuse(err, "SerializationException", "ZipFile is not base64");
    return zip->len > 0 ||
           member_invalid(err, "Could not unzip uploaded file. Please check your file, then try to "
                               "upload again.");
}

/* The response is the configuration. */
static bool answer_function(struct face_call *call, const struct function *function)
{
    function_write(function, call->region, &call->reply->body);
    return true;
}

/* ---- CreateFunction ---- */

/* What only this program's own files say of a function is not taken from a request. */
static bool read_new(struct face_call *call, struct function *out, struct err *err)
{
    *out = (struct function){0};
    if (!function_read(&call->arena, call->body, out, err))
        return false;
    out->folder = out->code_sha256 = out->revision = out->last_modified = STR_NONE;
    out->stored = out->pass_credentials = false;
    out->code_size = 0;
    return out->role.len || member_refuse(err, STR_NONE, "Role", "Member must not be null");
}

static bool check_new(struct face_call *call, struct str name, struct err *err)
{
    bool found;
    struct function old;
    if (!registry_function(call->offer->registry, &call->arena, name, &old, &found, err))
        return false;
    return !found || err_refuse(err, "ResourceConflictException", "Function already exist: %.*s",
                         STR_ARG(name));
}

static bool create(
    struct face_call *call, struct function *function, struct buf *zip, struct err *err)
{
    const struct json *tags = json_get(call->body, STR("Tags"));
    offer_lock(call->offer);
    bool ok =
        check_new(call, function->name, err) && lambda_forget(call, function->name, err) &&
        registry_put_code(call->offer->registry, &call->arena, function, buf_str(zip), true, err) &&
        (!tags || lambda_keep_tags(call, function->name, tags, err));
    offer_unlock_changed(call->offer);
    return ok;
}

bool lambda_create_function(struct face_call *call, struct err *err)
{
    struct function function;
    struct buf zip = {0};
    const struct json *code = json_get(call->body, STR("Code"));
    bool ok = read_new(call, &function, err) &&
              (code || member_refuse(err, STR_NONE, "Code", "Member must not be null")) &&
              read_zip(code, &zip, err) && create(call, &function, &zip, err);
    buf_fini(&zip);
    call->reply->status = 201;
    return ok && answer_function(call, &function);
}

/* ---- reading ---- */

bool lambda_get_configuration(struct face_call *call, struct err *err)
{
    struct function function;
    struct str name;
    return lambda_name(call, &name, err) && lambda_find(call, name, &function, err) &&
           answer_function(call, &function);
}

bool lambda_get_function(struct face_call *call, struct err *err)
{
    struct function function;
    struct str name;
    struct buf *out = &call->reply->body;
    if (!lambda_name(call, &name, err) || !lambda_find(call, name, &function, err))
        return false;
    buf_add(out, STR("{\"Configuration\":"));
    answer_function(call, &function);
    buf_add(out, STR(",\"Code\":{\"RepositoryType\":\"folder\",\"Location\":"));
    struct str location = arena_printf(&call->arena, "file://%.*s", STR_ARG(function.folder));
    json_put_string(out, location);
    buf_add(out, STR("},\"Tags\":"));
    if (!lambda_put_tags(call, function.name, out, err))
        return false;
    buf_add_byte(out, '}');
    return true;
}

/* Marker: the name behind which the page begins. */
bool lambda_list_functions(struct face_call *call, struct err *err)
{
    struct registry_functions all;
    struct buf *out = &call->reply->body;
    struct str marker = face_query(call, "Marker");
    int64_t most;
    size_t i = 0;
    if (!face_limit(call, "MaxItems", PAGE, PAGE, &most, err) ||
        !registry_functions(call->offer->registry, &call->arena, &all, NULL, err))
        return false;
    while (i < all.count && marker.len && str_compare(all.items[i].name, marker) <= 0)
        i++;
    size_t end = all.count - i > (size_t)most ? i + (size_t)most : all.count;
    buf_add(out, STR("{\"Functions\":["));
    for (; i < end; i++) {
        json_put_comma(out);
        answer_function(call, &all.items[i]);
    }
    buf_add_byte(out, ']');
    if (end && end < all.count)
        face_put_text(out, "NextMarker", all.items[end - 1].name);
    buf_add_byte(out, '}');
    return true;
}

/* ---- changing ---- */

static bool change(
    struct face_call *call, struct str name, struct function *function, struct err *err)
{
    struct function old;
    if (!lambda_find(call, name, &old, err))
        return false;
    *function = old;
    if (call->body && !function_read(&call->arena, call->body, function, err))
        return false;
    function->name = old.name;
    function->folder = old.folder;
    function->stored = old.stored;
    function->pass_credentials = old.pass_credentials;
    function->code_sha256 = old.code_sha256;
    function->code_size = old.code_size;
    return registry_put_function(call->offer->registry, &call->arena, function, false, err);
}

bool lambda_update_configuration(struct face_call *call, struct err *err)
{
    struct function function;
    struct str name;
    if (!lambda_name(call, &name, err))
        return false;
    offer_lock(call->offer);
    bool ok = change(call, name, &function, err);
    offer_unlock_changed(call->offer);
    if (ok)
        call->offer->drop(call->offer->invoker, function.name);
    return ok && answer_function(call, &function);
}

static bool change_code(struct face_call *call, struct str name, struct buf *zip,
    struct function *function, struct err *err)
{
    bool dry = json_is(json_get(call->body, STR("DryRun")), JSON_TRUE);
    struct str revision = STR_NONE;
    if (!lambda_find(call, name, function, err) ||
        !member_text(call->body, "RevisionId", 64, &revision, err))
        return false;
    if (revision.len && !str_equal(revision, function->revision))
        return err_refuse(err, "PreconditionFailedException",
            "The Revision Id provided does not match the latest Revision Id. Call the "
            "GetFunction/GetAlias API to retrieve the latest Revision Id");
    return dry || registry_put_code(
                      call->offer->registry, &call->arena, function, buf_str(zip), false, err);
}

bool lambda_update_code(struct face_call *call, struct err *err)
{
    struct function function;
    struct str name;
    struct buf zip = {0};
    bool ok = lambda_name(call, &name, err) && read_zip(call->body, &zip, err);
    if (ok) {
        offer_lock(call->offer);
        ok = change_code(call, name, &zip, &function, err);
        offer_unlock_changed(call->offer);
    }
    buf_fini(&zip);
    if (ok)
        call->offer->drop(call->offer->invoker, function.name);
    return ok && answer_function(call, &function);
}

bool lambda_delete_function(struct face_call *call, struct err *err)
{
    bool found = false;
    struct str name;
    if (!lambda_name(call, &name, err))
        return false;
    offer_lock(call->offer);
    bool ok = registry_remove_function(call->offer->registry, name, &found, err) &&
              lambda_forget(call, name, err);
    offer_unlock_changed(call->offer);
    if (ok && found)
        call->offer->drop(call->offer->invoker, name);
    call->reply->status = 204;
    return ok && (found || lambda_not_found(call, name, err));
}
