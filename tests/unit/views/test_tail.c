/* SPDX-License-Identifier: MIT */
/* test: threads */
/* Records as they come: their words, the bound, the counts, starts and ends. */
#include "views/stream/tail.h"

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

static void make_table(
    struct fixture *f, const char *name, const char *stream, struct client_table *out)
{
    struct buf body = {0};
    struct err err = ERR_INIT;
    buf_printf(&body,
        "{\"TableName\":\"%s\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"
        "\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"
        "\"AttributeName\":\"id\",\"AttributeType\":\"S\"}]%s}",
        name, stream);
    ask(f, "CreateTable", buf_cstr(&body));
    if (!client_describe(&f->client, &f->arena, str_from(name), out, &err))
        fail_msg("%s", err.text);
    buf_fini(&body);
}

#define KEYS_ONLY                                                                                  \
    ",\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"KEYS_ONLY\"}"

static void put_other(struct fixture *f, const char *table, const char *id)
{
    struct buf body = {0};
    buf_printf(&body, "{\"TableName\":\"%s\",\"Item\":{\"id\":{\"S\":\"%s\"}}}", table, id);
    ask(f, "PutItem", buf_cstr(&body));
    buf_fini(&body);
}

/* "Things a, Others b": what is kept, in order. */
static void expect_kept(struct tail *tail, const char *wanted)
{
    struct buf got = {0};
    for (size_t i = 0; i < tail->count; i++) {
        const struct tail_record *record = tail_at(tail, i);
        buf_printf(&got, "%s%.*s %.*s", i ? ", " : "",
            STR_ARG(tail->tables[record->table]->table.name), STR_ARG(record->key));
    }
    assert_string_equal(buf_cstr(&got), wanted);
    buf_fini(&got);
}

static void streams_of_several_tables_are_merged_by_time(void **state)
{
    struct fixture *f = *state;
    struct client_table others;
    struct tail tail;
    make_table(f, "Others", KEYS_ONLY, &others);
    for (int i = 0; i < 3; i++) {
        char id[16];
        snprintf(id, sizeof id, "k%d", i);
        put_other(f, "Others", id);
        f->clock.ms += 2000;
        put(f, id, "");
        f->clock.ms += 2000;
    }
    tail_init(&tail, f->worker, &f->clock.clock, FOLLOW_TRIM_HORIZON, f->clock.ms, f, on_changed);
    tail_add(&tail, &f->table, false);
    tail_add(&tail, &others, false);
    settle(f, &tail);
    expect_kept(&tail, "Others k0, Things k0, Others k1, Things k1, Others k2, Things k2");
    put(f, "live", "");
    put_other(f, "Others", "live");
    look(f, &tail);
    assert_int_equal(tail.seen, 8);
    assert_int_equal(tail.tables[0]->seen, 4);
    assert_int_equal(tail.tables[1]->seen, 4);
    assert_int_equal(tail_add(&tail, &others, true), 1); /* it is there already */
    tail_fini(&tail);
}

static void tables_without_a_stream_or_that_are_not_there_are_in_nobodys_way(void **state)
{
    struct fixture *f = *state;
    struct client_table plain, nowhere = {.name = STR("Nowhere")};
    struct tail tail;
    make_table(f, "Plain", "", &plain);
    tail_init(&tail, f->worker, &f->clock.clock, FOLLOW_LATEST, f->clock.ms, f, on_changed);
    tail_add(&tail, &plain, false);
    tail_add(&tail, &nowhere, false);
    tail_add(&tail, &f->table, false);
    assert_false(tail_begun(&tail));
    settle(f, &tail);
    assert_true(tail_begun(&tail));
    assert_int_equal(tail.tables[0]->state, TAIL_NO_STREAM);
    assert_int_equal(tail.tables[1]->state, TAIL_GONE);
    assert_int_equal(tail.tables[2]->state, TAIL_FOLLOWING);
    put_other(f, "Plain", "before");
    put(f, "a", "");
    look(f, &tail);
    expect_kept(&tail, "Things a");
    /* both come: all of their streams was written while one watched */
    ask(f, "UpdateTable",
        "{\"TableName\":\"Plain\",\"StreamSpecification\":{\"StreamEnabled\":true,"
        "\"StreamViewType\":\"KEYS_ONLY\"}}");
    make_table(f, "Nowhere", KEYS_ONLY, &plain);
    put_other(f, "Nowhere", "n");
    put_other(f, "Plain", "p");
    tail_check(&tail);
    settle(f, &tail);
    assert_int_equal(tail.tables[0]->state, TAIL_FOLLOWING);
    assert_int_equal(tail.tables[1]->state, TAIL_FOLLOWING);
    assert_int_equal(tail.count, 3);
    tail_fini(&tail);
}

static void what_goes_while_one_watches_is_read_to_its_end_and_found_again(void **state)
{
    struct fixture *f = *state;
    struct tail tail;
    open_tail(f, &tail, FOLLOW_LATEST);
    put(f, "a", "");
    ask(f, "DeleteTable", "{\"TableName\":\"Things\"}");
    look(f, &tail);
    assert_int_equal(tail.tables[0]->state, TAIL_GONE);
    size_t count = tail.count;
    assert_true(count >= 1);
    f->clock.ms += 5000;
    make_table(f, "Things", KEYS_ONLY, &f->table);
    put(f, "again", "");
    tail_check(&tail);
    settle(f, &tail);
    assert_int_equal(tail.tables[0]->state, TAIL_FOLLOWING);
    assert_int_equal(tail.count, count + 1);
    assert_true(str_equal(tail_at(&tail, count)->key, STR("again")));
    tail_fini(&tail);
}

