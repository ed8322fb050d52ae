/* SPDX-License-Identifier: MIT */
/* Scans in segments: every page once and in order, whoever is slow, fails or is stopped. test:
 * threads */
#include "backend/segments.h"

#include "backend/backend_impl.h"
#include "backend/number.h"
#include "tests/test.h"

#include <pthread.h>
#include <stdlib.h>

enum { ITEMS = 1000, PAGE = 7, NOWHERE = 1000 };

/* A table of the numbers 0 to ITEMS - 1: segment s of n has those whose remainder by n is s. */
struct table {
    struct backend backend;
    unsigned empty;  /* this segment has nothing; NOWHERE = none */
    unsigned broken; /* this one fails at its second page */
    unsigned silent; /* this one answers nothing until it is cancelled */
    atomic_int calls, under_way, most_under_way, largest_limit;
};

static int64_t member(struct str body, const char *name, int64_t otherwise)
{
    char quoted[64];
    int n = snprintf(quoted, sizeof quoted, "\"%s\":", name);
    size_t at = str_find(body, (struct str){quoted, (size_t)n});
    return at == SIZE_MAX ? otherwise : strtoll(body.at + at + n, NULL, 10);
}

/* "ExclusiveStartKey":{"k":{"N":"17"}} */
static int64_t start_of(struct str body)
{
    const struct str head = STR("\"ExclusiveStartKey\":{\"k\":{\"N\":\"");
    size_t at = str_find(body, head);
    return at == SIZE_MAX ? -1 : strtoll(body.at + at + head.len, NULL, 10);
}

static bool wait_for_cancel(const struct ddb_call *call, struct err *err)
{
    while (!atomic_load(call->cancel))
        sched_yield();
    return err_set(err, ERR_CANCELLED, "cancelled");
}

static void put_page(struct buf *out, int64_t from, int64_t step, int64_t limit)
{
    int64_t count = 0, last = from;
    buf_add(out, STR("{\"Items\":["));
    for (; from < ITEMS && count < limit; last = from, from += step)
        buf_printf(out, "%s{\"k\":{\"N\":\"%d\"}}", count++ ? "," : "", (int)from);
    buf_printf(out, "],\"Count\":%d,\"ScannedCount\":%d,\"ConsumedCapacity\":{\"CapacityUnits\":1}",
        (int)count, (int)count);
    if (from < ITEMS)
        buf_printf(out, ",\"LastEvaluatedKey\":{\"k\":{\"N\":\"%d\"}}", (int)last);
    buf_add_byte(out, '}');
}

static void note_most(atomic_int *most, int now)
{
    for (int before = atomic_load(most); now > before;)
        if (atomic_compare_exchange_weak(most, &before, now))
            break;
}

static bool table_call(
    struct backend *backend, const struct ddb_call *call, struct ddb_reply *reply, struct err *err)
{
    struct table *t = (struct table *)backend;
    int64_t segment = member(call->body, "Segment", 0), start = start_of(call->body);
    int64_t step = member(call->body, "TotalSegments", 1), limit = member(call->body, "Limit", 0);
    atomic_fetch_add(&t->calls, 1);
    note_most(&t->largest_limit, (int)limit);
    if (segment == t->silent)
        return wait_for_cancel(call, err);
    if (segment == t->broken && start >= 0)
        return err_set(err, ERR_UNREACHABLE, "segment %d is broken", (int)segment);
    note_most(&t->most_under_way, atomic_fetch_add(&t->under_way, 1) + 1);
    reply->status = 200;
    if (segment == t->empty)
        buf_add(&reply->body, STR("{\"Items\":[],\"Count\":0,\"ScannedCount\":0}"));
    else
        put_page(&reply->body, start < 0 ? segment : start + step, step, limit ? limit : PAGE);
    atomic_fetch_sub(&t->under_way, 1);
    return true;
}

static const struct backend_ops table_ops = {.name = "table", .call = table_call};

