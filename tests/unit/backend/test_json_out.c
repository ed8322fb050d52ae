/* SPDX-License-Identifier: MIT */
/* Values into JSON, and the way back: every item survives the line that shows it. */
#include "backend/json_in.h"
#include "backend/json_out.h"
#include "tests/test.h"
#include "tests/unit/backend/random_value.h"

enum { ROUNDS = 20000 };

/* A typed item's bytes. */
static struct value item_of(struct buf *bytes, const char *typed)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    buf_clear(bytes);
    const struct json *json = json_parse(&arena, str_from(typed), &err);
    if (json == NULL || !json_in_typed_item(bytes, json, &err))
        fail_msg("%s: %s", typed, err.text);
    arena_fini(&arena);
    return value_of(buf_str(bytes));
}

static void assert_back(struct str text, bool unwrap, struct value item)
{
    struct arena arena = {0};
    struct buf back = {0};
    struct err err = ERR_INIT;
    const struct json *json = json_parse(&arena, text, &err);
    if (json == NULL || !json_in_item(&back, json, unwrap, &err))
        fail_msg("%.*s: %s", STR_ARG(text), err.text);
    if (!str_equal(buf_str(&back), item.encoded))
        fail_msg("%.*s comes back as another item", STR_ARG(text));
    buf_fini(&back);
    arena_fini(&arena);
}

static void every_item_comes_back_from_its_line(void **state)
{
    struct rng rng = {41};
    struct buf bytes = {0}, line = {0};
    unsigned plain = 0, looks = 0;
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        buf_clear(&bytes);
        random_item(&rng, &bytes);
        struct value item = value_of(buf_str(&bytes));
        for (int typed = 0; typed < 2; typed++) {
            buf_clear(&line);
            assert_true(json_out_line(&line, item, typed));
            assert_ptr_equal(memchr(line.at, '\n', line.len), line.at + line.len - 1);
            assert_back(buf_str(&line), false, item);
            assert_back(buf_str(&line), true, item);
        }
        plain += json_out_is_plain(item);
        looks += line.len > 2 && !json_out_is_plain(item);
    }
    assert_in_range(plain, ROUNDS / 20, ROUNDS);
    assert_in_range(looks, ROUNDS / 20, ROUNDS);
    buf_fini(&bytes);
    buf_fini(&line);
}

static void every_item_comes_back_from_the_editor(void **state)
{
    struct rng rng = {42};
    struct buf bytes = {0}, text = {0};
    (void)state;
    for (int i = 0; i < ROUNDS / 4; i++) {
        buf_clear(&bytes);
        buf_clear(&text);
        random_item(&rng, &bytes);
        struct value item = value_of(buf_str(&bytes));
        assert_true(json_out_pretty(&text, item, !json_out_is_plain(item)));
        assert_back(buf_str(&text), false, item);
    }
    buf_fini(&bytes);
    buf_fini(&text);
}

static void every_value_comes_back_from_its_typed_form(void **state)
{
    struct rng rng = {43};
    struct buf bytes = {0}, text = {0}, back = {0};
    struct arena arena = {0};
    struct err err;
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        buf_clear(&bytes);
        buf_clear(&text);
        buf_clear(&back);
        arena_reset(&arena);
        random_value(&rng, &bytes, 4);
        if (i % 4)
            assert_true(json_out_typed(&text, value_of(buf_str(&bytes))));
        else
            assert_true(json_out_pretty_value(&text, value_of(buf_str(&bytes)), true));
        const struct json *json = json_parse(&arena, buf_str(&text), &err);
        assert_true(json && json_in_typed(&back, json, &err));
        assert_true(str_equal(buf_str(&bytes), buf_str(&back)));
    }
    buf_fini(&bytes);
    buf_fini(&text);
    buf_fini(&back);
    arena_fini(&arena);
}

static void items_that_plain_json_would_change_are_written_typed(void **state)
{
    static const struct {
        const char *typed;
        const char *line;
    } table[] = {
        {"{}", "{}\n"},
        {"{\"id\":{\"S\":\"a\"},\"n\":{\"N\":\"1e2\"}}", "{\"id\":\"a\",\"n\":100}\n"},
        {"{\"l\":{\"L\":[{\"BOOL\":true},{\"NULL\":true},{\"M\":{\"S\":{\"S\":\"x\"}}}]}}",
            "{\"l\":[true,null,{\"S\":\"x\"}]}\n"},
        {"{\"a\":{\"M\":{\"S\":{\"S\":\"x\"}}}}", NULL},
        {"{\"a\":{\"M\":{\"S\":{\"S\":\"x\"}}},\"b\":{\"S\":\"y\"}}",
            "{\"a\":{\"S\":\"x\"},\"b\":\"y\"}\n"},
        {"{\"a\":{\"SS\":[\"x\"]}}", NULL},
        {"{\"a\":{\"L\":[{\"NS\":[\"1\"]}]}}", NULL},
        {"{\"a\":{\"B\":\"AA==\"}}", NULL},
        {"{\"a\":{\"M\":{\"x\":{\"BS\":[\"AA==\"]}}}}", NULL},
        {"{\"Item\":{\"M\":{\"a\":{\"M\":{\"S\":{\"S\":\"x\"}}}}}}", NULL},
        {"{\"Item\":{\"M\":{\"a\":{\"S\":\"x\"}}}}", "{\"Item\":{\"a\":\"x\"}}\n"},
        {"{\"Item\":{\"M\":{}}}", "{\"Item\":{}}\n"},
    };
    struct buf bytes = {0}, line = {0};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct value item = item_of(&bytes, table[i].typed);
        buf_clear(&line);
        assert_true(json_out_line(&line, item, false));
        assert_int_equal(json_out_is_plain(item), table[i].line != NULL);
        if (table[i].line == NULL)
            line.len--; /* the line feed */
        assert_string_equal(buf_cstr(&line), table[i].line ? table[i].line : table[i].typed);
    }
    buf_fini(&bytes);
    buf_fini(&line);
}

