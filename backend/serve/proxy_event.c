/* SPDX-License-Identifier: MIT */
/*
 * Writes the event of an HTTP request. What came as text goes along as text; a body that is none
 * (by its type in format 2.0, by its bytes in 1.0) as base64. Knows neither functions nor routes.
 */
#include "backend/json_out.h"
#include "backend/serve/face.h"
#include "backend/serve/proxy.h"
#include "base/utf8.h"

#include <time.h>

/* ---- headers ---- */

static bool is_first(const struct request *request, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (str_equal_nocase(request->headers[j].name, request->headers[i].name))
            return false;
    return true;
}

static struct str lower(struct arena *arena, struct str name)
{
    struct str copy = arena_dup(arena, name);
    char *at = (char *)copy.at;
    for (size_t i = 0; i < copy.len; i++)
        at[i] = at[i] >= 'A' && at[i] <= 'Z' ? (char)(at[i] | 0x20) : at[i];
    return copy;
}

/* The values of all headers of the name of header `i`, joined; or the last one. */
static struct str values_of(
    struct arena *arena, const struct request *request, size_t i, bool joined)
{
    struct str all = request->headers[i].value;
    for (size_t j = i + 1; j < request->header_count; j++) {
        if (!str_equal_nocase(request->headers[j].name, request->headers[i].name))
            continue;
        struct str more = request->headers[j].value;
        all = joined ? arena_printf(arena, "%.*s,%.*s", STR_ARG(all), STR_ARG(more)) : more;
    }
    return all;
}

static void put_headers(
    struct buf *out, struct arena *arena, const struct request *request, bool modern)
{
    json_put_name(out, STR("headers"));
    buf_add_byte(out, '{');
    for (size_t i = 0; i < request->header_count; i++) {
        struct str name = request->headers[i].name;
        if (!is_first(request, i) || (modern && str_equal_nocase(name, STR("Cookie"))))
            continue;
        json_put_name(out, modern ? lower(arena, name) : name);
        json_put_string(out, values_of(arena, request, i, modern));
    }
    buf_add_byte(out, '}');
}

static void put_all_headers(struct buf *out, const struct request *request)
{
    json_put_name(out, STR("multiValueHeaders"));
    buf_add_byte(out, '{');
    for (size_t i = 0; i < request->header_count; i++) {
        if (!is_first(request, i))
            continue;
        json_put_name(out, request->headers[i].name);
        buf_add_byte(out, '[');
        for (size_t j = i; j < request->header_count; j++) {
            if (!str_equal_nocase(request->headers[j].name, request->headers[i].name))
                continue;
            json_put_comma(out);
            json_put_string(out, request->headers[j].value);
        }
        buf_add_byte(out, ']');
    }
    buf_add_byte(out, '}');
}

/* cookie-string = pair *( "; " pair ) */
static void put_cookies(struct buf *out, const struct request *request)
{
    struct str rest = message_get(request, STR("Cookie")), cookie;
    if (!rest.len)
        return;
    json_put_name(out, STR("cookies"));
    buf_add_byte(out, '[');
    while (str_cut(&rest, ';', &cookie)) {
        json_put_comma(out);
        json_put_string(out, str_trim(cookie));
    }
    buf_add_byte(out, ']');
}

/* ---- the query ---- */

enum { QUERY_MAX = 256 };

struct query {
    struct {
        struct str name, value;
        bool again; /* the name stood before */
    } pairs[QUERY_MAX];
    size_t count;
};

/* What is no good as an escape goes along as it is; what is no UTF-8 even so, as question marks, so
 * that names which differ stay apart or become one here and not in the JSON. */
