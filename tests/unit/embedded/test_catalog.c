/* SPDX-License-Identifier: MIT */
/* Rows of the catalog, and the cache that another process must not be able to fool. */
#include "tests/unit/embedded/harness.h"

#include "backend/embedded/catalog.h"

#include <sys/wait.h>

static struct catalog_table full_table(struct arena *arena)
{
    static const struct key_attribute definitions[] = {
        {{"p", 1}, VALUE_S}, {{"s", 1}, VALUE_N}, {{"g", 1}, VALUE_B}};
    static const struct str include[] = {{"x", 1}, {"a", 1}};
    struct catalog_index *indexes = arena_array(arena, struct catalog_index, 2);
    struct catalog_table table = {.name = STR("tab"),
        .id = 7,
        .uuid = STR("u-u-i-d"),
        .created_ms = 1767225600123,
        .definition_count = 3,
        .definitions = definitions,
        .units = {.read = 5, .write = 6, .increased_ms = 9},
        .protected = true,
        .sse = STR("arn:key"),
        .stream = {.id = 11, .label = STR("label"), .view = CATALOG_VIEW_OLD, .enabled = true},
        .ttl = STR("ends"),
        .ttl_enabled = true,
        .index_count = 2,
        .local_count = 1,
        .indexes = indexes};
    table.schema = (struct key_schema){.partition = 1, .sort = 1, .count = 2};
    table.schema.at[0] = definitions[0];
    table.schema.at[1] = definitions[1];
    indexes[0] =
        (struct catalog_index){.name = STR("local"), .id = 8, .projection = CATALOG_KEYS_ONLY};
    indexes[0].schema = (struct key_schema){.partition = 1, .sort = 1, .count = 2};
    indexes[0].schema.at[0] = definitions[0];
    indexes[0].schema.at[1] = definitions[2];
    indexes[1] = (struct catalog_index){.name = STR("global"),
        .id = 9,
        .global = true,
        .backfilling = true,
        .projection = CATALOG_INCLUDE,
        .include_count = 2,
        .include = include};
    indexes[1].schema = (struct key_schema){.partition = 1, .count = 1};
    indexes[1].schema.at[0] = definitions[2];
    return table;
}

static void a_row_comes_back_as_it_was_written(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf row = {0}, again = {0};
    struct err err = ERR_INIT;
    struct catalog_table table = full_table(&arena), copy = {0};
    catalog_row_encode(&row, &table);
    assert_true(catalog_read(&copy, buf_str(&row), &err));
    assert_true(str_equal(copy.name, STR("tab")));
    assert_int_equal(copy.id, 7);
    assert_int_equal(copy.created_ms, 1767225600123);
    assert_int_equal(copy.definition_count, 3);
    assert_int_equal(copy.units.write, 6);
    assert_true(copy.protected && copy.ttl_enabled && copy.stream.enabled);
    assert_int_equal(copy.stream.view, CATALOG_VIEW_OLD);
    assert_int_equal(copy.index_count, 2);
    assert_int_equal(copy.local_count, 1);
    assert_true(copy.indexes[1].backfilling);
    catalog_row_encode(&again, &copy);
    assert_true(str_equal(buf_str(&row), buf_str(&again)));
    arena_fini(&copy.arena);
    arena_fini(&arena);
    buf_fini(&row);
    buf_fini(&again);
}

static void an_index_takes_over_the_tables_keys(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf row = {0};
    struct err err = ERR_INIT;
    struct catalog_table table = full_table(&arena), copy = {0};
    catalog_row_encode(&row, &table);
    assert_true(catalog_read(&copy, buf_str(&row), &err));
    const struct catalog_index *local = &copy.indexes[0], *global = &copy.indexes[1];
    assert_int_equal(local->schema.count, 3); /* p, g, s: p only once */
    assert_int_equal(catalog_own_keys(&local->schema), 2);
    assert_int_equal(global->schema.count, 3); /* g, p, s */
    assert_int_equal(global->projected_count, 5);
    for (uint32_t i = 1; i < global->projected_count; i++)
        assert_true(str_compare(global->projected[i - 1], global->projected[i]) < 0);
    arena_fini(&copy.arena);
    arena_fini(&arena);
    buf_fini(&row);
}

static void damaged_rows_are_refused_not_believed(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct buf row = {0};
    struct catalog_table table = full_table(&arena);
    catalog_row_encode(&row, &table);
    for (size_t i = 0; i < row.len; i++)
        for (int bit = 0; bit < 8; bit++) {
            struct err err = ERR_INIT;
            struct catalog_table copy = {0};
            row.at[i] = (char)(row.at[i] ^ 1 << bit);
            if (!catalog_read(&copy, buf_str(&row), &err))
                assert_int_equal(err.code, ERR_FILE);
            row.at[i] = (char)(row.at[i] ^ 1 << bit);
            arena_fini(&copy.arena);
        }
    for (size_t len = 0; len < row.len; len++) {
        struct err err = ERR_INIT;
        struct catalog_table copy = {0};
        assert_false(catalog_read(&copy, str_take(buf_str(&row), len), &err));
        arena_fini(&copy.arena);
    }
    arena_fini(&arena);
    buf_fini(&row);
}

