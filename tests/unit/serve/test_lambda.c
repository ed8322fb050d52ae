/* SPDX-License-Identifier: MIT */
/* test: threads */
/* Lambda's calls: functions, mappings, invocations, in the service's shapes. */
#include "backend/triggers/runs.h"
#include "tests/unit/serve/desk.h"

#define V "/2015-03-31"
#define F V "/functions"
#define M V "/event-source-mappings"

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

/* ---- functions ---- */

static void a_function_is_made_shown_and_removed(void **state)
{
    struct desk *d = *state;
    char *body = desk_function("hello", ",\"Description\":\"d\",\"Tags\":{\"a\":\"b\"}");
    assert_int_equal(desk_ask(d, "POST " F, body), 201);
    assert_true(
        desk_says(d, "\"FunctionArn\":\"arn:aws:lambda:eu-west-1:000000000000:function:hello\""));
    assert_true(desk_says(d, "\"State\":\"Active\""));
    assert_true(desk_says(d, "\"LastUpdateStatus\":\"Successful\""));
    assert_true(desk_says(d, "\"Timeout\":3,\"MemorySize\":128"));
    assert_int_equal(desk_ask(d, "POST " F "/", body), 409);
    assert_string_equal(
        d->said, "{\"Type\":\"User\",\"message\":\"Function already exist: hello\"}");
    assert_string_equal(desk_header(d, "X-Amzn-ErrorType"), "ResourceConflictException");
    assert_int_equal(desk_ask(d, "GET " F "/hello", ""), 200);
    assert_true(desk_says(d, "{\"Configuration\":{\"FunctionName\":\"hello\""));
    assert_true(desk_says(d, "\"Tags\":{\"a\":\"b\"}"));
    assert_int_equal(
        desk_ask(d,
            "GET " F
            "/arn%3Aaws%3Alambda%3Aeu-west-1%3A000000000000%3Afunction%3Ahello/configuration",
            ""),
        200);
    assert_int_equal(desk_ask(d, "DELETE " F "/hello", ""), 204);
    assert_int_equal(d->dropped, 1);
    assert_int_equal(desk_ask(d, "GET " F "/hello", ""), 404);
    assert_string_equal(d->said, "{\"Type\":\"User\",\"Message\":\"Function not found: "
                                 "arn:aws:lambda:eu-west-1:000000000000:function:hello\"}");
    assert_int_equal(desk_ask(d, "DELETE " F "/hello", ""), 404);
    free(body);
}

static void what_was_said_about_a_function_goes_with_it(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
    assert_int_equal(
        desk_ask(d, "POST /2021-10-31/functions/f/url", "{\"AuthType\":\"NONE\"}"), 201);
    assert_int_equal(desk_ask(d, "DELETE " F "/f", ""), 204);
    desk_create(d, "f");
    assert_int_equal(desk_ask(d, "GET /2021-10-31/functions/f/url", ""), 404);
    /* nor does a new one inherit what was said about one that somebody else removed */
    struct err err = ERR_INIT;
    bool found;
    assert_int_equal(
        desk_ask(d, "POST /2021-10-31/functions/f/url", "{\"AuthType\":\"NONE\"}"), 201);
    assert_true(registry_remove_function(d->offer.registry, STR("f"), &found, &err) && found);
    desk_create(d, "f");
    assert_int_equal(desk_ask(d, "GET /2021-10-31/functions/f/url", ""), 404);
}

static void a_request_says_nothing_that_only_the_files_say(void **state)
{
    struct desk *d = *state;
    char *body =
        desk_function("f", ",\"Folder\":\"/etc\",\"PassCredentials\":true,\"Stored\":false");
    assert_int_equal(desk_ask(d, "POST " F, body), 201);
    free(body);
    struct function function;
    struct arena arena = {0};
    struct err err = ERR_INIT;
    bool found;
    assert_true(registry_function(d->offer.registry, &arena, STR("f"), &function, &found, &err));
    assert_true(found && function.stored && !function.pass_credentials);
    assert_false(str_equal(function.folder, STR("/etc")));
    assert_int_equal(desk_ask(d, "PUT " F "/f/configuration",
                         "{\"Folder\":\"/etc\",\"PassCredentials\":true,\"Timeout\":9}"),
        200);
    assert_true(desk_says(d, "\"Timeout\":9"));
    assert_true(registry_function(d->offer.registry, &arena, STR("f"), &function, &found, &err));
    assert_true(function.stored && !function.pass_credentials);
    assert_false(str_equal(function.folder, STR("/etc")));
    arena_fini(&arena);
}

