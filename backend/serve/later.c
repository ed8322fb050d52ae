/* SPDX-License-Identifier: MIT */
/* A list of jobs, the next one first, and a thread that sleeps until it is due. Knows no functions.
 */
#include "backend/serve/later.h"

#include "base/clock.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct later {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct later_job *first;
    bool stopped, started;
    pthread_t thread;
};

struct later *later_new(void)
{
    struct later *l = mem_new(struct later);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&l->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&l->lock, NULL);
    return l;
}

/* Under the lock, which is open while a job runs. */
static void step(struct later *l)
{
    struct later_job *job = l->first;
    if (!job) {
        pthread_cond_wait(&l->changed, &l->lock);
    } else if (job->due_ns > clock_tick_ns()) {
        struct timespec until = {
            .tv_sec = job->due_ns / 1000000000, .tv_nsec = job->due_ns % 1000000000};
        pthread_cond_timedwait(&l->changed, &l->lock, &until);
    } else {
        l->first = job->next;
        pthread_mutex_unlock(&l->lock);
        job->run(job);
        pthread_mutex_lock(&l->lock);
    }
}

static void *work(void *context)
{
    struct later *l = context;
    pthread_mutex_lock(&l->lock);
    while (!l->stopped)
        step(l);
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

bool later_add(struct later *l, struct later_job *job, int64_t delay_ms)
{
    job->due_ns = clock_tick_ns() + delay_ms * 1000000;
    pthread_mutex_lock(&l->lock);
    if (!l->stopped && !l->started)
        l->started = pthread_create(&l->thread, NULL, work, l) == 0;
    bool taken = !l->stopped && l->started;
    struct later_job **at = &l->first;
    while (taken && *at && (*at)->due_ns <= job->due_ns)
        at = &(*at)->next;
    if (taken) {
        job->next = *at;
        *at = job;
    }
    pthread_cond_signal(&l->changed);
    pthread_mutex_unlock(&l->lock);
    return taken;
}

void later_stop(struct later *l)
{
    struct later_job *job;
    if (!l)
        return;
    pthread_mutex_lock(&l->lock);
    bool running = l->started && !l->stopped;
    l->stopped = true;
    pthread_cond_signal(&l->changed);
    pthread_mutex_unlock(&l->lock);
    if (running)
        pthread_join(l->thread, NULL);
    while ((job = l->first)) {
        l->first = job->next;
        job->drop(job);
    }
}

void later_free(struct later *l)
{
    if (!l)
        return;
    later_stop(l);
    pthread_cond_destroy(&l->changed);
    pthread_mutex_destroy(&l->lock);
    free(l);
}
