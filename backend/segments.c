/* SPDX-License-Identifier: MIT */
/*
 * The threads of a scan in segments. What they share, which pages wait to be taken, the pace and
 * the first error, is under one lock. Knows nothing of what is done with pages.
 *
 *   segment's thread   turn ─▶ fetch ─▶ until the last one was taken ─▶ work ─▶ full ─▶ turn …
 *   caller's thread                                                     full ─▶ take ─▶ not full
 */
#include "backend/segments.h"

#include "backend/client_json.h"
#include "backend/pace.h"
#include "base/clock.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

enum { TICK_MS = 50 };

struct slot {
    bool full;       /* a page was worked on, and waits to be taken */
    struct buf next; /* where the segment goes on behind it; empty = nowhere */
};

struct running {
    struct segments *segments;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned left; /* threads that run */
    bool stop;     /* no more pages are fetched */
    bool drop;     /* nor wanted: what is under way is given up */
    bool failed;   /* with: */
    struct err err;
    struct pace pace;
    struct slot slots[SEGMENTS_MAX];
};

struct segment_thread {
    struct running *running;
    unsigned number;
    pthread_t thread;
    struct buf start; /* where the next page begins */
    struct ddb_reply reply;
};

/* ---- with the lock held ---- */

static void wait_for(struct running *r, int64_t ns)
{
    struct timespec until;
    int64_t most = (int64_t)TICK_MS * 1000000;
    clock_gettime(CLOCK_REALTIME, &until);
    ns = until.tv_nsec + (ns < most ? ns : most);
    until.tv_sec += ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    pthread_cond_timedwait(&r->changed, &r->lock, &until);
}

static void stop_all(struct running *r, bool drop)
{
    r->stop = true;
    r->drop |= drop;
    if (r->drop)
        atomic_store(&r->segments->give_up, true);
    pthread_cond_broadcast(&r->changed);
}

/* What a budget has paid for is not thrown away. Who was given up is no failure. */
static void fail_all(struct running *r, const struct err *err)
{
    if (r->drop)
        return;
    if (!r->failed)
        r->err = *err;
    r->failed = true;
    stop_all(r, err->code != ERR_BUDGET);
}

/* ---- a segment ---- */

/* Until the pace allows a page of so many items; false where all are to stop. */
static bool take_turn(struct running *r, int64_t items)
{
    pthread_mutex_lock(&r->lock);
    for (int64_t ns; !r->stop && (ns = pace_wait(&r->pace, clock_tick_ns())) > 0;)
        wait_for(r, ns);
    bool go_on = !r->stop;
    if (go_on)
        pace_take(&r->pace, items, clock_tick_ns());
    pthread_mutex_unlock(&r->lock);
    return go_on;
}

/* Until the caller has taken the page before; false where no more are wanted. */
static bool wait_until_taken(struct segment_thread *t)
{
    struct running *r = t->running;
    pthread_mutex_lock(&r->lock);
    while (!r->drop && r->slots[t->number].full)
        pthread_cond_wait(&r->changed, &r->lock);
    bool go_on = !r->drop;
    pthread_mutex_unlock(&r->lock);
    return go_on;
}

