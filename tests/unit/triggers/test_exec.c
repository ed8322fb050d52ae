/* SPDX-License-Identifier: MIT */
/* Functions that are any program: a process an invocation. test: threads */
#include "tests/unit/triggers/lab.h"

struct sample {
    const char *code;
    const char *event;
    enum invoked outcome;
    const char *payload, *says, *logs;
};

static void see(const struct sample *s)
{
    struct lab lab;
    struct lab_call call;
    char folder[128];
    lab_open(&lab);
    struct function f = lab_function(&lab, RUNTIME_EXEC, "run", folder);
    f.timeout_s = 2;
    lab_write(&lab, "run", s->code);
    lab_invoke(&lab, &call, &f, s->event ? s->event : "{}");
    if (call.invocation.outcome != s->outcome)
        fail_msg("%s\noutcome %d, payload %s\nlog:\n%s", s->code, (int)call.invocation.outcome,
            call.invocation.payload.at, call.invocation.tail.at);
    if (s->payload)
        lab_expect(&call, s->outcome, s->payload);
    if (s->says)
        lab_says(buf_str(&call.invocation.payload), s->says);
    if (s->logs)
        lab_logs(&call, s->logs);
    lab_fini(&call);
    lab_close(&lab);
}

static void see_all(const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        see(&samples[i]);
}
#define SEE_ALL(samples) see_all(samples, sizeof(samples) / sizeof *(samples))

static void the_event_is_its_input_and_json_its_result(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {.code = "#!/bin/sh\ncat\n", .event = "{\"a\":[1]}", .payload = "{\"a\":[1]}"},
        {.code = "#!/bin/sh\ncat /dev/stdin /dev/null\n", .event = "7", .payload = "7"},
        {.code = "#!/bin/sh\nexit 0\n", .payload = "null"},
        {.code = "#!/bin/sh\necho '{\"batchItemFailures\":[]}'\n",
            .payload = "{\"batchItemFailures\":[]}"},
        {.code = "#!/bin/sh\necho log >&2\necho more >&2\n",
            .payload = "null",
            .logs = "log\nmore\nEND RequestId"},
        {.code = "#!/bin/sh\necho $# \"$0\" >&2\n", .logs = "0 /tmp/"},
    };
    SEE_ALL(samples);
}

static void text_that_is_no_json_is_a_string_and_in_the_log(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {.code = "#!/bin/sh\necho done with it\necho '\"'\n",
            .payload = "\"done with it\\n\\\"\"",
            .logs = "done with it\n\"\nEND RequestId"},
    };
    SEE_ALL(samples);
}

static void how_it_ends_is_told(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {.code = "#!/bin/sh\necho '{}'\nexit 3\n",
            .outcome = INVOKED_EXIT,
            .says = "Runtime exited with error: exit status 3"},
        {.code = "#!/bin/sh\nkill -9 $$\n",
            .outcome = INVOKED_EXIT,
            .says = "Runtime exited with error: signal: killed"},
        {.code = "#!/bin/sh\necho here >&2\nsleep 60\n",
            .outcome = INVOKED_TIMEOUT,
            .says = "Task timed out after 2.00 seconds",
            .logs = "here\n"},
        {.code = "#!/not/there\n", .outcome = INVOKED_INIT, .says = "Runtime.InvalidEntrypoint"},
        {.code = "no shebang\n", .outcome = INVOKED_INIT, .says = "not executable"},
        {.code = "#!/bin/sh\nhead -c 7000000 /dev/zero\n",
            .outcome = INVOKED_ERROR,
            .says = "Function.ResponseSizeTooLarge"},
    };
    SEE_ALL(samples);
}

static void no_data_is_in_arguments_or_environment(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {.code = "#!/bin/sh\ntr '\\0' '\\n' </proc/self/environ | grep -c '$(touch' >&2\nexit 0\n",
            .event = "{\"v\":\"$(touch /tmp/x); `id`\"}",
            .logs = "Version: $LATEST\n0\nEND"},
    };
    SEE_ALL(samples);
}

static void a_place_keeps_its_log_from_process_to_process(void **state)
{
    (void)state;
    struct lab lab;
    struct lab_call first, second;
    char folder[128];
    lab_open(&lab);
    struct function f = lab_function(&lab, RUNTIME_EXEC, "run", folder);
    lab_write(&lab, "run", "#!/bin/sh\necho $$\n");
    lab_invoke(&lab, &first, &f, "1");
    lab_invoke(&lab, &second, &f, "1");
    assert_string_not_equal(first.invocation.payload.at, second.invocation.payload.at);
    assert_string_equal(first.invocation.log_stream, second.invocation.log_stream);
    lab_fini(&first);
    lab_fini(&second);
    lab_close(&lab);
}

static void many_run_at_the_same_time(void **state)
{
    (void)state;
    enum { MANY = 200 };
    struct lab lab;
    struct lab_call *calls = calloc(MANY, sizeof *calls);
    char folder[128];
    lab_open(&lab);
    struct function f = lab_function(&lab, RUNTIME_EXEC, "run", folder);
    lab_write(&lab, "run", "#!/bin/sh\ncat\n");
    for (size_t i = 0; i < MANY; i++)
        lab_start(&lab, &calls[i], &f, STR("{\"i\":1}"));
    for (size_t i = 0; i < MANY; i++) {
        lab_wait(&calls[i]);
        lab_expect(&calls[i], INVOKED_OK, "{\"i\":1}");
        lab_fini(&calls[i]);
    }
    free(calls);
    lab_close(&lab);
}

/* As tutorials have it: a connection for each call, and nothing between the two but the shell. */
static void a_bootstrap_of_shell_and_curl_runs(void **state)
{
    (void)state;
    struct lab lab;
    struct lab_call call;
    char folder[128];
    LAB_WANTS("curl");
    lab_open(&lab);
    struct function f = lab_function(&lab, RUNTIME_PROVIDED, "function.handler", folder);
    lab_write(&lab, "bootstrap",
        "#!/bin/sh\n"
        "api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation\n"
        "while :; do\n"
        "    event=$(curl -sSLD headers $api/next)\n"
        "    id=$(grep -i Lambda-Runtime-Aws-Request-Id headers | tr -d '[:space:]' | cut -d: "
        "-f2)\n"
        "    curl -sS $api/$id/response -d \"{\\\"was\\\":$event}\" >/dev/null\n"
        "done\n");
    for (int i = 0; i < 3; i++) {
        lab_invoke(&lab, &call, &f, "[1]");
        lab_expect(&call, INVOKED_OK, "{\"was\":[1]}");
        lab_fini(&call);
    }
    lab_close(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_event_is_its_input_and_json_its_result),
        cmocka_unit_test(text_that_is_no_json_is_a_string_and_in_the_log),
        cmocka_unit_test(how_it_ends_is_told),
        cmocka_unit_test(no_data_is_in_arguments_or_environment),
        cmocka_unit_test(a_place_keeps_its_log_from_process_to_process),
        cmocka_unit_test(many_run_at_the_same_time),
        cmocka_unit_test(a_bootstrap_of_shell_and_curl_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
