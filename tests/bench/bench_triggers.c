/* SPDX-License-Identifier: MIT */
/*
 * What triggers cost, from the embedded stream to the handler and back:
 *
 *   cold, warm    one call with 10 records: from the order to its answer, less what the handler
 * says that it took itself rate          so many records, written before, through a handler that
 * does nothing, until the last checkpoint is synced; the memory that this process has for itself on
 * the way latency       a write at a time: from its commit to the first line of the handler
 *
 *   bench_triggers [RECORDS]     1,000,000 for the figures; 200,000 unless told
 */
#include "tests/triggers/world.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { WARM = 3000, COLD = 20, LIVE = 600, BATCH = 25, EVENT_RECORDS = 10 };

static const struct kind {
    const char *name, *runtime, *trivial, *account, *folder;
} kinds[] = {
    {"node", "nodejs", "trivial.handler", "account.handler", TRIGGERS_SCRIPTS},
    {"python", "python", "trivial.handler", "account.handler", TRIGGERS_SCRIPTS},
    {"exec", "exec", "trigger_function", "trigger_function", TRIGGERS_FUNCTIONS},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts. */
static double quantile(double *times, size_t count, double q)
{
    qsort(times, count, sizeof *times, compare);
    return count ? times[(size_t)(q * (double)(count - 1))] : 0;
}

/* ---- one call after the other ---- */

struct waiting {
    struct invocation invocation;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool done;
    double ended;
};

static void waiting_done(struct invocation *invocation)
{
    struct waiting *w = (struct waiting *)invocation;
    pthread_mutex_lock(&w->lock);
    w->ended = world_seconds();
    w->done = true;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

/* Milliseconds, less the handler's own. */
static double call_once(struct invoker *invoker, const struct function *f, struct str event)
{
    struct waiting w = {
        .invocation = {.function = f, .event = event, .done = waiting_done},
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
    };
    double began = world_seconds(), own = 0;
    invoker_start(invoker, &w.invocation);
    pthread_mutex_lock(&w.lock);
    while (!w.done)
        pthread_cond_wait(&w.changed, &w.lock);
    pthread_mutex_unlock(&w.lock);
    const char *answer = buf_cstr(&w.invocation.payload);
    if (w.invocation.outcome != INVOKED_OK)
        world_fail("%s", answer);
    if (strncmp(answer, "{\"own\":", 7) == 0 || strncmp(answer, "{\"own\": ", 8) == 0)
        own = strtod(answer + 7, NULL);
    invocation_fini(&w.invocation);
    return (w.ended - began) * 1000 - own;
}

static void put_event(struct buf *out)
{
    buf_add(out, STR("{\"Records\":["));
    for (int i = 0; i < EVENT_RECORDS; i++)
        buf_printf(out,
            "%s{\"eventID\":\"%032d\",\"eventName\":\"INSERT\",\"eventVersion\":\"1.1\","
            "\"eventSource\":\"aws:dynamodb\",\"awsRegion\":\"us-east-1\",\"dynamodb\":{"
            "\"ApproximateCreationDateTime\":1700000000,\"Keys\":{\"p\":{\"S\":\"key-%d\"}},"
            "\"NewImage\":{\"p\":{\"S\":\"key-%d\"},\"v\":{\"S\":\"%0300d\"}},\"SequenceNumber\":"
            "\"1000000000000000%05d\",\"SizeBytes\":320,\"StreamViewType\":"
            "\"NEW_AND_OLD_IMAGES\"},\"eventSourceARN\":\"arn:aws:dynamodb:us-east-1:"
            "000000000000:table/items/stream/2026-01-01T00:00:00.000\"}",
            i ? "," : "", i, i, i, 1, i);
    buf_add(out, STR("]}"));
}

static void get_function(struct world *w, struct arena *arena, const struct kind *k,
    const char *handler, struct function *out)
{
    struct err err = ERR_INIT;
    bool found = false;
    world_function(
        w, &(struct world_function){
               .name = k->name, .runtime = k->runtime, .handler = handler, .folder = k->folder});
    if (!registry_function(w->registry, arena, str_from(k->name), out, &found, &err))
        world_fail("%s", err.text);
}

static void measure_calls(struct world *w)
{
    static double warm[WARM], cold[COLD];
    struct err err = ERR_INIT;
    struct arena arena = {0};
    struct buf event = {0};
    struct invoker_options options = {.folder = registry_folder(w->registry)};
    struct invoker *invoker = invoker_open(&options, &err);
    put_event(&event);
    printf("one call, 10 records, ms             p50      p99   cold p50  cold most\n");
    for (size_t i = 0; i < KINDS; i++) {
        struct function f;
        get_function(w, &arena, &kinds[i], kinds[i].trivial, &f);
        for (size_t n = 0; n < COLD; n++) {
            invoker_drop(invoker, f.name);
            cold[n] = call_once(invoker, &f, buf_str(&event));
        }
        for (size_t n = 0; n < WARM; n++)
            warm[n] = call_once(invoker, &f, buf_str(&event));
        double p50 = quantile(warm, WARM, 0.5), p99 = quantile(warm, WARM, 0.99);
        printf("  %-30s %7.3f  %7.3f  %9.1f  %9.1f  %s\n", kinds[i].name, p50, p99,
            quantile(cold, COLD, 0.5), quantile(cold, COLD, 1),
            i < 2 ? p50 <= 1 ? "(goal: warm 1 ms)" : "(goal: warm 1 ms) MISSED" : "");
    }
    invoker_close(invoker);
    buf_fini(&event);
    arena_fini(&arena);
}

/* ---- records a second ---- */

static void fill(struct world *w, const char *table, uint64_t records)
{
    w->no_sync = true;
    world_open(w);
    world_table(w, table);
    for (uint64_t n = 0; n < records; n += BATCH) {
        struct err err = ERR_INIT;
        buf_clear(&w->body);
        buf_printf(&w->body, "{\"RequestItems\":{\"%s\":[", table);
        for (uint64_t i = n; i < n + BATCH; i++)
            buf_printf(&w->body,
                "%s{\"PutRequest\":{\"Item\":{\"p\":{\"S\":\"key-%llu\"},\"v\":{\"S\":\"%0200llu\"}"
                "}}}",
                i > n ? "," : "", (unsigned long long)i, (unsigned long long)i);
        buf_add(&w->body, STR("]}}"));
        if (!client_call(&w->client, STR("BatchWriteItem"), buf_str(&w->body), &w->reply, &err))
            world_fail("%s", err.text);
    }
    world_close(w);
    w->no_sync = false;
}

static long anonymous_kb(void)
{
    struct buf text = {0};
    world_file("/proc/self/status", &text);
    const char *at = strstr(buf_cstr(&text), "RssAnon:");
    long kb = at ? strtol(at + 8, NULL, 10) : 0;
    buf_fini(&text);
    return kb;
}

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static uint64_t done_of(struct world *w, const struct mapping *m)
{
    struct arena arena = {0};
    struct status s = {0};
    uint64_t done = world_status(w, m, &arena, &s) ? s.ledger.succeeded : 0;
    arena_fini(&arena);
    return done;
}

static void measure_rate(
    struct world *w, const struct kind *k, unsigned factor, uint64_t records, uint64_t limit)
{
    struct mapping m;
    char name[32];
    bool found;
    struct err err = ERR_INIT;
    uint64_t wanted = records < limit ? records : limit, done = 0, marks = 0;
    long first = 0, last = 0, most = 0;
    snprintf(name, sizeof name, "%s-%u", k->name, factor);
    world_function(
        w, &(struct world_function){
               .name = name, .runtime = k->runtime, .handler = k->trivial, .folder = k->folder});
    mapping_init(&m);
    m.function = str_from(name);
    m.from_start = true;
    m.factor = factor;
    world_mapping(w, "items", &m);
    double cpu = cpu_seconds(), began = world_seconds();
    world_run(w, NULL);
    for (; done < wanted; world_pause(5)) {
        done = done_of(w, &m);
        if (done * 10 / records == marks)
            continue;
        marks = done * 10 / records;
        last = anonymous_kb();
        first = first ? first : last;
        most = last > most ? last : most;
    }
    double seconds = world_seconds() - began;
    printf("  %-8s lanes %2u %12.0f %12.2f   %6ld KiB at a tenth, %ld at the end, %ld at most%s\n",
        k->name, factor, (double)done / seconds, (cpu_seconds() - cpu) / (double)done * 1e6, first,
        last, most,
        strcmp(k->name, "node") == 0
            ? (double)done / seconds >= 20000 ? " (goal 20,000)" : " (goal 20,000) MISSED"
            : "");
    world_stop(w);
    registry_remove_mapping(w->registry, m.uuid, &found, &err);
}

/* ---- from the commit to the handler ---- */

static void measure_latency(struct world *w, const struct kind *k)
{
    static double times[LIVE];
    static int64_t committed[LIVE];
    struct world_records truth;
    struct arena arena = {0};
    struct mapping m;
    char table[32], name[32], key[32];
    uint64_t random = 7;
    snprintf(table, sizeof table, "live-%s", k->name);
    snprintf(name, sizeof name, "account-%s", k->name);
    world_table(w, table);
    world_function(
        w, &(struct world_function){
               .name = name, .runtime = k->runtime, .handler = k->account, .folder = k->folder});
    mapping_init(&m);
    m.function = str_from(name);
    m.from_start = true;
    world_mapping(w, table, &m);
    world_run(w, NULL);
    world_put(w, table, "first", 0);
    world_wait(w, &m, 1, 30); /* it is warm */
    for (size_t i = 0; i < LIVE; i++) {
        struct timespec now;
        snprintf(key, sizeof key, "k-%zu", i);
        world_put(w, table, key, i);
        clock_gettime(CLOCK_REALTIME, &now);
        committed[i] = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
        world_pause(2 + (unsigned)(world_draw(&random) % 15));
    }
    world_wait(w, &m, LIVE + 1, 30);
    world_records(w, table, &truth);
    for (struct world_call *c = world_calls(w, name, &truth, &arena); c != NULL; c = c->next)
        for (size_t i = 0; i < c->count; i++)
            if (c->records[i] > 0 && c->records[i] <= LIVE)
                times[c->records[i] - 1] =
                    (double)(c->began_ns - committed[c->records[i] - 1]) / 1e6;
    printf("  %-30s %7.2f  %7.2f  %7.2f\n", k->name, quantile(times, LIVE, 0.5),
        quantile(times, LIVE, 0.99), quantile(times, LIVE, 1));
    world_stop(w);
    world_records_fini(&truth);
    arena_fini(&arena);
}

int main(int argc, char **argv)
{
    static struct world w;
    uint64_t records = argc > 1 ? strtoull(argv[1], NULL, 10) : 200000;
    setvbuf(stdout, NULL, _IOLBF, 0);
    world_make(&w);
    double began = world_seconds();
    fill(&w, "items", records);
    printf(
        "%llu records written in %.1f s\n", (unsigned long long)records, world_seconds() - began);
    world_open(&w);
    measure_calls(&w);
    printf("batches of 100             records/s  CPU us/record   memory of its own\n");
    measure_rate(&w, &kinds[0], 1, records, records);
    measure_rate(&w, &kinds[0], 10, records, records);
    measure_rate(&w, &kinds[1], 1, records, records);
    measure_rate(&w, &kinds[2], 1, records, 50000);
    printf("from the commit to the handler, ms     p50      p99     most\n");
    for (size_t i = 0; i < KINDS; i++)
        measure_latency(&w, &kinds[i]);
    world_remove(&w);
    return 0;
}
