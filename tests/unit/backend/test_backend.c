/* SPDX-License-Identifier: MIT */
/* Opening by CONNECTION. */
#include "backend/backend.h"
#include "backend/named.h"
#include "tests/test.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *walk)
{
    (void)s;
    (void)kind;
    (void)walk;
    return remove(path);
}

static int make_home(void **state)
{
    static char home[64];
    snprintf(home, sizeof home, "/tmp/dynascope-backend-XXXXXX");
    *state = mkdtemp(home);
    return *state ? 0 : -1;
}

static int remove_home(void **state)
{
    return nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static mode_t mode_of(const char *home, const char *name)
{
    char path[256];
    struct stat s;
    snprintf(path, sizeof path, "%s/%s", home, name);
    return stat(path, &s) == 0 ? s.st_mode & 0777 : 0;
}

static void write_file(const char *home, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", home, name);
    for (char *slash = strchr(path + strlen(home) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* A home of one's own, so that nobody's files and variables count. */
static void use_home(const char *home)
{
    static const char *const names[] = {"AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION",
        "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ENDPOINT_URL", "XDG_CONFIG_HOME",
        "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_DYNAMODB_STREAMS"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
    setenv("HOME", home, 1);
}

static void check_label(
    const char *connection, const struct backend_options *options, const char *label)
{
    struct err err = ERR_INIT;
    struct backend *backend = backend_open(connection, options, &err);
    if (!backend)
        fail_msg("%s: %s", connection, err.text);
    assert_string_equal(backend_label(backend), label);
    backend_close(backend, NULL);
}

static void a_word_may_be_a_name_a_folder_or_a_profile(void **state)
{
    const char *home = *state;
    struct err err = ERR_INIT;
    use_home(home);
    write_file(
        home, ".aws/config", "[profile dev]\nregion = eu-west-1\n[default]\nregion = xx-1\n");
    write_file(home, ".config/dynascope/config",
        "[connection prod]\nprofile = dev\nregion = us-east-2\nword = PROD\ncolour = red\n"
        "[connection desk]\nendpoint-url = http://127.0.0.1:8000\nread-only = no\n"
        "[connection wrong]\nread-olny = yes\n[theme]\nname = light\n");
    check_label("aws", NULL, "aws · default · xx-1");
    check_label("aws:dev", NULL, "aws · dev · eu-west-1");
    check_label("dev", NULL, "aws · dev · eu-west-1");
    check_label("aws:dev@ap-south-1", NULL, "aws · dev · ap-south-1");
    check_label("aws@ap-south-1", NULL, "aws · default · ap-south-1");
    check_label("prod", NULL, "PROD · aws · dev · us-east-2");
    check_label("prod", &(struct backend_options){.region = STR("eu-west-3")},
        "PROD · aws · dev · eu-west-3");
    check_label("desk", NULL, "http://127.0.0.1:8000");
    check_label("http://127.0.0.1:1/", NULL, "http://127.0.0.1:1");
    check_label(NULL, &(struct backend_options){.profile = STR("dev")}, "aws · dev · eu-west-1");
    assert_null(backend_open("wrong", NULL, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    assert_non_null(strstr(err.text, "read-olny"));
    assert_true(backend_knows("dev") && backend_knows("prod") && backend_knows("aws"));
    assert_false(backend_knows("nobody"));
    struct buf name = {0};
    assert_true(backend_nth_name(1, &name)); /* wrong ones are offered too: opened, they say why */
    assert_string_equal(buf_cstr(&name), "desk");
    assert_false(backend_nth_name(3, &name));
    buf_fini(&name);
}

static int64_t budget_of(const char *connection, const struct backend_options *options)
{
    struct err err = ERR_INIT;
    struct backend *backend = backend_open(connection, options, &err);
    assert_non_null(backend);
    int64_t budget = backend_budget(backend);
    backend_close(backend, NULL);
    return budget;
}

static void a_budget_is_the_name_s_or_the_option_s(void **state)
{
    const char *home = *state;
    struct err err = ERR_INIT;
    use_home(home);
    write_file(home, ".config/dynascope/config",
        "[connection desk]\nendpoint-url = http://127.0.0.1:8000\nbudget = 2.5\nread-only = yes\n"
        "[connection wrong]\nendpoint-url = http://127.0.0.1:8000\nbudget = all\n");
    assert_int_equal(budget_of("desk", NULL), 2500);
    assert_int_equal(budget_of("desk", &(struct backend_options){.budget = 7000}), 7000);
    assert_int_equal(budget_of("http://127.0.0.1:8000", NULL), 0);
    assert_null(backend_open("wrong", NULL, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    assert_non_null(strstr(err.text, "not all"));
}

static void timeouts_are_seconds_and_zero_is_none(void **state)
{
    const char *home = *state;
    struct err err = ERR_INIT;
    struct arena arena = {0};
    struct named named;
    bool found;
    int64_t ms;
    use_home(home);
    write_file(home, ".config/dynascope/config",
        "[connection desk]\nconnect-timeout = 3\nread-timeout = 0\n"
        "[connection wrong]\nread-timeout = 1.5\n");
    assert_true(named_find(&named, &found, &arena, STR("desk"), &err));
    assert_int_equal(named.connect_ms, 3000);
    assert_true(named.read_ms > INT64_C(24) * 3600 * 1000);
    assert_null(backend_open("wrong", NULL, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    assert_non_null(strstr(err.text, "not 1.5"));
    assert_true(named_timeout(STR("86400"), &ms, &err));
    assert_false(named_timeout(STR("86401"), &ms, &err));
    assert_false(named_timeout(STR(""), &ms, &err));
    arena_fini(&arena);
}

static void what_is_no_connection_is_refused_by_name(void **state)
{
    use_home(*state);
    struct err err = ERR_INIT;
    assert_null(backend_open("ftp://x", NULL, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_non_null(strstr(err.text, "ftp://x"));
    assert_null(backend_open("http://user:word@localhost", NULL, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    assert_null(strstr(err.text, "word@"));
}

static void what_is_nearly_a_connection_is_not_made_a_folder(void **state)
{
    use_home(*state);
    struct err err = ERR_INIT;
    write_file(*state, ".aws/config", "[profile dev]\nregion = eu-west-1\n");
    assert_null(backend_open("localhost:8000", NULL, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_non_null(strstr(err.text, "http://localhost:8000"));
    assert_null(backend_open("dev@eu-west-3", NULL, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_non_null(strstr(err.text, "aws:dev@eu-west-3"));
    assert_int_not_equal(access("localhost:8000", F_OK), 0);
}

static const char *remedy_of(const char *connection, const struct backend_options *options)
{
    struct err err = ERR_INIT;
    struct backend *backend = backend_open(connection, options, &err);
    assert_non_null(backend);
    const char *remedy = backend_read_only_remedy(backend);
    backend_close(backend, NULL);
    return remedy;
}

static void a_remote_connection_is_read_only_until_somebody_says_otherwise(void **state)
{
    const char *home = *state;
    struct backend_options guarded = {.guard_remote = true};
    use_home(home);
    write_file(home, ".config/dynascope/config",
        "[connection desk]\nendpoint-url = http://127.0.0.1:8000\nread-only = no\n"
        "[connection prod]\nendpoint-url = http://127.0.0.1:8000\nread-only = yes\n");
    assert_non_null(strstr(remedy_of("http://127.0.0.1:8000", &guarded), "--read-write"));
    assert_null(remedy_of("http://127.0.0.1:8000", NULL));
    assert_null(remedy_of("desk", &guarded));
    assert_non_null(strstr(remedy_of("prod", NULL), "configuration file"));
    char folder[128];
    snprintf(folder, sizeof folder, "%s/a-store", home);
    assert_null(remedy_of(folder, &guarded));
}

static void the_default_store_is_made_for_this_user_alone(void **state)
{
    const char *home = *state;
    struct err err = ERR_INIT;
    setenv("XDG_DATA_HOME", home, 1);
    struct backend *backend = backend_open("", NULL, &err);
    assert_non_null(backend);
    assert_non_null(strstr(backend_label(backend), "dynascope/store"));
    backend_close(backend, NULL);
    assert_int_equal(mode_of(home, "dynascope"), 0700);
    assert_int_equal(mode_of(home, "dynascope/store"), 0700);
}

static void a_relative_data_home_counts_as_unset(void **state)
{
    const char *home = *state;
    struct buf path = {0};
    struct err err = ERR_INIT;
    setenv("XDG_DATA_HOME", "relative", 1);
    setenv("HOME", home, 1);
    assert_true(backend_default_path(&path, &err));
    assert_memory_equal(path.at, home, strlen(home));
    assert_non_null(strstr(path.at, "/.local/share/dynascope/store"));
    buf_clear(&path);
    setenv("HOME", "", 1);
    assert_false(backend_default_path(&path, &err));
    assert_int_equal(err.code, ERR_CONFIG);
    buf_fini(&path);
    setenv("HOME", home, 1);
    setenv("XDG_DATA_HOME", home, 1);
}

static void a_store_that_must_exist_is_not_made(void **state)
{
    const char *home = *state;
    char path[256];
    struct err err = ERR_INIT;
    struct backend_options options = {.must_exist = true};
    snprintf(path, sizeof path, "%s/absent", home);
    assert_null(backend_open(path, &options, &err));
    assert_int_equal(err.code, ERR_NO_INPUT);
    assert_int_equal(mode_of(home, "absent"), 0);
}

static void read_only_refuses_writes_and_answers_reads(void **state)
{
    const char *home = *state;
    char path[256];
    struct err err = ERR_INIT;
    struct backend_options options = {.read_only = true};
    snprintf(path, sizeof path, "%s/ro", home);
    struct backend *backend = backend_open(path, NULL, &err);
    assert_non_null(backend);
    backend_close(backend, NULL);
    backend = backend_open(path, &options, &err);
    assert_non_null(backend);
    struct ddb_reply reply = {0};
    struct ddb_call list = {.operation = STR("ListTables"), .body = STR("{}")};
    struct ddb_call drop = {
        .operation = STR("DeleteTable"), .body = STR("{\"TableName\":\"Tab\"}")};
    assert_true(backend_call(backend, &list, &reply, &err));
    assert_int_equal(reply.status, 200);
    assert_true(backend_call(backend, &drop, &reply, &err));
    assert_int_equal(reply.status, 400);
    ddb_reply_fini(&reply);
    backend_close(backend, NULL);
}

static void count_finding(void *context, const char *finding)
{
    (void)finding;
    ++*(int *)context;
}

static void a_fresh_store_has_no_findings(void **state)
{
    const char *home = *state;
    char path[256];
    int seen = 0;
    uint64_t findings = 99;
    struct err err = ERR_INIT;
    snprintf(path, sizeof path, "%s/ro", home);
    assert_true(backend_check(path, count_finding, &seen, &findings, &err));
    assert_int_equal(findings, 0);
    assert_int_equal(seen, 0);
    assert_false(backend_check("aws", count_finding, &seen, &findings, &err));
    assert_int_equal(err.code, ERR_USAGE);
    snprintf(path, sizeof path, "%s/absent", home);
    assert_false(backend_check(path, count_finding, &seen, &findings, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_word_may_be_a_name_a_folder_or_a_profile, make_home, remove_home),
        cmocka_unit_test_setup_teardown(
            a_budget_is_the_name_s_or_the_option_s, make_home, remove_home),
        cmocka_unit_test_setup_teardown(
            timeouts_are_seconds_and_zero_is_none, make_home, remove_home),
        cmocka_unit_test_setup_teardown(
            what_is_no_connection_is_refused_by_name, make_home, remove_home),
        cmocka_unit_test_setup_teardown(
            what_is_nearly_a_connection_is_not_made_a_folder, make_home, remove_home),
        cmocka_unit_test_setup_teardown(
            a_remote_connection_is_read_only_until_somebody_says_otherwise, make_home, remove_home),
        cmocka_unit_test(the_default_store_is_made_for_this_user_alone),
        cmocka_unit_test(a_relative_data_home_counts_as_unset),
        cmocka_unit_test(a_store_that_must_exist_is_not_made),
        cmocka_unit_test(read_only_refuses_writes_and_answers_reads),
        cmocka_unit_test(a_fresh_store_has_no_findings),
    };
    return cmocka_run_group_tests(tests, make_home, remove_home);
}
