/* SPDX-License-Identifier: MIT */
/*
 * The JSON reader against jansson, on generated and mutated texts: both must accept the same ones
 * and find the same contents. Known differences are stated where they are let through.
 */
#include "tests/test.h"

/* jansson's enumerators have the names of ours */
#define JSON_OBJECT JANSSON_OBJECT
#define JSON_ARRAY JANSSON_ARRAY
#define JSON_STRING JANSSON_STRING
#define JSON_TRUE JANSSON_TRUE
#define JSON_FALSE JANSSON_FALSE
#define JSON_NULL JANSSON_NULL
#include <jansson.h>

static char kind_of(const json_t *json)
{
    static const char kinds[] = {[JSON_OBJECT] = '{',
        [JSON_ARRAY] = '[',
        [JSON_STRING] = '"',
        [JSON_TRUE] = 't',
        [JSON_FALSE] = 'f',
        [JSON_NULL] = 'n',
        [JSON_INTEGER] = '1',
        [JSON_REAL] = '.'};
    return kinds[json_typeof(json)];
}
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef JSON_STRING
#undef JSON_TRUE
#undef JSON_FALSE
#undef JSON_NULL

#include "backend/json.h"
#include "tests/unit/backend/random_value.h"

enum { ROUNDS = 20000 };

/* ---- generated texts ---- */

static void random_blank(struct rng *r, struct buf *out)
{
    static const char blanks[] = " \t\n\r";
    if (rng_below(r, 8) == 0)
        for (unsigned i = rng_below(r, 4); i > 0; i--)
            buf_add_byte(out, blanks[rng_below(r, 4)]);
}

static void random_json_char(struct rng *r, struct buf *out)
{
    static const char *const escapes[] = {"\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t",
        "\\u0041", "\\u00e9", "\\u20AC", "\\ud83d\\ude00", "\\u0000", "\\uFFFF", "\\udbff\\udfff",
        "\\ud800\\udc00"};
    uint32_t point = random_point(r);
    if (rng_below(r, 6) == 0)
        buf_add(out, str_from(escapes[rng_below(r, sizeof escapes / sizeof *escapes)]));
    else if (point >= 0x20 && point != '"' && point != '\\')
        utf8_add(out, point);
}

static void random_json_string(struct rng *r, struct buf *out)
{
    buf_add_byte(out, '"');
    for (unsigned i = rng_below(r, rng_below(r, 4) ? 6 : 40); i > 0; i--)
        random_json_char(r, out);
    buf_add_byte(out, '"');
}

static void random_json_number(struct rng *r, struct buf *out)
{
    static const char *const some[] = {"0", "-0", "1", "-17", "3.25", "0.001", "1e5", "-2E-3",
        "12e+2", "123456789012", "0.1e1", "9223372036854775807"};
    buf_add(out, str_from(some[rng_below(r, sizeof some / sizeof *some)]));
}

static void random_json(struct rng *r, struct buf *out, unsigned depth);

static void random_json_container(struct rng *r, struct buf *out, unsigned depth, bool object)
{
    unsigned count = rng_below(r, 40) ? rng_below(r, 5) : 20 + rng_below(r, 10);
    buf_add_byte(out, object ? '{' : '[');
    random_blank(r, out);
    for (unsigned i = 0; i < count; i++) {
        if (i)
            buf_add_byte(out, ',');
        random_blank(r, out);
        if (object && rng_below(r, 2)) {
            buf_printf(out, "\"k%u\"", rng_below(r, 30) ? i : i / 2); /* repeats now and then */
        } else if (object) {
            random_json_string(r, out);
        }
        random_blank(r, out);
        if (object)
            buf_add_byte(out, ':');
        random_json(r, out, depth);
    }
    buf_add_byte(out, object ? '}' : ']');
}

