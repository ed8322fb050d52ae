/* SPDX-License-Identifier: MIT */
/* Handlers in Node.js, as people write them and as they go wrong. test: threads */
#include "tests/unit/triggers/lab.h"

/* A handler, an event, and what comes of it. Zeroed: index.js, index.handler, {}. */
struct sample {
    const char *file, *handler, *code;
    const char *event;
    enum invoked outcome;
    const char *payload; /* all of it; or NULL */
    const char *says;    /* a part of it */
    const char *logs;    /* a part of the log */
};

static void see(struct lab *lab, const struct sample *s)
{
    struct lab_call call;
    char folder[128];
    struct function f =
        lab_function(lab, RUNTIME_NODEJS, s->handler ? s->handler : "index.handler", folder);
    lab_write(lab, s->file ? s->file : "index.js", s->code);
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

static void see_one(const struct sample *sample)
{
    struct lab lab;
    LAB_WANTS("node");
    lab_open(&lab);
    see(&lab, sample);
    lab_close(&lab);
}

static void see_all(const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++)
        see_one(&samples[i]);
}
#define SEE_ALL(samples) see_all(samples, sizeof(samples) / sizeof *(samples))

static void results_come_back_in_every_style(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {.code = "exports.handler = async (event) => event.n + 1;",
            .event = "{\"n\":1}",
            .payload = "2"},
        {.code = "exports.handler = (event, context, callback) => callback(null, 'x');",
            .payload = "\"x\""},
        {.code = "exports.handler = (event, context) => context.succeed({a: 1});",
            .payload = "{\"a\":1}"},
        {.code = "exports.handler = (event, context) => context.done(null, [1]);",
            .payload = "[1]"},
        {.code = "exports.handler = () => ({then(ok) { ok(3); }});", .payload = "3"},
        {.code = "exports.handler = async () => {};", .payload = "null"},
        {.code = "exports.handler = () => {};", .payload = "null"},
        {.code = "exports.handler = async () => new Promise(() => {});", .payload = "null"},
        {.code = "exports.handler = async () => () => 1;", .payload = "null"},
        {.code = "exports.handler = async () => Buffer.from('hi');",
            .payload = "{\"type\":\"Buffer\",\"data\":[104,105]}"},
        {.code = "exports.handler = async () => '\\u00e9\\u20ac';",
            .payload = "\"\xc3\xa9\xe2\x82\xac\""},
        {.code = "exports.handler = async (e) => { e.self = e; return e; };",
            .outcome = INVOKED_ERROR,
            .says = "Unable to stringify response body"},
    };
    SEE_ALL(samples);
}

static void modules_are_found_in_the_services_order(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {.file = "index.mjs",
            .code = "export const handler = async () => 'esm';",
            .payload = "\"esm\""},
        {.file = "index.cjs", .code = "exports.handler = async () => 'cjs';", .payload = "\"cjs\""},
        {.file = "fn/app.js",
            .handler = "fn/app.handler",
            .code = "exports.handler = async () => __dirname.endsWith('/fn');",
            .payload = "true"},
        {.file = "fn/app.mjs",
            .handler = "fn/app.mjs",
            .code = "export const handler = async () => 'file';",
            .payload = "\"file\""},
        {.handler = "index.a.b.c",
            .code = "exports.a = {b: {c: async () => 'deep'}};",
            .payload = "\"deep\""},
        {.file = "index.mjs",
            .code =
                "const x = await Promise.resolve('top');\nexport const handler = async () => x;",
            .payload = "\"top\""},
        {.code = "exports.handler = async () => [require.main === undefined, process.cwd() === "
                 "process.env.LAMBDA_TASK_ROOT];",
            .says = "true]"},
    };
    SEE_ALL(samples);
    struct lab lab;
    lab_open(&lab);
    lab_write(&lab, "package.json", "{\"type\":\"module\"}");
    see(&lab, &(struct sample){.code = "export const handler = async () => 'js as module';",
                  .payload = "\"js as module\""});
    lab_close(&lab);
}

