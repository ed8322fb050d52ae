/* SPDX-License-Identifier: MIT */
/*
 * One call over a line that goes wrong in every way: what is tried again, what is not, what is
 * concluded. The server behind the proxy is the real one; what it carried out is looked at.
 */
#include "backend/json.h"
#include "backend/remote/remote.h"
#include "backend/remote/sign.h"
#include "backend/serve/serve.h"
#include "tests/remote/proxy.h"
#include "tests/unit/remote/remote_test.h"

enum { FOREVER = 1000 };

/* The first `times` requests for `operation` suffer `fault`. */
struct plan {
    const char *operation; /* NULL = any */
    enum proxy_fault fault;
    int times, done;
};

struct bed {
    struct backend *store, *backend;
    struct serve *serve;
    pthread_t thread;
    struct proxy *proxy;
    struct plan plan;
    struct clock_fake clock;
};

static void *serve_main(void *context)
{
    struct err err = ERR_INIT;
    serve_run(((struct bed *)context)->serve, NULL, &err);
    return NULL;
}

static enum proxy_fault choose(void *context, struct str operation, struct str body)
{
    struct plan *plan = context;
    (void)body;
    if ((plan->operation && !str_equal(operation, str_from(plan->operation))) ||
        plan->done >= plan->times)
        return PROXY_PASS;
    plan->done++;
    return plan->fault;
}

static struct ddb_reply reply;

static bool call_with(struct bed *b, const char *operation, const char *body,
    const atomic_bool *cancel, struct err *err)
{
    struct ddb_call call = {
        .operation = str_from(operation), .body = str_from(body), .cancel = cancel};
    *err = ERR_INIT;
    return backend_call(b->backend, &call, &reply, err);
}

static bool call(struct bed *b, const char *operation, const char *body, struct err *err)
{
    return call_with(b, operation, body, NULL, err);
}

static void must(struct bed *b, const char *operation, const char *body)
{
    struct err err;
    if (!call(b, operation, body, &err) || ddb_reply_error(&reply, &err))
        fail_msg("%s: %s %s", operation, err.name, err.text);
}

static void open_bed(struct bed *b, const struct remote_options *more)
{
    struct err err = ERR_INIT;
    char folder[128], url[64];
    *b = (struct bed){0};
    snprintf(folder, sizeof folder, "%s/store", getenv("HOME"));
    struct backend_options fast = {.no_sync = true};
    b->store = backend_open(folder, &fast, &err);
    b->serve = serve_open(b->store, &(struct serve_options){0}, &err);
    assert_non_null(b->serve);
    pthread_create(&b->thread, NULL, serve_main, b);
    b->proxy = proxy_start((int)serve_port(b->serve));
    b->proxy->choose = choose;
    b->proxy->context = &b->plan;
    snprintf(url, sizeof url, "http://127.0.0.1:%u", b->proxy->port);
    struct remote_options options = more ? *more : (struct remote_options){0};
    options.ask.endpoint_url = str_from(url);
    if (!options.stall_ms)
        options.stall_ms = 400;
    b->backend = remote_open(&options, &err);
    if (!b->backend)
        fail_msg("%s", err.text);
    must(b, "CreateTable",
        "{\"TableName\":\"Tab\",\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"}],"
        "\"AttributeDefinitions\":[{\"AttributeName\":\"k\",\"AttributeType\":\"S\"}],"
        "\"BillingMode\":\"PAY_PER_REQUEST\"}");
    must(
        b, "PutItem", "{\"TableName\":\"Tab\",\"Item\":{\"k\":{\"S\":\"a\"},\"n\":{\"N\":\"0\"}}}");
}

static void close_bed(struct bed *b)
{
    backend_close(b->backend, NULL);
    proxy_stop(b->proxy);
    serve_stop(b->serve);
    pthread_join(b->thread, NULL);
    serve_close(b->serve);
    backend_close(b->store, NULL);
    ddb_reply_fini(&reply);
}

