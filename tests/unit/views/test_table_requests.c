/* SPDX-License-Identifier: MIT */
/* Descriptions of tables as requests, and what differs between two. */
#include "tests/test.h"
#include "views/tables/table_requests.h"

static struct table_spec orders(void)
{
    struct table_spec s = {.name = STR("Orders"),
        .hash = {STR("customerId"), VALUE_S},
        .range = {STR("orderId"), VALUE_S}};
    s.globals[s.global_count++] = (struct spec_index){.name = STR("ByDay"),
        .hash = {STR("day"), VALUE_N},
        .range = {STR("orderId"), VALUE_S},
        .projection = SPEC_INCLUDE,
        .include = STR("note , amount"),
        .units = {2, 1}};
    return s;
}

static void put_all(const struct table_requests *r, struct buf *out)
{
    buf_clear(out);
    for (size_t i = 0; i < r->count; i++)
        buf_printf(
            out, "%s%.*s %.*s", i ? "\n" : "", STR_ARG(r->at[i].operation), STR_ARG(r->at[i].body));
}

static void expect_change(
    const struct table_spec *before, const struct table_spec *after, const char *wanted)
{
    struct arena arena = {0};
    struct buf out = {0};
    struct table_requests r;
    table_requests_change(&arena, before, after, STR("arn:x"), &r);
    put_all(&r, &out);
    assert_string_equal(buf_cstr(&out), wanted);
    buf_fini(&out);
    arena_fini(&arena);
}

static void a_table_is_created_with_all_that_was_said(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf out = {0};
    struct table_requests r;
    struct table_spec s = orders();
    s.locals[s.local_count++] = (struct spec_index){
        .name = STR("ByAmount"), .hash = s.hash, .range = {STR("amount"), VALUE_N}};
    s.provisioned = true;
    s.units = (struct spec_units){5, 4};
    s.stream_view = STR("NEW_IMAGE");
    s.ttl = STR("until");
    s.protection = true;
    s.tags[s.tag_count++] = (struct spec_tag){STR("te\"am"), STR("")};
    table_requests_create(&arena, &s, &r);
    put_all(&r, &out);
    assert_string_equal(buf_cstr(&out),
        "CreateTable {\"TableName\":\"Orders\",\"AttributeDefinitions\":["
        "{\"AttributeName\":\"customerId\",\"AttributeType\":\"S\"},"
        "{\"AttributeName\":\"orderId\",\"AttributeType\":\"S\"},"
        "{\"AttributeName\":\"amount\",\"AttributeType\":\"N\"},"
        "{\"AttributeName\":\"day\",\"AttributeType\":\"N\"}],"
        "\"KeySchema\":[{\"AttributeName\":\"customerId\",\"KeyType\":\"HASH\"},"
        "{\"AttributeName\":\"orderId\",\"KeyType\":\"RANGE\"}],"
        "\"LocalSecondaryIndexes\":[{\"IndexName\":\"ByAmount\",\"KeySchema\":["
        "{\"AttributeName\":\"customerId\",\"KeyType\":\"HASH\"},"
        "{\"AttributeName\":\"amount\",\"KeyType\":\"RANGE\"}],"
        "\"Projection\":{\"ProjectionType\":\"ALL\"}}],"
        "\"GlobalSecondaryIndexes\":[{\"IndexName\":\"ByDay\",\"KeySchema\":["
        "{\"AttributeName\":\"day\",\"KeyType\":\"HASH\"},"
        "{\"AttributeName\":\"orderId\",\"KeyType\":\"RANGE\"}],"
        "\"Projection\":{\"ProjectionType\":\"INCLUDE\",\"NonKeyAttributes\":[\"note\",\"amount\"]}"
        ",\"ProvisionedThroughput\":{\"ReadCapacityUnits\":2,\"WriteCapacityUnits\":1}}],"
        "\"BillingMode\":\"PROVISIONED\","
        "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":5,\"WriteCapacityUnits\":4},"
        "\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"NEW_IMAGE\"},"
        "\"DeletionProtectionEnabled\":true,\"Tags\":[{\"Key\":\"te\\\"am\",\"Value\":\"\"}]}\n"
        "UpdateTimeToLive {\"TableName\":\"Orders\","
        "\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":\"until\"}}");
    buf_fini(&out);
    arena_fini(&arena);
}

