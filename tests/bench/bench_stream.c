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

#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#define LOST_NS INT64_C(500000000) /* a key that changes nothing */
enum { ROWS = 40, COLS = 120, SINGLES = 400, BATCH = 25, KEYS_MAX = 10000, FRAME_GAP_US = 2000 };

struct bench {
    char folder[64];
    struct client client;
    pid_t pid;
    int fd;
    VTerm *emulator;
    VTermScreen *screen;
    int64_t last_read_ns;
    uint64_t bytes, frames;
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

static bool pump(struct bench *b, int ms)
{
    struct pollfd ready = {.fd = b->fd, .events = POLLIN};
    char bytes[1 << 16], answer[256];
    if (poll(&ready, 1, ms) <= 0)
        return false;
    ssize_t got = read(b->fd, bytes, sizeof bytes);
    if (got <= 0) {
        fprintf(stderr, "the program is gone\n");
        exit(1);
    }
    int64_t now = clock_tick_ns();
    b->frames += now - b->last_read_ns > FRAME_GAP_US * 1000;
    b->last_read_ns = now;
    b->bytes += (uint64_t)got;
    vterm_input_write(b->emulator, bytes, (size_t)got);
    vterm_screen_flush_damage(b->screen);
    size_t len = vterm_output_read(b->emulator, answer, sizeof answer);
    if (len && write(b->fd, answer, len) < 0)
        perror("write");
    return true;
}

static void row_text(struct bench *b, int row, struct buf *out)
{
    VTermScreenCell cell;
    buf_clear(out);
    for (int col = 0; col < COLS; col++) {
        vterm_screen_get_cell(b->screen, (VTermPos){row, col}, &cell);
        buf_add_byte(out, cell.chars[0] && cell.chars[0] < 128 ? (char)cell.chars[0] : ' ');
    }
}

static bool shows(struct bench *b, const char *text)
{
    struct buf line = {0};
    bool found = false;
    for (int row = 0; row < ROWS && !found; row++) {
        row_text(b, row, &line);
        found = str_find(buf_str(&line), str_from(text)) != SIZE_MAX;
    }
    buf_fini(&line);
    return found;
}

static bool wait_for(struct bench *b, const char *text, int ms)
{
    int64_t until = clock_tick_ns() + ms * INT64_C(1000000);
    while (!shows(b, text))
        if (clock_tick_ns() > until || (!pump(b, 20) && clock_tick_ns() > until))
            return false;
    return true;
}

static void need(struct bench *b, const char *text)
{
    struct buf line = {0};
    if (wait_for(b, text, 10000))
        return;
    fprintf(stderr, "waited in vain for \"%s\"\n", text);
    for (int row = 0; row < ROWS; row++) {
        row_text(b, row, &line);
        fprintf(stderr, "%.*s\n", STR_ARG(buf_str(&line)));
    }
    exit(1);
}

static void press(struct bench *b, const char *keys)
{
    if (write(b->fd, keys, strlen(keys)) < 0)
        perror("write");
}

/* The row of the cursor's mark in the gutter, or -1. */
static int mark_row(struct bench *b)
{
    VTermScreenCell cell;
    for (int row = 0; row < ROWS; row++) {
        vterm_screen_get_cell(b->screen, (VTermPos){row, 0}, &cell);
        if (cell.chars[0] == '>')
            return row;
    }
    return -1;
}

static void open_explorer(struct bench *b, char *program)
{
    struct winsize size = {.ws_row = ROWS, .ws_col = COLS};
    b->pid = forkpty(&b->fd, NULL, NULL, &size);
    if (b->pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        execl(program, program, "--gutter", b->folder, "Orders", (char *)NULL);
        _exit(127);
    }
    b->emulator = vterm_new(ROWS, COLS);
    vterm_set_utf8(b->emulator, 1);
    b->screen = vterm_obtain_screen(b->emulator);
    vterm_screen_enable_altscreen(b->screen, 1);
    vterm_screen_reset(b->screen, 1);
}

static long anonymous_kb(struct bench *b)
{
    char path[64], line[256];
    long kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)b->pid);
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
            pump(b, 1);
        ask(b, "PutItem", buf_str(&body));
        int64_t committed = clock_tick_ns();
        need(b, name);
        ms[i] = (double)(b->last_read_ns - committed) / 1e6;
    }
    print_times("commit to screen", ms, SINGLES, 20);
    buf_fini(&body);
}

