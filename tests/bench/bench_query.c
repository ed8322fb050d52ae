/* SPDX-License-Identifier: MIT */
/*
 * What the explorer does with each key by itself, without a terminal: the query builder's verdict,
 * guess and candidates while a line is typed, and "/" over many loaded rows.
 *
 *   bench_query [ROUNDS]
 */
#include "base/clock.h"
#include "base/mem.h"
#include "views/items/feed_job.h"
#include "views/items/items_order.h"
#include "views/query/query_complete.h"
#include "views/query/query_request.h"
#include "views/query/query_verdict.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 100000, PAGE_ROWS = 200, INDEXES = 20, ROUNDS = 20 };

/* ---- items ---- */

static void put_string(struct value_open *item, struct buf *out, const char *name, long number)
{
    struct buf text = {0};
    buf_printf(&text, "%s-%ld", name, number);
    value_member(item, out, str_from(name));
    value_put_string(out, buf_str(&text));
    buf_fini(&text);
}

/* About 300 bytes, with a document in it. */
static struct value make_item(struct arena *arena, long i)
{
    static const char *const names[] = {
        "orderId", "status", "city", "note", "email", "carrier", "reference", "source"};
    struct buf bytes = {0};
    struct err err = ERR_INIT;
    struct value_open item = value_open(&bytes, VALUE_M);
    put_string(&item, &bytes, "customerId", i / 10);
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        put_string(&item, &bytes, names[n], n == 1 ? i % 5 : i);
    value_member(&item, &bytes, STR("address"));
    struct value_open address = value_open(&bytes, VALUE_M);
    put_string(&address, &bytes, "street", i);
    put_string(&address, &bytes, "zip", i % 100);
    value_close(&address, &bytes, &err);
    value_close(&item, &bytes, &err);
    struct value made = value_of(arena_dup(arena, buf_str(&bytes)));
    buf_fini(&bytes);
    return made;
}

static void load(struct feed *feed, struct arena *arena)
{
    feed->pages = mem_zero(ROWS / PAGE_ROWS, sizeof *feed->pages);
    for (long p = 0; p < ROWS / PAGE_ROWS; p++) {
        struct feed_page *page = arena_new(arena, struct feed_page);
        page->items = arena_array(arena, struct value, PAGE_ROWS);
        page->count = PAGE_ROWS;
        for (long i = 0; i < PAGE_ROWS; i++)
            page->items[i] = make_item(arena, p * PAGE_ROWS + i);
        feed->pages[feed->page_count++] = page;
        feed->rows += PAGE_ROWS;
    }
}

/* ---- figures ---- */

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void print_figures(const char *what, int64_t *ns, size_t count, int64_t goal_us)
{
    qsort(ns, count, sizeof *ns, by_time);
    int64_t worst = ns[count - 1] / 1000, p99 = ns[count * 99 / 100] / 1000;
    printf("%-28s %6zu times   median %6.1f us   p99 %6lld us   worst %6lld us%s\n", what, count,
        (double)ns[count / 2] / 1000, (long long)p99, (long long)worst,
        p99 > goal_us ? "   MISSED" : "");
}

/* ---- a line that is typed ---- */

static struct client_table describe(struct arena *arena)
{
    struct client_index *indexes = arena_array(arena, struct client_index, INDEXES);
    for (int i = 0; i < INDEXES; i++)
        indexes[i] = (struct client_index){.name = arena_printf(arena, "ByAttribute%d", i),
            .status = STR("ACTIVE"),
            .projection = STR("ALL"),
            .global = true,
            .hash_count = 1,
            .range_count = 1,
            .keys = {{i ? arena_printf(arena, "attribute%d", i) : STR("status"), VALUE_S},
                {STR("orderId"), VALUE_S}},
            .items = ROWS,
            .bytes = ROWS * INT64_C(300)};
    struct client_table table = {.name = STR("Orders"),
        .key_count = 2,
        .keys = {{STR("customerId"), VALUE_S}, {STR("orderId"), VALUE_S}},
        .index_count = INDEXES,
        .indexes = indexes,
        .items = ROWS,
        .bytes = ROWS * INT64_C(300)};
    return table;
}

