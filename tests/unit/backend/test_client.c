/* SPDX-License-Identifier: MIT */
/* Values in, JSON out, and back: each call's body and what becomes of its answer. */
#include "backend/client.h"
#include "backend/json_in.h"
#include "backend/json_out.h"
#include "tests/unit/backend/fake_backend.h"

#include <string.h>

struct fixture {
    struct fake_backend *fake;
    struct client client;
    struct arena arena;
    struct err err;
};

static struct fixture open_with(const struct fake_answer *script)
{
    struct fixture f = {.fake = fake_open(script), .err = ERR_INIT};
    f.client.backend = &f.fake->backend;
    return f;
}

static void close_fixture(struct fixture *f)
{
    backend_close(&f->fake->backend, NULL);
    arena_fini(&f->arena);
}

static struct value typed(struct arena *arena, const char *text)
{
    struct buf out = {0};
    struct err err = ERR_INIT;
    const struct json *json = json_parse(arena, str_from(text), &err);
    assert_non_null(json);
    assert_true(json_in_typed_item(&out, json, &err));
    struct value v = value_of(arena_dup(arena, buf_str(&out)));
    buf_fini(&out);
    return v;
}

static void assert_item(struct value item, const char *expected)
{
    struct buf out = {0};
    json_out_typed_item(&out, item);
    assert_string_equal(buf_cstr(&out), expected);
    buf_fini(&out);
}

static void a_scan_names_nothing_but_the_table(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {"Scan", 200, "{\"Items\":[],\"Count\":0,\"ScannedCount\":7}"}, {0}};
    struct fixture f = open_with(script);
    struct client_read read = {.table = STR("T")};
    struct client_page page;
    assert_true(client_read(&f.client, &f.arena, &read, &page, &f.err));
    assert_string_equal(f.fake->request[0], "{\"TableName\":\"T\"}");
    assert_int_equal(page.count, 0);
    assert_int_equal(page.scanned, 7);
    assert_int_equal(page.last.type, VALUE_NONE);
    close_fixture(&f);
}

static void a_refusal_says_how_often_it_was_tried(void **state)
{
    (void)state;
    static const char refusal[] = "{\"__type\":\"x#ThrottlingException\",\"message\":\"Slow\"}";
    static const struct fake_answer script[] = {
        {"Scan", 400, refusal}, {"Scan", 400, refusal}, {0}};
    struct fixture f = open_with(script);
    struct client_read read = {.table = STR("T")};
    struct client_page page;
    f.fake->attempts = 3;
    assert_false(client_read(&f.client, &f.arena, &read, &page, &f.err));
    assert_string_equal(f.err.text, "Slow (tried 3 times)");
    f.fake->attempts = 1;
    assert_false(client_read(&f.client, &f.arena, &read, &page, &f.err));
    assert_string_equal(f.err.text, "Slow");
    close_fixture(&f);
}

static void a_query_carries_all_that_was_asked(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {"Query", 200, "{\"Items\":[],\"Count\":0,\"ScannedCount\":0}"}, {0}};
    struct fixture f = open_with(script);
    struct client_read read = {.table = STR("T"),
        .index = STR("I"),
        .key_condition = STR("#a = :a"),
        .filter = STR("b > :b"),
        .projection = STR("c"),
        .names = typed(&f.arena, "{\"#a\":{\"S\":\"k\"}}"),
        .values = typed(&f.arena, "{\":a\":{\"N\":\"1\"},\":b\":{\"B\":\"AA==\"}}"),
        .backward = true,
        .consistent = true,
        .count_only = true,
        .limit = 9,
        .start = typed(&f.arena, "{\"k\":{\"N\":\"0\"}}")};
    struct client_page page;
    assert_true(client_read(&f.client, &f.arena, &read, &page, &f.err));
    assert_string_equal(f.fake->request[0],
        "{\"TableName\":\"T\",\"IndexName\":\"I\",\"KeyConditionExpression\":\"#a = :a\","
        "\"FilterExpression\":\"b > :b\",\"ProjectionExpression\":\"c\","
        "\"ExpressionAttributeNames\":{\"#a\":\"k\"},"
        "\"ExpressionAttributeValues\":{\":a\":{\"N\":\"1\"},\":b\":{\"B\":\"AA==\"}},"
        "\"ScanIndexForward\":false,\"ConsistentRead\":true,\"Select\":\"COUNT\",\"Limit\":9,"
        "\"ExclusiveStartKey\":{\"k\":{\"N\":\"0\"}}}");
    close_fixture(&f);
}

