/* SPDX-License-Identifier: MIT */
/* test: threads */
/* The server on real sockets: what ordinary clients see. */
#include "backend/backend_impl.h"
#include "backend/http/checksum.h"
#include "tests/unit/serve/keys_file.h"
#include "tests/unit/serve/server.h"

#include <semaphore.h>

static void a_get_says_that_it_is_healthy_and_nothing_else_is_to_be_got(void **state)
{
    struct wire w = wire_open(*state);
    send_text(w.fd, "GET /?x HTTP/1.1\r\n" HOST "\r\n");
    struct answered a = wire_take(&w);
    assert_int_equal(a.status, 200);
    assert_true(str_equal((struct str){a.body, a.len}, STR("healthy: localhost ")));
    assert_null(strstr(a.head, "Connection: close"));
    answered_fini(&a);
    send_text(w.fd, "GET /index.htm HTTP/1.1\r\n" HOST "\r\n");
    a = wire_take(&w);
    assert_int_equal(a.status, 404);
    answered_fini(&a);
    wire_close(&w);
}

static void the_endpoint_is_where_the_caller_came(void **state)
{
    struct wire w = wire_open(*state);
    struct answered a = wire_call(&w, "DescribeEndpoints", "{}");
    struct str body = {a.body, a.len};
    assert_true(str_find(body, STR("\"Address\":\"localhost\"")) != SIZE_MAX);
    answered_fini(&a);
    wire_close(&w);
}

static void calls_follow_each_other_on_one_connection(void **state)
{
    struct wire w = wire_open(*state);
    wire_must(&w, "CreateTable", CREATE_COUNTERS);
    wire_must(&w, "PutItem", "{\"TableName\":\"Counters\",\"Item\":{\"id\":{\"S\":\"a\"}}}");
    struct answered a =
        wire_call(&w, "GetItem", "{\"TableName\":\"Counters\",\"Key\":{\"id\":{\"S\":\"a\"}}}");
    assert_string_equal(a.body, "{\"Item\":{\"id\":{\"S\":\"a\"}}}");
    answered_fini(&a);
    a = wire_call(&w, "GetItem", "{\"TableName\":\"None\",\"Key\":{\"id\":{\"S\":\"a\"}}}");
    assert_int_equal(a.status, 400);
    assert_non_null(strstr(a.body, "v20120810#ResourceNotFoundException"));
    answered_fini(&a);
    wire_must(&w, "ListStreams", "{}");
    wire_must(&w, "DeleteTable", "{\"TableName\":\"Counters\"}");
    wire_close(&w);
}

static void header_of(const struct answered *a, const char *name, char *out, size_t size)
{
    const char *at = strstr(a->head, name);
    assert_non_null(at);
    at += strlen(name) + 2;
    size_t len = strcspn(at, "\r");
    assert_true(len < size);
    memcpy(out, at, len);
    out[len] = '\0';
}

static void answers_carry_an_id_and_a_checksum_of_their_bytes(void **state)
{
    struct wire w = wire_open(*state);
    char id[128], last[128] = "", text[32], wanted[32];
    for (int i = 0; i < 50; i++) {
        struct answered a = wire_call(&w, i % 2 ? "ListTables" : "Nonsense", "{}");
        header_of(&a, "x-amzn-RequestId", id, sizeof id);
        assert_int_equal(strlen(id), 52);
        assert_int_equal(strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), 52);
        assert_string_not_equal(id, last);
        strcpy(last, id);
        header_of(&a, "x-amz-crc32", text, sizeof text);
        snprintf(wanted, sizeof wanted, "%u", checksum_crc32((struct str){a.body, a.len}));
        assert_string_equal(text, wanted);
        answered_fini(&a);
    }
    assert_int_equal(checksum_crc32(STR("123456789")), 0xcbf43926);
    wire_close(&w);
}

