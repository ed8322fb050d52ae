/* SPDX-License-Identifier: MIT */
/* Calls and error answers, whatever the backend. */
#include "tests/unit/backend/fake_backend.h"

#include <string.h>

static struct ddb_reply answer(int status, const char *body)
{
    struct ddb_reply reply = {.status = status};
    buf_add(&reply.body, str_from(body));
    return reply;
}

static void a_success_is_no_error(void **state)
{
    (void)state;
    struct ddb_reply reply = answer(200, "{}");
    struct err err = ERR_INIT;
    assert_false(ddb_reply_error(&reply, &err));
    assert_int_equal(err.code, ERR_NONE);
    ddb_reply_fini(&reply);
}

static void an_error_answer_gives_its_name_and_message(void **state)
{
    (void)state;
    struct ddb_reply reply =
        answer(400, "{\"__type\":\"com.amazonaws.dynamodb.v20120810#ResourceInUseException\","
                    "\"message\":\"Table already exists: T\"}");
    struct err err = ERR_INIT;
    assert_true(ddb_reply_error(&reply, &err));
    assert_int_equal(err.code, ERR_REFUSED);
    assert_string_equal(err.name, "ResourceInUseException");
    assert_string_equal(err.text, "Table already exists: T");
    ddb_reply_fini(&reply);
}

static void an_operation_that_is_not_offered_is_said_to_be(void **state)
{
    (void)state;
    struct ddb_reply reply =
        answer(400, "{\"__type\":\"com.amazon.coral.service#UnknownOperationException\"}");
    struct err err = ERR_INIT;
    assert_true(ddb_reply_error(&reply, &err));
    assert_int_equal(err.code, ERR_REFUSED);
    assert_string_equal(err.name, "UnknownOperationException");
    assert_string_equal(err.text, "the endpoint does not offer this operation");
    ddb_reply_fini(&reply);
}

static void message_may_be_written_large_and_the_type_bare(void **state)
{
    (void)state;
    struct ddb_reply reply =
        answer(400, "{\"__type\":\"SerializationException\",\"Message\":\"bad\"}");
    struct err err = ERR_INIT;
    assert_true(ddb_reply_error(&reply, &err));
    assert_string_equal(err.name, "SerializationException");
    assert_string_equal(err.text, "bad");
    ddb_reply_fini(&reply);
}

static void throttling_and_missing_credentials_are_kinds_of_their_own(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum err_code code;
    } cases[] = {{"ProvisionedThroughputExceededException", ERR_BUSY},
        {"ThrottlingException", ERR_BUSY}, {"UnrecognizedClientException", ERR_AUTH},
        {"ConditionalCheckFailedException", ERR_REFUSED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err refusal = ERR_INIT, err = ERR_INIT;
        struct ddb_reply reply = {0};
        err_refuse(&refusal, cases[i].name, "no");
        ddb_reply_refuse(&reply, &refusal);
        assert_true(ddb_reply_error(&reply, &err));
        assert_int_equal(err.code, cases[i].code);
        ddb_reply_fini(&reply);
    }
}

static void reasons_of_throttling_are_shown(void **state)
{
    (void)state;
    struct ddb_reply reply = {.status = 400};
    struct err err = ERR_INIT;
    buf_add(&reply.body, STR("{\"__type\":\"x#ThrottlingException\",\"message\":\"slow "
                             "down\",\"ThrottlingReasons\":[{"
                             "\"reason\":\"TableReadProvisionedThroughputExceeded\",\"resource\":"
                             "\"arn:t\"},7,{}]}"));
    assert_true(ddb_reply_error(&reply, &err));
    assert_string_equal(err.text, "slow down (TableReadProvisionedThroughputExceeded: arn:t)");
    ddb_reply_fini(&reply);
}

static void what_is_no_error_document_is_named_as_such(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "", "<html>", "[]", "{\"__type\":1}", "{\"message\":\"x\"}"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct ddb_reply reply = answer(502, bodies[i]);
        struct err err = ERR_INIT;
        assert_true(ddb_reply_error(&reply, &err));
        assert_int_equal(err.code, ERR_UNREACHABLE);
        assert_non_null(strstr(err.text, "502"));
        ddb_reply_fini(&reply);
    }
}

