/* SPDX-License-Identifier: MIT */
/*
 * The app with the world around it: a terminal, a worker's thread, signals, a file to watch. Opens
 * in the order in which things can refuse, so that a refusal leaves the terminal untouched.
 *
 *   backend ─▶ signals ─▶ worker (reads already) ─▶ terminal ─▶ loop ─▶ end
 *                            ╰──────── another connection ────────╯
 */
#include "views/explorer.h"

#include "backend/client.h"
#include "backend/worker.h"
#include "tui/signal.h"
#include "views/app.h"
#include "views/cli/host.h"
#include "views/cli/report.h"
#include "views/items/pane_items.h"
#include "views/sessions/record.h"
#include "views/sessions/record_play.h"
#include "views/sessions/tour.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { EXPLORER_WATCH_MS = 200, EXPLORER_DRAIN_MS = 5000, EXPLORER_DRAIN_REMOTE_MS = 1500 };

/* Asks an endpoint something: whether it answers, and to these keys. */
struct probe {
    struct worker_job job;
    bool asked, ended, ok;
    struct err err;
};

struct explorer {
    struct explorer_options options;             /* of the connection that is shown */
    struct buf connection, watch, theme, keymap; /* its texts, where it was changed */
    struct buf connection_next;
    struct worker *next; /* the connection to change to, open */
    struct probe probe;  /* of `next`, where it is remote */
    int probe_watch;
    struct app *app;
    struct buf farewell;   /* what is said when the terminal is given back; or empty */
    struct record *record; /* of a session that goes on over there */
    struct record_play *play;
    struct screen *screen;
    struct worker *worker;
    struct host *host; /* triggers run here while their connection is shown; NULL = they cannot */
    struct signals signals;
    struct loop loop;
    int watch_fd, watch_timer, look_timer;
    bool changed; /* elsewhere, since the timer was set */
    int looks;    /* that are still to follow the last change */
};

/* ---- events ---- */

static void explorer_keys(void *data, short events)
{
    struct explorer *e = data;
    struct input_event event;
    while (!e->app->quit && screen_event(e->screen, &event))
        app_event(e->app, &event);
    if (e->screen->gone || (events & (POLLHUP | POLLERR | POLLNVAL)))
        loop_quit(&e->loop, 128 + SIGHUP);
}

static void explorer_completions(void *data, short events)
{
    struct explorer *e = data;
    (void)events;
    app_collect(e->app);
}

static void explorer_signal(struct explorer *e, int number)
{
    switch (number) {
    case SIGWINCH: /* also where it is as large as before by now: what shrank has lost cells */
    case SIGCONT:
        screen_redraw(e->screen);
        break;
    case SIGTSTP:
        screen_stop(e->screen);
        break;
    case SIGINT:
        app_run(e->app, STR("cancel"));
        break;
    case SIGHUP:
    case SIGTERM:
        loop_quit(&e->loop, 128 + number);
        break;
    default:
        break;
    }
    e->app->dirty = true;
}

static void explorer_signals(void *data, short events)
{
    struct explorer *e = data;
    int number;
    (void)events;
    while (signal_next(&e->signals, &number))
        explorer_signal(e, number);
}

/* ---- changes made elsewhere ---- */

static void explorer_watch_due(void *data)
{
    struct explorer *e = data;
    e->watch_timer = 0;
    if (!e->changed)
        return;
    e->changed = false;
    app_data_changed(e->app);
    e->watch_timer = loop_after(&e->loop, EXPLORER_WATCH_MS, explorer_watch_due, e);
}

/* A commit wakes us with its last bytes, but readers find it only some instructions later: where
 * the writer is held up just there, the first look comes too early. */
static void explorer_look(void *data)
{
    static const int after_ms[] = {15, 2};
    struct explorer *e = data;
    e->look_timer = 0;
    app_written(e->app);
    if (e->looks > 0)
        e->look_timer = loop_after(&e->loop, after_ms[--e->looks], explorer_look, e);
}

/* The first change shows at once, the next ones at most a few times a second; live views look each
 * time. */
static void explorer_watched(void *data, short events)
{
    struct explorer *e = data;
    char bytes[4096];
    (void)events;
    while (read(e->watch_fd, bytes, sizeof bytes) > 0)
        e->changed = true;
    e->looks = 2;
    if (e->look_timer)
        app_written(e->app);
    else
        explorer_look(e);
    if (e->changed && !e->watch_timer)
        explorer_watch_due(e);
}

static void explorer_watch(struct explorer *e)
{
    if (!e->options.watch_path)
        return;
    e->watch_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (e->watch_fd >= 0 && inotify_add_watch(e->watch_fd, e->options.watch_path, IN_MODIFY) >= 0)
        loop_watch(&e->loop, e->watch_fd, POLLIN, explorer_watched, e);
}

/* ---- another connection ---- */

/* Whose keys may not list tables may still read some. */
static bool probe_passes(bool ok, const struct err *err)
{
    return ok || str_equal(str_from(err->name), STR("AccessDeniedException")) ||
           str_equal(str_from(err->name), STR("UnknownOperationException"));
}

