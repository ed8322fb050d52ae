/* SPDX-License-Identifier: MIT */
/* Where one has been: the list, and what is kept of it. */
#include "backend/json_in.h"
#include "tests/test.h"
#include "views/places/places.h"

static int begin(void **state)
{
    static char base[64];
    snprintf(base, sizeof base, "/tmp/dynascope-places.XXXXXX");
    *state = mkdtemp(base);
    return setenv("XDG_STATE_HOME", base, 1);
}

static int end(void **state)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", (const char *)*state);
    return system(command);
}

static bool see(struct places *p, const char *line)
{
    struct place place;
    assert_true(place_read(&place, str_from(line)));
    return places_see(p, &place);
}

static void assert_places(const struct places *p, const char *expected)
{
    struct buf out = {0};
    for (size_t i = 0; i < p->count; i++) {
        buf_add(&out, i == p->at ? STR(">") : STR(" "));
        place_write(&out, &p->list[i]);
    }
    assert_string_equal(buf_cstr(&out), expected);
    buf_fini(&out);
}

static void the_same_rows_are_one_place_whose_cursor_moves(void **state)
{
    (void)state;
    struct places p = {0};
    assert_true(see(&p, "{\"table\":\"A\"}"));
    assert_false(see(&p, "{\"table\":\"A\",\"key\":{\"id\":{\"S\":\"x\"}}}"));
    assert_false(see(&p, "{\"table\":\"A\",\"key\":{\"id\":{\"S\":\"y\"}}}"));
    assert_false(see(&p, "{\"table\":\"A\"}")); /* nothing under the cursor: the last one stays */
    assert_true(see(&p, "{\"table\":\"A\",\"index\":\"I\"}"));
    assert_true(see(&p, "{\"table\":\"A\",\"index\":\"I\",\"query\":\"a = 1\"}"));
    assert_true(
        see(&p, "{\"table\":\"A\",\"index\":\"I\",\"query\":\"a = 1\",\"open\":\"item\",\"key\":"
                "{\"id\":{\"S\":\"x\"}}}"));
    assert_places(&p, " {\"table\":\"A\",\"key\":{\"id\":{\"S\":\"y\"}}}"
                      " {\"table\":\"A\",\"index\":\"I\"}"
                      " {\"table\":\"A\",\"index\":\"I\",\"query\":\"a = 1\"}"
                      ">{\"table\":\"A\",\"index\":\"I\",\"query\":\"a = 1\",\"open\":\"item\","
                      "\"key\":{\"id\":{\"S\":\"x\"}}}");
    places_fini(&p);
}

static void going_elsewhere_from_the_middle_forgets_what_was_ahead(void **state)
{
    (void)state;
    struct places p = {0};
    see(&p, "{\"table\":\"A\"}");
    see(&p, "{\"table\":\"B\"}");
    see(&p, "{\"table\":\"C\"}");
    assert_int_equal(places_next(&p, p.at, 1), SIZE_MAX);
    assert_int_equal(places_next(&p, p.at, -1), 1);
    places_arrive(&p, 0);
    assert_false(see(&p, "{\"table\":\"A\"}"));
    assert_int_equal(places_next(&p, p.at, -1), SIZE_MAX);
    assert_int_equal(places_next(&p, p.at, 1), 1);
    see(&p, "{\"table\":\"D\"}");
    assert_places(&p, " {\"table\":\"A\"}>{\"table\":\"D\"}");
    places_fini(&p);
}