static void the_answers_type_is_the_one_asked_for(void **state)
{
    static const char *const types[] = {
        "application/x-amz-json-1.0", "application/x-amz-json-1.1", "application/json"};
    struct wire w = wire_open(*state);
    for (int i = 0; i < 3; i++) {
        char text[1024], type[128];
        snprintf(text, sizeof text,
            "POST / HTTP/1.1\r\n" HOST SIGNED "Content-Type: %s; charset=utf-8\r\n"
            "X-Amz-Target: DynamoDB_20120810.ListTables\r\nContent-Length: 2\r\n\r\n{}",
            types[i]);
        send_text(w.fd, text);
        struct answered a = wire_take(&w);
        header_of(&a, "Content-Type", type, sizeof type);
        assert_string_equal(type, types[i]);
        answered_fini(&a);
    }
    wire_close(&w);
}

/* ---- refusals, in the service's order ---- */

struct refusal {
    const char *head, *body;
    int status;
    const char *said;
};

#define TARGET(name) "X-Amz-Target: " name "\r\n"
#define LIST TARGET("DynamoDB_20120810.ListTables")
#define CORAL "{\"__type\":\"com.amazon.coral.service#"

static const struct refusal refusals[] = {
    {"PUT / HTTP/1.1\r\n" HOST, "", 404, "<UnknownOperationException/>"},
    {"OPTIONS / HTTP/1.1\r\n" HOST, "", 404, "<UnknownOperationException/>"},
    {"POST / HTTP/1.1\r\n" HOST LIST SIGNED, "{}", 404, "<UnknownOperationException/>"},
    {"POST / HTTP/1.1\r\n" HOST LIST SIGNED "Content-Type: text/plain\r\n", "{}", 404,
        "<UnknownOperationException/>"},
    {"POST / HTTP/1.1\r\n" HOST LIST SIGNED "Content-Type: application/x-www-form-urlencoded\r\n",
        "{}", 404, "<UnknownOperationException/>"},
    {"POST / HTTP/1.1\r\n" HOST JSON_TYPE, "{", 400, CORAL "SerializationException\"}"},
    {"POST / HTTP/1.1\r\n" HOST JSON_TYPE, "{}", 400, CORAL "UnknownOperationException\"}"},
    {"POST / HTTP/1.1\r\n" HOST JSON_TYPE TARGET("DynamoDB_20120810.Nothing"), "{}", 400,
        CORAL "UnknownOperationException\"}"},
    {"POST / HTTP/1.1\r\n" HOST JSON_TYPE TARGET("Logs_20140328.GetLogEvents") SIGNED, "{}", 400,
        CORAL "UnknownOperationException\"}"},
    {"POST / HTTP/1.1\r\n" HOST JSON_TYPE LIST, "{", 400, CORAL "SerializationException\"}"},
    {"POST / HTTP/1.1\r\n" HOST JSON_TYPE LIST, "{}", 400,
        CORAL "MissingAuthenticationTokenException\""},
    {"POST / HTTP/1.1\r\n" HOST JSON_TYPE LIST "Authorization: AWS4-HMAC-SHA256 x\r\n", "{}", 400,
        CORAL "IncompleteSignatureException\""},
    {"POST / HTTP/1.1\r\n" HOST LIST SIGNED, "", 400, CORAL "SerializationException\"}"},
    {"POST / HTTP/1.1\r\n" HOST JSON_TYPE LIST SIGNED, "[", 400, CORAL "SerializationException\""},
    {"POST / HTTP/1.1\r\n" HOST JSON_TYPE LIST SIGNED, "{\"Limit\":0}", 400,
        "com.amazon.coral.validate#ValidationException"},
    {"POST /2015-03-31/functions HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n", "{}", 404,
        CORAL "UnknownOperationException\"}"},
};

static void refusals_come_in_the_services_order_and_shape(void **state)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        const struct refusal *r = &refusals[i];
        struct wire w = wire_open(*state);
        char text[2048];
        snprintf(text, sizeof text, "%sContent-Length: %zu\r\n\r\n%s", r->head, strlen(r->body),
            r->body);
        send_text(w.fd, text);
        struct answered a = wire_take(&w);
        if (a.status != r->status || !strstr(a.body, r->said))
            fail_msg("%s: %d %s", text, a.status, a.body);
        assert_null(strcasestr(a.head, "Access-Control"));
        answered_fini(&a);
        wire_close(&w);
    }
}