static void code_that_is_none_is_refused(void **state)
{
    struct desk *d = *state;
    static const struct {
        const char *code, *said;
    } wrong[] = {
        {"{}", "Please provide a source for function code."},
        {"{\"ZipFile\":\"%%%\"}", "ZipFile is not base64"},
        {"{\"ZipFile\":\"\"}", "Could not unzip"},
        {"{\"ZipFile\":\"AAAA\"}", "Could not unzip"},
        {"{\"ImageUri\":\"x\"}", "images are not run here"},
        {"{\"S3Bucket\":\"b\",\"S3Key\":\"k\"}", "not fetched from buckets"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char body[512];
        snprintf(body, sizeof body,
            "{\"FunctionName\":\"f\",\"Runtime\":\"nodejs\",\"Handler\":\"a.b\",\"Role\":\"r\","
            "\"Code\":%s}",
            wrong[i].code);
        assert_int_equal(desk_ask(d, "POST " F, body), 400);
        assert_true(desk_says(d, wrong[i].said));
    }
    assert_int_equal(desk_ask(d, "GET " F "/f", ""), 404);
}

static void code_and_configuration_change(void **state)
{
    struct desk *d = *state;
    struct zip_maker zip = {0};
    struct buf body = {0};
    desk_create(d, "f");
    zip_add(&zip, (struct zip_entry){.name = "index.js", .text = "exports.handler=async()=>2"});
    buf_add(&body, STR("{\"ZipFile\":\""));
    json_out_base64(&body, zip_end(&zip));
    buf_add(&body, STR("\"}"));
    assert_int_equal(desk_ask(d, "PUT " F "/f/code", buf_cstr(&body)), 200);
    assert_int_equal(d->dropped, 1);
    assert_int_equal(
        desk_ask(d, "PUT " F "/f/code", "{\"ZipFile\":\"AAAA\",\"RevisionId\":\"other\"}"), 412);
    assert_int_equal(desk_ask(d, "PUT " F "/none/code", buf_cstr(&body)), 404);
    assert_int_equal(desk_ask(d, "PUT " F "/f/configuration", "{\"MemorySize\":256}"), 200);
    assert_true(desk_says(d, "\"MemorySize\":256"));
    assert_true(desk_says(d, "\"Timeout\":3"));
    assert_int_equal(desk_ask(d, "PUT " F "/f/configuration", "{\"Timeout\":901}"), 400);
    buf_fini(&body);
    zip_fini(&zip);
}

static void functions_are_listed_page_by_page(void **state)
{
    struct desk *d = *state;
    static const char *const names[] = {"a", "b", "c"};
    for (size_t i = 0; i < 3; i++)
        desk_create(d, names[i]);
    assert_int_equal(desk_ask(d, "GET " F "/?MaxItems=2", ""), 200);
    assert_true(desk_says(d, "\"FunctionName\":\"a\""));
    assert_true(desk_says(d, "\"FunctionName\":\"b\""));
    assert_null(strstr(d->said, "\"FunctionName\":\"c\""));
    assert_true(desk_says(d, "\"NextMarker\":\"b\""));
    assert_int_equal(desk_ask(d, "GET " F "?Marker=b&MaxItems=2", ""), 200);
    assert_true(desk_says(d, "{\"Functions\":[{\"FunctionName\":\"c\""));
    assert_null(strstr(d->said, "NextMarker"));
    assert_int_equal(desk_ask(d, "GET " F "?MaxItems=0", ""), 400);
    assert_int_equal(desk_ask(d, "GET " F "?MaxItems=x", ""), 400);
}

static void latest_is_the_only_version(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
    assert_int_equal(desk_ask(d, "GET " F "/f?Qualifier=%24LATEST", ""), 200);
    assert_int_equal(desk_ask(d, "GET " F "/f?Qualifier=2", ""), 404);
    assert_int_equal(desk_ask(d, "GET " F "/f:live", ""), 404);
    assert_int_equal(desk_ask(d, "GET " F "/f/versions", ""), 200);
    assert_true(desk_says(d, "\"Version\":\"$LATEST\""));
    assert_int_equal(desk_ask(d, "POST " F "/f/versions", "{}"), 400);
    assert_true(desk_says(d, "versions are not published"));
    assert_int_equal(desk_ask(d, "GET " F "/f/aliases", ""), 200);
    assert_string_equal(d->said, "{\"Aliases\":[]}");
}

static void permissions_are_kept_and_said_to_be_enforced_by_nobody(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
    static const char body[] =
        "{\"StatementId\":\"s\",\"Action\":\"lambda:InvokeFunction\",\"Principal\":"
        "\"apigateway.amazonaws.com\",\"SourceArn\":\"arn:aws:execute-api:x\"}";
    assert_int_equal(desk_ask(d, "GET " F "/f/policy", ""), 404);
    assert_int_equal(desk_ask(d, "POST " F "/f/policy", body), 201);
    assert_non_null(strstr(desk_header(d, "X-Dynascope-Note"), "enforced by nobody"));
    assert_true(
        desk_says(d, "\\\"Principal\\\":{\\\"Service\\\":\\\"apigateway.amazonaws.com\\\"}"));
    assert_int_equal(desk_ask(d, "POST " F "/f/policy", body), 409);
    assert_int_equal(desk_ask(d, "GET " F "/f/policy", ""), 200);
    assert_true(desk_says(d, "\\\"Sid\\\":\\\"s\\\""));
    assert_int_equal(desk_ask(d, "DELETE " F "/f/policy/t", ""), 404);
    assert_int_equal(desk_ask(d, "DELETE " F "/f/policy/s", ""), 204);
    assert_int_equal(desk_ask(d, "GET " F "/f/policy", ""), 404);
}

static void tags_come_and_go(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
#define TAGS "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aeu-west-1%3A000000000000%3Afunction%3Af"
    assert_int_equal(desk_ask(d, "POST " TAGS, "{\"Tags\":{\"a\":\"1\",\"b c\":\"2\"}}"), 204);
    assert_int_equal(desk_ask(d, "POST " TAGS, "{\"Tags\":{\"a\":\"3\"}}"), 204);
    assert_int_equal(desk_ask(d, "GET " TAGS, ""), 200);
    assert_string_equal(d->said, "{\"Tags\":{\"b c\":\"2\",\"a\":\"3\"}}");
    assert_int_equal(desk_ask(d, "DELETE " TAGS "?tagKeys=b+c&tagKeys=x", ""), 204);
    assert_int_equal(desk_ask(d, "GET " TAGS, ""), 200);
    assert_string_equal(d->said, "{\"Tags\":{\"a\":\"3\"}}");
    assert_int_equal(desk_ask(d, "POST " TAGS, "{\"Tags\":{\"a\":1}}"), 400);
}

/* ---- mappings ---- */

/* A table with a stream; its ARN. */
static const char *make_stream(struct desk *d)
{
    static char arn[256];
    struct ddb_reply reply = {0};
    struct err err = ERR_INIT;
    struct ddb_call call = {.operation = STR("CreateTable"),
        .body = STR(
            "{\"TableName\":\"Orders\",\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":"
            "\"HASH\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"id\","
            "\"AttributeType\":\"S\"}],\"BillingMode\":\"PAY_PER_REQUEST\","
            "\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"NEW_IMAGE\"}}"),
        .region = STR("eu-west-1")};
    assert_true(backend_call(d->backend, &call, &reply, &err));
    const char *at = strstr(buf_cstr(&reply.body), "LatestStreamArn\":\"");
    assert_non_null(at);
    snprintf(arn, sizeof arn, "%.*s", (int)strcspn(at + 18, "\""), at + 18);
    ddb_reply_fini(&reply);
    return arn;
}

static void ask_mapping(struct desk *d, const char *function, const char *arn, const char *more)
{
    char body[1024];
    snprintf(body, sizeof body,
        "{\"FunctionName\":\"%s\",\"EventSourceArn\":\"%s\",\"StartingPosition\":\"LATEST\"%s}",
        function, arn, more);
    desk_ask(d, "POST " M "/", body);
}

/* The UUID in what was said last. */
static const char *uuid_of(struct desk *d)
{
    static char uuid[64];
    const char *at = strstr(d->said, "\"UUID\":\"");
    assert_non_null(at);
    snprintf(uuid, sizeof uuid, "%.36s", at + 8);
    return uuid;
}

static int ask_one(struct desk *d, const char *method, const char *uuid, const char *body)
{
    char line[256];
    snprintf(line, sizeof line, "%s " M "/%s", method, uuid);
    return desk_ask(d, line, body);
}

static void a_mapping_is_made_changed_and_removed(void **state)
{
    struct desk *d = *state;
    const char *arn = make_stream(d);
    char uuid[64];
    desk_create(d, "f");
    ask_mapping(d, "f", arn, ",\"UUID\":\"mine\",\"BatchSize\":5");
    assert_int_equal(d->status, 202);
    assert_true(desk_says(d, "\"State\":\"Creating\""));
    assert_true(desk_says(d, "\"LastProcessingResult\":\"No records processed\""));
    assert_true(desk_says(d, "\"BatchSize\":5"));
    assert_null(strstr(d->said, "mine"));
    strcpy(uuid, uuid_of(d));
    /* LATEST is when it was made, whenever its first runner starts */
    char progress[128];
    snprintf(progress, sizeof progress, "triggers/mappings/%s/progress", uuid);
    assert_int_equal(access(progress, F_OK), 0);
    ask_mapping(d, "f", arn, "");
    assert_int_equal(d->status, 409);
    assert_int_equal(ask_one(d, "GET", uuid, ""), 200);
    assert_true(desk_says(d, "\"State\":\"Enabled\""));
    assert_int_equal(ask_one(d, "PUT", uuid, "{\"Enabled\":false}"), 202);
    assert_true(desk_says(d, "\"State\":\"Disabling\""));
    assert_int_equal(ask_one(d, "PUT", uuid, "{\"BatchSize\":7}"), 202);
    assert_true(desk_says(d, "\"State\":\"Updating\""));
    assert_int_equal(ask_one(d, "GET", uuid, ""), 200);
    assert_true(desk_says(d, "\"State\":\"Disabled\""));
    assert_true(desk_says(d, "\"BatchSize\":7"));
    assert_int_equal(ask_one(d, "PUT", uuid, "{\"Enabled\":true}"), 202);
    assert_true(desk_says(d, "\"State\":\"Enabling\""));
    assert_int_equal(ask_one(d, "PUT", uuid, "{\"BatchSize\":0}"), 400);
    assert_int_equal(ask_one(d, "DELETE", uuid, ""), 202);
    assert_true(desk_says(d, "\"State\":\"Deleting\""));
    assert_int_equal(ask_one(d, "GET", uuid, ""), 404);
    assert_int_equal(ask_one(d, "DELETE", uuid, ""), 404);
}

static void a_mapping_wants_a_function_and_a_stream_that_are_there(void **state)
{
    struct desk *d = *state;
    const char *arn = make_stream(d);
    static const char gone[] =
        "arn:aws:dynamodb:eu-west-1:000000000000:table/Gone/stream/2026-01-01T00:00:00.000";
    ask_mapping(d, "none", arn, "");
    assert_int_equal(d->status, 404);
    assert_true(desk_says(d, "Function not found: arn:aws:lambda:eu-west-1"));
    desk_create(d, "f");
    ask_mapping(d, "f", gone, "");
    assert_int_equal(d->status, 400);
    assert_string_equal(desk_header(d, "X-Amzn-ErrorType"), "InvalidParameterValueException");
    assert_true(
        desk_says(d, "Stream not found: arn:aws:dynamodb:eu-west-1:000000000000:table/Gone"));
    ask_mapping(d, "f", "arn:aws:sqs:eu-west-1:000000000000:q", "");
    assert_int_equal(d->status, 400);
}

static void mappings_are_listed_by_function_and_source(void **state)
{
    struct desk *d = *state;
    const char *arn = make_stream(d);
    char line[512];
    desk_create(d, "f");
    desk_create(d, "g");
    ask_mapping(d, "f", arn, "");
    d->clock.ms += 1000;
    ask_mapping(d, "g", arn, "");
    assert_int_equal(desk_ask(d, "GET " M "/?FunctionName=g", ""), 200);
    assert_true(desk_says(d, ":function:g\""));
    assert_null(strstr(d->said, ":function:f\""));
    snprintf(line, sizeof line, "GET " M "?EventSourceArn=%s&MaxItems=1", arn);
    assert_int_equal(desk_ask(d, line, ""), 200);
    assert_true(desk_says(d, "\"NextMarker\":\""));
    snprintf(line, sizeof line, "GET " M "?MaxItems=1&Marker=%s", uuid_of(d));
    assert_int_equal(desk_ask(d, line, ""), 200);
    assert_true(desk_says(d, ":function:g\""));
    assert_null(strstr(d->said, "NextMarker"));
    assert_int_equal(desk_ask(d, "GET " M "?EventSourceArn=arn:none", ""), 200);
    assert_string_equal(d->said, "{\"EventSourceMappings\":[]}");
}

/* ---- invocations ---- */

static int invoke(struct desk *d, const char *headers, const char *body)
{
    static char text[8192];
    snprintf(
        text, sizeof text, "POST " F "/f/invocations HTTP/1.1\nHost: localhost:8000\n%s", headers);
    return desk_ask_as(d, "", text, str_from(body));
}

static void a_function_is_invoked_with_the_payload_as_it_came(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
    d->payload = "{\"a\":1}";
    assert_int_equal(invoke(d, "", "{\"x\": [1, 2]}"), 200);
    assert_string_equal(d->said, "{\"a\":1}");
    assert_string_equal(d->event, "{\"x\": [1, 2]}");
    assert_string_equal(desk_header(d, "X-Amz-Executed-Version"), "$LATEST");
    assert_string_equal(desk_header(d, "X-Amz-Function-Error"), "");
    assert_string_equal(desk_header(d, "X-Amz-Log-Result"), "");
    assert_int_equal(invoke(d, "", ""), 200);
    assert_string_equal(d->event, "{}");
    d->payload = "";
    assert_int_equal(invoke(d, "", "1"), 200);
    assert_string_equal(d->said, "null");
}

static void a_function_that_fails_is_an_answer_with_a_header(void **state)
{
    struct desk *d = *state;
    static const enum invoked failures[] = {
        INVOKED_ERROR, INVOKED_TIMEOUT, INVOKED_EXIT, INVOKED_INIT};
    desk_create(d, "f");
    d->payload = "{\"errorType\":\"Error\"}";
    d->tail = "START\nEND\n";
    for (size_t i = 0; i < 4; i++) {
        d->outcome = failures[i];
        assert_int_equal(invoke(d, "X-Amz-Log-Type: Tail\n", "{}"), 200);
        assert_string_equal(desk_header(d, "X-Amz-Function-Error"), "Unhandled");
        assert_string_equal(desk_header(d, "X-Amz-Log-Result"), "U1RBUlQKRU5ECg==");
        assert_string_equal(d->said, "{\"errorType\":\"Error\"}");
    }
    d->outcome = INVOKED_REFUSED;
    d->payload = "no process";
    assert_int_equal(invoke(d, "", "{}"), 500);
    assert_true(desk_says(d, "was not run: no process"));
    assert_string_equal(desk_header(d, "X-Amzn-ErrorType"), "ServiceException");
}

static void what_nobody_agreed_to_is_not_run_and_says_so(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
    assert_int_equal(
        desk_ask(d, "POST /2021-10-31/functions/f/url", "{\"AuthType\":\"NONE\"}"), 201);
    assert_int_equal(unlink("trusted"), 0);
    d->outcome = INVOKED_REFUSED;
    assert_int_equal(invoke(d, "", "{}"), 403);
    assert_string_equal(desk_header(d, "X-Amzn-ErrorType"), "AccessDeniedException");
    assert_true(desk_says(d, "dynascope trigger trust f"));
    assert_int_equal(desk_ask(d, "GET /lambda-url/f/", ""), 403);
    assert_int_equal(desk_ask(d, "GET " F "/f", ""), 200);
    assert_true(desk_says(d, "\"State\":\"Inactive\""));
}

static void an_invocation_is_looked_back_at(void **state)
{
    struct desk *d = *state;
    struct arena arena = {0};
    struct err err = ERR_INIT;
    struct run *runs;
    size_t count;
    desk_create(d, "f");
    d->offer.retry_ms[0] = 3600000;
    assert_int_equal(invoke(d, "", "{\"a\":1}"), 200);
    d->outcome = INVOKED_TIMEOUT;
    assert_int_equal(invoke(d, "X-Amz-Invocation-Type: Event\n", "{}"), 202);
    d->outcome = INVOKED_REFUSED;
    assert_int_equal(invoke(d, "", "{}"), 500);
    assert_true(runs_read("triggers/functions/f", &arena, 10, &runs, &count, &err));
    assert_int_equal(count, 2);
    assert_true(str_equal(runs[0].outcome, STR("timeout")));
    assert_true(str_equal(runs[1].outcome, STR("ok")));
    assert_true(str_equal(runs[1].event, STR("{\"a\":1}")));
    assert_int_equal(runs[1].mapping.len, 0);
    arena_fini(&arena);
}

static void an_answer_waits_for_its_function_and_for_nothing_else(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
    d->hold = true;
    assert_int_equal(invoke(d, "", "{}"), 0);
    d->payload = "7";
    desk_let_go(d, d->held);
    assert_true(d->answered);
    assert_int_equal(d->reply.status, 200);
    assert_string_equal(text_of(&d->reply), "7");
}

static void events_are_taken_at_once_and_bounded(void **state)
{
    struct desk *d = *state;
    static char large[OFFER_EVENT_MAX + 8];
    desk_create(d, "f");
    d->hold = true;
    assert_int_equal(invoke(d, "X-Amz-Invocation-Type: Event\n", "{\"n\":1}"), 202);
    assert_string_equal(d->said, "");
    assert_int_equal(atomic_load(&d->offer.events), 1);
    assert_string_equal(d->event, "{\"n\":1}");
    desk_let_go(d, d->held);
    assert_int_equal(atomic_load(&d->offer.events), 0);
    assert_int_equal(atomic_load(&d->offer.held), 0);
    memset(large, '1', sizeof large - 1);
    assert_int_equal(invoke(d, "X-Amz-Invocation-Type: Event\n", large), 413);
    large[OFFER_EVENT_MAX] = '\0';
    assert_int_equal(invoke(d, "X-Amz-Invocation-Type: Event\n", large), 202);
    desk_let_go(d, d->held);
    atomic_store(&d->offer.events, OFFER_EVENTS);
    assert_int_equal(invoke(d, "X-Amz-Invocation-Type: Event\n", "{}"), 429);
    assert_int_equal(atomic_load(&d->offer.events), OFFER_EVENTS);
}

/* Waits until no event is in hand. */
static void await_events(struct desk *d)
{
    for (int i = 0; atomic_load(&d->offer.events); i++) {
        if (i == 30000)
            fail_msg("an event never came to its end");
        usleep(1000);
    }
}

#define CONFIG "/2019-09-25/functions/f/event-invoke-config"

static void a_failed_event_is_tried_again_as_often_as_is_said(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
    d->outcome = INVOKED_ERROR;
    assert_int_equal(invoke(d, "X-Amz-Invocation-Type: Event\n", "{\"n\":1}"), 202);
    await_events(d);
    assert_int_equal(d->calls, 3);
    assert_string_equal(d->event, "{\"n\":1}");
    assert_int_equal(atomic_load(&d->offer.held), 0);
    assert_int_equal(desk_ask(d, "GET " CONFIG, ""), 404);
    assert_int_equal(desk_ask(d, "PUT " CONFIG, "{\"MaximumRetryAttempts\":3}"), 400);
    assert_int_equal(desk_ask(d, "PUT " CONFIG,
                         "{\"DestinationConfig\":{\"OnFailure\":{\"Destination\":\"arn:x\"}}}"),
        400);
    assert_int_equal(desk_ask(d, "PUT " CONFIG,
                         "{\"MaximumRetryAttempts\":1,\"DestinationConfig\":{\"OnFailure\":{}}}"),
        200);
    assert_true(desk_says(d, "\"MaximumRetryAttempts\":1"));
    assert_int_equal(desk_ask(d, "POST " CONFIG, "{\"MaximumEventAgeInSeconds\":60}"), 200);
    assert_true(desk_says(d, "{\"MaximumRetryAttempts\":1,\"MaximumEventAgeInSeconds\":60"));
    assert_int_equal(invoke(d, "X-Amz-Invocation-Type: Event\n", "{}"), 202);
    await_events(d);
    assert_int_equal(d->calls, 5);
    assert_int_equal(desk_ask(d, "DELETE " CONFIG, ""), 204);
    assert_int_equal(desk_ask(d, "DELETE " CONFIG, ""), 404);
    d->outcome = INVOKED_OK;
    assert_int_equal(invoke(d, "X-Amz-Invocation-Type: Event\n", "{}"), 202);
    await_events(d);
    assert_int_equal(d->calls, 6);
}

static void what_waits_to_be_tried_again_ends_with_the_server(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
    d->offer.retry_ms[0] = 3600000;
    d->outcome = INVOKED_ERROR;
    assert_int_equal(invoke(d, "X-Amz-Invocation-Type: Event\n", "{}"), 202);
    assert_int_equal(atomic_load(&d->offer.events), 1);
    offer_stop(&d->offer);
    assert_int_equal(atomic_load(&d->offer.events), 0);
    assert_int_equal(invoke(d, "X-Amz-Invocation-Type: Event\n", "{}"), 202);
    assert_int_equal(atomic_load(&d->offer.events), 0);
    assert_int_equal(d->calls, 2);
}

static void a_dry_run_runs_nothing(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
    assert_int_equal(invoke(d, "X-Amz-Invocation-Type: DryRun\n", "{}"), 204);
    assert_int_equal(d->calls, 0);
    assert_int_equal(invoke(d, "X-Amz-Invocation-Type: Later\n", "{}"), 400);
    assert_int_equal(d->calls, 0);
}

static void what_is_no_invocation_is_refused(void **state)
{
    struct desk *d = *state;
    assert_int_equal(invoke(d, "", "{}"), 404);
    desk_create(d, "f");
    assert_int_equal(invoke(d, "", "{"), 400);
    assert_string_equal(desk_header(d, "X-Amzn-ErrorType"), "InvalidRequestContentException");
    assert_true(desk_says(d, "Could not parse request body into json"));
    assert_int_equal(invoke(d, "X-Amz-Client-Context: %%%\n", "{}"), 400);
    assert_int_equal(invoke(d, "X-Amz-Client-Context: WzFd\n", "{}"), 400);
    assert_int_equal(invoke(d, "X-Amz-Client-Context: e30=\n", "{}"), 200);
    assert_int_equal(d->calls, 1);
}

static void a_payload_has_a_limit(void **state)
{
    struct desk *d = *state;
    char *large = calloc(1, OFFER_PAYLOAD_MAX + 2);
    desk_create(d, "f");
    memset(large, '1', OFFER_PAYLOAD_MAX + 1);
    assert_int_equal(invoke(d, "", large), 413);
    assert_true(desk_says(d, "Request must be smaller than 6291456 bytes"));
    large[OFFER_PAYLOAD_MAX] = '\0';
    assert_int_equal(invoke(d, "", large), 200);
    free(large);
}

/* ---- what is no call ---- */

static void paths_that_lead_elsewhere_are_refused(void **state)
{
    struct desk *d = *state;
    static const char *const lines[] = {
        "GET " F "/..%2F..%2Fetc%2Fpasswd",
        "GET " F "/%2e%2e",
        "GET " F "/..",
        "GET " F "/a%00b",
        "GET " F "/%zz",
        "GET " F "/%",
        "GET " F "/%c3%28",
        "GET " F "/%E2%80%AE",
        "GET " F "/a/../b",
        "GET " F "//",
        "DELETE " F "/.",
        "GET " M "/..%2F..%2Ffunctions",
        "POST /2021-10-31/functions/..%2F..%2Fx/url",
        "GET /2015-03-31/functions/f/nothing",
        "PATCH " F "/f",
        "PUT " F,
        "GET /2015-03-31/",
        "GET /2015-03-31/x",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        int status = desk_ask(d, lines[i], "");
        if (status < 400 || status >= 500)
            fail_msg("%s: %d %s", lines[i], status, d->said);
        assert_true(strlen(desk_header(d, "X-Amzn-ErrorType")) > 0);
    }
}

static void bodies_that_are_none_are_refused(void **state)
{
    struct desk *d = *state;
    static const char *const bodies[] = {"", "{", "[]", "1", "{\"FunctionName\":1}",
        "{\"Code\":{}}",
        "{\"FunctionName\":\"../x\",\"Runtime\":\"nodejs\",\"Handler\":\"a.b\",\"Role\":\"r\"}"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        assert_int_equal(desk_ask(d, "POST " F, bodies[i]), 400);
}

static void the_account_and_what_is_never_there(void **state)
{
    struct desk *d = *state;
    desk_create(d, "f");
    assert_int_equal(desk_ask(d, "GET /2016-08-19/account-settings/", ""), 200);
    assert_true(desk_says(d, "\"FunctionCount\":1"));
    assert_int_equal(desk_ask(d, "GET /2018-10-31/layers", ""), 200);
    assert_string_equal(d->said, "{\"Layers\":[]}");
    assert_int_equal(desk_ask(d, "GET /2020-06-30/functions/f/code-signing-config", ""), 200);
    assert_int_equal(desk_ask(d, "PUT /2017-10-31/functions/f/concurrency",
                         "{\"ReservedConcurrentExecutions\":5}"),
        200);
    assert_int_equal(desk_ask(d, "GET /2019-09-30/functions/f/concurrency", ""), 200);
    assert_string_equal(d->said, "{\"ReservedConcurrentExecutions\":5}");
    assert_int_equal(desk_ask(d, "DELETE /2017-10-31/functions/f/concurrency", ""), 204);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_function_is_made_shown_and_removed),
        TEST(what_was_said_about_a_function_goes_with_it),
        TEST(a_request_says_nothing_that_only_the_files_say),
        TEST(code_that_is_none_is_refused),
        TEST(code_and_configuration_change),
        TEST(functions_are_listed_page_by_page),
        TEST(latest_is_the_only_version),
        TEST(permissions_are_kept_and_said_to_be_enforced_by_nobody),
        TEST(tags_come_and_go),
        TEST(a_mapping_is_made_changed_and_removed),
        TEST(a_mapping_wants_a_function_and_a_stream_that_are_there),
        TEST(mappings_are_listed_by_function_and_source),
        TEST(a_function_is_invoked_with_the_payload_as_it_came),
        TEST(a_function_that_fails_is_an_answer_with_a_header),
        TEST(what_nobody_agreed_to_is_not_run_and_says_so),
        TEST(an_invocation_is_looked_back_at),
        TEST(an_answer_waits_for_its_function_and_for_nothing_else),
        TEST(events_are_taken_at_once_and_bounded),
        TEST(a_failed_event_is_tried_again_as_often_as_is_said),
        TEST(what_waits_to_be_tried_again_ends_with_the_server),
        TEST(a_dry_run_runs_nothing),
        TEST(what_is_no_invocation_is_refused),
        TEST(a_payload_has_a_limit),
        TEST(paths_that_lead_elsewhere_are_refused),
        TEST(bodies_that_are_none_are_refused),
        TEST(the_account_and_what_is_never_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
