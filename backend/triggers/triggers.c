/* SPDX-License-Identifier: MIT */
/*
 * The triggers of a connection: one thread that watches the registry and sees to it that each
 * mapping that is to run has a runner. Knows nothing of streams and functions.
 *
 *   registry changes ─▶ wake ─▶ ┌ ended runners are closed
 *                               ├ mappings without one get one
 *                               └ the others look for themselves
 */
#include "backend/triggers/triggers.h"

#include "backend/triggers/runner.h"
#include "backend/triggers/wake.h"
#include "base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { UNTRUSTED_MS = 1000, BLIND_MS = 1000, RETRY_MS = 1000 };

struct triggers {
    struct backend *backend;
    struct registry *registry;
    struct invoker *invoker;
    const struct clock *clock;
    struct buf region, watch_path, only, name;
    bool run;
    struct wake wake;
    pthread_t thread;
    bool started;
    atomic_bool stopping;
    struct runner **runners; /* the thread's */
    size_t count, room;
    uint64_t version; /* that was looked at */
    bool looked, failed;
    struct buf revisions; /* of the functions: NAME revision LF, as they were */
};

/* ---- runners ---- */

static void runner_has_ended(void *context)
{
    struct triggers *t = context;
    wake_signal(&t->wake);
}

static bool has_runner(const struct triggers *t, struct str uuid)
{
    for (size_t i = 0; i < t->count; i++)
        if (str_equal(str_from(runner_uuid(t->runners[i])), uuid))
            return true;
    return false;
}

static bool is_wanted(struct triggers *t, const struct mapping *mapping)
{
    struct str only = buf_str(&t->only);
    return mapping->enabled &&
           (!only.len || str_equal(mapping->uuid, only) || str_equal(mapping->function, only));
}

static void start_runner(struct triggers *t, const struct mapping *mapping)
{
    struct err err = ERR_INIT;
    struct runner_options options = {.backend = t->backend,
        .registry = t->registry,
        .caller = runner_caller_of(t->invoker),
        .clock = t->clock,
        .region = buf_str(&t->region),
        .watch_path = t->watch_path.len ? t->watch_path.at : NULL,
        .uuid = mapping->uuid,
        .ended = runner_has_ended,
        .context = t};
    struct runner *runner = runner_open(&options, &err);
    t->failed = t->failed || !runner;
    if (!runner)
        return;
    if (t->count == t->room) {
        t->room = t->room ? 2 * t->room : 8;
        t->runners = mem_grow(t->runners, t->room * sizeof(struct runner *));
    }
    t->runners[t->count++] = runner;
}

static bool reap_runners(struct triggers *t)
{
    size_t kept = 0, before = t->count;
    for (size_t i = 0; i < before; i++) {
        if (runner_ended(t->runners[i]))
            runner_close(t->runners[i], 0);
        else
            t->runners[kept++] = t->runners[i];
    }
    t->count = kept;
    return kept < before;
}

static bool any_untrusted(const struct triggers *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (runner_untrusted(t->runners[i]))
            return true;
    return false;
}

/* ---- looking ---- */

static bool has_line(struct str lines, struct str line)
{
    struct str each;
    while (str_cut(&lines, '\n', &each))
        if (str_equal(each, line))
            return true;
    return false;
}

static struct str first_word(struct str line)
{
    return str_take(line, str_find_byte(line, ' '));
}

/* Functions that are not what they were get new processes. */
static void drop_changed(struct triggers *t, const struct buf *now)
{
    struct str lines = buf_str(&t->revisions), line;
    while (str_cut(&lines, '\n', &line))
        if (line.len && !has_line(buf_str(now), line))
            invoker_drop(t->invoker, first_word(line));
}

static bool look_at_functions(struct triggers *t, struct arena *arena, struct err *err)
{
    struct registry_functions functions;
    struct buf now = {0};
    if (!registry_functions(t->registry, arena, &functions, NULL, err))
        return false;
    for (size_t i = 0; i < functions.count; i++)
        buf_printf(&now, "%.*s %.*s\n", STR_ARG(functions.items[i].name),
            STR_ARG(functions.items[i].revision));
    drop_changed(t, &now);
    buf_fini(&t->revisions);
    t->revisions = now;
    return true;
}

static bool look_at_mappings(struct triggers *t, struct arena *arena, struct err *err)
{
    struct registry_mappings mappings;
    if (!registry_mappings(t->registry, arena, &mappings, NULL, err))
        return false;
    for (size_t i = 0; i < mappings.count; i++)
        if (is_wanted(t, &mappings.items[i]) && !has_runner(t, mappings.items[i].uuid))
            start_runner(t, &mappings.items[i]);
    return true;
}

static void look(struct triggers *t)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    uint64_t version = registry_version(t->registry);
    t->failed = false;
    for (size_t i = 0; i < t->count; i++)
        runner_wake(t->runners[i]);
    if (version && !(look_at_functions(t, &arena, &err) && look_at_mappings(t, &arena, &err)))
        t->failed = true;
    t->version = version;
    arena_fini(&arena);
}