static void random_json(struct rng *r, struct buf *out, unsigned depth)
{
    static const char *const words[] = {"null", "true", "false"};
    unsigned kind = rng_below(r, depth ? 6 : 3);
    random_blank(r, out);
    if (kind == 0)
        buf_add(out, str_from(words[rng_below(r, 3)]));
    else if (kind == 1)
        random_json_number(r, out);
    else if (kind == 2)
        random_json_string(r, out);
    else
        random_json_container(r, out, depth - 1, kind != 3);
    random_blank(r, out);
}

/* Damage that stays close to JSON. */
static void mutate(struct rng *r, struct buf *text)
{
    static const char alphabet[] = "{}[]\",:\\ \n0123456789-+.eEtrufalsn/\x01\x7f\x80\xc3\xff";
    if (text->len == 0)
        return;
    size_t at = rng_below(r, (unsigned)text->len);
    switch (rng_below(r, 4)) {
    case 0:
        text->at[at] = alphabet[rng_below(r, sizeof alphabet - 1)];
        break;
    case 1:
        memmove(text->at + at, text->at + at + 1, text->len - at - 1);
        text->len--;
        break;
    case 2:
        buf_insert_gap(text, at, 1);
        text->at[at] = alphabet[rng_below(r, sizeof alphabet - 1)];
        break;
    default:
        text->len = at;
    }
}

/* ---- comparing trees ---- */

static bool has_nul_in_a_name(const struct json *json)
{
    bool has = json->name.len && memchr(json->name.at, '\0', json->name.len);
    for (const struct json *m = json->first; m; m = m->next)
        has |= has_nul_in_a_name(m);
    return has;
}

static void assert_same(const struct json *ours, json_t *theirs, struct str text);

static void assert_same_members(const struct json *ours, json_t *theirs, struct str text)
{
    size_t index = 0;
    for (const struct json *m = ours->first; m; m = m->next, index++) {
        char name[1024];
        assert_true(m->name.len < sizeof name);
        memcpy(name, m->name.len ? m->name.at : "", m->name.len);
        name[m->name.len] = '\0';
        json_t *other = ours->type == JSON_OBJECT ? json_object_get(theirs, name)
                                                  : json_array_get(theirs, index);
        assert_non_null(other);
        assert_same(m, other, text);
    }
    assert_int_equal(ours->count, index);
    assert_int_equal(
        index, kind_of(theirs) == '{' ? json_object_size(theirs) : json_array_size(theirs));
}

static void assert_same_number(const struct json *ours, json_t *theirs)
{
    char number[256];
    snprintf(number, sizeof number, "%.*s", STR_ARG(ours->text));
    if (kind_of(theirs) == '1')
        assert_true(strtoll(number, NULL, 10) == json_integer_value(theirs));
    else
        assert_true(strtod(number, NULL) == json_real_value(theirs));
}

static const char kinds[] = {[JSON_NULL] = 'n',
    [JSON_FALSE] = 'f',
    [JSON_TRUE] = 't',
    [JSON_STRING] = '"',
    [JSON_ARRAY] = '[',
    [JSON_OBJECT] = '{'};

/* A value's place must hold exactly its own text. */
static void assert_place(const struct json *json, struct str text)
{
    struct str place = str_take(str_skip(text, json->at), json->len);
    assert_int_equal(place.len, json->len);
    if (json->type == JSON_NUMBER) {
        assert_true(str_equal(json->text, place));
        return;
    }
    static const char lasts[] = {'l', 'e', 'e', 0, '"', ']', '}'};
    assert_int_equal(place.at[0], kinds[json->type]);
    assert_int_equal(place.at[place.len - 1], lasts[json->type]);
}

static void assert_same(const struct json *ours, json_t *theirs, struct str text)
{
    assert_place(ours, text);
    if (ours->type == JSON_NUMBER) {
        assert_true(kind_of(theirs) == '1' || kind_of(theirs) == '.');
        assert_same_number(ours, theirs);
        return;
    }
    assert_int_equal(kind_of(theirs), kinds[ours->type]);
    if (ours->type == JSON_STRING)
        assert_true(str_equal(
            ours->text, (struct str){json_string_value(theirs), json_string_length(theirs)}));
    else if (ours->type > JSON_STRING)
        assert_same_members(ours, theirs, text);
}

