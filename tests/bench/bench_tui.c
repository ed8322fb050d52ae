/* SPDX-License-Identifier: MIT */
/*
 * Measures full-screen programs through a pseudo-terminal, side by side: each round runs every
 * program once, every other round in reverse order, and medians are printed. It knows no terminal
 * sequences beyond the switch to application keys; an answer counts as complete when nothing more
 * came for SETTLE_MS.
 *
 *   bench_tui [COLSxROWS] [ROUNDS] 'NAME|DOWN|PAGE|LAST|FIRST|PROGRAM ARGUMENTS…' …
 *
 * Keys are written as they are, or as Down PageDown Home End C-x; a keys field left empty is
 * skipped. Columns: first byte, full paint (ms from exec); a row down: p50, p99 (ms), bytes, writes
 * (the kernel's count of write calls), CPU us; a page down: p50, bytes, writes; 200 keys at once:
 * ms, bytes; last, first row: ms; anonymous MiB; idle 2 s: bytes, wake-ups.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

#include <dirent.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SETTLE_MS = 50, START_MAX_MS = 20000, ROWS_DOWN = 100, PAGES_DOWN = 40, BURST = 200 };

enum figure {
    FIRST_BYTE,
    PAINT,
    ROW_P50,
    ROW_P99,
    ROW_BYTES,
    ROW_WRITES,
    ROW_CPU,
    PAGE_P50,
    PAGE_BYTES,
    PAGE_WRITES,
    BURST_MS,
    BURST_BYTES,
    LAST_MS,
    FIRST_MS,
    ANON,
    IDLE_BYTES,
    IDLE_WAKES,
    FIGURES
};

static const char *const headings[FIGURES] = {"first ms", "paint ms", "row p50", "row p99", "row B",
    "row wr", "row us", "page p50", "page B", "page wr", "200 ms", "200 B", "last ms", "first ms",
    "anon MiB", "idle B", "idle wk"};

enum { MAX_PROGRAMS = 16, MAX_ROUNDS = 15, MAX_WORDS = 32 };

struct program {
    char *name, *down, *page, *last, *first;
    char *argv[MAX_WORDS + 1];
    double figures[MAX_ROUNDS][FIGURES];
};

struct session {
    int fd;
    pid_t pid;
    bool application_keys;
    uint64_t bytes;
    int64_t last_ns; /* when the newest output was read */
};

/* ---- the pseudo-terminal ---- */

static double ms_since(int64_t start_ns, int64_t end_ns)
{
    return (double)(end_ns - start_ns) / 1e6;
}

static bool pump(struct session *s, int ms)
{
    struct pollfd ready = {.fd = s->fd, .events = POLLIN};
    if (poll(&ready, 1, ms) <= 0)
        return false;
    char bytes[1 << 16];
    ssize_t got = read(s->fd, bytes, sizeof bytes);
    if (got <= 0)
        return false;
    s->last_ns = clock_tick_ns();
    s->bytes += (uint64_t)got;
    struct str text = {bytes, (size_t)got};
    if (str_find(text, STR("\033[?1h")) != SIZE_MAX)
        s->application_keys = true;
    return true;
}

/* Reads until nothing comes for `quiet_ms`, but no longer than `max_ms`: some programs never rest.
 */
static void drain(struct session *s, int quiet_ms, int max_ms)
{
    int64_t deadline = clock_tick_ns() + max_ms * INT64_C(1000000);
    while (pump(s, quiet_ms) && clock_tick_ns() < deadline)
        ;
}

/* Waits for output, at most `max_ms`, then until it pauses. The time of its last byte, or 0. */
static int64_t settle(struct session *s, int max_ms)
{
    if (!pump(s, max_ms))
        return 0;
    drain(s, SETTLE_MS, max_ms);
    return s->last_ns;
}