/* ---- HTTP ---- */

static void requests_may_come_in_one_piece_and_byte_by_byte(void **state)
{
    struct wire w = wire_open(*state);
    struct buf out = {0};
    for (int i = 0; i < 20; i++)
        put_call(&out, "ListTables", STR("{}"));
    send_bytes(w.fd, buf_str(&out));
    for (int i = 0; i < 20; i++) {
        struct answered a = wire_take(&w);
        assert_int_equal(a.status, 200);
        answered_fini(&a);
    }
    buf_clear(&out);
    put_call(&out, "ListTables", STR("{}"));
    for (size_t i = 0; i < out.len; i++)
        send_bytes(w.fd, (struct str){out.at + i, 1});
    struct answered a = wire_take(&w);
    assert_int_equal(a.status, 200);
    answered_fini(&a);
    buf_fini(&out);
    wire_close(&w);
}

static void who_asks_whether_to_go_on_is_answered(void **state)
{
    struct wire w = wire_open(*state);
    send_text(w.fd, "POST / HTTP/1.1\r\n" HOST JSON_TYPE LIST SIGNED
                    "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    struct answered a = wire_take(&w);
    assert_int_equal(a.status, 100);
    answered_fini(&a);
    send_text(w.fd, "{}");
    a = wire_take(&w);
    assert_int_equal(a.status, 200);
    answered_fini(&a);
    wire_close(&w);
}

static void a_connection_can_be_for_one_request(void **state)
{
    struct wire w = wire_open(*state);
    send_text(w.fd, "POST / HTTP/1.1\r\nConnection: close\r\n" HOST JSON_TYPE LIST SIGNED
                    "Content-Length: 2\r\n\r\n{}");
    struct answered a = wire_take(&w);
    assert_int_equal(a.status, 200);
    assert_true(wire_ends(&w));
    answered_fini(&a);
    wire_close(&w);
}

static void a_large_item_and_a_large_page_pass(void **state)
{
    struct wire w = wire_open(*state);
    wire_must(&w, "CreateTable", CREATE_COUNTERS);
    struct buf body = {0};
    for (int i = 0; i < 4; i++) {
        buf_clear(&body);
        buf_printf(&body,
            "{\"TableName\":\"Counters\",\"Item\":{\"id\":{\"S\":\"%d\"},\"x\":{\"S\":\"", i);
        for (int j = 0; j < 400000; j++)
            buf_add_byte(&body, 'x');
        buf_add(&body, STR("\"}}}"));
        wire_must(&w, "PutItem", buf_cstr(&body));
    }
    struct answered a = wire_call(&w, "Scan", "{\"TableName\":\"Counters\"}");
    assert_int_equal(a.status, 200);
    assert_true(a.len > 1000000);
    answered_fini(&a);
    buf_fini(&body);
    wire_must(&w, "DeleteTable", "{\"TableName\":\"Counters\"}");
    wire_close(&w);
}

/* ---- many at once ---- */

enum { CLIENTS = 8, ADDS = 200 };

static void *add_many(void *context)
{
    struct wire w = wire_open(context);
    for (int i = 0; i < ADDS; i++)
        wire_must(&w, "UpdateItem",
            "{\"TableName\":\"Counters\",\"Key\":{\"id\":{\"S\":\"n\"}},"
            "\"UpdateExpression\":\"ADD n :one\","
            "\"ExpressionAttributeValues\":{\":one\":{\"N\":\"1\"}}}");
    wire_close(&w);
    return NULL;
}

static void count_together(struct server *s)
{
    pthread_t threads[CLIENTS];
    char wanted[64];
    struct wire w = wire_open(s);
    wire_must(&w, "CreateTable", CREATE_COUNTERS);
    for (int i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, s), 0);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);
    struct answered a =
        wire_call(&w, "GetItem", "{\"TableName\":\"Counters\",\"Key\":{\"id\":{\"S\":\"n\"}}}");
    snprintf(wanted, sizeof wanted, "\"n\":{\"N\":\"%d\"}", CLIENTS * ADDS);
    assert_non_null(strstr(a.body, wanted));
    answered_fini(&a);
    wire_must(&w, "DeleteTable", "{\"TableName\":\"Counters\"}");
    wire_close(&w);
}

