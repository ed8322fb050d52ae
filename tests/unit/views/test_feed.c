/* SPDX-License-Identifier: MIT */
/*
 * A person walks through a table with the feed: down, up, to the ends, while others write. What is
 * seen is compared with what is there.
 */
#include "backend/number.h"
#include "tests/test.h"
#include "tests/unit/views/fake_table.h"
#include "views/items/feed.h"

#include <sched.h>
#include <stdlib.h>

enum { VIEW_ROWS = 20 };

struct walk {
    struct fake_table *table;
    struct worker *worker;
    struct feed feed;
    struct browse *browse;
    int64_t cursor; /* row */
    int failures, refreshed;
    int64_t found;
    bool not_found;
};

static int64_t id_of(struct value item)
{
    struct value id;
    int64_t n = -1;
    if (item.type == VALUE_M && value_find(item, STR("id"), &id))
        number_to_i64(id.data, &n);
    return n;
}

static void on_change(void *context, enum feed_event event, int64_t moved)
{
    struct walk *w = context;
    switch (event) {
    case FEED_OPENED:
        w->cursor = 0;
        break;
    case FEED_ENDED:
        w->cursor = (int64_t)w->feed.rows - 1;
        break;
    case FEED_MOVED:
        w->cursor += moved;
        break;
    case FEED_REFRESHED:
        w->refreshed++;
        break;
    case FEED_FOUND:
        w->cursor = w->found = moved;
        break;
    case FEED_NOT_FOUND:
        w->not_found = true;
        break;
    case FEED_FAILED:
        w->failures++;
        break;
    }
}

static void settle(struct walk *w)
{
    while (feed_reading(&w->feed))
        worker_wait(w->worker, 1000);
}

static struct browse *browse_table(struct fake_table *t, bool query)
{
    struct client_table table = {.name = STR("T"),
        .status = STR("ACTIVE"),
        .key_count = 2,
        .items = t->counted,
        .bytes = t->counted * (int64_t)(400 + t->padding)};
    table.keys[0] = (struct client_key){STR("p"), VALUE_S};
    table.keys[1] = (struct client_key){STR("id"), VALUE_N};
    struct value none = {0};
    return query ? browse_query(&table, STR_NONE, STR("p = :p"), none, none, false)
                 : browse_scan(&table, STR_NONE);
}

static void walk_init(struct walk *w, int64_t room, int64_t count, bool query)
{
    *w = (struct walk){.table = fake_new(room, count)};
    w->worker = worker_new(&w->table->base);
    w->browse = browse_table(w->table, query);
    feed_init(&w->feed, w->worker, w, on_change);
    feed_open(&w->feed, w->browse, VIEW_ROWS);
    settle(w);
}

static void walk_fini(struct walk *w)
{
    feed_fini(&w->feed);
    browse_unref(w->browse);
    worker_free(w->worker);
}

static int64_t here(struct walk *w)
{
    return w->cursor < 0 ? -1 : id_of(feed_item(&w->feed, (size_t)w->cursor));
}

/* One row down or up, as the pane does it; false at the end. */
static bool step(struct walk *w, int by)
{
    int64_t top = w->cursor - VIEW_ROWS / 2;
    feed_look(&w->feed, (size_t)(top < 0 ? 0 : top), VIEW_ROWS);
    settle(w);
    if (w->cursor + by < 0 || w->cursor + by >= (int64_t)w->feed.rows)
        return false;
    w->cursor += by;
    assert_true(w->feed.page_count <= FEED_PAGES_MAX || w->browse->read.filter.len);
    assert_true(w->feed.page_count <= FEED_PAGES_MAX + 6 * VIEW_ROWS);
    assert_true(w->feed.trail.count <= FEED_TRAIL_MAX);
    return true;
}

static int64_t next_present(const struct fake_table *t, int64_t id, int by)
{
    do
        id += by;
    while (id >= 0 && id < t->room && !t->present[id]);
    return id;
}

/* From the cursor to the last or first row, each exactly once, in order. */
static void walk_all(struct walk *w, int by)
{
    int64_t expected = here(w);
    while (step(w, by)) {
        expected = next_present(w->table, expected, by);
        assert_int_equal(here(w), expected);
    }
    int64_t beyond = next_present(w->table, expected, by);
    assert_true(beyond < 0 || beyond >= w->table->room);
}

