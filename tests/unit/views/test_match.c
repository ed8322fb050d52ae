/* SPDX-License-Identifier: MIT */
/* Finding what a person typed in an item. */
#include "tests/test.h"
#include "views/match.h"

#include "backend/json_in.h"

static struct value item_from(struct buf *bytes, const char *typed)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    assert_true(json_in_typed_item(bytes, json_parse(&arena, str_from(typed), &err), &err));
    arena_fini(&arena);
    return value_of(buf_str(bytes));
}

static void what_is_shown_is_found_in_either_case(void **state)
{
    (void)state;
    struct buf bytes = {0};
    struct value item = item_from(&bytes,
        "{\"Name\":{\"S\":\"Ada Lovelace\"},\"n\":{\"N\":\"1.50\"},\"ok\":{\"BOOL\":true},"
        "\"deep\":{\"M\":{\"list\":{\"L\":[{\"S\":\"found\"}]}}},\"tags\":{\"SS\":[\"red\"]},"
        "\"ns\":{\"NS\":[\"77\"]},\"bin\":{\"B\":\"aGlkZGVu\"}}");
    static const char *const there[] = {
        "ada", "LOVE", "a l", "name", "1.5", "true", "FOUND", "list", "red", "77", ""};
    static const char *const not_there[] = {"adal", "1.50", "false", "hidden", "88", "lovelaceX"};
    for (size_t i = 0; i < sizeof there / sizeof *there; i++)
        assert_true(match_item(item, str_from(there[i])));
    for (size_t i = 0; i < sizeof not_there / sizeof *not_there; i++)
        assert_false(match_item(item, str_from(not_there[i])));
    buf_fini(&bytes);
}

static void a_dot_is_a_dot_and_bytes_are_bytes(void **state)
{
    (void)state;
    assert_true(match_text(STR("a.b"), STR(".")));
    assert_false(match_text(STR("axb"), STR("a.b")));
    assert_true(match_text(STR("東京都"), STR("京")));
    assert_false(match_text(STR_NONE, STR("x")));
    assert_true(match_text(STR("a\0b"), STR("\0b")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_shown_is_found_in_either_case),
        cmocka_unit_test(a_dot_is_a_dot_and_bytes_are_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