static void no_addition_of_eight_clients_is_lost(void **state)
{
    count_together(*state);
}

static void nor_where_writes_run_on_the_sockets_threads(void **state)
{
    (void)state;
    struct serve_options options = {.quick_writes = true};
    struct server *s = server_start(NULL, &options);
    count_together(s);
    server_stop(s);
}

/* ---- backends that misbehave ---- */

struct slow {
    struct backend backend;
    sem_t started, go;
    char region[64];
    bool fails;
};

static bool slow_call(
    struct backend *backend, const struct ddb_call *call, struct ddb_reply *reply, struct err *err)
{
    struct slow *s = (struct slow *)backend;
    snprintf(s->region, sizeof s->region, "%.*s", STR_ARG(call->region));
    sem_post(&s->started);
    sem_wait(&s->go);
    if (s->fails)
        return err_set(err, ERR_FILE, "the disk is \"full\"");
    reply->status = 200;
    buf_add(&reply->body, STR("{\"late\":true}"));
    return true;
}

static bool slow_close(struct backend *backend, struct err *err)
{
    (void)err;
    struct slow *s = (struct slow *)backend;
    sem_destroy(&s->started);
    sem_destroy(&s->go);
    free(s);
    return true;
}

static const struct backend_ops slow_ops = {.name = "slow", .call = slow_call, .close = slow_close};

static struct slow *slow_new(void)
{
    struct slow *s = mem_new(struct slow);
    s->backend.ops = &slow_ops;
    sem_init(&s->started, 0, 0);
    sem_init(&s->go, 0, 0);
    return s;
}

static void *stop_it(void *server)
{
    server_join(server);
    return NULL;
}

/* The answer comes although the end was asked for before it was there. */
static void check_stop(const char *operation)
{
    struct slow *slow = slow_new();
    struct server *s = server_start(&slow->backend, NULL);
    struct wire w = wire_open(s), idle = wire_open(s), other = wire_open(s);
    struct buf out = {0};
    pthread_t stopper;
    put_call(&out, operation, STR("{}"));
    send_bytes(w.fd, buf_str(&out));
    sem_wait(&slow->started);
    assert_int_equal(pthread_create(&stopper, NULL, stop_it, s), 0);
    assert_true(wire_ends(&idle));
    sem_post(&slow->go);
    struct answered a = wire_take(&w);
    assert_int_equal(a.status, 200);
    assert_string_equal(a.body, "{\"late\":true}");
    assert_true(wire_ends(&w));
    pthread_join(stopper, NULL);
    answered_fini(&a);
    buf_fini(&out);
    wire_close(&w);
    wire_close(&idle);
    wire_close(&other);
    serve_close(s->serve);
    backend_close(s->backend, NULL);
    server_remove(s->folder);
    free(s);
}

static void the_end_answers_what_is_in_flight(void **state)
{
    (void)state;
    check_stop("PutItem");
    check_stop("CreateTable");
}

static void a_store_that_fails_is_an_internal_error_with_its_reason(void **state)
{
    (void)state;
    struct slow *slow = slow_new();
    slow->fails = true;
    sem_post(&slow->go);
    struct server *s = server_start(&slow->backend, NULL);
    struct wire w = wire_open(s);
    struct answered a = wire_call(&w, "GetItem", "{}");
    assert_int_equal(a.status, 500);
    assert_string_equal(a.body,
        "{\"__type\":\"com.amazonaws.dynamodb.v20120810#InternalServerError\","
        "\"message\":\"the disk is \\\"full\\\"\"}");
    assert_string_equal(slow->region, "eu-west-1");
    answered_fini(&a);
    wire_close(&w);
    server_stop(s);
}