static void the_places_of_the_last_run_lie_behind(void **state)
{
    (void)state;
    struct memory *memory = memory_open(STR("/a/store"));
    struct places p;
    places_open(&p, memory);
    see(&p, "{\"table\":\"A\",\"key\":{\"id\":{\"N\":\"7\"}},\"start\":{\"id\":{\"N\":\"3\"}},"
            "\"segment\":[1,4]}");
    see(&p, "{\"table\":\"A B\",\"open\":\"stream\"}");
    see(&p, "{\"table\":\"C\",\"query\":\"name = \\\"\\u202e\\\"\"}");
    places_fini(&p);
    places_open(&p, memory);
    assert_int_equal(p.at, 3);
    assert_int_equal(places_next(&p, p.at, -1), 2);
    assert_int_equal(p.list[0].segments, 4);
    assert_int_equal(p.list[1].open, PLACE_STREAM);
    assert_places(&p,
        " {\"table\":\"A\",\"key\":{\"id\":{\"N\":\"7\"}},\"start\":{\"id\":{\"N\":\"3\"}},"
        "\"segment\":[1,4]} {\"table\":\"A B\",\"open\":\"stream\"}"
        " {\"table\":\"C\",\"query\":\"name = \\\"\xe2\x80\xae\\\"\"}");
    see(&p, "{\"table\":\"A\"}");
    assert_int_equal(p.count, 4);
    places_fini(&p);
    memory_free(memory);
}

static void what_looks_like_a_secret_is_not_kept(void **state)
{
    (void)state;
    struct memory *memory = memory_open(STR("/a/store"));
    struct places p;
    places_open(&p, memory);
    see(&p, "{\"table\":\"A\",\"query\":\"password = \\\"x\\\"\"}");
    see(&p, "{\"table\":\"B\"}");
    assert_int_equal(p.count, 2);
    places_fini(&p);
    places_open(&p, memory);
    assert_places(&p, " {\"table\":\"B\"}");
    places_fini(&p);
    memory_free(memory);
}

static void the_oldest_go_in_the_run_and_in_the_file(void **state)
{
    (void)state;
    struct memory *memory = memory_open(STR("/a/store"));
    struct places p;
    struct buf text = {0};
    char line[64];
    places_open(&p, memory);
    for (int i = 0; i < 5 * PLACES_MAX; i++) {
        snprintf(line, sizeof line, "{\"table\":\"T%d\"}", i);
        see(&p, line);
    }
    assert_int_equal(p.count, PLACES_MAX);
    assert_int_equal(p.at, PLACES_MAX - 1);
    places_fini(&p);
    places_open(&p, memory);
    assert_int_equal(p.count, PLACES_MAX);
    assert_string_equal(buf_cstr(&p.list[PLACES_MAX - 1].table), "T499");
    assert_true(memory_read(memory, "places", &text));
    assert_true(str_starts(buf_str(&text), STR("{\"table\":\"T400\"}\n")));
    places_fini(&p);
    memory_free(memory);
    buf_fini(&text);
}

static void of_a_hostile_file_only_places_count(void **state)
{
    (void)state;
    static const char *const lines[] = {"{\"table\":\"A\"}", "", "x", "[]", "{}", "{\"table\":7}",
        "{\"table\":\"\"}", "{\"table\":\"B\",\"open\":\"door\"}",
        "{\"table\":\"B\",\"open\":\"item\"}", "{\"table\":\"B\",\"segment\":[4,4]}",
        "{\"table\":\"B\",\"segment\":[-1,4]}", "{\"table\":\"B\",\"segment\":[0,9999999]}",
        "{\"table\":\"B\",\"key\":{\"id\":{\"Z\":1}}}", "{\"table\":\"B\",\"start\":\"x\"}",
        "\x1b[2J", "{\"table\":\"C\",\"of\":\"a later version\"}"};
    struct memory *memory = memory_open(STR("/a/store"));
    struct err err = ERR_INIT;
    struct buf text = {0};
    struct places p;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        buf_printf(&text, "%s\n", lines[i]);
    assert_true(memory_replace(memory, "places", buf_str(&text), &err));
    places_open(&p, memory);
    assert_places(&p, " {\"table\":\"A\"} {\"table\":\"C\"}");
    places_fini(&p);
    memory_free(memory);
    buf_fini(&text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(the_same_rows_are_one_place_whose_cursor_moves),
        TEST(going_elsewhere_from_the_middle_forgets_what_was_ahead),
        TEST(the_places_of_the_last_run_lie_behind),
        TEST(what_looks_like_a_secret_is_not_kept),
        TEST(the_oldest_go_in_the_run_and_in_the_file),
        TEST(of_a_hostile_file_only_places_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
