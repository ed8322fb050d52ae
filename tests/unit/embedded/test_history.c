/* SPDX-License-Identifier: MIT */
/*
 * Tables as they were: random changes, remembered states, restores and backups of many moments
 * while changes go on, with the store closed and opened in between. Each copy must be the table as
 * it was, item for item.
 *
 * test: threads
 */
#include "tests/unit/embedded/harness.h"

#include "backend/embedded/job.h"
#include "backend/embedded/restore.h"
#include "backend/embedded/store.h"

#include <inttypes.h>

enum { STATES = 24, STEPS = 40, KEYS = 50, LARGE = 250000 };

/* ---- a table's content, in scan order, which is the same for all tables of a schema ---- */

static void scan(struct bench *b, const char *table, struct buf *out)
{
    struct buf body = {0}, from = {0};
    buf_clear(out);
    do {
        buf_clear(&body);
        buf_printf(&body, "{\"TableName\":\"%s\"", table);
        if (from.len)
            buf_printf(&body, ",\"ExclusiveStartKey\":%s", buf_cstr(&from));
        buf_add_byte(&body, '}');
        bench_ok(b, "Scan", buf_cstr(&body));
        struct str answer = buf_str(&b->reply.body);
        const struct json *json = bench_json(b), *items = json_get(json, STR("Items"));
        const struct json *last = json_get(json, STR("LastEvaluatedKey"));
        if (items->count)
            buf_add(out, str_take(str_skip(answer, items->at + 1), items->len - 2));
        buf_clear(&from);
        if (last)
            buf_add(&from, str_take(str_skip(answer, last->at), last->len));
        if (items->count && last)
            buf_add_byte(out, ',');
    } while (from.len);
    if (out->len && out->at[out->len - 1] == ',')
        out->len--;
    buf_fini(&body);
    buf_fini(&from);
}

/* Asks until the table is ACTIVE: its job runs meanwhile. */
static void await_table(struct bench *b, const char *table)
{
    struct buf body = {0};
    buf_printf(&body, "{\"TableName\":\"%s\"}", table);
    do
        bench_ok(b, "DescribeTable", buf_cstr(&body));
    while (!bench_says(b, "\"TableStatus\":\"ACTIVE\""));
    buf_fini(&body);
}

static void await_backup(struct bench *b, const char *arn)
{
    struct buf body = {0};
    buf_printf(&body, "{\"BackupArn\":\"%s\"}", arn);
    do
        bench_ok(b, "DescribeBackup", buf_cstr(&body));
    while (!bench_says(b, "\"BackupStatus\":\"AVAILABLE\""));
    buf_fini(&body);
}

static void backup_arn(struct bench *b, char arn[128])
{
    const struct json *details = json_get(bench_json(b), STR("BackupDetails"));
    struct str text = json_get(details, STR("BackupArn"))->text;
    assert_true(text.len < 128);
    snprintf(arn, 128, "%.*s", STR_ARG(text));
}

/* ---- random changes ---- */

struct model {
    struct bench b;
    uint32_t seed;
    unsigned writes;
    struct buf body;
};

static uint32_t roll(struct model *m, uint32_t sides)
{
    m->seed = m->seed * 1664525 + 1013904223;
    return (m->seed >> 8) % sides;
}

static void put_key(struct model *m, struct buf *out)
{
    uint32_t key = roll(m, KEYS);
    buf_printf(out, "\"p\":{\"S\":\"p%u\"},\"s\":{\"N\":\"%u\"}", key % 7, key);
}

static void put_item(struct model *m, struct buf *out)
{
    size_t len = roll(m, 8) == 0 ? LARGE : roll(m, 40);
    buf_add_byte(out, '{');
    put_key(m, out);
    buf_printf(out, ",\"w\":{\"N\":\"%u\"},\"v%u\":{\"S\":\"", m->writes++, roll(m, 20));
    memset(buf_reserve(out, len), 'x', len);
    out->len += len;
    buf_add(out, STR("\"}}"));
}

