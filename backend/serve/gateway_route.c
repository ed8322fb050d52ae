/* SPDX-License-Identifier: MIT */
/*
 * Which route of an API a request takes: the one whose path says most, from left to right (a word
 * before {a} before {rest+}), then the one that names the method.
 *
 *     GET /users/me      GET /users/{id}      ANY /users/{id}      ANY /{rest+}      $default
 *
 * A caller's token (Authorization: Bearer …) is read where the route asks for one. Its time is
 * looked at, its signature is not: there is nobody here who could have made it.
 */
#include "backend/json_in.h"
#include "backend/serve/gateway.h"
#include "backend/serve/paper.h"

enum { SCORE_MAX = 64 };

/* ---- a path and a form ---- */

struct match {
    char score[SCORE_MAX + 2]; /* '3' a word, '2' {a}, '1' {rest+}; at the end the method */
    struct buf parameters;     /* the members of a JSON object */
};

static bool is_parameter(struct str piece)
{
    return piece.len > 2 && *piece.at == '{' && piece.at[piece.len - 1] == '}';
}

static struct str parameter_name(struct str piece, bool rest)
{
    return str_take(str_skip(piece, 1), piece.len - (rest ? 3 : 2));
}

static bool take_parameter(struct arena *arena, struct match *m, struct str name, struct str value)
{
    struct str decoded;
    if (!value.len || !face_decode(arena, value, false, &decoded))
        return false;
    /* json_put_name() puts a comma where the buffer has something before it */
    if (m->parameters.len)
        buf_add_byte(&m->parameters, ',');
    json_put_string(&m->parameters, name);
    buf_add_byte(&m->parameters, ':');
    json_put_string(&m->parameters, decoded);
    return true;
}

/* form = *( "/" ( word | "{" NAME "}" ) ) [ "/{" NAME "+}" ] */
static bool fits(struct arena *arena, struct str form, struct str path, struct match *m)
{
    struct str want, have;
    size_t n = 0;
    buf_clear(&m->parameters);
    if (path.len > 1 && path.at[path.len - 1] == '/')
        path.len--;
    while (n < SCORE_MAX && str_cut(&form, '/', &want)) {
        bool parameter = is_parameter(want);
        if (parameter && want.at[want.len - 2] == '+') {
            m->score[n++] = '1';
            m->score[n] = '\0';
            return take_parameter(arena, m, parameter_name(want, true), path);
        }
        if (!str_cut(&path, '/', &have))
            return false;
        if (parameter ? !take_parameter(arena, m, parameter_name(want, false), have)
                      : !str_equal(want, have))
            return false;
        m->score[n++] = parameter ? '2' : '3';
    }
    m->score[n] = '\0';
    return !path.at && !form.at;
}

/* Keeps the better one in `best`. */
static bool take_better(struct match *best, struct match *m, bool exact)
{
    strcat(m->score, exact ? "1" : "0");
    if (strcmp(m->score, best->score) <= 0)
        return false;
    struct match before = *best;
    *best = *m;
    *m = before;
    return true;
}

/* ---- tokens ---- */

/* base64url without padding */
static bool decode_url(struct str text, struct buf *out)
{
    struct buf plain = {0};
    for (size_t i = 0; i < text.len; i++)
        buf_add_byte(&plain, text.at[i] == '-' ? '+' : text.at[i] == '_' ? '/' : text.at[i]);
    while (plain.len % 4)
        buf_add_byte(&plain, '=');
    bool ok = json_in_base64(out, buf_str(&plain));
    buf_fini(&plain);
    return ok;
}

/* Claims are text in events, whatever they were. */
static void put_claim(struct buf *out, const struct json *claim)
{
    struct buf text = {0};
    json_put_name(out, claim->name);
    if (claim->type == JSON_STRING) {
        json_put_string(out, claim->text);
        return;
    }
    json_put(&text, claim);
    json_put_string(out, buf_str(&text));
    buf_fini(&text);
}

/* token = header "." claims "." signature */
static bool read_claims(struct arena *arena, struct str token, int64_t now_ms, struct str *out)
{
    struct buf text = {0}, claims = {0};
    struct err ignored = ERR_INIT;
    struct str piece;
    int64_t expires;
    bool ok = str_cut(&token, '.', &piece) && str_cut(&token, '.', &piece) && token.at &&
              decode_url(piece, &text);
    struct str copy = arena_dup(arena, buf_str(&text));
    const struct json *json = ok ? json_parse(arena, copy, &ignored) : NULL;
    buf_fini(&text);
    if (!json_is(json, JSON_OBJECT) ||
        (json_to_i64(json_get(json, STR("exp")), &expires) && expires <= now_ms / 1000))
        return false;
    buf_add_byte(&claims, '{');
    for (const struct json *c = json->first; c; c = c->next)
        put_claim(&claims, c);
    buf_add_byte(&claims, '}');
    *out = arena_dup(arena, buf_str(&claims));
    buf_fini(&claims);
    return true;
}

