/* SPDX-License-Identifier: MIT */
/*
 * The background thread. Each task is idle, due or running; one mutex guards all of it and is not
 * held while a step runs.
 *
 *            wake, or its time has come              the thread
 *   idle ────────────────────────────────▶ due ──────────────────▶ running
 *     ▲                                     ▲ more, or woken meanwhile │
 *     │                                     └──────────────────────────┤
 *     ├──── done ──────────────────────────────────────────────────────┤
 *     └──── failed: due again after a rest, which doubles ─────────────┘
 *
 * Knows neither what steps do nor the store.
 */
#include "backend/embedded/keeper.h"

#include "base/clock.h"
#include "base/mem.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { REST_MIN_MS = 1000, REST_MAX_MS = 60 * 1000 };

static const int64_t never = INT64_MAX;

struct task {
    keeper_step *step;
    bool due;
    int64_t period_ns, next_ns; /* `never` where no time is set */
    int64_t rest_ms;            /* after a failure */
    uint64_t wanted, served;    /* wakes, and how many of them the last ended run had seen */
    struct err err;             /* of the last step, code ERR_NONE where it was well */
};

struct keeper {
    struct engine *engine;
    pthread_mutex_t lock;
    pthread_cond_t work;  /* something is due, or it is time to stop */
    pthread_cond_t ended; /* a step has ended */
    pthread_t thread;
    bool started;
    atomic_bool stop; /* set with the lock held, read without it by long steps */
    struct task tasks[KEEPER_KINDS];
};

/* ---- the thread ---- */

/* A task that is due; they take turns. */
static struct task *pick(struct keeper *k, size_t *turn)
{
    int64_t now = clock_tick_ns();
    for (size_t i = 0; i < KEEPER_KINDS; i++) {
        struct task *task = &k->tasks[ *turn = (*turn + 1) % KEEPER_KINDS];
        if (task->step && (task->due || task->next_ns <= now))
            return task;
    }
    return NULL;
}

static int64_t earliest(const struct keeper *k)
{
    int64_t ns = never;
    for (size_t i = 0; i < KEEPER_KINDS; i++)
        if (k->tasks[i].step && k->tasks[i].next_ns < ns)
            ns = k->tasks[i].next_ns;
    return ns;
}

static void set_next(struct task *task, bool done, bool more)
{
    int64_t now = clock_tick_ns();
    task->next_ns = task->period_ns ? now + task->period_ns : never;
    if (done) {
        task->rest_ms = 0;
        task->due = task->due || more;
        return;
    }
    task->rest_ms = task->rest_ms ? task->rest_ms * 2 : REST_MIN_MS;
    if (task->rest_ms > REST_MAX_MS)
        task->rest_ms = REST_MAX_MS;
    task->next_ns = now + task->rest_ms * 1000000;
}

/* With the lock held, and let go while the step runs. */
static void run(struct keeper *k, struct task *task)
{
    struct err err = ERR_INIT;
    bool more = false;
    uint64_t seen = task->wanted;
    task->due = false;
    pthread_mutex_unlock(&k->lock);
    bool done = task->step(k->engine, &more, &err);
    pthread_mutex_lock(&k->lock);
    set_next(task, done, more);
    task->err = err;
    if (!done || !more)
        task->served = seen;
    pthread_cond_broadcast(&k->ended);
}

static void rest(struct keeper *k)
{
    int64_t ns = earliest(k);
    if (ns == never) {
        pthread_cond_wait(&k->work, &k->lock);
        return;
    }
    struct timespec until = {ns / 1000000000, ns % 1000000000};
    pthread_cond_timedwait(&k->work, &k->lock, &until);
}

static void *keeper_main(void *context)
{
    struct keeper *k = context;
    size_t turn = 0;
    pthread_mutex_lock(&k->lock);
    while (!atomic_load(&k->stop)) {
        struct task *task = pick(k, &turn);
        if (task)
            run(k, task);
        else
            rest(k);
    }
    pthread_mutex_unlock(&k->lock);
    return NULL;
}

/* With the lock held. Signals belong to others, but for those of a crash, whose handler must run
 * where the crash is. Without a thread (the system has none left) the work stays due: the next wake
 * tries again. */
static void start(struct keeper *k)
{
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    sigset_t all, before;
    if (k->started || atomic_load(&k->stop))
        return;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        sigdelset(&all, crashes[i]);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    k->started = pthread_create(&k->thread, NULL, keeper_main, k) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* ---- the others ---- */

/* The clock that nobody sets. */
static void init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

struct keeper *keeper_new(struct engine *engine)
{
    struct keeper *k = mem_new(struct keeper);
    k->engine = engine;
    pthread_mutex_init(&k->lock, NULL);
    init_condition(&k->work);
    pthread_cond_init(&k->ended, NULL);
    atomic_init(&k->stop, false);
    for (size_t i = 0; i < KEEPER_KINDS; i++)
        k->tasks[i] = (struct task){.next_ns = never, .err = ERR_INIT};
    return k;
}

void keeper_free(struct keeper *k)
{
    if (!k)
        return;
    pthread_mutex_lock(&k->lock);
    atomic_store(&k->stop, true);
    pthread_cond_signal(&k->work);
    pthread_cond_broadcast(&k->ended);
    pthread_mutex_unlock(&k->lock);
    if (k->started)
        pthread_join(k->thread, NULL);
    pthread_cond_destroy(&k->ended);
    pthread_cond_destroy(&k->work);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

void keeper_task(struct keeper *k, enum keeper_kind kind, keeper_step *step)
{
    pthread_mutex_lock(&k->lock);
    k->tasks[kind].step = step;
    pthread_mutex_unlock(&k->lock);
}

void keeper_every(struct keeper *k, enum keeper_kind kind, int64_t period_ms)
{
    struct task *task = &k->tasks[kind];
    pthread_mutex_lock(&k->lock);
    task->period_ns = period_ms * 1000000;
    task->next_ns = period_ms ? clock_tick_ns() + task->period_ns : never;
    if (period_ms)
        start(k);
    pthread_cond_signal(&k->work);
    pthread_mutex_unlock(&k->lock);
}

void keeper_wake(struct keeper *k, enum keeper_kind kind)
{
    pthread_mutex_lock(&k->lock);
    k->tasks[kind].due = true;
    k->tasks[kind].wanted++;
    start(k);
    pthread_cond_signal(&k->work);
    pthread_mutex_unlock(&k->lock);
}

/* Whoever waits does not wait for later wakes: a task that is woken all the time still ends runs.
 */
bool keeper_wait(struct keeper *k, enum keeper_kind kind, struct err *err)
{
    struct task *task = &k->tasks[kind];
    pthread_mutex_lock(&k->lock);
    uint64_t wanted = task->wanted;
    while (k->started && task->served < wanted && !atomic_load(&k->stop))
        pthread_cond_wait(&k->ended, &k->lock);
    bool done = task->served >= wanted && task->err.code == ERR_NONE;
    if (!done && task->err.code != ERR_NONE)
        *err = task->err;
    else if (!done)
        err_set(err, ERR_BUSY, "the system gives no thread for work in the background");
    pthread_mutex_unlock(&k->lock);
    return done;
}

bool keeper_stopping(const struct keeper *k)
{
    return atomic_load_explicit(&k->stop, memory_order_relaxed);
}
