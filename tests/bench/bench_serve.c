/* SPDX-License-Identifier: MIT */
/*
 * Measures servers of the DynamoDB API that are already running, side by side:
 *
 *   bench_serve ports N                       N free ports of loopback
 *   bench_serve rates OPERATIONS ITEMS SECONDS ROUNDS NAME:PORT:PID...
 *                                             requests a second and CPU time, then the ratios;
 *                                             OPERATIONS = PutItem,GetItem,... or all
 *   bench_serve streams ITEMS RECORDS SECONDS NAME:PORT:PID
 *                                             writes with an index and a stream, short and long
 *   bench_serve memory ITEMS SECONDS NAME:PORT:PID
 *                                             anonymous memory after a mix
 *   bench_serve slow ITEMS SECONDS NAME:PORT:PID
 *                                             one who behaves beside 200 who drip
 *   bench_serve start PORT COMMAND...         from exec to the first answer
 *
 * Servers take turns in each round, and the order is reversed in every other one, so that what else
 * the machine does hits all of them alike. The names decide about ratios: see `goals`.
 */
#include "tests/bench/work.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SERVERS = 10, CONNECTIONS = 8, STARTS = 5, DRIPPERS = 200, FILL_SECONDS = 40 };

#define TABLE "bench"

static double positive(const char *text, const char *what)
{
    char *end;
    double number = strtod(text, &end);
    if (*end || !(number > 0))
        load_give_up("%s: not a number for %s", text, what);
    return number;
}

/* NAME:PORT:PID */
static struct load_server read_server(const char *text)
{
    struct load_server server = {0};
    if (sscanf(text, "%31[^:]:%u:%d", server.name, &server.port, &server.pid) != 3)
        load_give_up("%s: a server is NAME:PORT:PID", text);
    return server;
}

/* ---- ports ---- */

static int print_ports(int count)
{
    int sockets[64];
    for (int i = 0; i < count && i < 64; i++) {
        struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t len = sizeof at;
        sockets[i] = socket(AF_INET, SOCK_STREAM, 0); /* all are held until all are known */
        if (bind(sockets[i], (struct sockaddr *)&at, sizeof at) ||
            getsockname(sockets[i], (struct sockaddr *)&at, &len))
            load_give_up("no free port: %s", strerror(errno));
        printf("%u\n", ntohs(at.sin_port));
    }
    return 0;
}

/* ---- rates ---- */

static const struct {
    enum work_kind kind;
    const char *label, *unit;
} cells[] = {
    {WORK_PUT, "PutItem", "requests"},
    {WORK_UPDATE, "UpdateItem", "requests"},
    {WORK_BATCH_WRITE, "BatchWriteItem", "requests"},
    {WORK_GET, "GetItem", "requests"},
    {WORK_QUERY, "Query 100", "requests"},
    {WORK_BATCH_GET, "BatchGetItem", "requests"},
    {WORK_SCAN, "Scan 1 MB", "items"},
};
enum { CELLS = sizeof cells / sizeof *cells };

/* The best round of a server in a cell: other processes only ever take away. */
struct best {
    double rate, items_rate, cpu_us, cpu_us_item, p50_us, p99_us;
    uint64_t errors;
};

static void keep_better(struct best *best, const struct load_result *r, unsigned items)
{
    uint64_t good = r->requests - r->errors, all_items = items ? good * items : r->items;
    double cpu_us = good ? r->cpu * 1e6 / (double)good : 0;
    best->errors += r->errors;
    if ((double)good / r->seconds > best->rate) {
        best->rate = (double)good / r->seconds;
        best->items_rate = (double)all_items / r->seconds;
        best->p50_us = r->p50_us;
        best->p99_us = r->p99_us;
    }
    if (cpu_us > 0 && (best->cpu_us == 0 || cpu_us < best->cpu_us)) {
        best->cpu_us = cpu_us;
        best->cpu_us_item = all_items ? r->cpu * 1e6 / (double)all_items : 0;
    }
}

static void run_cell(const struct load_server *server, const char *table, enum work_kind kind,
    uint64_t items, double seconds, struct best *best)
{
    struct work work = {.kind = kind, .table = table, .items = items, .random = 88172645463325252};
    struct load load = {.next = work_next,
        .context = &work,
        .connections = CONNECTIONS,
        .seconds = seconds / 5,
        .counts_items = work_items(kind) == 0};
    struct load_result result;
    work.version = (uint64_t)(load_now() * 1e4) % 50000000; /* another one than last time's */
    load_run(server, &load, &result);                       /* to warm up */
    load.seconds = seconds;
    load_run(server, &load, &result);
    if (result.errors)
        fprintf(stderr, "%s: %s: %llu errors, first: %s\n", server->name, work_operation(kind),
            (unsigned long long)result.errors, result.error);
    keep_better(best, &result, work_items(kind));
}

