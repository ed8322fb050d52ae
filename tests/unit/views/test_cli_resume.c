/* SPDX-License-Identifier: MIT */
/* Where an interrupted import goes on. */
#include "tests/test.h"
#include "views/cli/resume.h"

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
    snprintf(home, sizeof home, "/tmp/dynascope-resume-XXXXXX");
    if (!mkdtemp(home))
        return -1;
    setenv("XDG_STATE_HOME", home, 1);
    *state = home;
    return 0;
}

static int remove_home(void **state)
{
    return nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Makes a file of that name; the name with its folder is good until the next call. */
static const char *a_file(const char *home, const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", home, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(name, file);
    fclose(file);
    return path;
}

static void a_place_that_was_saved_is_found_again(void **state)
{
    const char *file = a_file(*state, "a\nfile");
    struct resume s;
    struct err err = ERR_INIT;
    assert_true(resume_open(&s, "/store", STR("T"), file, &err));
    assert_false(s.found);
    s.head = UINT64_MAX;
    s.place = (struct records_place){.offset = 1, .line = 2, .index = 3, .inside = true};
    s.seed = 4;
    s.done = true;
    assert_true(resume_save(&s, &err));
    struct stat made;
    assert_int_equal(stat(s.path.at, &made), 0);
    assert_int_equal(made.st_mode & 0777, 0600);
    resume_close(&s);

    assert_true(resume_open(&s, "/store", STR("T"), file, &err));
    assert_true(s.found);
    assert_true(s.head == UINT64_MAX);
    assert_int_equal(s.place.offset, 1);
    assert_int_equal(s.place.line, 2);
    assert_int_equal(s.place.index, 3);
    assert_true(s.place.inside);
    assert_int_equal(s.seed, 4);
    assert_true(s.done);
    resume_forget(&s);
    resume_close(&s);

    assert_true(resume_open(&s, "/store", STR("T"), file, &err));
    assert_false(s.found);
    resume_close(&s);
}

static void another_store_table_or_file_has_a_place_of_its_own(void **state)
{
    static const char *const others[][3] = {
        {"/other", "T", "f"}, {"/store", "U", "f"}, {"/store", "T", "g"}, {"/stor", "eT", "f"}};
    struct resume s;
    struct err err = ERR_INIT;
    assert_true(resume_open(&s, "/store", STR("T"), a_file(*state, "f"), &err));
    assert_true(resume_save(&s, &err));
    resume_close(&s);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_true(resume_open(
            &s, others[i][0], str_from(others[i][1]), a_file(*state, others[i][2]), &err));
        assert_false(s.found);
        resume_close(&s);
    }
}

static void what_is_no_place_is_not_used(void **state)
{
    const char *name = a_file(*state, "h");
    static const char *const texts[] = {"", "nonsense", "dynascope-import 2\noffset 1\n",
        "dynascope-import 1\noffset x\n", "dynascope-import 1\ntable other\n",
        "dynascope-import 1\noffset -1\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct resume s;
        struct err err = ERR_INIT;
        assert_true(resume_open(&s, "/store", STR("T"), name, &err));
        FILE *file = fopen(s.path.at, "w");
        assert_non_null(file);
        fputs(texts[i], file);
        fclose(file);
        resume_close(&s);
        assert_true(resume_open(&s, "/store", STR("T"), name, &err));
        assert_false(s.found);
        resume_close(&s);
    }
}

static void what_is_no_plain_file_has_no_place(void **state)
{
    static const char *const files[] = {"-", "/dev/null"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct resume s;
        struct err err = ERR_INIT;
        (void)state;
        assert_true(resume_open(&s, "/store", STR("T"), files[i], &err));
        assert_int_equal(s.path.len, 0);
        assert_true(resume_save(&s, &err));
        resume_forget(&s);
        resume_close(&s);
    }
}

static void a_folder_that_cannot_be_made_is_an_error(void **state)
{
    char *home = *state;
    struct resume s;
    struct err err = ERR_INIT;
    setenv("XDG_STATE_HOME", "/dev/null", 1);
    assert_false(resume_open(&s, "/store", STR("T"), a_file(home, "f"), &err));
    assert_int_equal(err.code, ERR_FILE);
    assert_true(resume_save(&s, &err));
    resume_close(&s);
    assert_false(resume_open(&s, "/store", STR("T"), "/nowhere/at/all", &err));
    assert_int_equal(err.code, ERR_NO_INPUT);
    resume_close(&s);
    setenv("XDG_STATE_HOME", home, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_that_was_saved_is_found_again),
        cmocka_unit_test(another_store_table_or_file_has_a_place_of_its_own),
        cmocka_unit_test(what_is_no_place_is_not_used),
        cmocka_unit_test(what_is_no_plain_file_has_no_place),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_home, remove_home);
}