static bool check_caller(struct offer *offer, struct arena *arena, struct str type,
    const struct request *request, struct proxy *out, struct err *err)
{
    struct str given = message_get(request, STR("Authorization"));
    if (str_equal(type, STR("AWS_IAM")))
        return str_starts(given, STR("AWS4-")) ||
               err_refuse(err, "AccessDeniedException", "Forbidden");
    if (!str_equal(type, STR("JWT")) && !str_equal(type, STR("COGNITO_USER_POOLS")))
        return true;
    if (str_equal_nocase(str_take(given, 7), STR("Bearer ")))
        given = str_trim(str_skip(given, 7));
    return read_claims(arena, given, clock_now_ms(offer->clock), &out->claims) ||
           err_refuse(err, "UnauthorizedException", "Unauthorized");
}

/* ---- where it goes ---- */

/* "arn:aws:apigateway:…/functions/FUNCTION/invocations", or FUNCTION */
static struct str function_of(struct str uri)
{
    size_t at = str_find(uri, STR("/functions/"));
    if (at == SIZE_MAX)
        return uri;
    uri = str_skip(uri, at + sizeof "/functions/" - 1);
    return str_take(uri, str_find_byte(uri, '/'));
}

/* ---- HTTP APIs ---- */

static bool is_method(struct str wanted, struct str method, bool *exact)
{
    *exact = str_equal(wanted, method);
    return *exact || str_equal(wanted, STR("ANY"));
}

/* The best of the API's routes, NULL where there is none. */
static bool best_route(struct offer *offer, struct arena *arena, struct str api,
    const struct request *request, struct str path, struct match *best, const struct json **out,
    struct err *err)
{
    struct str *papers, prefix = arena_printf(arena, "route/%.*s/", STR_ARG(api));
    const struct json *fallback = NULL, *route;
    struct match m = {0};
    size_t count;
    bool ok = paper_list(offer->papers, prefix, arena, &papers, &count, err), exact;
    *out = NULL;
    for (size_t i = 0; ok && i < count; i++) {
        ok = gateway_read(offer, arena, papers[i], &route, err);
        struct str rest = gateway_text(route, "routeKey"), method;
        if (str_equal(rest, STR("$default")))
            fallback = route;
        else if (str_cut(&rest, ' ', &method) && is_method(method, request->method, &exact) &&
                 fits(arena, rest, path, &m) && take_better(best, &m, exact))
            *out = route;
    }
    if (!*out) {
        *out = fallback;
        buf_clear(&best->parameters);
    }
    buf_fini(&m.parameters);
    return ok;
}

/* "/dev/users" → stage dev where there is one of that name; else $default */
static bool cut_stage(struct offer *offer, struct arena *arena, const char *kind, struct str api,
    struct proxy *out, struct err *err)
{
    struct str rest = str_skip(out->path, 1), name = str_take(rest, str_find_byte(rest, '/'));
    const struct json *stage = NULL;
    out->stage = STR("$default");
    if (name.len && name.len <= 128 &&
        !gateway_read(offer, arena,
            arena_printf(arena, "%s/%.*s/%.*s", kind, STR_ARG(api), STR_ARG(name)), &stage, err))
        return false;
    if (!stage)
        return true;
    out->stage = name;
    out->path = str_skip(rest, name.len);
    if (!out->path.len)
        out->path = STR("/");
    return true;
}

static bool no_route(struct err *err)
{
    return err_refuse(err, "NotFoundException", "Not Found");
}

static bool find_integration(struct offer *offer, struct arena *arena, struct str api,
    const struct json *route, struct proxy *out, struct err *err)
{
    struct str target = gateway_text(route, "target");
    const struct json *integration;
    if (!str_starts(target, STR("integrations/")))
        return no_route(err);
    target = str_skip(target, sizeof "integrations/" - 1);
    if (!gateway_read(offer, arena,
            arena_printf(arena, "integration/%.*s/%.*s", STR_ARG(api), STR_ARG(target)),
            &integration, err))
        return false;
    if (!integration)
        return no_route(err);
    out->function = function_of(gateway_text(integration, "integrationUri"));
    out->format = str_equal(gateway_text(integration, "payloadFormatVersion"), STR("2.0")) ? 2 : 1;
    return true;
}

/* The path of a route's key; "$default" is one, too. */
static struct str resource_of(struct str key)
{
    size_t at = str_find_byte(key, ' ');
    return at == SIZE_MAX ? key : str_skip(key, at + 1);
}

