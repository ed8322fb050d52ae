/* SPDX-License-Identifier: MIT */
/* The engine as its callers meet it: answers that need more than one line of a transcript. */
#include "tests/unit/embedded/harness.h"

static void put_items(struct bench *b, int count, int size)
{
    buf_clear(&b->body);
    for (int i = 0; i < count; i++) {
        buf_clear(&b->body);
        buf_printf(&b->body,
            "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"k\"},\"s\":{\"N\":\"%d\"},\"v\":{"
            "\"S\":"
            "\"%0*d\"}}}",
            i, size, i);
        assert_true(bench_send(b, "PutItem", NULL));
        assert_int_equal(b->reply.status, 200);
    }
}

static void an_unknown_operation_is_answered_as_the_service_does(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    assert_int_equal(bench_call(&b, "Fly", "{}"), 400);
    assert_true(str_equal(buf_str(&b.reply.body),
        STR("{\"__type\":\"com.amazon.coral.service#UnknownOperationException\"}")));
    bench_fini(&b);
}

static void a_failed_condition_carries_the_item_where_asked(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    put_items(&b, 1, 1);
    const char *without =
        "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"k\"},\"s\":{\"N\":\"0\"}},"
        "\"ConditionExpression\":\"attribute_not_exists(p)\"}";
    const char *with = "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"k\"},\"s\":{\"N\":\"0\"}},"
                       "\"ConditionExpression\":\"attribute_not_exists(p)\","
                       "\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\"}";
    const char *missing =
        "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"k\"},\"s\":{\"N\":\"9\"}},"
        "\"ConditionExpression\":\"attribute_exists(p)\","
        "\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\"}";
    assert_int_equal(bench_call(&b, "DeleteItem", without), 400);
    assert_null(json_get(bench_json(&b), STR("Item")));
    assert_int_equal(bench_call(&b, "DeleteItem", with), 400);
    const struct json *item = json_get(bench_json(&b), STR("Item"));
    assert_non_null(item);
    assert_int_equal(item->count, 3);
    assert_int_equal(bench_call(&b, "DeleteItem", missing), 400);
    assert_null(json_get(bench_json(&b), STR("Item")));
    /* what one call failed with does not leak into the next one */
    assert_int_equal(bench_call(&b, "DeleteItem", "{}"), 400);
    assert_null(json_get(bench_json(&b), STR("Item")));
    bench_fini(&b);
}

/* Reads all pages; returns their number, the items go into *items. */
static int read_pages(
    struct bench *b, const char *operation, const char *parameters, int64_t *items, size_t *largest)
{
    struct buf start = {0};
    int pages = 0;
    *items = 0;
    *largest = 0;
    do {
        buf_clear(&b->body);
        buf_printf(&b->body, "{\"TableName\":\"tab\"%s%s%.*s}", parameters,
            start.len ? ",\"ExclusiveStartKey\":" : "", STR_ARG(buf_str(&start)));
        assert_true(bench_send(b, operation, NULL));
        assert_int_equal(b->reply.status, 200);
        if (b->reply.body.len > *largest)
            *largest = b->reply.body.len;
        *items += bench_number(b, "Count");
        const struct json *last = json_get(bench_json(b), STR("LastEvaluatedKey"));
        buf_clear(&start);
        if (last)
            json_put(&start, last);
        pages++;
    } while (start.len);
    buf_fini(&start);
    return pages;
}

