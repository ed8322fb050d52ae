/* SPDX-License-Identifier: MIT */
/* Upkeep in a process that nobody calls: what is due is done, once, and then nothing is. */
#include "tests/unit/embedded/harness.h"

#include "backend/embedded/engine.h"
#include "backend/embedded/idle.h"
#include "backend/embedded/keeper.h"
#include "backend/embedded/stream.h"
#include "backend/embedded/sweep.h"
#include "backend/embedded/upkeep.h"

#include <pthread.h>
#include <sys/wait.h>

enum { START_S = 1767225600, TICKS_MAX = 500 };

/* A clock that the keeper's thread may look at while the test moves it. */
struct shared_clock {
    struct clock clock;
    _Atomic int64_t ms;
};

static int64_t shared_now(const struct clock *clock)
{
    return ((const struct shared_clock *)clock)->ms;
}

struct scene {
    struct bench bench;
    struct shared_clock clock;
};

static void scene_init(struct scene *s)
{
    *s = (struct scene){.clock = {.clock = {shared_now}, .ms = INT64_C(1000) * START_S}};
    bench_init(&s->bench);
    bench_close(&s->bench);
    s->bench.options.clock = &s->clock.clock;
    s->bench.options.upkeep = true;
    bench_open(&s->bench);
}

static struct engine *engine_in(struct scene *s)
{
    return (struct engine *)s->bench.backend;
}

/* One step of what the thread does by itself when its time has come. */
static void tick(struct scene *s)
{
    struct err err = ERR_INIT;
    struct keeper *keeper = engine_in(s)->keeper;
    keeper_wake(keeper, KEEPER_UPKEEP);
    if (!keeper_wait(keeper, KEEPER_UPKEEP, &err))
        fail_msg("%s", err.text);
}

static void create(struct bench *b, const char *table, bool lives)
{
    char body[512];
    snprintf(body, sizeof body,
        "{\"TableName\":\"%s\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"
        "\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"
        "\"AttributeName\":\"p\",\"AttributeType\":\"S\"}],\"StreamSpecification\":{"
        "\"StreamEnabled\":true,\"StreamViewType\":\"OLD_IMAGE\"}}",
        table);
    bench_ok(b, "CreateTable", body);
    snprintf(body, sizeof body,
        "{\"TableName\":\"%s\",\"TimeToLiveSpecification\":{\"AttributeName\":\"ends\",\"Enabled\":"
        "true}}",
        table);
    if (lives)
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

static uint64_t entries(struct scene *s, enum store_space space)
{
    struct err err = ERR_INIT;
    struct store_stat stat;
    assert_true(store_stat(engine_in(s)->store, &stat, &err));
    return stat.entries[space];
}

static void tick_until(struct scene *s, enum store_space space, uint64_t wanted)
{
    int ticks = 0;
    while (entries(s, space) != wanted && ticks++ < TICKS_MAX) {
        s->clock.ms += 1000;
        tick(s);
    }
    assert_int_equal(entries(s, space), wanted);
}

static void rest(struct scene *s)
{
    for (int i = 0; i < 20; i++) {
        s->clock.ms += 1000;
        tick(s);
    }
}

static void expired_items_go_when_nobody_calls(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    create(&s.bench, "one", true);
    create(&s.bench, "plain", false);
    create(&s.bench, "two", true);
    for (int i = 0; i < 2 * SWEEP_LOOK + 100; i++)
        put(&s.bench, "one", i, i % 7 ? START_S + 1000 : START_S - 1);
    for (int i = 0; i < SWEEP_REMOVE + 1; i++)
        put(&s.bench, "two", i, START_S - 1);
    for (int i = 0; i < 10; i++)
        put(&s.bench, "plain", i, START_S - 1);
    tick_until(&s, STORE_ITEMS, 10 + (2 * SWEEP_LOOK + 100) * 6 / 7);
    bench_fini(&s.bench);
}

/* Those that were written before the first look at them, and those after it. */
static void the_next_item_goes_when_its_time_has_come(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    create(&s.bench, "one", true);
    put(&s.bench, "one", 1, START_S + 600);
    put(&s.bench, "one", 2, START_S + 9000);
    for (int i = 0; i < 10; i++)
        tick(&s);
    s.clock.ms += 601 * 1000;
    tick_until(&s, STORE_ITEMS, 1);
    rest(&s); /* it waits for item 2 now */
    put(&s.bench, "one", 3, START_S + 700);
    s.clock.ms += 100 * 1000;
    tick_until(&s, STORE_ITEMS, 1);
    bench_fini(&s.bench);
}

static void a_store_that_rests_is_not_written(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    create(&s.bench, "one", true);
    for (int i = 0; i < 10; i++)
        put(&s.bench, "one", i, START_S + 100000);
    uint64_t version = store_version(engine_in(&s)->store);
    for (int i = 0; i < 50; i++) {
        s.clock.ms += 1000;
        tick(&s);
    }
    assert_true(store_version(engine_in(&s)->store) == version);
    bench_fini(&s.bench);
}

static bool look_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    return sweep_look(call, txn, context, err);
}