static void hand_over(struct segment_thread *t)
{
    struct running *r = t->running;
    struct slot *slot = &r->slots[t->number];
    pthread_mutex_lock(&r->lock);
    slot->full = true;
    buf_clear(&slot->next);
    buf_add(&slot->next, buf_str(&t->start));
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

/* What was fetched, as soon as the page before is out of the way. */
static bool take_answer(struct segment_thread *t, const struct client_read *read,
    struct arena *arena, struct client_page *page, struct err *err)
{
    struct segments *s = t->running->segments;
    if (!wait_until_taken(t))
        return false;
    return s->lines ? client_take_lines(
                          arena, read, &t->reply, s->typed, &s->lines[t->number], page, err)
                    : client_take(arena, read, &t->reply, page, err);
}

static bool read_page(struct segment_thread *t, struct client_read *read, struct arena *arena,
    struct client_page *page, struct err *err)
{
    struct running *r = t->running;
    struct client client = r->segments->client;
    client.limits.cancel = &r->segments->give_up;
    if (t->start.len)
        read->start = value_of(buf_str(&t->start));
    if (!client_fetch(&client, read, &t->reply, err) || !take_answer(t, read, arena, page, err))
        return false;
    pthread_mutex_lock(&r->lock);
    pace_give_back(&r->pace, read->limit - page->scanned);
    pthread_mutex_unlock(&r->lock);
    buf_clear(&t->start);
    if (page->last.type == VALUE_M)
        buf_add(&t->start, page->last.encoded);
    return true;
}

static struct client_read read_of(const struct segment_thread *t)
{
    const struct segments *s = t->running->segments;
    struct client_read read = *s->read;
    read.limit = pace_page(&t->running->pace, read.limit);
    if (s->count > 1) {
        read.segment = t->number;
        read.segments = s->count;
        read.start = (struct value){0};
    }
    return read;
}

/* All pages. False where all are to stop: with err where that began here. */
static bool run_segment(struct segment_thread *t, struct arena *arena, struct err *err)
{
    struct segments *s = t->running->segments;
    struct client_read read = read_of(t);
    struct client_page page;
    for (unsigned pages = 0; pages == 0 || t->start.len; pages += pages < 2) {
        arena_reset(arena);
        if ((pages == 1 && !wait_until_taken(t)) || !take_turn(t->running, read.limit) ||
            !read_page(t, &read, arena, &page, err) || !s->work(s->context, t->number, &page, err))
            return false;
        hand_over(t);
    }
    return true;
}

static void *segment_main(void *context)
{
    struct segment_thread *t = context;
    struct running *r = t->running;
    struct arena arena = {0};
    struct err err = ERR_INIT;
    bool ok = run_segment(t, &arena, &err);
    arena_fini(&arena);
    ddb_reply_fini(&t->reply);
    buf_fini(&t->start);
    pthread_mutex_lock(&r->lock);
    if (!ok && err.code != ERR_NONE)
        fail_all(r, &err);
    r->left--;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

/* ---- the caller ---- */

/* Signals belong to the thread that asked for the scan. */
static unsigned start_threads(struct running *r, struct segment_thread *threads)
{
    const struct segments *s = r->segments;
    sigset_t all, before;
    unsigned started = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (unsigned i = 0; i < s->count; i++) {
        struct segment_thread *t = &threads[started];
        if (s->at && s->at[i].done)
            continue;
        *t = (struct segment_thread){.running = r, .number = i};
        if (s->at)
            buf_add(&t->start, s->at[i].start);
        pthread_mutex_lock(&r->lock);
        r->left++;
        pthread_mutex_unlock(&r->lock);
        if (pthread_create(&t->thread, NULL, segment_main, t) != 0) {
            struct err err = ERR_INIT;
            err_set(&err, ERR_INTERNAL, "no more threads can be started: ask for fewer segments");
            buf_fini(&t->start);
            pthread_mutex_lock(&r->lock);
            r->left--;
            fail_all(r, &err);
            pthread_mutex_unlock(&r->lock);
            break;
        }
        started++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

/* With the lock held, but not while the caller works. False where no more pages are wanted. */
static bool take_page(struct running *r, unsigned number)
{
    struct segments *s = r->segments;
    struct slot *slot = &r->slots[number];
    struct err err = ERR_INIT;
    bool enough = false;
    pthread_mutex_unlock(&r->lock);
    bool ok = s->take(s->context, number, buf_str(&slot->next), &enough, &err);
    pthread_mutex_lock(&r->lock);
    slot->full = false;
    pthread_cond_broadcast(&r->changed);
    if (!ok)
        fail_all(r, &err);
    else if (enough)
        stop_all(r, true);
    return ok && !enough;
}

/* With the lock held, but not while the caller works. */
static void look_around(struct running *r)
{
    struct segments *s = r->segments;
    const atomic_bool *cancel = s->client.limits.cancel;
    if (cancel && atomic_load(cancel) && !r->drop) {
        struct err err = ERR_INIT;
        err_set(&err, ERR_CANCELLED, "stopped by a signal");
        fail_all(r, &err);
    }
    pthread_mutex_unlock(&r->lock);
    if (s->tick)
        s->tick(s->context);
    pthread_mutex_lock(&r->lock);
}

/* With the lock held: takes the pages that wait; false where there were none all the while. */
static bool take_waiting(struct running *r, bool *wanted)
{
    bool took = false;
    for (unsigned i = 0; *wanted && i < r->segments->count; i++) {
        if (r->slots[i].full) {
            *wanted = take_page(r, i);
            took = true;
        }
    }
    return took;
}

/* With the lock held, until no thread runs and no page waits. */
static void take_pages(struct running *r)
{
    for (bool wanted = true;;) {
        if (!take_waiting(r, &wanted)) {
            if (!r->left)
                break;
            wait_for(r, INT64_MAX);
        }
        look_around(r);
    }
}

bool segments_run(struct segments *segments, struct err *err)
{
    struct running r = {.segments = segments, .err = ERR_INIT, .pace = {.rate = segments->rate}};
    struct segment_thread threads[SEGMENTS_MAX];
    if (segments->count < 1 || segments->count > SEGMENTS_MAX)
        return err_set(
            err, ERR_USAGE, "a scan has 1 to %d segments, not %u", SEGMENTS_MAX, segments->count);
    atomic_store(&segments->give_up, false);
    pthread_mutex_init(&r.lock, NULL);
    pthread_cond_init(&r.changed, NULL);
    unsigned started = start_threads(&r, threads);
    pthread_mutex_lock(&r.lock);
    take_pages(&r);
    pthread_mutex_unlock(&r.lock);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i].thread, NULL);
    for (unsigned i = 0; i < segments->count; i++)
        buf_fini(&r.slots[i].next);
    pthread_cond_destroy(&r.changed);
    pthread_mutex_destroy(&r.lock);
    if (r.failed)
        *err = r.err;
    return !r.failed;
}
