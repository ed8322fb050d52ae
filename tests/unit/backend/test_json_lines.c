/* SPDX-License-Identifier: MIT */
/* Items of answers straight into lines: the same as by way of values. */
#include "backend/json_lines.h"

#include "backend/json_in.h"
#include "backend/json_out.h"
#include "backend/json_skim.h"
#include "tests/test.h"
#include "tests/unit/backend/random_value.h"

/* The lines of a list that is `text`, or NULL where it is refused; the caller frees nothing. */
static const char *lines_of(const char *text, bool typed, uint32_t *count)
{
    static struct buf lines;
    struct str rest = str_from(text);
    struct err err = ERR_INIT;
    buf_fini(&lines);
    bool good = json_lines_items(&lines, &rest, typed, count, &err);
    assert_int_equal(good, err.code == ERR_NONE);
    return good ? buf_cstr(&lines) : NULL;
}

static void is_copied(const char *item, const char *line, bool typed)
{
    struct buf out = {0};
    struct str text = str_from(item);
    assert_true(json_lines_copy(&out, &text, typed));
    assert_string_equal(buf_cstr(&out), line);
    buf_fini(&out);
}

static void takes_the_long_way(const char *item, const char *line)
{
    struct buf list = {0}, out = {0};
    struct str text = str_from(item);
    uint32_t count;
    assert_false(json_lines_copy(&out, &text, false));
    assert_int_equal(out.len, 0);
    assert_string_equal(text.at, item);
    buf_printf(&list, "[%s]", item);
    const char *lines = lines_of(buf_cstr(&list), false, &count);
    assert_non_null(lines);
    assert_string_equal(lines, line);
    buf_fini(&list);
    buf_fini(&out);
}

static void what_is_written_as_we_write_it_is_copied(void **state)
{
    (void)state;
    static const char item[] =
        "{\"a\":{\"S\":\"\\\"x\\\\\xC3\xA9\"},\"b\":{\"N\":\"-0.5\"},\"c\":{\"BOOL\":false},"
        "\"d\":{\"NULL\":true},\"e\":{\"L\":[{\"S\":\"\"},{\"L\":[]}]},\"f\":{\"M\":{}},"
        "\"g\":{\"M\":{\"k\":{\"N\":\"10\"},\"l\":{\"N\":\"0\"}}}}";
    is_copied(item,
        "{\"a\":\"\\\"x\\\\\xC3\xA9\",\"b\":-0.5,\"c\":false,\"d\":null,\"e\":[\"\",[]],"
        "\"f\":{},\"g\":{\"k\":10,\"l\":0}}\n",
        false);
    struct buf line = {0};
    buf_printf(&line, "%s\n", item);
    is_copied(item, buf_cstr(&line), true);
    buf_fini(&line);
    is_copied("{}", "{}\n", false);
}

static void what_is_not_goes_by_way_of_a_value(void **state)
{
    (void)state;
    takes_the_long_way("{\"b\":{\"S\":\"1\"},\"a\":{\"S\":\"2\"}}", "{\"a\":\"2\",\"b\":\"1\"}\n");
    takes_the_long_way("{\"a\":{\"N\":\"1.0\"}}", "{\"a\":1}\n");
    takes_the_long_way("{\"a\":{\"N\":\"-0\"}}", "{\"a\":0}\n");
    takes_the_long_way("{\"a\":{\"N\":\"01\"}}", "{\"a\":1}\n");
    takes_the_long_way("{\"a\":{\"N\":\"1E2\"}}", "{\"a\":100}\n");
    takes_the_long_way("{\"a\":{\"N\":\".5\"}}", "{\"a\":0.5}\n");
    takes_the_long_way("{\"a\":{\"S\":\"\\u0041\\/\"}}", "{\"a\":\"A/\"}\n");
    takes_the_long_way("{\"a\":{\"S\":\"\x7f\xC2\x85\"}}", "{\"a\":\"\\u007f\\u0085\"}\n");
    takes_the_long_way("{\"a\":{\"S\":\"\xC2\x9F\"}}", "{\"a\":\"\\u009f\"}\n");
    takes_the_long_way("{\"a\":{\"SS\":[\"y\",\"x\"]}}", "{\"a\":{\"SS\":[\"x\",\"y\"]}}\n");
    takes_the_long_way("{\"a\":{\"B\":\"AA==\"}}", "{\"a\":{\"B\":\"AA==\"}}\n");
    takes_the_long_way("{\"a\" : {\"S\": \"x\"}}", "{\"a\":\"x\"}\n");
    takes_the_long_way(
        "{\"a\":{\"M\":{\"N\":{\"S\":\"1\"}}}}", "{\"a\":{\"M\":{\"N\":{\"S\":\"1\"}}}}\n");
}

