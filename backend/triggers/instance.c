/* SPDX-License-Identifier: MIT */
/*
 * One process of a function, from its start to its last invocation. What it says by the Runtime API
 * is judged here, by what it may say now:
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
#include "backend/http/listen.h"
#include "backend/triggers/environment.h"
#include "backend/triggers/invoker_impl.h"
#include "backend/triggers/report.h"
#include "base/mem.h"
#include "base/shelf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

extern const struct shelf_file bootstraps_baked[];

static const int64_t second_ns = 1000000000, ms_ns = 1000000;
enum { INIT_S = 10, LOOK_MS = 100, GRACE_MS = 500, IDLE_ASK_S = 10, MEMORY_FLOOR_MB = 1024 };

/* ---- descriptors ---- */

static void listen_for(struct instance *i, int fd, enum event_kind kind)
{
    struct epoll_event event = {
        .events = EPOLLIN, .data.u64 = (i->mark << EVENT_BITS) | (uint64_t)kind};
    if (fd >= 0)
        epoll_ctl(i->invoker->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void listen_to_process(struct instance *i)
{
    listen_for(i, i->process.pidfd, EVENT_END);
    listen_for(i, i->process.out, EVENT_OUT);
    listen_for(i, i->process.errors, EVENT_ERRORS);
}

/* A file of its own for each: who reads it moves its place. */
static int file_of(const char *name, struct str bytes)
{
    int fd = memfd_create(name, MFD_CLOEXEC);
    size_t done = 0;
    while (fd >= 0 && done < bytes.len) {
        ssize_t put = write(fd, bytes.at + done, bytes.len - done);
        if (put < 0 && errno != EINTR) {
            close(fd);
            return -1;
        }
        done += put > 0 ? (size_t)put : 0;
    }
    if (fd >= 0)
        lseek(fd, 0, SEEK_SET);
    return fd;
}

static int bootstrap_of(enum function_runtime runtime)
{
    const char *name = runtime == RUNTIME_PYTHON ? "python" : "nodejs";
    for (const struct shelf_file *file = bootstraps_baked; file->name; file++)
        if (strcmp(file->name, name) == 0)
            return file_of(name, (struct str){file->text, file->len});
    return -1;
}

/* ---- starting a process ---- */

static const char *const *make_environment(struct instance *i, struct arena *arena, unsigned port)
{
    const struct invoker_options *options = &i->invoker->options;
    struct environment_facts facts = {.function = &i->pool->function,
        .mark = i->process.mark,
        .port = port,
        .stream = i->output.log ? log_writer_stream(i->output.log) : "",
        .region = options->region,
        .endpoint = options->endpoint,
        .access_key = options->access_key,
        .secret_key = options->secret_key,
        .session_token = options->session_token};
    return environment_make(arena, &facts);
}

static bool open_port(struct instance *i, unsigned *port, struct err *err)
{
    struct listen l;
    if (!listen_open(&l, "127.0.0.1", 0, err))
        return false;
    i->listener = l.sockets[0];
    *port = l.port;
    listen_for(i, i->listener, EVENT_LISTENER);
    return true;
}

/* `*missing`: it is not the function's fault. */
static bool spawn(struct instance *i, int in, unsigned port, bool *missing, struct err *err)
{
    struct arena arena = {0};
    bool script;
    const struct function *f = &i->pool->function;
    const char *const *words = environment_program(&arena, f, &script, missing, err);
    bool ok = words != NULL;
    if (ok) {
        int own = script ? bootstrap_of(f->runtime) : in;
        i->process = PROCESS_NONE;
        process_mark(&i->process, i->mark);
        struct process_start how = {.program = words[0],
            .words = words,
            .environment = make_environment(i, &arena, port),
            .folder = arena_dup(&arena, f->folder).at,
            .in = own,
            .apart = i->exec};
        ok = process_spawn(&i->process, &how, err);
        *missing = !ok && err->code == ERR_BUSY;
        if (script && own >= 0)
            close(own);
    }
    i->spawned_ns = i->looked_ns = clock_tick_ns();
    if (ok)
        listen_to_process(i);
    arena_fini(&arena);
    return ok;
}

static struct log_writer *open_log(struct invoker *invoker, struct str name)
{
    struct buf path = {0};
    struct err err = ERR_INIT;
    buf_printf(&path, "%s/functions/%.*s", invoker->options.folder, STR_ARG(name));
    struct log_writer *log = log_writer_open(buf_cstr(&path), invoker->options.clock, &err);
    buf_fini(&path);
    return log;
}

static struct instance *make(struct pool *pool)
{
    struct instance *i = mem_new(struct instance);
    i->pool = pool;
    i->invoker = pool->invoker;
    i->mark = ++pool->invoker->marks;
    i->version = pool->version;
    i->exec = pool->function.runtime == RUNTIME_EXEC;
    i->process = PROCESS_NONE;
    i->listener = -1;
    i->output.log = open_log(pool->invoker, pool->function.name);
    i->next = pool->instances;
    pool->instances = i;
    return i;
}

/* It cannot be started at all. */
static void fail_to_start(struct instance *i, bool missing, const struct err *err)
{
    struct invocation *invocation = i->invocation;
    output_say(&i->output, "%s\n", err->text);
    report_put_error(
        &invocation->payload, "Runtime.InvalidEntrypoint", invocation, str_from(err->text));
    i->judged = true;
    i->verdict = missing ? INVOKED_REFUSED : INVOKED_INIT;
    instance_bury(i);
}

static void run_exec(struct instance *i);

void instance_open(struct pool *pool, struct invocation *invocation)
{
    struct instance *i = make(pool);
    struct err err = ERR_INIT;
    unsigned port = 0;
    bool missing = true;
    report_name(invocation->request_id);
    i->invocation = invocation;
    if (i->exec) {
        run_exec(i);
        return;
    }
    output_begin(&i->output);
    output_say(
        &i->output, "INIT_START Runtime Version: %.*s\n", STR_ARG(pool->function.runtime_name));
    i->state = INSTANCE_STARTING;
    if (!open_port(i, &port, &err) || !spawn(i, -1, port, &missing, &err)) {
        fail_to_start(i, missing, &err);
        return;
    }
    unsigned seconds = invocation->function->timeout_s;
    i->due_ns = i->spawned_ns + (seconds > INIT_S ? seconds : INIT_S) * second_ns;
    output_flush(&i->output);
}

/* ---- running ---- */

static void begin(struct instance *i, struct invocation *invocation)
{
    if (!i->init_us)
        output_begin(&i->output);
    i->invocation = invocation;
    i->state = INSTANCE_BUSY;
    i->judged = i->slow = false;
    invocation->started_ms = clock_now_ms(i->invoker->options.clock);
    invocation->init_us = i->init_us;
    i->init_us = 0;
    i->began_ns = clock_tick_ns();
    i->due_ns = i->began_ns + invocation->function->timeout_s * second_ns;
    report_start(&i->output, invocation);
}

/* The event is the child's standard input, as a file that it may read or not. */
static void run_exec(struct instance *i)
{
    struct err err = ERR_INIT;
    bool missing = true;
    struct invocation *invocation = i->invocation;
    begin(i, invocation);
    buf_clear(&i->result);
    i->result_came = 0;
    int in = file_of("event", invocation->event);
    if (in < 0)
        err_errno(&err, errno, "cannot keep the event");
    if (in < 0 || !spawn(i, in, 0, &missing, &err))
        fail_to_start(i, missing, &err);
    if (in >= 0)
        close(in);
}

static void hand_event(struct instance *i)
{
    struct invocation *invocation = i->invocation;
    const struct function *f = invocation->function;
    struct buf arn = {0};
    char trace[96];
    report_trace(trace, sizeof trace, invocation->started_ms);
    function_put_arn(&arn, i->invoker->options.region, f->name);
    struct runtime_event event = {.id = invocation->request_id,
        .arn = buf_cstr(&arn),
        .trace = trace,
        .deadline_ms = invocation->started_ms + (int64_t)f->timeout_s * 1000,
        .client_context = invocation->client_context,
        .event = invocation->event};
    runtime_call_next(i->held, &event);
    i->held = NULL;
    buf_fini(&arn);
}

void instance_run(struct instance *i, struct invocation *invocation)
{
    report_name(invocation->request_id);
    i->invocation = invocation;
    if (i->exec) {
        run_exec(i);
        return;
    }
    begin(i, invocation);
    hand_event(i);
    output_flush(&i->output);
}

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
        begin(i, invocation);
        hand_event(i);
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
    } else if (kind == EVENT_END) {
        instance_bury(i);
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
        process_kill(&i->process);
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
        process_kill(&i->process);
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
