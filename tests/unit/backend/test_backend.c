/* SPDX-License-Identifier: MIT */
/* Opening by CONNECTION. */
#include "backend/backend.h"
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

static void endpoints_are_refused_by_name(void **state)
{
    (void)state;
    static const char *const connections[] = {
        "aws", "http://localhost:8000", "https://example.com", "ftp://x"};
    for (size_t i = 0; i < sizeof connections / sizeof *connections; i++) {
        struct err err = ERR_INIT;
        assert_null(backend_open(connections[i], NULL, &err));
        assert_int_equal(err.code, ERR_USAGE);
        assert_non_null(strstr(err.text, connections[i]));
    }
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
        cmocka_unit_test(endpoints_are_refused_by_name),
        cmocka_unit_test(the_default_store_is_made_for_this_user_alone),
        cmocka_unit_test(a_relative_data_home_counts_as_unset),
        cmocka_unit_test(a_store_that_must_exist_is_not_made),
        cmocka_unit_test(read_only_refuses_writes_and_answers_reads),
        cmocka_unit_test(a_fresh_store_has_no_findings),
    };
    return cmocka_run_group_tests(tests, make_home, remove_home);
}
