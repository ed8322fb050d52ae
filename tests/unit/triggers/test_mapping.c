/* SPDX-License-Identifier: MIT */
/* Event source mappings: Lambda's configuration in and out, filters at work. */
#include "backend/triggers/mapping.h"

#include "tests/test.h"

struct fixture {
    struct arena arena;
    struct err err;
    struct mapping mapping;
};

#define ARN "arn:aws:dynamodb:us-east-1:000000000000:table/Orders/stream/2026-01-01T00:00:00.000"
#define PAIR "\"FunctionName\":\"f\",\"EventSourceArn\":\"" ARN "\""
#define MINIMAL PAIR ",\"StartingPosition\":\"TRIM_HORIZON\""

static void begin(struct fixture *x)
{
    *x = (struct fixture){.err = ERR_INIT};
    mapping_init(&x->mapping);
}

static bool read_into(struct fixture *x, const char *text)
{
    x->err = ERR_INIT;
    const struct json *json = json_parse(&x->arena, str_from(text), &x->err);
    if (!json)
        fail_msg("%s: %s", text, x->err.text);
    return mapping_read(&x->arena, json, &x->mapping, &x->err);
}

static void a_request_to_create_is_read_with_lambdas_defaults(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    assert_true(read_into(&x, "{" MINIMAL ",\"Topics\":[1]}"));
    const struct mapping *m = &x.mapping;
    assert_true(m->from_start && m->enabled && !m->bisect && !m->report);
    assert_int_equal(m->batch_size, 100);
    assert_int_equal(m->window_s, 0);
    assert_int_equal(m->factor, 1);
    assert_int_equal(m->retries, -1);
    assert_int_equal(m->age_s, -1);
    assert_int_equal(m->tumbling_s, 0);
    assert_true(str_equal(mapping_table(m), STR("Orders")));
    assert_true(mapping_wants(m, NULL));
    arena_fini(&x.arena);
}