static struct value row_item(const void *data, size_t row)
{
    return feed_item(data, row);
}

static struct str column(void *data, int nth)
{
    static const char *const names[] = {
        "customerId", "orderId", "status", "city", "note", "email", "carrier", "address"};
    (void)data;
    return nth < (int)(sizeof names / sizeof *names) ? str_from(names[nth]) : STR_NONE;
}

/* All that happens between a key and the picture of the query builder. */
static void judge(struct query_form *form, const struct query_rows *rows, struct str text,
    struct query_candidates *candidates)
{
    struct buf out = {0};
    struct query_target target = {.endpoint = STR("http://127.0.0.1:8000")};
    struct query_complete_from from = {.table = form->table, .rows = rows, .column = column};
    query_form_set(form, text);
    query_complete(&from, text, text.len, candidates);
    if (form->planned) {
        struct client_read read = query_request_read(form->table, &form->line, &form->plan);
        query_verdict_line(form, &out);
        query_verdict_cost(
            form, query_seen_estimate(rows, form->table, &form->line, &form->plan), &out);
        query_request_command(&read, &form->line, &target, &out);
    }
    buf_fini(&out);
}

static void bench_typing(const struct feed *feed, struct arena *arena, int rounds)
{
    static const char line[] =
        "status = \"status-3\" and begins_with(orderId, \"orderId-1\") if (city = \"city-7\" or "
        "not "
        "contains(note, \"note\")) and address.zip in (\"zip-1\", \"zip-2\") show orderId, city, "
        "address.street on ByAttribute0 limit 50 descending";
    struct client_table table = describe(arena);
    struct query_rows rows = {.data = feed, .item = row_item, .count = 2400, .fair = true};
    struct query_candidates *candidates = mem_new(struct query_candidates);
    struct query_form *form = mem_new(struct query_form);
    size_t keys = sizeof line - 1, count = 0;
    int64_t *ns = mem_zero(keys * (size_t)rounds, sizeof *ns);
    query_form_init(form, &table);
    for (int round = 0; round < rounds; round++)
        for (size_t i = 1; i <= keys; i++) {
            int64_t began = clock_tick_ns();
            judge(form, &rows, (struct str){line, i}, candidates);
            ns[count++] = clock_tick_ns() - began;
        }
    print_figures("a key in the query line", ns, count, 500);
    query_form_fini(form);
    query_complete_fini(candidates);
    free(candidates);
    free(form);
    free(ns);
}

/* ---- "/" ---- */

static void bench_filter(const struct feed *feed, const char *text, int rounds)
{
    struct items_order order = {0};
    int64_t *ns = mem_zero((size_t)rounds, sizeof *ns);
    char what[64];
    buf_add(&order.filter, str_from(text));
    for (int i = 0; i < rounds; i++) {
        int64_t began = clock_tick_ns();
        items_order_update(&order, feed);
        ns[i] = clock_tick_ns() - began;
    }
    snprintf(what, sizeof what, "/%s (%zu rows)", text, order.count);
    print_figures(what, ns, (size_t)rounds, 30000);
    items_order_fini(&order);
    free(ns);
}

int main(int argc, char **argv)
{
    static const char *const texts[] = {
        "x", "zip-99", "status-3", "Email-77", "12345", "nowhere at all"};
    struct arena arena = {0};
    struct feed feed = {0};
    int rounds = argc > 1 ? atoi(argv[1]) : ROUNDS;
    if (rounds < 1)
        rounds = ROUNDS;
    load(&feed, &arena);
    bench_typing(&feed, &arena, rounds);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        bench_filter(&feed, texts[i], rounds);
    free(feed.pages);
    arena_fini(&arena);
    return 0;
}
