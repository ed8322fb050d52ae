/* SPDX-License-Identifier: MIT */
/* A function that is there is changed: its code, its variables, and nothing that was not said. */
#include "views/triggers/trigger_form_impl.h"

#include "tests/unit/triggers/folder_test.h"

#include <sys/stat.h>

struct form_test {
    struct folder_test folder;
    struct registry *registry;
    struct trigger_form_task work;
    struct function function;
    struct err err;
    char trusted[96];
};

static void look(struct form_test *t)
{
    bool found;
    assert_true(registry_function(
        t->registry, &t->work.task.arena, STR("f"), &t->function, &found, &t->err));
    assert_true(found);
}

static void begin(struct form_test *t)
{
    struct arena *arena = &t->work.task.arena;
    memset(t, 0, sizeof *t);
    t->err = ERR_INIT;
    folder_test_begin(&t->folder);
    folder_test_write("old.mjs", "");
    assert_int_equal(mkdir("fn", 0700), 0);
    folder_test_write("fn/app.py", "");
    snprintf(t->trusted, sizeof t->trusted, "%s/trusted", t->folder.path);
    t->registry = registry_open("triggers", t->trusted, NULL, &t->err);
    if (!function_of_script(
            arena, STR("f"), "old.mjs", STR_NONE, STR_NONE, &t->function, &t->err) ||
        !registry_put_function(t->registry, arena, &t->function, true, &t->err))
        fail_msg("%s", t->err.text);
    t->work.registry = t->registry;
    t->work.name = t->work.made = STR("f");
    t->work.function_json = t->work.mapping_json = STR("{}");
    look(t);
}

static void end(struct form_test *t)
{
    registry_close(t->registry);
    arena_fini(&t->work.task.arena);
    folder_test_end(&t->folder);
}

static void change(struct form_test *t)
{
    if (!trigger_form_work(&t->work.task, NULL, &t->err))
        fail_msg("%s", t->err.text);
    look(t);
}

static void another_script_brings_its_runtime_and_handler_and_leaves_the_rest(void **state)
{
    (void)state;
    struct form_test t;
    begin(&t);
    t.work.script = STR("fn/app.py");
    t.work.function_json = STR("{\"Timeout\":7,\"Environment\":{\"Variables\":{\"AA\":\"b\"}}}");
    change(&t);
    assert_int_equal(t.function.runtime, RUNTIME_PYTHON);
    assert_true(str_equal(t.function.handler, STR("app.lambda_handler")));
    assert_true(str_ends(t.function.folder, STR("/fn")));
    assert_int_equal(t.function.timeout_s, 7);
    t.work.script = STR_NONE;
    t.work.function_json = STR("{\"MemorySize\":256}");
    change(&t);
    assert_int_equal(t.function.runtime, RUNTIME_PYTHON);
    assert_int_equal(t.function.timeout_s, 7);
    assert_int_equal(t.function.memory_mb, 256);
    assert_non_null(json_get(t.function.environment, STR("AA")));
    end(&t);
}

static void another_runtime_alone_keeps_the_code(void **state)
{
    (void)state;
    struct form_test t;
    begin(&t);
    struct str handler = t.function.handler, folder = t.function.folder;
    t.work.runtime = STR("provided");
    change(&t);
    assert_int_equal(t.function.runtime, RUNTIME_PROVIDED);
    assert_true(str_equal(t.function.handler, handler));
    assert_true(str_equal(t.function.folder, folder));
    end(&t);
}

static void a_script_that_is_not_there_changes_nothing(void **state)
{
    (void)state;
    struct form_test t;
    begin(&t);
    t.work.script = STR("gone.py");
    t.work.function_json = STR("{\"Timeout\":7}");
    assert_false(trigger_form_work(&t.work.task, NULL, &t.err));
    look(&t);
    assert_int_equal(t.function.runtime, RUNTIME_NODEJS);
    assert_int_equal(t.function.timeout_s, 30);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_script_brings_its_runtime_and_handler_and_leaves_the_rest),
        cmocka_unit_test(another_runtime_alone_keeps_the_code),
        cmocka_unit_test(a_script_that_is_not_there_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
