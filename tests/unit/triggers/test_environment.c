/* SPDX-License-Identifier: MIT */
/* What functions get to see, and which program they are. */
#include "backend/triggers/environment.h"
#include "tests/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct room {
    struct arena arena;
    struct function function;
    struct environment_facts facts;
};

static void room_init(struct room *room, enum function_runtime runtime)
{
    *room = (struct room){.function = {.name = STR("orders"),
                              .runtime = runtime,
                              .runtime_name = STR("nodejs20.x"),
                              .handler = STR("index.handler"),
                              .folder = STR("/code"),
                              .timeout_s = 3,
                              .memory_mb = 128}};
    room->facts = (struct environment_facts){.function = &room->function,
        .mark = "DYNASCOPE_PROCESS=1-2-3",
        .port = 4711,
        .stream = "2026/11/20/[$LATEST]0",
        .region = STR("eu-west-1"),
        .endpoint = STR("http://127.0.0.1:8000"),
        .access_key = STR("KEY"),
        .secret_key = STR("SECRET")};
}

/* The value, or NULL; a name stands there once. */
static const char *value_of(const char *const *items, const char *name)
{
    const char *value = NULL;
    for (; *items; items++) {
        if (strncmp(*items, name, strlen(name)) != 0 || (*items)[strlen(name)] != '=')
            continue;
        assert_null(value);
        value = *items + strlen(name) + 1;
    }
    return value;
}