static void change(struct model *m)
{
    struct buf *body = &m->body;
    const char *operation = "PutItem";
    buf_clear(body);
    buf_add(body, STR("{\"TableName\":\"tab\","));
    switch (roll(m, 5)) {
    case 0:
        operation = "DeleteItem";
        buf_add(body, STR("\"Key\":{"));
        put_key(m, body);
        buf_add(body, STR("}}"));
        break;
    case 1:
        operation = "UpdateItem";
        buf_add(body, STR("\"Key\":{"));
        put_key(m, body);
        buf_add(body, STR("},\"UpdateExpression\":\"ADD n :one\","
                          "\"ExpressionAttributeValues\":{\":one\":{\"N\":\"1\"}}}"));
        break;
    default:
        buf_add(body, STR("\"Item\":"));
        put_item(m, body);
        buf_add_byte(body, '}');
    }
    bench_ok(&m->b, operation, buf_cstr(body));
}

static void change_some(struct model *m)
{
    for (int i = 0; i < STEPS; i++) {
        change(m);
        m->b.clock.ms += roll(m, 3);
    }
}

static void model_init(struct model *m, uint32_t seed)
{
    *m = (struct model){.seed = seed};
    bench_init(&m->b);
    bench_ok(&m->b, "CreateTable", BENCH_TABLE);
}

static void model_fini(struct model *m)
{
    buf_fini(&m->body);
    bench_fini(&m->b);
}

static void reopen(struct model *m)
{
    bench_close(&m->b);
    m->b.options.no_sync = false; /* what an earlier process left is not looked for in bulk loads */
    bench_open(&m->b);
}

static void enable(struct bench *b)
{
    bench_ok(b, "UpdateContinuousBackups",
        "{\"TableName\":\"tab\",\"PointInTimeRecoverySpecification\":{"
        "\"PointInTimeRecoveryEnabled\":true}}");
}

struct state {
    int64_t ms;
    struct buf items;
};

static void remember(struct model *m, struct state *state)
{
    m->b.clock.ms += 2;
    state->ms = m->b.clock.ms;
    scan(&m->b, "tab", &state->items);
    m->b.clock.ms += 1;
}

static void expect_table(struct model *m, const char *table, const struct state *state)
{
    struct buf items = {0};
    await_table(&m->b, table);
    scan(&m->b, table, &items);
    if (!str_equal(buf_str(&items), buf_str(&state->items)))
        fail_msg("%s (seed %" PRIu32 ") is not as it was: %zu bytes, not %zu", table, m->seed,
            items.len, state->items.len);
    buf_fini(&items);
}

/* ---- tests ---- */

static void test_every_moment_that_was_can_be_restored(void **unused)
{
    (void)unused;
    for (uint32_t seed = 1; seed <= 3; seed++) {
        struct model m;
        struct state states[STATES] = {0};
        char table[32];
        model_init(&m, seed);
        change_some(&m);
        enable(&m.b);
        for (int i = 0; i < STATES; i++) {
            remember(&m, &states[i]);
            change_some(&m);
        }
        for (int i = 0; i < STATES; i++) {
            buf_clear(&m.body);
            buf_printf(&m.body,
                "{\"SourceTableName\":\"tab\",\"TargetTableName\":\"tab-%d\",\"RestoreDateTime\":"
                "%" PRId64 ".%03d}",
                i, states[i].ms / 1000, (int)(states[i].ms % 1000));
            bench_ok(&m.b, "RestoreTableToPointInTime", buf_cstr(&m.body));
            change(&m); /* while it runs */
            if (i % 5 == 0)
                reopen(&m);
        }
        for (int i = 0; i < STATES; i++) {
            snprintf(table, sizeof table, "tab-%d", i);
            expect_table(&m, table, &states[i]);
            buf_fini(&states[i].items);
        }
        model_fini(&m);
    }
}