static void editors_get_short_arrays_on_one_line(void **state)
{
    struct buf bytes = {0}, text = {0};
    (void)state;
    struct value item = item_of(&bytes, "{\"id\":{\"S\":\"a\"},\"l\":{\"L\":[{\"N\":\"1\"},{\"N\":"
                                        "\"2\"}]},\"e\":{\"L\":[]},\"m\":{\"M\":{}},"
                                        "\"o\":{\"M\":{\"x\":{\"L\":[{\"M\":{\"y\":{\"NULL\":true}}"
                                        "}]}}},\"s\":{\"SS\":[\"a\",\"b\"]}}");
    json_out_pretty(&text, item, false);
    assert_string_equal(buf_cstr(&text),
        "{\n  \"e\": [],\n  \"id\": \"a\",\n  \"l\": [1, 2],\n  \"m\": {},\n  \"o\": {\n    \"x\": "
        "[\n"
        "      {\n        \"y\": null\n      }\n    ]\n  },\n  \"s\": [\"a\", \"b\"]\n}");
    buf_clear(&text);
    json_out_pretty(&text, item, true);
    assert_string_equal(buf_cstr(&text), "{\n  \"e\": {\"L\": []},\n  \"id\": {\"S\": \"a\"},\n  "
                                         "\"l\": {\"L\": [{\"N\": \"1\"}, {\"N\": "
                                         "\"2\"}]},\n  \"m\": {\"M\": {}},\n  \"o\": {\"M\": {\n   "
                                         " \"x\": {\"L\": [\n      {\"M\": {\n"
                                         "        \"y\": {\"NULL\": true}\n      }}\n    ]}\n  "
                                         "}},\n  \"s\": {\"SS\": [\"a\", \"b\"]}\n}");
    buf_fini(&bytes);
    buf_fini(&text);
}

static void a_long_array_takes_a_line_for_each_member(void **state)
{
    static const enum value_type types[] = {VALUE_L, VALUE_SS};
    struct buf bytes = {0}, text = {0}, expected = {0};
    struct err err;
    (void)state;
    for (int form = 0; form < 2; form++) {
        buf_clear(&bytes);
        buf_clear(&text);
        buf_clear(&expected);
        buf_add_byte(&expected, '[');
        struct value_open array = value_open(&bytes, types[form]);
        for (int i = 10; i < 50; i++) {
            char member[] = {'m', (char)('0' + i / 10), (char)('0' + i % 10), '\0'};
            buf_printf(&expected, "%s\n  \"%s\"", i > 10 ? "," : "", member);
            if (form) {
                value_set_add(&array, &bytes, str_from(member));
            } else {
                value_member(&array, &bytes, STR_NONE);
                value_put_string(&bytes, str_from(member));
            }
        }
        buf_add(&expected, STR("\n]"));
        assert_true(value_close(&array, &bytes, &err));
        json_out_pretty(&text, value_of(buf_str(&bytes)), false);
        assert_string_equal(buf_cstr(&text), buf_cstr(&expected));
    }
    buf_fini(&bytes);
    buf_fini(&text);
    buf_fini(&expected);
}

