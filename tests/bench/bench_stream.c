/* SPDX-License-Identifier: MIT */
/*
 * Measures the live stream in a pseudo-terminal, with this process as the one that writes:
 *
 *   commit to screen   one PutItem at a time: from its commit to the bytes that show it
 *   under load         (the grid, the live stream, filtered by a pattern, held) RATE records a
 * second for SECONDS, while keys move the cursor: from a key to the cursor's mark in its new row;
 * frames a second; memory without the store's map; what is missing or counted twice at the end
 *
 *   bench_stream DYNASCOPE [SECONDS [RATE]]
 */
#include "backend/client.h"
#include "base/buf.h"
#include "base/clock.h"
#include "tests/bench/emulator.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define LOST_NS INT64_C(500000000) /* a key that changes nothing */
enum { ROWS = 40, COLS = 120, SINGLES = 400, BATCH = 25, KEYS_MAX = 10000 };

struct bench {
    char folder[64];
    struct client client;
    struct emulator emulator;
    int rate, seconds;
    _Atomic uint64_t written;
    _Atomic int done;
};

/* ---- writing ---- */

static void ask(struct bench *b, const char *operation, struct str body)
{
    struct ddb_reply reply = {0};
    struct err err = ERR_INIT;
    if (!client_call(&b->client, str_from(operation), body, &reply, &err)) {
        fprintf(stderr, "%s: %s\n", operation, err.text);
        exit(1);
    }
    ddb_reply_fini(&reply);
}

static void sleep_until(int64_t ns)
{
    int64_t left = ns - clock_tick_ns();
    struct timespec pause = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    if (left > 0)
        nanosleep(&pause, NULL);
}

static void add_item(struct buf *body, uint64_t number)
{
    buf_printf(body,
        "{\"PutRequest\":{\"Item\":{\"id\":{\"S\":\"item-%04llu\"},\"n\":{\"N\":\"%llu\"},"
        "\"status\":{\"S\":\"%s\"},\"note\":{\"S\":\"what was ordered on that day, and by whom\"},"
        "\"tags\":{\"SS\":[\"a%llu\",\"gift\"]}}}}",
        (unsigned long long)(number % 1000), (unsigned long long)number,
        number % 3000 < 1000 ? "PENDING" : "SHIPPED", (unsigned long long)(number % 7));
}

static void write_batch(struct bench *b, uint64_t from, struct buf *body)
{
    buf_clear(body);
    buf_printf(body, "{\"RequestItems\":{\"Orders\":[");
    for (uint64_t k = 0; k < BATCH; k++) {
        if (k)
            buf_add_byte(body, ',');
        add_item(body, from + k);
    }
    buf_add(body, STR("]}}"));
    ask(b, "BatchWriteItem", buf_str(body));
    b->written += BATCH;
}

static void *write_load(void *context)
{
    struct bench *b = context;
    struct buf body = {0};
    int64_t start = clock_tick_ns(), step = INT64_C(1000000000) * BATCH / b->rate;
    uint64_t batches = (uint64_t)b->seconds * (uint64_t)b->rate / BATCH;
    for (uint64_t i = 0; i < batches; i++) {
        write_batch(b, i * BATCH, &body);
        sleep_until(start + (int64_t)(i + 1) * step);
    }
    printf("%.0f records a second written\n",
        (double)batches * BATCH * 1e9 / (double)(clock_tick_ns() - start));
    buf_fini(&body);
    b->done = 1;
    return NULL;
}

/* ---- the terminal ---- */

/* The row of the cursor's mark in the gutter, or -1. */
static int mark_row(struct bench *b)
{
    for (int row = 0; row < ROWS; row++)
        if (emulator_cell(&b->emulator, row, 0).chars[0] == '>')
            return row;
    return -1;
}

static long anonymous_kb(struct bench *b)
{
    char path[64], line[256];
    long kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)b->emulator.pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "RssAnon: %ld kB", &kb) == 1)
            break;
    if (f)
        fclose(f);
    return kb;
}

/* ---- figures ---- */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void print_times(const char *what, double *ms, size_t count, double goal)
{
    qsort(ms, count, sizeof *ms, compare);
    double p99 = ms[count * 99 / 100];
    printf("%-18s n %zu  p50 %.2f ms  p90 %.2f ms  p99 %.2f ms  max %.2f ms%s\n", what, count,
        ms[count / 2], ms[count * 9 / 10], p99, ms[count - 1], p99 > goal ? "  MISSED" : "");
}

static void measure_singles(struct bench *b)
{
    static double ms[SINGLES];
    char name[32];
    struct buf body = {0};
    for (int i = 0; i < SINGLES; i++) {
        snprintf(name, sizeof name, "mark%08lx", random());
        buf_clear(&body);
        buf_printf(&body, "{\"TableName\":\"Orders\",\"Item\":{\"id\":{\"S\":\"%s\"}}}", name);
        int64_t pause = clock_tick_ns() + (40 + random() % 60) * INT64_C(1000000);
        while (clock_tick_ns() < pause)
            emulator_pump(&b->emulator, 1);
        ask(b, "PutItem", buf_str(&body));
        int64_t committed = clock_tick_ns();
        emulator_need(&b->emulator, name);
        ms[i] = (double)(b->emulator.read_ns - committed) / 1e6;
    }
    print_times("commit to screen", ms, SINGLES, 20);
    buf_fini(&body);
}