static int64_t pause_of(const struct triggers *t, bool watched)
{
    if (t->failed)
        return RETRY_MS;
    if (!watched)
        return BLIND_MS;
    return any_untrusted(t) ? UNTRUSTED_MS : -1;
}

static void *run(void *context)
{
    struct triggers *t = context;
    while (!atomic_load(&t->stopping)) {
        /* watched first: what changes after this look wakes */
        bool watched =
            wake_watch_coming(&t->wake, registry_folder(t->registry), "version", &t->name);
        bool reaped = reap_runners(t);
        if (reaped || t->failed || !t->looked || registry_version(t->registry) != t->version)
            look(t);
        t->looked = true;
        int64_t pause_ms = pause_of(t, watched);
        wake_wait(&t->wake, pause_ms < 0 ? -1 : pause_ms * INT64_C(1000000));
    }
    return NULL;
}

/* ---- life ---- */

static void keep_text(struct buf *kept, struct str text)
{
    buf_add(kept, text);
    buf_cstr(kept);
}

static bool start(struct triggers *t, const struct triggers_options *options, struct err *err)
{
    t->registry = registry_open(options->folder, options->trusted, options->clock, err);
    if (!t->registry)
        return false;
    struct invoker_options invoker = {.folder = registry_folder(t->registry),
        .clock = options->clock,
        .region = buf_str(&t->region),
        .endpoint = options->endpoint,
        .access_key = options->access_key,
        .secret_key = options->secret_key,
        .session_token = options->session_token,
        .remote = backend_is_remote(t->backend) ? str_from(backend_place(t->backend)) : STR_NONE};
    t->invoker = invoker_open(&invoker, err);
    if (!t->invoker || !wake_open(&t->wake, err))
        return false;
    if (!options->run)
        return true;
    int number = pthread_create(&t->thread, NULL, run, t);
    t->started = number == 0;
    return t->started || err_errno(err, number, "no thread for the triggers");
}

struct triggers *triggers_open(
    struct backend *backend, const struct triggers_options *options, struct err *err)
{
    struct triggers *t = mem_new(struct triggers);
    t->backend = backend;
    t->clock = options->clock;
    t->run = options->run;
    t->wake = (struct wake){.event = -1, .watch = -1};
    keep_text(&t->region, options->region.len ? options->region : STR("us-east-1"));
    keep_text(&t->watch_path, str_from(options->watch_path));
    keep_text(&t->only, str_from(options->only));
    if (start(t, options, err))
        return t;
    triggers_close(t, 0);
    return NULL;
}

static void end_runners(struct triggers *t, int64_t grace_ms)
{
    int64_t until_ns = clock_tick_ns() + grace_ms * INT64_C(1000000);
    for (size_t i = 0; i < t->count; i++)
        runner_stop(t->runners[i]);
    for (size_t i = 0; i < t->count; i++) {
        int64_t left_ns = until_ns - clock_tick_ns();
        runner_close(t->runners[i], left_ns > 0 ? left_ns / 1000000 : 0);
    }
}

void triggers_close(struct triggers *t, int64_t grace_ms)
{
    if (!t)
        return;
    if (t->started) {
        atomic_store(&t->stopping, true);
        wake_signal(&t->wake);
        pthread_join(t->thread, NULL);
    }
    end_runners(t, grace_ms);
    invoker_close(t->invoker);
    registry_close(t->registry);
    wake_close(&t->wake);
    free(t->runners);
    buf_fini(&t->region);
    buf_fini(&t->watch_path);
    buf_fini(&t->only);
    buf_fini(&t->name);
    buf_fini(&t->revisions);
    free(t);
}

struct registry *triggers_registry(struct triggers *t)
{
    return t->registry;
}

struct invoker *triggers_invoker(struct triggers *t)
{
    return t->invoker;
}

void triggers_wake(struct triggers *t)
{
    wake_signal(&t->wake);
}

/* ---- where they are ---- */

/* A file's name that says where it is, and cannot be another's. */
static void put_place(struct buf *path, struct str place)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < place.len; i++) {
        char c = place.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '.' || c == '-';
        hash = (hash ^ (unsigned char)c) * 1099511628211u;
        if (plain || (path->len && path->at[path->len - 1] != '_'))
            buf_add_byte(path, plain ? c : '_');
    }
    buf_printf(path, "-%08x", (unsigned)(hash ^ hash >> 32));
}

bool triggers_folder(const struct backend *backend, struct buf *path, struct err *err)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    const char *place = backend_place(backend);
    buf_clear(path);
    if (!place)
        return err_set(err, ERR_USAGE, "this connection has no place for triggers");
    if (!backend_is_remote(backend)) {
        buf_printf(path, "%s/triggers", place);
    } else if (state && *state == '/') {
        buf_printf(path, "%s/dynascope/triggers/", state);
        put_place(path, str_from(place));
    } else if (home && *home == '/') {
        buf_printf(path, "%s/.local/state/dynascope/triggers/", home);
        put_place(path, str_from(place));
    } else {
        return err_set(err, ERR_CONFIG,
            "where are the triggers of %s? Neither XDG_STATE_HOME nor HOME is set", place);
    }
    buf_cstr(path);
    return true;
}
