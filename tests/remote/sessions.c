/* SPDX-License-Identifier: MIT */
/*
 * Many sessions of edits, counters, transactions and bulk writes over a line that goes wrong a
 * third of the time, each thread with a connection of its own:
 *
 *   remote_sessions SEED COUNT [THREADS]
 *
 * After each step the store itself is asked. What was called saved is there, once; what was called
 * refused is not; where it was said that nobody knows, it is one of both; a value is never counted
 * twice. The seed chooses steps and faults (not how threads take turns).
 */
#include "backend/client.h"
#include "backend/json_in.h"
#include "backend/number.h"
#include "backend/remote/remote.h"
#include "backend/serve/serve.h"
#include "tests/remote/proxy.h"
#include "views/changes/change.h"

#include <ftw.h>
#include <stdarg.h>

enum { STEPS = 5, BATCH = 25, THREADS_MAX = 64, STALL_MS = 200 };

struct world {
    struct backend *store;
    struct serve *serve;
    pthread_t thread;
    char folder[64];
    atomic_int next, threads, failures;
    int count;
    unsigned seed;
    /* what came of all steps */
    atomic_int saved, refused, unknown, conflicts, faults;
};

/* One thread's sessions, one after the other. */
struct session {
    struct world *w;
    struct proxy *proxy;
    unsigned fault_random; /* under the proxy's lock */
    int number;
    unsigned random;
    struct client line, truth; /* over the line; the store itself */
    struct client_table table;
    struct arena arena;
};

static unsigned next_random(unsigned *state)
{
    *state = *state * 1103515245 + 12345;
    return *state / 65536 % 32768;
}

static void complain(struct session *s, const char *what, const struct err *err)
{
    atomic_fetch_add(&s->w->failures, 1);
    fprintf(stderr, "session %d: %s (%d %s %s)\n", s->number, what, (int)err->code, err->name,
        err->text);
}

/* ---- the line ---- */

static enum proxy_fault choose(void *context, struct str operation, struct str body)
{
    static const enum proxy_fault faults[] = {PROXY_FAIL_BEFORE, PROXY_FAIL_AFTER, PROXY_GATEWAY,
        PROXY_RESET_BEFORE, PROXY_RESET_AFTER, PROXY_CUT, PROXY_SHORT, PROXY_CRC,
        PROXY_STALL_BEFORE, PROXY_STALL_AFTER, PROXY_DRIP, PROXY_EXPIRED, PROXY_REDIRECT,
        PROXY_PAGE, PROXY_GARBAGE, PROXY_THROTTLE, PROXY_RESET_AFTER, PROXY_CUT, PROXY_FAIL_AFTER,
        PROXY_UNPROCESSED};
    struct session *s = context;
    (void)body;
    if (next_random(&s->fault_random) % 100 >= 33)
        return PROXY_PASS;
    enum proxy_fault fault =
        faults[next_random(&s->fault_random) % (sizeof faults / sizeof *faults)];
    if (fault == PROXY_UNPROCESSED && !str_equal(operation, STR("BatchWriteItem")))
        return PROXY_PASS;
    atomic_fetch_add(&s->w->faults, 1);
    return fault;
}

/* ---- items ---- */

static struct value item(struct session *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static struct value item(struct session *s, const char *format, ...)
{
    char text[512];
    va_list args;
    struct buf bytes = {0};
    struct err err = ERR_INIT;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!json_in_plain(&bytes, json_parse(&s->arena, str_from(text), &err), &err))
        complain(s, text, &err);
    struct value v = value_of(arena_dup(&s->arena, buf_str(&bytes)));
    buf_fini(&bytes);
    return v;
}

static struct value key(struct session *s)
{
    return item(s, "{\"k\":\"s%d\"}", s->number);
}

/* What is there once nothing is under way any more: a request that its client has given up may
 * still arrive. */
static struct value truth(struct session *s, struct value k)
{
    struct value now = {0};
    struct err err = ERR_INIT;
    proxy_settle(s->proxy);
    if (!client_get(&s->truth, &s->arena, STR("Tab"), k, &now, &err))
        complain(s, "the store cannot be read", &err);
    return now;
}

static bool same(struct value a, struct value b)
{
    return a.type == VALUE_NONE || b.type == VALUE_NONE ? a.type == b.type : value_equal(a, b);
}

/* ---- edits, as the explorer makes them ---- */

