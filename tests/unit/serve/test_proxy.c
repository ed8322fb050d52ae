/* SPDX-License-Identifier: MIT */
/* HTTP requests as events of functions, and what functions return as answers. */
#include "backend/json.h"
#include "backend/serve/proxy.h"
#include "tests/unit/http/request_of.h"

static const struct proxy modern = {.format = 2,
    .function = {"f", 1},
    .api = {"api1", 4},
    .stage = {"$default", 8},
    .key = {"GET /users/{id}", 15},
    .resource = {"/users/{id}", 11},
    .path = {"/users/7", 8},
    .parameters = {"\"id\":\"7\"", 8}};
static const struct proxy rest = {.format = 1,
    .rest = true,
    .function = {"f", 1},
    .api = {"api1", 4},
    .stage = {"dev", 3},
    .key = {"res1", 4},
    .resource = {"/users/{id}", 11},
    .path = {"/users/7", 8},
    .parameters = {"\"id\":\"7\"", 8}};

/* ---- events ---- */

static struct arena arena;
static char text[16384];

static const struct json *event_of(const struct proxy *p, const char *head, struct str body)
{
    struct request request = request_of(head);
    struct buf out = {0};
    struct err err = ERR_INIT;
    request.body = body;
    proxy_put_event(p, &arena, &request, 1795176000000, "id-1", &out);
    snprintf(text, sizeof text, "%s", buf_cstr(&out));
    const struct json *json = json_parse(&arena, arena_dup(&arena, buf_str(&out)), &err);
    if (!json)
        fail_msg("%s: %s", err.text, text);
    buf_fini(&out);
    return json;
}

/* The member at a path "a.b"; as text. NULL: there is none. */
static const char *at(const struct json *json, const char *path)
{
    struct str rest_of = str_from(path), name;
    struct buf out = {0};
    while (json && str_cut(&rest_of, '.', &name))
        json = json_get(json, name);
    if (!json)
        return NULL;
    if (json->type == JSON_STRING)
        return arena_dup(&arena, json->text).at;
    json_put(&out, json);
    const char *found = arena_dup(&arena, buf_str(&out)).at;
    buf_fini(&out);
    return found;
}

#define HEAD                                                                                       \
    "GET /users/7?a=1&b=x%20y&a=2&c HTTP/1.1\nHost: h:1\nX-One: 1\nx-one: 2\nCookie: a=b; c=d\n"   \
    "User-Agent: curl\n"

static void an_event_of_format_2_says_what_came(void **state)
{
    (void)state;
    const struct json *e = event_of(&modern, HEAD, STR_NONE);
    assert_string_equal(at(e, "version"), "2.0");
    assert_string_equal(at(e, "routeKey"), "GET /users/{id}");
    assert_string_equal(at(e, "rawPath"), "/users/7");
    assert_string_equal(at(e, "rawQueryString"), "a=1&b=x%20y&a=2&c");
    assert_string_equal(
        at(e, "headers"), "{\"host\":\"h:1\",\"x-one\":\"1,2\",\"user-agent\":\"curl\"}");
    assert_string_equal(at(e, "cookies"), "[\"a=b\",\"c=d\"]");
    assert_string_equal(at(e, "queryStringParameters"), "{\"a\":\"1,2\",\"b\":\"x y\",\"c\":\"\"}");
    assert_string_equal(at(e, "pathParameters"), "{\"id\":\"7\"}");
    assert_string_equal(at(e, "requestContext.http.method"), "GET");
    assert_string_equal(at(e, "requestContext.http.path"), "/users/7");
    assert_string_equal(at(e, "requestContext.apiId"), "api1");
    assert_string_equal(at(e, "requestContext.stage"), "$default");
    assert_string_equal(at(e, "requestContext.time"), "20/Nov/2026:12:00:00 +0000");
    assert_string_equal(at(e, "requestContext.timeEpoch"), "1795176000000");
    assert_string_equal(at(e, "isBase64Encoded"), "false");
    assert_null(at(e, "body"));
    assert_null(at(e, "requestContext.authorizer"));
}

static void an_event_of_format_1_says_it_in_its_own_way(void **state)
{
    (void)state;
    const struct json *e = event_of(&rest, HEAD, STR_NONE);
    assert_null(at(e, "version"));
    assert_string_equal(at(e, "resource"), "/users/{id}");
    assert_string_equal(at(e, "path"), "/users/7");
    assert_string_equal(at(e, "httpMethod"), "GET");
    assert_string_equal(at(e, "headers.X-One"), "2");
    assert_string_equal(at(e, "multiValueHeaders.X-One"), "[\"1\",\"2\"]");
    assert_string_equal(at(e, "headers.Cookie"), "a=b; c=d");
    assert_string_equal(at(e, "queryStringParameters"), "{\"a\":\"2\",\"b\":\"x y\",\"c\":\"\"}");
    assert_string_equal(at(e, "multiValueQueryStringParameters.a"), "[\"1\",\"2\"]");
    assert_string_equal(at(e, "pathParameters"), "{\"id\":\"7\"}");
    assert_string_equal(at(e, "requestContext.resourcePath"), "/users/{id}");
    assert_string_equal(at(e, "requestContext.path"), "/dev/users/7");
    assert_string_equal(at(e, "requestContext.stage"), "dev");
    assert_string_equal(at(e, "requestContext.identity.sourceIp"), "127.0.0.1");
    assert_string_equal(at(e, "body"), "null");
    assert_string_equal(at(e, "stageVariables"), "null");
    struct proxy bare = rest;
    bare.parameters = STR_NONE;
    bare.rest = false;
    e = event_of(&bare, "GET /x HTTP/1.1\nHost: h\n", STR_NONE);
    assert_string_equal(at(e, "version"), "1.0");
    assert_string_equal(at(e, "pathParameters"), "null");
    assert_string_equal(at(e, "queryStringParameters"), "null");
}

