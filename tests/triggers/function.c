/* SPDX-License-Identifier: MIT */
/*
 * A function for the tests of triggers (runtime exec): an event on the standard input, a line of
 * what was in it at the end of LOG, in one write, before anything else is done:
 *
 *     b PID BEGAN-NS OUTCOME sequence:key sequence:key …
 *
 * MODE says what it does with a batch that has a record whose key begins with "poison":
 *   ok          nothing
 *   exit signal hang json oom   ends with 3, by SIGABRT, never, with no JSON
 *   flaky       ends with 3 as long as it did so less than EXTRA times
 *   partial     names the poisoned ones   strange: names one that is not there
 * or, whatever is in the batch:
 *   alone       takes EXTRA ms, and says so meanwhile
 *   tree spew environ           see their functions
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct text {
    char *at;
    size_t len, cap;
};

static void add(struct text *t, const char *bytes, size_t len)
{
    while (t->len + len + 1 > t->cap) {
        t->cap = t->cap ? t->cap * 2 : 1 << 16;
        t->at = realloc(t->at, t->cap);
        if (t->at == NULL)
            abort();
    }
    memcpy(t->at + t->len, bytes, len);
    t->len += len;
    t->at[t->len] = '\0';
}

static void read_all(struct text *t)
{
    static char room[1 << 16];
    ssize_t got;
    add(t, "", 0);
    while ((got = read(0, room, sizeof room)) > 0)
        add(t, room, (size_t)got);
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The text up to the quote behind `mark`, from *at on; NULL where there is none. */
static const char *find(const char **at, const char *mark, size_t *len)
{
    const char *found = strstr(*at, mark);
    if (found == NULL)
        return NULL;
    found += strlen(mark);
    *len = strcspn(found, "\"");
    *at = found + *len;
    return found;
}

struct batch {
    struct text line, named;
    bool poisoned;
};

/* Each record's keys stand before its sequence number. */
static void read_batch(const char *event, struct batch *b)
{
    const char *at = event, *key, *sequence;
    size_t key_len, len;
    while ((at = strstr(at, "\"Keys\":")) != NULL) {
        if ((key = find(&at, "\"S\":\"", &key_len)) == NULL ||
            (sequence = find(&at, "\"SequenceNumber\":\"", &len)) == NULL)
            return;
        add(&b->line, " ", 1);
        add(&b->line, sequence, len);
        add(&b->line, ":", 1);
        add(&b->line, key, key_len);
        if (strncmp(key, "poison", 6) != 0)
            continue;
        b->poisoned = true;
        add(&b->named, b->named.len ? ",{\"itemIdentifier\":\"" : "{\"itemIdentifier\":\"",
            b->named.len ? 20 : 19);
        add(&b->named, sequence, len);
        add(&b->named, "\"}", 2);
    }
}

static void append(const char *outcome, const struct batch *b)
{
    struct text t = {0};
    char head[96];
    int len = snprintf(head, sizeof head, "b %d %" PRId64 " %s", (int)getpid(), now_ns(), outcome);
    add(&t, head, (size_t)len);
    add(&t, b->line.at ? b->line.at : "", b->line.len);
    add(&t, "\n", 1);
    int fd = open(getenv("LOG"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, t.at, t.len) != (ssize_t)t.len)
        _exit(9);
    close(fd);
    free(t.at);
}

/* ---- alone ---- */

/* A line every now and then says that it still runs: "h PID". */
static int run_alone(const struct batch *b)
{
    char text[32];
    int64_t end = now_ns() + atol(getenv("EXTRA")) * 1000000;
    append("ok", b);
    int fd = open(getenv("LOG"), O_WRONLY | O_APPEND | O_CLOEXEC);
    int len = snprintf(text, sizeof text, "h %d\n", (int)getpid());
    for (; now_ns() < end; nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL))
        if (write(fd, text, (size_t)len) != len)
            return 9;
    return 0;
}

/* ---- trees ---- */

/* When this process began, in ticks: 22nd in its stat, 20th behind its name. */
static unsigned long long began_at(void)
{
    char text[1024];
    unsigned long long began = 0;
    int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    text[got > 0 ? got : 0] = '\0';
    const char *at = strrchr(text, ')');
    for (unsigned i = 0; at != NULL && i < 20; i++)
        at = strchr(at + 1, ' ');
    if (at == NULL || sscanf(at, "%llu", &began) != 1)
        _exit(9);
    return began;
}