/* What was said of the write against what is there; `before` and `after` as the writer saw them. */
static void judge(struct session *s, bool ok, const struct err *err, struct value before,
    struct value after, struct value now)
{
    bool is_before = same(now, before), is_after = same(now, after);
    if (ok) {
        atomic_fetch_add(&s->w->saved, 1);
        if (!is_after)
            complain(s, "called saved, and is not there", err);
    } else if (err->code == ERR_UNKNOWN) {
        atomic_fetch_add(&s->w->unknown, 1);
        if (!is_before && !is_after)
            complain(s, "called unknown, and is neither", err);
    } else {
        atomic_fetch_add(&s->w->refused, 1);
        if (!is_before)
            complain(s, "called refused, and is there", err);
    }
}

static struct value next_version(struct session *s, struct value now, int step)
{
    if (now.type != VALUE_NONE && next_random(&s->random) % 6 == 0)
        return (struct value){0};
    return item(s, "{\"k\":\"s%d\",\"n\":%d,\"tag\":\"%u\",\"keep\":[1,{\"x\":null}]}", s->number,
        step, next_random(&s->random));
}

/* Somebody else changes the item between loading and saving: this must be told. */
static void edit_beside_a_rival(struct session *s, int step)
{
    struct err err = ERR_INIT;
    struct value before = truth(s, key(s)), after = next_version(s, before, step);
    struct value theirs = item(s, "{\"k\":\"s%d\",\"rival\":%d}", s->number, step);
    if (before.type == VALUE_NONE || after.type == VALUE_NONE)
        return;
    if (!client_put(&s->truth, STR("Tab"), theirs, NULL, &err))
        complain(s, "the rival cannot write", &err);
    bool ok = change_carry_out(&s->line, &s->arena, &s->table, before, after, &err);
    if (ok)
        complain(s, "a rival's change was covered up", &err);
    atomic_fetch_add(&s->w->conflicts, 1);
    if (!same(truth(s, key(s)), theirs))
        complain(s, "a rival's change is gone", &err);
}

static void edit(struct session *s, int step)
{
    struct err err = ERR_INIT;
    if (next_random(&s->random) % 5 == 0) {
        edit_beside_a_rival(s, step);
        return;
    }
    struct value before = truth(s, key(s)), after = next_version(s, before, step);
    bool ok = change_carry_out(&s->line, &s->arena, &s->table, before, after, &err);
    judge(s, ok, &err, before, after, truth(s, key(s)));
}

/* ---- counters: nothing is counted twice ---- */

static int64_t count_of(struct session *s)
{
    struct value now = truth(s, key(s)), n;
    int64_t count = 0;
    if (now.type != VALUE_NONE && value_find(now, STR("count"), &n))
        number_to_i64(n.data, &count);
    return count;
}

static void add_one(struct session *s, int step)
{
    static const char update[] =
        "\"TableName\":\"Tab\",\"Key\":{\"k\":{\"S\":\"s%d\"}},\"UpdateExpression\":\"ADD #c :o\","
        "\"ExpressionAttributeNames\":{\"#c\":\"count\"},"
        "\"ExpressionAttributeValues\":{\":o\":{\"N\":\"1\"}}";
    struct err err = ERR_INIT;
    struct ddb_reply reply = {0};
    struct buf body = {0};
    bool transaction = step % 2;
    int64_t before = count_of(s);
    buf_add(&body, transaction ? STR("{\"TransactItems\":[{\"Update\":{") : STR("{"));
    buf_printf(&body, update, s->number);
    buf_add(&body, transaction ? STR("}}]}") : STR("}"));
    bool ok = client_call(&s->line, transaction ? STR("TransactWriteItems") : STR("UpdateItem"),
        buf_str(&body), &reply, &err);
    int64_t more = count_of(s) - before;
    atomic_fetch_add(ok                        ? &s->w->saved
                     : err.code == ERR_UNKNOWN ? &s->w->unknown
                                               : &s->w->refused,
        1);
    if (more < 0 || more > 1)
        complain(s, "counted more than once", &err);
    else if (ok && more != 1)
        complain(s, "called counted, and is not", &err);
    else if (!ok && err.code != ERR_UNKNOWN && more)
        complain(s, "called refused, and is counted", &err);
    ddb_reply_fini(&reply);
    buf_fini(&body);
}

/* ---- bulk ---- */

static void bulk(struct session *s, int step)
{
    struct value items[BATCH];
    struct err err = ERR_INIT;
    for (int i = 0; i < BATCH; i++)
        items[i] = item(s, "{\"k\":\"b%d-%d-%d\",\"n\":%d}", s->number, step, i, i);
    bool ok = client_put_batch(&s->line, STR("Tab"), items, BATCH, &err);
    atomic_fetch_add(ok ? &s->w->saved : &s->w->refused, 1);
    for (int i = 0; i < BATCH; i++) {
        struct value k = item(s, "{\"k\":\"b%d-%d-%d\"}", s->number, step, i);
        struct value now = truth(s, k);
        if (ok ? !same(now, items[i]) : now.type != VALUE_NONE && !same(now, items[i]))
            complain(s, ok ? "called written, and is not there" : "is there in another form", &err);
    }
}