static void round_trip(int64_t count, bool query)
{
    struct walk w;
    walk_init(&w, count, count, query);
    if (count)
        assert_int_equal(here(&w), 0);
    walk_all(&w, 1);
    assert_true(feed_at_end(&w.feed));
    walk_all(&w, -1);
    assert_true(feed_at_home(&w.feed));
    assert_int_equal(w.failures, 0);
    walk_fini(&w);
}

static void an_empty_table_has_no_rows_and_no_pages_to_come(void **state)
{
    (void)state;
    struct walk w;
    walk_init(&w, 0, 0, false);
    assert_int_equal(w.feed.rows, 0);
    assert_true(feed_at_home(&w.feed));
    assert_true(feed_at_end(&w.feed));
    feed_end(&w.feed);
    settle(&w);
    assert_int_equal(w.feed.rows, 0);
    walk_fini(&w);
}

static void every_row_is_seen_once_down_and_up_again(void **state)
{
    (void)state;
    static const int64_t sizes[] = {1, 2, 199, 200, 201, 1000, 30000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        round_trip(sizes[i], false);
        round_trip(sizes[i], true);
    }
}

static void memory_does_not_grow_with_the_way_travelled(void **state)
{
    (void)state;
    struct walk w;
    walk_init(&w, 100000, 100000, false);
    size_t most = 0;
    while (step(&w, 1))
        most = w.feed.bytes > most ? w.feed.bytes : most;
    assert_int_equal(here(&w), 99999);
    assert_true(most <= FEED_BYTES_MAX);
    assert_true(w.feed.trail.count > 100);
    for (int i = 0; i < 5000; i++) /* back over places that were thinned out */
        assert_true(step(&w, -1));
    assert_int_equal(here(&w), 94999);
    walk_fini(&w);
}

static void the_end_is_reached_without_reading_the_way_to_it(void **state)
{
    (void)state;
    for (int query = 0; query < 2; query++) {
        struct walk w;
        walk_init(&w, 100000, 100000, query);
        int calls = atomic_load(&w.table->calls);
        feed_end(&w.feed);
        settle(&w);
        assert_int_equal(here(&w), 99999);
        assert_true(feed_at_end(&w.feed));
        assert_true(atomic_load(&w.table->calls) - calls < 6);
        for (int i = 0; i < 3000; i++)
            assert_true(step(&w, -1));
        assert_int_equal(here(&w), 96999);
        walk_all(&w, 1);
        feed_home(&w.feed);
        settle(&w);
        assert_int_equal(here(&w), 0);
        walk_fini(&w);
    }
}

static void from_the_end_all_the_way_back_home(void **state)
{
    (void)state;
    for (int query = 0; query < 2; query++) {
        struct walk w;
        walk_init(&w, 20000, 20000, query);
        feed_end(&w.feed);
        settle(&w);
        walk_all(&w, -1);
        assert_true(feed_at_home(&w.feed));
        walk_all(&w, 1);
        walk_fini(&w);
    }
}

static void counts_that_are_wrong_do_not_hide_the_end(void **state)
{
    (void)state;
    static const int64_t counted[] = {0, 3, 100000000};
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
        struct walk w;
        walk_init(&w, 50000, 50000, false);
        browse_unref(w.browse);
        w.table->counted = counted[i];
        w.browse = browse_table(w.table, false);
        feed_open(&w.feed, w.browse, VIEW_ROWS);
        settle(&w);
        feed_end(&w.feed);
        settle(&w);
        assert_int_equal(here(&w), 49999);
        for (int k = 0; k < 500; k++)
            assert_true(step(&w, -1));
        assert_int_equal(here(&w), 49499);
        walk_fini(&w);
    }
}

/* Ids that are multiples of 3 always stay; the others come and go. */
static void change_underneath(struct fake_table *t, uint64_t *seed)
{
    for (int i = 0; i < 50; i++) {
        *seed = *seed * 6364136223846793005u + 1442695040888963407u;
        int64_t id = (int64_t)((*seed >> 33) % (uint64_t)t->room);
        if (id % 3)
            t->present[id] = !t->present[id];
    }
}