static json_t *reference(struct str text, json_error_t *error)
{
    return json_loadb(
        text.at, text.len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, error);
}

/* True where both accepted. `text` is copied to its exact size, so that a sanitizer sees one byte
 * too many. */
static bool compare_with_jansson(struct str given)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    json_error_t error;
    char *exact = malloc(given.len + 1);
    memcpy(exact, given.at ? given.at : "", given.len);
    struct str text = {exact, given.len};
    const struct json *ours = json_parse(&arena, text, &err);
    json_t *theirs = reference(text, &error);
    bool known = theirs == NULL && (json_error_code(&error) == json_error_numeric_overflow ||
                                       (ours && has_nul_in_a_name(ours)));
    if (!known && (ours != NULL) != (theirs != NULL))
        fail_msg("%.*s\nours: %s\njansson: %s", STR_ARG(text), ours ? "accepted" : err.text,
            theirs ? "accepted" : error.text);
    if (ours && theirs)
        assert_same(ours, theirs, text);
    if (!ours) {
        assert_int_equal(err.code, ERR_DATA);
        assert_true(err.at <= text.len && err.len <= text.len - err.at);
        assert_true(utf8_valid(str_from(err.text)));
    }
    bool both = ours && theirs;
    json_decref(theirs);
    arena_fini(&arena);
    free(exact);
    return both;
}

static void generated_texts_are_read_as_jansson_reads_them(void **state)
{
    struct rng rng = {21};
    struct buf text = {0};
    int accepted = 0;
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        buf_clear(&text);
        random_json(&rng, &text, rng_below(&rng, 6));
        accepted += compare_with_jansson(buf_str(&text));
    }
    assert_in_range(accepted, ROUNDS * 8 / 10, ROUNDS - 1);
    buf_fini(&text);
}

static void mutated_texts_are_judged_as_jansson_judges_them(void **state)
{
    struct rng rng = {22};
    struct buf text = {0};
    int accepted = 0;
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        buf_clear(&text);
        random_json(&rng, &text, rng_below(&rng, 5));
        for (unsigned k = 1 + rng_below(&rng, 3); k > 0; k--)
            mutate(&rng, &text);
        accepted += compare_with_jansson(buf_str(&text));
    }
    assert_in_range(accepted, ROUNDS / 20, ROUNDS * 8 / 10);
    buf_fini(&text);
}

static void every_start_of_a_text_is_judged_as_jansson_judges_it(void **state)
{
    static const char text[] =
        "{\"a\\u00e9\":[1,-2.5e+7,true,false,null,\"\\ud83d\\ude00\xe2\x82\xac\"],"
        "\"b\":{},\"c\":[[],{\"x\":\"\"}]} ";
    (void)state;
    for (size_t len = 0; len < sizeof text; len++)
        compare_with_jansson((struct str){text, len});
    assert_true(compare_with_jansson((struct str){text, sizeof text - 1}));
}

/* ---- single rules ---- */

static const struct json *parse(struct arena *arena, const char *text, struct err *err)
{
    *err = ERR_INIT;
    return json_parse(arena, str_from(text), err);
}

