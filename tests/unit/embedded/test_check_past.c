/* SPDX-License-Identifier: MIT */
/* The check finds what has been broken of histories, jobs and files of backups.
 * test: threads */
#include "tests/unit/embedded/harness.h"

#include "backend/embedded/catalog.h"
#include "backend/embedded/store.h"

#include <dirent.h>

/* A sound store with a history of several writes, a finished backup; closed. */
static void make(struct bench *b)
{
    bench_init(b);
    bench_ok(b, "CreateTable", BENCH_TABLE);
    bench_ok(b, "UpdateContinuousBackups",
        "{\"TableName\":\"tab\",\"PointInTimeRecoverySpecification\":{"
        "\"PointInTimeRecoveryEnabled\":true}}");
    for (int i = 0; i < 6; i++) {
        b->clock.ms += 10;
        buf_clear(&b->body);
        buf_printf(&b->body,
            "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"a\"},\"s\":{\"N\":\"%d\"},\"v\":{"
            "\"N\":\"%d\"}}}",
            i % 2, i);
        assert_true(bench_send(b, "PutItem", NULL));
    }
    bench_ok(b, "CreateBackup", "{\"TableName\":\"tab\",\"BackupName\":\"one\"}");
    do
        bench_ok(b, "ListBackups", "{}");
    while (!bench_says(b, "AVAILABLE"));
    bench_close(b);
    assert_int_equal(bench_check(b), 0);
}

/* ---- damage ---- */

typedef bool harm(struct store_txn *txn, struct err *err);

static bool change_table(
    struct store_txn *txn, void (*change)(struct catalog_table *table), struct err *err)
{
    struct catalog *catalog = catalog_new();
    const struct catalog_table *table;
    bool done = catalog_find(catalog, txn, STR("tab"), &table, err) && table;
    if (done) {
        struct catalog_table copy = catalog_copy(table);
        change(&copy);
        done = catalog_put(txn, &copy, err);
        catalog_release(table);
    }
    catalog_free(catalog);
    return done;
}

static void hold(struct catalog_table *table)
{
    table->holds++;
}

static bool harm_holds(struct store_txn *txn, struct err *err)
{
    return change_table(txn, hold, err);
}

static void fill(struct catalog_table *table)
{
    table->filling = 77;
}

static bool harm_filling(struct store_txn *txn, struct err *err)
{
    return change_table(txn, fill, err);
}

static void forget(struct catalog_table *table)
{
    table->history = 0;
}

static bool harm_history(struct store_txn *txn, struct err *err)
{
    return change_table(txn, forget, err);
}

static bool harm_job(struct store_txn *txn, struct err *err)
{
    return store_put(txn, STORE_META, (struct str){"job.\0\0\0\x63", 8}, STR("bnone"), err);
}

static bool harm_marker(struct store_txn *txn, struct err *err)
{
    return store_put(
        txn, STORE_META, (struct str){"history.\0\0\0\x63", 12}, (struct str){"x\0", 2}, err);
}

static bool harm_moment(struct store_txn *txn, struct err *err)
{
    return store_put(txn, STORE_META, STR("moment"), (struct str){"\0\0\0\0\0\0\0\1", 8}, err);
}

/* The first record of the history that has an entry; there is no other stream. */
static bool harm_record(struct store_txn *txn, struct err *err)
{
    struct buf key = {0};
    bool found;
    struct store_cursor *c = store_cursor_open(txn, STORE_STREAM, err);
    bool done = c && store_seek(c, STR_NONE, false, &found, err);
    while (done && found && store_value(c).len == 0)
        done = store_step(c, false, &found, err);
    if (done && found)
        buf_add(&key, store_key(c));
    store_cursor_close(c);
    done = done && found && store_put(txn, STORE_STREAM, buf_str(&key), STR("\x07\x09zz"), err);
    buf_fini(&key);
    return done;
}

static bool run_harm(struct store_txn *txn, void *context, struct err *err)
{
    return (*(harm **)context)(txn, err);
}

static void collect(void *context, const char *finding)
{
    buf_add(context, str_from(finding));
    buf_add_byte(context, '\n');
}

