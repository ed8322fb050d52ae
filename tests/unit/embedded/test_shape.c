/* SPDX-License-Identifier: MIT */
/* Requests held against the tables of shapes: which words come for what. */
#include "tests/test.h"

#include "backend/embedded/shapes.h"

/* What shape_check() says of a request, "" where it fits. */
static const char *verdict(const char *operation, const char *body)
{
    static char text[ERR_TEXT_MAX + ERR_NAME_MAX + 2];
    struct err err = ERR_INIT;
    struct arena arena = {0};
    const struct json *json = json_parse(&arena, str_from(body), &err);
    assert_non_null(json);
    text[0] = '\0';
    if (!shape_check(shape_of(str_from(operation)), json, &err))
        snprintf(text, sizeof text, "%s: %s", err.name, err.text);
    arena_fini(&arena);
    return text;
}

static void a_request_that_fits_is_accepted(void **state)
{
    (void)state;
    assert_string_equal(
        verdict("GetItem", "{\"TableName\":\"tab\",\"Key\":{\"a\":{\"S\":\"x\"}}}"), "");
    assert_string_equal(verdict("Scan", "{\"TableName\":\"tab\",\"Limit\":1}"), "");
    assert_string_equal(verdict("DescribeLimits", "{}"), "");
}

static void null_counts_as_absent(void **state)
{
    (void)state;
    assert_string_equal(verdict("Scan", "{\"TableName\":\"tab\",\"Limit\":null}"), "");
    assert_string_equal(verdict("Scan", "{\"TableName\":null}"),
        "ValidationException: 1 validation error detected: Value null at 'tableName' failed to "
        "satisfy constraint: Member must not be null");
}

static void unknown_members_are_passed_over(void **state)
{
    (void)state;
    assert_string_equal(verdict("Scan", "{\"TableName\":\"tab\",\"Colour\":[1,{\"a\":2}]}"), "");
}

static void types_come_before_constraints(void **state)
{
    (void)state;
    assert_string_equal(verdict("Scan", "{\"Limit\":0,\"Select\":7}"),
        "SerializationException: NUMBER_VALUE cannot be converted to String");
}