static bool remove_in(struct call *call, struct store_txn *txn, void *context, struct err *err)
{
    return sweep_remove(call, txn, context, err);
}

static void an_item_that_lives_on_meanwhile_stays(void **state)
{
    (void)state;
    struct scene s;
    struct err err = ERR_INIT;
    struct sweep_look *look = calloc(1, sizeof *look);
    assert_non_null(look);
    scene_init(&s);
    create(&s.bench, "one", true);
    bench_close(&s.bench); /* nobody else looks */
    s.bench.options.upkeep = false;
    bench_open(&s.bench);
    put(&s.bench, "one", 1, START_S - 1);
    struct call *call = engine_take(engine_in(&s));
    assert_true(engine_read(call, look_in, look, &err));
    assert_int_equal(look->count, 1);
    put(&s.bench, "one", 1, START_S + 1000);
    assert_true(engine_write(call, remove_in, look, &err));
    engine_give(call);
    assert_int_equal(entries(&s, STORE_ITEMS), 1);
    free(look);
    bench_fini(&s.bench);
}

static void what_a_deleted_table_leaves_is_reclaimed(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    bench_close(&s.bench);
    s.bench.options.upkeep = false;
    bench_open(&s.bench);
    create(&s.bench, "one", false);
    for (int i = 0; i < 22 * UPKEEP_STEP; i++)
        put(&s.bench, "one", i, 0);
    bench_ok(&s.bench, "DeleteTable", "{\"TableName\":\"one\"}");
    assert_true(entries(&s, STORE_ITEMS) > 0);
    bench_close(&s.bench);
    s.bench.options.upkeep = true;
    bench_open(&s.bench);
    tick_until(&s, STORE_ITEMS, 0);
    s.clock.ms += STREAM_RETENTION_MS + 1;
    tick_until(&s, STORE_STREAM, 0);
    bench_fini(&s.bench);
}

static void old_records_are_trimmed(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    create(&s.bench, "one", false);
    for (int i = 0; i < UPKEEP_STEP + 10; i++)
        put(&s.bench, "one", i, 0);
    for (int i = 0; i < 10; i++)
        tick(&s);
    assert_int_equal(entries(&s, STORE_STREAM), UPKEEP_STEP + 10);
    s.clock.ms += STREAM_RETENTION_MS;
    put(&s.bench, "one", -1, 0);
    tick(&s);
    assert_int_equal(entries(&s, STORE_STREAM), UPKEEP_STEP + 11);
    s.clock.ms += 2 * IDLE_TRIM_MS;
    tick_until(&s, STORE_STREAM, 1);
    bench_fini(&s.bench);
}

static void a_store_that_is_only_read_is_left_alone(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s);
    create(&s.bench, "one", true);
    put(&s.bench, "one", 1, START_S - 1);
    bench_close(&s.bench);
    s.bench.options.read_only = true;
    bench_open(&s.bench);
    assert_null(engine_in(&s)->idle);
    bench_fini(&s.bench);
}

