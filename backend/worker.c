/* SPDX-License-Identifier: MIT */
/*
 * The asynchronous wrapper: one thread, jobs in order, ends collected by the thread that asked.
 *
 *   submit ──▶ waiting ──▶ running ──▶ ended ──collect──▶ done()
 *                 │                      ▲
 *                 └──────── free ────────┘   (with `cancel` set, run() left out)
 *
 * One mutex guards the three places. run() and done() are called without it, so they may submit and
 * cancel. Knows nothing of what jobs do.
 */
#include "backend/worker.h"
#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct queue {
    struct worker_job *first, **end;
};

struct worker {
    struct backend *backend;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work; /* something waits, or it is time to stop */
    pthread_cond_t ended_one;
    struct queue waiting, ended;
    struct worker_job *running;
    bool stop;
    int fd;
};

static void queue_init(struct queue *q)
{
    q->first = NULL;
    q->end = &q->first;
}

static void queue_push(struct queue *q, struct worker_job *job)
{
    job->next = NULL;
    *q->end = job;
    q->end = &job->next;
}

static struct worker_job *queue_pop(struct queue *q)
{
    struct worker_job *job = q->first;
    if (job) {
        q->first = job->next;
        if (!q->first)
            q->end = &q->first;
    }
    return job;
}

/* With the lock held. */
static void end_job(struct worker *w, struct worker_job *job)
{
    queue_push(&w->ended, job);
    pthread_cond_broadcast(&w->ended_one);
    uint64_t one = 1;
    while (write(w->fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

/* With the lock held, and let go while the job runs. */
static void run_job(struct worker *w, struct worker_job *job)
{
    w->running = job;
    pthread_mutex_unlock(&w->lock);
    job->run(job, w->backend);
    pthread_mutex_lock(&w->lock);
    w->running = NULL;
    end_job(w, job);
}

static void *worker_main(void *context)
{
    struct worker *w = context;
    pthread_mutex_lock(&w->lock);
    while (!w->stop) {
        struct worker_job *job = queue_pop(&w->waiting);
        if (job)
            run_job(w, job);
        else
            pthread_cond_wait(&w->work, &w->lock);
    }
    for (struct worker_job *job; (job = queue_pop(&w->waiting));)
        end_job(w, job);
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* Signals belong to the thread that owns the terminal, but for those of a crash, whose handler must
 * run where the crash is. */
static int start_thread(struct worker *w)
{
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    sigset_t all, before;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        sigdelset(&all, crashes[i]);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&w->thread, NULL, worker_main, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

/* Ends are waited for by the monotonic clock, which nobody sets. */
static void init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

struct worker *worker_new(struct backend *backend)
{
    struct worker *w = mem_new(struct worker);
    w->backend = backend;
    w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->work, NULL);
    init_condition(&w->ended_one);
    queue_init(&w->waiting);
    queue_init(&w->ended);
    /* a process without room for one thread and one descriptor cannot go on */
    if (w->fd < 0 || start_thread(w) != 0)
        abort();
    return w;
}

void worker_free(struct worker *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    if (w->running)
        atomic_store(&w->running->cancel, true);
    for (struct worker_job *job = w->waiting.first; job; job = job->next)
        atomic_store(&job->cancel, true);
    pthread_cond_signal(&w->work);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    worker_collect(w);
    backend_close(w->backend, NULL);
    close(w->fd);
    pthread_cond_destroy(&w->ended_one);
    pthread_cond_destroy(&w->work);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

void worker_submit(struct worker *w, struct worker_job *job)
{
    pthread_mutex_lock(&w->lock);
    /* a done() that runs while the worker is being freed may still submit: its job ends at once */
    if (w->stop) {
        atomic_store(&job->cancel, true);
        end_job(w, job);
    } else {
        queue_push(&w->waiting, job);
        pthread_cond_signal(&w->work);
    }
    pthread_mutex_unlock(&w->lock);
}

void worker_cancel(struct worker *w, struct worker_job *job)
{
    (void)w;
    atomic_store(&job->cancel, true);
}

int worker_fd(const struct worker *w)
{
    return w->fd;
}

static struct worker_job *take_ended(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    struct worker_job *job = queue_pop(&w->ended);
    if (!job) {
        uint64_t count; /* the descriptor is readable exactly while something waits */
        ssize_t got = read(w->fd, &count, sizeof count);
        (void)got;
    }
    pthread_mutex_unlock(&w->lock);
    return job;
}

size_t worker_collect(struct worker *w)
{
    size_t count = 0;
    for (struct worker_job *job; (job = take_ended(w)); count++)
        job->done(job);
    return count;
}

static struct timespec after(int ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

size_t worker_wait(struct worker *w, int timeout_ms)
{
    struct timespec until = after(timeout_ms);
    pthread_mutex_lock(&w->lock);
    while (!w->ended.first && (w->running || w->waiting.first))
        if (pthread_cond_timedwait(&w->ended_one, &w->lock, &until) == ETIMEDOUT)
            break;
    pthread_mutex_unlock(&w->lock);
    return worker_collect(w);
}

bool worker_busy(const struct worker *w)
{
    struct worker *inside = (struct worker *)w;
    pthread_mutex_lock(&inside->lock);
    bool busy = w->running || w->waiting.first;
    pthread_mutex_unlock(&inside->lock);
    return busy;
}

bool worker_awaited(const struct worker *w)
{
    struct worker *inside = (struct worker *)w;
    pthread_mutex_lock(&inside->lock);
    bool awaited = w->running && !w->running->quiet;
    for (const struct worker_job *job = w->waiting.first; job && !awaited; job = job->next)
        awaited = !job->quiet;
    pthread_mutex_unlock(&inside->lock);
    return awaited;
}

struct backend *worker_backend(struct worker *w)
{
    return w->backend;
}
