/* SPDX-License-Identifier: MIT */
/* A planned query as a request and as a command. */
#include "tests/test.h"
#include "views/query/query_form.h"
#include "views/query/query_request.h"
#include "views/query/query_verdict.h"

static const struct client_index by_status = {.name = STR("By'Status"),
    .global = true,
    .status = STR("ACTIVE"),
    .hash_count = 1,
    .keys = {{STR("status"), VALUE_S}},
    .projection = STR("ALL"),
    .items = 10,
    .bytes = 4000};

static struct client_table orders(void)
{
    struct client_table t = {.name = STR("Orders"),
        .key_count = 1,
        .index_count = 1,
        .indexes = &by_status,
        .items = 2000000,
        .bytes = 819200000};
    t.keys[0] = (struct client_key){STR("id"), VALUE_S};
    return t;
}

static void a_word_is_quoted_as_a_shell_takes_it(void **state)
{
    (void)state;
    struct buf out = {0};
    query_request_quote(&out, STR("plain-1.x"));
    assert_string_equal(buf_cstr(&out), "plain-1.x");
    buf_clear(&out);
    query_request_quote(&out, STR("a 'b' $c"));
    assert_string_equal(buf_cstr(&out), "'a '\\''b'\\'' $c'");
    buf_clear(&out);
    query_request_quote(&out, STR(""));
    assert_string_equal(buf_cstr(&out), "''");
    buf_fini(&out);
}

static void the_request_and_the_command_say_the_same(void **state)
{
    (void)state;
    struct client_table table = orders();
    struct query_form form;
    struct buf out = {0};
    query_form_init(&form, &table);
    query_form_set(&form, STR("status = 'it''s' if amount > 1 show id descending limit 7"));
    assert_true(form.planned);
    struct client_read read = query_request_read(&table, &form.line, &form.plan);
    client_read_body(&out, &read);
    assert_string_equal(buf_cstr(&out),
        "{\"TableName\":\"Orders\",\"IndexName\":\"By'Status\","
        "\"KeyConditionExpression\":\"#n0 = :v0\",\"FilterExpression\":\"#n1 > :v1\","
        "\"ProjectionExpression\":\"#n2\","
        "\"ExpressionAttributeNames\":{\"#n0\":\"status\",\"#n1\":\"amount\",\"#n2\":\"id\"},"
        "\"ExpressionAttributeValues\":{\":v0\":{\"S\":\"it's\"},\":v1\":{\"N\":\"1\"}},"
        "\"ScanIndexForward\":false,\"Limit\":7}");
    buf_clear(&out);
    struct query_target target = query_request_target(STR("http://localhost:8000"));
    query_request_command(&read, &form.line, &target, &out);
    assert_string_equal(buf_cstr(&out),
        "aws dynamodb query --table-name Orders --index-name 'By'\\''Status' "
        "--key-condition-expression '#n0 = :v0' --filter-expression '#n1 > :v1' "
        "--projection-expression '#n2' --expression-attribute-names "
        "'{\"#n0\":\"status\",\"#n1\":\"amount\",\"#n2\":\"id\"}' --expression-attribute-values "
        "'{\":v0\":{\"S\":\"it'\\''s\"},\":v1\":{\"N\":\"1\"}}' --no-scan-index-forward "
        "--page-size 7 --endpoint-url http://localhost:8000");
    buf_fini(&out);
    query_form_fini(&form);
}

static void assert_verdict(const char *text, int64_t items, const char *verdict)
{
    struct client_table table = orders();
    struct query_form form;
    struct buf out = {0};
    query_form_init(&form, &table);
    query_form_set(&form, str_from(text));
    assert_true(form.planned);
    query_verdict_line(&form, &out);
    buf_add(&out, STR(" · "));
    query_verdict_cost(&form, items, &out);
    assert_string_equal(buf_cstr(&out), verdict);
    buf_fini(&out);
    query_form_fini(&form);
}