static void a_part_of_a_scan_is_asked_for_by_its_number(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {{"Scan", 200, "{\"Count\":0}"}, {0}};
    struct fixture f = open_with(script);
    struct client_read read = {.table = STR("T"), .segment = 0, .segments = 4};
    struct client_page page;
    assert_true(client_read(&f.client, &f.arena, &read, &page, &f.err));
    assert_string_equal(
        f.fake->request[0], "{\"TableName\":\"T\",\"Segment\":0,\"TotalSegments\":4}");
    close_fixture(&f);
}

static void a_page_is_items_and_the_key_to_go_on(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {"Scan", 200,
            "{\"Items\":[{\"k\":{\"S\":\"a\"}},{},{\"n\":{"
            "\"N\":\"1e2\"}}],\"Count\":3,\"ScannedCount\":"
            "5,\"LastEvaluatedKey\":{\"k\":{\"S\":\"z\"}}}"},
        {0}};
    struct fixture f = open_with(script);
    struct client_read read = {.table = STR("T")};
    struct client_page page;
    assert_true(client_read(&f.client, &f.arena, &read, &page, &f.err));
    assert_int_equal(page.count, 3);
    assert_item(page.items[0], "{\"k\":{\"S\":\"a\"}}");
    assert_item(page.items[1], "{}");
    assert_item(page.items[2], "{\"n\":{\"N\":\"100\"}}");
    assert_item(page.last, "{\"k\":{\"S\":\"z\"}}");
    close_fixture(&f);
}

static void an_answer_that_is_none_is_said_to_be_so(void **state)
{
    (void)state;
    static const char *const bodies[] = {"", "[]", "{\"Items\":[{\"k\":{\"Z\":1}}]}",
        "{\"Items\":[7]}", "{\"LastEvaluatedKey\":[]}", "{\"Items\":", "{\"Items\":\"none\"}",
        "{\"Items\":null}", "{\"Count\":-1}", "{\"Count\":4294967296}", "{\"Count\":\"1\"}",
        "{\"Items\":[],\"ScannedCount\":-5}", "{\"Items\":[],\"ScannedCount\":1e400}",
        "{\"Items\":[],\"Items\":[]}", "{\"Items\":[],\"LastEvaluatedKey\":{\"k\":{\"S\":1}}}",
        "{\"Items\":[]}{\"Items\":[]}"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct fake_answer script[] = {{"Scan", 200, bodies[i]}, {0}};
        struct fixture f = open_with(script);
        struct client_read read = {.table = STR("T")};
        struct client_page page;
        assert_false(client_read(&f.client, &f.arena, &read, &page, &f.err));
        assert_int_equal(f.err.code, ERR_UNREACHABLE);
        close_fixture(&f);
        struct buf lines = {0};
        f = open_with(script);
        assert_false(client_read_lines(&f.client, &f.arena, &read, false, &lines, &page, &f.err));
        assert_int_equal(f.err.code, ERR_UNREACHABLE);
        close_fixture(&f);
        buf_fini(&lines);
    }
}

static void a_page_that_leads_nowhere_is_an_error(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {"Scan", 200, "{\"Items\":[],\"LastEvaluatedKey\":{\"k\":{\"S\":\"a\"}}}"}, {0}};
    struct fixture f = open_with(script);
    struct client_read read = {
        .table = STR("T"), .start = typed(&f.arena, "{\"k\":{\"S\":\"a\"}}")};
    struct client_page page;
    assert_false(client_read(&f.client, &f.arena, &read, &page, &f.err));
    assert_non_null(strstr(f.err.text, "does not go on"));
    close_fixture(&f);
}

