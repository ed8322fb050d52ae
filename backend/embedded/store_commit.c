/* SPDX-License-Identifier: MIT */
/*
 * Group commit. Writers that arrive while one is committing queue up; the first of them becomes the
 * leader, runs the functions of all in one LMDB transaction, syncs once and wakes them.
 *
 *   queued --leader takes--> run --all ok--> commit --ok--> acknowledged
 *                             |                 +--the disk fails--> every job of the batch fails
 *                             +--the map is full--> roll back, grow, run all again
 *                             +--one spoiled it---> roll back, run the others again, then that
 * alone
 *
 * Nobody hears of an outcome before the commit, not even of a refused condition: it may rest on
 * what a job before it wrote. Knows nothing of what the functions do.
 */
#include "backend/embedded/store_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

enum {
    JOBS_MAX = 1024,            /* a batch takes no more jobs */
    BATCH_BYTES_MAX = 16 << 20, /* nor jobs beyond these bytes: dirty pages stand in memory */
};

/* A thread in store_write(). */
struct store_waiter {
    pthread_cond_t wake;
    bool done;
};

struct batch {
    struct store *store;
    struct store_job *first, **end;
    size_t count;
    int64_t patience; /* until then it waits for jobs that are expected; 0 = not asked yet */
    struct store_txn txn;
};

bool store_txn_fail(struct store_txn *txn, int code, const char *doing, struct err *err)
{
    if (txn->failure == 0)
        txn->failure = code;
    return store_fail(txn->store, code, doing, err);
}

void store_spoil(struct store_txn *txn)
{
    txn->spoiled = true;
}

/* ---- the transaction ---- */

/* What is written to a file without a name is gone with the last process that has it open. Asks for
 * nothing else: who has seen a file's times makes the next write change them, which would be one
 * block more for each sync. */
static bool is_removed(const struct store *store)
{
    struct statx st;
    return statx(store->fd, "", AT_EMPTY_PATH, STATX_NLINK, &st) == 0 && st.stx_nlink == 0;
}

static int begin(struct batch *b)
{
    struct store *store = b->store;
    int code;
    if (is_removed(store))
        return ESTALE;
    while (true) {
        store_enter(store);
        b->txn = (struct store_txn){.store = store};
        code = mdb_txn_begin(store->env, NULL, 0, &b->txn.txn);
        if (code == MDB_SUCCESS)
            return code;
        store_leave(store);
        if (code == MDB_MAP_RESIZED)
            code = store_resize(store, 0);
        if (code != MDB_SUCCESS)
            return code;
    }
}

static void roll_back(struct batch *b)
{
    mdb_txn_abort(b->txn.txn);
    store_leave(b->store);
}

static int commit(struct batch *b)
{
    const struct store_options *options = &b->store->options;
    int code = options->fault ? options->fault(options->fault_context, STORE_STEP_COMMIT) : 0;
    int64_t start = clock_tick_ns();
    bool dirty = b->txn.written > 0;
    if (code || !dirty)
        mdb_txn_abort(b->txn.txn);
    else
        code = mdb_txn_commit(b->txn.txn);
    if (dirty)
        b->store->sync_ns += (clock_tick_ns() - start - b->store->sync_ns) / 8;
    store_leave(b->store);
    return code == EIO && store_is_full(b->store) ? ENOSPC : code;
}

/* Reserves addresses only: the file grows by what is written. */
static int grow(struct store *store)
{
    MDB_envinfo info;
    int code = mdb_env_info(store->env, &info);
    if (code == MDB_SUCCESS && info.me_mapsize > SIZE_MAX / 4)
        code = MDB_MAP_FULL;
    return code == MDB_SUCCESS ? store_resize(store, info.me_mapsize * 2) : code;
}

/* ---- one batch ---- */

enum outcome { RAN, MAP_FULL, SPOILED };

static enum outcome run_job(struct batch *b, struct store_job *job)
{
    struct store_txn *txn = &b->txn;
    size_t before = txn->written;
    job->ok = job->fn(txn, job->context, job->err);
    store_cursors_close(txn);
    if (txn->failure == MDB_MAP_FULL)
        return MAP_FULL;
    /* A function that wrote and then failed has left half a change, whether it says so or not. */
    if (txn->failure == 0 && !txn->spoiled && (job->ok || txn->written == before))
        return RAN;
    if (job->ok)
        err_set(job->err, ERR_INTERNAL, "%s: a change was begun and given up", b->store->path);
    job->ok = false;
    return SPOILED;
}

/* Writers whose last job is just done are on their way with the next one: without a moment's wait
 * two halves of them would take turns, each waiting for the other's sync. How many there are is
 * known from the last batch (stragglers apart); half of a sync's time is the most that it may cost.
 * The leader is woken once, by the one who makes the crowd complete. */
static void await_crowd(struct batch *b)
{
    struct store *store = b->store;
    size_t enough = store->crowd - store->crowd / 8;
    if (store->options.no_sync || b->count + store->queued >= enough)
        return;
    if (b->patience == 0)
        b->patience = clock_tick_ns() + store->sync_ns / 2;
    struct timespec until = {b->patience / 1000000000, b->patience % 1000000000};
    store->awaited = enough - b->count;
    while (store->queued < store->awaited)
        if (pthread_cond_timedwait(&store->arrived, &store->queue_lock, &until) != 0)
            break;
    store->awaited = 0;
}