static void walk_changing(struct walk *w, int by, uint64_t *seed)
{
    int64_t last = here(w), stable = last;
    for (int i = 0; step(w, by); i++) {
        int64_t now = here(w);
        assert_true(by > 0 ? now > last : now < last);
        for (int64_t id = last + by; id != now; id += by)
            assert_true(id % 3 != 0); /* nothing that was there all the time is passed over */
        last = now;
        if (i % 37 == 0)
            change_underneath(w->table, seed);
    }
    stable = by > 0 ? w->table->room - 1 : 0;
    for (int64_t id = last; id != stable; id += by)
        assert_true(id == last || id % 3 != 0);
}

static void rows_that_stay_are_seen_while_others_come_and_go(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int query = 0; query < 2; query++) {
        struct walk w;
        walk_init(&w, 20000, 20000, query);
        walk_changing(&w, 1, &seed);
        walk_changing(&w, -1, &seed);
        feed_end(&w.feed);
        settle(&w);
        walk_changing(&w, -1, &seed);
        walk_fini(&w);
    }
}

/* Looks, as each frame does, until nothing more is read. */
static int looks_until_quiet(struct walk *w, size_t top, size_t rows)
{
    for (int looks = 0; looks < 100; looks++) {
        feed_look(&w->feed, top, rows);
        if (!feed_reading(&w->feed))
            return looks;
        int64_t before = w->cursor;
        settle(w);
        top += (size_t)(w->cursor - before); /* the screen goes with its rows */
    }
    return 100;
}

static void looking_comes_to_rest_wherever_one_is_and_however_large_items_are(void **state)
{
    (void)state;
    for (int query = 0; query < 2; query++)
        for (size_t size = 100; size <= 400000; size *= 10) {
            struct walk w;
            walk_init(&w, 300, 0, query);
            w.table->padding = size;
            for (int64_t i = 0; i < w.table->room; i++)
                w.table->present[i] = true;
            browse_unref(w.browse);
            w.table->counted = w.table->room;
            w.browse = browse_table(w.table, query);
            feed_open(&w.feed, w.browse, VIEW_ROWS);
            settle(&w);
            assert_true(looks_until_quiet(&w, 0, VIEW_ROWS) < 60);
            assert_true(w.feed.rows >= VIEW_ROWS);
            feed_end(&w.feed);
            settle(&w);
            size_t rows = w.feed.rows;
            assert_true(
                looks_until_quiet(&w, rows > VIEW_ROWS ? rows - VIEW_ROWS : 0, VIEW_ROWS) < 60);
            assert_true(w.feed.rows >= VIEW_ROWS);
            feed_reach(&w.feed, 0, VIEW_ROWS, false);
            settle(&w);
            assert_true(looks_until_quiet(&w, 0, VIEW_ROWS) < 60);
            walk_fini(&w);
        }
}

static void a_refresh_keeps_the_place(void **state)
{
    (void)state;
    struct walk w;
    walk_init(&w, 20000, 20000, false);
    for (int i = 0; i < 5000; i++)
        step(&w, 1);
    int64_t first = id_of(feed_item(&w.feed, 0));
    size_t rows = w.feed.rows;
    w.table->present[here(&w)] = false;
    feed_refresh(&w.feed);
    settle(&w);
    assert_int_equal(w.refreshed, 1);
    assert_int_equal(id_of(feed_item(&w.feed, 0)), first);
    assert_true(w.feed.rows >= rows - 1);
    assert_int_equal(here(&w), 5001);
    walk_fini(&w);
}

static void a_refresh_after_walking_backwards_loses_no_row(void **state)
{
    (void)state;
    for (int query = 0; query < 2; query++) {
        struct walk w;
        walk_init(&w, 20000, 20000, query);
        feed_end(&w.feed);
        settle(&w);
        for (int i = 0; i < 700; i++)
            assert_true(step(&w, -1));
        settle(&w);
        int64_t first = id_of(feed_item(&w.feed, 0));
        feed_refresh(&w.feed);
        settle(&w);
        assert_int_equal(id_of(feed_item(&w.feed, 0)), first);
        assert_int_equal(here(&w), 19299);
        walk_fini(&w);
    }
}