static void a_page_as_lines_has_its_items_and_its_key(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {"Scan", 200,
            "{\"Count\":2,\"LastEvaluatedKey\":{\"k\":{\"S\":\"b\"}},\"Items\":[{\"k\":{\"S\":"
            "\"a\"}},"
            "{\"z\":{\"N\":\"1\"},\"k\":{\"S\":\"b\"}}],\"ScannedCount\":3}"},
        {"Scan", 200, "{\"Count\":7,\"ScannedCount\":7}"}, {0}};
    struct fixture f = open_with(script);
    struct client_read read = {.table = STR("T")};
    struct client_page page;
    struct buf lines = {0};
    assert_true(client_read_lines(&f.client, &f.arena, &read, false, &lines, &page, &f.err));
    assert_string_equal(buf_cstr(&lines), "{\"k\":\"a\"}\n{\"k\":\"b\",\"z\":1}\n");
    assert_int_equal(page.count, 2);
    assert_int_equal(page.scanned, 3);
    assert_null(page.items);
    assert_item(page.last, "{\"k\":{\"S\":\"b\"}}");
    buf_clear(&lines);
    read.count_only = true;
    assert_true(client_read_lines(&f.client, &f.arena, &read, false, &lines, &page, &f.err));
    assert_int_equal(page.count, 7);
    assert_int_equal(lines.len, 0);
    buf_fini(&lines);
    close_fixture(&f);
}

static void an_item_that_is_not_there_is_no_error(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {"GetItem", 200, "{}"}, {"GetItem", 200, "{\"Item\":{\"k\":{\"S\":\"a\"}}}"}, {0}};
    struct fixture f = open_with(script);
    struct value item, key = typed(&f.arena, "{\"k\":{\"S\":\"a\"}}");
    assert_true(client_get(&f.client, &f.arena, STR("T"), key, &item, &f.err));
    assert_int_equal(item.type, VALUE_NONE);
    assert_string_equal(f.fake->request[0],
        "{\"TableName\":\"T\",\"Key\":{\"k\":{\"S\":\"a\"}},\"ConsistentRead\":true}");
    assert_true(client_get(&f.client, &f.arena, STR("T"), key, &item, &f.err));
    assert_item(item, "{\"k\":{\"S\":\"a\"}}");
    close_fixture(&f);
}

static void writes_carry_their_condition(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {{"PutItem", 200, "{}"}, {"DeleteItem", 200, "{}"},
        {"UpdateItem", 200, "{\"Attributes\":{\"k\":{\"S\":\"b\"}}}"}, {0}};
    struct fixture f = open_with(script);
    struct value item = typed(&f.arena, "{\"k\":{\"S\":\"a\"}}"), after;
    struct client_condition guard = {
        .expression = STR("k <> :v"), .values = typed(&f.arena, "{\":v\":{\"S\":\"a\"}}")};
    assert_true(client_put(&f.client, STR("T"), item, &guard, &f.err));
    assert_string_equal(f.fake->request[0],
        "{\"TableName\":\"T\",\"Item\":{\"k\":{\"S\":\"a\"}},\"ConditionExpression\":\"k <> :v\","
        "\"ExpressionAttributeValues\":{\":v\":{\"S\":\"a\"}}}");
    assert_true(client_delete(&f.client, STR("T"), item, NULL, &f.err));
    assert_string_equal(f.fake->request[1], "{\"TableName\":\"T\",\"Key\":{\"k\":{\"S\":\"a\"}}}");
    assert_true(
        client_update(&f.client, &f.arena, STR("T"), item, STR("REMOVE x"), NULL, &after, &f.err));
    assert_string_equal(f.fake->request[2],
        "{\"TableName\":\"T\",\"Key\":{\"k\":{\"S\":\"a\"}},\"UpdateExpression\":\"REMOVE x\","
        "\"ReturnValues\":\"ALL_NEW\"}");
    assert_item(after, "{\"k\":{\"S\":\"b\"}}");
    close_fixture(&f);
}

