/* SPDX-License-Identifier: MIT */
/* test: threads */
/* Records as they come: their words, the bound, the counts, starts and ends. */
#include "views/tail.h"

#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>

struct fixture {
    char folder[64];
    struct clock_fake clock;
    struct worker *worker;
    struct client client; /* on the worker's backend: only while it is idle */
    struct client_table table;
    struct arena arena;
    size_t dropped, added, calls;
};

static void on_changed(void *context, size_t dropped, size_t added)
{
    struct fixture *f = context;
    f->dropped += dropped;
    f->added += added;
    f->calls++;
}

static void ask(struct fixture *f, const char *operation, const char *body)
{
    struct ddb_reply reply = {0};
    struct err err = ERR_INIT;
    if (!client_call(&f->client, str_from(operation), str_from(body), &reply, &err))
        fail_msg("%s: %s", operation, err.text);
    ddb_reply_fini(&reply);
}

static void put(struct fixture *f, const char *id, const char *more)
{
    struct buf body = {0};
    buf_printf(&body, "{\"TableName\":\"Things\",\"Item\":{\"id\":{\"S\":\"%s\"}%s}}", id, more);
    ask(f, "PutItem", buf_cstr(&body));
    buf_fini(&body);
}

static int begin(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct err err = ERR_INIT;
    clock_fake_init(&f->clock, INT64_C(1732100000000));
    snprintf(f->folder, sizeof f->folder, "/tmp/dynascope-tail-XXXXXX");
    if (!mkdtemp(f->folder))
        return 1;
    struct backend_options options = {.no_sync = true, .clock = &f->clock.clock};
    struct backend *backend = backend_open(f->folder, &options, &err);
    if (!backend)
        return 1;
    f->client.backend = backend;
    ask(f, "CreateTable",
        "{\"TableName\":\"Things\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"
        "\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"
        "\"AttributeName\":\"id\",\"AttributeType\":\"S\"}],\"StreamSpecification\":{"
        "\"StreamEnabled\":true,\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}}");
    if (!client_describe(&f->client, &f->arena, STR("Things"), &f->table, &err))
        return 1;
    f->worker = worker_new(backend);
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    char command[128];
    worker_free(f->worker);
    arena_fini(&f->arena);
    snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    int result = system(command);
    free(f);
    return result;
}

/* Until nothing is read any more. */
static void settle(struct fixture *f, struct tail *tail)
{
    while (tail->task || worker_busy(f->worker))
        worker_wait(f->worker, 50);
}

static void look(struct fixture *f, struct tail *tail)
{
    tail_poll(tail);
    settle(f, tail);
}

static void open_tail(struct fixture *f, struct tail *tail, enum follow_start start)
{
    tail_init(tail, f->worker, &f->clock.clock, start, f->clock.ms, f, on_changed);
    tail_add(tail, &f->table, false);
    settle(f, tail);
}

static void what_comes_is_told_in_words(void **state)
{
    struct fixture *f = *state;
    struct tail tail;
    put(f, "old", "");
    open_tail(f, &tail, FOLLOW_LATEST);
    assert_int_equal(tail.count, 0);
    put(f, "a", ",\"n\":{\"N\":\"1\"},\"gone\":{\"S\":\"x\"}");
    put(f, "a", ",\"n\":{\"N\":\"2\"},\"new\":{\"BOOL\":true}");
    ask(f, "DeleteItem", "{\"TableName\":\"Things\",\"Key\":{\"id\":{\"S\":\"a\"}}}");
    look(f, &tail);
    assert_int_equal(tail.count, 3);
    assert_int_equal(f->added, 3);
    static const struct {
        enum tail_event event;
        const char *change, *paths;
    } wanted[] = {
        {TAIL_INSERT, "gone  \"x\"   n  1", "gone\nid\nn\n"},
        {TAIL_MODIFY, "gone  - \"x\"   n  1 → 2   new  + ✓", "gone\nn\nnew\n"},
        {TAIL_REMOVE, "n  2   new  ✓", "id\nn\nnew\n"},
    };
    for (size_t i = 0; i < 3; i++) {
        const struct tail_record *record = tail_at(&tail, i);
        assert_int_equal(record->number, i);
        assert_int_equal(record->event, wanted[i].event);
        assert_true(str_equal(record->key, STR("a")));
        assert_true(str_equal(record->change, str_from(wanted[i].change)));
        assert_true(str_equal(record->paths, str_from(wanted[i].paths)));
        assert_int_equal(record->time_ms / 1000, f->clock.ms / 1000);
    }
    assert_null(tail_at(&tail, 3));
    tail_fini(&tail);
}

