/* SPDX-License-Identifier: MIT */
/*
 * The invoker's thread: what others ask for comes through an inbox, what processes say through
 * epoll and the Runtime API's queue, what is due by the time that it waits.
 *
 *   invoker_start() ─▶ inbox ─╮
 *   runtimes ─▶ runtime_api ──┼─ wake ─▶ [ thread: pools of instances ] ─▶ done()
 *   pipes, ends, ports, code ─┴─ epoll ─▶
 *
 * Everything that belongs to functions is touched by this thread alone; done() is called by it,
 * with no lock held, so that it may start the next one. Knows neither records nor mappings.
 */
#include "backend/triggers/invoker_impl.h"
#include "base/mem.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { PROCESSES = 16, IDLE_MS = 5 * 60 * 1000, EVENTS = 64, WAIT_MOST_MS = 60000 };

/* ---- waking ---- */

static void wake(void *context)
{
    struct invoker *invoker = context;
    uint64_t one = 1;
    ssize_t ignored = write(invoker->wake, &one, sizeof one);
    (void)ignored;
}

static void put(struct invoker *invoker, struct inbox_item item)
{
    struct inbox_item *copy = mem_new(struct inbox_item);
    *copy = item;
    pthread_mutex_lock(&invoker->lock);
    *invoker->inbox_end = copy;
    invoker->inbox_end = &copy->next;
    pthread_mutex_unlock(&invoker->lock);
    wake(invoker);
}

void invoker_start(struct invoker *invoker, struct invocation *invocation)
{
    invocation->request_id[0] = invocation->log_stream[0] = '\0';
    invocation->started_ms = invocation->duration_us = invocation->init_us = 0;
    invocation->memory_kb = 0;
    buf_clear(&invocation->payload);
    buf_clear(&invocation->tail);
    put(invoker, (struct inbox_item){.kind = INBOX_START, .invocation = invocation});
}

void invoker_cancel(struct invoker *invoker, struct invocation *invocation)
{
    put(invoker, (struct inbox_item){.kind = INBOX_CANCEL, .invocation = invocation});
}

void invoker_drop(struct invoker *invoker, struct str function)
{
    put(invoker,
        (struct inbox_item){.kind = INBOX_DROP, .name = mem_dup(function.at, function.len)});
}

const char *invoker_word(enum invoked outcome)
{
    static const char *const words[] = {[INVOKED_OK] = "ok",
        [INVOKED_ERROR] = "error",
        [INVOKED_TIMEOUT] = "timeout",
        [INVOKED_EXIT] = "exit",
        [INVOKED_INIT] = "init",
        [INVOKED_REFUSED] = "refused"};
    return words[outcome];
}

void invocation_fini(struct invocation *invocation)
{
    buf_fini(&invocation->payload);
    buf_fini(&invocation->tail);
}

/* ---- the inbox ---- */

static void start(struct invoker *invoker, struct invocation *invocation)
{
    if (atomic_load(&invoker->stopping)) {
        instance_refuse(
            invocation, INVOKED_REFUSED, "Runtime.Cancelled", STR("functions are being ended"));
    } else if (invocation->function->untrusted) {
        instance_refuse(invocation, INVOKED_REFUSED, "Runtime.Untrusted",
            STR("the function has not been trusted yet on this machine"));
    } else {
        struct pool *pool = pool_of(invoker, invocation->function);
        pool_add(pool, invocation, false);
        pool_serve(pool);
    }
}

/* It may be over by now: then nobody has it. */
static void cancel(struct invoker *invoker, struct invocation *invocation)
{
    for (struct pool *pool = invoker->pools; pool; pool = pool->next) {
        if (pool_withdraw(pool, invocation)) {
            instance_refuse(
                invocation, INVOKED_REFUSED, "Runtime.Cancelled", STR("it was cancelled"));
            return;
        }
        for (struct instance *i = pool->instances; i; i = i->next) {
            if (i->invocation == invocation) {
                instance_cancel(i);
                return;
            }
        }
    }
}

static void take_item(struct invoker *invoker, struct inbox_item *item)
{
    struct pool *pool = item->name ? pool_find(invoker, str_from(item->name)) : NULL;
    if (item->kind == INBOX_START)
        start(invoker, item->invocation);
    else if (item->kind == INBOX_CANCEL)
        cancel(invoker, item->invocation);
    else if (pool)
        pool_renew(pool);
    if (pool)
        pool_serve(pool);
    free(item->name);
    free(item);
}