static void suffer(struct bed *b, const char *operation, enum proxy_fault fault, int times)
{
    pthread_mutex_lock(&b->proxy->lock);
    b->plan = (struct plan){operation, fault, times, 0};
    atomic_store(&b->proxy->forwarded, 0);
    atomic_store(&b->proxy->seen, 0);
    pthread_mutex_unlock(&b->proxy->lock);
}

/* The counter of item a, by the store itself. */
static int64_t counter(struct bed *b)
{
    struct ddb_call get = {.operation = STR("GetItem"),
        .body =
            STR("{\"TableName\":\"Tab\",\"Key\":{\"k\":{\"S\":\"a\"}},\"ConsistentRead\":true}")};
    struct ddb_reply got = {0};
    struct arena arena = {0};
    struct err err = ERR_INIT;
    int64_t n = -1;
    assert_true(backend_call(b->store, &get, &got, &err));
    const struct json *item = json_get(json_parse(&arena, buf_str(&got.body), &err), STR("Item"));
    assert_true(str_to_i64(json_get(json_get(item, STR("n")), STR("N"))->text, &n));
    arena_fini(&arena);
    ddb_reply_fini(&got);
    return n;
}

static const char get[] = "{\"TableName\":\"Tab\",\"Key\":{\"k\":{\"S\":\"a\"}}}";
static const char add[] =
    "{\"TableName\":\"Tab\",\"Key\":{\"k\":{\"S\":\"a\"}},\"UpdateExpression\":"
    "\"ADD n :one\",\"ExpressionAttributeValues\":{\":one\":{\"N\":\"1\"}}}";
static const char put[] = "{\"TableName\":\"Tab\",\"Item\":{\"k\":{\"S\":\"b\"}}}";
static const char put_new[] = "{\"TableName\":\"Tab\",\"Item\":{\"k\":{\"S\":\"c\"}},"
                              "\"ConditionExpression\":\"attribute_not_exists(k)\"}";

/* ---- */

static void reads_are_tried_again_whatever_happened(void **state)
{
    (void)state;
    struct bed b;
    open_bed(&b, NULL);
    static const enum proxy_fault faults[] = {PROXY_FAIL_BEFORE, PROXY_FAIL_AFTER, PROXY_GATEWAY,
        PROXY_RESET_BEFORE, PROXY_RESET_AFTER, PROXY_CUT, PROXY_SHORT, PROXY_CRC,
        PROXY_STALL_BEFORE, PROXY_STALL_AFTER, PROXY_GARBAGE, PROXY_THROTTLE, PROXY_DRIP};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        suffer(&b, "GetItem", faults[i], 1);
        must(&b, "GetItem", get);
        assert_non_null(strstr(buf_cstr(&reply.body), "\"n\""));
        /* on a kept connection the library may have sent it again by itself */
        bool reset = faults[i] == PROXY_RESET_BEFORE || faults[i] == PROXY_RESET_AFTER;
        if (reply.attempts != 2 && !(reset && b.proxy->seen == 2))
            fail_msg("fault %d: %u attempts", faults[i], reply.attempts);
    }
    close_bed(&b);
}

static void after_four_attempts_it_is_said_so(void **state)
{
    (void)state;
    struct bed b;
    struct err err;
    open_bed(&b, NULL);
    suffer(&b, "GetItem", PROXY_RESET_BEFORE, FOREVER);
    assert_false(call(&b, "GetItem", get, &err));
    assert_int_equal(err.code, ERR_UNREACHABLE);
    assert_non_null(strstr(err.text, "after 4 attempts"));
    assert_int_equal(reply.attempts, 4);
    suffer(&b, "GetItem", PROXY_FAIL_BEFORE, FOREVER);
    assert_true(call(&b, "GetItem", get, &err)); /* an answer, and read only */
    assert_int_equal(reply.status, 500);
    close_bed(&b);
}

static void a_write_that_did_not_arrive_is_tried_again(void **state)
{
    (void)state;
    struct bed b;
    open_bed(&b, NULL);
    suffer(&b, "UpdateItem", PROXY_THROTTLE, 1);
    must(&b, "UpdateItem", add);
    assert_int_equal(reply.attempts, 2);
    assert_int_equal(counter(&b), 1);
    close_bed(&b);
}