static void expect_finding(struct bench *b, const char *finding)
{
    struct buf lines = {0};
    struct err err = ERR_INIT;
    uint64_t findings = 0;
    assert_true(embedded_check(b->folder, collect, &lines, &findings, &err));
    if (findings == 0 || !strstr(buf_cstr(&lines), finding))
        fail_msg("%d findings, none of them \"%s\":\n%s", (int)findings, finding, buf_cstr(&lines));
    buf_fini(&lines);
    nftw(b->folder, bench_remove, 8, FTW_DEPTH | FTW_PHYS);
    buf_fini(&b->body);
    ddb_reply_fini(&b->reply);
    arena_fini(&b->arena);
}

static void expect(harm *fn, const char *finding)
{
    struct bench b;
    struct err err = ERR_INIT;
    struct store_options options = {.no_sync = true};
    make(&b);
    struct store *store = store_open(b.folder, &options, &err);
    assert_non_null(store);
    assert_true(store_write(store, run_harm, &fn, &err));
    store_close(store, NULL);
    expect_finding(&b, finding);
}

static void test_damage_in_rows_and_histories_is_found(void **state)
{
    (void)state;
    expect(harm_holds, "tab: 0 jobs hold it, its row says 1");
    expect(harm_filling, "tab: no job fills it");
    expect(harm_history, "belongs to no");
    expect(harm_job, "jobs: the number 99 belongs to none");
    expect(harm_marker, "history: the number 99 belongs to no table");
    expect(harm_moment, "tab: its history has a time that was never given");
    expect(harm_record, "tab: a record of its history cannot be read");
}

/* The path of the only backup. */
static void backup_path(struct bench *b, char path[512])
{
    char folder[128];
    snprintf(folder, sizeof folder, "%s/backups", b->folder);
    DIR *names = opendir(folder);
    const struct dirent *entry;
    assert_non_null(names);
    while ((entry = readdir(names)) != NULL && entry->d_name[0] == '.')
        ;
    assert_non_null(entry);
    snprintf(path, 512, "%s/%s", folder, entry->d_name);
    closedir(names);
}

/* Every byte of the file matters. */
static void test_damage_in_a_backup_is_found_wherever_it_is(void **state)
{
    struct bench b;
    char path[512];
    long size;
    (void)state;
    make(&b);
    backup_path(&b, path);
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    size = ftell(f);
    for (long at = 0; at < size; at++) {
        fseek(f, at, SEEK_SET);
        int byte = fgetc(f);
        fseek(f, at, SEEK_SET);
        fputc(byte ^ 0x10, f);
        fflush(f);
        struct err err = ERR_INIT;
        uint64_t findings = 0;
        struct buf lines = {0};
        assert_true(embedded_check(b.folder, collect, &lines, &findings, &err));
        if (findings != 1)
            fail_msg("byte %ld: %d findings", at, (int)findings);
        buf_fini(&lines);
        fseek(f, at, SEEK_SET);
        fputc(byte, f);
        fflush(f);
    }
    fclose(f);
    assert_int_equal(bench_check(&b), 0);
    assert_int_equal(truncate(path, size - 9), 0);
    expect_finding(&b, "the backup is damaged");
}

/* A damaged backup gives no half a table. */
static void test_a_damaged_backup_is_not_restored(void **state)
{
    struct bench b;
    char path[512], body[400];
    (void)state;
    make(&b);
    backup_path(&b, path);
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    fseek(f, -40, SEEK_END);
    fputc('!', f);
    fclose(f);
    b.options.no_sync = false;
    bench_open(&b);
    snprintf(body, sizeof body,
        "{\"TargetTableName\":\"copy\",\"BackupArn\":"
        "\"arn:aws:dynamodb:us-east-1:000000000000:table/tab/backup/%s\"}",
        strrchr(path, '/') + 1);
    bench_ok(&b, "RestoreTableFromBackup", body);
    while (bench_call(&b, "DescribeTable", "{\"TableName\":\"copy\"}") == 200)
        assert_true(bench_says(&b, "CREATING"));
    bench_close(&b);
    expect_finding(&b, "the backup is damaged");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damage_in_rows_and_histories_is_found),
        cmocka_unit_test(test_damage_in_a_backup_is_found_wherever_it_is),
        cmocka_unit_test(test_a_damaged_backup_is_not_restored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
