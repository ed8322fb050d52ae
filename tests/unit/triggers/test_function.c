/* SPDX-License-Identifier: MIT */
/* Functions: Lambda's configuration in and out, scripts of the user's own. */
#include "backend/triggers/function.h"

#include "tests/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
    struct arena arena;
    struct err err;
    struct function function;
    char folder[64];
};

static void begin(struct fixture *x)
{
    *x = (struct fixture){.err = ERR_INIT, .folder = "/tmp/test_function_XXXXXX"};
}

static bool read_into(struct fixture *x, const char *text)
{
    x->err = ERR_INIT;
    const struct json *json = json_parse(&x->arena, str_from(text), &x->err);
    if (!json)
        fail_msg("%s: %s", text, x->err.text);
    return function_read(&x->arena, json, &x->function, &x->err);
}

static void refused(const char *text, const char *name, const char *words)
{
    struct fixture x;
    begin(&x);
    if (read_into(&x, text))
        fail_msg("%s was taken", text);
    assert_string_equal(x.err.name, name);
    if (!strstr(x.err.text, words))
        fail_msg("%s: %s", text, x.err.text);
    arena_fini(&x.arena);
}

static bool is(struct str text, const char *expected)
{
    return str_equal(text, str_from(expected));
}

#define MINIMAL "\"FunctionName\":\"f\",\"Runtime\":\"nodejs20.x\",\"Handler\":\"index.handler\""

static void a_request_to_create_is_read_with_lambdas_defaults(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    assert_true(read_into(&x, "{" MINIMAL ",\"Role\":\"arn:aws:iam::123456789012:role/r\","
                              "\"Layers\":[\"unknown\"],\"Publish\":null}"));
    assert_true(is(x.function.name, "f"));
    assert_int_equal(x.function.runtime, RUNTIME_NODEJS);
    assert_int_equal(x.function.timeout_s, 3);
    assert_int_equal(x.function.memory_mb, 128);
    assert_null(x.function.environment);
    arena_fini(&x.arena);
}

static void an_update_keeps_what_it_does_not_name(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    assert_true(read_into(&x, "{" MINIMAL ",\"Timeout\":30,\"Environment\":{\"Variables\":"
                              "{\"AB\":\"1\"}},\"RevisionId\":\"r1\"}"));
    assert_true(read_into(&x, "{\"FunctionName\":\"other\",\"MemorySize\":256}"));
    assert_true(is(x.function.name, "f"));
    assert_int_equal(x.function.timeout_s, 30);
    assert_int_equal(x.function.memory_mb, 256);
    assert_non_null(x.function.environment);
    assert_true(read_into(&x, "{\"Environment\":{},\"RevisionId\":\"r1\"}"));
    assert_null(x.function.environment);
    assert_false(read_into(&x, "{\"Timeout\":5,\"RevisionId\":\"r0\"}"));
    assert_string_equal(x.err.name, "PreconditionFailedException");
    arena_fini(&x.arena);
}

