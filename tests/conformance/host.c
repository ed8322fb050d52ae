/* SPDX-License-Identifier: MIT */
/*
 * Servers for tests. A process says on its standard output where it listens:
 *
 *   "dynascope serve: http://127.0.0.1:8000 · /path/to/store (Ctrl-C stops)"
 */
#include "tests/conformance/host.h"

#include "backend/serve/serve.h"
#include "base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct host {
    char url[64];
    pid_t pid; /* 0 = in this process */
    int output;
    struct serve *serve;
    pthread_t thread;
    bool ran;
    struct err err;
};

extern char **environ;

/* ---- a process ---- */

static bool spawn(struct host *h, const char *binary, const char *folder, struct err *err)
{
    int ends[2];
    char *const words[] = {
        (char *)binary, (char *)"serve", (char *)folder, (char *)"--port", (char *)"0", NULL};
    posix_spawn_file_actions_t actions;
    if (pipe(ends) != 0)
        return err_errno(err, errno, "pipe");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    int code = posix_spawn(&h->pid, binary, &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    h->output = ends[0];
    if (code != 0)
        h->pid = 0;
    return code == 0 || err_errno(err, code, "%s", binary);
}

/* The first line, up to the blank behind the address. */
static bool read_url(struct host *h, struct err *err)
{
    struct buf said = {0};
    size_t at = SIZE_MAX, end = SIZE_MAX;
    while (at == SIZE_MAX || end == SIZE_MAX) {
        ssize_t got = read(h->output, buf_reserve(&said, 256), 256);
        if (got <= 0)
            break;
        said.len += (size_t)got;
        at = str_find(buf_str(&said), STR("http://"));
        end = at == SIZE_MAX ? at : str_find_byte(str_skip(buf_str(&said), at), ' ');
    }
    bool ready = end != SIZE_MAX && end < sizeof h->url;
    if (ready)
        memcpy(h->url, said.at + at, end);
    buf_fini(&said);
    return ready || err_set(err, ERR_UNREACHABLE, "the server did not say that it is ready");
}

static bool end_process(struct host *h, struct err *err)
{
    int status = 0;
    if (h->pid == 0)
        return true;
    kill(h->pid, SIGTERM);
    while (waitpid(h->pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (status == 0)
        return true;
    return err_set(err, ERR_INTERNAL, "the server ended with %s %d",
        WIFSIGNALED(status) ? "signal" : "code",
        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

struct host *host_start(const char *binary, const char *folder, struct err *err)
{
    struct host *h = mem_new(struct host);
    *h = (struct host){.output = -1, .err = ERR_INIT};
    if (spawn(h, binary, folder, err) && read_url(h, err))
        return h;
    host_stop(h, &h->err);
    return NULL;
}

/* ---- a thread ---- */

static void *run(void *context)
{
    struct host *h = context;
    h->ran = serve_run(h->serve, NULL, &h->err);
    return NULL;
}

struct host *host_serve(struct backend *backend, struct err *err)
{
    struct serve_options options = {.quick_writes = true};
    struct host *h = mem_new(struct host);
    *h = (struct host){.output = -1, .err = ERR_INIT};
    h->serve = serve_open(backend, &options, err);
    if (!h->serve || pthread_create(&h->thread, NULL, run, h) != 0) {
        serve_close(h->serve);
        free(h);
        return NULL;
    }
    snprintf(h->url, sizeof h->url, "http://127.0.0.1:%u", serve_port(h->serve));
    return h;
}

static bool end_thread(struct host *h, struct err *err)
{
    serve_stop(h->serve);
    pthread_join(h->thread, NULL);
    serve_close(h->serve);
    if (!h->ran)
        *err = h->err;
    return h->ran;
}

/* ---- both ---- */

const char *host_url(const struct host *host)
{
    return host->url;
}

bool host_stop(struct host *host, struct err *err)
{
    bool well = host->serve ? end_thread(host, err) : end_process(host, err);
    if (host->output >= 0)
        close(host->output);
    free(host);
    return well;
}