static void a_write_of_unknown_outcome_is_never_sent_again(void **state)
{
    (void)state;
    static const enum proxy_fault faults[] = {PROXY_FAIL_BEFORE, PROXY_FAIL_AFTER, PROXY_GATEWAY,
        PROXY_RESET_BEFORE, PROXY_RESET_AFTER, PROXY_CUT, PROXY_SHORT, PROXY_CRC,
        PROXY_STALL_BEFORE, PROXY_STALL_AFTER, PROXY_GARBAGE, PROXY_PAGE, PROXY_DRIP};
    struct bed b;
    struct err err;
    open_bed(&b, NULL);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        int64_t before = counter(&b);
        suffer(&b, "UpdateItem", faults[i], 1);
        bool answered = call(&b, "UpdateItem", add, &err);
        if (answered || err.code != ERR_UNKNOWN)
            fail_msg("fault %d: %s", faults[i], answered ? "answered" : err.text);
        assert_non_null(strstr(err.text, "may or may not have been applied"));
        assert_int_equal(b.proxy->seen, 1);
        assert_int_equal(counter(&b), before + b.proxy->forwarded);
        suffer(&b, "PutItem", faults[i], 1);
        assert_false(call(&b, "PutItem", put_new, &err));
        assert_int_equal(err.code, ERR_UNKNOWN);
        assert_int_equal(b.proxy->seen, 1);
    }
    close_bed(&b);
}

/* A kept connection that dies with a request on it: the library would send it anew. */
static void a_kept_connection_that_breaks_does_not_send_a_write_twice(void **state)
{
    (void)state;
    struct bed b;
    struct err err;
    open_bed(&b, NULL);
    for (int i = 0; i < 20; i++) {
        must(&b, "GetItem", get); /* the connection is kept, and used again */
        int64_t before = counter(&b);
        suffer(&b, "UpdateItem", PROXY_RESET_AFTER, 1);
        assert_false(call(&b, "UpdateItem", add, &err));
        assert_int_equal(err.code, ERR_UNKNOWN);
        assert_int_equal(b.proxy->seen, 1);
        assert_int_equal(counter(&b), before + 1);
    }
    close_bed(&b);
}

static void writes_that_change_nothing_twice_are_sent_again(void **state)
{
    (void)state;
    struct bed b;
    open_bed(&b, NULL);
    static const struct {
        const char *operation, *body;
    } calls[] = {{"PutItem", put}, {"DeleteItem", get},
        {"BatchWriteItem",
            "{\"RequestItems\":{\"Tab\":[{\"PutRequest\":{\"Item\":{\"k\":{\"S\":\"d\"}}}}]}}"}};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        suffer(&b, calls[i].operation, PROXY_RESET_AFTER, 1);
        must(&b, calls[i].operation, calls[i].body);
        assert_int_equal(b.proxy->seen, 2);
    }
    close_bed(&b);
}

static void a_transaction_bears_a_token_and_is_applied_once(void **state)
{
    (void)state;
    struct bed b;
    static const char body[] =
        " {\"TransactItems\":[{\"Update\":{\"TableName\":\"Tab\",\"Key\":{\"k\":{\"S\":\"a\"}},"
        "\"UpdateExpression\":\"ADD n "
        ":one\",\"ExpressionAttributeValues\":{\":one\":{\"N\":\"1\"}}}"
        "}]}";
    open_bed(&b, NULL);
    static const enum proxy_fault faults[] = {
        PROXY_RESET_AFTER, PROXY_CUT, PROXY_CRC, PROXY_FAIL_AFTER, PROXY_STALL_AFTER};
    for (int i = 0; i < 5; i++) {
        suffer(&b, "TransactWriteItems", faults[i], 1);
        must(&b, "TransactWriteItems", body);
        assert_int_equal(reply.attempts, 2);
        assert_int_equal(b.proxy->forwarded, 2);
        assert_int_equal(counter(&b), i + 1);
    }
    close_bed(&b);
}

