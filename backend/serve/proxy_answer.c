/* SPDX-License-Identifier: MIT */
/*
 * What a function returned, as an answer:
 *
 *     {"statusCode": 200, "headers": {…}, "multiValueHeaders": {…}, "cookies": […],
 *      "body": "…", "isBase64Encoded": false}
 *
 * In format 2.0 whatever has no statusCode is the body itself. Nothing of it is trusted: a header
 * that would end the answer elsewhere makes the whole of it a failure, which is told.
 */
#include "backend/json_in.h"
#include "backend/serve/proxy.h"

enum { STATUS_MIN = 200, STATUS_MAX = 599 };

struct answering {
    struct reply *reply;
    bool typed; /* it has a Content-Type */
    const char *why;
};

static bool fail(struct answering *a, const char *why)
{
    a->why = why;
    return false;
}

static bool put_header(struct answering *a, struct str name, const struct json *value)
{
    bool scalar = value->type != JSON_ARRAY && value->type != JSON_OBJECT;
    struct str text = value->type == JSON_TRUE    ? STR("true")
                      : value->type == JSON_FALSE ? STR("false")
                                                  : value->text;
    /* where an answer ends is the server's to say */
    if (str_equal_nocase(name, STR("Content-Length")) ||
        str_equal_nocase(name, STR("Connection")) || str_equal_nocase(name, STR("Date")))
        return true;
    if (!scalar || value->type == JSON_NULL)
        return fail(a, "a header is neither text nor a number");
    a->typed = a->typed || str_equal_nocase(name, STR("Content-Type"));
    return reply_header(a->reply, name, text) ||
           fail(a, "a header has a name or a value that cannot be sent");
}

/* A header with several values in multiValueHeaders stands there alone. */
static bool put_headers(struct answering *a, const struct json *headers, const struct json *many)
{
    if (headers && headers->type != JSON_NULL && headers->type != JSON_OBJECT)
        return fail(a, "headers is no object");
    for (const struct json *h = headers ? headers->first : NULL; h; h = h->next)
        if (!json_get(many, h->name) && !put_header(a, h->name, h))
            return false;
    for (const struct json *h = many ? many->first : NULL; h; h = h->next) {
        if (h->type != JSON_ARRAY)
            return fail(a, "multiValueHeaders has something that is no list");
        for (const struct json *v = h->first; v; v = v->next)
            if (!put_header(a, h->name, v))
                return false;
    }
    return true;
}

static bool put_cookies(struct answering *a, const struct json *cookies)
{
    for (const struct json *c = json_is(cookies, JSON_ARRAY) ? cookies->first : NULL; c;
         c = c->next)
        if (!put_header(a, STR("Set-Cookie"), c))
            return false;
    return true;
}

static bool read_status(struct answering *a, const struct json *status, int *out)
{
    int64_t number;
    bool fine = json_is(status, JSON_STRING) ? str_to_i64(status->text, &number)
                                             : status && json_to_i64(status, &number);
    if (!fine || number < STATUS_MIN || number > STATUS_MAX)
        return fail(a, "statusCode is no number from 200 to 599");
    *out = (int)number;
    return true;
}

static bool read_body(struct answering *a, const struct json *result, struct buf *out)
{
    const struct json *body = json_get(result, STR("body"));
    if (!body || body->type == JSON_NULL)
        return true;
    if (body->type != JSON_STRING)
        return fail(a, "body is not text: a function turns it into text itself (JSON.stringify)");
    if (!json_is(json_get(result, STR("isBase64Encoded")), JSON_TRUE))
        buf_add(out, body->text);
    else if (!json_in_base64(out, body->text))
        return fail(a, "body is not the base64 that isBase64Encoded says");
    return true;
}

static void set(struct answering *a, int status, struct str type, struct str body)
{
    bool empty = status == 204 || status == 304;
    reply_set(a->reply, status, a->typed ? STR_NONE : type, empty ? STR_NONE : body);
    a->reply->bare = true; /* nothing is added, and its coding is the function's own */
}

static struct str fallback_type(const struct proxy *p)
{
    return p->format == 2 && !p->url ? REPLY_TEXT : REPLY_JSON;
}

static bool answer_object(struct answering *a, const struct proxy *p, const struct json *result)
{
    struct buf body = {0};
    int status;
    bool ok = read_status(a, json_get(result, STR("statusCode")), &status) &&
              read_body(a, result, &body) &&
              put_headers(a, json_get(result, STR("headers")),
                  p->format == 1 ? json_get(result, STR("multiValueHeaders")) : NULL) &&
              (p->format == 1 || put_cookies(a, json_get(result, STR("cookies"))));
    if (ok)
        set(a, status, fallback_type(p), buf_str(&body));
    buf_fini(&body);
    return ok;
}

bool proxy_answer(
    const struct proxy *proxy, struct str returned, struct reply *reply, const char **why)
{
    struct arena arena = {0};
    struct err ignored = ERR_INIT;
    struct answering a = {.reply = reply};
    struct str text = returned.len ? returned : STR("null");
    const struct json *result = json_parse(&arena, text, &ignored);
    bool ok;
    if (!result)
        ok = fail(&a, "the function returned no JSON");
    else if (proxy->format == 2 && !json_get(result, STR("statusCode"))) {
        set(&a, 200, REPLY_JSON, result->type == JSON_STRING ? result->text : text);
        ok = true;
    } else if (result->type != JSON_OBJECT)
        ok = fail(&a, "the function returned no object with a statusCode");
    else
        ok = answer_object(&a, proxy, result);
    *why = a.why;
    arena_fini(&arena);
    return ok;
}