static void print_cell(const char *label, const struct load_server *server, const struct best *best)
{
    printf("  %-16s %-17s %9.0f /s %9.0f items/s  p50 %7.0f us  p99 %7.0f us  cpu %7.1f us\n",
        label, server->name, best->rate, best->items_rate, best->p50_us, best->p99_us,
        best->cpu_us);
}

static struct best figures[CELLS][SERVERS];

static void measure_cells(const struct load_server *servers, int count, const char *wanted,
    uint64_t items, double seconds, int rounds)
{
    for (int c = 0; c < (int)CELLS; c++) {
        if (strcmp(wanted, "all") != 0 && !strstr(wanted, work_operation(cells[c].kind)))
            continue;
        for (int round = 0; round < rounds; round++)
            for (int k = 0; k < count; k++) {
                int i = round % 2 ? count - 1 - k : k;
                bool ours = strstr(servers[i].name, "dyna") == NULL;
                if (round == 0 || ours) /* peers are far behind: once will do */
                    run_cell(&servers[i], TABLE, cells[c].kind, items, seconds, &figures[c][i]);
            }
        for (int i = 0; i < count; i++)
            print_cell(cells[c].label, &servers[i], &figures[c][i]);
        fflush(stdout);
    }
}

/* ---- goals ---- */

enum measure { REQUESTS, ITEMS, CPU, CPU_ITEM };

/* `who` against `whom`, or by itself where that is NULL; "peers" = the best of all of them. */
static const struct goal {
    const char *text;
    int cell;
    enum measure measure;
    const char *who, *whom;
    double reach;
} goals[] = {
    {"PutItem synced, a second", 0, REQUESTS, "synced", NULL, 10000},
    {"PutItem synced / bare", 0, REQUESTS, "synced", "bare-synced", 0.8},
    {"PutItem synced / dynoxide on disk", 0, REQUESTS, "synced", "dynoxide-disk", 4},
    {"PutItem unsynced, a second", 0, REQUESTS, "unsynced", NULL, 30000},
    {"PutItem unsynced, us CPU", 0, CPU, "unsynced", NULL, 30},
    {"PutItem unsynced / best peer", 0, REQUESTS, "unsynced", "peers", 4},
    {"UpdateItem synced, a second", 1, REQUESTS, "synced", NULL, 9000},
    {"UpdateItem synced / dynoxide on disk", 1, REQUESTS, "synced", "dynoxide-disk", 4},
    {"UpdateItem unsynced / best peer", 1, REQUESTS, "unsynced", "peers", 4},
    {"BatchWriteItem synced, a second", 2, REQUESTS, "synced", NULL, 1500},
    {"BatchWriteItem synced / bare", 2, REQUESTS, "synced", "bare-synced", 0.8},
    {"BatchWriteItem synced / dynoxide on disk", 2, REQUESTS, "synced", "dynoxide-disk", 9},
    {"GetItem, a second", 3, REQUESTS, "unsynced", NULL, 60000},
    {"GetItem, us CPU", 3, CPU, "unsynced", NULL, 13},
    {"GetItem / bare", 3, REQUESTS, "unsynced", "bare-unsynced", 0.6},
    {"GetItem / best peer", 3, REQUESTS, "unsynced", "peers", 6},
    {"Query, a second", 4, REQUESTS, "unsynced", NULL, 8000},
    {"Query, us CPU an item", 4, CPU_ITEM, "unsynced", NULL, 1.4},
    {"Query / bare", 4, REQUESTS, "unsynced", "bare-unsynced", 0.6},
    {"Query / best peer", 4, REQUESTS, "unsynced", "peers", 12},
    {"BatchGetItem, a second", 5, REQUESTS, "unsynced", NULL, 12000},
    {"BatchGetItem / best peer", 5, REQUESTS, "unsynced", "peers", 6},
    {"Scan, items a second", 6, ITEMS, "unsynced", NULL, 1000000},
    {"Scan / bare", 6, ITEMS, "unsynced", "bare-unsynced", 0.6},
    {"Scan / best peer", 6, ITEMS, "unsynced", "peers", 12},
};

