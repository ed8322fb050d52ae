/* SPDX-License-Identifier: MIT */
/*
 * The threads of a copy. Each has one segment; what they share, places, sums, the pace and the
 * first error, is under one lock. Knows the waist, not what is behind it.
 */
#include "backend/copy.h"

#include "base/clock.h"
#include "base/mem.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

enum { BATCH_ITEMS = 25, TICK_MS = 100, PAGES_A_SECOND = 4 };

struct running {
    struct copy *copy;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* a segment moved or ended, or all are to stop */
    unsigned left;          /* threads that run */
    bool failed;
    atomic_bool give_up; /* what the threads' calls look at */
    struct err err;
    int64_t paid_ns; /* up to when the pace allows what was read */
};

struct segment_thread {
    struct running *running;
    unsigned number;
    pthread_t thread;
};

/* ---- sums ---- */

static uint64_t mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * 0x9E3779B97F4A7C15u;
    return h ^ (h >> 32);
}

static uint64_t digest(struct str bytes, uint64_t seed)
{
    uint64_t h = mix(seed, bytes.len), word;
    size_t i = 0;
    for (; i + sizeof word <= bytes.len; i += sizeof word) {
        memcpy(&word, bytes.at + i, sizeof word);
        h = mix(h, word);
    }
    word = 0;
    if (i < bytes.len)
        memcpy(&word, bytes.at + i, bytes.len - i);
    return mix(mix(h, word), seed);
}

/* Equal items have equal bytes, so equal tables have equal sums. */
static void sum_item(struct copy_sum *sum, struct value item)
{
    sum->items++;
    sum->bytes += item.encoded.len;
    sum->digest[0] += digest(item.encoded, 0xD6E8FEB86659FD93u);
    sum->digest[1] += digest(item.encoded, 0xCBF29CE484222325u);
}

static void sum_join(struct copy_sum *sum, const struct copy_sum *more)
{
    sum->items += more->items;
    sum->bytes += more->bytes;
    sum->digest[0] += more->digest[0];
    sum->digest[1] += more->digest[1];
}

struct copy_sum copy_total(const struct copy_segment *segments, unsigned count)
{
    struct copy_sum total = {0};
    for (unsigned i = 0; i < count; i++)
        sum_join(&total, &segments[i].sum);
    return total;
}

bool copy_sum_equal(const struct copy_sum *a, const struct copy_sum *b)
{
    return a->items == b->items && a->bytes == b->bytes && a->digest[0] == b->digest[0] &&
           a->digest[1] == b->digest[1];
}

/* ---- the pace ---- */

/* Each page pays for its items in time; who is ahead of it waits. */
static bool wait_turn(struct running *r)
{
    pthread_mutex_lock(&r->lock);
    while (!r->failed && r->copy->rate) {
        int64_t ahead = r->paid_ns - clock_tick_ns();
        if (ahead <= 0)
            break;
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        int64_t ns = until.tv_nsec + (ahead < 50000000 ? ahead : 50000000);
        until.tv_sec += ns / 1000000000;
        until.tv_nsec = ns % 1000000000;
        pthread_cond_timedwait(&r->changed, &r->lock, &until);
    }
    bool go_on = !r->failed;
    pthread_mutex_unlock(&r->lock);
    return go_on;
}

/* With the lock held. */
static void pay(struct running *r, uint64_t items)
{
    int64_t now = clock_tick_ns();
    if (!r->copy->rate)
        return;
    if (r->paid_ns < now)
        r->paid_ns = now;
    r->paid_ns += (int64_t)items * 1000000000 / r->copy->rate;
}

/* Small pages keep a slow pace even. */
static int64_t page_limit(const struct copy *copy)
{
    int64_t limit = copy->rate / PAGES_A_SECOND;
    return copy->rate ? limit > 0 ? limit : 1 : 0;
}

/* ---- pages ---- */

static bool write_page(
    struct client *to, struct str table, const struct client_page *page, struct err *err)
{
    for (uint32_t i = 0; i < page->count; i += BATCH_ITEMS) {
        uint32_t count = page->count - i < BATCH_ITEMS ? page->count - i : BATCH_ITEMS;
        if (!client_put_batch(to, table, page->items + i, count, err))
            return false;
    }
    return true;
}

static void note_page(struct running *r, struct copy_segment *segment,
    const struct client_page *page, const struct copy_sum *sum)
{
    pthread_mutex_lock(&r->lock);
    sum_join(&segment->sum, sum);
    buf_clear(&segment->start);
    if (page->last.type == VALUE_M)
        buf_add(&segment->start, page->last.encoded);
    else
        segment->done = true;
    pthread_mutex_unlock(&r->lock);
}

