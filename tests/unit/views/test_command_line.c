/* SPDX-License-Identifier: MIT */
/* What completes a command line, and which command was meant. */
#include "tests/test.h"
#include "views/command_line.h"
#include "views/files.h"

#include <sys/stat.h>
#include <unistd.h>

static int rank(const char *candidate, const char *typed)
{
    return command_line_rank(str_from(candidate), str_from(typed));
}

static void what_begins_so_comes_before_what_has_the_letters(void **state)
{
    (void)state;
    assert_true(rank("orders-old", "ord") > rank("Orders", "ord"));
    assert_true(rank("Orders", "ord") > rank("prod-orders", "ord"));
    assert_true(rank("prod-orders", "ord") > rank("oxrxd", "ord"));
    assert_true(rank("oxrxd", "ord") >= 0);
    assert_true(rank("rod", "ord") < 0);
    assert_true(rank("Sessions", "o") < 0);
    assert_int_equal(rank("a", ""), rank("b", ""));
}

static int distance(const char *a, const char *b)
{
    return command_line_distance(str_from(a), str_from(b));
}

static void slips_are_counted(void **state)
{
    (void)state;
    assert_int_equal(distance("delete", "delete"), 0);
    assert_int_equal(distance("delete", "delte"), 1);
    assert_int_equal(distance("delete", "dleete"), 1);
    assert_int_equal(distance("delete", "deletes"), 1);
    assert_int_equal(distance("delete", "repeal"), 4);
    assert_int_equal(distance("", "abc"), 3);
    assert_int_equal(distance("abc", ""), 3);
    char longest[300] = {0};
    memset(longest, 'x', sizeof longest - 1);
    assert_int_equal(distance(longest, ""), 64);
    assert_int_equal(distance(longest, longest), 0);
}

static void note(void *context, struct str path)
{
    buf_printf(context, "%.*s|", STR_ARG(path));
}

static void assert_files(const char *begun, const char *expected)
{
    struct buf out = {0};
    files_complete(str_from(begun), note, &out);
    assert_string_equal(buf_cstr(&out), expected);
    buf_fini(&out);
}

static void touch(const char *folder, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    fclose(fopen(path, "w"));
}

static void files_are_named_as_they_were_begun(void **state)
{
    (void)state;
    char folder[] = "/tmp/dynascope-files.XXXXXX", path[64], command[64];
    assert_non_null(mkdtemp(folder));
    setenv("HOME", folder, 1);
    snprintf(path, sizeof path, "%s/sub", folder);
    mkdir(path, 0700);
    touch(folder, ".hidden");
    touch(folder, "bad\x1b[2Jname");
    touch(path, "one.json");
    assert_files("~/", "~/sub/|");
    struct buf all = {0};
    files_complete(STR("~/."), note, &all);
    assert_true(str_find(buf_str(&all), STR("~/.hidden|")) != SIZE_MAX);
    buf_fini(&all);
    assert_files("~/sub/o", "~/sub/one.json|");
    assert_files("~/sub/one.json/", "");
    assert_files("/nonexistent/", "");
    snprintf(command, sizeof command, "%s/sub/", folder);
    snprintf(path, sizeof path, "%s/sub/one.json|", folder);
    assert_files(command, path);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_begins_so_comes_before_what_has_the_letters),
        cmocka_unit_test(slips_are_counted),
        cmocka_unit_test(files_are_named_as_they_were_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
