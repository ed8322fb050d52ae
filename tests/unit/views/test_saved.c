/* SPDX-License-Identifier: MIT */
/* Queries and items under names. */
#include "tests/test.h"
#include "views/places/saved.h"

static int begin(void **state)
{
    static char base[64];
    snprintf(base, sizeof base, "/tmp/dynascope-saved.XXXXXX");
    *state = mkdtemp(base);
    return setenv("XDG_STATE_HOME", base, 1);
}

static int end(void **state)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", (const char *)*state);
    return system(command);
}

static bool put(struct saved *s, const char *name, const char *line, struct err *err)
{
    struct place place;
    *err = ERR_INIT;
    assert_true(place_read(&place, str_from(line)));
    bool ok = saved_put(s, str_from(name), &place, err);
    place_fini(&place);
    return ok;
}

static void assert_saved(const struct saved *s, const char *expected)
{
    struct buf out = {0};
    for (size_t i = 0; i < s->count; i++) {
        buf_printf(&out, "%.*s=", STR_ARG(buf_str(&s->list[i].name)));
        place_write(&out, &s->list[i].place);
    }
    assert_string_equal(buf_cstr(&out), expected);
    buf_fini(&out);
}

static void assert_file(const struct memory *memory, const char *expected)
{
    struct buf text = {0};
    assert_true(memory_read(memory, "bookmarks", &text));
    assert_string_equal(buf_cstr(&text), expected);
    buf_fini(&text);
}

static void names_are_of_a_table_and_stand_for_one_thing(void **state)
{
    (void)state;
    struct memory *memory = memory_open(STR("/a/store"));
    struct saved s = {0};
    struct err err = ERR_INIT;
    saved_read(&s, memory);
    assert_true(put(&s, "late", "{\"table\":\"A\",\"query\":\"a = \\\"x\\\"\"}", &err));
    assert_true(put(&s, "late", "{\"table\":\"B\"}", &err));
    assert_true(put(&s, "late", "{\"table\":\"A\",\"query\":\"a = 2\"}", &err));
    assert_saved(&s, "late={\"table\":\"B\"}late={\"table\":\"A\",\"query\":\"a = 2\"}");
    assert_file(memory, "{\"name\":\"late\",\"table\":\"B\"}\n"
                        "{\"name\":\"late\",\"table\":\"A\",\"query\":\"a = 2\"}\n");
    assert_non_null(saved_find(&s, STR("B"), STR("late")));
    assert_null(saved_find(&s, STR("B"), STR("soon")));
    saved_fini(&s);
    saved_read(&s, memory);
    assert_int_equal(s.count, 2);
    saved_fini(&s);
    memory_free(memory);
}

static void they_are_renamed_and_removed(void **state)
{
    (void)state;
    struct saved s = {0}; /* kept nowhere: it works all the same */
    struct err err = ERR_INIT;
    put(&s, "a", "{\"table\":\"T\"}", &err);
    put(&s, "b", "{\"table\":\"T\",\"index\":\"I\"}", &err);
    assert_true(saved_rename(&s, STR("T"), STR("a"), STR("c"), &err));
    assert_saved(&s, "c={\"table\":\"T\"}b={\"table\":\"T\",\"index\":\"I\"}");
    assert_false(saved_rename(&s, STR("T"), STR("c"), STR("b"), &err));
    assert_string_equal(err.text, "b is taken");
    err = ERR_INIT;
    assert_false(saved_rename(&s, STR("T"), STR("a"), STR("d"), &err));
    assert_string_equal(err.text, "a is not there any more");
    err = ERR_INIT;
    assert_true(saved_remove(&s, STR("T"), STR("c"), &err));
    assert_saved(&s, "b={\"table\":\"T\",\"index\":\"I\"}");
    assert_false(saved_remove(&s, STR("T"), STR("c"), &err));
    saved_fini(&s);
}

static void what_cannot_be_a_name_is_said(void **state)
{
    (void)state;
    struct saved s = {0};
    struct err err = ERR_INIT;
    char longest[SAVED_NAME_MAX + 2] = {0};
    memset(longest, 'x', SAVED_NAME_MAX + 1);
    assert_false(put(&s, "", "{\"table\":\"T\"}", &err));
    assert_false(put(&s, " x", "{\"table\":\"T\"}", &err));
    assert_false(put(&s, "a\x1b[2J", "{\"table\":\"T\"}", &err));
    assert_false(put(&s, "a\xc2\x9b", "{\"table\":\"T\"}", &err));
    assert_false(put(&s, "\xff", "{\"table\":\"T\"}", &err));
    assert_false(put(&s, longest, "{\"table\":\"T\"}", &err));
    assert_true(put(&s, longest + 1, "{\"table\":\"T\"}", &err));
    assert_int_equal(s.count, 1);
    saved_fini(&s);
}

static void two_explorers_lose_nothing_of_each_other(void **state)
{
    (void)state;
    struct memory *memory = memory_open(STR("/a/store"));
    struct saved one = {0}, two = {0};
    struct err err;
    saved_read(&one, memory);
    saved_read(&two, memory);
    assert_true(put(&one, "a", "{\"table\":\"T\"}", &err));
    assert_true(put(&two, "b", "{\"table\":\"T\"}", &err));
    assert_saved(&two, "a={\"table\":\"T\"}b={\"table\":\"T\"}");
    assert_true(saved_remove(&one, STR("T"), STR("b"), &err));
    assert_saved(&one, "a={\"table\":\"T\"}");
    saved_read(&two, memory);
    assert_saved(&two, "a={\"table\":\"T\"}");
    saved_fini(&one);
    saved_fini(&two);
    memory_free(memory);
}

static void of_a_hostile_file_the_good_lines_count_and_those_of_later_versions_stay(void **state)
{
    (void)state;
    struct memory *memory = memory_open(STR("/a/store"));
    struct saved s = {0};
    struct err err = ERR_INIT;
    assert_true(memory_replace(memory, "bookmarks",
        STR("garbage \x1b[2J\n{\"name\":\"a\\u001b\",\"table\":\"T\"}\n\n"
            "{\"name\":\"good\",\"table\":\"T\",\"key\":{\"id\":{\"S\":\"\\u0007\"}}}\n"
            "{\"version\":2,\"folder\":\"x\"}\n[1]\n{\"name\":7,\"table\":\"T\"}"),
        &err));
    saved_read(&s, memory);
    assert_saved(&s, "good={\"table\":\"T\",\"key\":{\"id\":{\"S\":\"\\u0007\"}}}");
    assert_true(put(&s, "new", "{\"table\":\"T\"}", &err));
    assert_file(memory,
        "{\"name\":\"a\\u001b\",\"table\":\"T\"}\n{\"version\":2,\"folder\":\"x\"}\n"
        "{\"name\":7,\"table\":\"T\"}\n"
        "{\"name\":\"good\",\"table\":\"T\",\"key\":{\"id\":{\"S\":\"\\u0007\"}}}\n"
        "{\"name\":\"new\",\"table\":\"T\"}\n");
    saved_fini(&s);
    memory_free(memory);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(names_are_of_a_table_and_stand_for_one_thing),
        TEST(they_are_renamed_and_removed),
        TEST(what_cannot_be_a_name_is_said),
        TEST(two_explorers_lose_nothing_of_each_other),
        TEST(of_a_hostile_file_the_good_lines_count_and_those_of_later_versions_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
