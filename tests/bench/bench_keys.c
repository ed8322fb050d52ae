/* SPDX-License-Identifier: MIT */
/*
 * Measures how long the explorer takes from a key to its picture while its endpoint misbehaves:
 *
 *   explorer in a pseudo-terminal ── proxy that does one thing wrong ── dynascope serve
 *
 *   bench_keys DYNASCOPE [KEYS]
 *
 * A key moves the cursor; its time ends when the emulator shows the mark in the next row. Every
 * tenth key asks for the page anew, so that requests are under way, fail and are tried again all
 * the while. Each row is one fault, each round a size of the terminal.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "tests/bench/emulator.h"
#include "tests/remote/proxy.h"

#include <ftw.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOST_NS INT64_C(2000000000) /* a key that changes nothing */
enum { KEYS_MAX = 5000, GOAL_US = 16000 };

struct bench {
    const char *program;
    char folder[64], store[80], url[64];
    pid_t serve;
    struct emulator emulator;
    struct proxy *proxy;
    atomic_int fault;
    int rows, cols, keys;
};

/* ---- the endpoint ---- */

static pid_t run(const char *const *words, int out)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    if (out >= 0)
        dup2(out, STDOUT_FILENO);
    execv(words[0], (char *const *)words);
    _exit(127);
}

static void start_serve(struct bench *b)
{
    int out[2], status;
    char line[512] = "";
    unsigned port;
    pid_t made = run((const char *[]){b->program, "-c", b->store, "generate", "Orders", "--count",
                         "400", "--no-sync", "-q", NULL},
        -1);
    if (waitpid(made, &status, 0) != made || status != 0 || pipe(out) != 0)
        emulator_die("the store could not be made");
    b->serve = run((const char *[]){b->program, "serve", b->store, "--port", "0", NULL}, out[1]);
    close(out[1]);
    for (size_t len = 0; len + 1 < sizeof line && !strchr(line, '\n');) {
        ssize_t got = read(out[0], line + len, sizeof line - 1 - len);
        if (got <= 0)
            emulator_die("serve did not start");
        len += (size_t)got;
    }
    if (sscanf(line, "dynascope serve: http://127.0.0.1:%u", &port) != 1)
        emulator_die(line);
    b->proxy = proxy_start((int)port);
    snprintf(b->url, sizeof b->url, "http://127.0.0.1:%u", b->proxy->port);
}

static enum proxy_fault choose(void *context, struct str operation, struct str body)
{
    struct bench *b = context;
    (void)operation;
    (void)body;
    return (enum proxy_fault)atomic_load(&b->fault);
}

/* ---- the terminal ---- */

/* The row whose first cells look unlike those of the rows around it; -1 = none. */
static int marked_row(struct bench *b)
{
    for (int row = 2; row + 3 < b->rows; row++) {
        VTermScreenCell here = emulator_cell(&b->emulator, row, 2);
        VTermScreenCell above = emulator_cell(&b->emulator, row == 2 ? 4 : row - 1, 2);
        if (here.attrs.reverse != above.attrs.reverse || !vterm_color_is_equal(&here.bg, &above.bg))
            return row;
    }
    return -1;
}

static void start_explorer(struct bench *b)
{
    emulator_start(&b->emulator, b->rows, b->cols, b->folder,
        (const char *[]){b->program, b->url, "Orders", NULL});
    emulator_need(&b->emulator, "C000");
    emulator_settle(&b->emulator, 100);
    if (marked_row(b) < 0)
        emulator_die("no row is marked");
}

/* ---- keys ---- */

/* Nanoseconds until the mark stands elsewhere; LOST_NS where it does not move. */
static int64_t press(struct bench *b, const char *key)
{
    int before = marked_row(b);
    int64_t sent = clock_tick_ns();
    emulator_type(&b->emulator, key);
    while (clock_tick_ns() - sent < LOST_NS)
        if (emulator_pump(&b->emulator, 10) && marked_row(b) != before && marked_row(b) >= 0)
            return clock_tick_ns() - sent;
    return LOST_NS;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void measure(struct bench *b, const char *name, enum proxy_fault fault)
{
    static int64_t ns[KEYS_MAX];
    int lost = 0;
    atomic_store(&b->fault, PROXY_PASS);
    start_explorer(b);
    atomic_store(&b->fault, fault);
    unsigned seen = atomic_load(&b->proxy->seen);
    for (int i = 0; i < b->keys; i++) {
        if (i % 10 == 0)
            emulator_type(&b->emulator, "r");
        ns[i] = press(b, i % 2 ? "k" : "j");
        lost += ns[i] >= LOST_NS;
        emulator_pump(&b->emulator, (int)(i % 7)); /* keys come at any moment of a repaint */
    }
    seen = atomic_load(&b->proxy->seen) - seen;
    emulator_end(&b->emulator);
    qsort(ns, (size_t)b->keys, sizeof ns[0], compare);
    int64_t most = ns[b->keys - 1] / 1000;
    printf("%4dx%-3d %-24s %8.2f %8.2f %8.2f %6u %5d%s\n", b->cols, b->rows, name,
        (double)ns[b->keys / 2] / 1e6, (double)ns[b->keys * 99 / 100] / 1e6,
        (double)ns[b->keys - 1] / 1e6, seen, lost, most > GOAL_US ? "  MISSED" : "");
    fflush(stdout);
}

static int remove_one(const char *path, const struct stat *st, int type_of, struct FTW *ftw)
{
    (void)st, (void)type_of, (void)ftw;
    return remove(path);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        enum proxy_fault fault;
    } faults[] = {{"nothing wrong", PROXY_PASS}, {"silence before", PROXY_STALL_BEFORE},
        {"silence after", PROXY_STALL_AFTER}, {"a byte now and then", PROXY_DRIP},
        {"throttled", PROXY_THROTTLE}, {"reset before", PROXY_RESET_BEFORE},
        {"reset after", PROXY_RESET_AFTER}, {"half an answer", PROXY_CUT},
        {"500", PROXY_FAIL_BEFORE}, {"502 with a page", PROXY_GATEWAY}, {"not HTTP", PROXY_GARBAGE},
        {"wrong checksum", PROXY_CRC}};
    static const int sizes[][2] = {{80, 24}, {200, 50}};
    struct bench b = {.folder = "/tmp/dynascope-bench-XXXXXX"};
    if (argc < 2 || !mkdtemp(b.folder))
        emulator_die("usage: bench_keys DYNASCOPE [KEYS]");
    b.program = argv[1];
    b.keys = argc > 2 ? atoi(argv[2]) : 400;
    if (b.keys < 1 || b.keys > KEYS_MAX)
        emulator_die("1 to 5000 keys");
    snprintf(b.store, sizeof b.store, "%s/store", b.folder);
    start_serve(&b);
    proxy_let_choose(b.proxy, choose, &b);
    printf("%-8s %-24s %8s %8s %8s %6s %5s\n", "screen", "endpoint", "p50 ms", "p99 ms", "max ms",
        "asked", "lost");
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
            b.cols = sizes[s][0];
            b.rows = sizes[s][1];
            measure(&b, faults[i].name, faults[i].fault);
        }
    proxy_stop(b.proxy);
    kill(b.serve, SIGTERM);
    waitpid(b.serve, NULL, 0);
    nftw(b.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return 0;
}