static void errors_say_line_column_and_what_was_expected(void **state)
{
    static const char *const table[][2] = {
        {"", "line 1, column 1: expected a value, but the text ends here"},
        {"{\n  \"a\": 1\n  \"b\": 2\n}", "line 3, column 3: expected ',' or '}', found '\"'"},
        {"[1, 2", "line 1, column 6: expected ',' or ']', but the text ends here"},
        {"[1,]", "line 1, column 4: expected a value, found ']'"},
        {"{\"a\":1,}", "line 1, column 8: expected a name in double quotes, found '}'"},
        {"{'a':1}", "line 1, column 2: expected a name in double quotes, found '''"},
        {"{\"a\" 1}", "line 1, column 6: expected ':', found '1'"},
        {"1 2", "line 1, column 3: expected nothing more after the value, found '2'"},
        {"\"\xc3\xa9\xc3\xa9\" x",
            "line 1, column 6: expected nothing more after the value, found 'x'"},
        {"\"abc", "line 1, column 5: the string has no closing '\"'"},
        {"\"a\nb\"",
            "line 1, column 3: a control character in a string must be written as \\u00XX"},
        {"\"\\x\"", "line 1, column 2: an unknown escape after '\\'"},
        {"\"\\u12g4\"", "line 1, column 2: \\u needs four hexadecimal digits"},
        {"\"\\ud800\"", "line 1, column 2: half of a surrogate pair stands alone"},
        {"\"\\ud800\\u0041\"", "line 1, column 2: half of a surrogate pair stands alone"},
        {"\"\xff\"", "line 1, column 2: the text is not valid UTF-8"},
        {"-", "line 1, column 2: expected a digit, but the text ends here"},
        {"1.", "line 1, column 3: expected a digit, but the text ends here"},
        {"1ex", "line 1, column 3: expected a digit, found 'x'"},
        {"nul", "line 1, column 1: expected a value, found 'n'"},
        {"\x7f", "line 1, column 1: expected a value, found byte 0x7f"},
        {"~", "line 1, column 1: expected a value, found '~'"},
        {"\x01", "line 1, column 1: expected a value, found byte 0x01"},
        {"{\"a\":1,\n\"a\":2}", "line 2, column 5: the name \"a\" comes twice in one object"},
    };
    struct arena arena = {0};
    struct err err;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_null(parse(&arena, table[i][0], &err));
        assert_int_equal(err.code, ERR_DATA);
        assert_string_equal(err.text, table[i][1]);
    }
    arena_fini(&arena);
}

static void depth_is_bounded(void **state)
{
    struct arena arena = {0};
    struct buf text = {0};
    struct err err;
    (void)state;
    for (int depth = JSON_DEPTH_MAX - 1; depth <= JSON_DEPTH_MAX + 1; depth++) {
        buf_clear(&text);
        for (int i = 0; i < depth; i++)
            buf_add_byte(&text, '[');
        for (int i = 0; i < depth; i++)
            buf_add_byte(&text, ']');
        assert_int_equal(parse(&arena, buf_cstr(&text), &err) != NULL, depth <= JSON_DEPTH_MAX);
    }
    buf_clear(&text);
    for (int i = 0; i < 1000000; i++)
        buf_add(&text, STR("{\"a\":["));
    assert_null(parse(&arena, buf_cstr(&text), &err));
    assert_non_null(strstr(err.text, "nested too deeply"));
    buf_fini(&text);
    arena_fini(&arena);
}

static bool parses_with_names(unsigned count, bool repeat, bool backwards)
{
    struct arena arena = {0};
    struct buf text = {0};
    struct err err;
    buf_add_byte(&text, '{');
    for (unsigned i = 0; i < count; i++)
        buf_printf(&text, "%s\"n%06u\":0", i ? "," : "", backwards ? count - i : i);
    if (repeat)
        buf_add(&text, STR(",\"\\u006e000001\":1")); /* the same name, written in another way */
    buf_add_byte(&text, '}');
    bool good = parse(&arena, buf_cstr(&text), &err) != NULL;
    if (!good)
        assert_non_null(strstr(err.text, "the name \"n000001\" comes twice"));
    buf_fini(&text);
    arena_fini(&arena);
    return good;
}

static void a_repeated_name_is_found_in_objects_of_any_size(void **state)
{
    static const unsigned counts[] = {2, 3, 15, 16, 17, 100, 50000};
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (int backwards = 0; backwards < 2; backwards++) {
            assert_true(parses_with_names(counts[i], false, backwards));
            assert_false(parses_with_names(counts[i], true, backwards));
        }
}