static void probe_run(struct worker_job *job, struct backend *backend)
{
    struct probe *probe = (struct probe *)job;
    struct client client = {.backend = backend, .limits = {.cancel = &job->cancel}};
    struct ddb_reply reply = {0};
    bool ok = client_call(&client, STR("ListTables"), STR("{\"Limit\":1}"), &reply, &probe->err);
    ddb_reply_fini(&reply);
    probe->ok = probe_passes(ok, &probe->err);
}

static void probe_done(struct worker_job *job)
{
    ((struct probe *)job)->ended = true;
}

static void explorer_drop_next(struct explorer *e)
{
    if (e->probe.asked)
        loop_forget(&e->loop, e->probe_watch);
    worker_free(e->next);
    e->next = NULL;
    e->probe = (struct probe){.err = ERR_INIT};
    e->app->connecting = false;
}

static void explorer_probed(void *data, short events)
{
    struct explorer *e = data;
    (void)events;
    worker_collect(e->next);
    if (!e->probe.ended)
        return;
    if (e->probe.ok) {
        loop_quit(&e->loop, 0);
        return;
    }
    struct err err = e->probe.err;
    explorer_drop_next(e);
    err_context(&err, "%s", buf_cstr(&e->connection_next));
    app_fail(e->app, &err);
}

static void explorer_probe(struct explorer *e)
{
    e->probe = (struct probe){
        .job = {.run = probe_run, .done = probe_done}, .asked = true, .err = ERR_INIT};
    e->probe_watch = loop_watch(&e->loop, worker_fd(e->next), POLLIN, explorer_probed, e);
    worker_submit(e->next, &e->probe.job);
    e->app->connecting = true;
    app_say(e->app, ROLE_STATUS, "connecting to %s · Ctrl-C stops", buf_cstr(&e->connection_next));
}

/* Opened, and heard of, before the one that is shown is closed: where that fails, nothing has
 * changed. */
static void explorer_connect(struct explorer *e)
{
    struct backend_options open = e->options.open ? *e->options.open : (struct backend_options){0};
    struct err err = ERR_INIT;
    open.clock = e->options.clock;
    open.profile = open.endpoint_url = open.region = STR_NONE;
    open.guard_remote = !e->app->connect_writable;
    open.upkeep = true;
    open.must_exist = true;
    explorer_drop_next(e);
    struct backend *backend = backend_open(buf_cstr(&e->app->connect), &open, &err);
    buf_clear(&e->connection_next);
    buf_add(&e->connection_next, buf_str(&e->app->connect));
    buf_clear(&e->app->connect);
    if (!backend) {
        app_fail(e->app, &err);
        app_paint(e->app);
        return;
    }
    e->next = worker_new(backend);
    if (backend_is_remote(backend))
        explorer_probe(e);
    else
        loop_quit(&e->loop, 0);
    app_paint(e->app);
}

static const char *explorer_keep(struct buf *kept, struct str text)
{
    buf_clear(kept);
    buf_add(kept, text);
    return buf_cstr(kept);
}

/* What the options say of the connection is of the new one from now on; looks stay. */
static void explorer_take_over(struct explorer *e)
{
    buf_clear(&e->connection);
    buf_add(&e->connection, buf_str(&e->connection_next));
    buf_clear(&e->watch);
    buf_printf(&e->watch, "%s/data.mdb", buf_cstr(&e->connection));
    e->options.connection = buf_cstr(&e->connection);
    e->options.watch_path = backend_is_remote(worker_backend(e->next)) ? NULL : buf_cstr(&e->watch);
    e->options.label = e->options.table = NULL;
    e->options.triggers = e->options.trusted = NULL;
    e->options.read_only = e->options.demo = false;
    e->options.theme = explorer_keep(&e->theme, buf_str(&e->app->theme_name));
    e->options.keymap = explorer_keep(&e->keymap, buf_str(&e->app->keymap_name));
    e->options.mouse = e->app->mouse;
    e->options.gutter = e->app->gutter;
    e->options.record = e->options.replay = NULL;
    e->options.tour = false;
    record_play_forget(e->app);
    e->record = e->app->record;
    e->play = e->app->play;
    e->app->record = NULL;
    e->app->play = NULL;
}

/* ---- life ---- */

/* What was waited for before the frame may be what a replay waits for. */
static bool explorer_paint(struct explorer *e)
{
    bool more = app_paint(e->app);
    record_play_step(e->app);
    return more && (!e->app->dirty || !e->app->play || app_paint(e->app));
}

static void explorer_settle(void *data)
{
    struct explorer *e = data;
    if (e->app->connect.len)
        explorer_connect(e);
    if (e->probe.asked && !e->app->connecting)
        explorer_drop_next(e); /* the user thought better of it */
    if (e->next && (!e->probe.asked || e->probe.ended))
        return;
    record_play_step(e->app);
    if (e->app->quit)
        loop_quit(&e->loop, e->app->status);
    else if (!explorer_paint(e))
        loop_quit(&e->loop, 128 + SIGHUP);
}