static void what_does_not_fit_is_refused_in_the_services_words(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name, *words;
    } all[] = {
        {"{\"EventSourceArn\":\"" ARN "\"}", "ValidationException", "at 'functionName'"},
        {"{\"FunctionName\":\"f\"}", "ValidationException", "Value null at 'eventSourceArn'"},
        {"{\"FunctionName\":\"f\",\"EventSourceArn\":\"Orders\"}", "ValidationException",
            "'Orders' at 'eventSourceArn'"},
        {"{\"FunctionName\":\"f\",\"EventSourceArn\":\"arn:aws:sqs:us-east-1:0:q\"}",
            "InvalidParameterValueException", "Unrecognized event source"},
        {"{\"FunctionName\":\"f\",\"EventSourceArn\":\"arn:aws:dynamodb:r:0:table/T\"}",
            "InvalidParameterValueException", "Unrecognized event source"},
        {"{\"FunctionName\":\"f\",\"EventSourceArn\":\"arn:aws:dynamodb:r:0:table/T/stream/\"}",
            "InvalidParameterValueException", "Unrecognized event source"},
        {"{" PAIR "}", "InvalidParameterValueException",
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy "
            "constraint: Member must not be null."},
        {"{" PAIR ",\"StartingPosition\":\"AT_TIMESTAMP\"}", "InvalidParameterValueException",
            "Unsupported starting position for arn type: " ARN},
        {"{" PAIR ",\"StartingPosition\":\"NOW\"}", "ValidationException",
            "Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]"},
        {"{" MINIMAL ",\"BatchSize\":0}", "ValidationException",
            "Value '0' at 'batchSize' failed to satisfy constraint: Member must have value greater "
            "than or equal to 1"},
        {"{" MINIMAL ",\"BatchSize\":10001}", "ValidationException", "less than or equal to 10000"},
        {"{" MINIMAL ",\"BatchSize\":\"5\"}", "SerializationException", "STRING_VALUE"},
        {"{" MINIMAL ",\"MaximumBatchingWindowInSeconds\":301}", "ValidationException", "300"},
        {"{" MINIMAL ",\"ParallelizationFactor\":11}", "ValidationException", "10"},
        {"{" MINIMAL ",\"MaximumRetryAttempts\":-2}", "ValidationException", "equal to -1"},
        {"{" MINIMAL ",\"MaximumRetryAttempts\":10001}", "ValidationException", "10000"},
        {"{" MINIMAL ",\"MaximumRecordAgeInSeconds\":59}", "InvalidParameterValueException",
            "must be either -1 (forever) or between 60 and 604800 (inclusive)"},
        {"{" MINIMAL ",\"MaximumRecordAgeInSeconds\":604801}", "ValidationException", "604800"},
        {"{" MINIMAL ",\"TumblingWindowInSeconds\":901}", "ValidationException", "900"},
        {"{" MINIMAL ",\"BisectBatchOnFunctionError\":\"yes\"}", "SerializationException",
            "Boolean"},
        {"{" MINIMAL ",\"FunctionResponseTypes\":[\"X\"]}", "ValidationException",
            "[ReportBatchItemFailures]"},
        {"{" MINIMAL ",\"FunctionResponseTypes\":[3]}", "ValidationException",
            "[ReportBatchItemFailures]"},
        {"{" MINIMAL ",\"DestinationConfig\":{\"OnSuccess\":{\"Destination\":\"x\"}}}",
            "InvalidParameterValueException", "Unsupported DestinationConfig"},
        {"{" MINIMAL ",\"DestinationConfig\":{\"OnFailure\":{\"Destination\":\"dead.jsonl\"}}}",
            "InvalidParameterValueException", "absolute file name"},
        {"{" MINIMAL ",\"DestinationConfig\":{\"OnFailure\":{\"Destination\":\"/tmp/\"}}}",
            "InvalidParameterValueException", "absolute file name"},
        {"{" MINIMAL
         ",\"DestinationConfig\":{\"OnFailure\":{\"Destination\":\"arn:aws:kms:r:0:k\"}}}",
            "InvalidParameterValueException", "absolute file name"},
        {"{" MINIMAL ",\"FilterCriteria\":{\"Filters\":[{\"Pattern\":\"{\"}]}}",
            "InvalidParameterValueException", "Invalid filter pattern definition."},
        {"{" MINIMAL ",\"FilterCriteria\":{\"Filters\":[{\"Pattern\":\"{\\\"a\\\":1}\"}]}}",
            "InvalidParameterValueException", "Invalid filter pattern definition."},
        {"{" MINIMAL ",\"FilterCriteria\":{\"Filters\":[\"x\"]}}", "SerializationException",
            "structure"},
        {"{" MINIMAL ",\"FilterCriteria\":{\"Filters\":[{},{},{},{},{},{},{},{},{},{},{}]}}",
            "InvalidParameterValueException", "11 filters"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct fixture x;
        begin(&x);
        if (read_into(&x, all[i].text))
            fail_msg("%s was taken", all[i].text);
        if (strcmp(x.err.name, all[i].name) != 0 || !strstr(x.err.text, all[i].words))
            fail_msg("%s: %s: %s", all[i].text, x.err.name, x.err.text);
        arena_fini(&x.arena);
    }
}

static void an_update_keeps_what_it_does_not_name(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    assert_true(read_into(&x,
        "{" MINIMAL ",\"BatchSize\":5,\"FunctionResponseTypes\":[\"ReportBatchItemFailures\"],"
        "\"FilterCriteria\":{\"Filters\":[{\"Pattern\":\"{}\"}]},"
        "\"DestinationConfig\":{\"OnFailure\":{\"Destination\":\"/tmp/dead\"}}}"));
    assert_true(read_into(&x, "{\"StartingPosition\":\"LATEST\",\"Enabled\":false}"));
    assert_true(x.mapping.from_start && !x.mapping.enabled && x.mapping.report);
    assert_int_equal(x.mapping.batch_size, 5);
    assert_int_equal(x.mapping.filter_count, 1);
    assert_true(str_equal(x.mapping.destination, STR("/tmp/dead")));
    assert_true(
        read_into(&x, "{\"FilterCriteria\":{},\"FunctionResponseTypes\":[],\"DestinationConfig\":"
                      "{\"OnFailure\":{}},\"FunctionName\":\"function:g\"}"));
    assert_true(!x.mapping.filter_count && !x.mapping.report && !x.mapping.destination.len);
    assert_true(str_equal(x.mapping.function, STR("g")));
    arena_fini(&x.arena);
}