static void bodies_are_text_where_they_are_text(void **state)
{
    (void)state;
#define TYPE(t) "POST / HTTP/1.1\nHost: h\nContent-Type: " t "\n"
    const struct json *e =
        event_of(&modern, TYPE("application/json; charset=utf-8"), STR("{\"a\":\"ä\"}"));
    assert_string_equal(at(e, "body"), "{\"a\":\"ä\"}");
    assert_string_equal(at(e, "isBase64Encoded"), "false");
    e = event_of(&modern, TYPE("application/x-www-form-urlencoded"), STR("a=b"));
    assert_string_equal(at(e, "body"), "YT1i");
    assert_string_equal(at(e, "isBase64Encoded"), "true");
    e = event_of(&rest, TYPE("application/x-www-form-urlencoded"), STR("a=b"));
    assert_string_equal(at(e, "body"), "a=b");
    e = event_of(&rest, TYPE("text/plain"), STR("\xff\x00z"));
    assert_string_equal(at(e, "isBase64Encoded"), "true");
    e = event_of(&modern, TYPE("application/problem+json"), STR("x"));
    assert_string_equal(at(e, "body"), "x");
}

static void claims_of_a_token_are_where_each_format_has_them(void **state)
{
    (void)state;
    struct proxy p = modern;
    p.claims = STR("{\"sub\":\"u\"}");
    assert_string_equal(
        at(event_of(&p, HEAD, STR_NONE), "requestContext.authorizer.jwt.claims.sub"), "u");
    p.format = 1;
    assert_string_equal(
        at(event_of(&p, HEAD, STR_NONE), "requestContext.authorizer.claims.sub"), "u");
}

static void hostile_queries_and_headers_stay_data(void **state)
{
    (void)state;
    const struct json *e = event_of(
        &modern, "GET /?%ff=%zz&=&&x=%22%7D&y HTTP/1.1\nHost: h\nX-\"}: \\\"\x01\xff\n", STR_NONE);
    assert_string_equal(at(e, "queryStringParameters.x"), "\"}");
    assert_non_null(at(e, "headers"));
    e = event_of(&modern, "GET /?\xff=1&\xfe=2&%fd=3&%fc=4 HTTP/1.1\nHost: h\n", STR_NONE);
    assert_string_equal(
        at(e, "queryStringParameters"), "{\"?\":\"1,2\",\"%fd\":\"3\",\"%fc\":\"4\"}");
    struct buf many = {0};
    buf_add(&many, STR("GET /?"));
    for (int i = 0; i < 1000; i++)
        buf_printf(&many, "p%d=%d&", i, i);
    buf_add(&many, STR(" HTTP/1.1\nHost: h\n"));
    e = event_of(&modern, buf_cstr(&many), STR_NONE);
    assert_string_equal(at(e, "queryStringParameters.p255"), "255");
    assert_null(at(e, "queryStringParameters.p256"));
    buf_fini(&many);
}

/* ---- answers ---- */

static struct reply reply;
static const char *why;

static bool answer(const struct proxy *p, const char *returned)
{
    reply_fini(&reply);
    why = "";
    return proxy_answer(p, str_from(returned), &reply, &why);
}

static const char *header(const char *name)
{
    struct str rest_of = buf_str(&reply.headers), key, value;
    while (str_cut(&rest_of, '\0', &key) && str_cut(&rest_of, '\0', &value))
        if (str_equal_nocase(key, str_from(name)))
            return value.at;
    return "";
}

