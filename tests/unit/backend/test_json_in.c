/* SPDX-License-Identifier: MIT */
/* JSON into values: what is taken, what is refused and in which words. */
#include "backend/json_in.h"
#include "backend/json_out.h"
#include "tests/test.h"
#include "tests/unit/backend/random_value.h"

#define INVALID "One or more parameter values were invalid: "
#define NESTED                                                                                     \
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels "    \
    "beyond supported limit"

/* How a text is read. */
enum door { TYPED, TYPED_ITEM, PLAIN, ITEM, ITEM_UNWRAPPED };

static bool read_json(enum door door, struct buf *out, const struct json *json, struct err *err)
{
    switch (door) {
    case TYPED:
        return json_in_typed(out, json, err);
    case TYPED_ITEM:
        return json_in_typed_item(out, json, err);
    case PLAIN:
        return json_in_plain(out, json, err);
    default:
        return json_in_item(out, json, door == ITEM_UNWRAPPED, err);
    }
}

static bool read_text(enum door door, const char *text, struct buf *out, struct err *err)
{
    struct arena arena = {0};
    *err = ERR_INIT;
    buf_clear(out);
    buf_add(out, STR("kept"));
    const struct json *json = json_parse(&arena, str_from(text), err);
    if (json == NULL)
        fail_msg("%s: %s", text, err->text);
    bool good = read_json(door, out, json, err);
    assert_memory_equal(out->at, "kept", 4);
    if (!good)
        assert_int_equal(out->len, 4);
    arena_fini(&arena);
    return good;
}

/* Reads `text`, writes it typed, compares. */
static void assert_reads(enum door door, const char *text, const char *typed)
{
    struct buf bytes = {0}, out = {0};
    struct err err;
    if (!read_text(door, text, &bytes, &err))
        fail_msg("%s: %s", text, err.text);
    struct value v = value_of(str_skip(buf_str(&bytes), 4));
    if (!value_check(v.encoded, &err))
        fail_msg("%s: %s", text, err.text);
    if (door == TYPED || door == PLAIN)
        json_out_typed(&out, v);
    else
        json_out_typed_item(&out, v);
    assert_string_equal(buf_cstr(&out), typed);
    buf_fini(&bytes);
    buf_fini(&out);
}

static void assert_refuses(
    enum door door, const char *text, const char *name, const char *message, const char *place)
{
    struct buf bytes = {0};
    struct err err;
    if (read_text(door, text, &bytes, &err))
        fail_msg("%s was taken", text);
    assert_string_equal(err.text, message);
    assert_string_equal(err.name, name);
    if (place) {
        struct str got = str_take(str_skip(str_from(text), err.at), err.len);
        if (!str_equal(got, str_from(place)))
            fail_msg("%s: the place is %.*s", text, STR_ARG(got));
    }
    buf_fini(&bytes);
}

/* ---- typed ---- */