static void nothing_is_sent_where_nothing_differs(void **state)
{
    (void)state;
    struct table_spec a = orders(), b = orders();
    b.units = (struct spec_units){9, 9}; /* counts for nothing on demand */
    expect_change(&a, &b, "");
}

static void only_what_differs_is_sent_one_concern_a_request(void **state)
{
    (void)state;
    struct table_spec a = orders(), b = orders();
    a.tags[a.tag_count++] = (struct spec_tag){STR("gone"), STR("1")};
    a.tags[a.tag_count++] = (struct spec_tag){STR("same"), STR("1")};
    b.tags[b.tag_count++] = (struct spec_tag){STR("same"), STR("1")};
    b.tags[b.tag_count++] = (struct spec_tag){STR("new"), STR("2")};
    b.protection = true;
    expect_change(&a, &b,
        "UpdateTable {\"TableName\":\"Orders\",\"DeletionProtectionEnabled\":true}\n"
        "UntagResource {\"ResourceArn\":\"arn:x\",\"TagKeys\":[\"gone\"]}\n"
        "TagResource {\"ResourceArn\":\"arn:x\",\"Tags\":[{\"Key\":\"new\",\"Value\":\"2\"}]}");
}

static void a_table_that_becomes_provisioned_names_the_units_of_its_indexes(void **state)
{
    (void)state;
    struct table_spec a = orders(), b = orders();
    b.provisioned = true;
    b.units = (struct spec_units){5, 5};
    expect_change(&a, &b,
        "UpdateTable {\"TableName\":\"Orders\",\"BillingMode\":\"PROVISIONED\","
        "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":5,\"WriteCapacityUnits\":5},"
        "\"GlobalSecondaryIndexUpdates\":[{\"Update\":{\"IndexName\":\"ByDay\","
        "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":2,\"WriteCapacityUnits\":1}}}]}");
    a = b;
    b.globals[0].units.read = 3;
    expect_change(&a, &b,
        "UpdateTable {\"TableName\":\"Orders\",\"GlobalSecondaryIndexUpdates\":[{\"Update\":{"
        "\"IndexName\":\"ByDay\",\"ProvisionedThroughput\":{\"ReadCapacityUnits\":3,"
        "\"WriteCapacityUnits\":1}}}]}");
    b = a;
    b.provisioned = false;
    expect_change(
        &a, &b, "UpdateTable {\"TableName\":\"Orders\",\"BillingMode\":\"PAY_PER_REQUEST\"}");
}

static void another_view_or_attribute_is_turned_off_first(void **state)
{
    (void)state;
    struct table_spec a = orders(), b = orders();
    a.stream_view = STR("KEYS_ONLY");
    b.stream_view = STR("NEW_IMAGE");
    a.ttl = STR("old");
    b.ttl = STR("new");
    expect_change(&a, &b,
        "UpdateTable {\"TableName\":\"Orders\",\"StreamSpecification\":{\"StreamEnabled\":false}}\n"
        "UpdateTable {\"TableName\":\"Orders\",\"StreamSpecification\":{\"StreamEnabled\":true,"
        "\"StreamViewType\":\"NEW_IMAGE\"}}\n"
        "UpdateTimeToLive {\"TableName\":\"Orders\","
        "\"TimeToLiveSpecification\":{\"Enabled\":false,\"AttributeName\":\"old\"}}\n"
        "UpdateTimeToLive {\"TableName\":\"Orders\","
        "\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":\"new\"}}");
}