static void send_key(struct session *s, const char *key)
{
    static const char *const names[][3] = {{"Down", "\033[B", "\033OB"},
        {"PageDown", "\033[6~", "\033[6~"}, {"Home", "\033[H", "\033OH"},
        {"End", "\033[F", "\033OF"}};
    const char *bytes = key;
    char control[2] = {0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(key, names[i][0]) == 0)
            bytes = names[i][s->application_keys ? 2 : 1];
    if (strncmp(key, "C-", 2) == 0) {
        control[0] = (char)(key[2] & 0x1F);
        bytes = control;
    }
    if (write(s->fd, bytes, strlen(bytes)) < 0)
        perror("write");
}

static void open_session(struct session *s, const struct program *program, int cols, int rows)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    *s = (struct session){0};
    s->pid = forkpty(&s->fd, NULL, NULL, &size);
    if (s->pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        execvp(program->argv[0], program->argv);
        _exit(127);
    }
}

static void close_session(struct session *s)
{
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    close(s->fd);
}

/* ---- what the kernel counts ---- */

static double cpu_us(const struct session *s)
{
    clockid_t id;
    struct timespec used = {0};
    if (clock_getcpuclockid(s->pid, &id) == 0)
        clock_gettime(id, &used);
    return (double)used.tv_sec * 1e6 + (double)used.tv_nsec / 1e3;
}

/* The number behind `name` in a file of /proc, or 0. */
static double proc_number(const char *path, const char *name)
{
    char line[256];
    double value = 0;
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, name, strlen(name)) == 0)
            value = strtod(line + strlen(name), NULL);
    if (file)
        fclose(file);
    return value;
}

static double write_calls(const struct session *s)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/io", (int)s->pid);
    return proc_number(path, "syscw:");
}

static double wake_ups(const struct session *s)
{
    char folder[64], path[512];
    double sum = 0;
    snprintf(folder, sizeof folder, "/proc/%d/task", (int)s->pid);
    DIR *threads = opendir(folder);
    for (struct dirent *entry; threads && (entry = readdir(threads)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s/status", folder, entry->d_name);
        sum += proc_number(path, "voluntary_ctxt_switches:");
    }
    if (threads)
        closedir(threads);
    return sum;
}

static double anonymous_mib(const struct session *s)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/status", (int)s->pid);
    return proc_number(path, "RssAnon:") / 1024;
}

/* ---- one run of one program ---- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(double *values, int count, double q)
{
    if (count == 0)
        return -1;
    qsort(values, (size_t)count, sizeof *values, ascending);
    int at = (int)(q * (count - 1) + 0.5);
    return values[at];
}

struct keys_result {
    double p50, p99, bytes, writes, cpu;
};

static struct keys_result press(struct session *s, const char *key, int times)
{
    double *waits = mem_zero((size_t)times, sizeof *waits);
    int count = 0;
    double bytes = (double)s->bytes, writes = write_calls(s), cpu = cpu_us(s);
    for (int i = 0; i < times; i++) {
        int64_t start = clock_tick_ns();
        send_key(s, key);
        int64_t end = settle(s, 500);
        if (end)
            waits[count++] = ms_since(start, end);
    }
    struct keys_result result = {.bytes = ((double)s->bytes - bytes) / times,
        .writes = (write_calls(s) - writes) / times,
        .cpu = (cpu_us(s) - cpu) / times};
    result.p99 = quantile(waits, count, 0.99);
    result.p50 = quantile(waits, count, 0.5);
    free(waits);
    return result;
}

static double press_once(struct session *s, const char *key)
{
    if (key[0] == '\0')
        return -1;
    int64_t start = clock_tick_ns();
    send_key(s, key);
    int64_t end = settle(s, START_MAX_MS);
    return end ? ms_since(start, end) : -1;
}

static void measure_burst(struct session *s, const struct program *program, double *figures)
{
    uint64_t bytes = s->bytes;
    int64_t start = clock_tick_ns();
    for (int i = 0; i < BURST; i++)
        send_key(s, program->down);
    int64_t end = settle(s, 5000);
    figures[BURST_MS] = end ? ms_since(start, end) : -1;
    figures[BURST_BYTES] = (double)(s->bytes - bytes);
}

static void measure_idle(struct session *s, double *figures)
{
    drain(s, 300, 3000);
    uint64_t bytes = s->bytes;
    double wakes = wake_ups(s);
    for (int64_t end = clock_tick_ns() + 2000000000; clock_tick_ns() < end;)
        pump(s, 100);
    figures[IDLE_BYTES] = (double)(s->bytes - bytes);
    figures[IDLE_WAKES] = wake_ups(s) - wakes;
}

static void measure(struct program *program, int cols, int rows, double *figures)
{
    struct session s;
    int64_t start = clock_tick_ns();
    open_session(&s, program, cols, rows);
    figures[FIRST_BYTE] = pump(&s, START_MAX_MS) ? ms_since(start, s.last_ns) : -1;
    drain(&s, SETTLE_MS, START_MAX_MS);
    figures[PAINT] = ms_since(start, s.last_ns);
    drain(&s, 500, START_MAX_MS); /* what a program loads behind its first screen */
    struct keys_result row = press(&s, program->down, ROWS_DOWN);
    figures[ROW_P50] = row.p50;
    figures[ROW_P99] = row.p99;
    figures[ROW_BYTES] = row.bytes;
    figures[ROW_WRITES] = row.writes;
    figures[ROW_CPU] = row.cpu;
    struct keys_result page = press(&s, program->page, PAGES_DOWN);
    figures[PAGE_P50] = page.p50;
    figures[PAGE_BYTES] = page.bytes;
    figures[PAGE_WRITES] = page.writes;
    measure_burst(&s, program, figures);
    figures[LAST_MS] = press_once(&s, program->last);
    figures[FIRST_MS] = press_once(&s, program->first);
    figures[ANON] = anonymous_mib(&s);
    measure_idle(&s, figures);
    close_session(&s);
}

