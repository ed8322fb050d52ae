/* SPDX-License-Identifier: MIT */
/*
 * How invocations and processes end. Nobody is told that an invocation is over while any process of
 * it is left: what comes again must not meet what was there before.
 *
 *   response ──────────────────────────────▶ finish: END, REPORT, done()
 *   timeout, cancelled ─▶ judged: TERM … KILL ─╮
 *   exit of its own ───────────────────────────┴▶ bury: the rest killed, its last lines taken,
 *                                                 finish as judged, or by how it ended
 */
#include "backend/triggers/invoker_impl.h"
#include "backend/triggers/report.h"
#include "base/clock.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LAST_PIECES = 16, MEMORY_MS = 100, RESULT_KEPT = 64 << 10 };

/* ---- invocations ---- */

/* Asking the kernel costs as much as the rest of a short invocation, so a fresh answer will do. */
static int64_t memory_of(struct instance *i)
{
    int64_t now = clock_tick_ns();
    if (i->process.pid && (!i->memory_kb || now > i->looked_ns + MEMORY_MS * 1000000)) {
        int64_t most = process_memory_most_kb(&i->process);
        i->memory_kb = most > i->memory_kb ? most : i->memory_kb;
        i->looked_ns = now;
    }
    return i->memory_kb;
}

static void drain(struct instance *i)
{
    int fd = i->exec ? i->process.errors : i->process.out;
    if (fd >= 0)
        output_drain(&i->output, fd);
}

static void tell(struct instance *i)
{
    struct invocation *invocation = i->invocation;
    i->invocation = NULL;
    memcpy(i->last_id, invocation->request_id, sizeof i->last_id);
    buf_clear(&invocation->tail);
    buf_add(&invocation->tail, output_tail(&i->output));
    if (i->output.log)
        snprintf(invocation->log_stream, sizeof invocation->log_stream, "%s",
            log_writer_stream(i->output.log));
    output_flush(&i->output);
    invocation->done(invocation);
}

void instance_finish(struct instance *i, enum invoked outcome)
{
    struct invocation *invocation = i->invocation;
    invocation->outcome = outcome;
    invocation->duration_us = (clock_tick_ns() - i->began_ns) / 1000;
    invocation->memory_kb = memory_of(i);
    drain(i);
    output_end(&i->output);
    report_end(&i->output, invocation);
    tell(i);
}

void instance_refuse(
    struct invocation *invocation, enum invoked outcome, const char *type, struct str text)
{
    if (!invocation->request_id[0])
        report_name(invocation->request_id);
    invocation->outcome = outcome;
    if (type) {
        report_put_error(&invocation->payload, type, invocation, text);
    } else {
        buf_clear(&invocation->payload);
        buf_add(&invocation->payload, text);
    }
    invocation->done(invocation);
}

/* ---- the result of an exec function ---- */

/* result = JSON | text | nothing: text is a string of JSON, and in the log, too */
static enum invoked take_result(struct instance *i)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    struct buf *payload = &i->invocation->payload;
    struct str text = str_trim(buf_str(&i->result));
    enum invoked outcome = INVOKED_OK;
    buf_clear(payload);
    if (i->result_came > REPORT_RESPONSE_MOST) {
        report_put_too_large(payload, i->result_came);
        outcome = INVOKED_ERROR;
    } else if (!text.len) {
        buf_add(payload, STR("null"));
    } else if (json_parse(&arena, text, &err)) {
        buf_add(payload, text);
    } else {
        output_take(&i->output, buf_str(&i->result));
        json_put_string(payload, text);
    }
    arena_fini(&arena);
    return outcome;
}

/* ---- processes ---- */

