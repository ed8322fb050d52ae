/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_WORKER_H
#define BACKEND_WORKER_H

#include "backend/backend.h"

/*
 * The one asynchronous wrapper: a thread per open connection that runs jobs in order, and a
 * completion queue with an eventfd that wakes the UI's poll(). Jobs are functions on the worker's
 * thread; their ends are functions on the thread that calls worker_collect().
 *
 *   UI thread                        worker thread
 *   worker_submit(job) ──queue──▶    job->run(job, backend)
 *   poll(worker_fd) ◀──eventfd──     done
 *   worker_collect() → job->done(job)
 */
struct worker;

struct worker_job {
    /* On the worker's thread. Looks at `cancel` through the ddb_calls it makes. */
    void (*run)(struct worker_job *job, struct backend *backend);
    /* On the collecting thread, exactly once for each submitted job, also for cancelled ones. Frees
     * the job where it is on the heap. */
    void (*done)(struct worker_job *job);
    atomic_bool cancel;
    bool quiet;              /* nobody waits for it: it comes by itself, again and again */
    struct worker_job *next; /* the worker's */
};

/* Takes ownership of the backend. */
struct worker *worker_new(struct backend *backend);
/* Cancels what runs, drops what waits (calling each done), joins the thread, closes the backend. */
void worker_free(struct worker *w);

void worker_submit(struct worker *w, struct worker_job *job);
/* Asks a job to stop; its done() still comes. */
void worker_cancel(struct worker *w, struct worker_job *job);
/* Readable while completions wait. */
int worker_fd(const struct worker *w);
/* Runs the done() of all that ended; returns how many. Never blocks. */
size_t worker_collect(struct worker *w);
/* Waits until the running job ends or `timeout_ms` passed, then collects: lets the first page be in
 * the first frame without a second one. */
size_t worker_wait(struct worker *w, int timeout_ms);
bool worker_busy(const struct worker *w);
/* Whether there is a job that is not quiet. */
bool worker_awaited(const struct worker *w);
struct backend *worker_backend(struct worker *w);

#endif