/* ---- command line and report ---- */

static bool parse_program(char *text, struct program *program)
{
    char **fields[] = {
        &program->name, &program->down, &program->page, &program->last, &program->first};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        *fields[i] = strsep(&text, "|");
        if (text == NULL)
            return false;
    }
    for (int i = 0; i < MAX_WORDS && text; i++)
        program->argv[i] = strsep(&text, " ");
    return program->argv[0] != NULL;
}

static double median(const struct program *program, int rounds, enum figure figure)
{
    double values[MAX_ROUNDS];
    for (int i = 0; i < rounds; i++)
        values[i] = program->figures[i][figure];
    return quantile(values, rounds, 0.5);
}

static void report(const struct program *programs, int count, int rounds)
{
    printf("%-12s", "");
    for (int f = 0; f < FIGURES; f++)
        printf(" %9s", headings[f]);
    for (int i = 0; i < count; i++) {
        printf("\n%-12s", programs[i].name);
        for (int f = 0; f < FIGURES; f++)
            printf(" %9.*f", f <= ROW_P99 || f == PAGE_P50 || f == ANON ? 2 : 1,
                median(&programs[i], rounds, (enum figure)f));
    }
    printf("\n");
    for (int i = 1; i < count; i++) {
        printf("%-12s", programs[i].name);
        for (int f = 0; f < FIGURES; f++) {
            double ours = median(&programs[0], rounds, (enum figure)f);
            double theirs = median(&programs[i], rounds, (enum figure)f);
            if (ours > 0 && theirs >= 0)
                printf(" %8.2fx", theirs / ours);
            else
                printf(" %9s", "-");
        }
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    static struct program programs[MAX_PROGRAMS];
    int cols = 80, rows = 24, rounds = 3, count = 0;
    for (int i = 1; i < argc; i++) {
        if (strchr(argv[i], '|') && count < MAX_PROGRAMS &&
            parse_program(argv[i], &programs[count]))
            count++;
        else if (strchr(argv[i], 'x'))
            sscanf(argv[i], "%dx%d", &cols, &rows);
        else if (atoi(argv[i]) > 0 && atoi(argv[i]) <= MAX_ROUNDS)
            rounds = atoi(argv[i]);
    }
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < count; i++) {
            struct program *program = &programs[round % 2 ? count - 1 - i : i];
            measure(program, cols, rows, program->figures[round]);
        }
    printf("%dx%d, median of %d rounds; below: how many times ours\n", cols, rows, rounds);
    report(programs, count, rounds);
    return 0;
}
