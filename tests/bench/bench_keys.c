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
#include "tests/remote/proxy.h"

#include <ftw.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <vterm.h>

#define LOST_NS INT64_C(2000000000) /* a key that changes nothing */
enum { ITEMS = 400, KEYS_MAX = 5000, START_MS = 10000, GOAL_US = 16000 };

struct bench {
    const char *program;
    char folder[64], store[80], url[64];
    pid_t serve, explorer;
    struct proxy *proxy;
    atomic_int fault;
    int fd, rows, cols;
    VTerm *emulator;
    VTermScreen *screen;
    int keys;
};

static void die(const char *what)
{
    fprintf(stderr, "bench_keys: %s\n", what);
    exit(70);
}

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
        die("the store could not be made");
    b->serve = run((const char *[]){b->program, "serve", b->store, "--port", "0", NULL}, out[1]);
    close(out[1]);
    for (size_t len = 0; len + 1 < sizeof line && !strchr(line, '\n');) {
        ssize_t got = read(out[0], line + len, sizeof line - 1 - len);
        if (got <= 0)
            die("serve did not start");
        len += (size_t)got;
    }
    if (sscanf(line, "dynascope serve: http://127.0.0.1:%u", &port) != 1)
        die(line);
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

static bool pump(struct bench *b, int ms)
{
    struct pollfd ready = {.fd = b->fd, .events = POLLIN};
    char bytes[65536];
    if (poll(&ready, 1, ms) <= 0)
        return false;
    ssize_t got = read(b->fd, bytes, sizeof bytes);
    if (got <= 0)
        die("the explorer ended");
    vterm_input_write(b->emulator, bytes, (size_t)got);
    char answer[256];
    for (size_t len; (len = vterm_output_read(b->emulator, answer, sizeof answer)) > 0;)
        if (write(b->fd, answer, len) < 0)
            die("the terminal is gone");
    return true;
}

static VTermScreenCell cell(struct bench *b, int row, int col)
{
    VTermScreenCell c = {0};
    vterm_screen_get_cell(b->screen, (VTermPos){row, col}, &c);
    return c;
}

/* The row whose first cells look unlike those of the rows around it; -1 = none. */
static int marked_row(struct bench *b)
{
    for (int row = 2; row + 3 < b->rows; row++) {
        VTermScreenCell here = cell(b, row, 2), above = cell(b, row == 2 ? 4 : row - 1, 2);
        if (here.attrs.reverse != above.attrs.reverse || !vterm_color_is_equal(&here.bg, &above.bg))
            return row;
    }
    return -1;
}

static bool shows(struct bench *b, const char *text)
{
    char row[4096];
    VTermRect rect = {.start_row = 0, .end_row = b->rows, .start_col = 0, .end_col = b->cols};
    size_t len = vterm_screen_get_text(b->screen, row, sizeof row - 1, rect);
    row[len < sizeof row ? len : sizeof row - 1] = '\0';
    return strstr(row, text) != NULL;
}

static void start_explorer(struct bench *b)
{
    struct winsize size = {.ws_row = (unsigned short)b->rows, .ws_col = (unsigned short)b->cols};
    b->explorer = forkpty(&b->fd, NULL, NULL, &size);
    if (b->explorer == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        setenv("HOME", b->folder, 1);
        execl(b->program, b->program, b->url, "Orders", (char *)NULL);
        _exit(127);
    }
    b->emulator = vterm_new(b->rows, b->cols);
    vterm_set_utf8(b->emulator, 1);
    b->screen = vterm_obtain_screen(b->emulator);
    vterm_screen_enable_altscreen(b->screen, 1);
    vterm_screen_reset(b->screen, 1);
    int64_t until = clock_tick_ns() + START_MS * INT64_C(1000000);
    while (!shows(b, "C000") || marked_row(b) < 0)
        if (!pump(b, 100) && clock_tick_ns() > until)
            die("the explorer shows no items");
    while (pump(b, 100))
        ;
}

static void end_explorer(struct bench *b)
{
    kill(b->explorer, SIGTERM);
    waitpid(b->explorer, NULL, 0);
    vterm_free(b->emulator);
    close(b->fd);
}

/* ---- keys ---- */

static void type(struct bench *b, const char *key)
{
    if (write(b->fd, key, strlen(key)) < 0)
        die("the terminal is gone");
}

/* Nanoseconds until the mark stands elsewhere; LOST_NS where it does not move. */
static int64_t press(struct bench *b, const char *key)
{
    int before = marked_row(b);
    int64_t sent = clock_tick_ns();
    type(b, key);
    while (clock_tick_ns() - sent < LOST_NS)
        if (pump(b, 10) && marked_row(b) != before && marked_row(b) >= 0)
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
            type(b, "r");
        ns[i] = press(b, i % 2 ? "k" : "j");
        lost += ns[i] >= LOST_NS;
        pump(b, (int)(i % 7)); /* keys come at any moment of a repaint */
    }
    seen = atomic_load(&b->proxy->seen) - seen;
    end_explorer(b);
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
        die("usage: bench_keys DYNASCOPE [KEYS]");
    b.program = argv[1];
    b.keys = argc > 2 ? atoi(argv[2]) : 400;
    if (b.keys < 1 || b.keys > KEYS_MAX)
        die("1 to 5000 keys");
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