static void a_page_ends_at_one_megabyte(void **state)
{
    (void)state;
    struct bench b;
    int64_t items;
    size_t largest;
    const char *query = ",\"KeyConditionExpression\":\"p = :p\",\"ExpressionAttributeValues\":{"
                        "\":p\":{\"S\":\"k\"}}";
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    put_items(&b, 25, 100000); /* 2.5 MB */
    assert_int_equal(read_pages(&b, "Query", query, &items, &largest), 3);
    assert_int_equal(items, 25);
    assert_true(largest > 1048576 && largest < 1048576 + 110000);
    assert_int_equal(read_pages(&b, "Scan", "", &items, &largest), 3);
    assert_int_equal(items, 25);
    /* what is filtered out counts, too */
    assert_int_equal(read_pages(&b, "Scan", ",\"FilterExpression\":\"attribute_exists(nothing)\"",
                         &items, &largest),
        3);
    assert_int_equal(items, 0);
    assert_int_equal(
        read_pages(&b, "Scan", ",\"Select\":\"COUNT\",\"Limit\":24", &items, &largest), 3);
    assert_int_equal(items, 25);
    bench_fini(&b);
}

static void a_batch_get_hands_back_what_does_not_fit(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    put_items(&b, 50, 400000); /* 20 MB */
    buf_clear(&b.body);
    buf_add(&b.body, STR("{\"RequestItems\":{\"tab\":{\"ConsistentRead\":true,\"Keys\":["));
    for (int i = 0; i < 50; i++)
        buf_printf(&b.body, "%s{\"p\":{\"S\":\"k\"},\"s\":{\"N\":\"%d\"}}", i ? "," : "", i);
    buf_add(&b.body, STR("]}}}"));
    assert_true(bench_send(&b, "BatchGetItem", NULL));
    assert_int_equal(b.reply.status, 200);
    const struct json *json = bench_json(&b);
    const struct json *got = json_get(json_get(json, STR("Responses")), STR("tab"));
    const struct json *left = json_get(json_get(json, STR("UnprocessedKeys")), STR("tab"));
    assert_non_null(left);
    assert_true(json_is(json_get(left, STR("ConsistentRead")), JSON_TRUE));
    assert_int_equal(got->count, 41); /* 16 MB */
    assert_int_equal(got->count + json_get(left, STR("Keys"))->count, 50);
    /* what is left is a request of its own */
    struct buf body = {0};
    buf_add(&body, STR("{\"RequestItems\":"));
    json_put(&body, json_get(json, STR("UnprocessedKeys")));
    buf_add_byte(&body, '}');
    assert_int_equal(bench_call(&b, "BatchGetItem", buf_cstr(&body)), 200);
    json = bench_json(&b);
    assert_int_equal(json_get(json_get(json, STR("Responses")), STR("tab"))->count, 9);
    assert_int_equal(json_get(json, STR("UnprocessedKeys"))->count, 0);
    buf_fini(&body);
    bench_fini(&b);
}

static void put_batch(struct bench *b, const char *open, const char *entry, int first, int count)
{
    buf_printf(&b->body, "%s", open);
    for (int i = 0; i < count; i++) {
        buf_printf(&b->body, "%s", i ? "," : "");
        buf_printf(&b->body, "{%s\"p\":{\"S\":\"k\"},\"s\":{\"N\":\"%d\"}%s}", entry, first + i,
            entry[0] ? "}}" : "");
    }
}

static void a_batch_has_a_limit_over_all_tables(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    const struct {
        int first, second, status;
    } sizes[] = {{100, 0, 200}, {60, 40, 400}, {60, 41, 400}, {101, 0, 400}};
    for (size_t i = 0; i < 4; i++) {
        buf_clear(&b.body);
        put_batch(&b, "{\"RequestItems\":{\"tab\":{\"Keys\":[", "", 0, sizes[i].first);
        if (sizes[i].second)
            put_batch(&b, "]},\"nope\":{\"Keys\":[", "", 0, sizes[i].second);
        buf_add(&b.body, STR("]}}}"));
        assert_true(bench_send(&b, "BatchGetItem", NULL));
        assert_int_equal(b.reply.status, sizes[i].status);
        assert_int_equal(
            bench_says(&b, "Too many items requested for the BatchGetItem call"), i == 2);
        assert_int_equal(bench_says(&b, "less than or equal to 100"), i == 3);
        assert_int_equal(bench_says(&b, "ResourceNotFoundException"), i == 1);
    }
    const int writes[] = {25, 26};
    for (size_t i = 0; i < 2; i++) {
        buf_clear(&b.body);
        put_batch(&b, "{\"RequestItems\":{\"tab\":[", "\"DeleteRequest\":{\"Key\":{", 0, writes[i]);
        buf_add(&b.body, STR("]}}"));
        assert_true(bench_send(&b, "BatchWriteItem", NULL));
        assert_int_equal(b.reply.status, i ? 400 : 200);
    }
    buf_clear(&b.body);
    put_batch(&b, "{\"RequestItems\":{\"tab\":[", "\"DeleteRequest\":{\"Key\":{", 0, 20);
    put_batch(&b, "],\"nope\":[", "\"DeleteRequest\":{\"Key\":{", 0, 6);
    buf_add(&b.body, STR("]}}"));
    assert_true(bench_send(&b, "BatchWriteItem", NULL));
    assert_true(bench_says(&b, "Too many items requested for the BatchWriteItem call"));
    bench_fini(&b);
}

