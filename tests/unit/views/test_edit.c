/* SPDX-License-Identifier: MIT */
/* The hand-off to an editor: a private file, an editor of any kind, nothing left behind. */
#include "tests/test.h"
#include "views/item/edit.h"

#include <sys/stat.h>
#include <unistd.h>

static void words_are_split_as_a_shell_quotes_them(void **state)
{
    (void)state;
    char **words = edit_split("code --wait  'a b' \"c \\\"d\" e\\ f");
    assert_non_null(words);
    static const char *const expected[] = {"code", "--wait", "a b", "c \"d", "e f"};
    for (int i = 0; i < 5; i++)
        assert_string_equal(words[i], expected[i]);
    assert_null(words[5]);
    free(words[0]);
    free(words);
    assert_null(edit_split("vi 'open"));
    assert_null(edit_split("  "));
    words = edit_split("$(rm) `x` $HOME;y"); /* nothing is expanded */
    assert_string_equal(words[0], "$(rm)");
    assert_string_equal(words[2], "$HOME;y");
    free(words[0]);
    free(words);
}

static void the_file_is_private_and_goes_with_all_that_an_editor_left(void **state)
{
    (void)state;
    struct edit_file file;
    struct err err = ERR_INIT;
    struct stat st;
    assert_true(edit_open(&file, "x.json", STR("{}\n"), &err));
    assert_int_equal(stat(file.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(file.folder, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    char backup[256], folder[256];
    snprintf(backup, sizeof backup, "%s~", file.path);
    snprintf(folder, sizeof folder, "%s", file.folder);
    FILE *left = fopen(backup, "w");
    assert_non_null(left);
    fclose(left);
    edit_remove(&file);
    assert_int_equal(stat(folder, &st), -1);
}

static void notes_are_taken_off_the_front(void **state)
{
    (void)state;
    struct edit_file file;
    struct err err = ERR_INIT;
    struct buf text = {0};
    assert_true(edit_open(&file, "x", STR("# one\n# two\nbody # not a note\n# nor this\n"), &err));
    assert_true(edit_read(&file, &text, &err));
    assert_string_equal(buf_cstr(&text), "body # not a note\n# nor this\n");
    edit_remove(&file);
    buf_fini(&text);
}

static void run(struct screen *screen, const char *editor, bool ok, const char *says)
{
    struct edit_file file;
    struct err err = ERR_INIT;
    unsetenv("VISUAL");
    setenv("EDITOR", editor, 1);
    assert_true(edit_open(&file, "x", STR("text"), &err));
    assert_int_equal(edit_run(&file, screen, &err), ok);
    if (says)
        assert_non_null(strstr(err.text, says));
    edit_remove(&file);
}

static void an_editor_that_fails_is_told_from_one_that_does_not(void **state)
{
    (void)state;
    struct screen *screen = screen_memory_open(24, 80);
    run(screen, "true", true, NULL);
    run(screen, "false", false, "status 1");
    run(screen, "/nonexistent/editor", false, "No such file");
    run(screen, "sh -c 'kill -9 $$'", false, "signal 9");
    run(screen, "vi 'open", false, "cannot be read");
    screen_close(screen);
}

static void assert_saved(struct screen *screen, const char *editor, bool saved)
{
    struct edit_file file;
    struct err err = ERR_INIT;
    setenv("EDITOR", editor, 1);
    assert_true(edit_open(&file, "x", STR("text"), &err));
    assert_true(edit_run(&file, screen, &err));
    assert_int_equal(file.saved, saved);
    edit_remove(&file);
}

static void saving_a_text_as_it_is_is_seen(void **state)
{
    (void)state;
    struct screen *screen = screen_memory_open(24, 80);
    unsetenv("VISUAL");
    assert_saved(screen, "true", false);
    assert_saved(screen, "touch -d 2001-01-01", true);                            /* in place */
    assert_saved(screen, "sh -c 'cp \"$0\" \"$0\".n; mv \"$0\".n \"$0\"'", true); /* anew */
    screen_close(screen);
}

static void a_kept_file_stays_until_it_is_removed_by_name(void **state)
{
    (void)state;
    struct edit_file file;
    struct err err = ERR_INIT;
    assert_true(edit_open(&file, "x", STR("work"), &err));
    char path[256];
    snprintf(path, sizeof path, "%s", file.path);
    edit_keep(&file);
    assert_null(file.path);
    assert_int_equal(access(path, R_OK), 0);
    edit_remove_kept(str_from(path));
    assert_int_equal(access(path, R_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_split_as_a_shell_quotes_them),
        cmocka_unit_test(the_file_is_private_and_goes_with_all_that_an_editor_left),
        cmocka_unit_test(notes_are_taken_off_the_front),
        cmocka_unit_test(an_editor_that_fails_is_told_from_one_that_does_not),
        cmocka_unit_test(saving_a_text_as_it_is_is_seen),
        cmocka_unit_test(a_kept_file_stays_until_it_is_removed_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