/* The row of the prompt's colon, or -1. */
static int prompt_row(struct bench *b)
{
    VTermScreenCell cell;
    for (int row = ROWS - 3; row < ROWS; row++)
        for (int col = 0; col < 2; col++) {
            vterm_screen_get_cell(b->screen, (VTermPos){row, col}, &cell);
            if (cell.chars[0] == ':')
                return row;
        }
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
    press(b, key);
    while (place(b) == before && clock_tick_ns() - pressed < LOST_NS)
        pump(b, 1);
    return (double)(b->last_read_ns - pressed) / 1e6;
}

static void measure_load(struct bench *b, const struct keys *keys)
{
    static double ms[KEYS_MAX];
    size_t count = 0, late = 0;
    pthread_t writer;
    uint64_t frames = b->frames, bytes = b->bytes;
    int64_t start = clock_tick_ns();
    long memory = anonymous_kb(b);
    b->done = 0;
    pthread_create(&writer, NULL, write_load, b);
    for (bool first = true; !b->done && count < KEYS_MAX; first = !first) {
        int64_t pause = clock_tick_ns() + (10 + random() % 40) * INT64_C(1000000);
        while (clock_tick_ns() < pause)
            pump(b, 1);
        ms[count] = time_key(b, first ? keys->first : keys->second, keys->place);
        late += ms[count++] > 16;
    }
    double seconds = (double)(clock_tick_ns() - start) / 1e9;
    pthread_join(writer, NULL);
    print_times(keys->what, ms, count, 16);
    printf("  late keys (> 16 ms): %zu of %zu; %.1f frames a second, %.1f keys a second; "
           "%.0f bytes a second; anonymous memory %ld → %ld KB\n",
        late, count, (double)(b->frames - frames) / seconds, (double)count / seconds,
        (double)(b->bytes - bytes) / seconds, memory, anonymous_kb(b));
}

/* What the title says that was seen: "20,400 from now on". */
static void check_count(struct bench *b)
{
    struct buf wanted = {0};
    uint64_t all = b->written + SINGLES;
    int64_t written = clock_tick_ns();
    buf_printf(&wanted, "%llu,%03llu from now on", (unsigned long long)(all / 1000),
        (unsigned long long)(all % 1000));
    need(b, buf_cstr(&wanted));
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
    open_explorer(&b, argv[1]);
    need(&b, "Orders");
    for (uint64_t i = 0; i < 1000; i += BATCH)
        write_batch(&b, i, &(struct buf){0});
    b.written = 0;
    need(&b, "item-0");
    measure_load(&b, &(struct keys){"keys, grid", "j", "k", mark_row});
    b.written = 0;
    press(&b, "s");
    need(&b, "LIVE");
    measure_singles(&b);
    measure_load(&b, &(struct keys){"keys, live", ":", "\007", prompt_row});
    if (prompt_row(&b) >= 0)
        press(&b, "\007");
    press(&b, "/{\"dynamodb\":{\"NewImage\":{\"status\":{\"S\":[\"PENDING\"]}}}}\r");
    need(&b, "PENDING");
    measure_load(&b, &(struct keys){"keys, filtered", ":", "\007", prompt_row});
    if (prompt_row(&b) >= 0)
        press(&b, "\007");
    press(&b, "\033");
    pump(&b, 300);
    for (int i = 0; i < 3; i++)
        press(&b, "k"); /* held, and away from the edge */
    pump(&b, 100);
    measure_load(&b, &(struct keys){"keys, held", "k", "j", mark_row});
    check_count(&b);
    printf("at the end: %ld KB of anonymous memory\n", anonymous_kb(&b));
    kill(b.pid, SIGTERM);
    waitpid(b.pid, NULL, 0);
    vterm_free(b.emulator);
    backend_close(b.client.backend, NULL);
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", b.folder);
    return system(command) != 0;
}