static void one_record_is_enough_after_iterators_have_expired(void **state)
{
    enum { MINUTES = 60 * 1000 };
    struct fixture *f = *state;
    struct tail tail;
    open_tail(f, &tail, FOLLOW_LATEST);
    put(f, "a", "");
    look(f, &tail);
    f->clock.ms += 20 * MINUTES; /* an iterator lives for 15 */
    put(f, "b", "");
    look(f, &tail);
    f->clock.ms += 5 * 60 * MINUTES; /* and shards roll */
    put(f, "c", "");
    look(f, &tail);
    expect_kept(&tail, "Things a, Things b, Things c");
    assert_int_equal(tail.gaps, 0);
    tail_fini(&tail);
}

static void what_has_left_the_stream_before_it_was_read_is_told(void **state)
{
    enum { HOURS = 60 * 60 * 1000 };
    struct fixture *f = *state;
    struct tail tail;
    open_tail(f, &tail, FOLLOW_LATEST);
    put(f, "a", "");
    look(f, &tail);
    put(f, "lost", "");
    f->clock.ms += 30 * (int64_t)HOURS;
    put(f, "b", "");
    look(f, &tail);
    expect_kept(&tail, "Things a, Things b");
    assert_true(tail.gaps > 0);
    tail_fini(&tail);
}

static void what_somebody_looks_at_stays(void **state)
{
    struct fixture *f = *state;
    struct tail tail;
    char id[16];
    tail_init(&tail, f->worker, &f->clock.clock, FOLLOW_LATEST, f->clock.ms, f, on_changed);
    tail.keep = 10;
    tail_add(&tail, &f->table, false);
    settle(f, &tail);
    for (int i = 0; i < 30; i++) {
        snprintf(id, sizeof id, "%d", i);
        put(f, id, "");
        if (i == 9)
            tail.pin = 3; /* the fourth is on the screen's first row */
        look(f, &tail);
    }
    assert_int_equal(tail.count, 10);
    assert_int_equal(tail_at(&tail, 0)->number, 3);
    assert_int_equal(tail_at(&tail, 9)->number, 12);
    assert_int_equal(tail.seen, 30);
    assert_int_equal(tail.dropped, 20);
    assert_null(tail_find(&tail, 13));
    tail.pin = INT64_MAX;
    put(f, "new", "");
    look(f, &tail);
    assert_int_equal(tail_at(&tail, 9)->number, 30); /* with a gap before it */
    assert_true(tail_find(&tail, 30) == tail_at(&tail, 9));
    assert_null(tail_find(&tail, 29));
    assert_int_equal(tail.count + tail.dropped, tail.seen);
    tail_fini(&tail);
}

static void hostile_and_huge_items_are_told_in_bounds(void **state)
{
    struct fixture *f = *state;
    struct tail tail;
    struct buf more = {0};
    open_tail(f, &tail, FOLLOW_LATEST);
    buf_add(&more, STR(",\"big\":{\"S\":\""));
    for (int i = 0; i < 390 * 1024; i++)
        buf_add_byte(&more, 'x');
    buf_add(&more, STR("\"}"));
    put(f, "huge", buf_cstr(&more));
    buf_clear(&more);
    buf_add(&more, STR(",\"deep\":"));
    for (int i = 0; i < 30; i++)
        buf_add(&more, STR("{\"L\":["));
    buf_add(&more, STR("{\"S\":\"\\u001b[2J\\u202e\"}"));
    for (int i = 0; i < 30; i++)
        buf_add(&more, STR("]}"));
    put(f, "huge", buf_cstr(&more));
    look(f, &tail);
    assert_int_equal(tail.count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(tail_at(&tail, i)->change.len < 1500);
        assert_true(tail_at(&tail, i)->paths.len < 3000);
    }
    struct arena arena = {0};
    struct value old, new;
    assert_true(tail_images(tail_at(&tail, 1), &arena, &old, &new));
    assert_true(old.encoded.len > 390 * 1024);
    arena_fini(&arena);
    buf_fini(&more);
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
        cmocka_unit_test_setup_teardown(streams_of_several_tables_are_merged_by_time, begin, end),
        cmocka_unit_test_setup_teardown(
            tables_without_a_stream_or_that_are_not_there_are_in_nobodys_way, begin, end),
        cmocka_unit_test_setup_teardown(
            what_goes_while_one_watches_is_read_to_its_end_and_found_again, begin, end),
        cmocka_unit_test_setup_teardown(
            one_record_is_enough_after_iterators_have_expired, begin, end),
        cmocka_unit_test_setup_teardown(
            what_has_left_the_stream_before_it_was_read_is_told, begin, end),
        cmocka_unit_test_setup_teardown(what_somebody_looks_at_stays, begin, end),
        cmocka_unit_test_setup_teardown(hostile_and_huge_items_are_told_in_bounds, begin, end),
        cmocka_unit_test_setup_teardown(rates_are_of_whole_seconds_that_have_passed, begin, end),
        cmocka_unit_test_setup_teardown(one_may_leave_while_it_reads, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
