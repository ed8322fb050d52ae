/* SPDX-License-Identifier: MIT */
/* Placeholders: what a request may give, what must be used, and the words for what is wrong. */
#include "expr_test.h"

static void expect_env_error(const char *names, const char *values, const char *text)
{
    struct request r;
    request_init(&r, names, values);
    if (r.env)
        fail_msg("accepted: %s %s", names ? names : "", values ? values : "");
    assert_string_equal(r.err.text, text);
    assert_string_equal(r.err.name, "ValidationException");
    request_fini(&r);
}

static void empty_maps_are_refused_names_first(void **state)
{
    (void)state;
    expect_env_error("{}", "{}", "ExpressionAttributeNames must not be empty");
    expect_env_error(NULL, "{}", "ExpressionAttributeValues must not be empty");
}

static void keys_must_look_like_placeholders(void **state)
{
    (void)state;
    expect_env_error("{\"a\":\"a\"}", "{}",
        "ExpressionAttributeNames contains invalid key: Syntax error; key: \"a\"");
    expect_env_error("{\"#\":\"a\"}", NULL,
        "ExpressionAttributeNames contains invalid key: Syntax error; key: \"#\"");
    expect_env_error("{\"#a-b\":\"a\"}", NULL,
        "ExpressionAttributeNames contains invalid key: Syntax error; key: \"#a-b\"");
    expect_env_error("{\"#é\":\"a\"}", NULL,
        "ExpressionAttributeNames contains invalid key: Syntax error; key: \"#é\"");
    expect_env_error("{\"\":\"a\"}", NULL,
        "ExpressionAttributeNames contains invalid key: The expression attribute map contains an "
        "empty key");
    expect_env_error(NULL, "{\"v\":{\"S\":\"x\"}}",
        "ExpressionAttributeValues contains invalid key: Syntax error; key: \"v\"");
    expect_env_error(NULL, "{\"#v\":{\"S\":\"x\"}}",
        "ExpressionAttributeValues contains invalid key: Syntax error; key: \"#v\"");
}

static void keys_are_checked_before_values(void **state)
{
    (void)state;
    expect_env_error(NULL, "{\":b\":{\"a\":\"\"},\"b\":{\"S\":\"a\"}}",
        "ExpressionAttributeValues contains invalid key: Syntax error; key: \"b\"");
}

static void keys_have_at_most_255_bytes(void **state)
{
    (void)state;
    char json[400], key[300];
    memset(key, 'k', sizeof key);
    key[0] = '#';
    for (size_t len = 255; len <= 256; len++) {
        struct request r;
        snprintf(json, sizeof json, "{\"%.*s\":\"a\"}", (int)len, key);
        request_init(&r, json, NULL);
        assert_int_equal(r.env != NULL, len == 255);
        if (!r.env)
            assert_string_equal(r.err.text,
                "ExpressionAttributeNames contains invalid key: The expression attribute map "
                "contains a key that is too long; size of key: 256");
        request_fini(&r);
    }
}

static void a_name_is_not_empty(void **state)
{
    (void)state;
    expect_env_error("{\"#a\":\"\"}", NULL,
        "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a");
}