static void when_all_that_was_loaded_is_deleted_the_way_back_goes_on(void **state)
{
    (void)state;
    struct walk w;
    walk_init(&w, 20000, 20000, false);
    for (int i = 0; i < 8000; i++)
        step(&w, 1);
    int64_t first = id_of(feed_item(&w.feed, 0));
    for (int64_t id = first; id < 20000; id++)
        w.table->present[id] = false;
    w.cursor = 0;
    step(&w, -1);
    settle(&w);
    assert_true(w.feed.rows > 0);
    assert_true(id_of(feed_item(&w.feed, 0)) < first);
    walk_fini(&w);
}

static bool matches(struct value item, struct str needle)
{
    struct value v;
    return value_find(item, STR("v"), &v) && str_equal(v.data, needle);
}

static void finding_reads_on_and_the_way_back_is_known(void **state)
{
    (void)state;
    struct walk w;
    walk_init(&w, 20000, 20000, false);
    feed_find(&w.feed, matches, STR("row 15123"));
    settle(&w);
    assert_int_equal(here(&w), 15123);
    for (int i = 0; i < 1000; i++)
        assert_true(step(&w, -1));
    assert_int_equal(here(&w), 14123);
    feed_find(&w.feed, matches, STR("no such row"));
    settle(&w);
    assert_true(w.not_found);
    assert_int_equal(here(&w), 14123);
    walk_fini(&w);
}

static void a_failure_is_told_once_and_keeps_what_is_shown(void **state)
{
    (void)state;
    struct walk w;
    walk_init(&w, 20000, 20000, false);
    w.table->failing = true;
    size_t rows = w.feed.rows;
    feed_refresh(&w.feed);
    settle(&w);
    feed_look(&w.feed, 0, 10000); /* does not hammer on */
    assert_false(feed_reading(&w.feed));
    assert_int_equal(w.failures, 1);
    assert_int_equal(w.feed.rows, rows);
    assert_int_equal(w.feed.err.code, ERR_UNREACHABLE);
    w.table->failing = false;
    feed_refresh(&w.feed);
    settle(&w);
    assert_int_equal(w.feed.err.code, ERR_NONE);
    walk_fini(&w);
}

static void closing_while_a_read_runs_is_safe(void **state)
{
    (void)state;
    struct walk w;
    walk_init(&w, 100000, 100000, false);
    feed_find(&w.feed, matches, STR("no such row"));
    walk_fini(&w);
}

/* With a budget of some pages, a unit each. */
static void walk_on_a_budget(struct walk *w, int64_t pages, bool query)
{
    *w = (struct walk){.table = fake_new(4000, 4000)};
    w->table->base.budget = pages * 1000;
    w->worker = worker_new(&w->table->base);
    w->browse = browse_table(w->table, query);
    feed_init(&w->feed, w->worker, w, on_change);
    feed_open(&w->feed, w->browse, VIEW_ROWS);
    settle(w);
}

static void a_budget_stops_the_reading_until_someone_asks_for_more(void **state)
{
    (void)state;
    for (int query = 0; query < 2; query++) {
        struct walk w;
        walk_on_a_budget(&w, 3, query);
        while (step(&w, 1))
            ;
        assert_int_equal(atomic_load(&w.table->calls), 3);
        assert_true(feed_spent(&w.feed));
        assert_int_equal(w.failures, 0);
        int64_t last = here(&w);
        feed_reach(&w.feed, (size_t)w.cursor, VIEW_ROWS, true);
        feed_fill(&w.feed);
        assert_false(feed_reading(&w.feed));
        feed_allow(&w.feed);
        while (step(&w, 1))
            assert_int_equal(here(&w), ++last);
        assert_int_equal(atomic_load(&w.table->calls), 6);
        assert_int_equal(atomic_load(&w.table->charged), 6);
        walk_fini(&w);
    }
}

static void finding_on_a_budget_stops_and_goes_on_from_there(void **state)
{
    (void)state;
    struct walk w;
    walk_on_a_budget(&w, 4, false);
    int rounds = 0;
    for (bool found = false; !found && rounds < 100; rounds++) {
        int calls = atomic_load(&w.table->calls);
        feed_find(&w.feed, matches, STR("row 2500"));
        settle(&w);
        assert_true(atomic_load(&w.table->calls) - calls <= 4);
        found = here(&w) == 2500;
        assert_true(found || feed_spent(&w.feed));
    }
    assert_true(rounds > 1 && rounds < 100);
    assert_int_equal(w.failures, 0);
    walk_fini(&w);
}