/* ---- sessions ---- */

static void run(struct session *s)
{
    static void (*const kinds[])(struct session *, int) = {edit, edit, add_one, bulk};
    void (*kind)(struct session *, int) = kinds[next_random(&s->random) % 4];
    for (int step = 0; step < STEPS; step++)
        kind(s, step);
}

static bool begin(struct session *s, struct err *err)
{
    char url[64];
    s->proxy = proxy_start((int)serve_port(s->w->serve));
    s->proxy->choose = choose;
    s->proxy->context = s;
    snprintf(url, sizeof url, "http://127.0.0.1:%u", s->proxy->port);
    struct remote_options options = {.ask = {.endpoint_url = str_from(url)}, .stall_ms = STALL_MS};
    s->line.backend = remote_open(&options, err);
    return s->line.backend && client_describe(&s->truth, &s->arena, STR("Tab"), &s->table, err);
}

static void *thread_main(void *context)
{
    struct world *w = context;
    struct session s = {.w = w, .truth = {.backend = w->store}, .fault_random = w->seed * 31};
    s.fault_random += (unsigned)atomic_fetch_add(&w->threads, 1);
    struct err err = ERR_INIT;
    bool ok = begin(&s, &err);
    if (!ok)
        complain(&s, "cannot begin", &err);
    struct arena of_table = s.arena;
    while (ok && (s.number = atomic_fetch_add(&w->next, 1)) < w->count) {
        s.random = w->seed * 7919 + (unsigned)s.number;
        s.arena = (struct arena){0};
        run(&s);
        arena_fini(&s.arena);
    }
    arena_fini(&of_table);
    backend_close(s.line.backend, NULL);
    proxy_stop(s.proxy);
    return NULL;
}

/* ---- the world ---- */

static void *serve_main(void *context)
{
    struct err err = ERR_INIT;
    serve_run(((struct world *)context)->serve, NULL, &err);
    return NULL;
}

static bool open_world(struct world *w, struct err *err)
{
    struct backend_options fast = {.no_sync = true};
    struct ddb_reply reply = {0};
    strcpy(w->folder, "/tmp/dynascope-sessions-XXXXXX");
    if (!mkdtemp(w->folder) || !(w->store = backend_open(w->folder, &fast, err)))
        return false;
    struct client c = {.backend = w->store};
    bool ok = client_call(&c, STR("CreateTable"),
        STR("{\"TableName\":\"Tab\",\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"}],"
            "\"AttributeDefinitions\":[{\"AttributeName\":\"k\",\"AttributeType\":\"S\"}],"
            "\"BillingMode\":\"PAY_PER_REQUEST\"}"),
        &reply, err);
    ddb_reply_fini(&reply);
    w->serve = ok ? serve_open(w->store, &(struct serve_options){.quick_writes = true}, err) : NULL;
    if (!w->serve)
        return false;
    pthread_create(&w->thread, NULL, serve_main, w);
    return true;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void close_world(struct world *w)
{
    if (w->serve) {
        serve_stop(w->serve);
        pthread_join(w->thread, NULL);
        serve_close(w->serve);
    }
    backend_close(w->store, NULL);
    nftw(w->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(int argc, char **argv)
{
    struct world w = {
        .seed = argc > 1 ? (unsigned)atoi(argv[1]) : 1, .count = argc > 2 ? atoi(argv[2]) : 200};
    pthread_t threads[THREADS_MAX];
    int thread_count = argc > 3 ? atoi(argv[3]) : 24;
    struct err err = ERR_INIT;
    if (thread_count > THREADS_MAX)
        thread_count = THREADS_MAX;
    setenv("HOME", "/nonexistent", 1); /* nobody's profiles count */
    unsetenv("AWS_PROFILE");
    if (!open_world(&w, &err)) {
        fprintf(stderr, "%s\n", err.text);
        close_world(&w);
        return 1;
    }
    for (int i = 0; i < thread_count; i++)
        pthread_create(&threads[i], NULL, thread_main, &w);
    for (int i = 0; i < thread_count; i++)
        pthread_join(threads[i], NULL);
    printf(
        "seed %u: %d sessions, %d faults; steps: %d saved, %d refused, %d unknown, %d conflicts; "
        "%d failures\n",
        w.seed, w.count, (int)w.faults, (int)w.saved, (int)w.refused, (int)w.unknown,
        (int)w.conflicts, (int)w.failures);
    close_world(&w);
    return w.failures ? 1 : 0;
}