static double value_of(const struct best *best, enum measure measure)
{
    switch (measure) {
    case REQUESTS:
        return best->rate;
    case ITEMS:
        return best->items_rate;
    case CPU:
        return best->cpu_us;
    case CPU_ITEM:
        break;
    }
    return best->cpu_us_item;
}

/* 0 where nobody of that name was measured. */
static double value_by_name(
    const struct load_server *servers, int count, const struct goal *goal, const char *name)
{
    bool peers = strcmp(name, "peers") == 0;
    double most = 0;
    for (int i = 0; i < count; i++) {
        bool counts = peers ? strncmp(servers[i].name, "dyna", 4) == 0 ||
                                  strncmp(servers[i].name, "dyno", 4) == 0
                            : strcmp(servers[i].name, name) == 0;
        double value = value_of(&figures[goal->cell][i], goal->measure);
        if (counts && value > most)
            most = value;
    }
    return most;
}

static void print_goal(const char *text, double value, double reach, bool at_most)
{
    const char *sign = at_most ? "<=" : ">=";
    bool met = at_most ? value <= reach : value >= reach;
    printf("  %-44s %12.2f   (%s %.6g%s)\n", text, value, sign, reach, met ? "" : "  MISSED");
}

static void print_goals(const struct load_server *servers, int count)
{
    printf("against the goals\n");
    for (size_t i = 0; i < sizeof goals / sizeof *goals; i++) {
        const struct goal *goal = &goals[i];
        double value = value_by_name(servers, count, goal, goal->who);
        double other = goal->whom ? value_by_name(servers, count, goal, goal->whom) : 1;
        if (value > 0 && other > 0)
            print_goal(goal->text, value / other, goal->reach, goal->measure >= CPU);
    }
}

static int measure_rates(int argc, char **argv)
{
    struct load_server servers[SERVERS];
    uint64_t items = (uint64_t)positive(argv[1], "ITEMS");
    double seconds = positive(argv[2], "SECONDS");
    int rounds = (int)positive(argv[3], "ROUNDS"), count = argc - 4;
    if (count > SERVERS)
        load_give_up("at most %d servers", SERVERS);
    printf("%llu items of %d bytes, %d connections\n", (unsigned long long)items, WORK_ITEM_BYTES,
        CONNECTIONS);
    for (int i = 0; i < count; i++) {
        struct load_result loaded;
        servers[i] = read_server(argv[4 + i]);
        work_create(&servers[i], TABLE, false, false);
        work_fill(&servers[i], TABLE, items, 0, FILL_SECONDS, &loaded);
        uint64_t there = loaded.requests * WORK_BATCH;
        printf("  %-16s %-17s %9.0f items/s%s\n", "load", servers[i].name,
            (double)there / loaded.seconds,
            there < items ? "  GIVEN UP: reads find less there" : "");
        fflush(stdout);
    }
    measure_cells(servers, count, argv[0], items, seconds, rounds);
    print_goals(servers, count);
    return 0;
}

/* ---- streams ---- */

static int measure_streams(char **argv)
{
    static const char *const tables[] = {"plain", "short", "long"};
    uint64_t items = (uint64_t)positive(argv[0], "ITEMS");
    uint64_t records = (uint64_t)positive(argv[1], "RECORDS");
    double seconds = positive(argv[2], "SECONDS");
    struct load_server server = read_server(argv[3]);
    struct load_result loaded;
    struct best best[3] = {0};
    for (int i = 0; i < 3; i++) {
        work_create(&server, tables[i], i > 0, i > 0);
        work_fill(&server, tables[i], items, i == 2 ? records + items : 0, 0, &loaded);
    }
    printf("PutItem with an index and a stream, %s; long = %llu records more\n", server.name,
        (unsigned long long)records);
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 3; i++)
            run_cell(&server, tables[i], WORK_PUT, items, seconds, &best[i]);
    for (int i = 0; i < 3; i++)
        print_cell(tables[i], &server, &best[i]);
    print_goal("CPU: index and stream / plain", best[1].cpu_us / best[0].cpu_us, 1.6, true);
    print_goal("time: index and stream / plain", best[0].rate / best[1].rate, 1.6, true);
    print_goal("time: long stream / short", best[1].rate / best[2].rate, 1.1, true);
    return 0;
}

/* ---- memory ---- */