static void what_does_not_fit_is_refused_in_the_services_words(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name, *words;
    } all[] = {
        {"{}", "ValidationException",
            "1 validation error detected: Value null at 'functionName' failed to satisfy "
            "constraint: Member must not be null"},
        {"{\"FunctionName\":\"a b\"}", "ValidationException",
            "Value 'a b' at 'functionName' failed to satisfy constraint: Member must satisfy "
            "regular expression pattern: "},
        {"{\"FunctionName\":\"../x\"}", "ValidationException", "'../x'"},
        {"{\"FunctionName\":7}", "SerializationException", "NUMBER_VALUE"},
        {"[]", "SerializationException", "JSON object"},
        {"{\"FunctionName\":\"f\"}", "InvalidParameterValueException", "Runtime and Handler"},
        {"{\"FunctionName\":\"f\",\"Runtime\":\"python3.12\"}", "InvalidParameterValueException",
            "Runtime and Handler"},
        {"{\"FunctionName\":\"f\",\"Runtime\":\"java21\"}", "InvalidParameterValueException",
            "provided"},
        {"{\"FunctionName\":\"f\",\"Runtime\":\"go1.x\"}", "InvalidParameterValueException",
            "provided"},
        {"{\"FunctionName\":\"f\",\"Runtime\":\"dotnetcore3.1\"}", "InvalidParameterValueException",
            "provided"},
        {"{\"FunctionName\":\"f\",\"Runtime\":\"nodejsx\"}", "InvalidParameterValueException",
            "Value nodejsx at 'runtime' failed to satisfy constraint"},
        {"{\"FunctionName\":\"f\",\"PackageType\":\"Image\"}", "InvalidParameterValueException",
            "images"},
        {"{" MINIMAL ",\"Timeout\":901}", "ValidationException",
            "Value '901' at 'timeout' failed to satisfy constraint: Member must have value less "
            "than or equal to 900"},
        {"{" MINIMAL ",\"Timeout\":0}", "ValidationException", "greater than or equal to 1"},
        {"{" MINIMAL ",\"Timeout\":99999999999999999999}", "ValidationException", "equal to 900"},
        {"{" MINIMAL ",\"Timeout\":-99999999999999999999}", "ValidationException", "greater"},
        {"{" MINIMAL ",\"Timeout\":1.5}", "SerializationException", "DECIMAL_VALUE"},
        {"{" MINIMAL ",\"MemorySize\":64}", "ValidationException", "'memorySize'"},
        {"{\"FunctionName\":\"f\",\"Runtime\":\"nodejs\",\"Handler\":\"a b\"}",
            "ValidationException", "[^\\s]+"},
        {"{\"FunctionName\":\"f\",\"Runtime\":\"exec\",\"Handler\":\"a\\u0000b\"}",
            "ValidationException", "[^\\s]+"},
        {"{" MINIMAL ",\"Environment\":{\"Variables\":{\"AWS_REGION\":\"x\"}}}",
            "InvalidParameterValueException", "Reserved keys used in this request: AWS_REGION"},
        {"{" MINIMAL ",\"Environment\":{\"Variables\":{\"a=b\":\"x\"}}}", "ValidationException",
            "Map keys must satisfy constraint"},
        {"{" MINIMAL ",\"Environment\":{\"Variables\":{\"AB\":\"x\\u0000\"}}}",
            "InvalidParameterValueException", "zero byte"},
        {"{" MINIMAL ",\"Environment\":{\"Variables\":{\"AB\":1}}}", "SerializationException",
            "AB"},
        {"{" MINIMAL ",\"Environment\":[]}", "SerializationException", "START_ARRAY"},
        {"{" MINIMAL ",\"Folder\":\"code\"}", "InvalidParameterValueException", "absolute"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        refused(all[i].text, all[i].name, all[i].words);
}

static void an_environment_has_four_kilobytes(void **state)
{
    (void)state;
    struct buf text = {0};
    buf_add(&text, STR("{" MINIMAL ",\"Environment\":{\"Variables\":{\"AB\":\""));
    for (size_t i = 0; i < 4095; i++)
        buf_add_byte(&text, 'x');
    buf_add(&text, STR("\"}}}"));
    refused(buf_cstr(&text), "InvalidParameterValueException", "exceeded the 4KB limit");
    buf_fini(&text);
}

static void a_row_reads_as_what_was_written(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct buf row = {0}, again = {0};
    assert_true(read_into(&x,
        "{" MINIMAL ",\"Description\":\"say \\\"x\\\"\",\"Folder\":\"/a/b\",\"Stored\":true,"
        "\"PassCredentials\":true,\"CodeSize\":77,\"CodeSha256\":\"abc=\",\"RevisionId\":\"r\","
        "\"LastModified\":\"2026-01-01T00:00:00.000+0000\",\"Environment\":{\"Variables\":"
        "{\"AB\":\"\\u00e9\"}}}"));
    function_write_row(&x.function, &row);
    x.function = (struct function){0};
    assert_true(read_into(&x, buf_cstr(&row)));
    function_write_row(&x.function, &again);
    assert_string_equal(buf_cstr(&row), buf_cstr(&again));
    assert_true(x.function.stored && x.function.pass_credentials);
    assert_true(is(x.function.folder, "/a/b") && is(x.function.description, "say \"x\""));
    buf_fini(&row);
    buf_fini(&again);
    arena_fini(&x.arena);
}

static void it_is_shown_as_lambda_shows_it(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct buf out = {0};
    assert_true(read_into(&x, "{" MINIMAL ",\"Folder\":\"/secret\"}"));
    function_write(&x.function, STR("eu-west-1"), &out);
    const struct json *json = json_parse(&x.arena, buf_str(&out), &x.err);
    assert_true(is(json_get(json, STR("FunctionArn"))->text,
        "arn:aws:lambda:eu-west-1:000000000000:function:f"));
    assert_true(is(json_get(json, STR("State"))->text, "Active"));
    assert_true(is(json_get(json, STR("Version"))->text, "$LATEST"));
    assert_null(json_get(json, STR("Folder")));
    buf_clear(&out);
    x.function.untrusted = true;
    function_write(&x.function, STR("eu-west-1"), &out);
    assert_non_null(strstr(buf_cstr(&out), "\"State\":\"Inactive\""));
    buf_fini(&out);
    arena_fini(&x.arena);
}

static void a_function_may_be_named_by_its_arn(void **state)
{
    (void)state;
    static const char *const good[] = {"f", "f:$LATEST", "function:f",
        "123456789012:function:f:$LATEST", "us-east-1:123456789012:function:f",
        "arn:aws:lambda:us-east-1:000000000000:function:f",
        "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST"};
    static const char *const bad[] = {"", ":", "f:", "a/b", "..", "x:y:z:f", "$LATEST",
        "arn:aws:lambda:us-east-1:0:function:f", "f:a.b"};
    struct err err = ERR_INIT;
    struct str name;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (!function_name_of(str_from(good[i]), &name, &err) || !is(name, "f"))
            fail_msg("%s: %s", good[i], err.text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (function_name_of(str_from(bad[i]), &name, &err))
            fail_msg("%s was taken", bad[i]);
        assert_string_equal(err.name, "ValidationException");
    }
    assert_false(function_name_of(STR("f:prod"), &name, &err));
    assert_string_equal(err.name, "ResourceNotFoundException");
    char longer[66] = "";
    memset(longer, 'a', 65);
    assert_false(function_name_of(str_from(longer), &name, &err));
}

/* ---- scripts ---- */

static void make(struct fixture *x, const char *name, mode_t mode)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", x->folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && write(fd, "x\n", 2) == 2 && fchmod(fd, mode) == 0 && close(fd) == 0);
}

