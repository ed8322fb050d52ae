/* SPDX-License-Identifier: MIT */
/*
 * Functions that run away: trees of processes in sessions of their own that ignore every signal
 * that can be ignored, and output without end. Nothing of them is left, and the memory of whoever
 * runs them does not grow.
 *
 *   trigger_trees [TREES [MIB]]
 */
#include "world.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { AT_ONCE = 8 };

struct job {
    struct invocation invocation; /* first */
    struct jobs *jobs;
    double started, ended;
    bool done;
};

struct jobs {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct job items[AT_ONCE];
};

static void job_done(struct invocation *invocation)
{
    struct job *job = (struct job *)invocation;
    pthread_mutex_lock(&job->jobs->lock);
    job->ended = world_seconds();
    job->done = true;
    pthread_cond_signal(&job->jobs->changed);
    pthread_mutex_unlock(&job->jobs->lock);
}

static void job_start(struct invoker *invoker, const struct function *f, struct job *job)
{
    job->done = false;
    job->started = world_seconds();
    job->invocation =
        (struct invocation){.function = f, .event = STR("{\"Records\":[]}"), .done = job_done};
    invoker_start(invoker, &job->invocation);
}

/* ---- trees ---- */

struct trees {
    struct world w;
    struct arena arena;
    struct function function;
    struct invoker *invoker;
    struct jobs jobs;
};

static void get_function(struct trees *t, const struct world_function *f)
{
    struct err err = ERR_INIT;
    bool found = false;
    world_function(&t->w, f);
    if (!registry_function(
            t->w.registry, &t->arena, str_from(f->name), &t->function, &found, &err) ||
        !found)
        world_fail("%s: %s", f->name, err.text);
}

static void wait_done(struct trees *t, struct job *job)
{
    pthread_mutex_lock(&t->jobs.lock);
    while (!job->done)
        pthread_cond_wait(&t->jobs.changed, &t->jobs.lock);
    pthread_mutex_unlock(&t->jobs.lock);
}

/* A round of trees at once; the time from the function's timeout until none of them was left. */
static double round_of_trees(struct trees *t, unsigned trees)
{
    double latest = 0, end;
    for (unsigned i = 0; i < trees; i++) {
        t->jobs.items[i].jobs = &t->jobs;
        job_start(t->invoker, &t->function, &t->jobs.items[i]);
    }
    for (unsigned i = 0; i < trees; i++) {
        struct job *job = &t->jobs.items[i];
        wait_done(t, job);
        if (job->invocation.outcome != INVOKED_TIMEOUT)
            world_fail("a tree ended with outcome %d: %.*s", job->invocation.outcome,
                STR_ARG(buf_str(&job->invocation.payload)));
        double late = job->ended - job->started - t->function.timeout_s;
        latest = late > latest ? late : latest;
        invocation_fini(&job->invocation);
    }
    for (end = world_seconds() + 10; world_census(&t->w, "tree", SIZE_MAX).left > 0; world_pause(5))
        if (world_seconds() > end)
            world_fail("%zu processes are left", world_census(&t->w, "tree", SIZE_MAX).left);
    return latest;
}

static void grow_trees(struct trees *t, unsigned trees)
{
    double latest = 0;
    get_function(t, &(struct world_function){.name = "tree", .mode = "tree", .timeout_s = 1});
    for (unsigned done = 0; done < trees; done += AT_ONCE) {
        double late = round_of_trees(t, trees - done < AT_ONCE ? trees - done : AT_ONCE);
        latest = late > latest ? late : latest;
    }
    struct world_census c = world_census(&t->w, "tree", SIZE_MAX);
    printf(
        "%u trees, %zu processes, 0 left; answered at most %.2f s after the timeout (with what a "
        "cold start took)\n",
        trees, c.started, latest);
    if (c.started < trees * 20)
        world_fail("the trees did not grow");
}

/* ---- output ---- */

static long status_kb(const char *name)
{
    struct buf text = {0};
    world_file("/proc/self/status", &text);
    buf_cstr(&text);
    const char *at = strstr(text.at, name);
    long kb = at ? strtol(at + strlen(name), NULL, 10) : -1;
    buf_fini(&text);
    return kb;
}

static void spew(struct trees *t, const char *mib)
{
    get_function(t,
        &(struct world_function){.name = "spew", .mode = "spew", .extra = mib, .timeout_s = 300});
    FILE *reset = fopen("/proc/self/clear_refs", "w");
    if (reset != NULL) {
        fputs("5", reset);
        fclose(reset);
    }
    long before = status_kb("VmRSS:");
    struct job *job = &t->jobs.items[0];
    job->jobs = &t->jobs;
    job_start(t->invoker, &t->function, job);
    wait_done(t, job);
    long most = status_kb("VmHWM:");
    printf("%s MiB of output in %.1f s: %ld KiB resident before, %ld KiB at most; outcome %d\n",
        mib, job->ended - job->started, before, most, job->invocation.outcome);
    if (job->invocation.outcome != INVOKED_OK)
        world_fail("%.*s", STR_ARG(buf_str(&job->invocation.payload)));
    if (most - before > 8192)
        world_fail("the memory grew by %ld KiB", most - before);
    invocation_fini(&job->invocation);
}

int main(int argc, char **argv)
{
    static struct trees t = {
        .jobs = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER}};
    struct err err = ERR_INIT;
    setvbuf(stdout, NULL, _IOLBF, 0);
    world_make(&t.w);
    world_open(&t.w);
    struct invoker_options options = {.folder = registry_folder(t.w.registry)};
    t.invoker = invoker_open(&options, &err);
    if (t.invoker == NULL)
        world_fail("invoker: %s", err.text);
    grow_trees(&t, argc > 1 ? (unsigned)atoi(argv[1]) : 100);
    spew(&t, argc > 2 ? argv[2] : "64");
    invoker_close(t.invoker);
    arena_fini(&t.arena);
    world_remove(&t.w);
    return 0;
}
