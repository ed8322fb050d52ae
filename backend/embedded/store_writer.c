/* SPDX-License-Identifier: MIT */
/*
 * Writes that nobody waits for. A thread in store_write() leads its own commit; submitted jobs have
 * no thread, so one is started for all of them, which sleeps while nothing is queued:
 *
 *   submit ─▶ queue ─▶ this thread leads, or one that waits does ─▶ commit ─▶ done()
 *
 * A server that hands over jobs pays for two wake-ups a commit, not for three a job. Knows nothing
 * of what the functions do.
 */
#include "backend/embedded/store_impl.h"

#include <signal.h>

static void *work(void *context)
{
    struct store *store = context;
    pthread_mutex_lock(&store->queue_lock);
    for (;;) {
        if (store->queue && !store->leading) {
            store_commit_lead(store);
        } else if (store->writer_ending && !store->queue) {
            break;
        } else {
            store->writer_idle = true;
            pthread_cond_wait(&store->submitted, &store->queue_lock);
            store->writer_idle = false;
        }
    }
    pthread_mutex_unlock(&store->queue_lock);
    return NULL;
}

/* Signals are for the threads that expect them. */
static bool start(struct store *store)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    store->writer_started = pthread_create(&store->writer, NULL, work, store) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return store->writer_started;
}

/* Whether it has to be: once is enough. */
static bool has_to_wake(struct store *store)
{
    bool idle = store->writer_idle;
    store->writer_idle = false;
    return idle;
}

void store_writer_wake(struct store *store)
{
    if (has_to_wake(store))
        pthread_cond_signal(&store->submitted);
}

void store_submit(struct store *store, struct store_job *job)
{
    job->waiter = NULL;
    job->alone = job->ok = false;
    if (store_commit_refused(store, job->err)) {
        job->done(job);
        return;
    }
    pthread_mutex_lock(&store->queue_lock);
    bool apart = store->writer_started || start(store);
    if (apart)
        store_commit_enqueue(store, job);
    bool wake = apart && !store->leading && has_to_wake(store);
    pthread_mutex_unlock(&store->queue_lock);
    if (wake) /* not sooner: it would wait for the lock at once */
        pthread_cond_signal(&store->submitted);
    if (!apart) { /* where no thread can be had, the caller is the one */
        job->ok = store_write(store, job->fn, job->context, job->err);
        job->done(job);
    }
}

void store_writer_stop(struct store *store)
{
    if (!store->writer_started)
        return;
    pthread_mutex_lock(&store->queue_lock);
    store->writer_ending = true;
    pthread_cond_signal(&store->submitted);
    pthread_mutex_unlock(&store->queue_lock);
    pthread_join(store->writer, NULL);
}