static void what_cannot_be_loaded_says_why(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {.handler = "other.handler",
            .code = "",
            .outcome = INVOKED_INIT,
            .says = "{\"errorType\":\"Runtime.ImportModuleError\",\"errorMessage\":\"Error: Cannot "
                    "find module 'other'"},
        {.code = "require('not-there');",
            .outcome = INVOKED_INIT,
            .says = "Error: Cannot find module 'not-there'",
            .logs = "\tundefined\tERROR\tUncaught Exception \t{\"errorType\":"},
        {.code = "exports.handler = async () => {",
            .outcome = INVOKED_INIT,
            .says = "\"Runtime.UserCodeSyntaxError\""},
        {.file = "index.mjs",
            .code = "export const handler = async () => {\n    console.log('x' ;\n};",
            .outcome = INVOKED_INIT,
            .says = "/index.mjs:2\",\"    console.log('x' ;\""},
        {.code = "exports.other = 1;",
            .outcome = INVOKED_INIT,
            .says =
                "{\"errorType\":\"Runtime.HandlerNotFound\",\"errorMessage\":\"index.handler is "
                "undefined or not exported\""},
        {.code = "exports.handler = 1;",
            .outcome = INVOKED_INIT,
            .says = "index.handler is not a function"},
        {.handler = "index",
            .code = "",
            .outcome = INVOKED_INIT,
            .says =
                "{\"errorType\":\"Runtime.MalformedHandlerName\",\"errorMessage\":\"Bad handler\""},
        {.handler = "../index.handler",
            .code = "",
            .outcome = INVOKED_INIT,
            .says = "'../index.handler' is not a valid handler name."},
        {.code = "throw new TypeError('at the top');",
            .outcome = INVOKED_INIT,
            .says = "{\"errorType\":\"TypeError\",\"errorMessage\":\"at the top\",\"trace\":[",
            .logs = "INIT_REPORT Init Duration: "},
        {.code = "process.exit(5);",
            .outcome = INVOKED_INIT,
            .says = "Runtime exited with error: exit status 5"},
    };
    SEE_ALL(samples);
}

static void errors_have_type_message_and_trace(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {.code = "exports.handler = async () => { throw new RangeError('too far'); };",
            .outcome = INVOKED_ERROR,
            .says = "{\"errorType\":\"RangeError\",\"errorMessage\":\"too "
                    "far\",\"trace\":[\"RangeError: "
                    "too far\",\"    at exports.handler",
            .logs = "\tERROR\tInvoke Error \t{\"errorType\":\"RangeError\""},
        {.code = "exports.handler = () => { throw new Error('sync'); };",
            .outcome = INVOKED_ERROR,
            .says = "\"errorMessage\":\"sync\""},
        {.code = "exports.handler = (e, c, callback) => callback(new Error('given'));",
            .outcome = INVOKED_ERROR,
            .says = "\"errorMessage\":\"given\""},
        {.code = "exports.handler = (e, c, callback) => callback('text');",
            .outcome = INVOKED_ERROR,
            .payload = "{\"errorType\":\"string\",\"errorMessage\":\"text\",\"trace\":[]}"},
        {.code = "exports.handler = (e, context) => context.fail(new Error('failed'));",
            .outcome = INVOKED_ERROR,
            .says = "\"errorMessage\":\"failed\""},
        {.code = "exports.handler = async () => { throw undefined; };",
            .outcome = INVOKED_ERROR,
            .says = "\"errorMessage\":\"handled\""},
        {.code = "exports.handler = async () => { setTimeout(() => { throw new Error('later'); }, "
                 "1);"
                 " await new Promise((r) => setTimeout(r, 60000)); };",
            .outcome = INVOKED_ERROR,
            .says = "\"errorMessage\":\"later\"",
            .logs = "\tERROR\tUncaught Exception \t"},
        {.code = "exports.handler = async () => { Promise.reject(new Error('lost'));"
                 " await new Promise((r) => setTimeout(r, 60000)); };",
            .outcome = INVOKED_ERROR,
            .says = "{\"errorType\":\"Runtime.UnhandledPromiseRejection\",\"errorMessage\":\"Error:"
                    " lost\""},
        {.code = "exports.handler = async () => process.exit(3);",
            .outcome = INVOKED_EXIT,
            .says = "Error: Runtime exited with error: exit status 3\""},
        {.code = "exports.handler = async () => process.exit();",
            .outcome = INVOKED_EXIT,
            .says = "Error: Runtime exited without providing a reason\""},
    };
    SEE_ALL(samples);
}