static bool copy_page(struct running *r, unsigned number, struct arena *arena, struct err *err)
{
    struct copy *copy = r->copy;
    struct copy_segment *segment = &copy->at[number];
    struct client from = {copy->from, {.cancel = &r->give_up, .budget = copy->from_budget}};
    struct client to = {copy->to, {.cancel = &r->give_up, .budget = copy->to_budget}};
    struct client_read read = {.table = copy->table,
        .consistent = copy->consistent,
        .limit = page_limit(copy),
        .segment = number,
        .segments = copy->segments};
    struct client_page page;
    struct copy_sum sum = {0};
    if (segment->start.len)
        read.start = value_of(arena_dup(arena, buf_str(&segment->start)));
    if (!client_read(&from, arena, &read, &page, err))
        return false;
    pthread_mutex_lock(&r->lock);
    pay(r, (uint64_t)page.scanned);
    pthread_mutex_unlock(&r->lock);
    for (uint32_t i = 0; i < page.count; i++)
        sum_item(&sum, page.items[i]);
    if (copy->to && !write_page(&to, copy->to_table, &page, err))
        return false;
    note_page(r, segment, &page, &sum);
    return true;
}

static void note_failure(struct running *r, const struct err *err)
{
    pthread_mutex_lock(&r->lock);
    if (!r->failed)
        r->err = *err;
    r->failed = true;
    atomic_store(&r->give_up, true);
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

static void *segment_main(void *context)
{
    struct segment_thread *thread = context;
    struct running *r = thread->running;
    struct arena arena = {0};
    struct err err = ERR_INIT;
    while (!r->copy->at[thread->number].done && wait_turn(r)) {
        arena_reset(&arena);
        if (!copy_page(r, thread->number, &arena, &err)) {
            note_failure(r, &err);
            break;
        }
    }
    arena_fini(&arena);
    pthread_mutex_lock(&r->lock);
    r->left--;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

/* ---- all of them ---- */

/* Signals belong to the thread that asked for the copy. */
static unsigned start_threads(struct running *r, struct segment_thread *threads)
{
    sigset_t all, before;
    unsigned started = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    r->left = r->copy->segments;
    for (; started < r->copy->segments; started++) {
        threads[started] = (struct segment_thread){.running = r, .number = started};
        if (pthread_create(&threads[started].thread, NULL, segment_main, &threads[started]) != 0)
            break;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started == r->copy->segments)
        return started;
    struct err err = ERR_INIT;
    err_set(&err, ERR_INTERNAL, "no more threads can be started: ask for fewer segments");
    note_failure(r, &err);
    pthread_mutex_lock(&r->lock);
    r->left -= r->copy->segments - started;
    pthread_mutex_unlock(&r->lock);
    return started;
}

/* With the lock held, so that places and sums belong together. */
static void watch(struct running *r)
{
    struct copy *copy = r->copy;
    struct timespec until;
    while (r->left) {
        clock_gettime(CLOCK_REALTIME, &until);
        int64_t ns = until.tv_nsec + TICK_MS * 1000000;
        until.tv_sec += ns / 1000000000;
        until.tv_nsec = ns % 1000000000;
        pthread_cond_timedwait(&r->changed, &r->lock, &until);
        if (copy->cancel && atomic_load(copy->cancel) && !r->failed) {
            r->failed = true;
            err_set(&r->err, ERR_CANCELLED, "stopped by a signal");
            atomic_store(&r->give_up, true);
            pthread_cond_broadcast(&r->changed);
        }
        if (copy->tick)
            copy->tick(copy->context, copy->at, copy->segments);
    }
}

bool copy_run(struct copy *copy, struct err *err)
{
    struct running r = {.copy = copy, .err = ERR_INIT};
    struct segment_thread threads[COPY_SEGMENTS_MAX];
    if (copy->segments < 1 || copy->segments > COPY_SEGMENTS_MAX)
        return err_set(err, ERR_USAGE, "a copy has 1 to %d segments, not %u", COPY_SEGMENTS_MAX,
            copy->segments);
    pthread_mutex_init(&r.lock, NULL);
    pthread_cond_init(&r.changed, NULL);
    unsigned started = start_threads(&r, threads);
    pthread_mutex_lock(&r.lock);
    watch(&r);
    pthread_mutex_unlock(&r.lock);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i].thread, NULL);
    pthread_cond_destroy(&r.changed);
    pthread_mutex_destroy(&r.lock);
    if (r.failed)
        *err = r.err;
    return !r.failed;
}

void copy_fini(struct copy *copy)
{
    for (unsigned i = 0; i < COPY_SEGMENTS_MAX; i++)
        buf_fini(&copy->at[i].start);
}