static void lambdas_variables_are_there(void **state)
{
    (void)state;
    struct room room;
    room_init(&room, RUNTIME_NODEJS);
    const char *const *e = environment_make(&room.arena, &room.facts);
    assert_string_equal(e[0], "DYNASCOPE_PROCESS=1-2-3");
    static const char *const expected[][2] = {
        {"AWS_LAMBDA_FUNCTION_NAME", "orders"},
        {"AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"},
        {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"},
        {"AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/orders"},
        {"AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/20/[$LATEST]0"},
        {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
        {"AWS_LAMBDA_RUNTIME_API", "127.0.0.1:4711"},
        {"_HANDLER", "index.handler"},
        {"LAMBDA_TASK_ROOT", "/code"},
        {"AWS_REGION", "eu-west-1"},
        {"AWS_DEFAULT_REGION", "eu-west-1"},
        {"AWS_ACCESS_KEY_ID", "KEY"},
        {"AWS_SECRET_ACCESS_KEY", "SECRET"},
        {"AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:8000"},
        {"AWS_ENDPOINT_URL_DYNAMODB_STREAMS", "http://127.0.0.1:8000"},
        {"TZ", ":UTC"},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_string_equal(value_of(e, expected[i][0]), expected[i][1]);
    assert_non_null(strstr(value_of(e, "NODE_PATH"), "/code/node_modules:"));
    arena_fini(&room.arena);
}

static void nothing_of_this_programs_environment_passes(void **state)
{
    (void)state;
    struct room room;
    static const char *const mine[] = {"LD_PRELOAD_OF_MINE", "AWS_SESSION_TOKEN", "AWS_PROFILE",
        "NODE_OPTIONS", "SSH_AUTH_SOCK", "HTTP_PROXY"};
    for (size_t i = 0; i < sizeof mine / sizeof *mine; i++)
        setenv(mine[i], "mine", 1);
    room_init(&room, RUNTIME_PYTHON);
    const char *const *e = environment_make(&room.arena, &room.facts);
    for (size_t i = 0; i < sizeof mine / sizeof *mine; i++) {
        assert_null(value_of(e, mine[i]));
        unsetenv(mine[i]);
    }
    assert_null(value_of(e, "NODE_PATH"));
    arena_fini(&room.arena);
}

static void credentials_pass_where_they_are_of_use_and_allowed(void **state)
{
    (void)state;
    struct room room;
    setenv("AWS_PROFILE", "mine", 1);
    room_init(&room, RUNTIME_NODEJS);
    room.function.pass_credentials = true;
    const char *const *e = environment_make(&room.arena, &room.facts);
    assert_null(value_of(e, "AWS_PROFILE"));
    assert_string_equal(value_of(e, "AWS_ACCESS_KEY_ID"), "KEY");
    assert_string_equal(value_of(e, "AWS_ENDPOINT_URL_DYNAMODB"), "http://127.0.0.1:8000");
    room.facts.remote = STR("aws · mine · eu-west-1");
    e = environment_make(&room.arena, &room.facts);
    assert_string_equal(value_of(e, "AWS_PROFILE"), "mine");
    assert_null(value_of(e, "AWS_ACCESS_KEY_ID"));
    assert_null(value_of(e, "AWS_ENDPOINT_URL_DYNAMODB"));
    room.facts.remote = STR("http://192.0.2.1:8000 · mine");
    e = environment_make(&room.arena, &room.facts);
    assert_string_equal(value_of(e, "AWS_ENDPOINT_URL_DYNAMODB"), "http://192.0.2.1:8000");
    unsetenv("AWS_PROFILE");
    arena_fini(&room.arena);
}

static void own_variables_come_after_lambdas_and_before_ours(void **state)
{
    (void)state;
    struct room room;
    struct err err = ERR_INIT;
    room_init(&room, RUNTIME_NODEJS);
    room.function.environment = json_parse(&room.arena,
        STR("{\"TABLE\":\"T\",\"AWS_REGION\":\"no\",\"AWS_ENDPOINT_URL_DYNAMODB\":\"http://other\","
            "\"A=B\":\"no\",\"\":\"no\",\"NUL\":\"a\\u0000b\",\"PATH\":\"/own\"}"),
        &err);
    const char *const *e = environment_make(&room.arena, &room.facts);
    assert_string_equal(value_of(e, "TABLE"), "T");
    assert_string_equal(value_of(e, "AWS_REGION"), "eu-west-1");
    assert_string_equal(value_of(e, "AWS_ENDPOINT_URL_DYNAMODB"), "http://other");
    assert_string_equal(value_of(e, "PATH"), "/own");
    assert_null(value_of(e, "A"));
    assert_null(value_of(e, "NUL"));
    arena_fini(&room.arena);
}

static const char *program(struct room *room, const char *handler)
{
    struct err err = ERR_INIT;
    bool script, missing;
    room->function.handler = str_from(handler);
    const char *const *words =
        environment_program(&room->arena, &room->function, &script, &missing, &err);
    if (!words) {
        assert_false(missing);
        return NULL;
    }
    assert_null(words[1]);
    return words[0];
}

static void a_program_is_a_file_of_the_function(void **state)
{
    (void)state;
    struct room room;
    char folder[] = "/tmp/dynascope-environment-XXXXXX", path[128];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/run", folder);
    close(creat(path, 0700));
    room_init(&room, RUNTIME_EXEC);
    room.function.folder = str_from(folder);
    assert_string_equal(program(&room, "run"), path);
    assert_null(program(&room, "other"));
    assert_null(program(&room, "../../bin/sh"));
    assert_null(program(&room, "/bin/sh"));
    assert_null(program(&room, ""));
    room.function.runtime = RUNTIME_PROVIDED;
    assert_null(program(&room, "index.handler"));
    char bootstrap[128];
    snprintf(bootstrap, sizeof bootstrap, "%s/bootstrap", folder);
    close(creat(bootstrap, 0700));
    assert_string_equal(program(&room, "index.handler"), bootstrap);
    unlink(path);
    unlink(bootstrap);
    rmdir(folder);
    arena_fini(&room.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lambdas_variables_are_there),
        cmocka_unit_test(nothing_of_this_programs_environment_passes),
        cmocka_unit_test(credentials_pass_where_they_are_of_use_and_allowed),
        cmocka_unit_test(own_variables_come_after_lambdas_and_before_ours),
        cmocka_unit_test(a_program_is_a_file_of_the_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