/* Whatever the bytes: the text is JSON, and the answer says whether it is all. */
static void damaged_bytes_still_give_json(void **state)
{
    struct rng rng = {44};
    struct buf bytes = {0}, text = {0};
    struct arena arena = {0};
    struct err err;
    unsigned sound = 0;
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        buf_clear(&bytes);
        random_item(&rng, &bytes);
        for (unsigned k = rng_below(&rng, 3); k > 0; k--)
            bytes.at[rng_below(&rng, (unsigned)bytes.len)] ^= (char)(1 << rng_below(&rng, 8));
        char *exact = malloc(bytes.len);
        memcpy(exact, bytes.at, bytes.len);
        struct str encoded = {exact, bytes.len};
        bool good = value_check(encoded, &err);
        for (int form = 0; form < 4; form++) {
            struct value v = value_of(encoded);
            buf_clear(&text);
            bool whole = form == 0   ? json_out_typed(&text, v)
                         : form == 1 ? json_out_plain(&text, v)
                         : form == 2 ? json_out_pretty(&text, v, true)
                                     : json_out_line(&text, v, false);
            assert_true(whole || !good || (form == 3 && v.type != VALUE_M));
            arena_reset(&arena);
            const char *twice = "comes twice"; /* damage can repeat a name */
            if (json_parse(&arena, buf_str(&text), &err) == NULL && !strstr(err.text, twice))
                fail_msg("%.*s: %s", STR_ARG(buf_str(&text)), err.text);
        }
        sound += good;
        free(exact);
    }
    assert_in_range(sound, ROUNDS / 4, ROUNDS * 9 / 10);
    arena_fini(&arena);
    buf_fini(&bytes);
    buf_fini(&text);
}

/* {"a": a list of `levels` levels around a null}, written from the inside. */
static void put_nested(struct buf *out, unsigned levels)
{
    struct buf inner = {0};
    struct err err;
    value_put_null(&inner);
    for (unsigned i = 0; i < levels; i++) {
        struct buf outer = {0};
        buf_add_byte(&outer, VALUE_L);
        value_put_varint(&outer, inner.len + 1);
        value_put_varint(&outer, 1);
        buf_add(&outer, buf_str(&inner));
        buf_fini(&inner);
        inner = outer;
    }
    buf_clear(out);
    struct value_open item = value_open(out, VALUE_M);
    value_member(&item, out, STR("a"));
    buf_add(out, buf_str(&inner));
    assert_true(value_close(&item, out, &err));
    buf_fini(&inner);
}

static void an_item_of_all_levels_is_whole(void **state)
{
    struct buf bytes = {0}, text = {0};
    (void)state;
    put_nested(&bytes, VALUE_DEPTH_MAX - 1);
    struct value item = value_of(buf_str(&bytes));
    assert_true(json_out_is_plain(item));
    for (int typed = 0; typed < 2; typed++) {
        buf_clear(&text);
        assert_true(json_out_line(&text, item, typed));
        assert_back(buf_str(&text), true, item);
    }
    assert_true(json_out_pretty(&text, item, true));
    buf_fini(&bytes);
    buf_fini(&text);
}

static void bytes_nested_without_end_are_cut(void **state)
{
    struct buf bytes = {0}, text = {0};
    (void)state;
    put_nested(&bytes, 5000);
    struct value item = value_of(buf_str(&bytes));
    assert_false(json_out_typed(&text, item));
    assert_false(json_out_is_plain(item));
    assert_true(text.len < 1000);
    buf_fini(&bytes);
    buf_fini(&text);
}

static void what_is_damaged_is_null_and_the_answer_says_so(void **state)
{
    static const struct {
        struct str bytes;
        const char *text;
    } table[] = {
        {{"", 0}, "null"},
        {{"\x05\x01\xc1", 3}, "{\"N\":null}"},
        {{"\x07\x04\x01\x05\x01\xc1", 6}, "{\"L\":[{\"N\":null}]}"},
        {{"\x07\x03\x01\x01\x63", 5}, "{\"L\":[{\"NULL\":true}]}"},
        {{"\x0a\x06\x02\x01\xc1\x02\xc1\x02", 8}, "{\"NS\":[null,\"1\"]}"},
        {{"\x09\x04\x01\x01\x61\x05", 6}, "{\"SS\":[\"a\"]}"},
        {{"\x08\x06\x01\x01\x61\x01\x01\x62", 8}, "{\"M\":{\"a\":{\"NULL\":true}}}"},
        {{"\x08\x06\x01\x01\x61\x05\x01\xc1", 8}, "{\"M\":{\"a\":{\"N\":null}}}"},
    };
    struct buf text = {0};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        buf_clear(&text);
        assert_false(json_out_typed(&text, value_of(table[i].bytes)));
        assert_string_equal(buf_cstr(&text), table[i].text);
    }
    buf_clear(&text);
    assert_false(json_out_typed_item(&text, value_of(STR("\x01"))));
    assert_string_equal(buf_cstr(&text), "{}");
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_item_comes_back_from_its_line),
        cmocka_unit_test(every_item_comes_back_from_the_editor),
        cmocka_unit_test(every_value_comes_back_from_its_typed_form),
        cmocka_unit_test(items_that_plain_json_would_change_are_written_typed),
        cmocka_unit_test(editors_get_short_arrays_on_one_line),
        cmocka_unit_test(a_long_array_takes_a_line_for_each_member),
        cmocka_unit_test(damaged_bytes_still_give_json),
        cmocka_unit_test(an_item_of_all_levels_is_whole),
        cmocka_unit_test(what_is_damaged_is_null_and_the_answer_says_so),
        cmocka_unit_test(bytes_nested_without_end_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