/* "tree PID BEGAN": numbers come again. */
static void note_pid(void)
{
    char text[64], path[4096];
    int len = snprintf(text, sizeof text, "tree %d %llu\n", (int)getpid(), began_at());
    snprintf(path, sizeof path, "%s.pids", getenv("LOG"));
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, (size_t)len) != len)
        _exit(9);
    close(fd);
}

/* A child; its own ones lie one level deeper. Levels leave session, group, parent and signals. */
static void grow(unsigned level)
{
    static char *const nothing[] = {NULL}, *const sleeper[] = {
                                               (char *)"sleep", (char *)"1000", NULL};
    for (unsigned i = 0; i < 2 && level < 4; i++) {
        if (fork() != 0)
            continue;
        signal(SIGTERM, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        if (level % 2 == 1)
            setsid();
        note_pid();
        if (level == 2 && fork() != 0) /* an orphan, in a session of its own */
            _exit(0);
        grow(level + 1);
        if (level == 3 && i == 1) /* without an environment */
            execve("/bin/sleep", sleeper, nothing);
        for (;;)
            pause();
    }
}

static void run_tree(void)
{
    note_pid();
    signal(SIGTERM, SIG_IGN);
    grow(0);
    for (;;)
        pause();
}

/* ---- output without end ---- */

static int run_spew(void)
{
    static char line[1 << 16];
    uint64_t most = strtoull(getenv("EXTRA"), NULL, 10) << 20;
    memset(line, 'x', sizeof line);
    for (size_t i = 199; i < sizeof line; i += 200)
        line[i] = '\n';
    for (uint64_t done = 0; done < most; done += sizeof line)
        if (write(2, line, sizeof line) < 0)
            return 4;
    return 0;
}

/* ---- what a process shows of itself ---- */

static void copy_line(const char *from, const char *suffix)
{
    char path[4096], bytes[1 << 16];
    snprintf(path, sizeof path, "%s.%s", getenv("LOG"), suffix);
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    ssize_t got = read(in, bytes, sizeof bytes);
    if (got < 0 || write(out, bytes, (size_t)got) != got || write(out, "\n", 1) != 1)
        _exit(9);
    close(in);
    close(out);
}

/* Before anything is opened: what it was started with. */
static unsigned inherited(void)
{
    unsigned count = 0;
    for (int fd = 3; fd < 1024; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static int run_environ(unsigned files)
{
    copy_line("/proc/self/cmdline", "cmdline");
    copy_line("/proc/self/environ", "environ");
    fputs("\033]0;owned\007\033[2J $(touch here) %s%n\n", stderr);
    puts("{\"batchItemFailures\":[],\"\\u001b[2J\":\"$(touch here)\"}");
    return files ? 9 : 0;
}

/* ---- poison ---- */

/* Whether there were fewer than EXTRA failures before. */
static bool fails_still(void)
{
    char path[4096];
    snprintf(path, sizeof path, "%s.failures", getenv("LOG"));
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    bool still = lseek(fd, 0, SEEK_END) < atol(getenv("EXTRA"));
    if (still && write(fd, ".", 1) != 1)
        _exit(9);
    close(fd);
    return still;
}

static int suffer(const char *mode, const struct batch *b)
{
    if (strcmp(mode, "exit") == 0 || (strcmp(mode, "flaky") == 0 && fails_still()))
        return 3;
    if (strcmp(mode, "signal") == 0)
        abort();
    if (strcmp(mode, "hang") == 0)
        for (;;)
            pause();
    if (strcmp(mode, "json") == 0)
        return puts("{\"batchItemFailures\": [") < 0;
    if (strcmp(mode, "partial") == 0)
        return printf("{\"batchItemFailures\":[%s]}", b->named.at) < 0;
    if (strcmp(mode, "strange") == 0)
        return puts("{\"batchItemFailures\":[{\"itemIdentifier\":\"17\"}]}") < 0;
    return 0;
}

int main(void)
{
    const char *mode = getenv("MODE") ? getenv("MODE") : "ok";
    struct text event = {0};
    struct batch b = {0};
    unsigned files = inherited();
    read_all(&event);
    read_batch(event.at, &b);
    if (strcmp(mode, "alone") == 0)
        return run_alone(&b);
    if (strcmp(mode, "tree") == 0)
        run_tree();
    if (strcmp(mode, "spew") == 0)
        return run_spew();
    bool fails = b.poisoned && strcmp(mode, "ok") != 0;
    append(fails ? mode : "ok", &b);
    if (strcmp(mode, "environ") == 0)
        return run_environ(files);
    return fails ? suffer(mode, &b) : 0;
}