static void each_type_has_its_words(void **state)
{
    (void)state;
    const struct {
        const char *value, *words;
    } texts[] = {
        {"true", "TRUE_VALUE cannot be converted to String"},
        {"false", "FALSE_VALUE cannot be converted to String"},
        {"23", "NUMBER_VALUE cannot be converted to String"},
        {"34.5", "DECIMAL_VALUE cannot be converted to String"},
        {"[]", "Unrecognized collection type class java.lang.String"},
        {"{}", "Start of structure or map found where not expected"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char body[200], want[200];
        snprintf(body, sizeof body, "{\"TableName\":\"tab\",\"IndexName\":%s}", texts[i].value);
        snprintf(want, sizeof want, "SerializationException: %s", texts[i].words);
        assert_string_equal(verdict("Scan", body), want);
    }
    assert_string_equal(verdict("Scan", "{\"Limit\":\"1\"}"),
        "SerializationException: STRING_VALUE cannot be converted to Integer");
    assert_string_equal(verdict("Scan", "{\"ConsistentRead\":\"yes\"}"),
        "SerializationException: Unexpected token received from parser");
    assert_string_equal(verdict("Scan", "{\"AttributesToGet\":{}}"),
        "SerializationException: Start of structure or map found where not expected");
    assert_string_equal(verdict("Scan", "{\"ScanFilter\":{\"a\":1}}"),
        "SerializationException: Unexpected value type in payload");
    assert_string_equal(verdict("Scan", "{\"ScanFilter\":{\"a\":[]}}"),
        "SerializationException: Unrecognized collection type class "
        "com.amazonaws.dynamodb.v20120810.Condition");
}

static void types_inside_attribute_values_are_seen_at_any_depth(void **state)
{
    (void)state;
    assert_string_equal(
        verdict("PutItem",
            "{\"TableName\":\"tab\",\"Item\":{\"a\":{\"M\":{\"b\":{\"L\":[{\"N\":1}]}}}}}"),
        "SerializationException: NUMBER_VALUE cannot be converted to String");
    assert_string_equal(verdict("PutItem", "{\"Item\":{\"a\":{\"BS\":[\"AA==\",5]}}}"),
        "SerializationException: only base-64-encoded strings are convertible to bytes");
    assert_string_equal(verdict("PutItem", "{\"Item\":{\"a\":{\"SS\":\"x\"}}}"),
        "SerializationException: Unexpected field type");
    assert_string_equal(verdict("PutItem", "{\"Item\":{\"a\":{\"BOOL\":\"true\"}}}"),
        "SerializationException: Unexpected token received from parser");
}

static void constraints_are_collected_in_the_tables_order(void **state)
{
    (void)state;
    assert_string_equal(verdict("Scan", "{\"TableName\":\"tab\",\"Select\":\"X\",\"Limit\":-1}"),
        "ValidationException: 2 validation errors detected: Value '-1' at 'limit' failed to "
        "satisfy constraint: Member must have value greater than or equal to 1; Value 'X' at "
        "'select' failed to satisfy constraint: Member must satisfy enum value set: "
        "[SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]");
}

static void a_bad_table_name_is_reported_alone(void **state)
{
    (void)state;
    assert_string_equal(verdict("Scan", "{\"TableName\":\"\",\"Limit\":-1}"),
        "ValidationException: 1 validation error detected: Value at 'TableName' failed to "
        "satisfy constraint: Member must have length greater than or equal to 1");
}

static void at_most_ten_failures_are_reported(void **state)
{
    (void)state;
    assert_true(
        strstr(verdict("CreateTable", "{\"TableName\":\"abc\",\"KeySchema\":[{},{},{},{},{},"
                                      "{},{}],\"AttributeDefinitions\":[]}"),
            "ValidationException: 10 validation errors detected: ") != NULL);
}

static void what_was_sent_is_quoted_as_the_service_does(void **state)
{
    (void)state;
    assert_string_equal(
        verdict("CreateTable", "{\"TableName\":\"abc\",\"AttributeDefinitions\":[],\"KeySchema\":[{"
                               "\"AttributeName\":\"a\",\"KeyType\":\"HASH\"},{\"AttributeName\":"
                               "\"b\",\"KeyType\":\"RANGE\"},{\"AttributeName\":\"c\",\"KeyType\":"
                               "\"RANGE\"}]}"),
        "ValidationException: 1 validation error detected: Value "
        "'[KeySchemaElement(attributeName=a, keyType=HASH), KeySchemaElement(attributeName=b, "
        "keyType=RANGE), KeySchemaElement(attributeName=c, keyType=RANGE)]' at 'keySchema' failed "
        "to satisfy constraint: Member must have length less than or equal to 2");
}

static void maps_name_their_bad_keys(void **state)
{
    (void)state;
    assert_true(
        strstr(verdict("BatchGetItem", "{\"RequestItems\":{\"a b\":{\"Keys\":[{}]}}}"),
            "at 'requestItems' failed to satisfy constraint: Map keys must satisfy "
            "constraint: [Member must have length less than or equal to 255, Member must "
            "have length greater than or equal to 3, Member must satisfy regular expression "
            "pattern: [a-zA-Z0-9_.-]+]") != NULL);
}

static void a_parameter_that_is_required_is_missed_first(void **state)
{
    (void)state;
    assert_string_equal(verdict("CreateTable", "{\"BillingMode\":\"X\"}"),
        "ValidationException: The parameter 'TableName' is required but was not present in the "
        "request");
}

static void arns_may_be_longer_than_names(void **state)
{
    char body[1400];
    (void)state;
    snprintf(body, sizeof body, "{\"TableName\":\"arn:%0900d\"}", 1);
    assert_string_equal(verdict("Scan", body), "");
    snprintf(body, sizeof body, "{\"TableName\":\"%0300d\"}", 1);
    assert_true(strstr(verdict("Scan", body), "less than or equal to 255") != NULL);
}

static void every_operation_with_a_shape_has_one_row(void **state)
{
    (void)state;
    const struct shape_request *const groups[] = {shapes_items, shapes_tables, shapes_streams};
    for (size_t g = 0; g < 3; g++)
        for (const struct shape_request *r = groups[g]; r->operation; r++)
            assert_ptr_equal(shape_of(str_from(r->operation)), r->shape);
    assert_null(shape_of(STR("NoSuchOperation")));
}

static void no_text_is_too_long_to_report(void **state)
{
    (void)state;
    size_t len = 100000;
    char *body = malloc(len + 64);
    int at = sprintf(body, "{\"TableName\":\"");
    memset(body + at, 'x', len);
    strcpy(body + at + len, "\"}");
    assert_true(strlen(verdict("Scan", body)) < ERR_TEXT_MAX + ERR_NAME_MAX);
    free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_that_fits_is_accepted),
        cmocka_unit_test(null_counts_as_absent),
        cmocka_unit_test(unknown_members_are_passed_over),
        cmocka_unit_test(types_come_before_constraints),
        cmocka_unit_test(each_type_has_its_words),
        cmocka_unit_test(types_inside_attribute_values_are_seen_at_any_depth),
        cmocka_unit_test(constraints_are_collected_in_the_tables_order),
        cmocka_unit_test(a_bad_table_name_is_reported_alone),
        cmocka_unit_test(at_most_ten_failures_are_reported),
        cmocka_unit_test(what_was_sent_is_quoted_as_the_service_does),
        cmocka_unit_test(maps_name_their_bad_keys),
        cmocka_unit_test(a_parameter_that_is_required_is_missed_first),
        cmocka_unit_test(arns_may_be_longer_than_names),
        cmocka_unit_test(every_operation_with_a_shape_has_one_row),
        cmocka_unit_test(no_text_is_too_long_to_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
