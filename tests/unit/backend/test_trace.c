/* SPDX-License-Identifier: MIT */
/* The decorator that reports calls. */
#include "tests/unit/backend/fake_backend.h"

struct seen {
    size_t count;
    int status;
    char operation[64], request[64], reply[64];
    enum err_code code;
};

static void see(void *context, const struct backend_trace *trace)
{
    struct seen *seen = context;
    seen->count++;
    seen->status = trace->status;
    seen->code = trace->err ? trace->err->code : ERR_NONE;
    snprintf(seen->operation, sizeof seen->operation, "%.*s", STR_ARG(trace->operation));
    snprintf(seen->request, sizeof seen->request, "%.*s", STR_ARG(trace->request));
    snprintf(seen->reply, sizeof seen->reply, "%.*s", STR_ARG(trace->reply));
    assert_true(trace->duration_ns >= 0);
    assert_true(trace->started_ms > 0);
}

static void a_call_is_reported_with_its_answer(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {{"Scan", 200, "{\"Count\":0}"}, {0}};
    struct seen seen = {0};
    struct backend *backend = backend_traced(&fake_open(script)->backend, see, &seen);
    struct ddb_call call = {.operation = STR("Scan"), .body = STR("{\"TableName\":\"T\"}")};
    struct ddb_reply reply = {0};
    struct err err = ERR_INIT;
    assert_true(backend_call(backend, &call, &reply, &err));
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.status, 200);
    assert_string_equal(seen.operation, "Scan");
    assert_string_equal(seen.request, "{\"TableName\":\"T\"}");
    assert_string_equal(seen.reply, "{\"Count\":0}");
    ddb_reply_fini(&reply);
    backend_close(backend, NULL);
}

static void a_call_without_an_answer_is_reported_with_its_error(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {{"Scan", 0, NULL}, {0}};
    struct seen seen = {0};
    bool closed = false;
    struct fake_backend *fake = fake_open(script);
    fake->closed = &closed;
    struct backend *backend = backend_traced(&fake->backend, see, &seen);
    struct ddb_call call = {.operation = STR("Scan"), .body = STR("{}")};
    struct ddb_reply reply = {0};
    struct err err = ERR_INIT;
    assert_false(backend_call(backend, &call, &reply, &err));
    assert_int_equal(seen.status, 0);
    assert_int_equal(seen.code, ERR_UNREACHABLE);
    backend_close(backend, NULL);
    assert_true(closed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_reported_with_its_answer),
        cmocka_unit_test(a_call_without_an_answer_is_reported_with_its_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