static void a_refusal_survives_the_way_through_an_answer(void **state)
{
    (void)state;
    struct err refusal = ERR_INIT, err = ERR_INIT;
    struct ddb_reply reply = {0};
    err_invalid(&refusal, "Invalid FilterExpression: \"x\"\n\x01 \xf0\x9f\x8d\x8e");
    err_place(&refusal, 5, 3);
    ddb_reply_refuse(&reply, &refusal);
    assert_int_equal(reply.status, 400);
    assert_true(ddb_reply_error(&reply, &err));
    assert_string_equal(err.name, "ValidationException");
    assert_string_equal(err.text, refusal.text);
    assert_int_equal(err.at, 5);
    assert_int_equal(err.len, 3);
    ddb_reply_fini(&reply);
}

static void an_error_without_a_name_is_the_server_s(void **state)
{
    (void)state;
    struct err ours = ERR_INIT, err = ERR_INIT;
    struct ddb_reply reply = {0};
    err_set(&ours, ERR_INTERNAL, "oops");
    ddb_reply_refuse(&reply, &ours);
    assert_int_equal(reply.status, 500);
    assert_true(ddb_reply_error(&reply, &err));
    assert_string_equal(err.name, "InternalServerError");
    ddb_reply_fini(&reply);
}

static void a_long_type_name_is_cut_not_overrun(void **state)
{
    (void)state;
    char body[400];
    struct err err = ERR_INIT;
    snprintf(body, sizeof body, "{\"__type\":\"%0300d\"}", 7);
    struct ddb_reply reply = answer(400, body);
    assert_true(ddb_reply_error(&reply, &err));
    assert_int_equal(strlen(err.name), ERR_NAME_MAX - 1);
    ddb_reply_fini(&reply);
}

static void a_cancelled_call_does_not_reach_the_backend(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {{0}};
    struct backend *backend = &fake_open(script)->backend;
    atomic_bool cancel = true;
    struct ddb_call call = {.operation = STR("Scan"), .body = STR("{}"), .cancel = &cancel};
    struct ddb_reply reply = {0};
    struct err err = ERR_INIT;
    assert_false(backend_call(backend, &call, &reply, &err));
    assert_int_equal(err.code, ERR_CANCELLED);
    call = (struct ddb_call){.operation = STR("Scan"), .body = STR("{}"), .deadline_ns = 1};
    assert_false(backend_call(backend, &call, &reply, &err));
    assert_int_equal(err.code, ERR_CANCELLED);
    ddb_reply_fini(&reply);
    backend_close(backend, NULL);
}

static void a_reply_can_be_used_again(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {"Scan", 200, "{\"Count\":1}"}, {"Scan", 200, "{}"}, {0}};
    struct backend *backend = &fake_open(script)->backend;
    struct ddb_call call = {.operation = STR("Scan"), .body = STR("{}")};
    struct ddb_reply reply = {.placed = true};
    struct err err = ERR_INIT;
    assert_true(backend_call(backend, &call, &reply, &err));
    assert_false(reply.placed);
    assert_true(backend_call(backend, &call, &reply, &err));
    assert_true(str_equal(buf_str(&reply.body), STR("{}")));
    ddb_reply_fini(&reply);
    backend_close(backend, NULL);
}

static void closing_nothing_is_allowed(void **state)
{
    (void)state;
    backend_close(NULL, NULL);
    ddb_reply_fini(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_success_is_no_error),
        cmocka_unit_test(an_error_answer_gives_its_name_and_message),
        cmocka_unit_test(an_operation_that_is_not_offered_is_said_to_be),
        cmocka_unit_test(message_may_be_written_large_and_the_type_bare),
        cmocka_unit_test(throttling_and_missing_credentials_are_kinds_of_their_own),
        cmocka_unit_test(reasons_of_throttling_are_shown),
        cmocka_unit_test(what_is_no_error_document_is_named_as_such),
        cmocka_unit_test(a_refusal_survives_the_way_through_an_answer),
        cmocka_unit_test(an_error_without_a_name_is_the_server_s),
        cmocka_unit_test(a_long_type_name_is_cut_not_overrun),
        cmocka_unit_test(a_cancelled_call_does_not_reach_the_backend),
        cmocka_unit_test(a_reply_can_be_used_again),
        cmocka_unit_test(closing_nothing_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