static void without_a_budget_nobody_is_asked_what_a_page_consumes(void **state)
{
    (void)state;
    struct walk w;
    walk_init(&w, 1000, 1000, false);
    assert_int_equal(atomic_load(&w.table->charged), 0);
    assert_false(feed_spent(&w.feed));
    walk_fini(&w);
}

/* ---- filters ---- */

static struct browse *browse_filtered(struct fake_table *t, bool query, int64_t segments)
{
    struct browse *plain = browse_table(t, query);
    struct client_read read = plain->read;
    read.filter = STR("size(v) > :n");
    read.segments = segments;
    struct browse *filtered = browse_read(&plain->table, &read);
    browse_unref(plain);
    return filtered;
}

static void walk_filtered(
    struct walk *w, int64_t count, int64_t every, bool query, int64_t segments)
{
    *w = (struct walk){.table = fake_new(count, count)};
    w->table->every = every;
    w->worker = worker_new(&w->table->base);
    w->browse = browse_filtered(w->table, query, segments);
    feed_init(&w->feed, w->worker, w, on_change);
    feed_open(&w->feed, w->browse, VIEW_ROWS);
    settle(w);
}

static void a_sparse_filter_is_read_in_pages_that_grow(void **state)
{
    (void)state;
    struct walk w;
    walk_filtered(&w, 60000, 3000, false, 0);
    int64_t id = 0;
    assert_int_equal(here(&w), 0);
    while (step(&w, 1))
        assert_int_equal(here(&w), id += 3000);
    assert_int_equal(id, 57000);
    assert_true(feed_at_end(&w.feed));
    struct feed_reads reads = feed_reads(&w.feed);
    assert_int_equal(reads.scanned, 60000);
    assert_int_equal(reads.matched, 20);
    assert_true(reads.requests < 60);
    assert_int_equal(reads.units, 1000 * reads.requests);
    assert_true(w.table->longest > 1000);
    walk_fini(&w);
}

static void a_filtered_query_is_read_backwards_from_its_end(void **state)
{
    (void)state;
    static const int64_t each[] = {7, 150, 2999, 60000};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        struct walk w;
        walk_filtered(&w, 12000, each[i], true, 0);
        feed_end(&w.feed);
        settle(&w);
        int64_t id = 11999 / each[i] * each[i];
        assert_int_equal(here(&w), id);
        while (step(&w, -1))
            assert_int_equal(here(&w), id -= each[i]);
        assert_int_equal(id, 0);
        assert_true(feed_at_home(&w.feed));
        walk_fini(&w);
    }
}

static void what_is_stopped_goes_on_from_there(void **state)
{
    (void)state;
    struct walk w = {.table = fake_new(100000, 100000)};
    w.table->every = 90000;
    atomic_store(&w.table->hang_at, 5);
    w.worker = worker_new(&w.table->base);
    w.browse = browse_filtered(w.table, false, 0);
    w.table->present[0] = false;
    feed_init(&w.feed, w.worker, &w, on_change);
    feed_open(&w.feed, w.browse, VIEW_ROWS);
    while (atomic_load(&w.table->calls) < 5)
        sched_yield();
    assert_true(feed_cancel(&w.feed));
    settle(&w);
    int64_t scanned = feed_reads(&w.feed).scanned;
    assert_int_equal(w.feed.err.code, ERR_CANCELLED);
    assert_int_equal(w.failures, 0);
    assert_true(scanned > 0 && w.feed.rows == 0 && !feed_at_end(&w.feed));
    w.feed.err.code = ERR_NONE;
    feed_reach(&w.feed, 0, VIEW_ROWS, true);
    settle(&w);
    assert_int_equal(id_of(feed_item(&w.feed, 0)), 90000);
    while (!feed_at_end(&w.feed)) {
        feed_reach(&w.feed, 0, VIEW_ROWS, true);
        settle(&w);
    }
    assert_int_equal(feed_reads(&w.feed).scanned, 99999); /* nothing twice */
    walk_fini(&w);
}