/* What was taken. */
struct taking {
    struct segments segments;
    pthread_t caller;
    int seen[ITEMS];          /* how often */
    int worked[SEGMENTS_MAX]; /* the last number that work() saw; -1 = none */
    int count[SEGMENTS_MAX];  /* of its page */
    struct buf next[SEGMENTS_MAX];
    bool done[SEGMENTS_MAX];
    int items, ticks, enough; /* enough: after so many items; 0 = never */
    atomic_bool cancel;
    int cancel_at; /* items */
};

static bool work(void *context, unsigned segment, const struct client_page *page, struct err *err)
{
    struct taking *t = context;
    (void)err;
    assert_false(pthread_equal(pthread_self(), t->caller));
    t->count[segment] = (int)page->count;
    for (uint32_t i = 0; i < page->count; i++) {
        struct value k;
        int64_t number = 0;
        assert_true(value_find(page->items[i], STR("k"), &k) && number_to_i64(k.data, &number));
        assert_true(number > t->worked[segment]);
        t->worked[segment] = (int)number;
        t->seen[number]++;
    }
    return true;
}

static bool take(void *context, unsigned segment, struct str next, bool *enough, struct err *err)
{
    struct taking *t = context;
    (void)err;
    assert_true(pthread_equal(pthread_self(), t->caller));
    t->items += t->count[segment];
    t->done[segment] = !next.len;
    buf_clear(&t->next[segment]);
    buf_add(&t->next[segment], next);
    *enough = t->enough && t->items >= t->enough;
    if (t->cancel_at && t->items >= t->cancel_at)
        atomic_store(&t->cancel, true);
    return true;
}

static struct table table_new(void)
{
    return (struct table){
        .backend = {.ops = &table_ops}, .empty = NOWHERE, .broken = NOWHERE, .silent = NOWHERE};
}

static const struct client_read whole = {.table = STR("Tab")};

static bool run(struct taking *t, struct table *table, unsigned count, struct err *err)
{
    *err = ERR_INIT;
    t->caller = pthread_self();
    memset(t->worked, -1, sizeof t->worked);
    t->segments.client.backend = &table->backend;
    t->segments.client.limits.cancel = &t->cancel;
    t->segments.read = &whole;
    t->segments.count = count;
    t->segments.context = t;
    t->segments.work = work;
    t->segments.take = take;
    return segments_run(&t->segments, err);
}

static void end(struct taking *t)
{
    for (int i = 0; i < SEGMENTS_MAX; i++)
        buf_fini(&t->next[i]);
}

static void any_number_of_segments_takes_each_item_once(void **state)
{
    (void)state;
    static const unsigned counts[] = {1, 4, 16, 64};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct table table = table_new();
        struct taking t = {0};
        struct err err;
        assert_true(run(&t, &table, counts[i], &err));
        for (int n = 0; n < ITEMS; n++)
            assert_int_equal(t.seen[n], 1);
        assert_int_equal(t.items, ITEMS);
        for (unsigned s = 0; s < counts[i]; s++)
            assert_true(t.done[s]);
        assert_true(atomic_load(&table.most_under_way) <= (int)counts[i]);
        end(&t);
    }
}

static void a_segment_may_be_empty(void **state)
{
    (void)state;
    struct table table = table_new();
    struct taking t = {0};
    struct err err;
    table.empty = 2;
    assert_true(run(&t, &table, 4, &err));
    assert_int_equal(t.items, ITEMS * 3 / 4);
    assert_true(t.done[2]);
    end(&t);
}

static void a_segment_that_fails_ends_all_even_silent_ones(void **state)
{
    (void)state;
    struct table table = table_new();
    struct taking t = {0};
    struct err err;
    table.broken = 1;
    table.silent = 3;
    assert_false(run(&t, &table, 4, &err));
    assert_int_equal(err.code, ERR_UNREACHABLE);
    assert_string_equal(err.text, "segment 1 is broken");
    end(&t);
}

