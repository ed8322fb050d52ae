/* SPDX-License-Identifier: MIT */
/*
 * A function's processes, found and killed. There is no call that kills a tree: a process leaves
 * its group and session as it likes, and its parent by letting it die. Control groups are not to be
 * had by everybody, and adopting all orphans of an explorer's children would be a burden to each of
 * them. So:
 *
 *   stop the session's first group at once, so that nobody there loses his parent; look through
 *   /proc, kill it and them, then look again and again:
 *     session is the process's, or a parent is one of ours, or the mark is in the environment
 *                                              ─▶ killed; until a look finds nobody
 *
 * Only what started after the process can be its offspring, so the environments of few are read.
 * What forks faster than it is looked for is caught after some looks, since the dead fork no more.
 */
#include "backend/triggers/process_tree.h"

#include "base/mem.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MARK_NAME "DYNASCOPE_PROCESS="

enum { EXITING = 4 }; /* PF_EXITING of Linux */
enum { LOOKS_MOST = 200, PAUSE_NS = 1000000, ENVIRONMENT_MOST = 64 << 10 };

struct one {
    pid_t pid, parent, session;
    uint64_t start; /* in ticks since the machine's */
    char state;
    bool ours;
    unsigned flags; /* of the kernel: EXITING */
};

struct many {
    struct one *items;
    size_t count, cap;
};

/* ---- /proc ---- */

static ssize_t read_proc(pid_t pid, const char *name, char *bytes, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, bytes, size - 1) : -1;
    if (fd >= 0)
        close(fd);
    if (got >= 0)
        bytes[got] = '\0';
    return got;
}

/* stat = pid "(" name ")" state ppid pgrp session … starttime(22nd) …; a name may hold anything */
static bool read_one(pid_t pid, struct one *out)
{
    char text[1024];
    int parent, session;
    if (read_proc(pid, "stat", text, sizeof text) <= 0)
        return false;
    const char *behind = strrchr(text, ')');
    *out = (struct one){.pid = pid};
    if (!behind || sscanf(behind + 1,
                       " %c %d %*d %d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
                       "%" SCNu64,
                       &out->state, &parent, &session, &out->flags, &out->start) != 5)
        return false;
    out->parent = parent;
    out->session = session;
    return true;
}

static struct one *add(struct many *many)
{
    if (many->count == many->cap) {
        many->cap = many->cap ? many->cap * 2 : 256;
        many->items = mem_grow(many->items, many->cap * sizeof *many->items);
    }
    return &many->items[many->count++];
}

struct hunt;
static bool is_ours(struct hunt *h, const struct one *one);
static void strike(struct hunt *h, const struct one *one);

/* Those that started at `since` or later and live. Where somebody is hunted, he is struck when he
 * is seen: who hops from process to process is elsewhere by the end of the look. */
static void look(struct many *many, uint64_t since, struct hunt *hunt)
{
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    many->count = 0;
    while (folder && (entry = readdir(folder))) {
        struct one one;
        if (!isdigit((unsigned char)entry->d_name[0]) || !read_one(atoi(entry->d_name), &one))
            continue;
        if (one.start < since || one.state == 'X')
            continue;
        one.ours = hunt && is_ours(hunt, &one);
        if (one.ours)
            strike(hunt, &one);
        *add(many) = one;
    }
    if (folder)
        closedir(folder);
}

/* ---- marks ---- */

void process_tree_mark(char *mark, size_t size, pid_t runner, uint64_t number)
{
    struct one one = {0};
    read_one(runner, &one);
    snprintf(mark, size, MARK_NAME "%d-%" PRIu64 "-%" PRIu64, (int)runner, one.start, number);
}

/* Where in the environment the variable begins; it is the first of those that we start. */
static const char *find_mark(const char *bytes, size_t len)
{
    const size_t name = sizeof MARK_NAME - 1;
    for (const char *at = bytes; at < bytes + len; at += strlen(at) + 1)
        if (strncmp(at, MARK_NAME, name) == 0)
            return at;
    return NULL;
}

