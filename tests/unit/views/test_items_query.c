/* SPDX-License-Identifier: MIT */
/* A Query typed in one line. */
#include "backend/json_out.h"
#include "tests/test.h"
#include "views/items_query.h"

static struct client_table table(void)
{
    static const struct client_index index = {.name = STR("ByN"),
        .global = true,
        .hash_count = 1,
        .keys = {{STR("n"), VALUE_N}},
        .projection = STR("ALL")};
    struct client_table t = {.name = STR("T"), .key_count = 2, .index_count = 1, .indexes = &index};
    t.keys[0] = (struct client_key){STR("pk"), VALUE_S};
    t.keys[1] = (struct client_key){STR("sk"), VALUE_N};
    return t;
}

static void expect(const char *index, const char *line, const char *condition, const char *values)
{
    struct client_table t = table();
    struct buf about = {0}, text = {0};
    struct err err = ERR_INIT;
    struct browse *b = items_query_parse(&t, str_from(index), str_from(line), false, &about, &err);
    if (!condition) {
        assert_null(b);
        assert_true(err.text[0] != '\0');
    } else {
        assert_non_null(b);
        assert_true(str_equal(b->read.key_condition, str_from(condition)));
        json_out_typed_item(&text, b->read.values);
        assert_string_equal(buf_cstr(&text), values);
    }
    browse_unref(b);
    buf_fini(&about);
    buf_fini(&text);
}

static void values_are_typed_by_the_schema(void **state)
{
    (void)state;
    expect("", "42", "#p0 = :p0", "{\":p0\":{\"S\":\"42\"}}");
    expect("ByN", "42", "#p0 = :p0", "{\":p0\":{\"N\":\"42\"}}");
    expect("", "\"two words\" 7", "#p0 = :p0 AND #s = :s",
        "{\":p0\":{\"S\":\"two words\"},\":s\":{\"N\":\"7\"}}");
    expect("", "a >= 7", "#p0 = :p0 AND #s >= :s", "{\":p0\":{\"S\":\"a\"},\":s\":{\"N\":\"7\"}}");
    expect("", "a <7", "#p0 = :p0 AND #s < :s", "{\":p0\":{\"S\":\"a\"},\":s\":{\"N\":\"7\"}}");
    expect("", "a 1..9", "#p0 = :p0 AND #s BETWEEN :s AND :t",
        "{\":p0\":{\"S\":\"a\"},\":s\":{\"N\":\"1\"},\":t\":{\"N\":\"9\"}}");
}

static void what_cannot_be_asked_says_why(void **state)
{
    (void)state;
    expect("", "", NULL, NULL);
    expect("", "a x", NULL, NULL);
    expect("", "a >=", NULL, NULL);
    expect("", "\"\"", NULL, NULL);
    expect("ByN", "abc", NULL, NULL);
    expect("ByN", "1 2", NULL, NULL);
    expect("Nowhere", "1", NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_typed_by_the_schema),
        cmocka_unit_test(what_cannot_be_asked_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