static void what_is_no_dynamodb_is_said_to_be_none(void **state)
{
    (void)state;
    struct bed b;
    struct err err;
    open_bed(&b, NULL);
    suffer(&b, "GetItem", PROXY_PAGE, FOREVER);
    assert_false(call(&b, "GetItem", get, &err));
    assert_int_equal(err.code, ERR_UNREACHABLE);
    assert_non_null(strstr(err.text, "is this a DynamoDB endpoint?"));
    assert_int_equal(b.proxy->seen, 1);
    suffer(&b, "UpdateItem", PROXY_REDIRECT, FOREVER);
    assert_false(call(&b, "UpdateItem", add, &err));
    assert_int_equal(err.code, ERR_UNREACHABLE); /* refused: not of unknown outcome */
    assert_non_null(strstr(err.text, "302"));
    assert_int_equal(b.proxy->seen, 1);
    close_bed(&b);
}

static void expired_keys_that_cannot_be_renewed_name_the_remedy(void **state)
{
    (void)state;
    struct bed b;
    struct err err;
    setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "CANARY", 1);
    setenv("AWS_SESSION_TOKEN", "CANARYTOKEN", 1);
    open_bed(&b, NULL);
    suffer(&b, "GetItem", PROXY_EXPIRED, FOREVER);
    assert_false(call(&b, "GetItem", get, &err));
    assert_int_equal(err.code, ERR_AUTH);
    assert_string_equal(err.name, "ExpiredTokenException");
    assert_non_null(strstr(err.text, "AWS_SESSION_TOKEN"));
    assert_null(strstr(err.text, "CANARY"));
    assert_int_equal(b.proxy->seen, 1);
    assert_non_null(strstr(proxy_head(b.proxy), "X-Amz-Security-Token: CANARYTOKEN"));
    close_bed(&b);
}

static void keys_that_were_made_up_are_said_to_be(void **state)
{
    (void)state;
    struct bed b;
    struct err err;
    open_bed(&b, NULL);
    suffer(&b, "GetItem", PROXY_UNKNOWN_KEY, FOREVER);
    assert_false(call(&b, "GetItem", get, &err));
    assert_int_equal(err.code, ERR_AUTH);
    assert_string_equal(err.name, "UnrecognizedClientException");
    assert_non_null(strstr(err.text, "is invalid. (no keys were found, so made-up ones signed"));
    assert_non_null(strstr(err.text, "--profile NAME"));
    close_bed(&b);
}

static void refused_keys_name_the_remedy(void **state)
{
    (void)state;
    struct bed b;
    struct err err;
    setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "CANARY", 1);
    open_bed(&b, NULL);
    suffer(&b, "PutItem", PROXY_UNKNOWN_KEY, FOREVER);
    assert_false(call(&b, "PutItem", put, &err));
    assert_int_equal(err.code, ERR_AUTH);
    assert_string_equal(err.name, "UnrecognizedClientException");
    assert_non_null(strstr(err.text, "(set new AWS_ACCESS_KEY_ID"));
    assert_null(strstr(err.text, "CANARY"));
    assert_int_equal(b.proxy->seen, 1);
    close_bed(&b);
}

static void expired_keys_of_a_process_are_fetched_anew(void **state)
{
    (void)state;
    struct bed b;
    char config[512];
    snprintf(config, sizeof config,
        "[profile p]\nregion = eu-west-1\ncredential_process = sh -c 'echo run >>%s/runs; echo "
        "\"{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"K\\\",\\\"SecretAccessKey\\\":\\\"S\\\"}\"'"
        "\n",
        getenv("HOME"));
    remote_test_file(".aws/config", config);
    open_bed(&b, &(struct remote_options){.ask = {.profile = STR("p")}});
    suffer(&b, "GetItem", PROXY_EXPIRED, 1);
    must(&b, "GetItem", get);
    assert_int_equal(reply.attempts, 2);
    snprintf(config, sizeof config, "test \"$(wc -l <%s/runs)\" -eq 2", getenv("HOME"));
    assert_int_equal(system(config), 0);
    assert_non_null(strstr(proxy_head(b.proxy), "Credential=K/"));
    assert_non_null(strstr(proxy_head(b.proxy), "/eu-west-1/dynamodb/aws4_request"));
    close_bed(&b);
}