/* False where it was empty. */
static bool take_inbox(struct invoker *invoker)
{
    pthread_mutex_lock(&invoker->lock);
    struct inbox_item *item = invoker->inbox;
    invoker->inbox = NULL;
    invoker->inbox_end = &invoker->inbox;
    pthread_mutex_unlock(&invoker->lock);
    bool some = item != NULL;
    while (item) {
        struct inbox_item *next = item->next;
        take_item(invoker, item);
        item = next;
    }
    return some;
}

/* ---- what processes say ---- */

static struct instance *find(struct invoker *invoker, uint64_t mark)
{
    for (struct pool *pool = invoker->pools; pool; pool = pool->next)
        for (struct instance *i = pool->instances; i; i = i->next)
            if (i->mark == mark)
                return i;
    return NULL;
}

static void take_calls(struct invoker *invoker)
{
    struct runtime_call *call;
    while ((call = runtime_api_receive(invoker->api))) {
        struct instance *i = find(invoker, call->mark);
        if (i)
            instance_take_call(i, call);
        else
            runtime_call_refuse(call, RUNTIME_GONE);
    }
}

static void see_change(void *context, uint64_t tag)
{
    struct invoker *invoker = context;
    for (struct pool *pool = invoker->pools; pool; pool = pool->next)
        if (pool->tag == tag)
            pool->changed_ns = clock_tick_ns();
}

static struct instance *find_of(struct invoker *invoker, const struct epoll_event *event)
{
    return find(invoker, event->data.u64 >> EVENT_BITS);
}

static void take_event(struct invoker *invoker, const struct epoll_event *event)
{
    enum event_kind kind = (enum event_kind)(event->data.u64 & ((1 << EVENT_BITS) - 1));
    struct instance *i = find_of(invoker, event);
    uint64_t ignored;
    if (kind == EVENT_WATCH)
        watch_read(invoker->watch, see_change, invoker);
    else if (kind == EVENT_WAKE)
        while (read(invoker->wake, &ignored, sizeof ignored) > 0)
            ;
    else if (i)
        instance_take_event(i, kind);
}

/* ---- the thread ---- */

static int wait_ms(const struct invoker *invoker)
{
    int64_t due = INT64_MAX, now = clock_tick_ns();
    for (const struct pool *pool = invoker->pools; pool; pool = pool->next) {
        int64_t each = pool_due_ns(pool);
        due = each < due ? each : due;
    }
    if (due == INT64_MAX)
        return -1;
    int64_t ms = due <= now ? 0 : (due - now) / 1000000 + 1;
    return ms < WAIT_MOST_MS ? (int)ms : WAIT_MOST_MS;
}

static void tick(struct invoker *invoker)
{
    int64_t now = clock_tick_ns();
    struct pool *next;
    for (struct pool *pool = invoker->pools; pool; pool = next) {
        next = pool->next;
        pool_tick(pool, now);
        if (pool_is_empty(pool) && (!pool->failures || now > pool->again_ns))
            pool_free(pool);
    }
}

void invoker_doom(struct invoker *invoker, struct instance *i)
{
    if (invoker->doomed_count == invoker->doomed_cap) {
        invoker->doomed_cap = invoker->doomed_cap ? invoker->doomed_cap * 2 : 16;
        invoker->doomed = mem_grow(invoker->doomed, invoker->doomed_cap * sizeof *invoker->doomed);
    }
    invoker->doomed[invoker->doomed_count++] = i;
}

static bool is_end(const struct epoll_event *event)
{
    return (event->data.u64 & ((1 << EVENT_BITS) - 1)) == EVENT_END;
}

/* Those that have ended leave things behind. Who was killed without having ended yet is buried when
 * he has. */
static void bury_ended(struct invoker *invoker, const struct epoll_event *events, int count)
{
    for (int n = 0; n < count; n++) {
        struct instance *i = is_end(&events[n]) ? find_of(invoker, &events[n]) : NULL;
        if (i && !i->killed)
            invoker_doom(invoker, i);
    }
    if (invoker->doomed_count)
        instance_kill(invoker->doomed, invoker->doomed_count);
    invoker->doomed_count = 0;
    for (int n = 0; n < count; n++) {
        struct instance *i = is_end(&events[n]) ? find_of(invoker, &events[n]) : NULL;
        if (i)
            instance_bury(i);
    }
}

