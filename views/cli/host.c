/* SPDX-License-Identifier: MIT */
/*
 * Triggers of a connection in this process, and the endpoint that they need. Nothing is opened
 * before something is to run: a thread of its own sleeps until the registry comes, and the HTTP
 * library is loaded only then.
 *
 *     functions' SDKs ──▶ 127.0.0.1:PORT (our own serve, or the one that runs) ──▶ backend
 *     triggers ──follow, checkpoints──────────────────────────────────────────────▶ backend
 */
#include "views/cli/host.h"

#include "backend/triggers/wake.h"
#include "base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum { HOST_LOOK_MS = 500, HOST_GRACE_MS = 2000 };

struct host {
    struct backend *backend;
    struct host_options options;
    struct buf folder, watch;  /* the file to watch; empty = none */
    struct registry *registry; /* of the thread that asks for it */

    pthread_mutex_t starting; /* held while it starts */
    struct host_key key;
    struct serve *serve; /* our own */
    pthread_t serving;
    bool is_serving;

    pthread_mutex_t lock; /* of what follows */
    struct triggers *triggers;
    struct buf trouble;
    pthread_t watching;
    bool is_watching;
    atomic_bool stop;
    struct wake wake; /* of the thread that waits for something to run */
    struct buf coming;
};

/* ---- keys ---- */

static void add_letters(char *to, const char *letters, size_t count, const unsigned char *random)
{
    for (size_t i = 0; i < count; i++)
        to[i] = letters[random[i] % 32];
    to[count] = '\0';
}

bool host_key_make(struct host_key *key, struct err *err)
{
    static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    static const char lower[] = "abcdefghijklmnopqrstuvwxyz234567";
    unsigned char random[56];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return err_errno(err, errno, "no random bytes for an access key");
    snprintf(key->id, sizeof key->id, "AKIA");
    add_letters(key->id + 4, upper, 16, random);
    add_letters(key->secret, lower, 40, random + 16);
    explicit_bzero(random, sizeof random);
    return true;
}

/* ---- threads: signals belong to the one that has the terminal ---- */

static bool start_thread(pthread_t *thread, void *(*run)(void *), void *context)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = pthread_create(thread, NULL, run, context) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

static void *serve_main(void *context)
{
    struct host *host = context;
    struct err err = ERR_INIT;
    if (serve_run(host->serve, NULL, &err))
        return NULL;
    pthread_mutex_lock(&host->lock);
    buf_clear(&host->trouble);
    buf_printf(&host->trouble, "functions cannot reach the tables: %s", err.text);
    pthread_mutex_unlock(&host->lock);
    return NULL;
}

/* ---- starting ---- */

static bool open_serve(struct host *host, struct err *err)
{
    if (!host_key_make(&host->key, err))
        return false;
    struct serve_options options = {
        .key_id = str_from(host->key.id), .key_secret = str_from(host->key.secret)};
    host->serve = serve_open(host->backend, &options, err);
    if (!host->serve)
        return err_context(err, "an endpoint for functions cannot be opened");
    host->is_serving = start_thread(&host->serving, serve_main, host);
    return host->is_serving || err_set(err, ERR_BUSY, "there is no room for another thread");
}

static struct triggers *open_triggers(struct host *host, struct err *err)
{
    const struct host_options *given = &host->options;
    if (!given->serve && !host->serve && !open_serve(host, err))
        return NULL;
    const struct host_key *key = given->serve ? given->key : &host->key;
    struct triggers_options options = {.folder = buf_cstr(&host->folder),
        .trusted = given->trusted,
        .region = given->region,
        .endpoint = str_from(serve_url(given->serve ? given->serve : host->serve)),
        .access_key = key ? str_from(key->id) : STR_NONE,
        .secret_key = key ? str_from(key->secret) : STR_NONE,
        .watch_path = host->watch.len ? buf_cstr(&host->watch) : NULL,
        .run = host_runs(host, NULL),
        .only = given->only};
    return triggers_open(host->backend, &options, err);
}

struct triggers *host_triggers(struct host *host)
{
    pthread_mutex_lock(&host->lock);
    struct triggers *triggers = host->triggers;
    pthread_mutex_unlock(&host->lock);
    return triggers;
}

struct triggers *host_start(struct host *host, struct err *err)
{
    pthread_mutex_lock(&host->starting);
    struct triggers *triggers = host_triggers(host);
    if (!triggers) {
        triggers = open_triggers(host, err);
        pthread_mutex_lock(&host->lock);
        host->triggers = triggers;
        pthread_mutex_unlock(&host->lock);
    }
    pthread_mutex_unlock(&host->starting);
    return triggers;
}

