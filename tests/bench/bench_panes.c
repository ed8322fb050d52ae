/* SPDX-License-Identifier: MIT */
/*
 * Measures what opening a pane costs, and a key in the lines that judge while one types:
 *
 *   bench_panes DYNASCOPE [ROUNDS]
 *
 * The explorer runs in a pseudo-terminal on a store of its own. A pane's time goes from its key to
 * the emulator showing what only that pane shows, the store's answer included; a typed key's to the
 * first bytes that it causes. Bytes are those of the whole repaint.
 */
#include "base/clock.h"
#include "tests/bench/emulator.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS_MAX = 1000, LOST_MS = 2000, SETTLE_MS = 40 };

struct bench {
    struct emulator emulator;
    const char *program;
    char folder[64], store[80];
    int rounds;
};

static int remove_one(const char *path, const struct stat *st, int type_of, struct FTW *ftw)
{
    (void)st, (void)type_of, (void)ftw;
    return remove(path);
}

static void make_store(struct bench *b)
{
    char command[512];
    snprintf(command, sizeof command,
        "'%s' -c '%s' generate Orders --count 20000 --no-sync -q && "
        "'%s' -c '%s' call UpdateTable '{\"TableName\":\"Orders\",\"StreamSpecification\":{"
        "\"StreamEnabled\":true,\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}}' >/dev/null",
        b->program, b->store, b->program, b->store);
    if (system(command) != 0)
        emulator_die("the store could not be made");
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_row(const struct bench *b, const char *what, double *ms, int count, double goal)
{
    qsort(ms, (size_t)count, sizeof *ms, compare);
    double p99 = ms[count * 99 / 100];
    printf("%4dx%-3d %-28s %8.2f %8.2f %8.2f %7llu%s\n", b->emulator.cols, b->emulator.rows, what,
        ms[count / 2], p99, ms[count - 1], (unsigned long long)b->emulator.bytes / (unsigned)count,
        ms[count / 2] > goal ? "  MISSED" : "");
    fflush(stdout);
}

/* ---- panes ---- */

struct pane {
    const char *what, *keys, *shows, *back;
};

/* From the key to the pane, in ms. */
static double open_pane(struct emulator *e, const struct pane *pane)
{
    int64_t sent = clock_tick_ns();
    emulator_type(e, pane->keys);
    while (!emulator_shows(e, pane->shows))
        if (!emulator_pump(e, LOST_MS))
            emulator_need(e, pane->shows);
    return (double)(e->read_ns - sent) / 1e6;
}

static void measure_pane(struct bench *b, const struct pane *pane)
{
    static double ms[ROUNDS_MAX];
    struct emulator *e = &b->emulator;
    uint64_t bytes = 0;
    for (int i = 0; i < b->rounds; i++) {
        uint64_t before = e->bytes;
        ms[i] = open_pane(e, pane);
        emulator_settle(e, SETTLE_MS);
        bytes += e->bytes - before;
        emulator_type(e, pane->back);
        while (emulator_shows(e, pane->shows))
            if (!emulator_pump(e, LOST_MS))
                emulator_die(pane->what);
        emulator_settle(e, SETTLE_MS);
    }
    e->bytes = bytes;
    print_row(b, pane->what, ms, b->rounds, 5);
}

/* ---- lines ---- */

static void measure_line(
    struct bench *b, const char *what, const char *open, const char *text, double goal_ms)
{
    static double ms[ROUNDS_MAX * 64];
    struct emulator *e = &b->emulator;
    int count = 0;
    uint64_t bytes = 0;
    for (int i = 0; i < b->rounds; i++) {
        emulator_type(e, open);
        emulator_settle(e, SETTLE_MS);
        for (const char *key = text; *key && count < ROUNDS_MAX * 64; key++) {
            uint64_t before = e->bytes;
            int64_t sent = clock_tick_ns();
            emulator_type(e, (char[]){*key, '\0'});
            if (!emulator_pump(e, LOST_MS))
                emulator_die("a key changes nothing");
            ms[count++] = (double)(e->read_ns - sent) / 1e6;
            emulator_settle(e, 2);
            bytes += e->bytes - before;
        }
        emulator_type(e, "\007"); /* Ctrl-G dismisses */
        emulator_settle(e, SETTLE_MS);
    }
    e->bytes = bytes;
    print_row(b, what, ms, count, goal_ms);
}

static void measure(struct bench *b, int rows, int cols)
{
    static const struct pane panes[] = {
        {"an item", "\r", "\"  key", "\033"},
        {"the live stream", "s", "waiting for changes", "\033"},
        {"triggers", "t", "Triggers", "\033"},
        {"the query builder", "A", "aws dynamodb", "\007"},
        {"help", "?", "Help", "\007"},
    };
    emulator_start(&b->emulator, rows, cols, b->folder,
        (const char *[]){b->program, b->store, "Orders", NULL});
    emulator_need(&b->emulator, "C000");
    emulator_settle(&b->emulator, 200);
    for (size_t i = 0; i < sizeof panes / sizeof *panes; i++)
        measure_pane(b, &panes[i]);
    measure_line(b, "a key in the query line", "A", "status = \"PENDING\" if amount > 100", 0.5);
    measure_line(b, "a key after \":\"", ":", "query status", 0.5);
    measure_line(b, "a key after \"/\"", "/", "PEND", 30);
    emulator_end(&b->emulator);
}

int main(int argc, char **argv)
{
    static const int sizes[][2] = {{24, 80}, {50, 200}};
    struct bench b = {.folder = "/var/tmp/dynascope-panes-XXXXXX"};
    b.rounds = argc > 2 ? atoi(argv[2]) : 20;
    if (argc < 2 || b.rounds < 1 || b.rounds > ROUNDS_MAX || !mkdtemp(b.folder))
        emulator_die("usage: bench_panes DYNASCOPE [ROUNDS]");
    b.program = argv[1];
    snprintf(b.store, sizeof b.store, "%s/store", b.folder);
    make_store(&b);
    printf("%-8s %-28s %8s %8s %8s %7s\n", "screen", "", "p50 ms", "p99 ms", "max ms", "bytes");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        measure(&b, sizes[i][0], sizes[i][1]);
    nftw(b.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return 0;
}
