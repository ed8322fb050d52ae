/* SPDX-License-Identifier: MIT */
/*
 * Reading ahead, for endpoints whose pages take long to come. A thread fetches answers, and finds
 * in each of them, unread, where the next one begins; the caller's thread makes values of them.
 *
 *   thread   fetch 1 ─▶ key            fetch 2 ─▶ key ─▶ fetch 3 ─▶ key ─▶ fetch 4 …
 *   caller          take 1 ─▶ comes back          take 2 ─▶ …    take 3 ─▶ …
 *
 * Three answers are held at most: one that comes, one that waits, one that is read. Knows nothing
 * of endpoints.
 */
#include "backend/ahead.h"

#include "backend/client_json.h"
#include "backend/json_in.h"
#include "backend/json_skim.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { LOOK_MS = 50 };

struct ahead {
    struct client client; /* with a cancel flag of our own */
    const atomic_bool *asked;
    struct client_read read; /* the thread's */
    struct client_read took; /* the caller's: without a place */
    struct buf start;        /* where read.start stands */
    atomic_bool cancel;
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t moved;
    struct ddb_reply ready; /* an answer that waits for the caller */
    struct ddb_reply spare; /* one that was read, for its memory */
    bool leads_on;          /* it has a next page, as far as the thread saw */
    bool full, last, failed, stop;
    bool given, begun; /* the caller has come once, twice */
    struct err err;
};

/* ---- where the next page begins ---- */

/* Moves read.start behind this answer; *more is false at the end of all, or where there is no sense
 * in it. */
static bool advance(struct ahead *a, const struct ddb_reply *reply, bool *more, struct err *err)
{
    struct arena scratch = {0};
    struct buf next = {0};
    struct err unreadable = ERR_INIT;
    struct str key = json_skim_member(buf_str(&reply->body), STR("LastEvaluatedKey"));
    const struct json *json = key.len ? json_parse(&scratch, key, &unreadable) : NULL;
    *more = json && json->count && json_in_typed_item(&next, json, &unreadable);
    arena_fini(&scratch);
    struct value last = *more ? value_of(buf_str(&next)) : (struct value){0};
    bool ok = client_goes_on(
        a->read.start, last, a->read.key_condition.len ? STR("Query") : STR("Scan"), err);
    buf_fini(&a->start);
    a->start = next;
    a->read.start = last;
    return ok;
}

/* ---- the thread ---- */

/* With the lock held: until the caller has come back for a second page. */
static bool wait_for_second(struct ahead *a)
{
    while (!a->stop && !a->begun)
        pthread_cond_wait(&a->moved, &a->lock);
    return !a->stop;
}

/* With the lock held: until the answer before was taken. */
static bool wait_for_room(struct ahead *a)
{
    while (!a->stop && a->full)
        pthread_cond_wait(&a->moved, &a->lock);
    return !a->stop;
}

static void hand_over(struct ahead *a, struct ddb_reply *reply, bool ok, bool more)
{
    if (ok) {
        a->ready = *reply;
        *reply = a->spare;
        a->spare = (struct ddb_reply){0};
        a->full = true;
        a->leads_on = more;
    }
    a->failed = !ok;
    a->last = !more;
    pthread_cond_broadcast(&a->moved);
}

static void *ahead_main(void *context)
{
    struct ahead *a = context;
    struct ddb_reply reply = {0};
    bool more = true;
    for (bool first = true; more; first = false) {
        struct err err = ERR_INIT;
        pthread_mutex_lock(&a->lock);
        bool go_on = first || wait_for_second(a);
        pthread_mutex_unlock(&a->lock);
        if (!go_on)
            break;
        bool ok =
            client_fetch(&a->client, &a->read, &reply, &err) && advance(a, &reply, &more, &err);
        more = more && ok;
        pthread_mutex_lock(&a->lock);
        if (!ok)
            a->err = err;
        if (wait_for_room(a))
            hand_over(a, &reply, ok, more);
        else
            more = false;
        pthread_mutex_unlock(&a->lock);
    }
    ddb_reply_fini(&reply);
    return NULL;
}

/* ---- the caller ---- */

struct ahead *ahead_open(struct client *client, const struct client_read *read)
{
    struct ahead *a = mem_new(struct ahead);
    a->read = a->took = *read;
    a->took.start = (struct value){0};
    a->client = *client;
    a->asked = client->limits.cancel;
    a->client.limits.cancel = &a->cancel;
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->moved, NULL);
    if (pthread_create(&a->thread, NULL, ahead_main, a) != 0)
        abort(); /* a process without room for one thread cannot go on */
    return a;
}

/* With the lock held: for a moment, since the caller's cancel flag wakes nobody. */
static void look(struct ahead *a)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += LOOK_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_cond_timedwait(&a->moved, &a->lock, &until);
    if (a->asked && atomic_load(a->asked))
        atomic_store(&a->cancel, true);
}

/* The next answer; false at the end, with err where there is one. */
static bool take_answer(struct ahead *a, struct ddb_reply *reply, bool *leads_on, struct err *err)
{
    pthread_mutex_lock(&a->lock);
    a->begun =
        a->given; /* from the second page on, the next one is wanted before it is asked for */
    a->given = true;
    pthread_cond_broadcast(&a->moved);
    while (!a->full && !a->failed && !a->last)
        look(a);
    bool got = a->full;
    if (got) {
        *reply = a->ready;
        *leads_on = a->leads_on;
        a->ready = (struct ddb_reply){0};
        a->full = false;
    } else if (a->failed) {
        *err = a->err;
    }
    pthread_cond_broadcast(&a->moved);
    pthread_mutex_unlock(&a->lock);
    return got;
}

/* No page is lost by two opinions of where it ends. */
static bool agree(struct ahead *a, const struct client_page *page, bool leads_on, struct err *err)
{
    return (page->last.type != VALUE_NONE) == leads_on ||
           client_bad_answer(err, a->took.key_condition.len ? STR("Query") : STR("Scan"));
}

static void give_back(struct ahead *a, struct ddb_reply *reply)
{
    pthread_mutex_lock(&a->lock);
    struct ddb_reply before = a->spare;
    a->spare = *reply;
    pthread_mutex_unlock(&a->lock);
    ddb_reply_fini(&before);
}

bool ahead_next(struct ahead *a, struct arena *arena, struct client_page *out, struct err *err)
{
    struct ddb_reply reply;
    bool leads_on;
    if (!take_answer(a, &reply, &leads_on, err))
        return false;
    bool ok = client_take(arena, &a->took, &reply, out, err) && agree(a, out, leads_on, err);
    give_back(a, &reply);
    return ok;
}

bool ahead_next_lines(struct ahead *a, struct arena *arena, bool typed, struct buf *lines,
    struct client_page *out, struct err *err)
{
    struct ddb_reply reply;
    bool leads_on;
    if (!take_answer(a, &reply, &leads_on, err))
        return false;
    bool ok = client_take_lines(arena, &a->took, &reply, typed, lines, out, err) &&
              agree(a, out, leads_on, err);
    give_back(a, &reply);
    return ok;
}

void ahead_close(struct ahead *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->stop = true;
    atomic_store(&a->cancel, true);
    pthread_cond_broadcast(&a->moved);
    pthread_mutex_unlock(&a->lock);
    pthread_join(a->thread, NULL);
    ddb_reply_fini(&a->ready);
    ddb_reply_fini(&a->spare);
    buf_fini(&a->start);
    pthread_cond_destroy(&a->moved);
    pthread_mutex_destroy(&a->lock);
    free(a);
}
