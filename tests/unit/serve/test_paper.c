/* SPDX-License-Identifier: MIT */
/* Small documents as files. */
#include "backend/serve/paper.h"
#include "tests/unit/triggers/folder_test.h"

static struct arena arena;

static const char *get(const char *folder, struct str name)
{
    struct str text;
    struct err err = ERR_INIT;
    if (!paper_get(folder, name, &arena, &text, &err))
        return err.text[0] ? "an error" : "";
    return text.at ? arena_printf(&arena, "%.*s", STR_ARG(text)).at : NULL;
}

static void a_paper_is_kept_replaced_and_removed(void **state)
{
    struct err err = ERR_INIT;
    struct stat st;
    bool found;
    (void)state;
    assert_null(get("a/faces", STR("role/r")));
    assert_true(paper_put("a/faces", STR("role/r"), STR("{\"n\":1}"), &err));
    assert_string_equal(get("a/faces", STR("role/r")), "{\"n\":1}");
    assert_true(paper_put("a/faces", STR("role/r"), STR("{}"), &err));
    assert_string_equal(get("a/faces", STR("role/r")), "{}");
    assert_int_equal(stat("a/faces", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat("a/faces/role%2Fr.json", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(paper_remove("a/faces", STR("role/r"), &found, &err) && found);
    assert_true(paper_remove("a/faces", STR("role/r"), &found, &err) && !found);
    assert_null(get("a/faces", STR("role/r")));
}

static void no_name_leads_out_of_the_folder(void **state)
{
    static const struct str names[] = {{"..", 2}, {".", 1}, {"../../x", 7}, {"/etc/passwd", 11},
        {"a\0b", 3}, {"\xff", 1}, {"%2e%2e", 6}, {".hidden", 7}, {"a.json", 6}};
    struct err err = ERR_INIT;
    struct str *found;
    size_t count;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[8];
        snprintf(text, sizeof text, "%zu", i);
        assert_true(paper_put("faces", names[i], str_from(text), &err));
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(atoi(get("faces", names[i])), (int)i);
    assert_true(paper_list("faces", STR_NONE, &arena, &found, &count, &err));
    assert_int_equal(count, sizeof names / sizeof *names);
    assert_int_equal(access("faces/../x", F_OK), -1);
}

static void names_are_listed_in_their_order(void **state)
{
    struct err err = ERR_INIT;
    struct str *found;
    size_t count;
    (void)state;
    assert_true(paper_list("faces", STR("route/"), &arena, &found, &count, &err));
    assert_int_equal(count, 0);
    assert_true(paper_put("faces", STR("route/a/1"), STR("{}"), &err));
    assert_true(paper_put("faces", STR("routes/b/1"), STR("{}"), &err));
    for (int i = 0; i < 26; i++) {
        struct str name = arena_printf(&arena, "route/b/%c", 'a' + i * 7 % 26);
        assert_true(paper_put("faces", name, STR("{}"), &err));
    }
    folder_test_write("faces/other.txt", "");
    folder_test_write("faces/%ZZ.json", "");
    folder_test_write("faces/.0123.json", "");
    assert_true(paper_list("faces", STR("route/b/"), &arena, &found, &count, &err));
    assert_int_equal(count, 26);
    for (int i = 0; i < 26; i++)
        assert_int_equal(found[i].at[8], 'a' + i);
}

static void what_is_too_large_is_refused(void **state)
{
    static char large[PAPER_MAX + 2];
    char name[PAPER_NAME_MAX + 2];
    struct err err = ERR_INIT;
    (void)state;
    memset(large, 'x', sizeof large - 1);
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_false(paper_put("faces", STR("a"), str_from(large), &err));
    assert_false(paper_put("faces", str_from(name), STR("{}"), &err));
    assert_false(paper_put("faces", STR_NONE, STR("{}"), &err));
    name[PAPER_NAME_MAX] = '\0';
    assert_true(paper_put("faces", str_from(name), STR("{}"), &err));
}

static void a_link_is_not_followed(void **state)
{
    struct err err = ERR_INIT;
    (void)state;
    assert_true(paper_put("faces", STR("a"), STR("{}"), &err));
    assert_int_equal(symlink("/etc/passwd", "faces/b.json"), 0);
    assert_string_equal(get("faces", STR("b")), "an error");
}

static int begin(void **state)
{
    static struct folder_test folder;
    folder_test_begin(&folder);
    *state = &folder;
    return 0;
}

static int end(void **state)
{
    arena_fini(&arena);
    folder_test_end(*state);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_paper_is_kept_replaced_and_removed),
        TEST(no_name_leads_out_of_the_folder),
        TEST(names_are_listed_in_their_order),
        TEST(what_is_too_large_is_refused),
        TEST(a_link_is_not_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