static void a_date_beyond_the_stamp_s_digits_is_its_last(void **state)
{
    (void)state;
    char stamp[SIGN_STAMP_SIZE];
    sign_stamp(stamp, INT64_C(253402300799000));
    assert_string_equal(stamp, "99991231T235959Z");
    sign_stamp(stamp, INT64_C(253402300800000));
    assert_string_equal(stamp, "99991231T235959Z");
    sign_stamp(stamp, INT64_MAX);
    assert_string_equal(stamp, "99991231T235959Z");
    sign_stamp(stamp, -1);
    assert_string_equal(stamp, "19700101T000000Z");
}

static void a_key_that_is_none_has_no_end_to_show(void **state)
{
    (void)state;
    struct bed b;
    char tail[BACKEND_KEY_TAIL + 1];
    open_bed(&b, NULL);
    must(&b, "GetItem", get); /* signed with a word that any loopback takes */
    assert_false(backend_key_tail(b.backend, tail));
    close_bed(&b);
}

static void the_end_of_the_key_is_known_and_no_more(void **state)
{
    (void)state;
    struct bed b;
    char tail[BACKEND_KEY_TAIL + 1];
    setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLEKEY0WXYZ", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    open_bed(&b, NULL);
    must(&b, "GetItem", get);
    assert_true(backend_key_tail(b.backend, tail));
    assert_string_equal(tail, "WXYZ");
    close_bed(&b);
    unsetenv("AWS_ACCESS_KEY_ID");
    unsetenv("AWS_SECRET_ACCESS_KEY");
}

static void a_clock_that_is_wrong_is_made_up_for_and_named(void **state)
{
    (void)state;
    struct bed b;
    struct clock_fake clock;
    clock_fake_init(&clock, INT64_C(1700000000000)); /* years ago */
    open_bed(&b, &(struct remote_options){.clock = &clock.clock});
    pthread_mutex_lock(&b.proxy->lock);
    b.proxy->server_ms = (long long)clock.ms + 7 * 60000;
    pthread_mutex_unlock(&b.proxy->lock);
    suffer(&b, NULL, PROXY_SKEW, FOREVER);
    must(&b, "UpdateItem", add);
    assert_int_equal(reply.attempts, 2);
    assert_int_equal(counter(&b), 1);
    assert_int_equal(backend_skew_ms(b.backend), -7 * 60000);
    must(&b, "UpdateItem", add); /* and remembered */
    assert_int_equal(reply.attempts, 1);
    close_bed(&b);
}

static void *cancel_soon(void *context)
{
    poll(NULL, 0, 30);
    atomic_store((atomic_bool *)context, true);
    return NULL;
}

static void cancelling_ends_a_silent_request_and_a_wait(void **state)
{
    (void)state;
    struct bed b;
    struct err err;
    static const struct {
        const char *operation, *body;
        enum proxy_fault fault;
        enum err_code code;
    } cases[] = {{"GetItem", get, PROXY_STALL_BEFORE, ERR_CANCELLED},
        {"GetItem", get, PROXY_DRIP, ERR_CANCELLED},
        {"GetItem", get, PROXY_THROTTLE, ERR_CANCELLED},
        {"UpdateItem", add, PROXY_STALL_AFTER, ERR_UNKNOWN},
        {"UpdateItem", add, PROXY_THROTTLE, ERR_CANCELLED}};
    open_bed(&b, &(struct remote_options){.stall_ms = 60000});
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        atomic_bool cancel = false;
        pthread_t thread;
        suffer(&b, cases[i].operation, cases[i].fault, FOREVER);
        pthread_create(&thread, NULL, cancel_soon, &cancel);
        /* jitter may make the waits of a throttled call short */
        bool answered = call_with(&b, cases[i].operation, cases[i].body, &cancel, &err);
        pthread_join(thread, NULL);
        if (!answered && err.code != cases[i].code)
            fail_msg("case %zu: code %d, %s", i, err.code, err.text);
        assert_true(!answered || cases[i].fault == PROXY_THROTTLE);
    }
    close_bed(&b);
}

