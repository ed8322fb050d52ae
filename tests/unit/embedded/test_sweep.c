/* SPDX-License-Identifier: MIT */
/* Time to live: every expired item goes, a bounded number at a time, and no other. */
#include "tests/unit/embedded/harness.h"

#include "backend/embedded/engine.h"
#include "backend/embedded/sweep.h"
#include "backend/embedded/token.h"

enum { ITEMS = 2 * SWEEP_LOOK + 500, START_S = 1767225600 };

static void create(struct bench *b, const char *table)
{
    char body[512];
    snprintf(body, sizeof body,
        "{\"TableName\":\"%s\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"
        "\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"
        "\"AttributeName\":\"p\",\"AttributeType\":\"S\"}]}",
        table);
    bench_ok(b, "CreateTable", body);
    snprintf(body, sizeof body,
        "{\"TableName\":\"%s\",\"TimeToLiveSpecification\":{\"AttributeName\":\"ends\",\"Enabled\":"
        "true}}",
        table);
    bench_ok(b, "UpdateTimeToLive", body);
}

static void put(struct bench *b, const char *table, int i, long ends)
{
    char body[256];
    snprintf(body, sizeof body,
        "{\"TableName\":\"%s\",\"Item\":{\"p\":{\"S\":\"%d\"},\"ends\":{\"N\":\"%ld\"}}}", table, i,
        ends);
    bench_ok(b, "PutItem", body);
}

static int64_t count(struct bench *b, const char *table)
{
    char body[128];
    snprintf(body, sizeof body, "{\"TableName\":\"%s\",\"Select\":\"COUNT\"}", table);
    bench_ok(b, "Scan", body);
    return bench_number(b, "Count");
}

/* A write that changes nothing, a second later. */
static void tick(struct bench *b)
{
    b->clock.ms += SWEEP_EVERY_MS;
    bench_ok(b, "DeleteItem", "{\"TableName\":\"one\",\"Key\":{\"p\":{\"S\":\"nobody\"}}}");
}

static void expired_items_of_all_tables_go_in_bounded_steps(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    create(&b, "one");
    create(&b, "two");
    for (int i = 0; i < ITEMS; i++) {
        put(&b, "one", i, i % 2 ? START_S - 1 : START_S + 100000);
        if (i < 200)
            put(&b, "two", i, START_S - 1);
    }
    b.clock.ms += SWEEP_FIRST_MS;
    int64_t before = count(&b, "one") + count(&b, "two"), after = before;
    int steps = 0;
    for (; after > ITEMS / 2 && steps < 200; steps++) {
        tick(&b);
        before = after;
        after = count(&b, "one") + count(&b, "two");
        assert_true(before - after <= SWEEP_REMOVE);
    }
    assert_int_equal(count(&b, "two"), 0);
    assert_int_equal(count(&b, "one"), ITEMS / 2);
    assert_true(steps >= ITEMS / 2 / SWEEP_REMOVE);
    for (int i = 0; i < 10; i++)
        tick(&b);
    assert_int_equal(count(&b, "one"), ITEMS / 2);
    bench_fini(&b);
}

static void the_walk_goes_on_in_the_next_process(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    create(&b, "one");
    /* only the last in the table's order has expired, whichever that is */
    for (int i = 0; i < SWEEP_LOOK + 100; i++)
        put(&b, "one", i, START_S + 1000000);
    b.clock.ms += SWEEP_FIRST_MS;
    tick(&b); /* the first SWEEP_LOOK */
    for (int i = 0; i < SWEEP_LOOK + 100; i++)
        put(&b, "one", i, START_S - 1);
    bench_close(&b);
    bench_open(&b);
    tick(&b);
    b.clock.ms += SWEEP_FIRST_MS;
    tick(&b); /* the others are not more than one step removes */
    int64_t left = count(&b, "one");
    assert_int_equal(left, SWEEP_LOOK);
    bench_fini(&b);
}

/* Replaces the value of the first item in the store, or puts it back. */
static bool replace_first(struct store_txn *txn, void *context, struct err *err)
{
    struct buf *value = context, key = {0}, old = {0};
    bool found = false;
    struct store_cursor *c = store_cursor_open(txn, STORE_ITEMS, err);
    bool done = c && store_seek(c, STR(""), false, &found, err) && found;
    if (done) {
        buf_add(&key, store_key(c));
        buf_add(&old, store_value(c));
    }
    store_cursor_close(c);
    done = done && store_put(txn, STORE_ITEMS, buf_str(&key), buf_str(value), err);
    buf_clear(value);
    buf_add(value, buf_str(&old));
    buf_fini(&key);
    buf_fini(&old);
    return done;
}

static void an_item_that_cannot_be_read_stops_nothing(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    struct buf value = {0};
    struct bench b;
    bench_init(&b);
    create(&b, "one");
    for (int i = 0; i < 10; i++)
        put(&b, "one", i, START_S - 1);
    struct store *store = ((struct engine *)b.backend)->store;
    buf_add(&value, STR("\x05\xff\xff\xff"));
    assert_true(store_write(store, replace_first, &value, &err));
    b.clock.ms += SWEEP_FIRST_MS;
    for (int i = 0; i < 3; i++)
        tick(&b);
    assert_true(store_write(store, replace_first, &value, &err));
    assert_int_equal(count(&b, "one"), 1);
    buf_fini(&value);
    bench_fini(&b);
}

static void a_table_that_is_gone_is_forgotten(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    create(&b, "one");
    create(&b, "two");
    put(&b, "two", 1, START_S - 1);
    bench_ok(&b, "DeleteTable", "{\"TableName\":\"two\"}");
    create(&b, "two"); /* another table of that name */
    put(&b, "two", 1, START_S - 1);
    b.clock.ms += SWEEP_FIRST_MS;
    for (int i = 0; i < 4; i++)
        tick(&b);
    assert_int_equal(count(&b, "two"), 0);
    bench_fini(&b);
}

static uint64_t meta_entries(struct bench *b)
{
    struct err err = ERR_INIT;
    struct store_stat stat;
    assert_true(store_stat(((struct engine *)b->backend)->store, &stat, &err));
    return stat.entries[STORE_META];
}

static void transact(struct bench *b, int token)
{
    char body[256];
    snprintf(body, sizeof body,
        "{\"ClientRequestToken\":\"token %d\",\"TransactItems\":[{\"Put\":{\"TableName\":\"one\","
        "\"Item\":{\"p\":{\"S\":\"x\"}}}}]}",
        token);
    bench_ok(b, "TransactWriteItems", body);
}

static void tokens_that_have_expired_are_dropped(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b);
    create(&b, "one");
    transact(&b, 0);
    uint64_t one = meta_entries(&b);
    for (int i = 1; i < 100; i++)
        transact(&b, i);
    assert_int_equal(meta_entries(&b), one + 2 * 99);
    b.clock.ms += TOKEN_LIFE_MS - 1;
    transact(&b, 99); /* still known */
    assert_int_equal(meta_entries(&b), one + 2 * 99);
    b.clock.ms += 1;
    for (int i = 0; i < 20; i++) {
        transact(&b, 7); /* taken for a new one once */
        transact(&b, 1000 + i);
    }
    assert_true(meta_entries(&b) <= one + 2 * 21);
    bench_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expired_items_of_all_tables_go_in_bounded_steps),
        cmocka_unit_test(the_walk_goes_on_in_the_next_process),
        cmocka_unit_test(an_item_that_cannot_be_read_stops_nothing),
        cmocka_unit_test(a_table_that_is_gone_is_forgotten),
        cmocka_unit_test(tokens_that_have_expired_are_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
