/* SPDX-License-Identifier: MIT */
/*
 * One process of a function: what it says by the Runtime API is judged by what it may say now, what
 * it prints is taken, and what is due is done.
 *
 *              spawn            next                 next
 *     (none) ───────▶ STARTING ──────▶ IDLE ◀──────────────────────╮
 *                        │               │ event                   │ (waits to be asked)
 *                        │               ▼      response, error    │
 *                        │             BUSY ───────────────────────╯
 *                 init/error, exit,      │ exit, timeout
 *                 too late ▼             ▼
 *                        ENDING ─▶ dead ─▶ buried: see instance_end.c
 *
 * An exec function has a process only while it is BUSY, and says what it has to say on its standard
 * output.
 */
#include "backend/triggers/invoker_impl.h"
#include "backend/triggers/report.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const int64_t second_ns = 1000000000, ms_ns = 1000000;
enum { LOOK_MS = 100, GRACE_MS = 300, IDLE_ASK_S = 10, MEMORY_FLOOR_MB = 1024 };

/* ---- what it says ---- */

static void take_next(struct instance *i, struct runtime_call *call)
{
    if (i->held || i->state == INSTANCE_BUSY || i->state == INSTANCE_ENDING) {
        runtime_call_refuse(call, i->state == INSTANCE_ENDING ? RUNTIME_GONE : RUNTIME_WRONG_ORDER);
        return;
    }
    i->held = call;
    i->slow = false;
    if (i->state == INSTANCE_STARTING) {
        i->init_us = (clock_tick_ns() - i->spawned_ns) / 1000 + 1;
        pool_started(i->pool);
    }
    i->state = INSTANCE_IDLE;
    i->idle_ns = clock_tick_ns();
    struct invocation *invocation = i->invocation;
    if (i->version != i->pool->version) {
        i->invocation = NULL;
        if (invocation)
            pool_add(i->pool, invocation, true);
        instance_end(i);
    } else if (invocation) {
        instance_hand(i, invocation);
    }
    pool_serve(i->pool);
}

/* Whether the call is about what it has to do; refused where not. */
static bool is_its(struct instance *i, struct runtime_call *call)
{
    bool busy = i->state == INSTANCE_BUSY && !i->judged;
    if (busy && str_equal(call->id, str_from(i->invocation->request_id)))
        return true;
    if (i->state == INSTANCE_ENDING || i->judged)
        runtime_call_refuse(call, RUNTIME_GONE);
    else if (str_equal(call->id, str_from(i->last_id)))
        runtime_call_refuse(call, RUNTIME_WRONG_ORDER);
    else
        runtime_call_refuse(call, RUNTIME_WRONG_ID);
    return false;
}

static void take_result(struct instance *i, struct runtime_call *call)
{
    if (!is_its(i, call))
        return;
    struct buf *payload = &i->invocation->payload;
    enum invoked outcome = call->kind == RUNTIME_RESPONSE ? INVOKED_OK : INVOKED_ERROR;
    bool fits = call->body_came <= REPORT_RESPONSE_MOST;
    i->state = INSTANCE_IDLE;
    i->idle_ns = clock_tick_ns();
    buf_clear(payload);
    if (fits) {
        buf_add(payload, call->body);
        runtime_call_accept(call);
    } else {
        outcome = INVOKED_ERROR;
        report_put_too_large(payload, call->body_came);
        runtime_call_refuse(call, RUNTIME_TOO_LARGE);
    }
    instance_finish(i, outcome);
}

static void take_init_error(struct instance *i, struct runtime_call *call)
{
    if (i->state != INSTANCE_STARTING || i->judged) {
        runtime_call_refuse(call, RUNTIME_WRONG_ORDER);
        return;
    }
    output_say(&i->output,
        "INIT_REPORT Init Duration: %.2f ms\tPhase: init\tStatus: error\tError Type: %.*s\n",
        (double)(clock_tick_ns() - i->spawned_ns) / 1e6, STR_ARG(call->error_type));
    if (i->invocation) {
        buf_clear(&i->invocation->payload);
        buf_add(&i->invocation->payload, call->body);
    }
    runtime_call_accept(call);
    instance_judge(i, INVOKED_INIT, GRACE_MS * ms_ns);
}

void instance_take_call(struct instance *i, struct runtime_call *call)
{
    if (call->kind == RUNTIME_NEXT)
        take_next(i, call);
    else if (call->kind == RUNTIME_INIT_ERROR)
        take_init_error(i, call);
    else
        take_result(i, call);
}

/* ---- what it prints ---- */