/* What arrived while the batch ran shares its sync. */
static void take_more(struct batch *b)
{
    struct store *store = b->store;
    if (b->txn.written > BATCH_BYTES_MAX)
        return;
    pthread_mutex_lock(&store->queue_lock);
    await_crowd(b);
    while (store->queue && b->count < JOBS_MAX) {
        *b->end = store->queue;
        b->end = &store->queue->next;
        store->queue = store->queue->next;
        store->queued--;
        *b->end = NULL;
        b->count++;
    }
    if (store->queue == NULL)
        store->queue_end = &store->queue;
    pthread_mutex_unlock(&store->queue_lock);
}

/* Runs all but those that have to run alone, and whoever arrives meanwhile. */
static enum outcome run_jobs(struct batch *b)
{
    for (struct store_job **at = &b->first; *at; at = &(*at)->next) {
        struct store_job *job = *at;
        if (job->alone)
            continue;
        enum outcome outcome = run_job(b, job);
        if (outcome == SPOILED)
            job->alone = true;
        if (outcome != RAN)
            return outcome;
        if (job->next == NULL)
            take_more(b);
    }
    return RAN;
}

static void fail_jobs(struct batch *b, int code)
{
    for (struct store_job *job = b->first; job; job = job->next)
        if (!job->alone)
            job->ok = store_fail(b->store, code, "committing", job->err);
}

/* A sync that failed may have dropped pages that the system now calls clean: what a later sync says
 * cannot be believed (until the file is opened again and its pages are read back). */
static void remember_failed_sync(struct store *store, int code)
{
    if (code == EIO || code == MDB_PANIC)
        atomic_store(&store->broken, code);
}

static void run_batch(struct batch *b)
{
    enum outcome outcome;
    int code;
    do {
        code = begin(b);
        if (code != MDB_SUCCESS)
            break;
        outcome = run_jobs(b);
        if (outcome == RAN)
            code = commit(b);
        else
            roll_back(b);
        if (outcome == MAP_FULL || code == MDB_MAP_FULL) {
            outcome = MAP_FULL;
            code = grow(b->store);
        }
    } while (code == MDB_SUCCESS && outcome != RAN);
    if (code == MDB_SUCCESS)
        return;
    fail_jobs(b, code);
    remember_failed_sync(b->store, code);
}

static void run_alone(struct batch *shared)
{
    for (struct store_job *job = shared->first, *next; job; job = next) {
        next = job->next;
        if (!job->alone)
            continue;
        struct store_job only = *job;
        struct batch b = {
            .store = shared->store, .first = &only, .end = &only.next, .count = JOBS_MAX};
        only.next = NULL;
        only.alone = false;
        run_batch(&b);
        job->ok = only.ok;
    }
}

/* ---- the queue ---- */

void store_commit_enqueue(struct store *store, struct store_job *job)
{
    job->next = NULL;
    *store->queue_end = job;
    store->queue_end = &job->next;
    store->queued++;
    if (store->awaited && store->queued >= store->awaited)
        pthread_cond_signal(&store->arrived);
}

static void wake_next(struct store *store)
{
    if (store->queue && store->queue->waiter)
        pthread_cond_signal(&store->queue->waiter->wake);
    else if (store->queue)
        store_writer_wake(store);
}

/* Wakes those that wait, and returns those that do not. A job is its owner's again once he has
 * heard. */
static struct store_job *wake_waiters(struct store_job *job)
{
    struct store_job *submitted = NULL, **end = &submitted;
    for (struct store_job *next; job; job = next) {
        next = job->next;
        if (job->waiter) {
            job->waiter->done = true;
            pthread_cond_signal(&job->waiter->wake);
        } else {
            *end = job;
            end = &job->next;
        }
    }
    *end = NULL;
    return submitted;
}

static void call_done(struct store_job *job)
{
    for (struct store_job *next; job; job = next) {
        next = job->next;
        job->done(job);
    }
}

void store_commit_lead(struct store *store)
{
    struct batch b = {.store = store, .end = &b.first};
    store->leading = true;
    pthread_mutex_unlock(&store->queue_lock);
    take_more(&b);
    run_batch(&b);
    run_alone(&b);
    pthread_mutex_lock(&store->queue_lock);
    store->leading = false;
    store->crowd = b.count + store->queued;
    struct store_job *submitted = wake_waiters(b.first);
    wake_next(store);
    if (!submitted)
        return;
    pthread_mutex_unlock(&store->queue_lock);
    call_done(submitted);
    pthread_mutex_lock(&store->queue_lock);
}

static bool refuse(struct store *store, struct err *err)
{
    if (store->unsound)
        return store_damaged(store, "its pages are malformed", err);
    if (store->options.read_only)
        return err_set(err, ERR_FILE, "%s is open for reading only", store->path);
    return err_set(err, ERR_FILE,
        "%s takes no more writes, because an earlier one could not be synced to the disk (%s); "
        "check the disk, then open the store again",
        store->path, mdb_strerror(atomic_load(&store->broken)));
}

bool store_commit_refused(struct store *store, struct err *err)
{
    if (!store->options.read_only && !store->unsound && !atomic_load(&store->broken))
        return false;
    refuse(store, err);
    return true;
}

bool store_write(struct store *store, store_fn *fn, void *context, struct err *err)
{
    struct store_waiter waiter = {.wake = PTHREAD_COND_INITIALIZER};
    struct store_job job = {.fn = fn, .context = context, .err = err, .waiter = &waiter};
    if (store_commit_refused(store, err))
        return false;
    pthread_mutex_lock(&store->queue_lock);
    store_commit_enqueue(store, &job);
    while (!waiter.done) {
        if (store->leading)
            pthread_cond_wait(&waiter.wake, &store->queue_lock);
        else
            store_commit_lead(store);
    }
    pthread_mutex_unlock(&store->queue_lock);
    pthread_cond_destroy(&waiter.wake);
    return job.ok;
}