/* Another process creates and deletes a table while this one has it in its cache. */
static void in_another_process(const char *folder, const char *operation, const char *body)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char program[] = "/proc/self/exe";
        execl(program, "test_catalog", folder, operation, body, (char *)NULL);
        _exit(99);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int run_as_another_process(char **argv)
{
    struct err err = ERR_INIT;
    struct backend_options options = {.no_sync = true};
    struct ddb_reply reply = {0};
    struct backend *backend = embedded_open(argv[1], &options, &err);
    struct ddb_call call = {.operation = str_from(argv[2]), .body = str_from(argv[3])};
    if (!backend || !backend_call(backend, &call, &reply, &err) || reply.status != 200) {
        fprintf(stderr, "%s %s\n", err.text, buf_cstr(&reply.body));
        return 1;
    }
    ddb_reply_fini(&reply);
    backend_close(backend, NULL);
    return 0;
}

static void changes_by_another_process_are_seen_at_once(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    bench_ok(&b, "PutItem",
        "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"1\"}}}");
    in_another_process(b.folder, "DeleteTable", "{\"TableName\":\"tab\"}");
    assert_int_equal(bench_call(&b, "Scan", "{\"TableName\":\"tab\"}"), 400);
    assert_true(bench_says(&b, "ResourceNotFoundException"));
    in_another_process(b.folder, "CreateTable",
        "{\"TableName\":\"tab\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"
        "\"AttributeName\":\"q\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"
        "\"AttributeName\":\"q\",\"AttributeType\":\"B\"}]}");
    /* the other key schema counts */
    assert_int_equal(
        bench_call(&b, "PutItem",
            "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"1\"}}}"),
        400);
    assert_true(bench_says(&b, "Missing the key q"));
    bench_ok(&b, "PutItem", "{\"TableName\":\"tab\",\"Item\":{\"q\":{\"B\":\"AA==\"}}}");
    bench_ok(&b, "Scan", "{\"TableName\":\"tab\"}");
    assert_int_equal(bench_number(&b, "Count"), 1);
    bench_fini(&b);
}

static void a_thousand_tables_are_listed_in_pages(void **state)
{
    (void)state;
    struct bench b;
    char body[400], after[64] = "";
    int64_t seen = 0;
    bench_init(&b);
    for (int i = 0; i < 1000; i++) {
        snprintf(body, sizeof body,
            "{\"TableName\":\"table-%04d\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"
            "\"AttributeName\":\"q\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"
            "\"AttributeName\":\"q\",\"AttributeType\":\"B\"}]}",
            (i * 7919) % 1000);
        bench_ok(&b, "CreateTable", body);
    }
    for (bool more = true; more;) {
        snprintf(body, sizeof body, "{\"Limit\":73%s%s%s}",
            after[0] ? ",\"ExclusiveStartTableName\":\"" : "", after, after[0] ? "\"" : "");
        bench_ok(&b, "ListTables", body);
        const struct json *json = bench_json(&b);
        for (const struct json *n = json_get(json, STR("TableNames"))->first; n; n = n->next) {
            snprintf(after, sizeof after, "table-%04d", (int)seen++);
            assert_true(str_equal(n->text, str_from(after)));
        }
        more = json_get(json, STR("LastEvaluatedTableName")) != NULL;
    }
    assert_int_equal(seen, 1000);
    bench_fini(&b);
}

static void a_table_has_at_most_twenty_global_indexes(void **state)
{
    (void)state;
    struct bench b;
    char body[400];
    bench_init(&b);
    bench_ok(&b, "CreateTable", BENCH_TABLE);
    for (int i = 0; i <= CATALOG_GLOBAL_MAX; i++) {
        snprintf(body, sizeof body,
            "{\"TableName\":\"tab\",\"AttributeDefinitions\":[{\"AttributeName\":\"s\","
            "\"AttributeType\":\"N\"}],\"GlobalSecondaryIndexUpdates\":[{\"Create\":{\"IndexName\":"
            "\"index-%d\",\"KeySchema\":[{\"AttributeName\":\"s\",\"KeyType\":\"HASH\"}],"
            "\"Projection\":{\"ProjectionType\":\"KEYS_ONLY\"}}}]}",
            i);
        assert_int_equal(bench_call(&b, "UpdateTable", body), i < CATALOG_GLOBAL_MAX ? 200 : 400);
    }
    assert_true(bench_says(&b, "LimitExceededException"));
    bench_ok(&b, "PutItem",
        "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"1\"}}}");
    bench_ok(&b, "UpdateTable",
        "{\"TableName\":\"tab\",\"GlobalSecondaryIndexUpdates\":[{\"Delete\":{\"IndexName\":"
        "\"index-3\"}}]}");
    bench_ok(&b, "Scan", "{\"TableName\":\"tab\",\"IndexName\":\"index-19\"}");
    assert_int_equal(bench_number(&b, "Count"), 1);
    bench_fini(&b);
}

int main(int argc, char **argv)
{
    if (argc == 4)
        return run_as_another_process(argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_comes_back_as_it_was_written),
        cmocka_unit_test(an_index_takes_over_the_tables_keys),
        cmocka_unit_test(damaged_rows_are_refused_not_believed),
        cmocka_unit_test(changes_by_another_process_are_seen_at_once),
        cmocka_unit_test(a_thousand_tables_are_listed_in_pages),
        cmocka_unit_test(a_table_has_at_most_twenty_global_indexes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