static struct str decoded(struct arena *arena, struct str text)
{
    struct str out;
    if (face_decode(arena, text, true, &out) && utf8_valid(out))
        return out;
    if (utf8_valid(text))
        return text;
    char *at = arena_alloc(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        at[i] = (unsigned char)text.at[i] < 0x80 ? text.at[i] : '?';
    return (struct str){at, text.len};
}

static struct query *read_query(struct arena *arena, const struct request *request)
{
    struct query *q = arena_new(arena, struct query);
    struct str rest = message_query(request), piece, name;
    while (q->count < QUERY_MAX && str_cut(&rest, '&', &piece)) {
        if (!piece.len || !str_cut(&piece, '=', &name))
            continue;
        size_t i = q->count++;
        q->pairs[i].name = decoded(arena, name);
        q->pairs[i].value = decoded(arena, piece);
        for (size_t j = 0; j < i; j++)
            q->pairs[i].again |= str_equal(q->pairs[j].name, q->pairs[i].name);
    }
    return q;
}

static void put_query(struct buf *out, struct arena *arena, const struct query *q, bool modern)
{
    if (!q->count && modern)
        return;
    json_put_name(out, STR("queryStringParameters"));
    buf_add(out, q->count ? STR("{") : STR("null"));
    for (size_t i = 0; i < q->count; i++) {
        struct str all = q->pairs[i].value;
        if (q->pairs[i].again)
            continue;
        for (size_t j = i + 1; j < q->count; j++) {
            if (!str_equal(q->pairs[j].name, q->pairs[i].name))
                continue;
            struct str more = q->pairs[j].value;
            all = modern ? arena_printf(arena, "%.*s,%.*s", STR_ARG(all), STR_ARG(more)) : more;
        }
        json_put_name(out, q->pairs[i].name);
        json_put_string(out, all);
    }
    buf_add(out, q->count ? STR("}") : STR(""));
}

static void put_all_query(struct buf *out, const struct query *q)
{
    json_put_name(out, STR("multiValueQueryStringParameters"));
    buf_add(out, q->count ? STR("{") : STR("null"));
    for (size_t i = 0; i < q->count; i++) {
        if (q->pairs[i].again)
            continue;
        json_put_name(out, q->pairs[i].name);
        buf_add_byte(out, '[');
        for (size_t j = i; j < q->count; j++) {
            if (!str_equal(q->pairs[j].name, q->pairs[i].name))
                continue;
            json_put_comma(out);
            json_put_string(out, q->pairs[j].value);
        }
        buf_add_byte(out, ']');
    }
    buf_add(out, q->count ? STR("}") : STR(""));
}

/* ---- the body ---- */

static bool is_text_type(struct str type)
{
    static const struct str plain[] = {{"application/json", 16}, {"application/xml", 15},
        {"application/javascript", 22}, {"application/graphql", 19}};
    type = str_trim(str_take(type, str_find_byte(type, ';')));
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (str_equal_nocase(type, plain[i]))
            return true;
    return str_starts(type, STR("text/")) || str_ends(type, STR("+json")) ||
           str_ends(type, STR("+xml"));
}

static void put_body(struct buf *out, const struct request *request, bool modern)
{
    struct str body = request->body, type = message_get(request, STR("Content-Type"));
    bool coded = body.len && (!utf8_valid(body) || (modern && type.len && !is_text_type(type)));
    if (body.len || !modern)
        json_put_name(out, STR("body"));
    if (coded) {
        buf_add_byte(out, '"');
        json_out_base64(out, body);
        buf_add_byte(out, '"');
    } else if (body.len) {
        json_put_string(out, body);
    } else if (!modern) {
        buf_add(out, STR("null"));
    }
    face_put_flag(out, "isBase64Encoded", coded);
}

/* ---- where it came from ---- */

static void put_time(struct buf *out, const char *name, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    char text[64];
    gmtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%d/%b/%Y:%H:%M:%S +0000", &tm);
    face_put_text(out, name, str_from(text));
}

static void put_claims(struct buf *out, const struct proxy *p, bool modern)
{
    if (!p->claims.len)
        return;
    buf_add(out, modern ? STR(",\"authorizer\":{\"jwt\":{\"claims\":")
                        : STR(",\"authorizer\":{\"claims\":"));
    buf_add(out, p->claims);
    buf_add(out, modern ? STR(",\"scopes\":null}}") : STR(",\"scopes\":null}"));
}

static void put_domain(struct buf *out, const struct proxy *p, const struct request *request)
{
    face_put_text(out, "accountId", STR("000000000000"));
    face_put_text(out, "apiId", p->api);
    face_put_text(out, "domainName", message_get(request, STR("Host")));
    face_put_text(out, "domainPrefix", p->api);
}

static void put_context_2(struct buf *out, const struct proxy *p, const struct request *request,
    int64_t now_ms, const char *id)
{
    buf_add(out, STR(",\"requestContext\":{"));
    put_domain(out, p, request);
    put_claims(out, p, true);
    buf_add(out, STR(",\"http\":{"));
    face_put_text(out, "method", request->method);
    face_put_text(out, "path", p->path);
    face_put_text(out, "protocol", request->version);
    face_put_text(out, "sourceIp", STR("127.0.0.1"));
    face_put_text(out, "userAgent", message_get(request, STR("User-Agent")));
    buf_add_byte(out, '}');
    face_put_text(out, "requestId", str_from(id));
    face_put_text(out, "routeKey", p->key);
    face_put_text(out, "stage", p->stage);
    put_time(out, "time", now_ms);
    face_put_number(out, "timeEpoch", now_ms);
    buf_add_byte(out, '}');
}

static void put_context_1(struct buf *out, struct arena *arena, const struct proxy *p,
    const struct request *request, int64_t now_ms, const char *id)
{
    bool bare = str_equal(p->stage, STR("$default"));
    buf_add(out, STR(",\"requestContext\":{"));
    put_domain(out, p, request);
    put_claims(out, p, false);
    face_put_text(out, "extendedRequestId", str_from(id));
    face_put_text(out, "httpMethod", request->method);
    buf_add(out, STR(",\"identity\":{"));
    face_put_text(out, "sourceIp", STR("127.0.0.1"));
    face_put_text(out, "userAgent", message_get(request, STR("User-Agent")));
    buf_add_byte(out, '}');
    face_put_text(out, "path",
        bare ? p->path : arena_printf(arena, "/%.*s%.*s", STR_ARG(p->stage), STR_ARG(p->path)));
    face_put_text(out, "protocol", request->version);
    face_put_text(out, "requestId", str_from(id));
    put_time(out, "requestTime", now_ms);
    face_put_number(out, "requestTimeEpoch", now_ms);
    face_put_text(out, "resourceId", p->key);
    face_put_text(out, "resourcePath", p->resource);
    face_put_text(out, "stage", p->stage);
    buf_add_byte(out, '}');
}

/* ---- all of it ---- */

static void put_parameters(struct buf *out, const struct proxy *p, bool modern)
{
    if (p->parameters.len) {
        json_put_name(out, STR("pathParameters"));
        buf_add_byte(out, '{');
        buf_add(out, p->parameters);
        buf_add_byte(out, '}');
    } else if (!modern) {
        buf_add(out, STR(",\"pathParameters\":null"));
    }
}

static void put_event_2(const struct proxy *p, struct arena *arena, const struct request *request,
    int64_t now_ms, const char *id, struct buf *out)
{
    buf_add(out, STR("{\"version\":\"2.0\""));
    face_put_text(out, "routeKey", p->key);
    face_put_text(out, "rawPath", p->path);
    face_put_text(out, "rawQueryString", message_query(request));
    put_cookies(out, request);
    put_headers(out, arena, request, true);
    put_query(out, arena, read_query(arena, request), true);
    put_context_2(out, p, request, now_ms, id);
    put_parameters(out, p, true);
    put_body(out, request, true);
    buf_add_byte(out, '}');
}

static void put_event_1(const struct proxy *p, struct arena *arena, const struct request *request,
    int64_t now_ms, const char *id, struct buf *out)
{
    const struct query *q = read_query(arena, request);
    buf_add_byte(out, '{');
    if (!p->rest)
        face_put_text(out, "version", STR("1.0"));
    face_put_text(out, "resource", p->resource);
    face_put_text(out, "path", p->path);
    face_put_text(out, "httpMethod", request->method);
    put_headers(out, arena, request, false);
    put_all_headers(out, request);
    put_query(out, arena, q, false);
    put_all_query(out, q);
    put_parameters(out, p, false);
    buf_add(out, STR(",\"stageVariables\":null"));
    put_context_1(out, arena, p, request, now_ms, id);
    put_body(out, request, false);
    buf_add_byte(out, '}');
}

void proxy_put_event(const struct proxy *proxy, struct arena *arena, const struct request *request,
    int64_t now_ms, const char *id, struct buf *out)
{
    if (proxy->format == 2)
        put_event_2(proxy, arena, request, now_ms, id, out);
    else
        put_event_1(proxy, arena, request, now_ms, id, out);
}
