/* SPDX-License-Identifier: MIT */
/* Files that are shipped and may be replaced. */
#include "base/shelf.h"

#include "base/buf.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct shelf_file files[] = {
    {"plain", "a = 1\n", 6},
    {"loop", "include = loop\n", 15},
    {0},
};
static const struct shelf shelf = {.files = files, .what = "recipe", .suffix = ".txt"};

struct notes {
    struct shelf_reader reader;
    struct buf read, problems;
};

static bool note_entry(void *context, const struct conf_line *line, struct err *err)
{
    struct notes *notes = context;
    (void)err;
    if (str_equal(line->value, STR("bad")))
        shelf_problem(&notes->reader, line->number, "cannot be", line->value);
    else
        buf_printf(&notes->read, "%.*s=%.*s;", STR_ARG(line->key), STR_ARG(line->value));
    return true;
}

static void note_problem(void *data, struct str message)
{
    buf_printf(data, "%.*s\n", STR_ARG(message));
}

static void begin(struct notes *notes)
{
    *notes = (struct notes){0};
    notes->reader = (struct shelf_reader){.shelf = &shelf,
        .format = {.entry = note_entry, .context = notes},
        .problem = note_problem,
        .data = &notes->problems};
}

static void assert_notes(struct notes *notes, const char *read, const char *problems)
{
    assert_string_equal(buf_cstr(&notes->read), read);
    assert_string_equal(buf_cstr(&notes->problems), problems);
    buf_fini(&notes->read);
    buf_fini(&notes->problems);
}

static void a_wrong_line_is_told_and_the_rest_counts(void **state)
{
    (void)state;
    struct notes notes;
    begin(&notes);
    shelf_read(&notes.reader, STR("mine"), STR("x = 1\ny = bad\nnonsense\nz = 3\n"));
    assert_true(strstr(buf_cstr(&notes.problems), "mine:2: cannot be: bad\nmine:3: "));
    buf_clear(&notes.problems);
    assert_notes(&notes, "x=1;z=3;", "");
}

static void after_an_included_file_problems_are_of_the_outer_one_again(void **state)
{
    (void)state;
    struct notes notes;
    begin(&notes);
    shelf_read(&notes.reader, STR("mine"), STR("include = plain\nb = bad\n[s]\ninclude = x\n"));
    assert_notes(&notes, "a=1;include=x;", "mine:2: cannot be: bad\n");
}

static void files_that_include_each_other_are_told(void **state)
{
    (void)state;
    struct notes notes;
    begin(&notes);
    shelf_read(&notes.reader, STR("mine"), STR("include = loop\ninclude = nowhere\n"));
    assert_notes(&notes, "",
        "loop:1: recipes include each other: loop\n"
        "mine:2: no such shipped recipe: nowhere\n");
}

static void an_own_file_comes_before_a_shipped_one(void **state)
{
    (void)state;
    char folder[] = "/tmp/dynascope-shelf-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct buf path = {0};
    buf_printf(&path, "%s/plain.txt", folder);
    FILE *file = fopen(buf_cstr(&path), "w");
    assert_non_null(file);
    fputs("include = plain\nc = bad\n", file);
    fclose(file);
    struct buf want = {0};
    buf_printf(&want, "%s:2: cannot be: bad\n", buf_cstr(&path));

    struct notes notes;
    struct err err = ERR_INIT;
    begin(&notes);
    assert_true(shelf_load(&notes.reader, str_from(folder), STR("plain"), &err));
    assert_notes(&notes, "a=1;", buf_cstr(&want));
    unlink(buf_cstr(&path));
    begin(&notes);
    assert_true(shelf_load(&notes.reader, str_from(folder), STR("plain"), &err));
    assert_notes(&notes, "a=1;", "");
    rmdir(folder);
    buf_fini(&path);
    buf_fini(&want);
}

static void a_file_that_is_nowhere_is_refused_with_the_names_there_are(void **state)
{
    (void)state;
    struct notes notes;
    struct err err = ERR_INIT;
    begin(&notes);
    assert_false(shelf_load(&notes.reader, STR_NONE, STR("soup"), &err));
    assert_string_equal(err.text, "there is no recipe \"soup\" (there are plain, loop)");
    err = ERR_INIT;
    assert_false(shelf_load(&notes.reader, STR("/tmp"), STR("../plain"), &err));
    assert_string_equal(err.text, "a recipe's name cannot be \"../plain\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_line_is_told_and_the_rest_counts),
        cmocka_unit_test(after_an_included_file_problems_are_of_the_outer_one_again),
        cmocka_unit_test(files_that_include_each_other_are_told),
        cmocka_unit_test(an_own_file_comes_before_a_shipped_one),
        cmocka_unit_test(a_file_that_is_nowhere_is_refused_with_the_names_there_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
