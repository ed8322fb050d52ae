/* SPDX-License-Identifier: MIT */
/* What a value looks like in a cell: each type by its form, strings in quotes only where they need
 * them. */
#include "tests/test.h"
#include "views/cells.h"

#include "backend/json_in.h"

static struct value value_from(struct buf *bytes, const char *typed)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    const struct json *json = json_parse(&arena, str_from(typed), &err);
    assert_non_null(json);
    buf_clear(bytes);
    assert_true(json_in_typed(bytes, json, &err));
    arena_fini(&arena);
    return value_of(buf_str(bytes));
}

static void expect(const char *typed, bool quote, const char *text)
{
    struct buf bytes = {0}, out = {0};
    cells_add(&out, value_from(&bytes, typed), quote);
    assert_string_equal(buf_cstr(&out), text);
    buf_fini(&bytes);
    buf_fini(&out);
}

static void every_type_has_its_form(void **state)
{
    (void)state;
    expect("{\"S\":\"text\"}", false, "text");
    expect("{\"N\":\"-1.50\"}", false, "-1.5");
    expect("{\"BOOL\":true}", false, "✓");
    expect("{\"BOOL\":false}", false, "✗");
    expect("{\"NULL\":true}", false, "∅");
    expect("{\"L\":[{\"N\":\"1\"},{\"N\":\"2\"}]}", false, "[2]");
    expect("{\"M\":{}}", false, "{0}");
    expect("{\"SS\":[\"b\",\"a\"]}", false, "⟨a b⟩");
    expect("{\"NS\":[\"10\",\"9\"]}", false, "⟨9 10⟩");
    expect("{\"B\":\"aGk=\"}", false, "0x6869");
    expect("{\"B\":\"MDEyMzQ1Njc4OQ==\"}", false, "0x3031323334353637… 10 B");
}

static void strings_that_read_as_something_else_stand_in_quotes(void **state)
{
    (void)state;
    static const char *const quoted[] = {
        "42", "-1", ".5", "1e3", "true", "null", "", " x", "x ", "{a", "[1]", "\\\"q", "<a", "✓"};
    static const char *const plain[] = {"abc", "1.2.3", "truest", "a b", "2024-11-20", "C101"};
    struct buf typed = {0}, text = {0}, bytes = {0};
    for (size_t i = 0; i < sizeof quoted / sizeof *quoted; i++) {
        buf_clear(&typed);
        buf_clear(&text);
        buf_printf(&typed, "{\"S\":\"%s\"}", quoted[i]);
        cells_add(&text, value_from(&bytes, buf_cstr(&typed)), false);
        assert_int_equal(text.at[0], '"');
    }
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        buf_clear(&typed);
        buf_printf(&typed, "{\"S\":\"%s\"}", plain[i]);
        expect(buf_cstr(&typed), false, plain[i]);
    }
    expect("{\"S\":\"text\"}", true, "\"text\"");
    buf_fini(&typed);
    buf_fini(&text);
    buf_fini(&bytes);
}

static void long_values_are_cut_between_characters(void **state)
{
    (void)state;
    struct buf typed = {0}, text = {0}, bytes = {0};
    buf_add(&typed, STR("{\"S\":\"x"));
    for (int i = 0; i < 1000; i++)
        buf_add(&typed, STR("é"));
    buf_add(&typed, STR("\"}"));
    cells_add(&text, value_from(&bytes, buf_cstr(&typed)), false);
    assert_true(text.len <= CELLS_BYTES_MAX + 3);
    assert_true(str_ends(buf_str(&text), STR("é…")));
    buf_fini(&typed);
    buf_fini(&text);
    buf_fini(&bytes);
}

static void a_key_is_its_parts(void **state)
{
    (void)state;
    struct buf bytes = {0}, out = {0};
    struct value item = value_from(&bytes, "{\"M\":{\"pk\":{\"S\":\"C1\"},\"sk\":{\"N\":\"7\"}}}");
    struct client_key keys[] = {{STR("pk"), VALUE_S}, {STR("sk"), VALUE_N}, {STR("no"), VALUE_S}};
    cells_add_key(&out, item, keys, 2);
    assert_string_equal(buf_cstr(&out), "C1 · 7");
    buf_clear(&out);
    cells_add_key(&out, item, keys, 3);
    assert_string_equal(buf_cstr(&out), "C1 · 7 · ?");
    buf_fini(&bytes);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_has_its_form),
        cmocka_unit_test(strings_that_read_as_something_else_stand_in_quotes),
        cmocka_unit_test(long_values_are_cut_between_characters),
        cmocka_unit_test(a_key_is_its_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
