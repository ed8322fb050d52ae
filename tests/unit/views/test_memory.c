/* SPDX-License-Identifier: MIT */
/* What is kept between runs. */
#include "tests/test.h"
#include "views/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int begin(void **state)
{
    static char base[64];
    snprintf(base, sizeof base, "/tmp/dynascope-memory.XXXXXX");
    *state = mkdtemp(base);
    return setenv("XDG_STATE_HOME", base, 1);
}

static int end(void **state)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", (const char *)*state);
    return system(command);
}

static void expect(const struct memory *memory, const char *name, const char *text)
{
    struct buf out = {0};
    assert_true(memory_read(memory, name, &out));
    assert_string_equal(buf_cstr(&out), text);
    buf_fini(&out);
}

static void each_connection_has_its_own(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct memory *one = memory_open(STR("/a/store")), *other = memory_open(STR("/b/store"));
    assert_true(memory_append(one, "history", STR("scan"), &err));
    assert_true(memory_append(one, "history", STR("query"), &err));
    expect(one, "history", "scan\nquery\n");
    expect(other, "history", "");
    assert_true(memory_replace(other, "history", STR("x\n"), &err));
    assert_true(memory_replace(other, "history", STR("y\n"), &err));
    memory_free(one);
    one = memory_open(STR("/a/store"));
    expect(one, "history", "scan\nquery\n");
    expect(other, "history", "y\n");
    memory_free(one);
    memory_free(other);
}

static void nobody_else_may_read_it(void **state)
{
    struct err err = ERR_INIT;
    struct stat s;
    char path[128];
    struct memory *memory = memory_open(STR("/a/store"));
    assert_true(memory_replace(memory, "columns", STR("x\n"), &err));
    assert_true(memory_append(memory, "history", STR("x"), &err));
    snprintf(path, sizeof path, "%s/dynascope/explorer", (const char *)*state);
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0700);
    snprintf(path, sizeof path, "test -z \"$(find %s -type f -perm /077)\"", (const char *)*state);
    assert_int_equal(system(path), 0);
    memory_free(memory);
}

static void what_is_too_long_is_not_read(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct buf text = {0}, out = {0};
    struct memory *memory = memory_open(STR("/a/store"));
    memset(buf_reserve(&text, MEMORY_BYTES_MAX + 1), 'x', MEMORY_BYTES_MAX + 1);
    text.len = MEMORY_BYTES_MAX;
    assert_true(memory_replace(memory, "long", buf_str(&text), &err));
    assert_true(memory_read(memory, "long", &out));
    assert_int_equal(out.len, MEMORY_BYTES_MAX);
    text.len++;
    buf_clear(&out);
    buf_add(&out, STR("before"));
    assert_true(memory_replace(memory, "long", buf_str(&text), &err));
    assert_false(memory_read(memory, "long", &out));
    assert_string_equal(buf_cstr(&out), "before");
    memory_free(memory);
    buf_fini(&text);
    buf_fini(&out);
}

static void without_a_folder_nothing_is_kept(void **state)
{
    struct err err = ERR_INIT;
    char file[128];
    expect(NULL, "history", "");
    assert_true(memory_append(NULL, "history", STR("x"), &err));
    assert_true(memory_replace(NULL, "history", STR("x"), &err));
    memory_free(NULL);
    snprintf(file, sizeof file, "%s/file", (const char *)*state);
    fclose(fopen(file, "w"));
    setenv("XDG_STATE_HOME", file, 1);
    assert_null(memory_open(STR("/a/store")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_connection_has_its_own, begin, end),
        cmocka_unit_test_setup_teardown(nobody_else_may_read_it, begin, end),
        cmocka_unit_test_setup_teardown(what_is_too_long_is_not_read, begin, end),
        cmocka_unit_test_setup_teardown(without_a_folder_nothing_is_kept, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