static enum invoked outcome_of(struct instance *i, int status)
{
    if (i->judged)
        return i->verdict;
    if (i->exec && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return take_result(i);
    report_put_exit(&i->invocation->payload, i->invocation, status);
    if (i->state == INSTANCE_STARTING)
        return INVOKED_INIT;
    return INVOKED_EXIT;
}

static void finish_dead(struct instance *i, int status)
{
    struct invocation *invocation = i->invocation;
    enum invoked outcome = outcome_of(i, status);
    output_end(&i->output);
    if (i->began_ns)
        invocation->duration_us = (clock_tick_ns() - i->began_ns) / 1000;
    else
        invocation->started_ms = clock_now_ms(i->invoker->options.clock);
    if (!i->began_ns)
        report_start(&i->output, invocation);
    if (outcome == INVOKED_INIT && !i->judged)
        pool_failed(i->pool, buf_str(&invocation->payload));
    invocation->outcome = outcome;
    invocation->memory_kb = i->memory_kb;
    report_end(&i->output, invocation);
    tell(i);
}

static void forget(struct instance *i)
{
    if (i->held)
        runtime_call_refuse(i->held, RUNTIME_GONE);
    if (i->listener >= 0)
        close(i->listener);
    pool_remove(i->pool, i);
    i->held = NULL;
    i->listener = -1;
    i->state = INSTANCE_GONE;
    i->next_grave = i->invoker->graves;
    i->invoker->graves = i;
}

void instance_free_graves(struct invoker *invoker)
{
    while (invoker->graves) {
        struct instance *i = invoker->graves;
        invoker->graves = i->next_grave;
        output_fini(&i->output);
        buf_fini(&i->result);
        free(i);
    }
}

/* The place of an exec function's process stays, with its log. */
static bool stays(const struct instance *i)
{
    return i->exec && i->version == i->pool->version && !i->judged && i->process.pid;
}

/* What it printed last is still in its pipes. */
static void empty_pipes(struct instance *i)
{
    char piece[4096];
    drain(i);
    for (int n = 0; i->exec && i->process.out >= 0 && n < LAST_PIECES * LAST_PIECES; n++) {
        ssize_t got = read(i->process.out, piece, sizeof piece);
        if (got <= 0)
            break;
        i->result_came += (uint64_t)got;
        if (i->result.len + (size_t)got <= REPORT_RESPONSE_MOST)
            buf_add_bytes(&i->result, piece, (size_t)got);
    }
}

void instance_kill(struct instance *const *some, size_t count)
{
    const struct process **processes = mem_zero(count + 1, sizeof *processes);
    for (size_t i = 0; i < count; i++) {
        processes[i] = &some[i]->process;
        some[i]->killed = true;
    }
    process_kill(processes, count);
    free(processes);
}

void instance_bury(struct instance *i)
{
    struct pool *pool = i->pool;
    bool keep = stays(i);
    int status = 0;
    int64_t memory = 0;
    instance_kill(&i, i->killed ? 0 : 1);
    empty_pipes(i);
    process_bury(&i->process, &status, &memory);
    i->memory_kb = memory > i->memory_kb ? memory : i->memory_kb;
    if (keep) {
        i->state = INSTANCE_IDLE;
        i->idle_ns = clock_tick_ns();
    }
    if (i->invocation)
        finish_dead(i, status);
    if (i->result.cap > RESULT_KEPT)
        buf_fini(&i->result);
    output_end(&i->output);
    output_flush(&i->output);
    i->memory_kb = 0;
    if (!keep)
        forget(i);
    pool_serve(pool);
}

void instance_judge(struct instance *i, enum invoked verdict, int64_t grace_ns)
{
    i->judged = true;
    i->verdict = verdict;
    i->state = INSTANCE_ENDING;
    i->due_ns = clock_tick_ns() + grace_ns;
    if (verdict == INVOKED_INIT)
        pool_failed(i->pool, i->invocation ? buf_str(&i->invocation->payload) : STR("null"));
    if (grace_ns)
        process_ask(&i->process);
}

void instance_end(struct instance *i)
{
    if (!i->process.pid) {
        forget(i);
        return;
    }
    if (i->held)
        runtime_call_refuse(i->held, RUNTIME_GONE);
    i->held = NULL;
    instance_judge(i, INVOKED_REFUSED, (int64_t)500 * 1000000);
}

static void judge_refused(struct instance *i)
{
    i->judged = true;
    i->verdict = INVOKED_REFUSED;
    if (i->invocation)
        report_put_error(
            &i->invocation->payload, "Runtime.Cancelled", i->invocation, STR("it was cancelled"));
}

void instance_cancel(struct instance *i)
{
    judge_refused(i);
    instance_bury(i);
}
