/* SPDX-License-Identifier: MIT */
/*
 * The sample store as a decorator around an ordinary one: opening makes a folder and fills it, a
 * thread changes a little about twice a second, closing stops the thread and removes the folder.
 */
#include "views/cli/demo.h"
#include "backend/backend_impl.h"
#include "base/mem.h"
#include "views/cli/demo_tables.h"
#include "views/cli/demo_triggers.h"

#include <assert.h>
#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { STEP_MS = 450 };

struct demo {
    struct backend backend;
    struct backend *inner;
    char *path;
    bool live;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
    atomic_bool cancel;
};

static const struct backend_ops demo_ops;

static struct demo *demo_of(const struct backend *backend)
{
    assert(backend->ops == &demo_ops);
    return (struct demo *)backend;
}

const char *demo_path(const struct backend *backend)
{
    return demo_of(backend)->path;
}

/* ---- the folder ---- */

static char *make_folder(struct err *err)
{
    struct buf path = {0};
    const char *folder = getenv("TMPDIR");
    buf_printf(&path, "%s/dynascope-demo-XXXXXX", folder && folder[0] == '/' ? folder : "/tmp");
    char *made = buf_take(&path);
    if (mkdtemp(made))
        return made;
    err_errno(err, errno, "cannot make a folder for the sample store (%s)", made);
    free(made);
    return NULL;
}

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *where)
{
    (void)s, (void)kind, (void)where;
    remove(path);
    return 0;
}

/* With its triggers' folders; links are not followed. */
static void remove_folder(const char *path)
{
    enum { OPEN_AT_ONCE = 16 };
    nftw(path, remove_one, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* ---- traffic ---- */

/* Waits one step; false where it is time to stop. */
static bool wait_step(struct demo *d)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += STEP_MS * 1000000L;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&d->lock);
    while (!d->stop && pthread_cond_timedwait(&d->wake, &d->lock, &until) != ETIMEDOUT)
        ;
    bool go_on = !d->stop;
    pthread_mutex_unlock(&d->lock);
    return go_on;
}

static void *traffic_main(void *context)
{
    struct demo *d = context;
    struct client client = {.backend = d->inner, .limits = {.cancel = &d->cancel}};
    struct err ignored = ERR_INIT;
    demo_triggers_make(&client, d->path, &ignored); /* here, so that nobody waits for it */
    for (uint64_t step = 0; wait_step(d); step++) {
        /* somebody may have dropped the table: that is their right */
        ignored = (struct err)ERR_INIT;
        demo_tables_change(&client, step, &ignored);
    }
    return NULL;
}

/* Signals belong to the thread that has the terminal. */
static void start_traffic(struct demo *d)
{
    sigset_t ours, before;
    sigemptyset(&ours);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGHUP);
    sigaddset(&ours, SIGWINCH);
    sigaddset(&ours, SIGTSTP);
    sigaddset(&ours, SIGCONT);
    pthread_sigmask(SIG_BLOCK, &ours, &before);
    d->live = pthread_create(&d->thread, NULL, traffic_main, d) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void stop_traffic(struct demo *d)
{
    pthread_mutex_lock(&d->lock);
    d->stop = true;
    atomic_store(&d->cancel, true);
    pthread_cond_signal(&d->wake);
    pthread_mutex_unlock(&d->lock);
    if (d->live)
        pthread_join(d->thread, NULL);
}

/* ---- the backend ---- */

static bool demo_call(
    struct backend *backend, const struct ddb_call *call, struct ddb_reply *reply, struct err *err)
{
    return backend_call(demo_of(backend)->inner, call, reply, err);
}

static bool demo_close(struct backend *backend, struct err *err)
{
    struct demo *d = demo_of(backend);
    stop_traffic(d);
    backend_close(d->inner, err); /* it goes anyway */
    if (d->path)
        remove_folder(d->path);
    pthread_cond_destroy(&d->wake);
    pthread_mutex_destroy(&d->lock);
    free(d->path);
    free(d);
    return true;
}

static const struct backend_ops demo_ops = {.name = "demo", .call = demo_call, .close = demo_close};

static bool open_store(struct demo *d, struct err *err)
{
    struct backend_options options = {.no_sync = true};
    d->path = make_folder(err);
    if (!d->path)
        return false;
    d->inner = backend_open(d->path, &options, err);
    struct client client = {.backend = d->inner};
    return d->inner && demo_tables_make(&client, err);
}

struct backend *demo_open(bool quiet, struct err *err)
{
    struct demo *d = mem_new(struct demo);
    d->backend = (struct backend){.ops = &demo_ops, .label = mem_dup("demo", 4)};
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->wake, NULL);
    if (!open_store(d, err)) {
        backend_close(&d->backend, NULL);
        return NULL;
    }
    if (!quiet)
        start_traffic(d);
    return &d->backend;
}