static bool script(struct fixture *x, const char *file, const char *handler, const char *runtime)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", x->folder, file);
    x->err = ERR_INIT;
    return function_of_script(
        &x->arena, STR_NONE, path, str_from(handler), str_from(runtime), &x->function, &x->err);
}

static void a_script_is_run_by_its_extension_or_its_bit(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    assert_non_null(mkdtemp(x.folder));
    make(&x, "notify.status.mjs", 0600);
    make(&x, "app.py", 0600);
    make(&x, "count.sh", 0700);
    make(&x, "notes.txt", 0600);
    assert_true(script(&x, "notify.status.mjs", "", "") || !printf("%s\n", x.err.text));
    assert_true(is(x.function.name, "notify-status"));
    assert_int_equal(x.function.timeout_s, 30);
    assert_true(is(x.function.folder, x.folder));
    arena_reset(&x.arena);

    assert_true(script(&x, "app.py", "", ""));
    assert_true(is(x.function.handler, "app.lambda_handler"));
    assert_int_equal(x.function.runtime, RUNTIME_PYTHON);
    assert_true(script(&x, "app.py", "main", ""));
    assert_true(is(x.function.handler, "app.main"));
    assert_true(script(&x, "app.py", "sub/other.py", ""));
    assert_true(is(x.function.handler, "sub/other.lambda_handler"));
    assert_true(script(&x, "app.py", "other.run", "python3.11"));
    assert_true(is(x.function.handler, "other.run"));

    assert_true(script(&x, "count.sh", "", ""));
    assert_true(is(x.function.handler, "count.sh"));
    assert_int_equal(x.function.runtime, RUNTIME_EXEC);
    assert_int_equal(x.function.code_size, 2);

    assert_false(script(&x, "notes.txt", "", ""));
    assert_int_equal(x.err.code, ERR_USAGE);
    assert_false(script(&x, "gone.js", "", ""));
    assert_int_equal(x.err.code, ERR_NO_INPUT);
    assert_false(script(&x, "app.py", "", "java21"));

    assert_true(script(&x, "", "", "")); /* the folder itself */
    assert_true(is(x.function.handler, "app.lambda_handler"));
    arena_fini(&x.arena);
}

static void a_handler_of_a_file_with_a_blank_is_refused_with_its_words(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    assert_non_null(mkdtemp(x.folder));
    make(&x, "a b.py", 0600);
    assert_false(script(&x, "a b.py", "", ""));
    assert_string_equal(x.err.name, "ValidationException");
    arena_fini(&x.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_to_create_is_read_with_lambdas_defaults),
        cmocka_unit_test(an_update_keeps_what_it_does_not_name),
        cmocka_unit_test(what_does_not_fit_is_refused_in_the_services_words),
        cmocka_unit_test(an_environment_has_four_kilobytes),
        cmocka_unit_test(a_row_reads_as_what_was_written),
        cmocka_unit_test(it_is_shown_as_lambda_shows_it),
        cmocka_unit_test(a_function_may_be_named_by_its_arn),
        cmocka_unit_test(a_script_is_run_by_its_extension_or_its_bit),
        cmocka_unit_test(a_handler_of_a_file_with_a_blank_is_refused_with_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
