/* SPDX-License-Identifier: MIT */
/* What a user agreed to run. */
#include "backend/triggers/trust.h"

#include "tests/unit/triggers/folder_test.h"

struct fixture {
    struct folder_test folder;
    struct arena arena;
    struct err err;
    char trusted[64], code[64];
    struct function function;
};

static void begin(struct fixture *x)
{
    *x = (struct fixture){.err = ERR_INIT};
    folder_test_begin(&x->folder);
    snprintf(x->trusted, sizeof x->trusted, "%s/state/dynascope/trusted", x->folder.path);
    snprintf(x->code, sizeof x->code, "%s/code", x->folder.path);
    assert_true(mkdir("code", 0700) == 0 && mkdir("registry", 0700) == 0);
    folder_test_write("code/app.py", "one");
    x->function = (struct function){
        .name = STR("f"),
        .runtime_name = STR("python"),
        .runtime = RUNTIME_PYTHON,
        .handler = STR("app.lambda_handler"),
        .folder = str_from(x->code),
        .environment = json_parse(&x->arena, STR("{\"KEY\":\"value\"}"), &x->err),
    };
}

static void end(struct fixture *x)
{
    arena_fini(&x->arena);
    folder_test_end(&x->folder);
}

static bool has(struct fixture *x, const struct function *function)
{
    bool out;
    x->err = ERR_INIT;
    if (!trust_has(x->trusted, "registry", function, &out, &x->err))
        fail_msg("%s", x->err.text);
    return out;
}

static void add(struct fixture *x)
{
    x->err = ERR_INIT;
    if (!trust_add(x->trusted, "registry", &x->function, &x->err))
        fail_msg("%s", x->err.text);
}

static void nothing_is_trusted_before_its_user_says_so(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    assert_false(has(&x, &x.function));
    assert_int_equal(access("state", F_OK), -1);
    mode_t before = umask(0);
    add(&x);
    umask(before);
    assert_true(has(&x, &x.function));
    assert_int_equal(folder_test_mode(x.trusted), 0600);
    assert_int_equal(folder_test_mode("state/dynascope"), 0700);
    char *once = folder_test_read(x.trusted);
    add(&x);
    char *twice = folder_test_read(x.trusted);
    assert_string_equal(once, twice);
    assert_string_equal(once + 64, " f\n");
    free(once);
    free(twice);
    end(&x);
}

static void whoever_changes_what_would_run_asks_anew(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    bool out;
    add(&x);
    struct function other = x.function;
    other.handler = STR("app.other");
    assert_false(has(&x, &other));
    other = x.function;
    other.runtime_name = STR("exec");
    assert_false(has(&x, &other));
    other = x.function;
    other.folder = STR("/tmp");
    assert_false(has(&x, &other));
    other = x.function;
    other.environment = json_parse(&x.arena, STR("{\"KEY\":\"other\"}"), &x.err);
    assert_false(has(&x, &other));
    other = x.function;
    other.pass_credentials = true;
    assert_false(has(&x, &other));
    other = x.function;
    other.name = STR("g");
    assert_false(has(&x, &other));
    assert_true(mkdir("copy", 0700) == 0);
    assert_true(trust_has(x.trusted, "copy", &x.function, &out, &x.err) && !out);
    other = x.function;
    other.timeout_s = 7; /* which is no other program */
    other.description = STR("words");
    assert_true(has(&x, &other));
    end(&x);
}

static void a_script_of_the_users_own_may_be_edited_freely(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    add(&x);
    folder_test_write("code/app.py", "two");
    assert_true(has(&x, &x.function));
    end(&x);
}

static void code_that_lies_in_the_registry_counts_byte_by_byte(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    x.function.stored = true;
    add(&x);
    assert_true(has(&x, &x.function));
    folder_test_write("code/app.py", "two");
    assert_false(has(&x, &x.function));
    folder_test_write("code/app.py", "one");
    assert_true(has(&x, &x.function));
    assert_true(chmod("code/app.py", 0700) == 0);
    assert_false(has(&x, &x.function));
    assert_true(chmod("code/app.py", 0600) == 0);
    assert_true(mkdir("code/.lib", 0700) == 0);
    assert_false(has(&x, &x.function));
    folder_test_write("code/.lib/x", "");
    add(&x);
    assert_true(rename("code/.lib/x", "code/x") == 0);
    assert_false(has(&x, &x.function));
    end(&x);
}

static void a_link_in_the_code_is_told_and_not_followed(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    bool out = true;
    add(&x);
    x.function.stored = true;
    assert_true(symlink("/etc/passwd", "code/link") == 0);
    assert_false(trust_has(x.trusted, "registry", &x.function, &out, &x.err));
    assert_false(out);
    assert_false(trust_add(x.trusted, "registry", &x.function, &x.err));
    end(&x);
}

static void a_file_that_others_may_write_says_nothing(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    bool out = true;
    add(&x);
    assert_true(chmod(x.trusted, 0666) == 0);
    assert_false(trust_has(x.trusted, "registry", &x.function, &out, &x.err));
    assert_false(out);
    assert_int_equal(x.err.code, ERR_CONFIG);
    end(&x);
}

static void the_users_file_is_in_the_state_folder(void **state)
{
    (void)state;
    struct buf path = {0};
    struct err err = ERR_INIT;
    setenv("XDG_STATE_HOME", "/state", 1);
    assert_true(trust_default_path(&path, &err));
    assert_string_equal(path.at, "/state/dynascope/trusted");
    buf_clear(&path);
    setenv("XDG_STATE_HOME", "relative", 1);
    setenv("HOME", "/home/me", 1);
    assert_true(trust_default_path(&path, &err));
    assert_string_equal(path.at, "/home/me/.local/state/dynascope/trusted");
    unsetenv("HOME");
    assert_false(trust_default_path(&path, &err));
    buf_fini(&path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_trusted_before_its_user_says_so),
        cmocka_unit_test(whoever_changes_what_would_run_asks_anew),
        cmocka_unit_test(a_script_of_the_users_own_may_be_edited_freely),
        cmocka_unit_test(code_that_lies_in_the_registry_counts_byte_by_byte),
        cmocka_unit_test(a_link_in_the_code_is_told_and_not_followed),
        cmocka_unit_test(a_file_that_others_may_write_says_nothing),
        cmocka_unit_test(the_users_file_is_in_the_state_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