/* The row of the prompt's colon, or -1. */
static int prompt_row(struct bench *b)
{
    for (int row = ROWS - 3; row < ROWS; row++)
        for (int col = 0; col < 2; col++)
            if (emulator_cell(&b->emulator, row, col).chars[0] == ':')
                return row;
    return -1;
}

/* Two keys in turns, and what they move. */
struct keys {
    const char *what, *first, *second;
    int (*place)(struct bench *b);
};

/* From the key to what it changes, in ms. */
static double time_key(struct bench *b, const char *key, int (*place)(struct bench *b))
{
    int before = place(b);
    int64_t pressed = clock_tick_ns();
    emulator_type(&b->emulator, key);
    while (place(b) == before && clock_tick_ns() - pressed < LOST_NS)
        emulator_pump(&b->emulator, 1);
    return (double)(b->emulator.read_ns - pressed) / 1e6;
}

static void measure_load(struct bench *b, const struct keys *keys)
{
    static double ms[KEYS_MAX];
    size_t count = 0, late = 0;
    pthread_t writer;
    uint64_t frames = b->emulator.frames, bytes = b->emulator.bytes;
    int64_t start = clock_tick_ns();
    long memory = anonymous_kb(b);
    b->done = 0;
    pthread_create(&writer, NULL, write_load, b);
    for (bool first = true; !b->done && count < KEYS_MAX; first = !first) {
        int64_t pause = clock_tick_ns() + (10 + random() % 40) * INT64_C(1000000);
        while (clock_tick_ns() < pause)
            emulator_pump(&b->emulator, 1);
        ms[count] = time_key(b, first ? keys->first : keys->second, keys->place);
        late += ms[count++] > 16;
    }
    double seconds = (double)(clock_tick_ns() - start) / 1e9;
    pthread_join(writer, NULL);
    print_times(keys->what, ms, count, 16);
    printf("  late keys (> 16 ms): %zu of %zu; %.1f frames a second, %.1f keys a second; "
           "%.0f bytes a second; anonymous memory %ld → %ld KB\n",
        late, count, (double)(b->emulator.frames - frames) / seconds, (double)count / seconds,
        (double)(b->emulator.bytes - bytes) / seconds, memory, anonymous_kb(b));
}

/* What the title says that was seen: "20,400 from now on". */
static void check_count(struct bench *b)
{
    struct buf wanted = {0};
    uint64_t all = b->written + SINGLES;
    int64_t written = clock_tick_ns();
    buf_printf(&wanted, "%llu,%03llu from now on", (unsigned long long)(all / 1000),
        (unsigned long long)(all % 1000));
    emulator_need(&b->emulator, buf_cstr(&wanted));
    printf("all %llu were seen %.0f ms after the last write\n", (unsigned long long)all,
        (double)(clock_tick_ns() - written) / 1e6);
    buf_fini(&wanted);
}

int main(int argc, char **argv)
{
    struct bench b = {
        .seconds = argc > 2 ? atoi(argv[2]) : 5, .rate = argc > 3 ? atoi(argv[3]) : 20000};
    struct backend_options options = {.no_sync = true};
    struct err err = ERR_INIT;
    if (argc < 2 || b.seconds < 1 || b.rate < BATCH) {
        fprintf(stderr, "usage: bench_stream DYNASCOPE [SECONDS [RATE]]\n");
        return 64;
    }
    snprintf(b.folder, sizeof b.folder, "/var/tmp/dynascope-stream-XXXXXX");
    b.client.backend = mkdtemp(b.folder) ? backend_open(b.folder, &options, &err) : NULL;
    if (!b.client.backend) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    ask(&b, "CreateTable",
        STR("{\"TableName\":\"Orders\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"
            "\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"
            "\"AttributeName\":\"id\",\"AttributeType\":\"S\"}],\"StreamSpecification\":{"
            "\"StreamEnabled\":true,\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}}"));
    emulator_start(&b.emulator, ROWS, COLS, b.folder,
        (const char *[]){argv[1], "--gutter", b.folder, "Orders", NULL});
    emulator_need(&b.emulator, "Orders");
    for (uint64_t i = 0; i < 1000; i += BATCH)
        write_batch(&b, i, &(struct buf){0});
    b.written = 0;
    emulator_need(&b.emulator, "item-0");
    measure_load(&b, &(struct keys){"keys, grid", "j", "k", mark_row});
    b.written = 0;
    emulator_type(&b.emulator, "s");
    emulator_need(&b.emulator, "LIVE");
    measure_singles(&b);
    measure_load(&b, &(struct keys){"keys, live", ":", "\007", prompt_row});
    if (prompt_row(&b) >= 0)
        emulator_type(&b.emulator, "\007");
    emulator_type(
        &b.emulator, "/{\"dynamodb\":{\"NewImage\":{\"status\":{\"S\":[\"PENDING\"]}}}}\r");
    emulator_need(&b.emulator, "PENDING");
    measure_load(&b, &(struct keys){"keys, filtered", ":", "\007", prompt_row});
    if (prompt_row(&b) >= 0)
        emulator_type(&b.emulator, "\007");
    emulator_type(&b.emulator, "\033");
    emulator_pump(&b.emulator, 300);
    for (int i = 0; i < 3; i++)
        emulator_type(&b.emulator, "k"); /* held, and away from the edge */
    emulator_pump(&b.emulator, 100);
    measure_load(&b, &(struct keys){"keys, held", "k", "j", mark_row});
    check_count(&b);
    printf("at the end: %ld KB of anonymous memory\n", anonymous_kb(&b));
    emulator_end(&b.emulator);
    backend_close(b.client.backend, NULL);
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", b.folder);
    return system(command) != 0;
}