static bool route_http(struct offer *offer, struct arena *arena, struct str api,
    const struct request *request, struct proxy *out, struct err *err)
{
    struct match best = {0};
    const struct json *route;
    bool ok = cut_stage(offer, arena, "stage", api, out, err) &&
              best_route(offer, arena, api, request, out->path, &best, &route, err) &&
              (route || no_route(err)) && find_integration(offer, arena, api, route, out, err);
    if (ok) {
        out->key = gateway_text(route, "routeKey");
        out->resource = resource_of(out->key);
        out->parameters = arena_dup(arena, buf_str(&best.parameters));
        ok =
            check_caller(offer, arena, gateway_text(route, "authorizationType"), request, out, err);
    }
    buf_fini(&best.parameters);
    return ok;
}

/* ---- REST APIs ---- */

static bool read_method(struct offer *offer, struct arena *arena, const char *kind, struct str api,
    struct str resource, struct str method, const struct json **out, struct err *err)
{
    return gateway_read(offer, arena,
        arena_printf(
            arena, "%s/%.*s/%.*s/%.*s", kind, STR_ARG(api), STR_ARG(resource), STR_ARG(method)),
        out, err);
}

/* The method of a resource that takes the request: of its name, or ANY. */
static bool method_of(struct offer *offer, struct arena *arena, struct str api,
    const struct json *resource, struct str name, const struct json **out, bool *exact,
    struct err *err)
{
    struct str id = gateway_text(resource, "id");
    *exact = true;
    if (!read_method(offer, arena, "method", api, id, name, out, err))
        return false;
    if (*out)
        return true;
    *exact = false;
    return read_method(offer, arena, "method", api, id, STR("ANY"), out, err);
}

struct found {
    struct match best;
    const struct json *resource, *method;
};

static bool best_resource(struct offer *offer, struct arena *arena, struct str api,
    const struct request *request, struct str path, struct found *out, struct err *err)
{
    struct str *papers, prefix = arena_printf(arena, "resource/%.*s/", STR_ARG(api));
    const struct json *resource, *method;
    struct match m = {0};
    size_t count;
    bool exact, ok = paper_list(offer->papers, prefix, arena, &papers, &count, err);
    for (size_t i = 0; ok && i < count; i++) {
        ok = gateway_read(offer, arena, papers[i], &resource, err);
        if (!ok || !resource || !fits(arena, gateway_text(resource, "path"), path, &m))
            continue;
        ok = method_of(offer, arena, api, resource, request->method, &method, &exact, err);
        if (ok && method && take_better(&out->best, &m, exact)) {
            out->resource = resource;
            out->method = method;
        }
    }
    buf_fini(&m.parameters);
    return ok;
}

/* The service says so of a path that it does not know. */
static bool no_resource(struct err *err)
{
    return err_refuse(err, "AccessDeniedException", "Missing Authentication Token");
}

static bool fill_rest(struct offer *offer, struct arena *arena, struct str api,
    const struct request *request, const struct found *found, struct proxy *out, struct err *err)
{
    const struct json *integration;
    out->key = gateway_text(found->resource, "id");
    out->resource = gateway_text(found->resource, "path");
    out->parameters = arena_dup(arena, buf_str(&found->best.parameters));
    if (!read_method(offer, arena, "rest-integration", api, out->key,
            gateway_text(found->method, "httpMethod"), &integration, err))
        return false;
    if (!integration)
        return err_refuse(err, "ResourceNotFoundException", "the method has no integration");
    out->function = function_of(gateway_text(integration, "uri"));
    out->format = 1;
    out->rest = true;
    return check_caller(
        offer, arena, gateway_text(found->method, "authorizationType"), request, out, err);
}

static bool route_rest(struct offer *offer, struct arena *arena, struct str api,
    const struct request *request, struct proxy *out, struct err *err)
{
    struct found found = {0};
    bool ok = cut_stage(offer, arena, "rest-stage", api, out, err);
    if (ok && str_equal(out->stage, STR("$default")))
        ok = err_refuse(err, "AccessDeniedException", "Forbidden"); /* no such stage */
    ok = ok && best_resource(offer, arena, api, request, out->path, &found, err) &&
         (found.method || no_resource(err)) &&
         fill_rest(offer, arena, api, request, &found, out, err);
    buf_fini(&found.best.parameters);
    return ok;
}

bool gateway_route(struct offer *offer, struct arena *arena, struct str api,
    const struct request *request, struct proxy *out, struct err *err)
{
    const struct json *http, *rest;
    if (!gateway_read(offer, arena, arena_printf(arena, "api/%.*s", STR_ARG(api)), &http, err) ||
        !gateway_read(offer, arena, arena_printf(arena, "rest-api/%.*s", STR_ARG(api)), &rest, err))
        return false;
    out->api = api;
    if (http)
        return route_http(offer, arena, api, request, out, err);
    if (rest)
        return route_rest(offer, arena, api, request, out, err);
    return err_refuse(err, "NotFoundException", "there is no API %.*s", STR_ARG(str_take(api, 64)));
}
