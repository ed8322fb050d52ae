/* SPDX-License-Identifier: MIT */
/* A Query typed in one line. */
#include "backend/json_out.h"
#include "tests/test.h"
#include "views/items/items_query.h"
#include "views/query/query_form.h"
#include "views/query/query_request.h"

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

/* The builder's line asks for the same. */
static void expect_line(const char *index, const char *line, bool backward, const char *expected)
{
    struct client_table t = table();
    struct buf about = {0}, text = {0}, again = {0};
    struct err err = ERR_INIT;
    struct query_form form;
    struct browse *b =
        items_query_parse(&t, str_from(index), str_from(line), backward, &about, &err);
    assert_non_null(b);
    items_query_line(b, &text);
    assert_string_equal(buf_cstr(&text), expected);
    query_form_init(&form, &t);
    query_form_set(&form, buf_str(&text));
    assert_true(form.planned);
    struct browse *built = query_request_browse(&t, &form.line, &form.plan);
    assert_true(built->query);
    assert_int_equal(built->read.backward, backward);
    items_query_line(built, &again);
    assert_string_equal(buf_cstr(&again), expected);
    query_form_fini(&form);
    browse_unref(built);
    browse_unref(b);
    buf_fini(&about);
    buf_fini(&text);
    buf_fini(&again);
}

static void it_can_be_said_in_the_builders_words(void **state)
{
    (void)state;
    expect_line("", "42", false, "pk = \"42\"");
    expect_line("ByN", "42", false, "n = 42 on ByN");
    expect_line("", "\"two \\\"words\" 7", true, "pk = \"two \\\"words\" AND sk = 7 descending");
    expect_line("", "#p0 1..9", false, "pk = \"#p0\" AND sk BETWEEN 1 AND 9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_typed_by_the_schema),
        cmocka_unit_test(what_cannot_be_asked_says_why),
        cmocka_unit_test(it_can_be_said_in_the_builders_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