static void the_head_says_who_asks_and_how_often(void **state)
{
    (void)state;
    struct bed b;
    open_bed(&b, NULL);
    suffer(&b, "GetItem", PROXY_FAIL_BEFORE, 1);
    must(&b, "GetItem", get);
    const char *head = proxy_head(b.proxy);
    assert_non_null(strstr(head, "amz-sdk-request: attempt=2; max=4"));
    assert_non_null(strstr(head, "amz-sdk-invocation-id: "));
    assert_non_null(strstr(head, "User-Agent: dynascope/"));
    assert_non_null(strstr(head, "md/libcurl#"));
    assert_non_null(strstr(head, "X-Amz-Target: DynamoDB_20120810.GetItem"));
    assert_null(strstr(head, "Expect"));
    assert_null(strstr(head, "Accept-Encoding"));
    assert_true(strlen(reply.request_id) > 20);
    must(&b, "ListStreams", "{}");
    assert_non_null(
        strstr(proxy_head(b.proxy), "X-Amz-Target: DynamoDBStreams_20120810.ListStreams"));
    close_bed(&b);
}

static void an_operation_is_a_name_and_nothing_else(void **state)
{
    (void)state;
    struct bed b;
    struct err err;
    open_bed(&b, NULL);
    suffer(&b, NULL, PROXY_PASS, 0);
    assert_true(call(&b, "GetItem\r\nEvil: yes", "{}", &err));
    assert_true(ddb_reply_error(&reply, &err));
    assert_string_equal(err.name, "UnknownOperationException");
    assert_int_equal(b.proxy->seen, 0);
    close_bed(&b);
}

static void many_threads_share_one_endpoint(void **state);

struct adder {
    struct bed *b;
    pthread_t thread;
    int done;
};

static void *adder_main(void *context)
{
    struct adder *a = context;
    struct ddb_call update = {.operation = STR("UpdateItem"), .body = STR(add)};
    struct ddb_reply own = {0};
    for (int i = 0; i < 50; i++) {
        struct err err = ERR_INIT;
        a->done += backend_call(a->b->backend, &update, &own, &err) && own.status == 200;
    }
    ddb_reply_fini(&own);
    return NULL;
}

static void many_threads_share_one_endpoint(void **state)
{
    (void)state;
    struct bed b;
    struct adder adders[6] = {0};
    int done = 0;
    open_bed(&b, NULL);
    for (int i = 0; i < 6; i++) {
        adders[i].b = &b;
        pthread_create(&adders[i].thread, NULL, adder_main, &adders[i]);
    }
    for (int i = 0; i < 6; i++) {
        pthread_join(adders[i].thread, NULL);
        done += adders[i].done;
    }
    assert_int_equal(done, 300);
    assert_int_equal(counter(&b), 300);
    close_bed(&b);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, remote_test_setup, remote_test_teardown)
    const struct CMUnitTest tests[] = {
        EACH(reads_are_tried_again_whatever_happened),
        EACH(after_four_attempts_it_is_said_so),
        EACH(a_write_that_did_not_arrive_is_tried_again),
        EACH(a_write_of_unknown_outcome_is_never_sent_again),
        EACH(a_kept_connection_that_breaks_does_not_send_a_write_twice),
        EACH(writes_that_change_nothing_twice_are_sent_again),
        EACH(a_transaction_bears_a_token_and_is_applied_once),
        EACH(what_is_no_dynamodb_is_said_to_be_none),
        EACH(expired_keys_that_cannot_be_renewed_name_the_remedy),
        EACH(keys_that_were_made_up_are_said_to_be),
        EACH(refused_keys_name_the_remedy),
        EACH(expired_keys_of_a_process_are_fetched_anew),
        EACH(a_date_beyond_the_stamp_s_digits_is_its_last),
        EACH(a_key_that_is_none_has_no_end_to_show),
        EACH(the_end_of_the_key_is_known_and_no_more),
        EACH(a_clock_that_is_wrong_is_made_up_for_and_named),
        EACH(cancelling_ends_a_silent_request_and_a_wait),
        EACH(the_head_says_who_asks_and_how_often),
        EACH(an_operation_is_a_name_and_nothing_else),
        EACH(many_threads_share_one_endpoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
