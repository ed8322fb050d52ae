/* SPDX-License-Identifier: MIT */
/* A value as one line to edit, and back: nothing is lost on the way, and types change only on
 * purpose. */
#include "tests/test.h"
#include "tests/unit/views/random_value.h"
#include "views/item/literal.h"

#include "backend/json_out.h"

static void expect_round_trip(void add(struct buf *, struct value))
{
    uint64_t seed = 11;
    struct buf value = {0}, text = {0}, again = {0};
    for (int i = 0; i < 20000; i++) {
        struct err err = ERR_INIT;
        buf_clear(&value);
        buf_clear(&text);
        buf_clear(&again);
        random_value(&seed, &value, 0);
        struct value v = value_of(buf_str(&value));
        add(&text, v);
        if (!literal_parse(&again, str_trim(buf_str(&text)), v.type, &err) ||
            !value_equal(v, value_of(buf_str(&again)))) {
            fail_msg("round %d: %s: %s", i, buf_cstr(&text), err.text);
        }
    }
    buf_fini(&value);
    buf_fini(&text);
    buf_fini(&again);
}

static void what_is_written_is_read_back_the_same(void **state)
{
    (void)state;
    expect_round_trip(literal_add);
}

static void an_editor_loses_no_type_anywhere_inside(void **state)
{
    (void)state;
    expect_round_trip(literal_add_lines);
}

static void expect(const char *text, enum value_type was, const char *typed)
{
    struct buf value = {0}, out = {0};
    struct err err = ERR_INIT;
    if (literal_parse(&value, str_from(text), was, &err))
        json_out_typed(&out, value_of(buf_str(&value)));
    else
        buf_add(&out, STR("refused"));
    assert_string_equal(buf_cstr(&out), typed);
    buf_fini(&value);
    buf_fini(&out);
}

static void types_are_what_they_look_like(void **state)
{
    (void)state;
    expect("\"text\"", VALUE_NONE, "{\"S\":\"text\"}");
    expect("42", VALUE_NONE, "{\"N\":\"42\"}");
    expect(" 1.50 ", VALUE_NONE, "{\"N\":\"1.5\"}");
    expect("true", VALUE_NONE, "{\"BOOL\":true}");
    expect("null", VALUE_NONE, "{\"NULL\":true}");
    expect("[1,\"a\"]", VALUE_NONE, "{\"L\":[{\"N\":\"1\"},{\"S\":\"a\"}]}");
    expect("{\"a\":1}", VALUE_NONE, "{\"M\":{\"a\":{\"N\":\"1\"}}}");
    expect("{\"B\":\"aGk=\"}", VALUE_NONE, "{\"B\":\"aGk=\"}");
    expect("{\"NS\":[\"2\",\"1\"]}", VALUE_NONE, "{\"NS\":[\"1\",\"2\"]}");
    expect("<<b a>>", VALUE_NONE, "{\"SS\":[\"a\",\"b\"]}");
    expect("⟨3, 1⟩", VALUE_NONE, "{\"NS\":[\"1\",\"3\"]}");
    expect("⟨1 \"2\"⟩", VALUE_NONE, "{\"SS\":[\"1\",\"2\"]}");
    expect("some words", VALUE_NONE, "{\"S\":\"some words\"}");
}

static void a_string_stays_a_string_a_number_needs_quotes_to_become_one(void **state)
{
    (void)state;
    expect("plain words", VALUE_S, "{\"S\":\"plain words\"}");
    expect(" kept ", VALUE_S, "{\"S\":\" kept \"}");
    expect("lots", VALUE_N, "refused");
    expect("\"lots\"", VALUE_N, "{\"S\":\"lots\"}");
    expect("words", VALUE_L, "refused");
    expect("words", VALUE_TRUE, "refused");
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    expect("{\"S\":1}", VALUE_NONE, "refused");
    expect("{\"N\":\"x\"}", VALUE_NONE, "refused");
    expect("[1,", VALUE_NONE, "refused");
    expect("⟨⟩", VALUE_NONE, "refused");
    expect("⟨a a⟩", VALUE_NONE, "refused");
    expect("1e999", VALUE_N, "refused");
    expect("\"open", VALUE_NONE, "refused");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back_the_same),
        cmocka_unit_test(an_editor_loses_no_type_anywhere_inside),
        cmocka_unit_test(types_are_what_they_look_like),
        cmocka_unit_test(a_string_stays_a_string_a_number_needs_quotes_to_become_one),
        cmocka_unit_test(what_is_wrong_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