static void test_a_clock_that_went_back_hides_no_write(void **unused)
{
    enum { FAR_MS = 100 * 1000 };
    static const char copies[][5] = {"now", "sec", "last"};
    struct model m;
    struct state state = {0};
    (void)unused;
    model_init(&m, 5);
    enable(&m.b);
    change_some(&m);
    m.b.clock.ms += FAR_MS;
    change_some(&m);
    m.b.clock.ms -= FAR_MS;
    change_some(&m);
    m.b.clock.ms += 1000 - m.b.clock.ms % 1000 + 400;
    change(&m);
    scan(&m.b, "tab", &state.items);
    bench_ok(&m.b, "DescribeContinuousBackups", "{\"TableName\":\"tab\"}");
    const struct json *latest =
        json_get(json_get(bench_json(&m.b)->first, STR("PointInTimeRecoveryDescription")),
            STR("LatestRestorableDateTime"));
    assert_non_null(latest);
    char last[40];
    snprintf(last, sizeof last, "%.*s", STR_ARG(latest->text));
    for (int i = 0; i < 3; i++) {
        int64_t now = m.b.clock.ms;
        buf_clear(&m.body);
        buf_printf(&m.body,
            "{\"SourceTableName\":\"tab\",\"TargetTableName\":\"%s\",\"RestoreDateTime\":",
            copies[i]);
        if (i == 2)
            buf_printf(&m.body, "%s}", last);
        else
            buf_printf(&m.body, "%" PRId64 ".%03d}", now / 1000, i ? 0 : (int)(now % 1000));
        bench_ok(&m.b, "RestoreTableToPointInTime", buf_cstr(&m.body));
        expect_table(&m, copies[i], &state);
    }
    buf_fini(&state.items);
    model_fini(&m);
}

static void test_a_backup_is_the_table_at_the_moment_of_the_call(void **unused)
{
    enum { BACKUPS = 10 };
    struct model m;
    struct state states[BACKUPS] = {0};
    char arns[BACKUPS][128], table[32];
    (void)unused;
    model_init(&m, 7);
    for (int i = 0; i < BACKUPS; i++) {
        change_some(&m);
        scan(&m.b, "tab", &states[i].items);
        bench_ok(&m.b, "CreateBackup", "{\"TableName\":\"tab\",\"BackupName\":\"some\"}");
        backup_arn(&m.b, arns[i]);
        change(&m); /* in the same millisecond */
        if (i % 3 == 0)
            m.b.clock.ms -= 5000; /* a clock that is set back */
        change(&m);
        if (i % 4 == 0)
            reopen(&m);
    }
    for (int i = 0; i < BACKUPS; i++) {
        await_backup(&m.b, arns[i]);
        buf_clear(&m.body);
        buf_printf(&m.body, "{\"TargetTableName\":\"tab-%d\",\"BackupArn\":\"%s\"}", i, arns[i]);
        bench_ok(&m.b, "RestoreTableFromBackup", buf_cstr(&m.body));
        snprintf(table, sizeof table, "tab-%d", i);
        expect_table(&m, table, &states[i]);
        buf_fini(&states[i].items);
    }
    model_fini(&m);
}

/* ---- a step done twice ---- */

static const char *const copy_name = "copy";

static bool begin_restore(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct job *job = context;
    const struct catalog_table *source;
    if (!engine_table_maybe(call, txn, STR("tab"), &source, err) || !source)
        return false;
    struct catalog_table table = catalog_copy(source);
    *job = (struct job){.kind = JOB_RESTORE,
        .source = source->name,
        .source_id = source->id,
        .moment = INT64_MAX - 1};
    table.name = str_from(copy_name);
    table.recovery = false;
    table.recovery_ms = 0;
    table.history = table.holds = table.recovery_days = 0;
    table.uuid = STR("some");
    return restore_begin(call, txn, &table, job, err);
}

static bool read_job(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    struct job *job = context;
    bool found;
    if (!job_get(
            txn, &call->arena, JOB_RESTORE, arena_dup(&call->arena, job->id), job, &found, err))
        return false;
    if (!found)
        job->number = 0;
    return true;
}

