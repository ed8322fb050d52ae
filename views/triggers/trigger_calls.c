/* SPDX-License-Identifier: MIT */
/*
 * Calls by hand, one after the other. Answers may come after whoever asked has gone: so what the
 * invoker holds is counted, and the last one to let go frees it.
 */
#include "views/triggers/trigger_calls.h"

#include "base/mem.h"
#include "views/cli/host.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct trigger_calls {
    atomic_int holders; /* the owner, the task that prepares, the invocation that runs */
    atomic_bool answered;
    int fd, watch; /* wakes the loop */
    struct app *app;
    struct trigger_calls **slot;
    struct trigger_calls_spec spec;
    struct host *host;
    struct registry *registry;
    struct invoker *invoker;
    struct arena arena;
    struct function function;
    struct buf events, what, name;
    size_t next; /* where the next event begins */
    size_t count, done, failed, skipped;
    struct invocation invocation;
    bool running, called, cancelled, waits;
    const struct invocation *last; /* with step: the answer before */
    struct task *task;
};

static void let_go(struct trigger_calls *c)
{
    if (atomic_fetch_sub(&c->holders, 1) != 1)
        return;
    if (c->spec.free)
        c->spec.free(c->spec.context);
    invocation_fini(&c->invocation);
    arena_fini(&c->arena);
    buf_fini(&c->events);
    buf_fini(&c->what);
    buf_fini(&c->name);
    if (c->fd >= 0)
        close(c->fd);
    free(c);
}

/* The owner lets go; nothing is told any more. */
static void leave(struct trigger_calls *c)
{
    task_forget(c->task);
    if (c->watch)
        loop_forget(c->app->loop, c->watch);
    if (c->running)
        invoker_cancel(c->invoker, &c->invocation);
    *c->slot = NULL;
    c->watch = 0;
    let_go(c);
}

static void finish(struct trigger_calls *c, const struct err *err)
{
    struct trigger_calls **slot = c->slot, *none = NULL;
    c->slot = &none; /* what is told may begin the next one */
    *slot = NULL;
    c->spec.ended(c->app, c->spec.context, c, c->called ? &c->invocation : NULL, err);
    c->app->dirty = true;
    leave(c);
}

/* ---- calling ---- */

/* On the invoker's thread. */
static void on_answer(struct invocation *invocation)
{
    struct trigger_calls *c = invocation->context;
    uint64_t one = 1;
    atomic_store(&c->answered, true);
    ssize_t n = write(c->fd, &one, sizeof one);
    (void)n; /* a counter that is not zero wakes as well */
    let_go(c);
}

static void call(struct trigger_calls *c)
{
    invocation_fini(&c->invocation);
    c->invocation = (struct invocation){.function = &c->function,
        .event = str_from(c->events.at + c->next),
        .done = on_answer,
        .context = c};
    c->next += c->invocation.event.len + 1;
    c->running = c->called = true;
    atomic_fetch_add(&c->holders, 1);
    invoker_start(c->invoker, &c->invocation);
}

static void call_next(struct trigger_calls *c)
{
    struct err none = ERR_INIT;
    if (c->cancelled || c->done == c->count) {
        finish(c, &none);
    } else if (c->spec.step) {
        c->waits = true;
        c->spec.step(c->app, c->spec.context, c->last);
    } else {
        call(c);
    }
}

bool trigger_calls_waits(const struct trigger_calls *c, struct str *event)
{
    *event = c->waits ? str_from(c->events.at + c->next) : STR_NONE;
    return c->waits;
}

void trigger_calls_go(struct trigger_calls *c, enum trigger_calls_go how)
{
    struct str event;
    if (!trigger_calls_waits(c, &event))
        return;
    c->waits = false;
    c->last = NULL;
    if (how == CALLS_GO_ALL)
        c->spec.step = NULL;
    if (how != CALLS_GO_PAST) {
        call(c);
        return;
    }
    c->next += event.len + 1;
    c->done++;
    c->skipped++;
    call_next(c);
}

