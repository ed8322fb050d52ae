/* SPDX-License-Identifier: MIT */
/* Handlers in Python, as people write them and as they go wrong. test: threads */
#include "tests/unit/triggers/lab.h"

struct sample {
    const char *file, *handler, *code; /* NULL: app.py, app.lambda_handler */
    const char *event;
    enum invoked outcome;
    const char *payload, *says, *logs;
};

static void see(struct lab *lab, const struct sample *s)
{
    struct lab_call call;
    char folder[128];
    struct function f =
        lab_function(lab, RUNTIME_PYTHON, s->handler ? s->handler : "app.lambda_handler", folder);
    lab_write(lab, s->file ? s->file : "app.py", s->code);
    lab_invoke(lab, &call, &f, s->event ? s->event : "{}");
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
}

static void see_all(const struct sample *samples, size_t count)
{
    LAB_WANTS("python3");
    for (size_t i = 0; i < count; i++) {
        struct lab lab;
        lab_open(&lab);
        see(&lab, &samples[i]);
        lab_close(&lab);
    }
}
#define SEE_ALL(samples) see_all(samples, sizeof(samples) / sizeof *(samples))

static void results_come_back(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {.code = "def lambda_handler(event, context):\n    return event['n'] + 1\n",
            .event = "{\"n\":1}",
            .payload = "2"},
        {.code = "def lambda_handler(event, context): pass\n", .payload = "null"},
        {.file = "fn/app.py",
            .handler = "fn/app.f",
            .code = "def f(e, c): return [True]\n",
            .payload = "[true]"},
        {.file = "fn/app.py",
            .handler = "fn/app.py",
            .code = "def lambda_handler(e, c): return 'file'\n",
            .payload = "\"file\""},
        {.code = "from decimal import Decimal\n"
                 "def lambda_handler(e, c): return {'n': Decimal('1.5')}\n",
            .payload = "{\"n\": 1.5}"},
        {.code = "import os, sys\n"
                 "def lambda_handler(e, c): return [os.getcwd() == os.environ['LAMBDA_TASK_ROOT'],"
                 " sys.path[0] == os.getcwd(), sys.argv]\n",
            .payload = "[true, true, [\"\"]]"},
        {.code = "def lambda_handler(e, c): return {1, 2}\n",
            .outcome = INVOKED_ERROR,
            .says =
                "\"errorMessage\": \"Unable to marshal response: Object of type set is not JSON "
                "serializable\", \"errorType\": \"Runtime.MarshalError\""},
        {.code = "def lambda_handler(e, c): return b'x'\n",
            .outcome = INVOKED_ERROR,
            .says = "Object of type bytes is not JSON serializable"},
    };
    SEE_ALL(samples);
}

static void errors_have_type_message_and_trace(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {.code = "def lambda_handler(e, c):\n    raise ValueError('no good')\n",
            .outcome = INVOKED_ERROR,
            .says =
                "{\"errorMessage\": \"no good\", \"errorType\": \"ValueError\", \"requestId\": \"",
            .logs = "[ERROR] ValueError: no good\nTraceback (most recent call last):\n  File \""},
        {.code = "def lambda_handler(e, c): return e['missing']\n",
            .outcome = INVOKED_ERROR,
            .says = "\"errorMessage\": \"'missing'\", \"errorType\": \"KeyError\""},
        {.code = "import sys\ndef lambda_handler(e, c): sys.exit(4)\n",
            .outcome = INVOKED_EXIT,
            .says = "Runtime exited with error: exit status 4"},
        {.code = "import os\ndef lambda_handler(e, c):\n    print('last words')\n    os._exit(0)\n",
            .outcome = INVOKED_EXIT,
            .says = "Runtime exited without providing a reason",
            .logs = "last words\n"},
    };
    SEE_ALL(samples);
}

static void what_cannot_be_loaded_says_why(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {.handler = "other.f",
            .code = "",
            .outcome = INVOKED_INIT,
            .says = "\"Unable to import module 'other': No module named 'other'\", \"errorType\": "
                    "\"Runtime.ImportModuleError\"",
            .logs = "INIT_REPORT Init Duration: "},
        {.code = "import not_there\n",
            .outcome = INVOKED_INIT,
            .says = "Unable to import module 'app': No module named 'not_there'"},
        {.code = "def lambda_handler(:\n",
            .outcome = INVOKED_INIT,
            .says = "\"errorType\": \"Runtime.UserCodeSyntaxError\""},
        {.code = "x = 1\n",
            .outcome = INVOKED_INIT,
            .says = "\"Handler 'lambda_handler' missing on module 'app'\", \"errorType\": "
                    "\"Runtime.HandlerNotFound\""},
        {.handler = "app",
            .code = "x = 1\n",
            .outcome = INVOKED_INIT,
            .says = "Bad handler 'app': not enough values to unpack (expected 2, got 1)"},
        {.handler = "../app.f",
            .code = "x = 1\n",
            .outcome = INVOKED_INIT,
            .says = "Runtime.MalformedHandlerName"},
        {.handler = "sys.exit",
            .code = "x = 1\n",
            .outcome = INVOKED_INIT,
            .says = "Cannot use built-in module sys as a handler module"},
        {.code = "raise KeyError('at the top')\n",
            .outcome = INVOKED_INIT,
            .says = "\"errorType\": \"KeyError\""},
    };
    SEE_ALL(samples);
}

static void the_context_has_what_the_service_gives(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {.code = "import os\n"
                 "def lambda_handler(e, c):\n"
                 "    return [c.function_name, c.function_version, c.memory_limit_in_mb,\n"
                 "        c.log_group_name, c.log_stream_name == "
                 "os.environ['AWS_LAMBDA_LOG_STREAM_NAME'],\n"
                 "        c.invoked_function_arn, len(c.aws_request_id),\n"
                 "        c.get_remaining_time_in_millis() > 15000, c.client_context,\n"
                 "        c.identity.cognito_identity_id]\n",
            .payload =
                "[\"f\", \"$LATEST\", \"128\", \"/aws/lambda/f\", true, "
                "\"arn:aws:lambda:us-east-1:000000000000:function:f\", 36, true, null, null]"},
    };
    SEE_ALL(samples);
}

static void what_is_printed_and_logged_is_in_the_log(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {.code = "def lambda_handler(e, c): print('no newline', end='')\n",
            .logs = "no newline\nEND RequestId"},
        {.code = "import sys\ndef lambda_handler(e, c): print('to stderr', file=sys.stderr)\n",
            .logs = "to stderr\n"},
        {.code = "import logging\nlogger = logging.getLogger()\nlogger.setLevel(logging.INFO)\n"
                 "def lambda_handler(e, c): logger.info('one\\ntwo %d', 3)\n",
            .logs = "\tone\ntwo 3\n"},
        {.code = "import logging\n"
                 "def lambda_handler(e, c): logging.getLogger().warning('by default')\n",
            .logs = "[WARNING]\t20"},
        {.code = "def lambda_handler(e, c): print('\\u00e9\\udc80')\n",
            .logs = "\xc3\xa9\\udc80\n"},
    };
    SEE_ALL(samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_come_back),
        cmocka_unit_test(errors_have_type_message_and_trace),
        cmocka_unit_test(what_cannot_be_loaded_says_why),
        cmocka_unit_test(the_context_has_what_the_service_gives),
        cmocka_unit_test(what_is_printed_and_logged_is_in_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