static void stop_listening(struct instance *i, int fd)
{
    epoll_ctl(i->invoker->epoll, EPOLL_CTL_DEL, fd, NULL);
}

static bool drain_result(struct instance *i)
{
    char piece[64 << 10];
    ssize_t got = read(i->process.out, piece, sizeof piece);
    if (got <= 0)
        return got < 0 && (errno == EAGAIN || errno == EINTR);
    i->result_came += (uint64_t)got;
    size_t room = REPORT_RESPONSE_MOST - i->result.len;
    buf_add_bytes(&i->result, piece, (size_t)got < room ? (size_t)got : room);
    return true;
}

static void accept_all(struct instance *i)
{
    int fd;
    while ((fd = accept4(i->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0)
        runtime_api_take(i->invoker->api, fd, i->mark);
}

void instance_take_event(struct instance *i, enum event_kind kind)
{
    if (kind == EVENT_LISTENER) {
        accept_all(i);
    } else if (kind == EVENT_OUT && i->exec) {
        if (!drain_result(i))
            stop_listening(i, i->process.out);
    } else if (kind == EVENT_OUT || kind == EVENT_ERRORS) {
        int fd = kind == EVENT_OUT ? i->process.out : i->process.errors;
        if (!output_drain(&i->output, fd))
            stop_listening(i, fd);
        output_flush(&i->output);
    }
}

/* ---- time ---- */

/* Memory that it shares with others does not count. */
static void look_at_memory(struct instance *i, int64_t now_ns)
{
    int64_t most = i->pool->function.memory_mb;
    i->looked_ns = now_ns;
    most = most > MEMORY_FLOOR_MB ? most : MEMORY_FLOOR_MB;
    if (process_memory_kb(&i->process) > most * 1024) {
        output_say(&i->output, "it has more than %" PRId64 " MB of memory: killed\n", most);
        invoker_doom(i->invoker, i);
    }
}

static bool is_watched(const struct instance *i)
{
    return i->process.pid && (i->state == INSTANCE_BUSY || i->state == INSTANCE_STARTING);
}

static void time_out(struct instance *i)
{
    struct invocation *invocation = i->invocation;
    if (i->state == INSTANCE_STARTING) {
        output_say(&i->output, "INIT_REPORT Init Duration: %.2f ms\tPhase: init\tStatus: timeout\n",
            (double)(clock_tick_ns() - i->spawned_ns) / 1e6);
        if (invocation)
            report_put_error(&invocation->payload, "Sandbox.Timedout", invocation,
                STR("it did not ask for its first event in time"));
        instance_judge(i, INVOKED_INIT, GRACE_MS * ms_ns);
        return;
    }
    output_drain(&i->output, i->exec ? i->process.errors : i->process.out);
    report_timeout(&i->output, invocation, clock_now_ms(i->invoker->options.clock));
    report_put_timeout(&invocation->payload, invocation);
    instance_judge(i, INVOKED_TIMEOUT, GRACE_MS * ms_ns);
}

static void tick_idle(struct instance *i, int64_t now_ns)
{
    if (now_ns >= i->idle_ns + i->invoker->options.idle_ms * ms_ns ||
        (!i->held && !i->exec && now_ns >= i->idle_ns + IDLE_ASK_S * second_ns)) {
        instance_end(i);
    } else if (!i->held && !i->exec && !i->slow &&
               now_ns >= i->idle_ns + INSTANCE_SLOW_MS * ms_ns) {
        i->slow = true;
        pool_serve(i->pool);
    }
}

void instance_tick(struct instance *i, int64_t now_ns)
{
    if (is_watched(i) && now_ns >= i->looked_ns + LOOK_MS * ms_ns)
        look_at_memory(i, now_ns);
    if (i->state == INSTANCE_IDLE)
        tick_idle(i, now_ns);
    else if (now_ns < i->due_ns || i->state == INSTANCE_GONE)
        return;
    else if (i->state == INSTANCE_ENDING) {
        invoker_doom(i->invoker, i);
        i->due_ns = now_ns + second_ns;
    } else {
        time_out(i);
    }
}

int64_t instance_due_ns(const struct instance *i)
{
    int64_t due = i->due_ns;
    if (i->state == INSTANCE_IDLE) {
        int64_t ask = i->slow ? IDLE_ASK_S * second_ns : INSTANCE_SLOW_MS * ms_ns;
        due = i->idle_ns + i->invoker->options.idle_ms * ms_ns;
        if (!i->held && !i->exec && i->idle_ns + ask < due)
            due = i->idle_ns + ask;
    }
    int64_t look = i->looked_ns + LOOK_MS * ms_ns;
    return is_watched(i) && look < due ? look : due;
}
