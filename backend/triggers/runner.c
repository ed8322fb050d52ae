/* SPDX-License-Identifier: MIT */
/*
 * The thread of a mapping: what it waits for, in which order things are done. What they are is in
 * runner_config.c, runner_start.c, runner_shard.c, runner_job.c,
 * runner_keep.c and runner_status.c.
 *
 *   A result is told, then what it settles is synced, and only then its lane goes on. The stream is
 *   read while batches are in flight.
 */
#include "backend/triggers/runner_impl.h"

#include "base/mem.h"

#include <stdlib.h>
#include <unistd.h>

enum { LEASE_MS = 2000, AGAIN_MS = 1000, LEAST_MS = 20 };

static int64_t now_of(const struct runner *r)
{
    return clock_now_ms(r->options.clock);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- sleeping ---- */

/* What waits for a time does so no longer. */
static void go_on(struct runner *r)
{
    r->read_again_ms = r->journal_again_ms = r->give_ms = 0;
}

static void take_wish(struct runner *r)
{
    enum status_wish wish;
    if (!status_take(buf_cstr(&r->folder), &wish))
        return;
    runner_job_take(r, now_of(r)); /* what has just failed is meant, too */
    for (size_t i = 0; i < r->shard_count; i++) {
        if (wish == STATUS_RETRY_NOW)
            delivery_retry_now(r->shards[i]->delivery);
        else if (delivery_skip(r->shards[i]->delivery))
            break;
    }
    go_on(r);
}

/* What was to come again in a second would come hours later where the clock was set back so far. */
static void mind_clock(struct runner *r, int64_t now_ms)
{
    bool set_back = now_ms < r->turn_ms;
    r->turn_ms = now_ms;
    if (!set_back)
        return;
    for (size_t i = 0; i < r->shard_count; i++)
        delivery_retry_now(r->shards[i]->delivery);
    r->read_next_ms = r->keep_ms = 0;
    go_on(r);
}

static void wait_until(struct runner *r, int64_t now_ms, int64_t wake_ms)
{
    int64_t echo_ns = runner_shard_echo(r), timeout_ns = -1;
    if (wake_ms != INT64_MAX)
        timeout_ns = wake_ms > now_ms ? (wake_ms - now_ms) * INT64_C(1000000) : 0;
    if (echo_ns != INT64_MAX) {
        int64_t left_ns = echo_ns - clock_tick_ns();
        left_ns = left_ns > 0 ? left_ns : 0;
        timeout_ns = timeout_ns < 0 ? left_ns : earlier(timeout_ns, left_ns);
    }
    unsigned reasons = wake_wait(&r->wake, timeout_ns);
    if (reasons & WAKE_DATA)
        runner_shard_written(r);
    if (reasons & WAKE_FOLDER && r->lease.taken)
        take_wish(r);
    if (atomic_exchange(&r->poked, false) && registry_version(r->options.registry) != r->version)
        r->stale = true;
}

/* When what runs is to be killed, on the wall's clock. */
static int64_t kill_wake(const struct runner *r, int64_t now_ms)
{
    int64_t kill_ns = atomic_load(&r->kill_ns);
    if (!kill_ns || r->killed)
        return INT64_MAX;
    int64_t left_ns = kill_ns - clock_tick_ns();
    return now_ms + (left_ns > 0 ? left_ns / 1000000 + 1 : 0);
}

static void kill_late(struct runner *r)
{
    int64_t kill_ns = atomic_load(&r->kill_ns);
    if (!kill_ns || r->killed || clock_tick_ns() < kill_ns)
        return;
    r->killed = true;
    runner_job_kill(r);
}

/* ---- working ---- */

static bool is_ready(const struct runner *r)
{
    return r->follow && !r->stale && r->have_function && !atomic_load(&r->untrusted) &&
           !atomic_load(&r->stopping);
}

/* A window ends only when the stream was read after its end. */
static void look_at_windows(struct runner *r, int64_t now_ms)
{
    if (r->mapping.tumbling_s && r->give_ms <= now_ms)
        r->due = true;
}

static void work(struct runner *r, int64_t now_ms)
{
    r->give_ms = runner_job_give(r, now_ms);
    look_at_windows(r, now_ms);
    runner_shard_read(r, now_ms);
    now_ms = now_of(r);
    r->give_ms = runner_job_give(r, now_ms);
    /* what waits for the stream asks for now, again and again */
    if (r->give_ms <= now_ms && !r->settled)
        r->give_ms = now_ms + LEAST_MS;
}

/* One turn; when the next one is due. */
static int64_t turn(struct runner *r, int64_t now_ms)
{
    int64_t wake_ms = INT64_MAX;
    mind_clock(r, now_ms);
    runner_job_take(r, now_ms);
    kill_late(r);
    bool kept = runner_keep(r, now_ms, false);
    if (kept && is_ready(r)) {
        work(r, now_ms);
        wake_ms = earlier(r->give_ms, runner_shard_wake(r, now_ms));
    }
    if (!kept)
        wake_ms = r->journal_again_ms;
    if (r->keep_ms)
        wake_ms = earlier(wake_ms, r->keep_ms);
    wake_ms = earlier(wake_ms, kill_wake(r, now_ms));
    return earlier(wake_ms, runner_status_write(r, now_of(r), false));
}

/* ---- beginning ---- */

static bool begin_failed(struct runner *r, struct err *err, int64_t *wake_ms)
{
    runner_note_err(r, RUNNER_NOTE_STREAM, err);
    if (r->lease.taken)
        runner_status_write(r, now_of(r), true);
    *wake_ms = now_of(r) + AGAIN_MS;
    return false;
}

/* The lease, the journal, the start, the shards: what is not there yet. False: later. */
static bool begin(struct runner *r, int64_t *wake_ms)
{
    struct err err = ERR_INIT;
    if (!lease_try(&r->lease, buf_cstr(&r->folder), &err))
        return begin_failed(r, &err, wake_ms);
    if (!r->lease.taken) {
        r->waited = true;
        *wake_ms = now_of(r) + LEASE_MS;
        return false;
    }
    if (r->waited)
        process_sweep(); /* who had it may have been killed */
    r->waited = false;
    if (!r->progress && !(r->progress = progress_open(buf_cstr(&r->folder), &err)))
        return begin_failed(r, &err, wake_ms);
    if (!runner_start_fix(&r->client, r->progress, &r->mapping, now_of(r), &err))
        return begin_failed(r, &err, wake_ms);
    runner_note_clear(r, RUNNER_NOTE_STREAM);
    if (progress_damaged(r->progress))
        runner_note(r, RUNNER_NOTE_GAP,
            "the file progress was damaged: records that were dealt with may come again");
    runner_shard_begin(r);
    take_wish(r); /* of a time when nothing failed here */
    r->status_due = true;
    return true;
}

/* False where there is nothing to run any more. */
static bool reload(struct runner *r, int64_t *wake_ms)
{
    struct err err = ERR_INIT;
    if (!runner_config_load(r, &err)) {
        r->stale = true;
        begin_failed(r, &err, wake_ms);
        return true;
    }
    return r->have_mapping && r->mapping.enabled;
}

static void let_go(struct runner *r)
{
    if (r->progress)
        runner_keep(r, now_of(r), true);
    if (r->lease.taken && r->have_mapping)
        runner_status_write(r, now_of(r), true);
    runner_shard_end(r);
    progress_close(r->progress);
    r->progress = NULL;
    lease_drop(&r->lease);
}

static bool goes_on(struct runner *r)
{
    return r->in_flight || !(atomic_load(&r->stopping) || atomic_load(&r->ended));
}

/* What has changed is read again when nothing is in flight. */
static bool is_due_to_reload(const struct runner *r)
{
    return r->stale && !r->in_flight && (!r->settled || r->journal_bad) &&
           !atomic_load(&r->stopping);
}

static void *run(void *context)
{
    struct runner *r = context;
    while (goes_on(r)) {
        int64_t wake_ms = INT64_MAX, now_ms = now_of(r);
        if (is_due_to_reload(r) && !reload(r, &wake_ms)) {
            atomic_store(&r->ended, true);
            break;
        }
        if (!r->stale && !r->follow && !atomic_load(&r->stopping) && !begin(r, &wake_ms))
            ;
        else if (r->follow)
            wake_ms = earlier(wake_ms, turn(r, now_ms));
        if (goes_on(r))
            wait_until(r, now_of(r), wake_ms);
    }
    let_go(r);
    if (atomic_load(&r->ended) && r->options.ended)
        r->options.ended(r->options.context);
    return NULL;
}

/* ---- from outside ---- */

static void start_on(void *context, struct invocation *invocation)
{
    invoker_start(context, invocation);
}

static void cancel_on(void *context, struct invocation *invocation)
{
    invoker_cancel(context, invocation);
}

struct runner_caller runner_caller_of(struct invoker *invoker)
{
    return (struct runner_caller){.start = start_on, .cancel = cancel_on, .context = invoker};
}

static struct str keep_text(struct buf *kept, struct str text)
{
    buf_add(kept, text);
    buf_cstr(kept);
    return buf_str(kept);
}

static void keep_options(struct runner *r, const struct runner_options *options)
{
    r->options = *options;
    r->options.uuid = keep_text(&r->uuid, options->uuid);
    r->options.region = keep_text(&r->region, options->region);
    if (options->watch_path) {
        keep_text(&r->watch_path, str_from(options->watch_path));
        r->options.watch_path = r->watch_path.at;
    }
}

static bool watch(struct runner *r, struct err *err)
{
    if (!registry_mapping_folder(r->options.registry, r->options.uuid, &r->folder, err) ||
        !wake_open(&r->wake, err))
        return false;
    wake_watch_data(&r->wake, r->options.watch_path);
    wake_watch_folder(&r->wake, buf_cstr(&r->folder), "wish", "lease");
    return true;
}

static void runner_free(struct runner *r)
{
    wake_close(&r->wake);
    pthread_mutex_destroy(&r->lock);
    for (int i = 0; i < RUNNER_NOTES; i++)
        buf_fini(&r->notes[i]);
    free(r->shards);
    arena_fini(&r->arena);
    buf_fini(&r->uuid);
    buf_fini(&r->region);
    buf_fini(&r->watch_path);
    buf_fini(&r->folder);
    buf_fini(&r->function_folder);
    buf_fini(&r->row);
    buf_fini(&r->event);
    free(r);
}

struct runner *runner_open(const struct runner_options *options, struct err *err)
{
    struct runner *r = mem_new(struct runner);
    keep_options(r, options);
    r->wake = (struct wake){.event = -1, .watch = -1};
    r->lease = LEASE_INIT;
    r->stale = true;
    r->results_end = &r->results;
    r->client = (struct client){.backend = options->backend, .limits.cancel = &r->stopping};
    r->random = (uint64_t)clock_tick_ns() ^ (uint64_t)getpid() << 32;
    pthread_mutex_init(&r->lock, NULL);
    if (watch(r, err)) {
        int number = pthread_create(&r->thread, NULL, run, r);
        if (number == 0)
            return r;
        err_errno(err, number, "no thread for a trigger");
    }
    runner_free(r);
    return NULL;
}

void runner_stop(struct runner *r)
{
    atomic_store(&r->stopping, true);
    wake_signal(&r->wake);
}

void runner_close(struct runner *r, int64_t grace_ms)
{
    if (!r)
        return;
    atomic_store(&r->kill_ns, clock_tick_ns() + grace_ms * INT64_C(1000000));
    runner_stop(r);
    pthread_join(r->thread, NULL);
    runner_free(r);
}

void runner_wake(struct runner *r)
{
    atomic_store(&r->poked, true);
    wake_signal(&r->wake);
}

bool runner_ended(const struct runner *r)
{
    return atomic_load(&r->ended);
}

bool runner_untrusted(const struct runner *r)
{
    return atomic_load(&r->untrusted);
}

const char *runner_uuid(const struct runner *r)
{
    return r->uuid.at;
}