/* Each step by two who have read the same row, as where leases do not hold. */
static void test_a_step_that_two_processes_do_counts_once(void **unused)
{
    enum { ITEMS = 20 };
    struct model m;
    struct err err = ERR_INIT;
    struct job job;
    int steps = 0;
    (void)unused;
    model_init(&m, 21);
    for (int i = 0; i < ITEMS; i++) {
        buf_clear(&m.body);
        buf_printf(&m.body,
            "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"%d\"},\"s\":{\"N\":\"1\"},\"v\":{"
            "\"S\":\"",
            i);
        memset(buf_reserve(&m.body, LARGE), 'x', LARGE);
        m.body.len += LARGE;
        buf_add(&m.body, STR("\"}}}"));
        bench_ok(&m.b, "PutItem", buf_cstr(&m.body));
    }
    struct call *call = engine_take((struct engine *)m.b.backend);
    struct ddb_call request = {.region = STR("us-east-1")};
    call->request = &request;
    if (!engine_write(call, begin_restore, &job, &err) || !engine_read(call, read_job, &job, &err))
        fail_msg("%s", err.text);
    for (; job.number; steps++) {
        struct job one = job, two = job;
        if (!restore_work(call, &one, &err) || !restore_work(call, &two, &err) ||
            !engine_read(call, read_job, &job, &err))
            fail_msg("%s", err.text);
    }
    engine_give(call);
    assert_true(steps > 2);
    await_table(&m.b, copy_name);
    bench_ok(&m.b, "DescribeTable", "{\"TableName\":\"copy\"}");
    assert_true(bench_says(&m.b, "\"ItemCount\":20,"));
    model_fini(&m);
}

static void test_a_table_that_is_deleted_is_still_read_to_its_end(void **unused)
{
    struct model m;
    struct state state = {0};
    (void)unused;
    model_init(&m, 9);
    enable(&m.b);
    change_some(&m);
    remember(&m, &state);
    bench_ok(&m.b, "RestoreTableToPointInTime",
        "{\"SourceTableName\":\"tab\",\"TargetTableName\":\"copy\",\"UseLatestRestorableTime\":"
        "true}");
    bench_ok(&m.b, "DeleteTable", "{\"TableName\":\"tab\"}");
    bench_ok(&m.b, "CreateTable", BENCH_TABLE);
    change_some(&m);
    expect_table(&m, "copy", &state);
    buf_fini(&state.items);
    model_fini(&m);
}

static void test_an_item_that_an_index_cannot_have_is_restored_without_it(void **unused)
{
    struct model m;
    struct state state = {0};
    char arn[128], body[300];
    (void)unused;
    model_init(&m, 17);
    bench_ok(&m.b, "PutItem",
        "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"1\"},\"g\":{\"N\":"
        "\"1\"}}}");
    bench_ok(&m.b, "UpdateTable",
        "{\"TableName\":\"tab\",\"AttributeDefinitions\":[{\"AttributeName\":\"g\","
        "\"AttributeType\":\"S\"}],\"GlobalSecondaryIndexUpdates\":[{\"Create\":{\"IndexName\":"
        "\"byg\",\"KeySchema\":[{\"AttributeName\":\"g\",\"KeyType\":\"HASH\"}],\"Projection\":{"
        "\"ProjectionType\":\"ALL\"}}}]}");
    scan(&m.b, "tab", &state.items);
    bench_ok(&m.b, "CreateBackup", "{\"TableName\":\"tab\",\"BackupName\":\"some\"}");
    backup_arn(&m.b, arn);
    await_backup(&m.b, arn);
    snprintf(body, sizeof body, "{\"TargetTableName\":\"copy\",\"BackupArn\":\"%s\"}", arn);
    bench_ok(&m.b, "RestoreTableFromBackup", body);
    expect_table(&m, "copy", &state);
    bench_ok(&m.b, "Scan", "{\"TableName\":\"copy\",\"IndexName\":\"byg\"}");
    assert_int_equal(bench_number(&m.b, "Count"), 0);
    buf_fini(&state.items);
    model_fini(&m);
}

static void test_a_table_that_is_being_restored_is_not_there_for_items(void **unused)
{
    struct model m;
    (void)unused;
    model_init(&m, 11);
    for (int i = 0; i < 10; i++)
        change_some(&m);
    enable(&m.b);
    bench_ok(&m.b, "RestoreTableToPointInTime",
        "{\"SourceTableName\":\"tab\",\"TargetTableName\":\"copy\",\"UseLatestRestorableTime\":"
        "true}");
    if (bench_call(&m.b, "DescribeTable", "{\"TableName\":\"copy\"}") == 200 &&
        bench_says(&m.b, "CREATING")) {
        int status = bench_call(&m.b, "Scan", "{\"TableName\":\"copy\"}");
        assert_true(status == 200 || bench_says(&m.b, "ResourceNotFoundException"));
        status = bench_call(&m.b, "DeleteTable", "{\"TableName\":\"copy\"}");
        assert_true(status == 200 || bench_says(&m.b, "ResourceInUseException"));
    }
    if (bench_call(&m.b, "DescribeTable", "{\"TableName\":\"copy\"}") == 200)
        await_table(&m.b, "copy");
    model_fini(&m);
}

