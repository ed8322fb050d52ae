/* SPDX-License-Identifier: MIT */
/* Finding what a person typed in an item. */
#include "tests/test.h"
#include "views/match.h"

#include "backend/json_in.h"
#include <stdlib.h>

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

/* The same answer as looking at each place, wherever the match lies and however long the text is.
 */
static bool slowly(struct str text, struct str needle)
{
    for (size_t i = 0; i + needle.len <= text.len; i++)
        if (str_equal_nocase(str_take(str_skip(text, i), needle.len), needle))
            return true;
    return needle.len == 0;
}

static void long_texts_are_looked_at_as_short_ones(void **state)
{
    (void)state;
    static const char letters[] = "aAbB.1";
    char text[80], needle[8];
    srand(5);
    for (int round = 0; round < 200000; round++) {
        size_t len = (size_t)rand() % sizeof text, part = 1 + (size_t)rand() % sizeof needle;
        for (size_t i = 0; i < len; i++)
            text[i] = letters[(size_t)rand() % (round % 2 ? 2 : sizeof letters - 1)];
        for (size_t i = 0; i < part; i++)
            needle[i] = letters[(size_t)rand() % (sizeof letters - 1)];
        struct str t = {text, len}, n = {needle, part};
        assert_int_equal(match_text(t, n), slowly(t, n));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_shown_is_found_in_either_case),
        cmocka_unit_test(long_texts_are_looked_at_as_short_ones),
        cmocka_unit_test(a_dot_is_a_dot_and_bytes_are_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
