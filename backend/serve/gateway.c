/* SPDX-License-Identifier: MIT */
/*
 * API Gateway's calls by their paths, and what its two kinds of APIs share: each thing is a paper
 * that is kept as it is shown, so making one is copying the members that it may have, and its parts
 * are the papers whose names begin with its own:
 *
 *     api/ID   route/ID/ROUTE   integration/ID/INTEGRATION   stage/ID/NAME …
 */
#include "backend/serve/gateway.h"

#include "backend/serve/paper.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- papers ---- */

bool gateway_bad(struct err *err, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return err_refuse(err, "BadRequestException", "%s", text);
}

bool gateway_read(struct offer *offer, struct arena *arena, struct str paper,
    const struct json **out, struct err *err)
{
    struct str text;
    *out = NULL;
    if (!paper_get(offer->papers, paper, arena, &text, err))
        return false;
    return !text.at || (*out = json_parse(arena, text, err)) != NULL;
}

struct str gateway_text(const struct json *object, const char *name)
{
    const struct json *member = json_get(object, str_from(name));
    return json_is(member, JSON_STRING) ? member->text : STR_NONE;
}

bool gateway_find(
    struct face_call *call, struct str paper, const struct json **out, struct err *err)
{
    if (!gateway_read(call->offer, &call->arena, paper, out, err))
        return false;
    return *out || err_refuse(err, "NotFoundException", "Invalid identifier specified: %.*s",
                       STR_ARG(str_take(paper, 128)));
}

void gateway_copy(
    struct buf *out, const struct json *from, const char *const *names, const struct json *except)
{
    for (; *names; names++) {
        const struct json *member = json_get(from, str_from(*names));
        if (!member || json_get(except, member->name))
            continue;
        json_put_name(out, member->name);
        json_put(out, member);
    }
}

bool gateway_keep(
    struct face_call *call, struct str paper, struct buf *text, int status, struct err *err)
{
    call->reply->status = status;
    buf_clear(&call->reply->body);
    buf_add(&call->reply->body, buf_str(text));
    return paper_put(call->offer->papers, paper, buf_str(text), err);
}

bool gateway_list(struct face_call *call, const char *list, struct str prefix, struct err *err)
{
    struct buf *out = &call->reply->body;
    struct str *papers;
    size_t count;
    if (!paper_list(call->offer->papers, prefix, &call->arena, &papers, &count, err))
        return false;
    buf_add_byte(out, '{');
    json_put_name(out, str_from(list));
    buf_add_byte(out, '[');
    for (size_t i = 0; i < count; i++) {
        const struct json *one;
        if (!gateway_read(call->offer, &call->arena, papers[i], &one, err))
            return false;
        if (!one)
            continue;
        json_put_comma(out);
        json_put(out, one);
    }
    buf_add(out, STR("]}"));
    return true;
}

bool gateway_remove(struct face_call *call, struct str paper, struct err *err)
{
    bool found;
    return paper_remove(call->offer->papers, paper, &found, err) &&
           (found || err_refuse(err, "NotFoundException", "Invalid identifier specified: %.*s",
                         STR_ARG(str_take(paper, 128))));
}

bool gateway_remove_below(struct face_call *call, struct str prefix, struct err *err)
{
    struct str *papers;
    size_t count;
    bool found;
    if (!paper_list(call->offer->papers, prefix, &call->arena, &papers, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!paper_remove(call->offer->papers, papers[i], &found, err))
            return false;
    return true;
}

struct str gateway_endpoint(struct face_call *call, struct str api)
{
    struct str host = message_get(call->request, STR("Host"));
    return arena_printf(&call->arena, "http://%.*s" ROUTE_APIS "%.*s", STR_ARG(host), STR_ARG(api));
}

/* ---- the calls ---- */

static bool run(struct face_call *call, struct request *request, struct err *err)
{
    const struct face_row *row;
    bool http = str_starts(message_path(request), STR("/v2/"));
    if (!face_match(call, http ? gateway_http_rows : gateway_rest_rows,
            http ? gateway_http_count : gateway_rest_count, &row, err))
        return false;
    if (!row)
        return err_refuse(err, "NotFoundException",
            "API Gateway's call %.*s %.*s is not offered here: APIs with proxy integrations of "
            "functions are",
            STR_ARG(str_take(request->method, 16)), STR_ARG(str_take(message_path(request), 256)));
    request->operation = str_from(row->name);
    if (!face_read_body(call, err))
        return false;
    offer_lock(call->offer);
    bool ok = row->run(call, err);
    offer_unlock(call->offer);
    return ok;
}

void gateway_run(struct offer *offer, struct request *request, struct reply *reply)
{
    struct face_call call = {.offer = offer,
        .request = request,
        .reply = reply,
        .region = request->region.len ? request->region : STR("us-east-1")};
    struct err err = ERR_INIT;
    reply_set(reply, 200, REPLY_JSON, STR_NONE);
    if (!run(&call, request, &err))
        face_refuse(reply, &err);
    else if (reply->status == 204 || reply->status == 202)
        buf_clear(&reply->body);
    arena_fini(&call.arena);
}