static void look(void *data, short events)
{
    struct trigger_calls *c = data;
    uint64_t count;
    (void)events;
    ssize_t n = read(c->fd, &count, sizeof count);
    (void)n;
    if (!atomic_exchange(&c->answered, false))
        return;
    c->running = false;
    bool good = c->invocation.outcome == INVOKED_OK;
    if (c->spec.seen)
        good = c->spec.seen(c->spec.context, c->done, &c->invocation);
    c->done++;
    c->failed += !good;
    c->last = &c->invocation;
    if (c->invocation.outcome == INVOKED_REFUSED)
        c->cancelled = true;
    app_paint_soon(c->app);
    call_next(c);
}

/* ---- beginning ---- */

struct prepare_task {
    struct task task;
    struct trigger_calls *calls;
};

static bool find_function(struct trigger_calls *c, struct err *err)
{
    bool found;
    if (!registry_function(c->registry, &c->arena, buf_str(&c->name), &c->function, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_NO_INPUT, "there is no function %s any more", buf_cstr(&c->name));
    return !c->function.untrusted ||
           err_set(err, ERR_AUTH, "%s came with the store: look at what it would run, and trust it",
               buf_cstr(&c->name));
}

static bool prepare(struct task *task, struct client *client, struct err *err)
{
    struct trigger_calls *c = ((struct prepare_task *)task)->calls;
    if (!find_function(c, err) ||
        (c->spec.prepare && !c->spec.prepare(c->spec.context, client, &c->events, err)))
        return false;
    for (size_t i = 0; i < c->events.len; i++)
        c->count += c->events.at[i] == '\0';
    struct triggers *triggers = c->count ? host_start(c->host, err) : NULL;
    c->invoker = triggers ? triggers_invoker(triggers) : NULL;
    return triggers || !c->count;
}

static void prepared(struct task *task)
{
    struct trigger_calls *c = task->owner;
    c->task = NULL;
    if (task->ok)
        call_next(c);
    else
        finish(c, &task->err);
    let_go(((struct prepare_task *)task)->calls);
}

static void prepare_dropped(struct task *task)
{
    let_go(((struct prepare_task *)task)->calls);
}

static void submit(struct trigger_calls *c)
{
    struct prepare_task *t = task_new(sizeof *t, c, prepare, prepared);
    t->task.dropped = prepare_dropped;
    t->calls = c;
    c->task = &t->task;
    atomic_fetch_add(&c->holders, 1);
    task_submit(&t->task, c->app->worker);
}

void trigger_calls_begin(
    struct app *app, struct trigger_calls **slot, const struct trigger_calls_spec *spec)
{
    if (*slot) {
        app_say(app, ROLE_STATUS_WARNING, "functions are being called already: stop that first");
        if (spec->free)
            spec->free(spec->context);
        return;
    }
    struct trigger_calls *c = mem_new(struct trigger_calls);
    c->app = app;
    c->slot = slot;
    c->spec = *spec;
    c->host = app->host;
    c->registry = host_registry(app->host);
    buf_add(&c->what, spec->what);
    buf_add(&c->name, spec->function);
    buf_add(&c->events, spec->events);
    atomic_store(&c->holders, 1);
    c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (app->loop && c->fd >= 0)
        c->watch = loop_watch(app->loop, c->fd, POLLIN, look, c);
    *slot = c;
    submit(c);
}

void trigger_calls_cancel(struct trigger_calls *c)
{
    c->cancelled = true;
    task_cancel(c->task);
    if (c->running)
        invoker_cancel(c->invoker, &c->invocation);
    if (c->waits) {
        c->waits = false;
        call_next(c);
    }
}

void trigger_calls_free(struct trigger_calls *c)
{
    if (c)
        leave(c);
}

/* ---- words ---- */

size_t trigger_calls_count(const struct trigger_calls *c)
{
    return c->count;
}

size_t trigger_calls_done(const struct trigger_calls *c)
{
    return c->done;
}

size_t trigger_calls_failed(const struct trigger_calls *c)
{
    return c->failed;
}

size_t trigger_calls_skipped(const struct trigger_calls *c)
{
    return c->skipped;
}

void trigger_calls_words(const struct trigger_calls *c, struct buf *out)
{
    buf_add(out, buf_str(&c->what));
    if (c->task)
        buf_add(out, STR(": reading"));
    else
        buf_printf(out, ": %zu of %zu", c->done, c->count);
    if (c->failed)
        buf_printf(out, ", %zu failed", c->failed);
    if (c->waits)
        buf_add(out, STR(", it waits"));
}