static void a_refresh_of_a_filter_keeps_the_place(void **state)
{
    (void)state;
    for (int query = 0; query < 2; query++) {
        struct walk w;
        walk_filtered(&w, 60000, 40, query, 0);
        while (here(&w) < 40000)
            assert_true(step(&w, 1));
        int64_t first = id_of(feed_item(&w.feed, 0));
        feed_refresh(&w.feed);
        settle(&w);
        assert_int_equal(w.refreshed, 1);
        assert_int_equal(id_of(feed_item(&w.feed, 0)), first);
        assert_int_equal(here(&w), 40000);
        for (int64_t id = 40000; step(&w, -1); id -= 40)
            assert_int_equal(here(&w), id - 40);
        assert_int_equal(here(&w), 0);
        walk_fini(&w);
    }
}

/* ---- places that no item tells ---- */

static void all_segments_are_read_at_once_and_back_again(void **state)
{
    (void)state;
    struct walk w;
    enum { COUNT = 20000 };
    bool *seen = calloc(COUNT, 1);
    walk_filtered(&w, COUNT, 1, false, 7);
    int64_t count = 0;
    do {
        assert_false(seen[here(&w)]);
        seen[here(&w)] = true;
        count++;
    } while (step(&w, 1));
    assert_int_equal(count, COUNT);
    while (step(&w, -1))
        count--;
    assert_int_equal(count, 1);
    assert_int_equal(here(&w), 0);
    feed_end(&w.feed);
    settle(&w);
    assert_true(feed_at_end(&w.feed));
    assert_true(step(&w, -1));
    free(seen);
    walk_fini(&w);
}

static void a_statement_is_read_by_its_tokens(void **state)
{
    (void)state;
    struct walk w = {.table = fake_new(9000, 9000)};
    struct browse *plain = browse_table(w.table, false);
    w.worker = worker_new(&w.table->base);
    w.browse = browse_statement(&plain->table, STR_NONE, STR("SELECT * FROM T"));
    browse_unref(plain);
    feed_init(&w.feed, w.worker, &w, on_change);
    feed_open(&w.feed, w.browse, VIEW_ROWS);
    settle(&w);
    int64_t id = 0;
    while (step(&w, 1))
        assert_int_equal(here(&w), ++id);
    assert_int_equal(id, 8999);
    while (step(&w, -1))
        assert_int_equal(here(&w), --id);
    assert_int_equal(id, 0);
    feed_end(&w.feed);
    settle(&w);
    assert_int_equal(here(&w), 8999);
    walk_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_table_has_no_rows_and_no_pages_to_come),
        cmocka_unit_test(every_row_is_seen_once_down_and_up_again),
        cmocka_unit_test(memory_does_not_grow_with_the_way_travelled),
        cmocka_unit_test(the_end_is_reached_without_reading_the_way_to_it),
        cmocka_unit_test(from_the_end_all_the_way_back_home),
        cmocka_unit_test(counts_that_are_wrong_do_not_hide_the_end),
        cmocka_unit_test(rows_that_stay_are_seen_while_others_come_and_go),
        cmocka_unit_test(looking_comes_to_rest_wherever_one_is_and_however_large_items_are),
        cmocka_unit_test(a_refresh_keeps_the_place),
        cmocka_unit_test(a_refresh_after_walking_backwards_loses_no_row),
        cmocka_unit_test(when_all_that_was_loaded_is_deleted_the_way_back_goes_on),
        cmocka_unit_test(finding_reads_on_and_the_way_back_is_known),
        cmocka_unit_test(a_failure_is_told_once_and_keeps_what_is_shown),
        cmocka_unit_test(closing_while_a_read_runs_is_safe),
        cmocka_unit_test(a_budget_stops_the_reading_until_someone_asks_for_more),
        cmocka_unit_test(finding_on_a_budget_stops_and_goes_on_from_there),
        cmocka_unit_test(without_a_budget_nobody_is_asked_what_a_page_consumes),
        cmocka_unit_test(a_sparse_filter_is_read_in_pages_that_grow),
        cmocka_unit_test(a_filtered_query_is_read_backwards_from_its_end),
        cmocka_unit_test(a_refresh_of_a_filter_keeps_the_place),
        cmocka_unit_test(what_is_stopped_goes_on_from_there),
        cmocka_unit_test(all_segments_are_read_at_once_and_back_again),
        cmocka_unit_test(a_statement_is_read_by_its_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