static void an_end_counts_once(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {.code = "exports.handler = (e, context, callback) => { context.done(null, 1); "
                 "callback(null, 2); context.fail('x'); return Promise.resolve(3); };",
            .payload = "1"},
    };
    SEE_ALL(samples);
}

static void a_callback_waits_for_the_event_loop_unless_told_not_to(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {.code = "exports.handler = (e, c, callback) => { const log = []; callback(null, log); "
                 "setTimeout(() => log.push('waited'), 20); };",
            .payload = "[\"waited\"]"},
        {.code = "exports.handler = (e, context, callback) => { "
                 "context.callbackWaitsForEmptyEventLoop "
                 "= false; const log = []; callback(null, log); setTimeout(() => log.push('no'), "
                 "60000); };",
            .payload = "[]"},
    };
    SEE_ALL(samples);
}

static void the_context_has_what_the_service_gives(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {.code = "exports.handler = async (e, c) => [c.functionName, c.functionVersion, "
                 "c.memoryLimitInMB, c.logGroupName, c.logStreamName === "
                 "process.env.AWS_LAMBDA_LOG_STREAM_NAME, c.invokedFunctionArn, "
                 "c.awsRequestId.length, c.getRemainingTimeInMillis() > 15000];",
            .payload = "[\"f\",\"$LATEST\",\"128\",\"/aws/lambda/f\",true,"
                       "\"arn:aws:lambda:us-east-1:000000000000:function:f\",36,true]"},
    };
    SEE_ALL(samples);
}

static void log_lines_have_time_request_and_level(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {.code = "exports.handler = async (e, c) => { console.log('a %s', 'b', {c: 1}); };",
            .logs = "\tINFO\ta b { c: 1 }\n"},
        {.code = "exports.handler = async () => { console.error(new Error('seen')); };",
            .logs = "\tERROR\tError: seen\n    at "},
        {.code = "exports.handler = async () => { console.warn('w'); console.debug('d'); "
                 "console.info('i'); console.log('first\\nsecond'); };",
            .logs = "\tINFO\tfirst\nsecond\n"},
        {.code = "exports.handler = async () => { process.stdout.write('raw'); };",
            .logs = "raw\nEND RequestId"},
    };
    SEE_ALL(samples);
}

static void a_line_of_a_log_is_one_event_however_many_lines_it_has(void **state)
{
    (void)state;
    struct lab lab;
    LAB_WANTS("node");
    lab_open(&lab);
    see(&lab, &(struct sample){.code = "exports.handler = async () => console.log('one\\ntwo');",
                  .payload = "null"});
    lab_close(&lab);
}

static void the_environment_is_clean(void **state)
{
    (void)state;
    setenv("DYNASCOPE_SECRET_OF_MINE", "1", 1);
    setenv("AWS_SESSION_TOKEN", "mine", 1);
    static const struct sample samples[] = {
        {.code = "exports.handler = async () => [process.env.DYNASCOPE_SECRET_OF_MINE, "
                 "process.env.AWS_SESSION_TOKEN, process.env.AWS_ACCESS_KEY_ID, process.env.TZ, "
                 "process.env._HANDLER, process.env.AWS_REGION, process.argv.length, "
                 "process.execArgv.length].map(x => x === undefined ? 0 : x);",
            .payload = "[0,0,\"local\",\":UTC\",\"index.handler\",\"us-east-1\",1,0]"},
        {.code = "exports.handler = async () => require('fs').readdirSync('/proc/self/fd').filter("
                 "fd => { try { return /registry|\\.mdb|lock/.test(require('fs').readlinkSync("
                 "'/proc/self/fd/' + fd)); } catch { return false; } });",
            .payload = "[]"},
    };
    SEE_ALL(samples);
    unsetenv("DYNASCOPE_SECRET_OF_MINE");
    unsetenv("AWS_SESSION_TOKEN");
}