static void what_a_function_returns_is_the_answer(void **state)
{
    (void)state;
    assert_true(answer(&rest,
        "{\"statusCode\":201,\"headers\":{\"X-A\":\"1\",\"X-N\":2,\"X-B\":true},"
        "\"multiValueHeaders\":{\"Set-Cookie\":[\"a\",\"b\"],\"x-a\":[\"3\"]},\"body\":\"{}\"}"));
    assert_int_equal(reply.status, 201);
    assert_string_equal(text_of(&reply), "{}");
    assert_string_equal(header("X-N"), "2");
    assert_string_equal(header("X-B"), "true");
    assert_true(str_equal(reply.type, REPLY_JSON));
    assert_true(
        str_find(buf_str(&reply.headers), STR("Set-Cookie\0a\0Set-Cookie\0b\0")) != SIZE_MAX);
    assert_true(answer(&rest, "{\"statusCode\":\"200\",\"body\":null}"));
    assert_string_equal(text_of(&reply), "");
    assert_true(answer(&rest,
        "{\"statusCode\":200,\"body\":\"/"
        "w==\",\"isBase64Encoded\":true,\"headers\":{\"content-type\":\"image/x\"}}"));
    assert_int_equal(reply.body.len, 1);
    assert_int_equal((unsigned char)reply.body.at[0], 0xff);
    assert_int_equal(reply.type.len, 0);
    assert_string_equal(header("Content-Type"), "image/x");
    assert_true(
        answer(&modern, "{\"statusCode\":204,\"cookies\":[\"a=b\"],\"body\":\"not sent\"}"));
    assert_string_equal(header("Set-Cookie"), "a=b");
    assert_string_equal(text_of(&reply), "");
}

static void format_2_takes_anything_for_a_body(void **state)
{
    (void)state;
    assert_true(answer(&modern, "{\"message\":\"hi\"}"));
    assert_int_equal(reply.status, 200);
    assert_string_equal(text_of(&reply), "{\"message\":\"hi\"}");
    assert_true(str_equal(reply.type, REPLY_JSON));
    assert_true(answer(&modern, "\"text\""));
    assert_string_equal(text_of(&reply), "text");
    assert_true(answer(&modern, ""));
    assert_string_equal(text_of(&reply), "null");
    assert_false(answer(&rest, "{\"message\":\"hi\"}"));
    assert_false(answer(&rest, "\"text\""));
    assert_false(answer(&rest, ""));
}

static void answers_that_are_none_are_told(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "{\"statusCode\":99}",
        "{\"statusCode\":600}",
        "{\"statusCode\":100}",
        "{\"statusCode\":\"two hundred\"}",
        "{\"statusCode\":null}",
        "{\"statusCode\":200,\"body\":{}}",
        "{\"statusCode\":200,\"body\":\"%\",\"isBase64Encoded\":true}",
        "{\"statusCode\":200,\"headers\":[]}",
        "{\"statusCode\":200,\"headers\":{\"a\":{}}}",
        "{\"statusCode\":200,\"headers\":{\"a\":\"x\\r\\nSet-Cookie: y\"}}",
        "{\"statusCode\":200,\"headers\":{\"a\":\"x\\ny\"}}",
        "{\"statusCode\":200,\"headers\":{\"a\\r\\nb\":\"x\"}}",
        "{\"statusCode\":200,\"headers\":{\"a b\":\"x\"}}",
        "{\"statusCode\":200,\"headers\":{\"\":\"x\"}}",
        "{\"statusCode\":200,\"headers\":{\"Transfer-Encoding\":\"chunked\"}}",
        "{\"statusCode\":200,\"headers\":{\"a\":\"\\u0000\"}}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (answer(&rest, wrong[i]) || !*why)
            fail_msg("%s", wrong[i]);
        assert_int_equal(reply.status, 0);
    }
    assert_false(answer(&rest, "{\"statusCode\":200,\"multiValueHeaders\":{\"a\":\"x\"}}"));
    assert_false(answer(&modern, "{\"statusCode\":200,\"cookies\":[\"a\\nb\"]}"));
    assert_false(answer(&modern, "{\"statusCode\":200"));
    /* where an answer ends is not the function's to say, and it need not know that */
    assert_true(answer(&rest, "{\"statusCode\":200,\"headers\":{\"Content-Length\":\"999\","
                              "\"Connection\":\"upgrade\"}}"));
    assert_int_equal(reply.headers.len, 0);
}

static void headers_have_room_for_so_many_bytes(void **state)
{
    (void)state;
    struct buf out = {0};
    buf_add(&out, STR("{\"statusCode\":200,\"headers\":{\"a\":\""));
    for (int i = 0; i < REPLY_HEADERS_MAX; i++)
        buf_add_byte(&out, 'x');
    buf_add(&out, STR("\"}}"));
    assert_false(answer(&rest, buf_cstr(&out)));
    buf_fini(&out);
}

static int end(void **state)
{
    (void)state;
    arena_fini(&arena);
    reply_fini(&reply);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_of_format_2_says_what_came),
        cmocka_unit_test(an_event_of_format_1_says_it_in_its_own_way),
        cmocka_unit_test(bodies_are_text_where_they_are_text),
        cmocka_unit_test(claims_of_a_token_are_where_each_format_has_them),
        cmocka_unit_test(hostile_queries_and_headers_stay_data),
        cmocka_unit_test(what_a_function_returns_is_the_answer),
        cmocka_unit_test(format_2_takes_anything_for_a_body),
        cmocka_unit_test(answers_that_are_none_are_told),
        cmocka_unit_test(headers_have_room_for_so_many_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
