/* SPDX-License-Identifier: MIT */
/* What differs between two versions of an item. */
#include "views/changes/diff.h"

#include "backend/json.h"
#include "backend/json_in.h"
#include "tests/test.h"

static struct value item_of(struct arena *arena, const char *text)
{
    struct err err = ERR_INIT;
    struct buf out = {0};
    struct value item = {0};
    if (!text)
        return item;
    const struct json *json = json_parse(arena, str_from(text), &err);
    if (!json || !json_in_typed_item(&out, json, &err))
        fail_msg("%s: %s", text, err.text);
    item = value_of(arena_dup(arena, buf_str(&out)));
    buf_fini(&out);
    return item;
}

static bool note(void *context, const struct diff *diff)
{
    diff_add(context, diff, 12);
    buf_add_byte(context, '\n');
    return true;
}

static void assert_diff(const char *old, const char *new, const char *wanted)
{
    struct arena arena = {0};
    struct buf lines = {0};
    assert_true(diff_walk(item_of(&arena, old), item_of(&arena, new), note, &lines));
    assert_string_equal(buf_cstr(&lines), wanted);
    buf_fini(&lines);
    arena_fini(&arena);
}

static void equal_items_have_no_differences(void **state)
{
    (void)state;
    assert_diff("{\"a\":{\"N\":\"1.0\"},\"s\":{\"SS\":[\"x\",\"y\"]}}",
        "{\"s\":{\"SS\":[\"y\",\"x\"]},\"a\":{\"N\":\"1\"}}", "");
}

static void attributes_come_go_and_change(void **state)
{
    (void)state;
    assert_diff("{\"a\":{\"N\":\"1\"},\"b\":{\"S\":\"x\"},\"d\":{\"S\":\"same\"}}",
        "{\"a\":{\"N\":\"2\"},\"c\":{\"BOOL\":true},\"d\":{\"S\":\"same\"}}",
        "a  1 → 2\n"
        "b  - \"x\"\n"
        "c  + ✓\n");
    assert_diff("{\"a\":{\"N\":\"1\"}}", "{\"a\":{\"S\":\"1\"}}", "a  1 → \"1\"\n");
}

static void both_sides_of_a_long_change_are_seen(void **state)
{
    (void)state;
    assert_diff("{\"a\":{\"S\":\"123456789 and more\"}}", "{\"a\":{\"S\":\"1234567ééé\"}}",
        "a  \"12345678… → \"1234567…\n");
}

static void an_item_that_was_not_there_is_all_new(void **state)
{
    (void)state;
    assert_diff(NULL, "{\"a\":{\"N\":\"1\"},\"m\":{\"M\":{\"x\":{\"N\":\"2\"}}}}",
        "a  + 1\n"
        "m  + {1}\n");
    assert_diff("{\"a\":{\"N\":\"1\"}}", NULL, "a  - 1\n");
}

static void maps_and_lists_are_compared_inside(void **state)
{
    (void)state;
    assert_diff("{\"m\":{\"M\":{\"x\":{\"M\":{\"deep\":{\"N\":\"1\"}}},\"y\":{\"N\":\"5\"}}}}",
        "{\"m\":{\"M\":{\"x\":{\"M\":{\"deep\":{\"N\":\"2\"}}},\"y\":{\"N\":\"5\"}}}}",
        "m.x.deep  1 → 2\n");
    assert_diff("{\"l\":{\"L\":[{\"N\":\"1\"},{\"N\":\"2\"},{\"N\":\"3\"}]}}",
        "{\"l\":{\"L\":[{\"N\":\"1\"},{\"N\":\"9\"}]}}",
        "l[1]  2 → 9\n"
        "l[2]  - 3\n");
    assert_diff("{\"l\":{\"L\":[]}}", "{\"l\":{\"L\":[{\"M\":{}}]}}", "l[0]  + {0}\n");
}

static void members_go_into_sets_and_out(void **state)
{
    (void)state;
    assert_diff("{\"t\":{\"NS\":[\"1\",\"10\",\"3\"]}}", "{\"t\":{\"NS\":[\"2\",\"3\",\"10\"]}}",
        "t  - 1\n"
        "t  + 2\n");
    assert_diff("{\"t\":{\"SS\":[\"a\"]}}", "{\"t\":{\"NS\":[\"1\"]}}", "t  ⟨\"a\"⟩ → ⟨1⟩\n");
}

static bool stop(void *context, const struct diff *diff)
{
    (void)diff;
    return --*(int *)context > 0;
}

static void the_walk_ends_when_told_to(void **state)
{
    (void)state;
    struct arena arena = {0};
    int left = 2;
    struct value old = item_of(&arena, "{\"a\":{\"M\":{\"x\":{\"N\":\"1\"},\"y\":{\"N\":\"1\"}}}}");
    struct value new = item_of(&arena, "{\"a\":{\"M\":{\"x\":{\"N\":\"2\"},\"y\":{\"N\":\"2\"}}},"
                                       "\"b\":{\"N\":\"1\"}}");
    assert_false(diff_walk(old, new, stop, &left));
    assert_int_equal(left, 0);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_items_have_no_differences),
        cmocka_unit_test(attributes_come_go_and_change),
        cmocka_unit_test(both_sides_of_a_long_change_are_seen),
        cmocka_unit_test(an_item_that_was_not_there_is_all_new),
        cmocka_unit_test(maps_and_lists_are_compared_inside),
        cmocka_unit_test(members_go_into_sets_and_out),
        cmocka_unit_test(the_walk_ends_when_told_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