static void the_verdict_says_what_it_costs(void **state)
{
    (void)state;
    assert_verdict("id = 'x'", -1, "QUERY on Orders · key: id · reads 1 item, 0.5 RCU");
    assert_verdict("amount > 1", -1,
        "SCAN of all of Orders · filter only: amount · reads all: about 2.0 M items, 100 k RCU");
    assert_verdict("status = 'P' and amount > 1", -1,
        "QUERY on By'Status · key: status · filter only: amount · reads at most 10 items, 0.5 RCU");
    assert_verdict("status = 'P' if size(tags) > 3", 5,
        "QUERY on By'Status · key: status · filter only: tags · reads about 5 items, 0.5 "
        "RCU (a guess from the items that are loaded)");
}

static void reasons_are_told_place_by_place(void **state)
{
    (void)state;
    struct client_table table = orders();
    struct query_form form;
    struct buf place = {0}, why = {0};
    query_form_init(&form, &table);
    query_form_set(&form, STR("status = 'P'"));
    assert_true(query_verdict_reason(&form, 0, &place, &why));
    assert_string_equal(buf_cstr(&place), "the table");
    assert_string_equal(buf_cstr(&why), "no id = …");
    assert_false(query_verdict_reason(&form, 1, &place, &why));
    assert_string_equal(query_verdict_node(&form, 0), "key");
    buf_fini(&place);
    buf_fini(&why);
    query_form_fini(&form);
}

static void assert_target(
    const char *connection, const char *endpoint, const char *region, const char *profile)
{
    struct query_target t = query_request_target(str_from(connection));
    assert_true(str_equal(t.endpoint, str_from(endpoint)));
    assert_true(str_equal(t.region, str_from(region)));
    assert_true(str_equal(t.profile, str_from(profile)));
}

static void a_connection_says_where_the_cli_is_to_ask(void **state)
{
    (void)state;
    assert_target("https://h:1/x", "https://h:1/x", "", "");
    assert_target("aws", "", "", "");
    assert_target("aws:work", "", "", "work");
    assert_target("aws:work@eu-west-1", "", "eu-west-1", "work");
    assert_target("aws@eu-west-1", "", "eu-west-1", "");
    assert_target("/home/a/aws@b", "", "", "");
    assert_target("awsome@x", "", "", "");
    assert_target("", "", "", "");
    struct buf out = {0};
    struct query_target t = query_request_target(STR("aws:a b@eu-west-1"));
    query_request_statement(STR("SELECT * FROM T WHERE a = 'x'"), &t, &out);
    assert_string_equal(buf_cstr(&out),
        "aws dynamodb execute-statement --statement 'SELECT * FROM T WHERE a = '\\''x'\\''' "
        "--region eu-west-1 --profile 'a b'");
    buf_fini(&out);
}

static void segments_are_a_scans(void **state)
{
    (void)state;
    struct client_table table = orders();
    struct query_form form;
    query_form_init(&form, &table);
    query_form_set(&form, STR("amount > 1 segments 4"));
    assert_true(form.planned);
    struct browse *browse = query_request_browse(&table, &form.line, &form.plan);
    assert_true(browse->read.segments == 4 && browse_opaque(browse));
    browse_unref(browse);
    query_form_set(&form, STR("id = 'x' segments 4"));
    assert_false(form.planned);
    assert_string_equal(form.err.text, "a Query has no segments: they are parts of a Scan");
    query_form_set(&form, STR("amount > 1 segments 65"));
    assert_false(form.planned);
    query_form_fini(&form);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_is_quoted_as_a_shell_takes_it),
        cmocka_unit_test(the_request_and_the_command_say_the_same),
        cmocka_unit_test(the_verdict_says_what_it_costs),
        cmocka_unit_test(a_connection_says_where_the_cli_is_to_ask),
        cmocka_unit_test(segments_are_a_scans),
        cmocka_unit_test(reasons_are_told_place_by_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
