/* SPDX-License-Identifier: MIT */
/*
 * The function's side of a runner: orders become invocations, results are told to their machine,
 * what is given up is written down. done() comes on the invoker's thread and only hands over.
 */
#include "backend/triggers/runner_impl.h"

#include "backend/triggers/dead_letter.h"
#include "backend/triggers/event.h"
#include "backend/triggers/runs.h"
#include "base/mem.h"

#include <stdlib.h>

enum { RUN_TEXT_MAX = 16 * 1024 };

/* ---- results ---- */

static void job_done(struct invocation *invocation)
{
    struct runner_job *job = (struct runner_job *)invocation;
    struct runner *r = job->runner;
    pthread_mutex_lock(&r->lock);
    job->next = NULL;
    *r->results_end = job;
    r->results_end = &job->next;
    /* under the lock: who takes the result may free the runner */
    wake_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
}

static struct runner_job *take_results(struct runner *r)
{
    pthread_mutex_lock(&r->lock);
    struct runner_job *job = r->results;
    r->results = NULL;
    r->results_end = &r->results;
    pthread_mutex_unlock(&r->lock);
    return job;
}

static enum delivery_outcome outcome_of(enum invoked outcome)
{
    if (outcome == INVOKED_OK)
        return DELIVERY_DONE;
    return outcome == INVOKED_REFUSED ? DELIVERY_REFUSED : DELIVERY_FAILED;
}

static void write_run(struct runner *r, const struct runner_job *job, bool failed)
{
    const struct invocation *i = &job->invocation;
    enum invoked outcome = i->outcome == INVOKED_OK && failed ? INVOKED_ERROR : i->outcome;
    struct err ignored = ERR_INIT;
    struct run run = {.request_id = str_from(i->request_id),
        .mapping = buf_str(&r->uuid),
        .outcome = str_from(invoker_word(outcome)),
        .time_ms = i->started_ms,
        .duration_us = i->duration_us,
        .init_us = i->init_us,
        .memory_kb = i->memory_kb,
        .attempt = job->attempt,
        .records = (unsigned)job->count,
        .shard = buf_str(&job->shard->id),
        .first = buf_str(&job->first),
        .last = buf_str(&job->last),
        .event = job->event.len <= RUN_TEXT_MAX ? buf_str(&job->event) : STR_NONE,
        .result = str_take(buf_str(&i->payload), RUN_TEXT_MAX),
        .log_stream = str_from(i->log_stream)};
    if (r->function_folder.len)
        run_add(r->function_folder.at, &run, &ignored);
}

static void note_refusal(struct runner *r, const struct invocation *i)
{
    if (i->outcome == INVOKED_REFUSED && !atomic_load(&r->stopping))
        runner_note(r, RUNNER_NOTE_REFUSED, "the function was not run: %.*s",
            STR_ARG(str_take(buf_str(&i->payload), 500)));
    else if (i->outcome != INVOKED_REFUSED)
        runner_note_clear(r, RUNNER_NOTE_REFUSED);
}

static void end_loops(struct runner *r, const struct runner_job *job, int64_t now_ms)
{
    for (size_t i = 0; i < job->count; i++)
        loops_end(&r->loops, job->items[i], now_ms);
}

static void take_result(struct runner *r, struct runner_job *job, int64_t now_ms)
{
    struct runner_shard *shard = job->shard;
    struct invocation *i = &job->invocation;
    uint64_t errors = delivery_ledger(shard->delivery).errors;
    job->running = false;
    shard->in_flight--;
    r->in_flight--;
    memcpy(shard->request_id[job->lane], i->request_id, sizeof i->request_id);
    delivery_invoked(
        shard->delivery, job->lane, outcome_of(i->outcome), buf_str(&i->payload), now_ms);
    bool failed = delivery_ledger(shard->delivery).errors > errors;
    if (i->outcome != INVOKED_REFUSED) {
        runner_meter_add(r, i, failed);
        write_run(r, job, failed);
    }
    note_refusal(r, i);
    end_loops(r, job, now_ms);
    invocation_fini(i);
    r->settled = r->status_due = true;
}

void runner_job_take(struct runner *r, int64_t now_ms)
{
    for (struct runner_job *job = take_results(r), *next; job; job = next) {
        next = job->next;
        take_result(r, job, now_ms);
    }
}