static void a_caller_who_cancels_waits_for_no_answer(void **state)
{
    (void)state;
    struct table table = table_new();
    struct taking t = {.cancel_at = 20};
    struct err err;
    table.silent = 0;
    assert_false(run(&t, &table, 4, &err));
    assert_int_equal(err.code, ERR_CANCELLED);
    assert_true(t.items >= 20 && t.items < ITEMS);
    end(&t);
}

static void nothing_is_taken_once_there_is_enough(void **state)
{
    (void)state;
    struct table table = table_new();
    struct taking t = {.enough = 50};
    struct err err;
    assert_true(run(&t, &table, 8, &err));
    assert_true(t.items >= 50 && t.items < 50 + PAGE);
    end(&t);
}

static void a_second_page_is_not_fetched_before_the_first_is_taken(void **state)
{
    (void)state;
    struct table table = table_new();
    struct taking t = {.enough = 1};
    struct err err;
    assert_true(run(&t, &table, 1, &err));
    assert_int_equal(atomic_load(&table.calls), 1);
    end(&t);
}

static void places_are_gone_on_from(void **state)
{
    (void)state;
    struct table table = table_new();
    struct taking first = {.enough = 200}, rest = {0};
    struct segments_place at[4];
    struct err err;
    assert_true(run(&first, &table, 4, &err));
    for (int i = 0; i < 4; i++)
        at[i] = (struct segments_place){buf_str(&first.next[i]), first.done[i]};
    rest.segments.at = at;
    assert_true(run(&rest, &table, 4, &err));
    assert_int_equal(first.items + rest.items, ITEMS);
    end(&first);
    end(&rest);
}

static void places_that_are_done_are_not_read(void **state)
{
    (void)state;
    struct table table = table_new();
    struct taking t = {0};
    struct segments_place at[2] = {{STR_NONE, true}, {STR_NONE, true}};
    struct err err;
    t.segments.at = at;
    assert_true(run(&t, &table, 2, &err));
    assert_int_equal(atomic_load(&table.calls), 0);
    end(&t);
}

static void a_pace_makes_pages_small(void **state)
{
    (void)state;
    struct table table = table_new();
    struct taking t = {.segments.rate = 20000, .enough = 100};
    struct err err;
    assert_true(run(&t, &table, 4, &err));
    assert_int_equal(atomic_load(&table.largest_limit), 5000);
    end(&t);
}

static void a_budget_that_is_spent_keeps_what_it_paid_for(void **state)
{
    (void)state;
    struct table table = table_new();
    struct taking t = {0};
    struct budget budget = {.limit = 10000};
    struct err err;
    t.segments.client.limits.budget = &budget;
    assert_false(run(&t, &table, 4, &err));
    assert_int_equal(err.code, ERR_BUDGET);
    assert_true(atomic_load(&table.calls) >= 10);
    assert_int_equal(t.items, atomic_load(&table.calls) * PAGE);
    end(&t);
}

static void a_number_of_segments_has_bounds(void **state)
{
    (void)state;
    struct table table = table_new();
    struct taking t = {0};
    struct err err;
    assert_false(run(&t, &table, 0, &err));
    assert_false(run(&t, &table, SEGMENTS_MAX + 1, &err));
    assert_int_equal(err.code, ERR_USAGE);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_segments_takes_each_item_once),
        cmocka_unit_test(a_segment_may_be_empty),
        cmocka_unit_test(a_segment_that_fails_ends_all_even_silent_ones),
        cmocka_unit_test(a_caller_who_cancels_waits_for_no_answer),
        cmocka_unit_test(nothing_is_taken_once_there_is_enough),
        cmocka_unit_test(a_second_page_is_not_fetched_before_the_first_is_taken),
        cmocka_unit_test(places_are_gone_on_from),
        cmocka_unit_test(places_that_are_done_are_not_read),
        cmocka_unit_test(a_pace_makes_pages_small),
        cmocka_unit_test(a_budget_that_is_spent_keeps_what_it_paid_for),
        cmocka_unit_test(a_number_of_segments_has_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