/* Writes that were asked for are not lost by leaving. */
static void explorer_drain(struct explorer *e)
{
    bool remote = backend_is_remote(worker_backend(e->worker));
    int64_t most = remote ? EXPLORER_DRAIN_REMOTE_MS : EXPLORER_DRAIN_MS;
    int64_t until = clock_tick_ns() + most * INT64_C(1000000);
    while (app_writing(e->app) && clock_tick_ns() < until)
        worker_wait(e->worker, 50);
}

static struct backend *explorer_open_backend(
    const struct explorer_options *options, struct err *err)
{
    if (options->backend)
        return options->read_only ? backend_read_only(options->backend) : options->backend;
    struct backend_options open = options->open ? *options->open : (struct backend_options){0};
    open.clock = options->clock;
    open.read_only = open.read_only || options->read_only;
    open.upkeep = true;
    return backend_open(options->connection, &open, err);
}

static int explorer_loop(struct explorer *e)
{
    loop_watch(&e->loop, e->screen->fd, POLLIN, explorer_keys, e);
    loop_watch(&e->loop, worker_fd(e->worker), POLLIN, explorer_completions, e);
    loop_watch(&e->loop, e->signals.fd, POLLIN, explorer_signals, e);
    explorer_watch(e);
    explorer_settle(e);
    if (e->host)
        host_watch(e->host); /* the first frame comes first */
    return loop_run(&e->loop, explorer_settle, e);
}

/* What cannot be hosted is no reason not to show tables. */
static void explorer_host(struct explorer *e)
{
    struct err ignored = ERR_INIT;
    struct host_options options = {.folder = e->options.triggers,
        .trusted = e->options.trusted,
        .region = e->options.open ? e->options.open->region : STR_NONE,
        .run = true};
    e->host = host_new(worker_backend(e->worker), &options, &ignored);
}

static void explorer_close(struct explorer *e)
{
    app_free(e->app);
    host_free(e->host);
    worker_free(e->worker);
    loop_fini(&e->loop);
    if (e->watch_fd >= 0)
        close(e->watch_fd);
    e->app = NULL;
    e->host = NULL;
    e->worker = NULL;
    e->loop = (struct loop){0};
    e->watch_fd = -1;
    e->watch_timer = e->look_timer = 0;
}

/* What was asked for on the command line, or what goes on from the connection before. */
static bool explorer_begin(struct explorer *e, struct err *err)
{
    const struct explorer_options *o = &e->options;
    e->app->record = e->record;
    e->app->play = e->play;
    e->record = NULL;
    e->play = NULL;
    if (o->tour)
        tour_begin(e->app);
    else if (o->demo && !o->replay)
        tour_offer(e->app);
    return (!o->record || record_start(e->app, str_from(o->record), err)) &&
           (!o->replay || record_play_start(e->app, str_from(o->replay), o->replay_rate, err));
}

/* One connection, from its first frame to the one that replaces it, or to the end. */
static int explorer_session(struct explorer *e, struct err *err)
{
    e->app = app_new(&e->options, e->screen, e->worker, err);
    if (!e->app || !explorer_begin(e, err))
        return -1;
    e->app->loop = &e->loop;
    explorer_host(e);
    e->app->host = e->host;
    int status = explorer_loop(e);
    if (status != 0 || e->app->quit || (e->probe.asked && !e->probe.ok))
        explorer_drop_next(e);
    explorer_drain(e);
    pane_items_farewell(e->app->items, &e->farewell);
    return status;
}

static int explorer_sessions(struct explorer *e, struct err *err)
{
    int status = explorer_session(e, err);
    while (e->next) {
        explorer_take_over(e);
        explorer_close(e);
        e->worker = e->next;
        e->next = NULL;
        e->probe = (struct probe){.err = ERR_INIT};
        status = explorer_session(e, err);
    }
    return status;
}

int explorer_run(const struct explorer_options *options, struct err *err)
{
    struct explorer e = {.options = *options, .watch_fd = -1, .signals = {.fd = -1}};
    struct screen_options screen_options = {.ascii = options->ascii, .mouse = options->mouse};
    int status = -1;
    struct backend *backend = explorer_open_backend(options, err);
    if (!backend)
        return err_exit_code(err->code);
    if (!signal_open(&e.signals, err)) {
        backend_close(backend, NULL);
        return err_exit_code(err->code);
    }
    e.worker = worker_new(backend);
    e.screen = screen_curses_open(&screen_options, err);
    if (e.screen)
        status = explorer_sessions(&e, err);
    app_free(e.app);
    e.app = NULL;
    screen_close(e.screen);
    if (e.farewell.len)
        cli_report_note("dynascope: %s", buf_cstr(&e.farewell));
    buf_fini(&e.farewell);
    explorer_close(&e);
    signal_close(&e.signals);
    struct buf *texts[] = {&e.connection, &e.connection_next, &e.watch, &e.theme, &e.keymap};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        buf_fini(texts[i]);
    if (status > 128) {
        /* with the mask as it was, whoever called learns of the signal in the usual way */
        err_set(
            err, ERR_CANCELLED, "stopped by signal %d (%s)", status - 128, strsignal(status - 128));
        raise(status - 128);
    }
    return status >= 0 ? status : err_exit_code(err->code);
}