static void a_refusal_keeps_its_name(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {"PutItem", 400, "{\"__type\":\"x#ConditionalCheckFailedException\",\"message\":\"m\"}"},
        {0}};
    struct fixture f = open_with(script);
    struct value item = typed(&f.arena, "{}");
    assert_false(client_put(&f.client, STR("T"), item, NULL, &f.err));
    assert_int_equal(f.err.code, ERR_REFUSED);
    assert_string_equal(f.err.name, "ConditionalCheckFailedException");
    close_fixture(&f);
}

static void a_batch_goes_on_until_nothing_is_left(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {"BatchWriteItem", 200,
            "{\"UnprocessedItems\":{\"T\":[{\"PutRequest\":{\"Item\":{\"k\":{\"S\":\"b\"}}}}]}}"},
        {"BatchWriteItem", 400, "{\"__type\":\"x#ThrottlingException\",\"message\":\"slow\"}"},
        {"BatchWriteItem", 200, "{\"UnprocessedItems\":{}}"}, {0}};
    struct fixture f = open_with(script);
    struct value items[] = {
        typed(&f.arena, "{\"k\":{\"S\":\"a\"}}"), typed(&f.arena, "{\"k\":{\"S\":\"b\"}}")};
    assert_true(client_put_batch(&f.client, STR("T"), items, 2, &f.err));
    assert_int_equal(f.fake->calls, 3);
    assert_string_equal(f.fake->request[0],
        "{\"RequestItems\":{\"T\":[{\"PutRequest\":{\"Item\":{\"k\":{\"S\":\"a\"}}}},"
        "{\"PutRequest\":{\"Item\":{\"k\":{\"S\":\"b\"}}}}]}}");
    assert_string_equal(f.fake->request[1],
        "{\"RequestItems\":{\"T\":[{\"PutRequest\":{\"Item\":{\"k\":{\"S\":\"b\"}}}}]}}");
    assert_string_equal(f.fake->request[2], f.fake->request[1]);
    close_fixture(&f);
}

static void a_refused_batch_is_not_tried_again(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {"BatchWriteItem", 400, "{\"__type\":\"x#ValidationException\",\"message\":\"m\"}"}, {0}};
    struct fixture f = open_with(script);
    struct value item = typed(&f.arena, "{}");
    assert_false(client_put_batch(&f.client, STR("T"), &item, 1, &f.err));
    assert_string_equal(f.err.name, "ValidationException");
    close_fixture(&f);
}

static void all_pages_of_names_come_sorted(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {"ListTables", 200, "{\"TableNames\":[\"b\",\"c\"],\"LastEvaluatedTableName\":\"c\"}"},
        {"ListTables", 200, "{\"TableNames\":[\"a\"]}"}, {0}};
    struct fixture f = open_with(script);
    const struct str *names;
    size_t count;
    assert_true(client_tables(&f.client, &f.arena, &names, &count, &f.err));
    assert_string_equal(f.fake->request[1], "{\"ExclusiveStartTableName\":\"c\"}");
    assert_int_equal(count, 3);
    assert_true(str_equal(names[0], STR("a")));
    assert_true(str_equal(names[2], STR("c")));
    close_fixture(&f);
}

static void names_are_texts_and_each_comes_once(void **state)
{
    (void)state;
    static const char *const wrong[] = {"{\"TableNames\":[1]}", "{\"TableNames\":[null]}",
        "{\"TableNames\":[\"\"]}", "{\"TableNames\":\"a\"}", "{\"TableNames\":[{}]}"};
    const struct str *names;
    size_t count;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct fake_answer script[] = {{"ListTables", 200, wrong[i]}, {0}};
        struct fixture f = open_with(script);
        assert_false(client_tables(&f.client, &f.arena, &names, &count, &f.err));
        assert_int_equal(f.err.code, ERR_UNREACHABLE);
        close_fixture(&f);
    }
    static const struct fake_answer twice[] = {
        {"ListTables", 200, "{\"TableNames\":[\"b\",\"a\",\"b\",\"b\"]}"}, {0}};
    struct fixture f = open_with(twice);
    assert_true(client_tables(&f.client, &f.arena, &names, &count, &f.err));
    assert_int_equal(count, 2);
    assert_true(str_equal(names[0], STR("a")) && str_equal(names[1], STR("b")));
    close_fixture(&f);
}