static void an_invalid_value_is_refused_as_anywhere(void **state)
{
    (void)state;
    expect_env_error(NULL, "{\":b\":{}}",
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
    expect_env_error(NULL, "{\":a\":{\"S\":\"x\"},\":b\":{\"N\":\"b\"}}",
        "The parameter cannot be converted to a numeric value: b");
}

static void a_name_that_is_no_string_is_a_serialization_error(void **state)
{
    (void)state;
    struct request r;
    request_init(&r, "{\"#a\":1}", NULL);
    assert_null(r.env);
    assert_string_equal(r.err.name, "SerializationException");
    request_fini(&r);
    request_init(&r, NULL, "{\":a\":{\"N\":1}}");
    assert_null(r.env);
    assert_string_equal(r.err.name, "SerializationException");
    request_fini(&r);
}

static void expect_unused(const char *names, const char *values, const char *text)
{
    struct request r;
    request_init(&r, names, values);
    assert_non_null(r.env);
    assert_non_null(expr_parse_condition(
        &r.arena, r.env, EXPR_CONDITION, STR("#a = :a OR attribute_exists(x)"), &r.err));
    assert_int_equal(expr_env_check_used(r.env, &r.err), text == NULL);
    if (text)
        assert_string_equal(r.err.text, text);
    request_fini(&r);
}

static void placeholders_that_no_expression_uses_are_refused(void **state)
{
    (void)state;
    expect_unused("{\"#a\":\"a\"}", "{\":a\":{\"S\":\"x\"}}", NULL);
    expect_unused("{\"#unused\":\"b\",\"#a\":\"a\"}", "{\":a\":{\"S\":\"x\"},\":z\":{\"S\":\"x\"}}",
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#unused}");
    expect_unused("{\"#a\":\"a\"}",
        "{\":y\":{\"S\":\"x\"},\":a\":{\"S\":\"x\"},\":z\":{\"S\":\"x\"}}",
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:y, :z}");
}

static void several_expressions_share_the_placeholders(void **state)
{
    (void)state;
    struct request r;
    request_init(&r, "{\"#a\":\"a\",\"#b\":\"b\"}", "{\":v\":{\"N\":\"1\"}}");
    assert_non_null(expr_parse_condition(&r.arena, r.env, EXPR_FILTER, STR("#a > :v"), &r.err));
    assert_false(expr_env_check_used(r.env, &r.err));
    assert_non_null(expr_parse_projection(&r.arena, r.env, STR("#b"), &r.err));
    assert_true(expr_env_check_used(r.env, &r.err));
    request_fini(&r);
}

/* Many placeholders are found by binary search: each must give its own value. */
static void a_thousand_placeholders_are_all_found(void **state)
{
    (void)state;
    enum { N = 1000 };
    struct buf json = {0};
    for (unsigned i = 0; i < N; i++)
        buf_printf(&json, "%s\":v%u\":{\"N\":\"%u\"}", i ? "," : "{", i * 7919 % N, i * 7919 % N);
    buf_add_byte(&json, '}');
    struct request r;
    request_init(&r, NULL, buf_cstr(&json));
    assert_non_null(r.env);
    for (unsigned i = 0; i < N; i++) {
        char text[64], item[32];
        bool truth = false;
        snprintf(text, sizeof text, "a = :v%u", i);
        snprintf(item, sizeof item, "{\"a\":%u}", i);
        const struct expr_condition *c =
            expr_parse_condition(&r.arena, r.env, EXPR_CONDITION, str_from(text), &r.err);
        assert_non_null(c);
        assert_true(expr_test(c, request_item(&r, item), &truth, &r.err) && truth);
    }
    assert_true(expr_env_check_used(r.env, &r.err));
    request_fini(&r);
    buf_fini(&json);
}

static void both_maps_together_have_at_most_two_megabytes(void **state)
{
    (void)state;
    struct buf json = {0};
    buf_add(&json, STR("{\":v\":{\"S\":\""));
    for (int i = 0; i < 2 * 1024 * 1024; i++)
        buf_add_byte(&json, 'x');
    buf_add(&json, STR("\"}}"));
    expect_env_error(NULL, buf_cstr(&json), "ExpressionAttributeValues exceeds max size");
    buf_fini(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_maps_are_refused_names_first),
        cmocka_unit_test(keys_must_look_like_placeholders),
        cmocka_unit_test(keys_are_checked_before_values),
        cmocka_unit_test(keys_have_at_most_255_bytes),
        cmocka_unit_test(a_name_is_not_empty),
        cmocka_unit_test(an_invalid_value_is_refused_as_anywhere),
        cmocka_unit_test(a_name_that_is_no_string_is_a_serialization_error),
        cmocka_unit_test(placeholders_that_no_expression_uses_are_refused),
        cmocka_unit_test(several_expressions_share_the_placeholders),
        cmocka_unit_test(a_thousand_placeholders_are_all_found),
        cmocka_unit_test(both_maps_together_have_at_most_two_megabytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
