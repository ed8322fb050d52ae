/* SPDX-License-Identifier: MIT */
/*
 * What strangers and functions send to the faces besides DynamoDB: paths and queries, requests that
 * become events, results that become answers, patterns for logs. uses: ds_serve ds_backend
 *
 * Input: a request line, a type, a body, a result and a pattern, lines that end with LF.
 */
#include "backend/json.h"
#include "backend/serve/face.h"
#include "backend/serve/logs_filter.h"
#include "backend/serve/proxy.h"
#include "tests/fuzz/fuzz.h"

static void check_event(const struct proxy *proxy, const struct request *request)
{
    struct arena arena = {0};
    struct buf event = {0};
    struct err err = ERR_INIT;
    proxy_put_event(proxy, &arena, request, 1795176000000, "id", &event);
    const struct json *json = json_parse(&arena, buf_str(&event), &err);
    FUZZ_CHECK(json_is(json, JSON_OBJECT));
    FUZZ_CHECK(json_get(json, STR("requestContext")));
    buf_fini(&event);
    arena_fini(&arena);
}

/* Whatever a function returns, an answer ends where it ends. */
static void check_answer(const struct proxy *proxy, struct str returned)
{
    struct reply reply = {0};
    const char *why = NULL;
    bool fine = proxy_answer(proxy, returned, &reply, &why);
    FUZZ_CHECK(fine ? reply.status >= 200 && reply.status <= 599 : why && *why);
    FUZZ_CHECK(reply.headers.len <= REPLY_HEADERS_MAX);
    for (size_t i = 0; i < reply.headers.len; i++)
        FUZZ_CHECK(reply.headers.at[i] != '\r' && reply.headers.at[i] != '\n');
    buf_fini(&reply.body);
    buf_fini(&reply.headers);
}

static void check_path(const struct request *request)
{
    struct arena arena = {0};
    struct str parts[FACE_PARTS], path = message_path(request);
    if (face_fits(&arena, "/2015-03-31/functions/{}/policy/{}", path, parts))
        FUZZ_CHECK(str_find_byte(parts[0], '\0') == SIZE_MAX && parts[0].len && parts[1].len);
    face_fits(&arena, "/execute-api/{}/{+}", path, parts);
    struct str value = face_parameter(&arena, message_query(request), STR("a"));
    FUZZ_CHECK(value.len <= request->target.len);
    arena_fini(&arena);
}

static void check_pattern(struct str pattern, struct str message)
{
    struct arena arena = {0};
    struct logs_filter filter;
    struct err err = ERR_INIT;
    if (logs_filter_read(&arena, pattern, &filter, &err))
        logs_filter_matches(&filter, message);
    else
        FUZZ_CHECK(err.code == ERR_REFUSED);
    arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct str rest = {(const char *)bytes, len}, line = STR_NONE, result = STR_NONE;
    struct request *request = calloc(1, sizeof *request);
    struct proxy proxy = {.format = 1, .stage = STR("$default"), .path = STR("/")};
    str_cut(&rest, '\n', &line);
    str_cut(&line, ' ', &request->method);
    str_cut(&line, ' ', &request->target);
    request->version = STR("HTTP/1.1");
    request->headers[0].name = STR("Content-Type");
    str_cut(&rest, '\n', &request->headers[0].value);
    request->headers[1] = (struct request_header){STR("Cookie"), request->headers[0].value};
    request->header_count = 2;
    str_cut(&rest, '\n', &request->body);
    str_cut(&rest, '\n', &result);
    for (; proxy.format <= 2; proxy.format++) {
        check_event(&proxy, request);
        check_answer(&proxy, result);
    }
    check_path(request);
    check_pattern(rest, request->body);
    free(request);
    return 0;
}