static void filters_choose_the_records(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    assert_true(read_into(&x, "{" MINIMAL ",\"FilterCriteria\":{\"Filters\":["
                              "{\"Pattern\":\"{\\\"eventName\\\":[\\\"INSERT\\\"]}\"},"
                              "{\"Pattern\":\"{\\\"dynamodb\\\":{\\\"SizeBytes\\\":[7]}}\"}]}}"));
    const struct json *insert = json_parse(&x.arena, STR("{\"eventName\":\"INSERT\"}"), &x.err);
    const struct json *seven = json_parse(
        &x.arena, STR("{\"eventName\":\"REMOVE\",\"dynamodb\":{\"SizeBytes\":7}}"), &x.err);
    const struct json *neither = json_parse(&x.arena, STR("{\"eventName\":\"REMOVE\"}"), &x.err);
    assert_true(mapping_wants(&x.mapping, insert));
    assert_true(mapping_wants(&x.mapping, seven));
    assert_false(mapping_wants(&x.mapping, neither));
    arena_fini(&x.arena);
}

static void a_row_reads_as_what_was_written(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct buf row = {0}, again = {0};
    assert_true(read_into(&x,
        "{" MINIMAL ",\"UUID\":\"u\",\"BatchSize\":7,\"MaximumBatchingWindowInSeconds\":1,"
        "\"ParallelizationFactor\":2,\"MaximumRetryAttempts\":0,\"MaximumRecordAgeInSeconds\":60,"
        "\"BisectBatchOnFunctionError\":true,\"TumblingWindowInSeconds\":3,\"Enabled\":false,"
        "\"DestinationConfig\":{\"OnFailure\":{\"Destination\":\"arn:aws:sqs:r:0:q\"}},"
        "\"FilterCriteria\":{\"Filters\":[{\"Pattern\":\"{\\\"a\\\":[\\\"\\\\u00e9\\\"]}\"}]},"
        "\"LastModified\":1700000000.25,\"Created\":1600000000}"));
    assert_true(x.mapping.modified_ms == 1700000000250 && x.mapping.created_ms == 1600000000000);
    mapping_write_row(&x.mapping, &row);
    mapping_init(&x.mapping);
    assert_true(read_into(&x, buf_cstr(&row)));
    mapping_write_row(&x.mapping, &again);
    assert_string_equal(buf_cstr(&row), buf_cstr(&again));
    assert_true(x.mapping.factor == 2 && x.mapping.age_s == 60 && !x.mapping.enabled);
    buf_fini(&row);
    buf_fini(&again);
    arena_fini(&x.arena);
}

static void it_is_shown_as_lambda_shows_it(void **state)
{
    (void)state;
    struct fixture x;
    begin(&x);
    struct buf out = {0};
    assert_true(read_into(&x, "{" MINIMAL ",\"UUID\":\"u\",\"LastModified\":1.5}"));
    mapping_write(&x.mapping, STR("r"), STR("Enabled"), STR("OK"), &out);
    const struct json *json = json_parse(&x.arena, buf_str(&out), &x.err);
    assert_non_null(json);
    assert_true(str_equal(
        json_get(json, STR("FunctionArn"))->text, STR("arn:aws:lambda:r:000000000000:function:f")));
    assert_true(str_equal(json_get(json, STR("LastModified"))->text, STR("1.500")));
    assert_int_equal(json_get(json, STR("LastModified"))->type, JSON_NUMBER);
    assert_true(str_equal(json_get(json, STR("LastProcessingResult"))->text, STR("OK")));
    assert_null(json_get(json, STR("Enabled")));
    buf_fini(&out);
    arena_fini(&x.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_to_create_is_read_with_lambdas_defaults),
        cmocka_unit_test(what_does_not_fit_is_refused_in_the_services_words),
        cmocka_unit_test(an_update_keeps_what_it_does_not_name),
        cmocka_unit_test(filters_choose_the_records),
        cmocka_unit_test(a_row_reads_as_what_was_written),
        cmocka_unit_test(it_is_shown_as_lambda_shows_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
