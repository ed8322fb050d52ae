/* SPDX-License-Identifier: MIT */
/* Batches read from a stream again: exactly their own records, or a word about why not. */
#include "views/triggers/trigger_range.h"

#include "backend/triggers/event.h"
#include "tests/unit/triggers/runner_lab.h"
#include "views/triggers/trigger_events.h"

enum { RECORDS = 12 };

struct range_test {
    struct runner_lab lab;
    struct client client;
    struct err err;
    struct buf event;
    struct str shard, sequences[RECORDS];
    uint64_t items[RECORDS];
    size_t count;
};

static bool see(void *context, const struct follow_record *record)
{
    struct range_test *t = context;
    t->shard = arena_dup(&t->lab.arena, record->shard);
    t->items[t->count] = event_item(record->event);
    t->sequences[t->count++] = arena_dup(&t->lab.arena, record->sequence);
    return true;
}

static void begin(struct range_test *t)
{
    struct follow_round round = {.more = true};
    memset(t, 0, sizeof *t);
    t->err = ERR_INIT;
    lab_make_with(&t->lab, true);
    t->client = (struct client){.backend = t->lab.backend};
    lab_put_many(&t->lab, RECORDS);
    struct follow *follow =
        follow_new(&t->client, t->lab.stream, FOLLOW_TRIM_HORIZON, t->lab.clock.ms);
    while (round.more)
        assert_true(follow_poll(follow, see, t, &round, &t->err));
    follow_free(follow);
    assert_int_equal(t->count, RECORDS);
}

static void end(struct range_test *t)
{
    buf_fini(&t->event);
    lab_free(&t->lab);
}

/* How many records there are in the answer. */
static size_t read_range(struct range_test *t, size_t first, size_t last, int64_t records)
{
    size_t count;
    struct trigger_range range = {t->shard, t->sequences[first], t->sequences[last], records};
    buf_clear(&t->event);
    t->err = ERR_INIT;
    if (!trigger_range_read(&t->client, &t->lab.mapping, &range, &t->event, &t->err))
        return 0;
    trigger_events_good(buf_str(&t->event), STR("null"), false, &count);
    return count;
}

static void set_filter(struct range_test *t, const char *pattern)
{
    t->lab.mapping.filter_count = 1;
    t->lab.mapping.filters[0].pattern = json_parse(&t->lab.arena, str_from(pattern), &t->err);
    assert_non_null(t->lab.mapping.filters[0].pattern);
}

static void a_batch_is_read_from_its_first_to_its_last_record(void **state)
{
    (void)state;
    struct range_test t;
    begin(&t);
    assert_int_equal(read_range(&t, 3, 7, 5), 5);
    assert_true(str_starts(buf_str(&t.event), STR("{\"Records\":[{")));
    assert_true(str_find(buf_str(&t.event), t.lab.stream) != SIZE_MAX);
    assert_true(str_find(buf_str(&t.event), t.sequences[3]) != SIZE_MAX);
    assert_true(str_find(buf_str(&t.event), t.sequences[7]) != SIZE_MAX);
    assert_true(str_find(buf_str(&t.event), t.sequences[8]) == SIZE_MAX);
    assert_int_equal(read_range(&t, 11, 11, 1), 1);
    assert_int_equal(read_range(&t, 0, 11, 0), RECORDS);
    end(&t);
}

static void what_the_filters_keep_back_is_no_part_of_it(void **state)
{
    (void)state;
    struct range_test t;
    begin(&t);
    set_filter(&t, "{\"dynamodb\":{\"Keys\":{\"p\":{\"S\":[\"k1\",\"k3\"]}}}}");
    assert_int_equal(read_range(&t, 1, 10, 4), 4); /* k1 k3 k1 k3 */
    assert_int_equal(read_range(&t, 1, 10, 9), 0);
    assert_int_equal(t.err.code, ERR_NO_INPUT);
    assert_true(str_find(str_from(t.err.text), STR("4 records pass")) != SIZE_MAX);
    end(&t);
}

static void of_batches_that_ran_at_once_only_the_lane_of_the_first_record_is_taken(void **state)
{
    (void)state;
    struct range_test t;
    int64_t wanted = 0;
    begin(&t);
    t.lab.mapping.factor = 2;
    for (size_t i = 0; i < RECORDS; i++)
        wanted += t.items[i] % 2 == t.items[0] % 2;
    assert_in_range(wanted, 1, RECORDS - 1);
    assert_int_equal(read_range(&t, 0, 11, wanted), wanted);
    t.lab.mapping.factor = 1;
    assert_int_equal(read_range(&t, 0, 11, wanted), 0);
    assert_int_equal(t.err.code, ERR_NO_INPUT);
    end(&t);
}

static void what_has_left_the_stream_is_told(void **state)
{
    (void)state;
    struct range_test t;
    begin(&t);
    struct str shard = t.shard;
    t.shard = STR("shardId-00000000000000000000-00000000");
    assert_int_equal(read_range(&t, 3, 7, 5), 0);
    assert_int_equal(t.err.code, ERR_NO_INPUT);
    t.shard = shard;
    t.lab.clock.ms += 25 * 3600 * 1000;
    assert_int_equal(read_range(&t, 3, 7, 5), 0);
    assert_int_equal(t.err.code, ERR_NO_INPUT);
    assert_true(str_find(str_from(t.err.text), STR("have left the stream")) != SIZE_MAX);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_is_read_from_its_first_to_its_last_record),
        cmocka_unit_test(what_the_filters_keep_back_is_no_part_of_it),
        cmocka_unit_test(of_batches_that_ran_at_once_only_the_lane_of_the_first_record_is_taken),
        cmocka_unit_test(what_has_left_the_stream_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