static void names_without_end_are_an_error(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {"ListTables", 200, "{\"TableNames\":[],\"LastEvaluatedTableName\":\"c\"}"},
        {"ListTables", 200, "{\"TableNames\":[],\"LastEvaluatedTableName\":\"c\"}"}, {0}};
    struct fixture f = open_with(script);
    const struct str *names;
    size_t count;
    assert_false(client_tables(&f.client, &f.arena, &names, &count, &f.err));
    assert_int_equal(f.err.code, ERR_UNREACHABLE);
    close_fixture(&f);
}

static const char description[] =
    "{\"Table\":{\"TableName\":\"Orders\",\"TableStatus\":\"ACTIVE\",\"TableArn\":\"arn:x\","
    "\"CreationDateTime\":1555566666.11,\"ItemCount\":3,\"TableSizeBytes\":99,"
    "\"DeletionProtectionEnabled\":true,"
    "\"KeySchema\":[{\"AttributeName\":\"c\",\"KeyType\":\"HASH\"},"
    "{\"AttributeName\":\"o\",\"KeyType\":\"RANGE\"}],"
    "\"AttributeDefinitions\":[{\"AttributeName\":\"c\",\"AttributeType\":\"S\"},"
    "{\"AttributeName\":\"o\",\"AttributeType\":\"N\"},"
    "{\"AttributeName\":\"s\",\"AttributeType\":\"B\"}],"
    "\"BillingModeSummary\":{\"BillingMode\":\"PAY_PER_REQUEST\"},"
    "\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"NEW_IMAGE\"},"
    "\"LatestStreamArn\":\"arn:s\","
    "\"LocalSecondaryIndexes\":[{\"IndexName\":\"L\",\"KeySchema\":[{\"AttributeName\":\"c\","
    "\"KeyType\":\"HASH\"},{\"AttributeName\":\"s\",\"KeyType\":\"RANGE\"}],"
    "\"Projection\":{\"ProjectionType\":\"KEYS_ONLY\"}}],"
    "\"GlobalSecondaryIndexes\":[{\"IndexName\":\"G\",\"IndexStatus\":\"ACTIVE\",\"ItemCount\":2,"
    "\"KeySchema\":[{\"AttributeName\":\"s\",\"KeyType\":\"HASH\"}],"
    "\"Projection\":{\"ProjectionType\":\"INCLUDE\",\"NonKeyAttributes\":[\"x\",\"y\"]}}]}}";

static void a_table_is_described_with_keys_indexes_and_ttl(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {{"DescribeTable", 200, description},
        {"DescribeTimeToLive", 200,
            "{\"TimeToLiveDescription\":{\"TimeToLiveStatus\":\"ENABLED\",\"AttributeName\":"
            "\"ttl\"}}"},
        {0}};
    struct fixture f = open_with(script);
    struct client_table t;
    assert_true(client_describe(&f.client, &f.arena, STR("Orders"), &t, &f.err));
    assert_true(str_equal(t.name, STR("Orders")));
    assert_int_equal(t.key_count, 2);
    assert_true(str_equal(t.keys[1].name, STR("o")));
    assert_int_equal(t.keys[1].type, VALUE_N);
    assert_int_equal(t.items, 3);
    assert_int_equal(t.created_ms, 1555566666110);
    assert_true(t.deletion_protection);
    assert_true(str_equal(t.billing, STR("PAY_PER_REQUEST")));
    assert_true(str_equal(t.stream_view, STR("NEW_IMAGE")));
    assert_true(str_equal(t.ttl_attribute, STR("ttl")));
    assert_int_equal(t.index_count, 2);
    assert_false(t.indexes[0].global);
    assert_true(str_equal(t.indexes[0].name, STR("L")));
    assert_int_equal(t.indexes[0].keys[1].type, VALUE_B);
    assert_true(t.indexes[1].global);
    assert_int_equal(t.indexes[1].hash_count, 1);
    assert_int_equal(t.indexes[1].range_count, 0);
    assert_int_equal(t.indexes[1].include_count, 2);
    assert_true(str_equal(t.indexes[1].include[1], STR("y")));
    close_fixture(&f);
}