/* ---- who may ask ---- */

static void with_keys_an_unknown_signature_is_refused(void **state)
{
    (void)state;
    char path[] = "/tmp/dynascope-keys-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, EXAMPLE_FILE, sizeof EXAMPLE_FILE - 1), sizeof EXAMPLE_FILE - 1);
    close(fd);
    struct serve_options options = {.keys = path};
    struct server *s = server_start(NULL, &options);
    struct wire w = wire_open(s);
    struct answered a = wire_call(&w, "ListTables", "{}");
    assert_int_equal(a.status, 400);
    assert_non_null(strstr(a.body, "Signature expired"));
    answered_fini(&a);
    wire_close(&w);
    server_stop(s);
    unlink(path);
}

static void a_key_from_memory_is_enough_to_ask_for_signatures(void **state)
{
    (void)state;
    struct serve_options options = {.key_id = STR(EXAMPLE_ID), .key_secret = STR(EXAMPLE_SECRET)};
    struct server *s = server_start(NULL, &options);
    struct wire w = wire_open(s);
    struct answered a = wire_call(&w, "ListTables", "{}");
    assert_int_equal(a.status, 400);
    assert_non_null(strstr(a.body, "Signature expired"));
    answered_fini(&a);
    wire_close(&w);
    server_stop(s);
}

static void other_machines_need_keys(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct slow *slow = slow_new();
    struct serve_options options = {.host = "0.0.0.0"};
    assert_null(serve_open(&slow->backend, &options, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_non_null(strstr(err.text, "--keys"));
    options.host = "nonsense";
    err = ERR_INIT;
    assert_null(serve_open(&slow->backend, &options, &err));
    assert_int_equal(err.code, ERR_USAGE);
    backend_close(&slow->backend, NULL);
}

static void a_port_that_is_taken_is_named(void **state)
{
    struct server *s = *state;
    struct err err = ERR_INIT;
    char number[16];
    struct serve_options options = {.port = serve_port(s->serve)};
    assert_null(serve_open(s->backend, &options, &err));
    assert_int_equal(err.code, ERR_BUSY);
    snprintf(number, sizeof number, "%u", options.port);
    assert_non_null(strstr(err.text, number));
}

static int start(void **state)
{
    *state = server_start(NULL, NULL);
    return 0;
}

static int stop(void **state)
{
    server_stop(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_get_says_that_it_is_healthy_and_nothing_else_is_to_be_got),
        cmocka_unit_test(the_endpoint_is_where_the_caller_came),
        cmocka_unit_test(calls_follow_each_other_on_one_connection),
        cmocka_unit_test(answers_carry_an_id_and_a_checksum_of_their_bytes),
        cmocka_unit_test(the_answers_type_is_the_one_asked_for),
        cmocka_unit_test(refusals_come_in_the_services_order_and_shape),
        cmocka_unit_test(requests_may_come_in_one_piece_and_byte_by_byte),
        cmocka_unit_test(who_asks_whether_to_go_on_is_answered),
        cmocka_unit_test(a_connection_can_be_for_one_request),
        cmocka_unit_test(a_large_item_and_a_large_page_pass),
        cmocka_unit_test(no_addition_of_eight_clients_is_lost),
        cmocka_unit_test(nor_where_writes_run_on_the_sockets_threads),
        cmocka_unit_test(the_end_answers_what_is_in_flight),
        cmocka_unit_test(a_store_that_fails_is_an_internal_error_with_its_reason),
        cmocka_unit_test(with_keys_an_unknown_signature_is_refused),
        cmocka_unit_test(a_key_from_memory_is_enough_to_ask_for_signatures),
        cmocka_unit_test(other_machines_need_keys),
        cmocka_unit_test(a_port_that_is_taken_is_named),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
