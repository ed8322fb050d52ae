/* SPDX-License-Identifier: MIT */
/*
 * The processes that the tests of kills consist of: this program again, in another role. One writes
 * until it is told to stop, others run triggers until they are killed.
 */
#include "roles.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { KEYS = 40 };

/* ---- the writer: a process of its own ---- */

static void write_one(struct world *w, uint64_t *random, uint64_t n)
{
    char a[32], b[32];
    snprintf(a, sizeof a, "key-%d", (int)(world_draw(random) % KEYS));
    snprintf(b, sizeof b, "other-%d", (int)(world_draw(random) % KEYS));
    switch (world_draw(random) % 6) {
    case 0:
        world_call(w, "BatchWriteItem",
            "{\"RequestItems\":{\"tab\":[{\"PutRequest\":{\"Item\":{\"p\":{\"S\":\"%s\"},\"n\":{"
            "\"N\":"
            "\"%" PRIu64 "\"}}}},{\"DeleteRequest\":{\"Key\":{\"p\":{\"S\":\"%s\"}}}}]}}",
            a, n, b);
        break;
    case 1:
        world_call(w, "TransactWriteItems",
            "{\"TransactItems\":[{\"Put\":{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"%s\"},"
            "\"n\":{"
            "\"N\":\"%" PRIu64
            "\"}}}},{\"Update\":{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"%s\"}},"
            "\"UpdateExpression\":\"ADD c "
            ":o\",\"ExpressionAttributeValues\":{\":o\":{\"N\":\"1\"}}}}]}",
            a, n, b);
        break;
    case 2:
        world_call(w, "DeleteItem", "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"%s\"}}}", a);
        break;
    case 3: /* expired already */
        world_call(w, "PutItem",
            "{\"TableName\":\"tab\",\"Item\":{\"p\":{\"S\":\"ttl-%s\"},\"n\":{\"N\":\"%" PRIu64
            "\"},\"x\":{\"N\":\"1700000000\"}}}",
            a, n);
        break;
    default:
        world_put(w, "tab", a, n);
    }
}

static void write_on(const char *folder, uint64_t seed)
{
    struct world w = {.upkeep = true};
    uint64_t random = seed | 1;
    snprintf(w.folder, sizeof w.folder, "%s", folder);
    snprintf(w.store, sizeof w.store, "%s/store", folder);
    world_open(&w);
    struct pollfd told = {.fd = 0, .events = POLLIN};
    for (uint64_t n = 1; poll(&told, 1, (int)(world_draw(&random) % 3)) == 0; n++)
        write_one(&w, &random, n);
    world_close(&w);
}

static void run_on(const char *folder)
{
    struct world w = {0};
    snprintf(w.folder, sizeof w.folder, "%s", folder);
    snprintf(w.store, sizeof w.store, "%s/store", folder);
    snprintf(w.trusted, sizeof w.trusted, "%s/dynascope/trusted", folder);
    world_open(&w);
    world_run(&w, NULL);
    for (;;)
        pause();
}

static pid_t start(char *const *words, int in)
{
    posix_spawn_file_actions_t actions;
    pid_t pid;
    posix_spawn_file_actions_init(&actions);
    if (in >= 0)
        posix_spawn_file_actions_adddup2(&actions, in, 0);
    if (posix_spawnp(&pid, words[0], &actions, NULL, words, environ) != 0)
        world_fail("cannot start %s", words[0]);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static pid_t start_role(
    const struct roles *r, const struct world *w, const char *role, const char *word, int in)
{
    char *const words[] = {(char *)r->self, (char *)role, (char *)w->folder, (char *)word, NULL};
    return start(words, in);
}

bool roles_play(int argc, char **argv)
{
    if (argc > 2 && strncmp(argv[1], "--", 2) == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (argc > 2 && strcmp(argv[1], "--run") == 0)
        run_on(argv[2]);
    if (argc > 3 && strcmp(argv[1], "--write") == 0)
        write_on(argv[2], strtoull(argv[3], NULL, 10));
    return argc > 2 && strncmp(argv[1], "--", 2) == 0;
}

void roles_write(struct roles *r, const struct world *w, uint64_t seed)
{
    int ends[2];
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, seed);
    if (pipe2(ends, O_CLOEXEC) != 0)
        world_fail("no pipe");
    r->writer = start_role(r, w, "--write", text, ends[0]);
    r->tell = ends[1];
    close(ends[0]);
}

void roles_hush(struct roles *r)
{
    if (write(r->tell, "", 1) != 1)
        world_fail("the writer is gone");
    roles_end(r->writer, 0);
    close(r->tell);
}

pid_t roles_run(const struct roles *r, const struct world *w)
{
    char *words[16] = {NULL};
    setenv("XDG_STATE_HOME", w->folder, 1);
    if (r->runner == NULL)
        return start_role(r, w, "--run", "", -1);
    for (size_t i = 0; r->runner[i] != NULL && i < 15; i++)
        words[i] = strcmp(r->runner[i], "STORE") == 0 ? (char *)w->store : r->runner[i];
    return start(words, -1);
}

int64_t roles_end(pid_t pid, int signal)
{
    int status;
    kill(pid, signal);
    if (waitpid(pid, &status, 0) != pid)
        world_fail("no such child");
    if (signal == SIGKILL ? !WIFSIGNALED(status) : status != 0)
        world_fail("a child ended by itself with %d", status);
    struct timespec now; /* as exactly as functions tell theirs: see function.c */
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}