static void numbers_keep_every_digit(void **state)
{
    struct arena arena = {0};
    struct err err;
    (void)state;
    const char *text = "[12345678901234567890123456789012345678.000, -1E+125]";
    const struct json *list = parse(&arena, text, &err);
    assert_true(str_equal(list->first->text, STR("12345678901234567890123456789012345678.000")));
    assert_true(str_equal(list->first->next->text, STR("-1E+125")));
    arena_fini(&arena);
}

static void strings_without_escapes_borrow_from_the_text(void **state)
{
    struct arena arena = {0};
    struct err err;
    (void)state;
    const char *text = "{\"name\":\"value\",\"e\":\"\\u0065\\u0000\"}";
    const struct json *object = parse(&arena, text, &err);
    assert_ptr_equal(object->first->name.at, text + 2);
    assert_ptr_equal(json_get(object, STR("name"))->text.at, text + 9);
    assert_true(str_equal(json_get(object, STR("e"))->text, (struct str){"e\0", 2}));
    assert_null(json_get(object, STR("nam")));
    assert_null(json_get(NULL, STR("a")));
    assert_null(json_get(object->first, STR("a")));
    assert_false(json_is(NULL, JSON_NULL));
    arena_fini(&arena);
}

static void integers_are_read_in_every_spelling(void **state)
{
    static const struct {
        const char *text;
        bool good;
        int64_t value;
    } table[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"17", true, 17},
        {"1e3", true, 1000},
        {"1.0", true, 1},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"1.5", false, 0},
        {"1e400", false, 0},
        {"\"1\"", false, 0},
        {"true", false, 0},
    };
    struct arena arena = {0};
    struct err err;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t value = 0;
        bool good = json_to_i64(parse(&arena, table[i].text, &err), &value);
        assert_int_equal(good, table[i].good);
        assert_true(value == table[i].value);
    }
    arena_fini(&arena);
}

static void a_stream_gives_one_value_after_the_other(void **state)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    struct buf seen = {0};
    struct str text = STR(" {\"a\":1}\n[2]{}\"x\"\"y\" 3\n\n4 null\t");
    const struct json *json;
    (void)state;
    while ((json = json_parse_next(&arena, &text, &err)) != NULL) {
        json_put(&seen, json);
        buf_add_byte(&seen, ';');
    }
    assert_int_equal(err.code, ERR_NONE);
    assert_int_equal(text.len, 0);
    assert_string_equal(buf_cstr(&seen), "{\"a\":1};[2];{};\"x\";\"y\";3;4;null;");
    static const char *const bad[] = {"nulltrue", "12true", "1-2", "}", "{} ]", "[1] ,[2]"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        text = str_from(bad[i]);
        err = ERR_INIT;
        while (json_parse_next(&arena, &text, &err))
            ;
        assert_int_equal(err.code, ERR_DATA);
    }
    buf_fini(&seen);
    arena_fini(&arena);
}

/* ---- writing ---- */

static void written_trees_come_back_the_same(void **state)
{
    struct rng rng = {23};
    struct buf text = {0}, once = {0}, twice = {0};
    struct arena arena = {0};
    struct err err;
    (void)state;
    for (int i = 0; i < ROUNDS / 4; i++) {
        buf_clear(&text);
        buf_clear(&once);
        buf_clear(&twice);
        arena_reset(&arena);
        random_json(&rng, &text, 4);
        const struct json *json = json_parse(&arena, buf_str(&text), &err);
        if (json == NULL)
            continue;
        json_put(&once, json);
        json_t *original = reference(buf_str(&text), &(json_error_t){0});
        json_t *copy = reference(buf_str(&once), &(json_error_t){0});
        assert_true((original == NULL && has_nul_in_a_name(json)) || json_equal(original, copy));
        json_put(&twice, json_parse(&arena, buf_str(&once), &err));
        assert_true(str_equal(buf_str(&once), buf_str(&twice)));
        json_decref(original);
        json_decref(copy);
    }
    buf_fini(&text);
    buf_fini(&once);
    buf_fini(&twice);
    arena_fini(&arena);
}

