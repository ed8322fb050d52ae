/* SPDX-License-Identifier: MIT */
/* What is kept between runs. */
#include "tests/test.h"
#include "views/places/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

static void a_line_that_was_cut_off_takes_none_with_it(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct memory *memory = memory_open(STR("/a/store"));
    assert_true(memory_replace(memory, "journal", STR("one\ntw"), &err));
    assert_true(memory_append(memory, "journal", STR("three"), &err));
    assert_true(memory_append(memory, "journal", STR("four"), &err));
    expect(memory, "journal", "one\ntw\nthree\nfour\n");
    memory_free(memory);
}

static void a_pipe_in_place_of_a_file_holds_nothing_up(void **state)
{
    struct err err = ERR_INIT;
    char command[160];
    struct memory *memory = memory_open(STR("/a/store"));
    assert_true(memory_append(memory, "history", STR("x"), &err));
    snprintf(command, sizeof command, "cd %s/dynascope/explorer/* && rm history && mkfifo history",
        (const char *)*state);
    assert_int_equal(system(command), 0);
    expect(memory, "history", "");
    (void)memory_append(memory, "history", STR("y"), &err);
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

static bool count_and_halve(void *context, struct str old, struct buf *text)
{
    *(size_t *)context = old.len;
    buf_add(text, str_skip(old, old.len / 2));
    return true;
}

static void of_a_file_that_is_too_long_the_newest_lines_are_made_into_a_new_one(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct buf text = {0}, out = {0};
    size_t seen;
    struct memory *memory = memory_open(STR("/a/store"));
    while (text.len <= 3 * MEMORY_BYTES_MAX)
        buf_add(&text, STR("0123456789\n"));
    assert_true(memory_replace(memory, "long", buf_str(&text), &err));
    assert_true(memory_rewrite(memory, "long", count_and_halve, &seen, &err));
    assert_true(seen <= MEMORY_BYTES_MAX && seen > MEMORY_BYTES_MAX - 11);
    assert_int_equal(seen % 11, 0);
    assert_true(memory_read(memory, "long", &out));
    assert_int_equal(out.len, seen - seen / 2);
    memory_free(memory);
    buf_fini(&text);
    buf_fini(&out);
}

static bool keep_all(void *context, struct str old, struct buf *text)
{
    (void)context;
    buf_add(text, old);
    return true;
}

enum { WRITERS = 4, LINES = 200 };

static void write_lines(int writer)
{
    struct err err = ERR_INIT;
    struct memory *memory = memory_open(STR("/a/store"));
    bool ok = true;
    for (int i = 0; i < LINES; i++) {
        ok = ok && memory_append(memory, "history", STR("a line"), &err);
        if (i % 10 == writer)
            ok = ok && memory_rewrite(memory, "history", keep_all, NULL, &err);
    }
    memory_free(memory);
    _exit(ok ? 0 : 1);
}

static void explorers_that_add_and_make_anew_lose_no_line_of_each_other(void **state)
{
    (void)state;
    struct buf out = {0};
    int status;
    for (int i = 0; i < WRITERS; i++)
        if (fork() == 0)
            write_lines(i);
    for (int i = 0; i < WRITERS; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    struct memory *memory = memory_open(STR("/a/store"));
    assert_true(memory_read(memory, "history", &out));
    assert_int_equal(out.len, WRITERS * LINES * strlen("a line\n"));
    memory_free(memory);
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
        cmocka_unit_test_setup_teardown(a_line_that_was_cut_off_takes_none_with_it, begin, end),
        cmocka_unit_test_setup_teardown(a_pipe_in_place_of_a_file_holds_nothing_up, begin, end),
        cmocka_unit_test_setup_teardown(what_is_too_long_is_not_read, begin, end),
        cmocka_unit_test_setup_teardown(
            of_a_file_that_is_too_long_the_newest_lines_are_made_into_a_new_one, begin, end),
        cmocka_unit_test_setup_teardown(
            explorers_that_add_and_make_anew_lose_no_line_of_each_other, begin, end),
        cmocka_unit_test_setup_teardown(without_a_folder_nothing_is_kept, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