static void a_call_can_be_cancelled(void **state)
{
    (void)state;
    struct bench b;
    struct err err = ERR_INIT;
    atomic_bool cancel;
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    atomic_init(&cancel, true);
    struct ddb_call call = {
        .operation = STR("Scan"), .body = STR("{\"TableName\":\"tab\"}"), .cancel = &cancel};
    assert_false(backend_call(b.backend, &call, &b.reply, &err));
    assert_int_equal(err.code, ERR_CANCELLED);
    bench_fini(&b);
}

static void names_carry_the_region_that_was_asked_for(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    bench_close(&b);
    b.options.region = STR("eu-central-1");
    bench_open(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    assert_true(bench_says(&b, "arn:aws:dynamodb:eu-central-1:000000000000:table/tab"));
    bench_fini(&b);
}

static int call_in(struct bench *b, const char *region, const char *operation, const char *format,
    ...) __attribute__((format(printf, 4, 5)));

static int call_in(
    struct bench *b, const char *region, const char *operation, const char *format, ...)
{
    struct err err = ERR_INIT;
    char body[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(body, sizeof body, format, args);
    va_end(args);
    struct ddb_call call = {
        .operation = str_from(operation), .body = str_from(body), .region = str_from(region)};
    assert_true(backend_call(b->backend, &call, &b->reply, &err));
    return b->reply.status;
}

#define TAG "{\"ResourceArn\":\"%s\",\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}]}"

/* One store is one set of tables: the region is the caller's own, and only shows in names. */
static void an_answer_names_the_callers_region(void **state)
{
    (void)state;
    struct bench b;
    char text[600];
    bench_init(&b);
    assert_int_equal(call_in(&b, "eu-west-1", "CreateTable", "%s", BENCH_TABLE), 200);
    assert_true(bench_says(&b, "\"arn:aws:dynamodb:eu-west-1:000000000000:table/tab\""));
    assert_int_equal(call_in(&b, "us-west-2", "UpdateTable",
                         "{\"TableName\":\"%s\",\"StreamSpecification\":{\"StreamEnabled\":true,"
                         "\"StreamViewType\":\"KEYS_ONLY\"}}",
                         "arn:aws:dynamodb:ap-south-1:000000000000:table/tab"),
        200);
    assert_true(bench_says(&b, "\"arn:aws:dynamodb:us-west-2:000000000000:table/tab/stream/"));
    assert_int_equal(
        call_in(&b, "", "TagResource", TAG, "arn:aws:dynamodb:ap-south-1:000000000000:table/tab"),
        200);
    assert_int_equal(
        call_in(&b, "", "TagResource", TAG, "arn:aws:dynamodb:ap-south-1:111111111111:table/tab"),
        400);
    assert_true(bench_says(&b, "AccessDeniedException"));
    call_in(&b, "", "PutItem",
        "{\"TableName\":\"%s\",\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"1\"}}}", "tab");
    bench_ok(&b, "ListStreams", "{}");
    assert_true(bench_says(&b, "\"arn:aws:dynamodb:us-east-1:000000000000:table/tab/stream/"));
    const struct json *list = json_get(bench_json(&b), STR("Streams"));
    struct str label = json_get(list->first, STR("StreamLabel"))->text;
    snprintf(text, sizeof text, "arn:aws:dynamodb:sa-east-1:000000000000:table/tab/stream/%.*s",
        STR_ARG(label));
    assert_int_equal(
        call_in(&b, "sa-east-1", "DescribeStream", "{\"StreamArn\":\"%s\"}", text), 200);
    const struct json *stream = json_get(bench_json(&b), STR("StreamDescription"));
    struct str shard = json_get(json_get(stream, STR("Shards"))->first, STR("ShardId"))->text;
    snprintf(text + strlen(text), sizeof text - strlen(text),
        "\",\"ShardIteratorType\":\"TRIM_HORIZON\",\"ShardId\":\"%.*s", STR_ARG(shard));
    assert_int_equal(
        call_in(&b, "sa-east-1", "GetShardIterator", "{\"StreamArn\":\"%s\"}", text), 200);
    assert_true(bench_says(&b, "arn:aws:dynamodb:sa-east-1:"));
    snprintf(
        text, sizeof text, "%.*s", STR_ARG(json_get(bench_json(&b), STR("ShardIterator"))->text));
    assert_int_equal(
        call_in(&b, "eu-west-1", "GetRecords", "{\"ShardIterator\":\"%s\"}", text), 200);
    assert_true(bench_says(&b, "\"awsRegion\":\"eu-west-1\""));
    bench_fini(&b);
}

static void what_was_written_is_there_after_reopening(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    put_items(&b, 3, 10);
    bench_close(&b);
    bench_open(&b);
    bench_ok(&b, "Scan", "{\"TableName\":\"tab\"}");
    assert_int_equal(bench_number(&b, "Count"), 3);
    bench_fini(&b);
}

static void a_store_that_is_read_only_refuses_writes_and_reads_on(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    put_items(&b, 3, 10);
    bench_close(&b);
    b.options.read_only = true;
    bench_open(&b);
    bench_ok(&b, "Scan", "{\"TableName\":\"tab\"}");
    assert_int_equal(bench_number(&b, "Count"), 3);
    buf_clear(&b.body);
    buf_add(&b.body, STR("{\"TableName\":\"tab\"}"));
    if (bench_send(&b, "DeleteTable", NULL))
        assert_int_equal(b.reply.status, 400);
    bench_ok(&b, "ListTables", "{}");
    assert_true(bench_says(&b, "\"tab\""));
    bench_fini(&b);
}

static void hostile_bodies_are_refused(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    const char *bodies[] = {
        "{", "[1]", "null", "\"x\"", "{\"TableName\":}", "\xff\xfe", "{}{}", "{\"a\":1,\"a\":2}"};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        assert_int_equal(bench_call(&b, "Scan", bodies[i]), 400);
    buf_clear(&b.body);
    for (int i = 0; i < 200000; i++)
        buf_add_byte(&b.body, '[');
    assert_true(bench_send(&b, "PutItem", NULL));
    assert_int_equal(b.reply.status, 400);
    bench_fini(&b);
}

static void an_empty_body_is_an_empty_request(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    bench_ok(&b, "ListTables", "");
    bench_fini(&b);
}

static void segments_share_the_table_without_overlap(void **state)
{
    (void)state;
    struct bench b;
    const int totals[] = {1, 2, 3, 7, 64, 1000};
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    for (int i = 0; i < 500; i++) {
        buf_clear(&b.body);
        buf_printf(&b.body,
            "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"%d\"},\"s\":{\"N\":\"%d\"}}}", i, i);
        assert_true(bench_send(&b, "PutItem", NULL));
    }
    for (size_t t = 0; t < sizeof totals / sizeof totals[0]; t++) {
        int64_t sum = 0;
        for (int s = 0; s < totals[t]; s++) {
            buf_clear(&b.body);
            buf_printf(&b.body,
                "{\"TableName\":\"tab\",\"Segment\":%d,\"TotalSegments\":%d,\"Select\":\"COUNT\"}",
                s, totals[t]);
            assert_true(bench_send(&b, "Scan", NULL));
            sum += bench_number(&b, "Count");
        }
        assert_int_equal(sum, 500);
    }
    bench_fini(&b);
}

static void a_start_key_belongs_to_its_segment(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    put_items(&b, 1, 1);
    int refused = 0;
    for (int s = 0; s < 4; s++) {
        buf_clear(&b.body);
        buf_printf(&b.body,
            "{\"TableName\":\"tab\",\"Segment\":%d,\"TotalSegments\":4,\"ExclusiveStartKey\":{"
            "\"p\":{"
            "\"S\":\"k\"},\"s\":{\"N\":\"0\"}}}",
            s);
        assert_true(bench_send(&b, "Scan", NULL));
        if (b.reply.status == 400) {
            assert_true(bench_says(&b, "Please use ExclusiveStartKey with correct Segment. "
                                       "TotalSegments: 4 Segment: "));
            refused++;
        }
    }
    assert_int_equal(refused, 3);
    bench_fini(&b);
}

static void keys_may_have_their_full_length(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    bench_ok(&b, "CreateTable",
        "{\"TableName\":\"tab\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"
        "\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"s\",\"KeyType\":"
        "\"RANGE\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"},{"
        "\"AttributeName\":\"s\",\"AttributeType\":\"S\"}],\"GlobalSecondaryIndexes\":[{"
        "\"IndexName\":\"swap\",\"KeySchema\":[{\"AttributeName\":\"s\",\"KeyType\":\"HASH\"}],"
        "\"Projection\":{\"ProjectionType\":\"ALL\"}}]}");
    /* control characters take two bytes of a stored key, a zero byte likewise */
    for (int i = 0; i < 20; i++) {
        buf_clear(&b.body);
        buf_add(&b.body, STR("{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\""));
        for (int k = 0; k < 2048; k++)
            buf_add(&b.body, STR("\\u0001"));
        buf_add(&b.body, STR("\"},\"s\":{\"S\":\""));
        for (int k = 0; k < 1022; k++)
            buf_add(&b.body, STR("\\u0000"));
        buf_printf(&b.body, "%02d\"}}}", i);
        assert_true(bench_send(&b, "PutItem", NULL));
        assert_int_equal(b.reply.status, 200);
    }
    bench_ok(&b, "Scan", "{\"TableName\":\"tab\",\"Select\":\"COUNT\"}");
    assert_int_equal(bench_number(&b, "Count"), 20);
    bench_ok(&b, "Scan", "{\"TableName\":\"tab\",\"IndexName\":\"swap\",\"Select\":\"COUNT\"}");
    assert_int_equal(bench_number(&b, "Count"), 20);
    bench_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_operation_is_answered_as_the_service_does),
        cmocka_unit_test(a_failed_condition_carries_the_item_where_asked),
        cmocka_unit_test(a_page_ends_at_one_megabyte),
        cmocka_unit_test(a_batch_get_hands_back_what_does_not_fit),
        cmocka_unit_test(a_batch_has_a_limit_over_all_tables),
        cmocka_unit_test(a_call_can_be_cancelled),
        cmocka_unit_test(names_carry_the_region_that_was_asked_for),
        cmocka_unit_test(an_answer_names_the_callers_region),
        cmocka_unit_test(what_was_written_is_there_after_reopening),
        cmocka_unit_test(a_store_that_is_read_only_refuses_writes_and_reads_on),
        cmocka_unit_test(hostile_bodies_are_refused),
        cmocka_unit_test(an_empty_body_is_an_empty_request),
        cmocka_unit_test(segments_share_the_table_without_overlap),
        cmocka_unit_test(a_start_key_belongs_to_its_segment),
        cmocka_unit_test(keys_may_have_their_full_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