static void any_bytes_become_a_json_string_without_control_codes(void **state)
{
    struct rng rng = {24};
    struct buf bytes = {0}, out = {0};
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        buf_clear(&out);
        if (rng_below(&rng, 2))
            random_bytes(&rng, &bytes, 40);
        else
            random_text(&rng, &bytes, 40);
        json_put_string(&out, buf_str(&bytes));
        json_t *back = reference(buf_str(&out), &(json_error_t){0});
        assert_non_null(back);
        struct str got = {json_string_value(back), json_string_length(back)};
        if (utf8_valid(buf_str(&bytes)))
            assert_true(str_equal(got, buf_str(&bytes)));
        struct str rest = buf_str(&out);
        for (uint32_t point; rest.len;)
            assert_true(
                utf8_next(&rest, &point) && point >= 0x20 && !(point >= 0x7f && point < 0xa0));
        json_decref(back);
    }
    buf_fini(&bytes);
    buf_fini(&out);
}

static void strings_are_escaped_as_little_as_may_be(void **state)
{
    struct buf out = {0};
    (void)state;
    json_put_string(&out, STR("a/\xc3\xa9\xf0\x9f\x98\x80\"\\\b\f\n\r\t\x01\x1b\x7f\xc2\x9b\xff."));
    assert_string_equal(buf_cstr(&out), "\"a/"
                                        "\xc3\xa9\xf0\x9f\x98\x80\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u0"
                                        "01b\\u007f\\u009b\xef\xbf\xbd.\"");
    buf_fini(&out);
}

/* Six times as long as it came: the room for it must be asked for again and again. */
static void a_string_of_control_characters_finds_its_room(void **state)
{
    (void)state;
    for (size_t len = 1; len < 300; len++) {
        struct buf out = {0};
        char text[300] = {0};
        json_put_string(&out, (struct str){text, len});
        assert_int_equal(out.len, 6 * len + 2);
        assert_true(out.len <= out.cap);
        buf_fini(&out);
    }
}

static void commas_come_where_one_is_needed(void **state)
{
    struct buf out = {0};
    (void)state;
    buf_add_byte(&out, '{');
    json_put_name(&out, STR("a"));
    buf_add_byte(&out, '[');
    json_put_comma(&out);
    buf_add_byte(&out, '1');
    json_put_comma(&out);
    buf_add_byte(&out, '2');
    buf_add_byte(&out, ']');
    json_put_name(&out, STR("b"));
    json_put_comma(&out);
    buf_add(&out, STR("{}"));
    json_put_name(&out, STR("{"));
    buf_add(&out, STR("\"\"}"));
    assert_string_equal(buf_cstr(&out), "{\"a\":[1,2],\"b\":{},\"{\":\"\"}");
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generated_texts_are_read_as_jansson_reads_them),
        cmocka_unit_test(mutated_texts_are_judged_as_jansson_judges_them),
        cmocka_unit_test(every_start_of_a_text_is_judged_as_jansson_judges_it),
        cmocka_unit_test(errors_say_line_column_and_what_was_expected),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(a_repeated_name_is_found_in_objects_of_any_size),
        cmocka_unit_test(numbers_keep_every_digit),
        cmocka_unit_test(strings_without_escapes_borrow_from_the_text),
        cmocka_unit_test(integers_are_read_in_every_spelling),
        cmocka_unit_test(a_stream_gives_one_value_after_the_other),
        cmocka_unit_test(written_trees_come_back_the_same),
        cmocka_unit_test(any_bytes_become_a_json_string_without_control_codes),
        cmocka_unit_test(strings_are_escaped_as_little_as_may_be),
        cmocka_unit_test(a_string_of_control_characters_finds_its_room),
        cmocka_unit_test(commas_come_where_one_is_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