static void a_backend_without_ttl_still_describes(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {{"DescribeTable", 200, description},
        {"DescribeTimeToLive", 400, "{\"__type\":\"x#UnknownOperationException\"}"}, {0}};
    struct fixture f = open_with(script);
    struct client_table t;
    assert_true(client_describe(&f.client, &f.arena, STR("Orders"), &t, &f.err));
    assert_int_equal(t.ttl_attribute.len, 0);
    close_fixture(&f);
}

static void a_key_is_taken_from_an_item(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf key = {0};
    struct client_table t = {.key_count = 2, .keys = {{.name = STR("z")}, {.name = STR("a")}}};
    struct value item =
        typed(&arena, "{\"a\":{\"N\":\"1\"},\"m\":{\"S\":\"x\"},\"z\":{\"S\":\"k\"}}");
    assert_true(client_key_of(&t, item, &key));
    assert_item(value_of(buf_str(&key)), "{\"a\":{\"N\":\"1\"},\"z\":{\"S\":\"k\"}}");
    size_t len = key.len;
    assert_false(client_key_of(&t, typed(&arena, "{\"z\":{\"S\":\"k\"}}"), &key));
    assert_int_equal(key.len, len);
    buf_fini(&key);
    arena_fini(&arena);
}

/* ---- budgets ---- */

#define PAGE(units)                                                                                \
    "{\"Items\":[{\"ConsumedCapacity\":{\"M\":{\"CapacityUnits\":{\"N\":\"900\"}}}}],\"Count\":1," \
    "\"ScannedCount\":1,\"ConsumedCapacity\":{\"TableName\":\"T\",\"CapacityUnits\":" units "}}"

static bool scan_once(struct fixture *f)
{
    struct client_read read = {.table = STR("T"), .limit = 9};
    struct client_page page;
    return client_read(&f->client, &f->arena, &read, &page, &f->err);
}

static void what_a_budget_has_room_for_is_summed_up_and_no_more_is_sent(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {"Scan", 200, PAGE("0.5")}, {"Scan", 200, PAGE("1.5")}, {"Scan", 200, PAGE("1.0E1")}, {0}};
    struct fixture f = open_with(script);
    struct budget budget = {.limit = 2500};
    f.client.limits.budget = &budget;
    assert_true(scan_once(&f));
    assert_string_equal(f.fake->request[0],
        "{\"TableName\":\"T\",\"Limit\":9,\"ReturnConsumedCapacity\":\"TOTAL\"}");
    assert_true(scan_once(&f));
    assert_int_equal(budget.spent, 2000);
    assert_true(scan_once(&f)); /* the page that crosses it is whole */
    assert_false(scan_once(&f));
    assert_int_equal(f.err.code, ERR_BUDGET);
    assert_string_equal(f.err.text,
        "the budget is spent: 12 of 2.5 capacity units; a larger --budget goes further");
    assert_int_equal(f.fake->calls, 3);
    close_fixture(&f);
}

static void writes_count_and_what_is_said_of_tables_does_not(void **state)
{
    (void)state;
    static const struct fake_answer script[] = {
        {"PutItem", 200, "{\"ConsumedCapacity\":{\"CapacityUnits\":1.0}}"},
        {"BatchWriteItem", 200,
            "{\"UnprocessedItems\":{\"T\":[{\"PutRequest\":{\"Item\":{\"k\":{\"S\":\"a\"}}}}]},"
            "\"ConsumedCapacity\":[{\"CapacityUnits\":2.0},{\"CapacityUnits\":3.0}]}"},
        {"DescribeTable", 200, "{\"Table\":{\"TableName\":\"T\",\"TableStatus\":\"ACTIVE\"}}"},
        {0}};
    struct fixture f = open_with(script);
    struct budget budget = {.limit = 6000};
    struct client_table table;
    f.client.limits.budget = &budget;
    struct value item = typed(&f.arena, "{\"k\":{\"S\":\"a\"}}");
    assert_true(client_put(&f.client, STR("T"), item, NULL, &f.err));
    assert_non_null(strstr(f.fake->request[0], "}},\"ReturnConsumedCapacity\":\"TOTAL\"}"));
    assert_false(client_put_batch(&f.client, STR("T"), &item, 1, &f.err));
    assert_int_equal(f.err.code, ERR_BUDGET); /* what was left over is not sent again */
    assert_non_null(strstr(f.fake->request[1], "]},\"ReturnConsumedCapacity\":\"TOTAL\"}"));
    assert_int_equal(budget.spent, 6000);
    assert_false(client_get(&f.client, &f.arena, STR("T"), item, &item, &f.err));
    f.err = ERR_INIT;
    client_describe_keys(&f.client, &f.arena, STR("T"), &table, &f.err);
    assert_int_equal(f.fake->calls, 3);
    close_fixture(&f);
}