/* ---- waiting for something to run ---- */

static void note_trouble(struct host *host, const struct err *err)
{
    pthread_mutex_lock(&host->lock);
    buf_clear(&host->trouble);
    buf_add(&host->trouble, str_from(err->text));
    pthread_mutex_unlock(&host->lock);
}

static void *watch_main(void *context)
{
    struct host *host = context;
    struct err err = ERR_INIT;
    struct registry *registry =
        registry_open(buf_cstr(&host->folder), host->options.trusted, NULL, &err);
    while (registry && !atomic_load(&host->stop)) {
        bool watched =
            wake_watch_coming(&host->wake, buf_cstr(&host->folder), "version", &host->coming);
        if (registry_version(registry)) /* after the watch began: none is missed */
            break;
        wake_wait(&host->wake, watched ? -1 : HOST_LOOK_MS * INT64_C(1000000));
    }
    bool found = registry && !atomic_load(&host->stop) && registry_version(registry);
    registry_close(registry);
    if (!registry || (found && !host_start(host, &err)))
        note_trouble(host, &err);
    return NULL;
}

void host_watch(struct host *host)
{
    if (host->is_watching || !host_runs(host, NULL))
        return;
    host->is_watching = start_thread(&host->watching, watch_main, host);
}

void host_wake(struct host *host)
{
    struct triggers *triggers = host_triggers(host);
    wake_signal(&host->wake);
    if (triggers)
        triggers_wake(triggers);
}

/* ---- life ---- */

/* A store's registry lies in its folder, beside its data. */
static void find_watch(struct host *host)
{
    struct str folder = buf_str(&host->folder), suffix = STR("/triggers");
    if (backend_is_remote(host->backend) || !str_ends(folder, suffix))
        return;
    buf_printf(&host->watch, "%.*s/data.mdb", (int)(folder.len - suffix.len), folder.at);
    if (access(buf_cstr(&host->watch), R_OK) != 0)
        buf_clear(&host->watch);
}

struct host *host_new(struct backend *backend, const struct host_options *options, struct err *err)
{
    struct host *host = mem_new(struct host);
    host->backend = backend;
    host->options = options ? *options : (struct host_options){0};
    pthread_mutex_init(&host->starting, NULL);
    pthread_mutex_init(&host->lock, NULL);
    if (!wake_open(&host->wake, err))
        goto failed;
    if (host->options.folder)
        buf_add(&host->folder, str_from(host->options.folder));
    else if (!triggers_folder(backend, &host->folder, err))
        goto failed;
    find_watch(host);
    host->registry = registry_open(buf_cstr(&host->folder), host->options.trusted, NULL, err);
    if (host->registry)
        return host;
failed:
    host_free(host);
    return NULL;
}

static void stop_watching(struct host *host)
{
    atomic_store(&host->stop, true);
    wake_signal(&host->wake);
    if (host->is_watching)
        pthread_join(host->watching, NULL);
}

/* Functions first: they may be writing. */
static void stop_running(struct host *host)
{
    if (host->triggers)
        triggers_close(host->triggers, HOST_GRACE_MS);
    if (host->is_serving) {
        serve_stop(host->serve);
        pthread_join(host->serving, NULL);
    }
    serve_close(host->serve);
}

void host_free(struct host *host)
{
    if (!host)
        return;
    stop_watching(host);
    stop_running(host);
    registry_close(host->registry);
    explicit_bzero(&host->key, sizeof host->key);
    wake_close(&host->wake);
    pthread_mutex_destroy(&host->lock);
    pthread_mutex_destroy(&host->starting);
    buf_fini(&host->folder);
    buf_fini(&host->watch);
    buf_fini(&host->coming);
    buf_fini(&host->trouble);
    free(host);
}

/* ---- for those who look ---- */

struct registry *host_registry(struct host *host)
{
    return host->registry;
}

bool host_runs(const struct host *host, struct buf *why)
{
    const char *remedy = backend_read_only_remedy(host->backend);
    if (host->options.run && !remedy)
        return true;
    if (why && remedy)
        buf_printf(why, "this connection is open read-only, and functions write; %s", remedy);
    else if (why)
        buf_add(why, STR("triggers were not asked to run here"));
    return false;
}

bool host_trouble(struct host *host, struct buf *out)
{
    pthread_mutex_lock(&host->lock);
    bool any = host->trouble.len != 0;
    buf_add(out, buf_str(&host->trouble));
    pthread_mutex_unlock(&host->lock);
    return any;
}