static void the_oldest_go_where_there_are_too_many(void **state)
{
    enum { EXTRA = 30, ALL = TAIL_RECORDS_MAX + EXTRA };
    struct fixture *f = *state;
    struct tail tail;
    char id[16];
    for (int i = 0; i < ALL; i++) {
        snprintf(id, sizeof id, "%d", i);
        put(f, id, "");
    }
    open_tail(f, &tail, FOLLOW_TRIM_HORIZON);
    assert_int_equal(tail.seen, ALL);
    assert_int_equal(tail.count, TAIL_RECORDS_MAX);
    assert_int_equal(tail.dropped, EXTRA);
    assert_int_equal(tail_at(&tail, 0)->number, EXTRA);
    assert_int_equal(tail_at(&tail, tail.count - 1)->number, ALL - 1);
    assert_int_equal(f->added - f->dropped, TAIL_RECORDS_MAX);
    tail_fini(&tail);
}

static void a_stream_that_was_turned_off_ends(void **state)
{
    struct fixture *f = *state;
    struct tail tail;
    open_tail(f, &tail, FOLLOW_LATEST);
    put(f, "a", "");
    ask(f, "UpdateTable",
        "{\"TableName\":\"Things\",\"StreamSpecification\":{\"StreamEnabled\":false}}");
    look(f, &tail);
    assert_int_equal(tail.count, 1);
    assert_true(tail_ended(&tail));
    assert_int_equal(tail.tables[0]->state, TAIL_OFF);
    size_t calls = f->calls;
    look(f, &tail);
    assert_int_equal(f->calls, calls); /* not asked any more */
    tail_fini(&tail);
}

static void a_stream_that_was_turned_on_anew_is_the_one_that_is_read(void **state)
{
    struct fixture *f = *state; /* its table is described with the first stream */
    struct tail tail;
    put(f, "old", "");
    ask(f, "UpdateTable",
        "{\"TableName\":\"Things\",\"StreamSpecification\":{\"StreamEnabled\":false}}");
    f->clock.ms += 5000;
    ask(f, "UpdateTable",
        "{\"TableName\":\"Things\",\"StreamSpecification\":{\"StreamEnabled\":true,"
        "\"StreamViewType\":\"KEYS_ONLY\"}}");
    put(f, "new", "");
    open_tail(f, &tail, FOLLOW_TRIM_HORIZON);
    assert_int_equal(tail.count, 1);
    assert_true(str_equal(tail_at(&tail, 0)->key, STR("new")));
    assert_true(str_equal(tail.tables[0]->table.stream_view, STR("KEYS_ONLY")));
    assert_false(tail_ended(&tail));
    tail_fini(&tail);
}

static void the_stream_of_a_table_that_has_gone_can_be_read(void **state)
{
    struct fixture *f = *state;
    struct tail tail;
    put(f, "a", "");
    ask(f, "DeleteTable", "{\"TableName\":\"Things\"}");
    open_tail(f, &tail, FOLLOW_TRIM_HORIZON);
    assert_int_equal(tail.tables[0]->state, TAIL_GONE);
    assert_true(tail.count >= 1);
    assert_true(str_equal(tail_at(&tail, 0)->key, STR("a")));
    tail_fini(&tail);
}

static void rates_are_of_whole_seconds_that_have_passed(void **state)
{
    struct fixture *f = *state;
    struct tail tail;
    uint32_t counts[4];
    open_tail(f, &tail, FOLLOW_LATEST);
    for (int i = 0; i < 3; i++)
        put(f, i ? i > 1 ? "c" : "b" : "a", "");
    look(f, &tail);
    assert_true(tail_rate(&tail) == 0);
    f->clock.ms += 1000;
    tail_rates(&tail, counts, 4);
    assert_int_equal(counts[3], 3);
    f->clock.ms += 2000;
    tail_rates(&tail, counts, 4);
    assert_int_equal(counts[1], 3);
    assert_int_equal(counts[3], 0);
    assert_true(tail_rate(&tail) > 0.29 && tail_rate(&tail) < 0.31);
    f->clock.ms += 1000 * 1000;
    assert_true(tail_rate(&tail) == 0);
    tail_fini(&tail);
}

static void one_may_leave_while_it_reads(void **state)
{
    struct fixture *f = *state;
    struct tail tail;
    for (int i = 0; i < 50; i++)
        put(f, "a", i % 2 ? "" : ",\"n\":{\"N\":\"1\"}");
    tail_init(&tail, f->worker, &f->clock.clock, FOLLOW_TRIM_HORIZON, 0, f, on_changed);
    tail_add(&tail, &f->table, false);
    tail_fini(&tail);
    while (worker_busy(f->worker))
        worker_wait(f->worker, 50);
    assert_int_equal(f->calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_comes_is_told_in_words, begin, end),
        cmocka_unit_test_setup_teardown(the_oldest_go_where_there_are_too_many, begin, end),
        cmocka_unit_test_setup_teardown(a_stream_that_was_turned_off_ends, begin, end),
        cmocka_unit_test_setup_teardown(
            a_stream_that_was_turned_on_anew_is_the_one_that_is_read, begin, end),
        cmocka_unit_test_setup_teardown(
            the_stream_of_a_table_that_has_gone_can_be_read, begin, end),
        cmocka_unit_test_setup_teardown(rates_are_of_whole_seconds_that_have_passed, begin, end),
        cmocka_unit_test_setup_teardown(one_may_leave_while_it_reads, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