static double anonymous_mib(int pid)
{
    char path[64], line[256];
    long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        load_give_up("%s: %s", path, strerror(errno));
    while (fgets(line, sizeof line, file))
        sscanf(line, "Anonymous: %ld", &kib);
    fclose(file);
    return (double)kib / 1024;
}

static int measure_memory(char **argv)
{
    uint64_t items = (uint64_t)positive(argv[0], "ITEMS");
    double seconds = positive(argv[1], "SECONDS");
    struct load_server server = read_server(argv[2]);
    struct load_result loaded;
    struct best ignored = {0};
    work_create(&server, TABLE, false, false);
    work_fill(&server, TABLE, items, 0, 0, &loaded);
    printf("%llu items loaded, %.0f a second; anonymous memory of %s\n", (unsigned long long)items,
        (double)items / loaded.seconds, server.name);
    printf("  %-44s %12.1f MiB\n", "after the load", anonymous_mib(server.pid));
    for (int i = 0; i < (int)CELLS; i++)
        run_cell(&server, TABLE, cells[i].kind, items, seconds, &ignored);
    print_goal("MiB after a mix of all", anonymous_mib(server.pid), 16, true);
    return 0;
}

/* ---- slow clients ---- */

/* A head that never ends, a byte a second from each. */
static void *drip(void *context)
{
    const struct load_server *server = context;
    int drippers[DRIPPERS];
    for (int i = 0; i < DRIPPERS; i++) {
        if (!load_connect(server->port, &drippers[i]))
            load_give_up("%s takes no %d connections", server->name, i);
        send(drippers[i], "POST / HTTP/1.1\r\nHost: loc", 26, MSG_NOSIGNAL);
    }
    for (int i = 0;; i = (i + 1) % DRIPPERS) {
        struct timespec pause = {.tv_nsec = 1000000000 / DRIPPERS};
        send(drippers[i], "a", 1, MSG_NOSIGNAL);
        pthread_testcancel();
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static int measure_slow(char **argv)
{
    uint64_t items = (uint64_t)positive(argv[0], "ITEMS");
    double seconds = positive(argv[1], "SECONDS");
    struct load_server server = read_server(argv[2]);
    struct best alone = {0}, beside = {0};
    pthread_t dripper;
    run_cell(&server, TABLE, WORK_GET, items, seconds, &alone);
    if (pthread_create(&dripper, NULL, drip, &server))
        load_give_up("no thread");
    nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
    run_cell(&server, TABLE, WORK_GET, items, seconds, &beside);
    pthread_cancel(dripper);
    pthread_join(dripper, NULL);
    printf("GetItem beside %d clients that send a byte a second\n", DRIPPERS);
    print_cell("alone", &server, &alone);
    print_cell("beside them", &server, &beside);
    print_goal("p99 beside / alone", beside.p99_us / alone.p99_us, 2, true);
    return 0;
}

/* ---- start ---- */

static double start_once(unsigned port, char **command)
{
    int fd;
    double start = load_now();
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, 1);
        execvp(command[0], command);
        _exit(127);
    }
    struct load_server server = {.name = "start", .port = port};
    while (!load_connect(port, &fd)) {
        if (waitpid(pid, NULL, WNOHANG) == pid || load_now() - start > 10)
            load_give_up("%s does not start", command[0]);
        nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
    }
    close(fd);
    load_call(&server, "ListTables", STR("{}"), NULL);
    double took = load_now() - start;
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    return took;
}

static int measure_start(char **argv)
{
    double best = 1e9;
    for (int i = 0; i < STARTS; i++) {
        double took = start_once((unsigned)positive(argv[0], "PORT"), argv + 1);
        best = took < best ? took : best;
    }
    print_goal("ms from exec to the first answer", best * 1e3, 5, true);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    signal(SIGPIPE, SIG_IGN);
    if (strcmp(what, "ports") == 0 && argc == 3)
        return print_ports((int)positive(argv[2], "N"));
    if (strcmp(what, "rates") == 0 && argc > 6)
        return measure_rates(argc - 2, argv + 2);
    if (strcmp(what, "streams") == 0 && argc == 6)
        return measure_streams(argv + 2);
    if (strcmp(what, "memory") == 0 && argc == 5)
        return measure_memory(argv + 2);
    if (strcmp(what, "slow") == 0 && argc == 5)
        return measure_slow(argv + 2);
    if (strcmp(what, "start") == 0 && argc > 3)
        return measure_start(argv + 2);
    fprintf(stderr, "usage: see the head of tests/bench/bench_serve.c, or tests/bench/run serve\n");
    return 64;
}