static void processes_threads_and_standard_input_are_as_elsewhere(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {.code = "const {fork} = require('child_process');\n"
                 "if (process.argv[2] === 'child') { process.send('child'); process.disconnect(); "
                 "}\n"
                 "exports.handler = () => new Promise((ok) => fork(__filename, "
                 "['child']).on('message', ok));",
            .payload = "\"child\""},
        {.code = "const {Worker} = require('worker_threads');\n"
                 "exports.handler = () => new Promise((ok) => new Worker("
                 "\"require('worker_threads').parentPort.postMessage('thread')\", {eval: "
                 "true}).on('message', ok));",
            .payload = "\"thread\""},
        {.code = "exports.handler = () => new Promise((ok) => process.stdin.on('data', () => "
                 "{}).on('end', () => ok('end')));",
            .payload = "\"end\""},
        {.code =
                "exports.handler = async () => { process.stdout.write('x'.repeat(300000) + '\\n'); "
                "console.log('after'); };",
            .logs = "\tINFO\tafter\n"},
    };
    SEE_ALL(samples);
}

/* It may hit the next one, which the process had already been given. */
static void a_crash_between_invocations_is_survived(void **state)
{
    (void)state;
    struct lab lab;
    struct lab_call call;
    char folder[128];
    LAB_WANTS("node");
    lab_open(&lab);
    struct function f = lab_function(&lab, RUNTIME_NODEJS, "index.handler", folder);
    lab_write(&lab, "index.js",
        "exports.handler = (e, c, callback) => { c.callbackWaitsForEmptyEventLoop = false; "
        "setTimeout(() => { throw new Error('after'); }, 1); callback(null, 1); };");
    for (int i = 0; i < 5; i++) {
        lab_invoke(&lab, &call, &f, "{}");
        if (call.invocation.outcome == INVOKED_EXIT)
            lab_says(buf_str(&call.invocation.payload), "exit status 129");
        else
            lab_expect(&call, INVOKED_OK, "1");
        lab_fini(&call);
    }
    lab_close(&lab);
}

static void own_variables_are_there_and_lambdas_cannot_be_overridden(void **state)
{
    (void)state;
    struct lab lab;
    struct lab_call call;
    struct arena arena = {0};
    struct err err = ERR_INIT;
    char folder[128];
    LAB_WANTS("node");
    lab_open(&lab);
    struct function f = lab_function(&lab, RUNTIME_NODEJS, "index.handler", folder);
    f.environment = json_parse(&arena,
        STR("{\"TABLE\":\"Orders\",\"_HANDLER\":\"x\",\"LD_A=B\":\"y\",\"TZ\":\"UTC\"}"), &err);
    lab_write(&lab, "index.js",
        "exports.handler = async () => [process.env.TABLE, process.env._HANDLER, process.env.TZ];");
    lab_invoke(&lab, &call, &f, "{}");
    lab_expect(&call, INVOKED_OK, "[\"Orders\",\"index.handler\",\"UTC\"]");
    lab_fini(&call);
    lab_close(&lab);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_come_back_in_every_style),
        cmocka_unit_test(modules_are_found_in_the_services_order),
        cmocka_unit_test(what_cannot_be_loaded_says_why),
        cmocka_unit_test(errors_have_type_message_and_trace),
        cmocka_unit_test(an_end_counts_once),
        cmocka_unit_test(a_callback_waits_for_the_event_loop_unless_told_not_to),
        cmocka_unit_test(the_context_has_what_the_service_gives),
        cmocka_unit_test(log_lines_have_time_request_and_level),
        cmocka_unit_test(a_line_of_a_log_is_one_event_however_many_lines_it_has),
        cmocka_unit_test(the_environment_is_clean),
        cmocka_unit_test(processes_threads_and_standard_input_are_as_elsewhere),
        cmocka_unit_test(a_crash_between_invocations_is_survived),
        cmocka_unit_test(own_variables_are_there_and_lambdas_cannot_be_overridden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
