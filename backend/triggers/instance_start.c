/* SPDX-License-Identifier: MIT */
/*
 * Starting processes of functions and giving them events. A runtime's process gets the bootstrap on
 * its standard input and asks for events at a port of its own:
 *
 *     port ─▶ environment ─▶ spawn ─▶ STARTING … next ─▶ its first event
 *
 * An exec function's gets the event itself there, as a file that it may read or not. Neither leaves
 * a file in any folder.
 */
#include "backend/http/listen.h"
#include "backend/triggers/environment.h"
#include "backend/triggers/invoker_impl.h"
#include "backend/triggers/report.h"
#include "base/mem.h"
#include "base/shelf.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

extern const struct shelf_file bootstraps_baked[];

static const int64_t second_ns = 1000000000;
enum { INIT_S = 10 };

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
        .session_token = options->session_token,
        .remote = options->remote};
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
    i->killed = false;
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
    if (!missing)
        pool_failed(i->pool, buf_str(&invocation->payload));
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

void instance_hand(struct instance *i, struct invocation *invocation)
{
    begin(i, invocation);
    hand_event(i);
    output_flush(&i->output);
}

void instance_run(struct instance *i, struct invocation *invocation)
{
    report_name(invocation->request_id);
    i->invocation = invocation;
    if (i->exec)
        run_exec(i);
    else
        instance_hand(i, invocation);
}