/* ---- orders ---- */

static struct runner_job *job_of(struct runner *r, struct runner_shard *shard, unsigned lane)
{
    struct runner_job *job = shard->jobs[lane];
    if (job)
        return job;
    job = shard->jobs[lane] = mem_new(struct runner_job);
    job->runner = r;
    job->shard = shard;
    job->lane = lane;
    return job;
}

static void set_text(struct buf *to, struct str text)
{
    buf_clear(to);
    buf_add(to, text);
}

/* What is told when the batch may be gone. */
static void remember_batch(
    struct runner *r, struct runner_job *job, const struct delivery_order *order)
{
    job->attempt = order->attempt;
    job->count = order->count;
    set_text(&job->first, order->count ? order->records[0].sequence : STR_NONE);
    set_text(&job->last, order->count ? order->records[order->count - 1].sequence : STR_NONE);
    if (order->count > job->item_room) {
        job->item_room = order->count;
        job->items = mem_grow(job->items, order->count * sizeof *job->items);
    }
    for (size_t i = 0; i < order->count; i++) {
        job->items[i] = order->records[i].item;
        loops_begin(&r->loops, job->items[i]);
    }
}

static void invoke(struct runner *r, struct runner_shard *shard, const struct delivery_order *order)
{
    struct runner_job *job = job_of(r, shard, order->lane);
    remember_batch(r, job, order);
    buf_clear(&job->event);
    event_put(&job->event, order, buf_str(&shard->id), r->mapping.source);
    job->invocation = (struct invocation){
        .function = &r->function, .event = buf_str(&job->event), .done = job_done};
    job->running = true;
    shard->in_flight++;
    r->in_flight++;
    r->status_due = true;
    r->options.caller.start(r->options.caller.context, &job->invocation);
}

static void give_up(struct runner *r, struct runner_shard *shard,
    const struct delivery_order *order, int64_t now_ms)
{
    struct err err = ERR_INIT;
    struct dead_letter letter = {.mapping = &r->mapping,
        .region = r->options.region,
        .shard = buf_str(&shard->id),
        .order = order,
        .now_ms = now_ms};
    if (order->attempt)
        letter.request_id = str_from(shard->request_id[order->lane]);
    bool written = dead_letter_write(buf_cstr(&r->folder), &letter, &err);
    if (written)
        runner_note_clear(r, RUNNER_NOTE_LETTER);
    else
        runner_note_err(r, RUNNER_NOTE_LETTER, &err);
    delivery_given_up(shard->delivery, order->lane, written, now_ms);
    r->settled = r->settled || written;
    r->status_due = true;
}

/* What was given up is kept before its lane goes on. */
static int64_t give_shard(struct runner *r, struct runner_shard *shard, int64_t now_ms)
{
    struct delivery_order order;
    for (;;) {
        delivery_next(shard->delivery, now_ms, &order);
        if (order.kind == DELIVERY_WAIT)
            return order.wake_ms;
        if (order.kind == DELIVERY_GIVE_UP) {
            give_up(r, shard, &order, now_ms);
            return now_ms;
        }
        invoke(r, shard, &order);
    }
}

int64_t runner_job_give(struct runner *r, int64_t now_ms)
{
    int64_t wake_ms = INT64_MAX;
    for (size_t i = 0; i < r->shard_count; i++) {
        if (r->settled)
            return now_ms;
        if (r->shards[i]->finished)
            continue;
        int64_t wake = give_shard(r, r->shards[i], now_ms);
        wake_ms = wake < wake_ms ? wake : wake_ms;
    }
    return wake_ms;
}

void runner_job_kill(struct runner *r)
{
    for (size_t i = 0; i < r->shard_count; i++)
        for (unsigned lane = 0; lane < DELIVERY_LANES_MAX; lane++) {
            struct runner_job *job = r->shards[i]->jobs[lane];
            if (job && job->running)
                r->options.caller.cancel(r->options.caller.context, &job->invocation);
        }
}

void runner_job_free(struct runner_job *job)
{
    if (!job)
        return;
    buf_fini(&job->event);
    buf_fini(&job->first);
    buf_fini(&job->last);
    free(job->items);
    free(job);
}