/* Records that are kept; there is no stream. Closes and opens the store. */
static uint64_t count_records(struct model *m)
{
    struct store_options options = {.read_only = true};
    struct store_stat stat;
    struct err err = ERR_INIT;
    bench_close(&m->b);
    struct store *store = store_open(m->b.folder, &options, &err);
    assert_non_null(store);
    assert_true(store_stat(store, &stat, &err));
    store_close(store, NULL);
    bench_open(&m->b);
    return stat.entries[STORE_STREAM];
}

static void test_nothing_is_kept_without_recovery_and_old_records_go(void **unused)
{
    enum { WRITES = 600 }; /* what is old is looked for with every 256th */
    struct model m;
    (void)unused;
    model_init(&m, 15);
    change_some(&m);
    assert_int_equal(count_records(&m), 0);
    enable(&m.b);
    change_some(&m);
    change_some(&m);
    assert_true(count_records(&m) > STEPS);
    m.b.clock.ms += INT64_C(36) * 86400000;
    for (int i = 0; i < WRITES; i++) /* of one item in one millisecond: the first is kept */
        bench_ok(&m.b, "UpdateItem",
            "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"one\"},\"s\":{\"N\":\"0\"}},"
            "\"UpdateExpression\":\"ADD n :one\",\"ExpressionAttributeValues\":{\":one\":{\"N\":"
            "\"1\"}}}");
    assert_int_equal(count_records(&m), 1);
    bench_ok(&m.b, "UpdateContinuousBackups",
        "{\"TableName\":\"tab\",\"PointInTimeRecoverySpecification\":{"
        "\"PointInTimeRecoveryEnabled\":false}}");
    change_some(&m);
    assert_int_equal(count_records(&m), 0);
    model_fini(&m);
}

static void test_what_is_within_the_period_stays(void **unused)
{
    struct model m;
    (void)unused;
    model_init(&m, 13);
    bench_ok(&m.b, "UpdateContinuousBackups",
        "{\"TableName\":\"tab\",\"PointInTimeRecoverySpecification\":{"
        "\"PointInTimeRecoveryEnabled\":true,\"RecoveryPeriodInDays\":1}}");
    for (int i = 0; i < 5; i++)
        change_some(&m);
    m.b.clock.ms += INT64_C(2) * 86400000;
    struct state state = {0};
    remember(&m, &state);
    for (int i = 0; i < 15; i++)
        change_some(&m);
    buf_clear(&m.body);
    buf_printf(&m.body,
        "{\"SourceTableName\":\"tab\",\"TargetTableName\":\"copy\",\"RestoreDateTime\":%" PRId64
        ".%03d}",
        state.ms / 1000, (int)(state.ms % 1000));
    bench_ok(&m.b, "RestoreTableToPointInTime", buf_cstr(&m.body));
    expect_table(&m, "copy", &state);
    buf_fini(&state.items);
    model_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_moment_that_was_can_be_restored),
        cmocka_unit_test(test_a_clock_that_went_back_hides_no_write),
        cmocka_unit_test(test_a_step_that_two_processes_do_counts_once),
        cmocka_unit_test(test_a_backup_is_the_table_at_the_moment_of_the_call),
        cmocka_unit_test(test_a_table_that_is_deleted_is_still_read_to_its_end),
        cmocka_unit_test(test_an_item_that_an_index_cannot_have_is_restored_without_it),
        cmocka_unit_test(test_a_table_that_is_being_restored_is_not_there_for_items),
        cmocka_unit_test(test_nothing_is_kept_without_recovery_and_old_records_go),
        cmocka_unit_test(test_what_is_within_the_period_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