static void every_type_is_read(void **state)
{
    static const char *const table[][2] = {
        {"{\"S\":\"\"}", NULL},
        {"{\"S\":\"a\\u0000b\"}", NULL},
        {"{\"N\":\"1.50e3\"}", "{\"N\":\"1500\"}"},
        {"{\"B\":\"\"}", NULL},
        {"{\"B\":\"AQ==\"}", NULL},
        {"{\"B\":\"+/+/\"}", NULL},
        {"{\"BOOL\":true}", NULL},
        {"{\"BOOL\":false}", NULL},
        {"{\"NULL\":true}", NULL},
        {"{\"L\":[]}", NULL},
        {"{\"M\":{}}", NULL},
        {"{\"L\":[{\"S\":\"a\"},{\"L\":[{\"N\":\"0\"}]}]}", NULL},
        {"{\"M\":{\"b\":{\"S\":\"x\"},\"a\":{\"M\":{}}}}",
            "{\"M\":{\"a\":{\"M\":{}},\"b\":{\"S\":\"x\"}}}"},
        {"{\"SS\":[\"b\",\"\",\"a\"]}", "{\"SS\":[\"\",\"a\",\"b\"]}"},
        {"{\"NS\":[\"10\",\"9\",\"-1\"]}", "{\"NS\":[\"-1\",\"9\",\"10\"]}"},
        {"{\"BS\":[\"Yg==\",\"YQ==\"]}", "{\"BS\":[\"YQ==\",\"Yg==\"]}"},
        {"{\"BOOL\":\"TRUE\"}", "{\"BOOL\":true}"},
        {"{\"BOOL\":\"no\"}", "{\"BOOL\":false}"},
        {"{\"BOOL\":\"Yes\"}", "{\"BOOL\":true}"},
        {"{\"BOOL\":\"false\"}", "{\"BOOL\":false}"},
        {"{\"S\":\"a\",\"N\":null,\"Z\":{\"N\":1}}", "{\"S\":\"a\"}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_reads(TYPED, table[i][0], table[i][1] ? table[i][1] : table[i][0]);
}

static void an_attribute_value_has_exactly_one_type(void **state)
{
    static const char *const empty[] = {
        "{}", "null", "{\"x\":\"a\"}", "{\"S\":null}", "{\"s\":\"a\"}"};
    static const char *const more[] = {
        "{\"S\":\"a\",\"N\":\"1\"}", "{\"BOOL\":true,\"NULL\":true}"};
    (void)state;
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        assert_refuses(TYPED, empty[i], "ValidationException",
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
            empty[i]);
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        assert_refuses(TYPED, more[i], "ValidationException",
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of "
            "the supported datatypes",
            more[i]);
    assert_refuses(TYPED, "{\"S\":\"a\",\"N\":\"b\"}", "ValidationException",
        "The parameter cannot be converted to a numeric value: b", "\"b\"");
}

static void a_wrong_json_type_is_a_serialization_exception(void **state)
{
    static const char *const table[][3] = {
        {"{\"N\":123}", "NUMBER_VALUE cannot be converted to String", "123"},
        {"{\"S\":1.5}", "DECIMAL_VALUE cannot be converted to String", "1.5"},
        {"{\"S\":1e3}", "DECIMAL_VALUE cannot be converted to String", "1e3"},
        {"{\"S\":true}", "TRUE_VALUE cannot be converted to String", "true"},
        {"{\"S\":false}", "FALSE_VALUE cannot be converted to String", "false"},
        {"{\"S\":[]}", "Unrecognized collection type class java.lang.String", "[]"},
        {"{\"S\":{}}", "Start of structure or map found where not expected", "{}"},
        {"{\"BOOL\":1}", "NUMBER_VALUE cannot be converted to Boolean", "1"},
        {"{\"BOOL\":\"23\"}", "Unexpected token received from parser", "\"23\""},
        {"{\"NULL\":[]}", "Unrecognized collection type class java.lang.Boolean", "[]"},
        {"{\"B\":5}", "only base-64-encoded strings are convertible to bytes", "5"},
        {"{\"B\":[]}", "Unrecognized collection type class java.nio.ByteBuffer", "[]"},
        {"{\"B\":{}}", "Start of structure or map found where not expected", "{}"},
        {"{\"B\":\"23456\"}",
            "Base64 encoded length is expected a multiple of 4 bytes but found: 5", "\"23456\""},
        {"{\"B\":\"=+/=\"}", "Invalid last non-pad Base64 character dectected", "\"=+/=\""},
        {"{\"B\":\"+/+=\"}", "Invalid last non-pad Base64 character dectected", "\"+/+=\""},
        {"{\"SS\":\"a\"}", "Unexpected field type", "\"a\""},
        {"{\"SS\":{}}", "Start of structure or map found where not expected", "{}"},
        {"{\"SS\":[\"a\",1]}", "NUMBER_VALUE cannot be converted to String", "1"},
        {"{\"NS\":[1]}", "NUMBER_VALUE cannot be converted to String", "1"},
        {"{\"BS\":[true]}", "only base-64-encoded strings are convertible to bytes", "true"},
        {"{\"L\":1}", "Unexpected field type", "1"},
        {"{\"L\":{}}", "Start of structure or map found where not expected", "{}"},
        {"{\"L\":[5]}", "Unexpected value type in payload", "5"},
        {"{\"M\":\"a\"}", "Unexpected field type", "\"a\""},
        {"{\"M\":[]}",
            "Unrecognized collection type java.util.Map<java.lang.String, "
            "com.amazonaws.dynamodb.v20120810.AttributeValue>",
            "[]"},
        {"{\"M\":{\"a\":[]}}",
            "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue",
            "[]"},
        {"\"a\"", "Unexpected value type in payload", "\"a\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_refuses(TYPED, table[i][0], "SerializationException", table[i][1], table[i][2]);
    assert_refuses(TYPED_ITEM, "[]", "SerializationException", table[25][1], "[]");
    assert_refuses(TYPED_ITEM, "5", "SerializationException", "Unexpected field type", "5");
}

static void what_the_service_refuses_is_refused_in_its_words(void **state)
{
    static const char *const table[][3] = {
        {"{\"NULL\":false}", INVALID "Null attribute value types must have the value of true",
            "false"},
        {"{\"NULL\":\"no\"}", INVALID "Null attribute value types must have the value of true",
            "\"no\""},
        {"{\"N\":\"\"}", "The parameter cannot be converted to a numeric value: ", "\"\""},
        {"{\"N\":\"b\"}", "The parameter cannot be converted to a numeric value: b", "\"b\""},
        {"{\"NS\":[\"1\",\"b\"]}", "The parameter cannot be converted to a numeric value: b",
            "\"b\""},
        {"{\"N\":\"1e126\"}",
            "Number overflow. Attempting to store a number with magnitude larger than supported "
            "range",
            "\"1e126\""},
        {"{\"SS\":[]}", INVALID "An string set  may not be empty", "[]"},
        {"{\"NS\":[]}", INVALID "An number set  may not be empty", "[]"},
        {"{\"BS\":[]}", INVALID "Binary sets should not be empty", "[]"},
        {"{\"SS\":[\"a\",\"a\"]}", INVALID "Input collection [\"a\", \"a\"] contains duplicates.",
            "[\"a\",\"a\"]"},
        {"{\"BS\":[\"Yg==\",\"Yg==\"]}",
            INVALID "Input collection [\"Yg==\",\"Yg==\"]of type BS contains duplicates.", NULL},
        {"{\"NS\":[\"1\",\"1.0\"]}", INVALID "Input collection contains duplicates.", NULL},
        {"{\"SS\":[\"a\",null]}", INVALID "An string set may not have a null string as a member",
            "null"},
        {"{\"M\":{\"\":{\"S\":\"a\"}}}", "Empty attribute name", NULL},
        {"{\"L\":[null]}",
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
            "null"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_refuses(TYPED, table[i][0], "ValidationException", table[i][1], table[i][2]);
}

static void attribute_names_are_bounded(void **state)
{
    struct buf text = {0}, out = {0};
    struct err err;
    (void)state;
    for (size_t len = VALUE_NAME_MAX; len <= VALUE_NAME_MAX + 1; len++) {
        buf_clear(&text);
        buf_add(&text, STR("{\""));
        for (size_t i = 0; i < len; i++)
            buf_add_byte(&text, 'n');
        buf_add(&text, STR("\":{\"S\":\"a\"}}"));
        assert_int_equal(read_text(TYPED_ITEM, buf_cstr(&text), &out, &err), len <= VALUE_NAME_MAX);
    }
    assert_string_equal(err.text, "Attribute name is too large, must be less than 65536 bytes");
    buf_fini(&text);
    buf_fini(&out);
}

/* `levels` maps around a leaf, as the value of an attribute or of a whole item. */
static const char *nested(
    struct buf *text, const char *open, const char *leaf, const char *close, unsigned levels)
{
    buf_clear(text);
    for (unsigned i = 0; i < levels; i++)
        buf_add(text, str_from(open));
    buf_add(text, str_from(leaf));
    for (unsigned i = 0; i < levels; i++)
        buf_add(text, str_from(close));
    return buf_cstr(text);
}

static void an_item_has_32_levels_at_most(void **state)
{
    struct buf text = {0}, whole = {0}, out = {0};
    struct err err;
    (void)state;
    for (unsigned levels = 30; levels <= 33; levels++) {
        const char *t = nested(&text, "{\"M\":{\"n\":", "{\"S\":\"leaf\"}", "}}", levels);
        assert_int_equal(read_text(TYPED, t, &out, &err), levels <= 31);
        buf_clear(&whole);
        buf_printf(&whole, "{\"data\":%s}", t);
        assert_int_equal(read_text(TYPED_ITEM, buf_cstr(&whole), &out, &err), levels <= 31);
        t = nested(&text, "{\"L\":[", "{\"S\":\"leaf\"}", "]}", levels);
        assert_int_equal(read_text(TYPED, t, &out, &err), levels <= 31);
        t = nested(&text, "{\"n\":", "1", "}", levels);
        assert_int_equal(read_text(PLAIN, t, &out, &err), levels <= 32);
        assert_int_equal(read_text(ITEM, t, &out, &err), levels <= 32);
    }
    assert_string_equal(err.text, NESTED);
    assert_string_equal(err.name, "ValidationException");
    buf_fini(&text);
    buf_fini(&whole);
    buf_fini(&out);
}

/* ---- base64 ---- */

static void base64_is_read_back_and_nothing_else_is_taken(void **state)
{
    static const char *const bad[] = {"A", "AA", "AAA", "A===", "====", "AA=A", "A=AA",
        "AB==", "AAB=", "AA==AA==", "AA A", "AAA\n", "AA-A", "AA_A", "AA\xc3\xa9"};
    struct rng rng = {31};
    struct buf bytes = {0}, text = {0}, back = {0};
    (void)state;
    for (int i = 0; i < 20000; i++) {
        buf_clear(&text);
        buf_clear(&back);
        random_bytes(&rng, &bytes, 70);
        json_out_base64(&text, buf_str(&bytes));
        assert_int_equal(text.len, (bytes.len + 2) / 3 * 4);
        char *exact = malloc(text.len + 1);
        memcpy(exact, text.len ? text.at : "", text.len);
        assert_true(json_in_base64(&back, (struct str){exact, text.len}));
        assert_true(str_equal(buf_str(&bytes), buf_str(&back)));
        free(exact);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (json_in_base64(&back, str_from(bad[i])))
            fail_msg("%s was taken", bad[i]);
    buf_clear(&back);
    assert_true(json_in_base64(&back, STR("Zm9vYmE=")));
    assert_string_equal(buf_cstr(&back), "fooba");
    buf_fini(&bytes);
    buf_fini(&text);
    buf_fini(&back);
}

/* ---- plain, and which is which ---- */

static void plain_json_keeps_its_types_and_digits(void **state)
{
    (void)state;
    assert_reads(PLAIN, "12345678901234567890123456789012345678",
        "{\"N\":\"12345678901234567890123456789012345678\"}");
    assert_reads(PLAIN, "[1.0,true,false,null,\"\",[],{}]",
        "{\"L\":[{\"N\":\"1\"},{\"BOOL\":true},{\"BOOL\":false},{\"NULL\":true},{\"S\":\"\"},{"
        "\"L\":[]},"
        "{\"M\":{}}]}");
    assert_reads(PLAIN, "{\"S\":\"a\"}", "{\"M\":{\"S\":{\"S\":\"a\"}}}");
    assert_refuses(PLAIN, "[1,1e999]", "ValidationException",
        "Number overflow. Attempting to store a number with magnitude larger than supported range",
        "1e999");
    assert_refuses(PLAIN, "{\"a\":{\"\":1}}", "ValidationException", "Empty attribute name", "1");
}

static void an_item_is_typed_where_every_attribute_looks_so(void **state)
{
    static const struct {
        enum door door;
        const char *text, *typed;
    } table[] = {
        {ITEM, "{}", "{}"},
        {ITEM, "{\"id\":\"a\"}", "{\"id\":{\"S\":\"a\"}}"},
        {ITEM, "{\"id\":{\"S\":\"a\"}}", "{\"id\":{\"S\":\"a\"}}"},
        {ITEM, "{\"id\":{\"S\":\"a\"},\"n\":1}",
            "{\"id\":{\"M\":{\"S\":{\"S\":\"a\"}}},\"n\":{\"N\":\"1\"}}"},
        {ITEM, "{\"id\":{\"s\":\"a\"}}", "{\"id\":{\"M\":{\"s\":{\"S\":\"a\"}}}}"},
        {ITEM, "{\"id\":{}}", "{\"id\":{\"M\":{}}}"},
        {ITEM, "{\"id\":{\"S\":\"a\",\"N\":\"1\"}}",
            "{\"id\":{\"M\":{\"N\":{\"S\":\"1\"},\"S\":{\"S\":\"a\"}}}}"},
        {ITEM, "{\"Item\":{\"id\":{\"S\":\"a\"}}}",
            "{\"Item\":{\"M\":{\"id\":{\"M\":{\"S\":{\"S\":\"a\"}}}}}}"},
        {ITEM_UNWRAPPED, "{\"Item\":{\"id\":{\"S\":\"a\"}}}", "{\"id\":{\"S\":\"a\"}}"},
        {ITEM_UNWRAPPED, "{\"Item\":{\"S\":\"a\"}}", "{\"Item\":{\"S\":\"a\"}}"},
        {ITEM_UNWRAPPED, "{\"Item\":{\"S\":{\"S\":\"a\"}}}", "{\"S\":{\"S\":\"a\"}}"},
        {ITEM_UNWRAPPED, "{\"Item\":{\"M\":{\"S\":\"a\"}}}", "{\"M\":{\"S\":\"a\"}}"},
        {ITEM_UNWRAPPED, "{\"Item\":{\"M\":{\"x\":{\"S\":\"a\"}}}}",
            "{\"Item\":{\"M\":{\"x\":{\"S\":\"a\"}}}}"},
        {ITEM_UNWRAPPED, "{\"Item\":{\"id\":1}}", "{\"Item\":{\"M\":{\"id\":{\"N\":\"1\"}}}}"},
        {ITEM_UNWRAPPED, "{\"Item\":{}}", "{\"Item\":{\"M\":{}}}"},
        {ITEM_UNWRAPPED, "{\"Item\":{\"L\":[{\"S\":\"a\"}]}}",
            "{\"Item\":{\"L\":[{\"S\":\"a\"}]}}"},
        {ITEM_UNWRAPPED, "{\"Item\":{\"L\":{\"S\":\"a\"}}}", "{\"L\":{\"S\":\"a\"}}"},
        {ITEM_UNWRAPPED, "{\"Item\":{\"SS\":[\"a\"]}}", "{\"Item\":{\"SS\":[\"a\"]}}"},
        {ITEM_UNWRAPPED, "{\"Item\":{\"SS\":{\"S\":\"a\"}}}", "{\"SS\":{\"S\":\"a\"}}"},
        {ITEM_UNWRAPPED, "{\"Item\":{\"B\":{\"S\":\"a\"}}}", "{\"B\":{\"S\":\"a\"}}"},
        {ITEM_UNWRAPPED, "{\"Item\":{\"BOOL\":false}}", "{\"Item\":{\"BOOL\":false}}"},
        {ITEM_UNWRAPPED, "{\"Item\":{\"BOOL\":{\"S\":\"a\"}}}", "{\"BOOL\":{\"S\":\"a\"}}"},
        {ITEM_UNWRAPPED, "{\"Item\":{\"NULL\":true}}", "{\"Item\":{\"NULL\":true}}"},
        {ITEM_UNWRAPPED, "{\"Item\":{\"NULL\":{\"S\":\"a\"}}}", "{\"NULL\":{\"S\":\"a\"}}"},
        {ITEM_UNWRAPPED, "{\"Item\":{\"M\":{\"S\":{\"S\":\"a\"}}}}",
            "{\"Item\":{\"M\":{\"S\":{\"S\":\"a\"}}}}"},
        {ITEM_UNWRAPPED, "{\"id\":1}", "{\"id\":{\"N\":\"1\"}}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_reads(table[i].door, table[i].text, table[i].typed);
    assert_refuses(ITEM, "{\"id\":{\"N\":1}}", "SerializationException",
        "NUMBER_VALUE cannot be converted to String", "1");
    assert_refuses(ITEM, "[1]", "", "an item is a JSON object, { … }", "[1]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read),
        cmocka_unit_test(an_attribute_value_has_exactly_one_type),
        cmocka_unit_test(a_wrong_json_type_is_a_serialization_exception),
        cmocka_unit_test(what_the_service_refuses_is_refused_in_its_words),
        cmocka_unit_test(attribute_names_are_bounded),
        cmocka_unit_test(an_item_has_32_levels_at_most),
        cmocka_unit_test(base64_is_read_back_and_nothing_else_is_taken),
        cmocka_unit_test(plain_json_keeps_its_types_and_digits),
        cmocka_unit_test(an_item_is_typed_where_every_attribute_looks_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