/* Holds the lease until its pipe is closed. */
static pid_t hold_lease(const char *path, int *release)
{
    int ready[2], end[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(end), 0);
    pid_t child = fork();
    if (child == 0) {
        struct err err = ERR_INIT;
        struct store_options options = {.must_exist = true};
        close(end[1]);
        struct store *store = store_open(path, &options, &err);
        bool held = store && store_lease(store, IDLE_LEASE);
        if (write(ready[1], "x", 1) != 1 || !held)
            _exit(1);
        _exit(read(end[0], &byte, 1) == 0 ? 0 : 2);
    }
    close(ready[1]);
    close(end[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    *release = end[1];
    return child;
}

static void of_two_processes_one_works(void **state)
{
    (void)state;
    struct scene s;
    int release, status;
    scene_init(&s);
    bench_close(&s.bench);
    s.bench.options.upkeep = false;
    bench_open(&s.bench);
    create(&s.bench, "one", true);
    put(&s.bench, "one", 1, START_S - 1);
    bench_close(&s.bench);
    pid_t child = hold_lease(s.bench.folder, &release);
    s.bench.options.upkeep = true;
    bench_open(&s.bench);
    for (int i = 0; i < 10; i++)
        tick(&s);
    assert_int_equal(entries(&s, STORE_ITEMS), 1);
    close(release);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    tick_until(&s, STORE_ITEMS, 0);
    bench_fini(&s.bench);
}

static void a_process_that_is_stopped_does_not_stop_the_others(void **state)
{
    (void)state;
    struct scene s;
    int release, status;
    scene_init(&s);
    bench_close(&s.bench);
    pid_t child = hold_lease(s.bench.folder, &release);
    bench_open(&s.bench);
    create(&s.bench, "one", true);
    put(&s.bench, "one", 1, START_S - 1);
    tick_until(&s, STORE_ITEMS, 0);
    put(&s.bench, "one", 1, START_S - 1);
    tick_until(&s, STORE_ITEMS, 0);
    close(release);
    assert_int_equal(waitpid(child, &status, 0), child);
    bench_fini(&s.bench);
}

/* ---- beside others ---- */

struct writer {
    struct backend *backend;
    const char *table;
    atomic_uint wrong;
};

/* Threads must not use cmocka's assertions: they count what is wrong. */
static void *write_items(void *context)
{
    struct writer *w = context;
    struct ddb_reply reply = {0};
    for (int i = 0; i < 300; i++) {
        struct err err = ERR_INIT;
        char body[256];
        snprintf(body, sizeof body,
            "{\"TableName\":\"%s\",\"Item\":{\"p\":{\"S\":\"%d\"},\"ends\":{\"N\":\"%d\"}}}",
            w->table, i, i % 3 ? START_S - 1 : START_S + 100000);
        struct ddb_call call = {.operation = STR("PutItem"), .body = str_from(body)};
        if (!backend_call(w->backend, &call, &reply, &err) || reply.status != 200)
            atomic_fetch_add(&w->wrong, 1);
    }
    ddb_reply_fini(&reply);
    return NULL;
}

static void every_expired_item_goes_however_many_write(void **state)
{
    (void)state;
    enum { WRITERS = 3 };
    static const char *const tables[WRITERS] = {"one", "two", "six"};
    struct scene s;
    struct writer writers[WRITERS];
    pthread_t threads[WRITERS];
    scene_init(&s);
    for (int i = 0; i < WRITERS; i++) {
        create(&s.bench, tables[i], true);
        writers[i] = (struct writer){.backend = s.bench.backend, .table = tables[i]};
        assert_int_equal(pthread_create(&threads[i], NULL, write_items, &writers[i]), 0);
    }
    for (int i = 0; i < 40; i++) {
        s.clock.ms += IDLE_REST_MS;
        tick(&s);
    }
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(writers[i].wrong, 0);
    }
    s.clock.ms += 60 * 1000;
    tick_until(&s, STORE_ITEMS, WRITERS * 100);
    bench_fini(&s.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expired_items_go_when_nobody_calls),
        cmocka_unit_test(the_next_item_goes_when_its_time_has_come),
        cmocka_unit_test(a_store_that_rests_is_not_written),
        cmocka_unit_test(an_item_that_lives_on_meanwhile_stays),
        cmocka_unit_test(what_a_deleted_table_leaves_is_reclaimed),
        cmocka_unit_test(old_records_are_trimmed),
        cmocka_unit_test(a_store_that_is_only_read_is_left_alone),
        cmocka_unit_test(of_two_processes_one_works),
        cmocka_unit_test(a_process_that_is_stopped_does_not_stop_the_others),
        cmocka_unit_test(every_expired_item_goes_however_many_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