static void what_was_taken_over_differs_no_more(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct table_spec a = orders(), b = orders();
    b.provisioned = true;
    b.units = (struct spec_units){5, 5};
    b.stream_view = STR("NEW_IMAGE");
    b.ttl = STR("until");
    b.protection = true;
    b.tags[b.tag_count++] = (struct spec_tag){STR("a"), STR("1")};
    for (enum table_part part = PART_BILLING; part <= PART_TAGS; part++)
        table_requests_take(&arena, part, &b, &a);
    expect_change(&a, &b, "");
    arena_fini(&arena);
}

static void answers_are_read_back_as_what_was_asked_for(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct err err = ERR_INIT;
    struct table_spec s;
    const struct json *table = json_parse(&arena,
        STR("{\"TableName\":\"Orders\",\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":"
            "\"HASH\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"id\",\"AttributeType\":"
            "\"N\"},{\"AttributeName\":\"day\",\"AttributeType\":\"B\"}],\"ProvisionedThroughput\":"
            "{\"ReadCapacityUnits\":5,\"WriteCapacityUnits\":6},\"GlobalSecondaryIndexes\":[{"
            "\"IndexName\":\"ByDay\",\"KeySchema\":[{\"AttributeName\":\"day\",\"KeyType\":"
            "\"HASH\"}],\"Projection\":{\"ProjectionType\":\"INCLUDE\",\"NonKeyAttributes\":["
            "\"a\",\"b\"]},\"ProvisionedThroughput\":{\"ReadCapacityUnits\":1,"
            "\"WriteCapacityUnits\":2}}],\"StreamSpecification\":{\"StreamEnabled\":true,"
            "\"StreamViewType\":\"KEYS_ONLY\"},\"DeletionProtectionEnabled\":true}"),
        &err);
    const struct json *ttl = json_parse(&arena,
        STR("{\"TimeToLiveDescription\":{\"TimeToLiveStatus\":\"ENABLED\",\"AttributeName\":"
            "\"until\"}}"),
        &err);
    const struct json *tags =
        json_parse(&arena, STR("{\"Tags\":[{\"Key\":\"a\",\"Value\":\"b\"}]}"), &err);
    assert_true(table && ttl && tags);
    table_spec_read(&arena, table, ttl, tags, &s);
    assert_true(table_spec_check(&s, &err));
    assert_true(s.provisioned && s.units.read == 5 && s.units.write == 6);
    assert_int_equal(s.hash.type, VALUE_N);
    assert_int_equal(table_spec_type(&s, STR("day")), VALUE_B);
    assert_true(str_equal(s.globals[0].include, STR("a, b")) && s.globals[0].units.write == 2);
    assert_true(str_equal(s.stream_view, STR("KEYS_ONLY")) && str_equal(s.ttl, STR("until")));
    assert_true(s.protection && s.tag_count == 1);
    expect_change(&s, &s, "");
    arena_fini(&arena);
}

static void answers_of_another_shape_harm_nothing(void **state)
{
    (void)state;
    static const char *const answers[] = {"{}", "[]", "7", "{\"KeySchema\":7}",
        "{\"KeySchema\":[7,{\"AttributeName\":{}},[]],\"GlobalSecondaryIndexes\":[7,[],{}]}",
        "{\"GlobalSecondaryIndexes\":{\"a\":1},\"ProvisionedThroughput\":\"x\"}"};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct arena arena = {0};
        struct err err = ERR_INIT;
        struct table_spec s;
        const struct json *json = json_parse(&arena, str_from(answers[i]), &err);
        table_spec_read(&arena, json, json, json, &s);
        assert_false(table_spec_check(&s, &err));
        arena_fini(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_created_with_all_that_was_said),
        cmocka_unit_test(nothing_is_sent_where_nothing_differs),
        cmocka_unit_test(only_what_differs_is_sent_one_concern_a_request),
        cmocka_unit_test(a_table_that_becomes_provisioned_names_the_units_of_its_indexes),
        cmocka_unit_test(another_view_or_attribute_is_turned_off_first),
        cmocka_unit_test(what_was_taken_over_differs_no_more),
        cmocka_unit_test(answers_are_read_back_as_what_was_asked_for),
        cmocka_unit_test(answers_of_another_shape_harm_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
