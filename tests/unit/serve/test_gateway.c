/* SPDX-License-Identifier: MIT */
/* Function URLs, HTTP APIs, REST APIs: which function a request reaches, and with what. */
#include "tests/unit/serve/desk.h"

static int begin(void **state)
{
    *state = desk_open();
    return 0;
}

static int end(void **state)
{
    desk_close(*state);
    return 0;
}

/* The text behind "NAME":" in what was said last. */
static const char *member(struct desk *d, const char *name)
{
    static char value[8][128];
    static unsigned next;
    char key[64], *out = value[next++ % 8];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *at = strstr(d->said, key);
    if (!at)
        fail_msg("no %s in %s", name, d->said);
    snprintf(out, 128, "%.*s", (int)strcspn(at + strlen(key), "\""), at + strlen(key));
    return out;
}

static int ask(struct desk *d, const char *body, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static int ask(struct desk *d, const char *body, const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    return desk_ask(d, line, body);
}

/* Whether the last event has this in it. */
static bool event_has(const struct desk *d, const char *text)
{
    if (d->event && strstr(d->event, text))
        return true;
    print_message("%s\n", d->event ? d->event : "no event");
    return false;
}

/* ---- function URLs ---- */

#define URL "/2021-10-31/functions/f/url"

static void a_function_with_a_url_is_called_by_http(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
    assert_int_equal(desk_ask(d, "GET /lambda-url/f/", ""), 404);
    assert_true(desk_says(d, "has no URL"));
    assert_int_equal(
        desk_ask(d, "POST " URL, "{\"AuthType\":\"NONE\",\"Cors\":{\"AllowOrigins\":[\"*\"]}}"),
        201);
    assert_string_equal(member(d, "FunctionUrl"), "http://localhost:8000/lambda-url/f/");
    assert_true(desk_says(d, "\"Cors\":{\"AllowOrigins\":[\"*\"]}"));
    assert_int_equal(desk_ask(d, "POST " URL, "{\"AuthType\":\"NONE\"}"), 409);
    d->payload = "{\"statusCode\":201,\"headers\":{\"X-A\":\"b\"},\"body\":\"hi\"}";
    assert_int_equal(desk_ask(d, "PUT /lambda-url/f/a/b?c=d", "x"), 201);
    assert_string_equal(d->said, "hi");
    assert_string_equal(desk_header(d, "X-A"), "b");
    assert_true(event_has(d, "\"rawPath\":\"/a/b\""));
    assert_true(event_has(d, "\"method\":\"PUT\""));
    assert_int_equal(desk_ask(d, "GET /lambda-url/f", ""), 201);
    assert_true(event_has(d, "\"rawPath\":\"/\""));
    assert_int_equal(desk_ask(d, "GET " URL "s", ""), 200);
    assert_true(desk_says(d, "{\"FunctionUrlConfigs\":[{"));
    assert_int_equal(desk_ask(d, "DELETE " URL, ""), 204);
    assert_int_equal(desk_ask(d, "DELETE " URL, ""), 404);
    assert_int_equal(desk_ask(d, "GET /lambda-url/f/", ""), 404);
}

static void a_url_of_iam_wants_a_signature(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
    assert_int_equal(desk_ask(d, "POST " URL, "{\"AuthType\":\"SOMETIMES\"}"), 400);
    assert_int_equal(desk_ask(d, "POST " URL, "{}"), 400);
    assert_int_equal(desk_ask(d, "POST " URL, "{\"AuthType\":\"AWS_IAM\"}"), 201);
    assert_int_equal(desk_ask(d, "GET /lambda-url/f/", ""), 403);
    assert_int_equal(d->calls, 0);
    assert_int_equal(
        desk_ask_as(d, "lambda",
            "GET /lambda-url/f/ HTTP/1.1\nHost: h\nAuthorization: AWS4-HMAC-SHA256 x\n", STR_NONE),
        200);
    assert_int_equal(desk_ask(d, "PUT " URL, "{\"AuthType\":\"NONE\"}"), 200);
    assert_int_equal(desk_ask(d, "GET /lambda-url/f/", ""), 200);
}

static void what_a_function_does_wrong_is_told_beside_the_answer(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
    assert_int_equal(desk_ask(d, "POST " URL, "{\"AuthType\":\"NONE\"}"), 201);
    d->outcome = INVOKED_ERROR;
    assert_int_equal(desk_ask(d, "GET /lambda-url/f/", ""), 502);
    assert_string_equal(d->said, "{\"message\":\"Internal server error\"}");
    assert_true(strlen(desk_header(d, "X-Dynascope-Note")) > 0);
    d->outcome = INVOKED_OK;
    d->payload = "{\"statusCode\":200,\"headers\":{\"X-First\":\"1\",\"a\":\"b\\r\\nc\"}}";
    assert_int_equal(desk_ask(d, "GET /lambda-url/f/", ""), 502);
    assert_string_equal(desk_header(d, "X-First"), "");
    assert_true(strlen(desk_header(d, "X-Dynascope-Note")) > 0);
    d->outcome = INVOKED_REFUSED;
    assert_int_equal(desk_ask(d, "GET /lambda-url/f/", ""), 500);
}

static void a_request_to_a_url_has_a_limit_and_a_name_its_letters(void **state)
{
    struct desk *d = *state;
    char *large = calloc(1, OFFER_PAYLOAD_MAX + 2);
    desk_create(d, "f");
    assert_int_equal(desk_ask(d, "POST " URL, "{\"AuthType\":\"NONE\"}"), 201);
    memset(large, 'x', OFFER_PAYLOAD_MAX + 1);
    assert_int_equal(desk_ask(d, "POST /lambda-url/f/", large), 413);
    free(large);
    static const char *const lines[] = {"GET /lambda-url/", "GET /lambda-url/..",
        "GET /lambda-url/%2e%2e/", "GET /lambda-url/..%2ff/", "GET /lambda-url/%/",
        "GET /lambda-url/%00/", "GET /execute-api/", "GET /execute-api/../",
        "GET /execute-api/%2e%2e/x", "GET /execute-api/none/x"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_int_equal(desk_ask(d, lines[i], ""), 404);
    assert_int_equal(d->calls, 0);
}

/* ---- HTTP APIs ---- */

#define ARN(name) "arn:aws:lambda:eu-west-1:000000000000:function:" name

static const char *make_api(struct desk *d, const char *more)
{
    char body[512];
    snprintf(body, sizeof body, "{\"name\":\"a\",\"protocolType\":\"HTTP\"%s}", more);
    if (desk_ask(d, "POST /v2/apis", body) != 201)
        fail_msg("%s", d->said);
    return member(d, "apiId");
}

static const char *make_integration(
    struct desk *d, const char *api, const char *function, const char *format)
{
    char body[512];
    snprintf(body, sizeof body,
        "{\"integrationType\":\"AWS_PROXY\",\"integrationUri\":\"" ARN(
            "%s") "\",\"payloadFormatVersion\":\"%s\"}",
        function, format);
    assert_int_equal(ask(d, body, "POST /v2/apis/%s/integrations", api), 201);
    return member(d, "integrationId");
}

static void make_route(
    struct desk *d, const char *api, const char *key, const char *integration, const char *more)
{
    char body[512];
    snprintf(body, sizeof body, "{\"routeKey\":\"%s\",\"target\":\"integrations/%s\"%s}", key,
        integration, more);
    if (ask(d, body, "POST /v2/apis/%s/routes", api) != 201)
        fail_msg("%s", d->said);
}

static void an_api_is_made_quickly_with_a_target(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
    const char *api = make_api(d, ",\"target\":\"" ARN("f") "\"");
    char endpoint[256];
    snprintf(endpoint, sizeof endpoint, "http://localhost:8000/execute-api/%s", api);
    assert_string_equal(member(d, "apiEndpoint"), endpoint);
    assert_int_equal(ask(d, "", "GET /v2/apis/%s/routes", api), 200);
    assert_true(desk_says(d, "\"routeKey\":\"$default\""));
    assert_int_equal(ask(d, "{}", "POST /execute-api/%s/any/path", api), 200);
    assert_true(
        event_has(d, "\"version\":\"2.0\",\"routeKey\":\"$default\",\"rawPath\":\"/any/path\""));
    assert_int_equal(ask(d, "", "DELETE /v2/apis/%s", api), 204);
    assert_string_equal(d->said, "");
    assert_int_equal(ask(d, "", "GET /execute-api/%s/", api), 404);
    assert_int_equal(ask(d, "", "GET /v2/apis/%s", api), 404);
}

static void take_routes(struct desk *d)
{
    static const char *const keys[] = {"$default", "ANY /{rest+}", "GET /users/{id}",
        "ANY /users/{id}", "GET /users/me", "GET /users/{id}/orders/{order}"};
    static const struct {
        const char *method, *path, *key, *parameters;
    } wanted[] = {
        {"GET", "/users/me", "GET /users/me", NULL},
        {"GET", "/users/7", "GET /users/{id}", "{\"id\":\"7\"}"},
        {"GET", "/users/a%2Fb", "GET /users/{id}", "{\"id\":\"a/b\"}"},
        {"GET", "/users/7/", "GET /users/{id}", "{\"id\":\"7\"}"},
        {"POST", "/users/7", "ANY /users/{id}", "{\"id\":\"7\"}"},
        {"POST", "/users/me", "ANY /users/{id}", "{\"id\":\"me\"}"},
        {"GET", "/users/7/orders/9", "GET /users/{id}/orders/{order}",
            "{\"id\":\"7\",\"order\":\"9\"}"},
        {"GET", "/users/7/orders", "ANY /{rest+}", "{\"rest\":\"users/7/orders\"}"},
        {"GET", "/", "$default", NULL},
    };
    const char *api = make_api(d, ""), *integration = make_integration(d, api, "f", "2.0");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        make_route(d, api, keys[i], integration, "");
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        char text[256];
        assert_int_equal(
            ask(d, "", "%s /execute-api/%s%s", wanted[i].method, api, wanted[i].path), 200);
        snprintf(text, sizeof text, "\"routeKey\":\"%s\"", wanted[i].key);
        assert_true(event_has(d, text));
        if (wanted[i].parameters) {
            snprintf(text, sizeof text, "\"pathParameters\":%s", wanted[i].parameters);
            assert_true(event_has(d, text));
        } else {
            assert_null(strstr(d->event, "pathParameters"));
        }
    }
}

/* Routes have random names, in whose order they are looked at. */
static void the_route_that_says_most_is_taken(void **state)
{
    desk_create(*state, "f");
    for (int i = 0; i < 6; i++)
        take_routes(*state);
}

static void routes_have_formats_stages_and_functions_of_their_own(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
    desk_create(d, "g");
    const char *api = make_api(d, "");
    make_route(d, api, "GET /old/{id}", make_integration(d, api, "f", "1.0"), "");
    make_route(d, api, "GET /new", make_integration(d, api, "g", "2.0"), "");
    d->payload = "{\"statusCode\":200}";
    assert_int_equal(ask(d, "", "GET /execute-api/%s/old/1", api), 200);
    assert_string_equal(d->function, "f");
    assert_true(event_has(d, "\"version\":\"1.0\",\"resource\":\"/old/{id}\",\"path\":\"/old/1\""));
    assert_int_equal(ask(d, "", "GET /execute-api/%s/new", api), 200);
    assert_string_equal(d->function, "g");
    assert_int_equal(
        ask(d, "{\"stageName\":\"dev\",\"autoDeploy\":true}", "POST /v2/apis/%s/stages", api), 201);
    assert_int_equal(ask(d, "", "GET /execute-api/%s/dev/new", api), 200);
    assert_true(event_has(d, "\"stage\":\"dev\""));
    assert_int_equal(ask(d, "", "GET /execute-api/%s/none", api), 404);
    assert_string_equal(d->said, "{\"message\":\"Not Found\"}");
    assert_int_equal(desk_ask(d, "DELETE /2015-03-31/functions/g", ""), 204);
    assert_int_equal(ask(d, "", "GET /execute-api/%s/new", api), 500);
}

static void what_is_not_offered_of_apis_is_refused(void **state)
{
    struct desk *d = *state;
    static const struct {
        const char *kind, *body;
    } wrong[] = {
        {"routes", "{\"routeKey\":\"GET\"}"},
        {"routes", "{\"routeKey\":\"GET x\"}"},
        {"routes", "{}"},
        {"routes", "{\"routeKey\":\"GET /\",\"authorizationType\":\"CUSTOM\"}"},
        {"integrations", "{\"integrationType\":\"HTTP_PROXY\"}"},
        {"integrations", "{\"integrationType\":\"AWS_PROXY\",\"payloadFormatVersion\":\"3.0\"}"},
        {"authorizers", "{\"authorizerType\":\"REQUEST\"}"},
        {"stages", "{}"},
    };
    const char *api = make_api(d, "");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(ask(d, wrong[i].body, "POST /v2/apis/%s/%s", api, wrong[i].kind), 400);
    assert_int_equal(ask(d, "{}", "POST /v2/apis/%s/models", api), 404);
    assert_int_equal(
        desk_ask(d, "POST /v2/apis", "{\"name\":\"a\",\"protocolType\":\"WEBSOCKET\"}"), 400);
    assert_int_equal(desk_ask(d, "POST /v2/apis", "{\"protocolType\":\"HTTP\"}"), 400);
    assert_int_equal(desk_ask(d, "POST /v2/apis/none/routes", "{\"routeKey\":\"GET /\"}"), 404);
    assert_int_equal(desk_ask(d, "PUT /v2/apis", "{}"), 404);
}

static void parts_of_an_api_change_and_go(void **state)
{
    struct desk *d = *state;
    const char *api = make_api(d, "");
    make_route(d, api, "GET /", "x", "");
    const char *route = member(d, "routeId");
    assert_int_equal(
        ask(d, "{\"target\":\"integrations/y\"}", "PATCH /v2/apis/%s/routes/%s", api, route), 200);
    assert_true(desk_says(d, "\"routeKey\":\"GET /\""));
    assert_true(desk_says(d, "\"target\":\"integrations/y\""));
    assert_null(strstr(d->said, "integrations/x"));
    assert_int_equal(ask(d, "", "GET /v2/apis/%s/routes/%s", api, route), 200);
    assert_int_equal(ask(d, "", "DELETE /v2/apis/%s/routes/%s", api, route), 204);
    assert_int_equal(ask(d, "", "GET /v2/apis/%s/routes/%s", api, route), 404);
    assert_int_equal(ask(d, "{\"name\":\"b\"}", "PATCH /v2/apis/%s", api), 200);
    assert_string_equal(member(d, "name"), "b");
    assert_int_equal(desk_ask(d, "GET /v2/apis", ""), 200);
    assert_true(desk_says(d, "{\"items\":[{"));
}

/* ---- callers ---- */

static int ask_with(struct desk *d, const char *api, const char *authorization)
{
    static char text[2048];
    snprintf(text, sizeof text, "GET /execute-api/%s/ HTTP/1.1\nHost: h\nAuthorization: %s\n", api,
        authorization);
    return desk_ask_as(d, "", text, STR_NONE);
}

static void claims_of_a_token_reach_the_function(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
    const char *api = make_api(d, "");
    make_route(d, api, "GET /", make_integration(d, api, "f", "2.0"),
        ",\"authorizationType\":\"JWT\",\"authorizerId\":\"x\"");
    static const char *const wrong[] = {"", "Bearer", "Bearer x", "Bearer a.b.c", "Bearer ..",
        "Bearer e30.WzFd.x", "Bearer e30.eyJleHAiOjF9.x" /* {"exp":1} */, "Bearer e30.e30"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (ask_with(d, api, wrong[i]) != 401)
            fail_msg("%s: %d", wrong[i], d->status);
        assert_string_equal(d->said, "{\"message\":\"Unauthorized\"}");
    }
    assert_int_equal(d->calls, 0);
    /* {"sub":"u","n":1,"a":["x"]} */
    assert_int_equal(ask_with(d, api, "Bearer e30.eyJzdWIiOiJ1IiwibiI6MSwiYSI6WyJ4Il19.x"), 200);
    assert_true(event_has(d, "\"claims\":{\"sub\":\"u\",\"n\":\"1\",\"a\":\"[\\\"x\\\"]\"}"));
    assert_int_equal(ask_with(d, api, "e30.eyJzdWIiOiJ1IiwibiI6MSwiYSI6WyJ4Il19.x"), 200);
}

/* ---- REST APIs ---- */

static void a_rest_api_is_a_tree_of_resources(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
    assert_int_equal(desk_ask(d, "POST /restapis", "{\"name\":\"r\"}"), 201);
    const char *api = member(d, "id"), *root = member(d, "rootResourceId");
    assert_int_equal(ask(d, "", "GET /restapis/%s/resources", api), 200);
    assert_true(desk_says(d, "\"path\":\"/\""));
    assert_int_equal(
        ask(d, "{\"pathPart\":\"users\"}", "POST /restapis/%s/resources/%s", api, root), 201);
    assert_string_equal(member(d, "path"), "/users");
    assert_int_equal(ask(d, "{\"pathPart\":\"{userId}\"}", "POST /restapis/%s/resources/%s", api,
                         member(d, "id")),
        201);
    assert_string_equal(member(d, "path"), "/users/{userId}");
    const char *user = member(d, "id");
    assert_int_equal(ask(d, "{\"authorizationType\":\"NONE\"}",
                         "PUT /restapis/%s/resources/%s/methods/GET", api, user),
        201);
    assert_int_equal(ask(d, "{\"type\":\"MOCK\"}",
                         "PUT /restapis/%s/resources/%s/methods/GET/integration", api, user),
        400);
    assert_int_equal(ask(d,
                         "{\"type\":\"AWS_PROXY\",\"httpMethod\":\"POST\",\"uri\":\"arn:aws:"
                         "apigateway:eu-west-1:lambda:path/"
                         "2015-03-31/functions/" ARN("f") "/invocations\"}",
                         "PUT /restapis/%s/resources/%s/methods/GET/integration", api, user),
        201);
    assert_int_equal(ask(d, "", "GET /restapis/%s/resources/%s/methods/GET", api, user), 200);
    assert_true(
        desk_says(d, "\"methodIntegration\":{\"httpMethod\":\"POST\",\"type\":\"AWS_PROXY\""));
    d->payload = "{\"statusCode\":200,\"body\":\"ok\"}";
    assert_int_equal(ask(d, "", "GET /execute-api/%s/dev/users/7", api), 403);
    assert_string_equal(d->said, "{\"message\":\"Forbidden\"}");
    assert_int_equal(ask(d, "{\"stageName\":\"dev\"}", "POST /restapis/%s/deployments", api), 201);
    assert_int_equal(ask(d, "", "GET /execute-api/%s/dev/users/7", api), 200);
    assert_string_equal(d->said, "ok");
    assert_true(event_has(
        d, "{\"resource\":\"/users/{userId}\",\"path\":\"/users/7\",\"httpMethod\":\"GET\""));
    assert_true(event_has(d, "\"pathParameters\":{\"userId\":\"7\"}"));
    assert_int_equal(ask(d, "", "POST /execute-api/%s/dev/users/7", api), 403);
    assert_string_equal(d->said, "{\"message\":\"Missing Authentication Token\"}");
    assert_int_equal(ask(d, "", "DELETE /restapis/%s", api), 202);
    assert_int_equal(ask(d, "", "GET /execute-api/%s/dev/users/7", api), 404);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_function_with_a_url_is_called_by_http),
        TEST(a_url_of_iam_wants_a_signature),
        TEST(what_a_function_does_wrong_is_told_beside_the_answer),
        TEST(a_request_to_a_url_has_a_limit_and_a_name_its_letters),
        TEST(an_api_is_made_quickly_with_a_target),
        TEST(the_route_that_says_most_is_taken),
        TEST(routes_have_formats_stages_and_functions_of_their_own),
        TEST(what_is_not_offered_of_apis_is_refused),
        TEST(parts_of_an_api_change_and_go),
        TEST(claims_of_a_token_reach_the_function),
        TEST(a_rest_api_is_a_tree_of_resources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
