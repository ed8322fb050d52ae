/* SPDX-License-Identifier: MIT */
/* One invocation at a time, waited for: the invoker's answer comes on a thread of its own. */
#include "views/cli/trigger_call.h"

#include "backend/triggers/runs.h"
#include "views/cli/report.h"

#include <pthread.h>
#include <time.h>

enum { LOOK_MS = 50 };

struct calling {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool done;
};

struct host *trigger_call_open(struct cli *cli, const struct trigger_place *place, struct err *err)
{
    struct host_options options = {
        .folder = registry_folder(place->registry), .region = trigger_region(cli)};
    return host_new(cli->backend, &options, err);
}

static void on_done(struct invocation *invocation)
{
    struct calling *calling = invocation->context;
    pthread_mutex_lock(&calling->lock);
    calling->done = true;
    pthread_cond_signal(&calling->ended);
    pthread_mutex_unlock(&calling->lock);
}

/* Signals do not wake a condition: it is looked for them now and then. */
static void wait_done(struct calling *calling, struct invoker *invoker, struct invocation *i)
{
    bool cancelled = false;
    pthread_mutex_lock(&calling->lock);
    while (!calling->done) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += LOOK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&calling->ended, &calling->lock, &until);
        if (calling->done || cancelled || !atomic_load(cli_cancel()))
            continue;
        cancelled = true;
        pthread_mutex_unlock(&calling->lock);
        invoker_cancel(invoker, i);
        pthread_mutex_lock(&calling->lock);
    }
    pthread_mutex_unlock(&calling->lock);
}

static bool refuse(const struct function *function, const struct invocation *i, struct err *err)
{
    if (cli_cancelled(err))
        return false;
    if (function->untrusted)
        return err_set(err, ERR_AUTH,
            "'%.*s' came with the store, and you have not agreed to run it: 'dynascope trigger "
            "trust %.*s' shows what it is",
            STR_ARG(function->name), STR_ARG(function->name));
    return err_set(err, ERR_BUSY, "'%.*s' was not run: %.*s", STR_ARG(function->name),
        (int)(i->payload.len < 512 ? i->payload.len : 512), i->payload.len ? i->payload.at : "");
}

/* Beside those that runners made: a run without a mapping. */
static void write_run(struct host *host, const struct invocation *i)
{
    enum { TEXT_MAX = 16 * 1024 };
    struct buf folder = {0};
    struct err ignored = ERR_INIT; /* it is for looking back only */
    struct run run = {.request_id = str_from(i->request_id),
        .outcome = str_from(invoker_word(i->outcome)),
        .time_ms = i->started_ms,
        .duration_us = i->duration_us,
        .init_us = i->init_us,
        .memory_kb = i->memory_kb,
        .attempt = 1,
        .event = i->event.len <= TEXT_MAX ? i->event : STR_NONE,
        .result = str_take(buf_str(&i->payload), TEXT_MAX),
        .log_stream = str_from(i->log_stream)};
    if (registry_function_folder(host_registry(host), i->function->name, &folder, &ignored))
        run_add(buf_cstr(&folder), &run, &ignored);
    buf_fini(&folder);
}

bool trigger_call(struct host *host, const struct function *function, struct str event,
    struct invocation *out, struct err *err)
{
    *out = (struct invocation){.function = function, .event = event, .done = on_done};
    if (function->untrusted)
        return refuse(function, out, err);
    struct triggers *triggers = host_start(host, err);
    if (!triggers)
        return false;
    struct calling calling = {.done = false};
    struct invoker *invoker = triggers_invoker(triggers);
    pthread_mutex_init(&calling.lock, NULL);
    pthread_cond_init(&calling.ended, NULL);
    out->context = &calling;
    invoker_start(invoker, out);
    wait_done(&calling, invoker, out);
    pthread_cond_destroy(&calling.ended);
    pthread_mutex_destroy(&calling.lock);
    if (out->outcome == INVOKED_REFUSED)
        return refuse(function, out, err);
    write_run(host, out);
    return true;
}

void trigger_call_print_log(const struct invocation *invocation)
{
    struct str rest = buf_str(&invocation->tail), line;
    struct buf clean = {0};
    while (str_cut(&rest, '\n', &line)) {
        buf_clear(&clean);
        for (size_t i = 0; i < line.len; i++)
            buf_add_byte(&clean, line.at[i] == '\t' ? ' ' : line.at[i]);
        if (line.len || rest.len)
            cli_report_note("%.*s", STR_ARG(buf_str(&clean)));
    }
    buf_fini(&clean);
}