/* Its mark, in `room`; or NULL. */
static const char *read_mark(pid_t pid, char *room)
{
    ssize_t got = read_proc(pid, "environ", room, ENVIRONMENT_MOST);
    return got > 0 ? find_mark(room, (size_t)got) : NULL;
}

/* ---- trees ---- */

static struct one *find(const struct many *many, pid_t pid)
{
    for (size_t i = 0; i < many->count; i++)
        if (many->items[i].pid == pid)
            return &many->items[i];
    return NULL;
}

/* Parents may stand behind their children. */
static void spread(const struct many *many)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < many->count; i++) {
            struct one *one = &many->items[i], *parent;
            if (one->ours || !(parent = find(many, one->parent)) || !parent->ours)
                continue;
            one->ours = more = true;
        }
    }
}

/* Whether its runner is no more, or on its way out: mark = MARK_NAME runner "-" start "-" number */
static bool is_orphan(const char *mark)
{
    int runner;
    uint64_t start;
    struct one one;
    if (sscanf(mark, MARK_NAME "%d-%" SCNu64 "-", &runner, &start) != 2)
        return false;
    return !read_one(runner, &one) || one.start != start || one.state == 'Z' ||
           (one.flags & EXITING);
}

/* Who is on his way out has no environment any more, so those that were struck are remembered. */
struct hunt {
    const struct process_tree *trees; /* NULL: those of runners that are no more */
    size_t count;
    uint64_t since; /* the eldest tree's start */
    struct many seen, killed;
    char *room;
    bool found; /* somebody who is no zombie, by this look */
};

static bool is_ours(struct hunt *h, const struct one *one)
{
    const struct one *before = find(&h->killed, one->pid);
    if (before && before->start == one->start)
        return true;
    const char *mark = one->state != 'Z' ? read_mark(one->pid, h->room) : NULL;
    for (size_t i = 0; i < h->count; i++) {
        const struct process_tree *tree = &h->trees[i];
        if (one->pid == tree->pid || one->session == tree->pid ||
            (mark && strcmp(mark, tree->mark) == 0))
            return true;
    }
    return !h->trees && mark && is_orphan(mark);
}

static void strike(struct hunt *h, const struct one *one)
{
    if (one->state == 'Z' || one->pid == getpid())
        return;
    kill(one->pid, SIGKILL);
    if (!find(&h->killed, one->pid))
        *add(&h->killed) = *one;
    h->found = true;
}

static void strike_all(struct hunt *h)
{
    spread(&h->seen);
    for (size_t i = 0; i < h->seen.count; i++)
        if (h->seen.items[i].ours)
            strike(h, &h->seen.items[i]);
}

/* While parents live: who is struck on sight here would leave his children to nobody. */
static void kill_first(struct hunt *h)
{
    look(&h->seen, h->since, NULL);
    for (size_t i = 0; i < h->seen.count; i++)
        h->seen.items[i].ours = is_ours(h, &h->seen.items[i]);
    for (size_t i = 0; i < h->count; i++)
        kill(-h->trees[i].pid, SIGKILL);
    strike_all(h);
}

/* False where there was nobody but zombies. */
static bool kill_round(struct hunt *h)
{
    h->found = false;
    look(&h->seen, h->since, h);
    strike_all(h);
    return h->found;
}

static void kill_all(struct hunt *h)
{
    h->room = mem_alloc(ENVIRONMENT_MOST);
    kill_first(h);
    for (int i = 0; i < LOOKS_MOST && kill_round(h); i++)
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    free(h->room);
    free(h->seen.items);
    free(h->killed.items);
}

void process_tree_kill(const struct process_tree *trees, size_t count)
{
    struct hunt h = {.trees = trees, .count = count, .since = UINT64_MAX};
    for (size_t i = 0; i < count; i++) {
        struct one root;
        kill(-trees[i].pid, SIGSTOP);
        if (read_one(trees[i].pid, &root) && root.start < h.since)
            h.since = root.start;
    }
    if (count)
        kill_all(&h);
}

void process_tree_sweep(void)
{
    struct hunt h = {.trees = NULL};
    kill_all(&h);
}