/* What was said goes before what has ended: an answer counts, whatever its process does then. */
static void do_round(struct invoker *invoker)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(invoker->epoll, events, EVENTS, wait_ms(invoker));
    for (int n = 0; n < count; n++)
        if (!is_end(&events[n]))
            take_event(invoker, &events[n]);
    take_calls(invoker);
    take_inbox(invoker);
    tick(invoker);
    bury_ended(invoker, events, count);
    instance_free_graves(invoker);
}

static void kill_all(struct invoker *invoker)
{
    for (struct pool *pool = invoker->pools; pool; pool = pool->next)
        for (struct instance *i = pool->instances; i; i = i->next)
            invoker_doom(invoker, i);
    instance_kill(invoker->doomed, invoker->doomed_count);
    invoker->doomed_count = 0;
}

static void end_pool(struct pool *pool)
{
    struct invocation *invocation;
    while ((invocation = pool->first)) {
        pool_withdraw(pool, invocation);
        instance_refuse(
            invocation, INVOKED_REFUSED, "Runtime.Cancelled", STR("functions are being ended"));
    }
    while (pool->instances)
        instance_cancel(pool->instances);
    pool_free(pool);
}

static void end_all(struct invoker *invoker)
{
    kill_all(invoker);
    while (take_inbox(invoker) || invoker->pools)
        if (invoker->pools)
            end_pool(invoker->pools);
    runtime_api_stop(invoker->api);
    take_calls(invoker);
    instance_free_graves(invoker);
    free(invoker->doomed);
}

static void *run(void *context)
{
    struct invoker *invoker = context;
    process_sweep();
    while (!atomic_load(&invoker->stopping))
        do_round(invoker);
    end_all(invoker);
    return NULL;
}

/* ---- opening and closing ---- */

static struct str keep(struct invoker *invoker, struct str text)
{
    return text.len ? arena_dup(&invoker->arena, text) : STR_NONE;
}

static void keep_options(struct invoker *invoker, const struct invoker_options *given)
{
    struct invoker_options *o = &invoker->options;
    *o = *given;
    o->folder = keep(invoker, str_from(given->folder)).at;
    o->region = given->region.len ? keep(invoker, given->region) : STR("us-east-1");
    o->endpoint = keep(invoker, given->endpoint);
    o->access_key = keep(invoker, given->access_key);
    o->secret_key = keep(invoker, given->secret_key);
    o->session_token = keep(invoker, given->session_token);
    o->remote = keep(invoker, given->remote);
    o->processes = given->processes ? given->processes : PROCESSES;
    o->idle_ms = given->idle_ms ? given->idle_ms : IDLE_MS;
}

static bool listen_for(struct invoker *invoker, int fd, enum event_kind kind)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = kind};
    return fd >= 0 && epoll_ctl(invoker->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* Its processes die with the thread; signals are for others. */
static bool start_thread(struct invoker *invoker, struct err *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int number = pthread_create(&invoker->thread, NULL, run, invoker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    invoker->started = number == 0;
    return number == 0 || err_errno(err, number, "cannot start a thread for functions");
}

struct invoker *invoker_open(const struct invoker_options *options, struct err *err)
{
    struct invoker *invoker = mem_new(struct invoker);
    keep_options(invoker, options);
    pthread_mutex_init(&invoker->lock, NULL);
    invoker->inbox_end = &invoker->inbox;
    invoker->epoll = epoll_create1(EPOLL_CLOEXEC);
    invoker->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    invoker->watch = watch_new();
    listen_for(invoker, watch_fd(invoker->watch), EVENT_WATCH);
    if (!listen_for(invoker, invoker->wake, EVENT_WAKE))
        err_errno(err, errno, "cannot wait for functions");
    else if ((invoker->api = runtime_api_open(wake, invoker, err)) && start_thread(invoker, err))
        return invoker;
    invoker_close(invoker);
    return NULL;
}

void invoker_close(struct invoker *invoker)
{
    if (!invoker)
        return;
    atomic_store(&invoker->stopping, true);
    wake(invoker);
    if (invoker->started)
        pthread_join(invoker->thread, NULL);
    runtime_api_close(invoker->api);
    watch_free(invoker->watch);
    if (invoker->epoll >= 0)
        close(invoker->epoll);
    if (invoker->wake >= 0)
        close(invoker->wake);
    pthread_mutex_destroy(&invoker->lock);
    arena_fini(&invoker->arena);
    free(invoker);
}