static void what_an_answer_does_not_say_counts_as_nothing(void **state)
{
    (void)state;
    static const char *const silent[] = {"", "{}", "{\"ConsumedCapacity\":{}}",
        "{\"ConsumedCapacity\":null}", "{\"ConsumedCapacity\":[{},[],1]}",
        "{\"ConsumedCapacity\":{\"CapacityUnits\":\"5\"}}",
        "{\"ConsumedCapacity\":{\"CapacityUnits\":-5}}",
        "{\"ConsumedCapacity\":{\"CapacityUnits\":1e300}}", "{\"ConsumedCapacity\":{\"CapacityUn",
        "{\"a\":{\"ConsumedCapacity\":{\"CapacityUnits\":5}}}"};
    struct budget budget = {.limit = 1};
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
        budget_charge(&budget, str_from(silent[i]));
    assert_int_equal(budget.spent, 0);
    assert_false(budget_is_spent(&budget));
}

static void a_budget_is_a_number_of_units_above_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t units;
    } good[] = {{"1", 1000}, {"0.001", 1}, {"2.5", 2500}, {"00.25", 250},
        {"999999999999.999", 999999999999999}};
    static const char *const bad[] = {
        "", "0", "0.000", "-1", "+1", ".5", "1.", "1.0001", "1e3", " 1", "1 ", "1000000000000000"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct err err = ERR_INIT;
        int64_t units;
        assert_true(budget_parse(str_from(good[i].text), &units, &err));
        assert_int_equal(units, good[i].units);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err err = ERR_INIT;
        int64_t units;
        assert_false(budget_parse(str_from(bad[i]), &units, &err));
        assert_int_equal(err.code, ERR_USAGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scan_names_nothing_but_the_table),
        cmocka_unit_test(a_query_carries_all_that_was_asked),
        cmocka_unit_test(a_refusal_says_how_often_it_was_tried),
        cmocka_unit_test(a_part_of_a_scan_is_asked_for_by_its_number),
        cmocka_unit_test(a_page_is_items_and_the_key_to_go_on),
        cmocka_unit_test(an_answer_that_is_none_is_said_to_be_so),
        cmocka_unit_test(a_page_that_leads_nowhere_is_an_error),
        cmocka_unit_test(a_page_as_lines_has_its_items_and_its_key),
        cmocka_unit_test(an_item_that_is_not_there_is_no_error),
        cmocka_unit_test(writes_carry_their_condition),
        cmocka_unit_test(a_refusal_keeps_its_name),
        cmocka_unit_test(a_batch_goes_on_until_nothing_is_left),
        cmocka_unit_test(a_refused_batch_is_not_tried_again),
        cmocka_unit_test(all_pages_of_names_come_sorted),
        cmocka_unit_test(names_are_texts_and_each_comes_once),
        cmocka_unit_test(names_without_end_are_an_error),
        cmocka_unit_test(a_table_is_described_with_keys_indexes_and_ttl),
        cmocka_unit_test(a_backend_without_ttl_still_describes),
        cmocka_unit_test(a_key_is_taken_from_an_item),
        cmocka_unit_test(what_a_budget_has_room_for_is_summed_up_and_no_more_is_sent),
        cmocka_unit_test(writes_count_and_what_is_said_of_tables_does_not),
        cmocka_unit_test(what_an_answer_does_not_say_counts_as_nothing),
        cmocka_unit_test(a_budget_is_a_number_of_units_above_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