static void what_is_no_list_of_items_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "[", "[{", "[{}", "[{},", "[{},]", "[,]", "{}", "[1]",
        "[\"x\"]", "[[]]", "[{\"a\":1}]", "[{\"a\":{}}]", "[{\"a\":{\"S\":1}}]",
        "[{\"a\":{\"N\":\"x\"}}]", "[{\"a\":{\"N\":\"\"}}]", "[{\"a\":{\"NULL\":false}}]",
        "[{\"a\":{\"S\":\"x\"},\"a\":{\"S\":\"y\"}}]", "[{\"a\":{\"S\":\"\xFF\"}}]",
        "[{\"a\":{\"S\":\"x\"}}{\"a\":{\"S\":\"x\"}}]", "[{\"a\":{\"S\":\"x\",\"N\":\"1\"}}]",
        "[{\"a\":{\"S\":\"x\ny\"}}]", "[{\"\":{\"S\":\"x\"}}]"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        for (int typed = 0; typed < 2; typed++) {
            uint32_t count;
            assert_null(lines_of(wrong[i], typed, &count));
        }
}

static void any_item_gives_the_line_of_its_value(void **state)
{
    (void)state;
    struct rng random = {.state = 7};
    struct buf item = {0}, text = {0}, wanted = {0}, lines = {0};
    unsigned copied = 0;
    for (int i = 0; i < 20000; i++) {
        bool typed = i % 2;
        uint32_t count;
        struct err err = ERR_INIT;
        buf_clear(&item);
        buf_clear(&text);
        buf_clear(&wanted);
        buf_clear(&lines);
        random_item(&random, &item);
        struct value value = value_of(buf_str(&item));
        buf_add_byte(&text, '[');
        json_out_typed_item(&text, value);
        buf_add_byte(&text, ']');
        json_out_line(&wanted, value, typed);
        struct str rest = buf_str(&text), one = str_skip(rest, 1);
        if (!json_lines_items(&lines, &rest, typed, &count, &err))
            fail_msg("%s: %s", buf_cstr(&text), err.text);
        assert_int_equal(count, 1);
        assert_int_equal(rest.len, 0);
        assert_string_equal(buf_cstr(&lines), buf_cstr(&wanted));
        buf_clear(&lines);
        copied += json_lines_copy(&lines, &one, typed);
    }
    assert_true(copied > 2000); /* else nothing was tested */
    buf_fini(&item);
    buf_fini(&text);
    buf_fini(&wanted);
    buf_fini(&lines);
}

static void numbers_are_copied_only_in_their_one_form(void **state)
{
    (void)state;
    struct rng random = {.state = 11};
    unsigned copied = 0;
    for (int i = 0; i < 100000; i++) {
        char digits[128], text[NUMBER_TEXT_MAX], item[256];
        struct number number;
        struct err err = ERR_INIT;
        size_t len = random_number_text(&random, digits, i % 45 + 1, i % 3 ? 0 : 5);
        struct buf out = {0};
        snprintf(item, sizeof item, "{\"n\":{\"N\":\"%.*s\"}}", (int)len, digits);
        struct str rest = str_from(item);
        if (json_lines_copy(&out, &rest, false)) {
            copied++;
            assert_true(number_parse(&number, (struct str){digits, len}, &err));
            assert_int_equal(number_format(number_str(&number), text), len);
            assert_memory_equal(text, digits, len);
        }
        buf_fini(&out);
    }
    assert_true(copied > 5000);
}

static void the_end_of_a_text_is_skimmed_first(void **state)
{
    (void)state;
    static const struct {
        const char *text, *value;
    } cases[] = {
        {"{\"a\":1,\"K\":{\"x\":\"}\"}}", "{\"x\":\"}\"}"},
        {"{\"K\":{\"x\":1},\"i\":[{\"K\":{\"x\":2}}]}", "{\"x\":1}"},
        {"{\"i\":[{\"K\":{\"x\":2}}]}", ""},
        {"{\"i\":[{\"\\\"K\":{\"x\":2}},{\"s\":\",\\\"K\\\":{}\"}],\"n\":\"K\"}", ""},
        {"{\"i\":[{\"a\\\",\\\"K\":{\"x\":2}}],\"K\":[3]}", "[3]"},
        {"{\"K\":5}", ""},
        {"{\"K\":{\"x\":1}", "{\"x\":1}"},
        {"{\"K\":{\"x\":1", ""},
        {"{ \"K\" : {}}", "{}"},
        {"{\"a\": [ {\"K\" : {\"x\": 1}} ] , \n \"K\" :\t{\"y\": 2} }", "{\"y\": 2}"},
        {"{\"a\":\"{ \\\"K\\\" : {}\"}", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str value = json_skim_member(str_from(cases[i].text), STR("K"));
        assert_true(str_equal(value, str_from(cases[i].value)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_as_we_write_it_is_copied),
        cmocka_unit_test(what_is_not_goes_by_way_of_a_value),
        cmocka_unit_test(what_is_no_list_of_items_is_refused),
        cmocka_unit_test(any_item_gives_the_line_of_its_value),
        cmocka_unit_test(numbers_are_copied_only_in_their_one_form),
        cmocka_unit_test(the_end_of_a_text_is_skimmed_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
