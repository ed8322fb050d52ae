/* SPDX-License-Identifier: MIT */
/*
 * Measures the embedded store from the waist down, request text in and answer text out, against a
 * bare LMDB that holds the same bytes and is read, copied and written as JSON by the same writer:
 * the difference is what the engine adds.
 *
 *   bench_waist FOLDER ITEMS [DYNASCOPE]
 *
 * FOLDER is emptied first. With DYNASCOPE (the binary) also: import, and the cost of writes and
 * reads beside an open explorer.
 */
#include "backend/backend.h"
#include "backend/json_in.h"
#include "backend/json_out.h"
#include "backend/value.h"

#include <lmdb.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 3, READS = 100000, WRITES = 20000, BATCH = 25, FILLER = 300 };

struct bench {
    const char *folder, *program;
    uint64_t items;
    struct backend *backend;
    struct ddb_reply reply;
    struct buf body;
    uint64_t random, version;
    MDB_env *bare;
    MDB_dbi dbi;
    uint64_t raw_bytes;
};

static void give_up(const char *what, const char *why)
{
    fprintf(stderr, "bench_waist: %s: %s\n", what, why);
    exit(70);
}

static uint64_t next_random(struct bench *b)
{
    b->random ^= b->random << 13;
    b->random ^= b->random >> 7;
    b->random ^= b->random << 17;
    return b->random;
}

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A stretch of work: wall time and CPU time of this process. */
struct span {
    double wall, cpu;
};

static struct span begin(void)
{
    return (struct span){seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID)};
}

static struct span end(struct span start)
{
    struct span now = begin();
    return (struct span){now.wall - start.wall, now.cpu - start.cpu};
}

static struct span faster(struct span a, struct span b)
{
    return a.wall == 0 || b.cpu < a.cpu ? b : a;
}

static void show(const char *what, uint64_t count, struct span time)
{
    printf("  %-44s %12.0f /s %9.2f us CPU\n", what, (double)count / time.wall,
        time.cpu * 1e6 / (double)count);
    fflush(stdout);
}

static void show_ratio(const char *what, double ratio, const char *goal)
{
    printf("  %-44s %12.2f    (goal %s)\n", what, ratio, goal);
}

/* ---- requests ---- */

static void call(struct bench *b, const char *operation)
{
    struct err err = ERR_INIT;
    struct ddb_call request = {.operation = str_from(operation), .body = buf_str(&b->body)};
    if (!backend_call(b->backend, &request, &b->reply, &err))
        give_up(operation, err.text);
    if (b->reply.status != 200)
        give_up(operation, buf_cstr(&b->reply.body));
}

static void open_store(struct bench *b, bool no_sync)
{
    struct err err = ERR_INIT;
    char path[4096];
    snprintf(path, sizeof path, "%s/store", b->folder);
    b->backend = backend_open(path, &(struct backend_options){.no_sync = no_sync}, &err);
    if (b->backend == NULL)
        give_up(path, err.text);
}

static void create_table(struct bench *b, const char *table, bool stream)
{
    buf_clear(&b->body);
    buf_printf(&b->body,
        "{\"TableName\":\"%s\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{"
        "\"AttributeName\":"
        "\"pk\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"sk\",\"KeyType\":\"RANGE\"}],"
        "\"AttributeDefinitions\":[{\"AttributeName\":\"pk\",\"AttributeType\":\"S\"},{"
        "\"AttributeName\":\"sk\",\"AttributeType\":\"S\"}],\"StreamSpecification\":{"
        "\"StreamEnabled\":%s}}",
        table, stream ? "true,\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"" : "false");
    call(b, "CreateTable");
}

static void add_key(struct buf *out, uint64_t n)
{
    buf_printf(out,
        "\"pk\":{\"S\":\"customer#%08llu\"},\"sk\":{\"S\":\"2024-01-01T00:00:00#%04llu\"}",
        (unsigned long long)(n / 100), (unsigned long long)(n % 100));
}

static void add_item(struct buf *out, uint64_t n, uint64_t version)
{
    static const char filler[FILLER + 1] = {[0 ... FILLER - 1] = 'x'};
    buf_add_byte(out, '{');
    add_key(out, n);
    buf_printf(out,
        ",\"amount\":{\"N\":\"%llu.%02llu\"},\"status\":{\"S\":\"PENDING\"},\"version\":{\"N\":\"%"
        "llu\"},"
        "\"note\":{\"S\":\"%s\"}}",
        (unsigned long long)(n * 7919 % 100000), (unsigned long long)(n % 100),
        (unsigned long long)version, filler);
}

/* Writes items [from, to) as BatchWriteItem of 25. */
static void write_batches(struct bench *b, const char *table, uint64_t from, uint64_t to)
{
    b->version++;
    while (from < to) {
        buf_clear(&b->body);
        buf_printf(&b->body, "{\"RequestItems\":{\"%s\":[", table);
        for (int i = 0; i < BATCH && from < to; i++, from++) {
            buf_add(&b->body,
                i ? STR(",{\"PutRequest\":{\"Item\":") : STR("{\"PutRequest\":{\"Item\":"));
            add_item(&b->body, from, b->version);
            buf_add(&b->body, STR("}}"));
        }
        buf_add(&b->body, STR("]}}"));
        call(b, "BatchWriteItem");
    }
}

static void put_item(struct bench *b, const char *table, uint64_t n, uint64_t version)
{
    buf_clear(&b->body);
    buf_printf(&b->body, "{\"TableName\":\"%s\",\"Item\":", table);
    add_item(&b->body, n, version);
    buf_add_byte(&b->body, '}');
    call(b, "PutItem");
}

static void get_item(struct bench *b, const char *table, uint64_t n)
{
    buf_clear(&b->body);
    buf_printf(&b->body, "{\"TableName\":\"%s\",\"Key\":{", table);
    add_key(&b->body, n);
    buf_add(&b->body, STR("}}"));
    call(b, "GetItem");
}

/* Reads on from the LastEvaluatedKey of the answer; false at the end. */
static bool next_page(struct bench *b, const char *table)
{
    struct str reply = buf_str(&b->reply.body);
    size_t at = str_find(reply, STR("\"LastEvaluatedKey\":"));
    if (at == SIZE_MAX)
        return false;
    /* an object of objects of strings without braces: its end is the second brace in a row */
    struct str key = str_skip(reply, at + sizeof "\"LastEvaluatedKey\":" - 1);
    key = str_take(key, str_find(key, STR("}}")) + 2);
    buf_clear(&b->body);
    buf_printf(&b->body, "{\"TableName\":\"%s\",\"ExclusiveStartKey\":%.*s}", table, STR_ARG(key));
    return true;
}

static uint64_t scan_all(struct bench *b, const char *table)
{
    uint64_t count = 0;
    buf_clear(&b->body);
    buf_printf(&b->body, "{\"TableName\":\"%s\"}", table);
    do {
        call(b, "Scan");
        struct str reply = buf_str(&b->reply.body);
        size_t at = str_find(reply, STR("\"Count\":"));
        count += at == SIZE_MAX ? 0 : strtoull(reply.at + at + 8, NULL, 10);
    } while (next_page(b, table));
    return count;
}

/* ---- the bare store ---- */

static void must(int code, const char *what)
{
    if (code != MDB_SUCCESS)
        give_up(what, mdb_strerror(code));
}

static size_t bare_key(char key[64], uint64_t n)
{
    return (size_t)snprintf(key, 64, "customer#%08llu2024-01-01T00:00:00#%04llu",
        (unsigned long long)(n / 100), (unsigned long long)(n % 100));
}

/* The item as encoded bytes, as the store would hold them. */
static void bare_value(struct bench *b, struct buf *out, uint64_t n)
{
    struct err err = ERR_INIT;
    struct arena arena = {0};
    buf_clear(&b->body);
    buf_clear(out);
    add_item(&b->body, n, 1);
    const struct json *json = json_parse(&arena, buf_str(&b->body), &err);
    if (json == NULL || !json_in_item(out, json, false, &err))
        give_up("bare value", err.text);
    arena_fini(&arena);
}

static void bare_load(struct bench *b)
{
    char path[4096], key[64];
    struct buf value = {0};
    MDB_txn *txn = NULL;
    snprintf(path, sizeof path, "%s/bare", b->folder);
    mkdir(path, 0700);
    must(mdb_env_create(&b->bare), "mdb_env_create");
    mdb_env_set_mapsize(b->bare, (size_t)1 << 40);
    must(mdb_env_open(b->bare, path, MDB_NOSYNC | MDB_NORDAHEAD, 0600), path);
    for (uint64_t n = 0; n < b->items; n++) {
        if (n % 1000 == 0) {
            must(txn ? mdb_txn_commit(txn) : 0, "commit");
            must(mdb_txn_begin(b->bare, NULL, 0, &txn), "begin");
            must(mdb_dbi_open(txn, NULL, 0, &b->dbi), "open");
        }
        bare_value(b, &value, n);
        MDB_val k = {bare_key(key, n), key}, v = {value.len, value.at};
        b->raw_bytes += k.mv_size + value_item_size(value_of(buf_str(&value)));
        must(mdb_put(txn, b->dbi, &k, &v, MDB_APPEND), "put");
    }
    must(mdb_txn_commit(txn), "commit");
    buf_fini(&value);
}

static struct span bare_get(struct bench *b)
{
    char key[64];
    MDB_txn *txn;
    must(mdb_txn_begin(b->bare, NULL, MDB_RDONLY, &txn), "begin");
    mdb_txn_reset(txn);
    struct span start = begin();
    for (int i = 0; i < READS; i++) {
        MDB_val k = {bare_key(key, next_random(b) % b->items), key}, v;
        must(mdb_txn_renew(txn), "renew");
        must(mdb_get(txn, b->dbi, &k, &v), "get");
        buf_clear(&b->body);
        json_out_typed_item(&b->body, value_of((struct str){v.mv_data, v.mv_size}));
        mdb_txn_reset(txn);
    }
    struct span time = end(start);
    mdb_txn_abort(txn);
    return time;
}

static struct span bare_scan(struct bench *b, bool as_json)
{
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val k, v;
    must(mdb_txn_begin(b->bare, NULL, MDB_RDONLY, &txn), "begin");
    must(mdb_cursor_open(txn, b->dbi, &cursor), "cursor");
    struct span start = begin();
    while (mdb_cursor_get(cursor, &k, &v, MDB_NEXT) == 0) {
        if (b->body.len > 1 << 20)
            buf_clear(&b->body);
        if (as_json)
            json_out_typed_item(&b->body, value_of((struct str){v.mv_data, v.mv_size}));
        else
            buf_add_bytes(&b->body, v.mv_data, v.mv_size);
    }
    struct span time = end(start);
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    return time;
}

/* ---- the measurements ---- */

static off_t file_size(struct bench *b, const char *name)
{
    char path[4096];
    struct stat about = {0};
    snprintf(path, sizeof path, "%s/%s", b->folder, name);
    stat(path, &about);
    return about.st_blocks * 512;
}

static void measure_load(struct bench *b)
{
    printf("load, %llu items of %llu bytes, BatchWriteItem, synced once\n",
        (unsigned long long)b->items, (unsigned long long)(b->raw_bytes / b->items));
    open_store(b, true);
    create_table(b, "items", false);
    struct span start = begin();
    write_batches(b, "items", 0, b->items);
    backend_close(b->backend, NULL);
    show("items", b->items, end(start));
    show_ratio(
        "file / raw data", (double)file_size(b, "store/data.mdb") / (double)b->raw_bytes, "1.6");
    show_ratio(
        "bare file / raw data", (double)file_size(b, "bare/data.mdb") / (double)b->raw_bytes, "-");
}

static void measure_reads(struct bench *b)
{
    struct span bare = {0}, ours = {0}, copied = {0}, json = {0}, scanned = {0};
    printf("reads, random keys, warm\n");
    open_store(b, false);
    for (int round = 0; round < ROUNDS; round++) {
        bare = faster(bare, bare_get(b));
        struct span start = begin();
        for (int i = 0; i < READS; i++)
            get_item(b, "items", next_random(b) % b->items);
        ours = faster(ours, end(start));
        copied = faster(copied, bare_scan(b, false));
        json = faster(json, bare_scan(b, true));
        start = begin();
        if (scan_all(b, "items") != b->items)
            give_up("Scan", "items are missing");
        scanned = faster(scanned, end(start));
    }
    show("bare get + JSON out", READS, bare);
    show("GetItem, text to text", READS, ours);
    show_ratio("GetItem / bare", bare.cpu / ours.cpu, ">= 0.5");
    show("bare cursor + copy", b->items, copied);
    show("bare cursor + JSON out", b->items, json);
    show("Scan to the end, text to text", b->items, scanned);
    show_ratio("Scan / bare cursor + copy", copied.cpu / scanned.cpu, ">= 0.3");
    show_ratio("Scan / bare cursor + JSON out", json.cpu / scanned.cpu, "-");
    backend_close(b->backend, NULL);
}

/* Each put changes its item: what changes nothing leaves no stream record. */
static struct span time_puts(struct bench *b, const char *table)
{
    struct span start = begin();
    for (int i = 0; i < WRITES; i++)
        put_item(b, table, next_random(b) % 1000, ++b->version);
    return end(start);
}

/* Two tables alike but for the length of their streams, written in turns. */
static void measure_streams(struct bench *b)
{
    struct span none = {0}, empty = {0}, filled = {0};
    printf("writes against the length of the stream, synced once\n");
    open_store(b, true);
    create_table(b, "none", false);
    create_table(b, "empty", true);
    create_table(b, "long", true);
    write_batches(b, "none", 0, 1000);
    write_batches(b, "empty", 0, 1000);
    for (uint64_t at = 0; at < b->items; at += 1000)
        write_batches(b, "long", 0, 1000);
    for (int round = 0; round < ROUNDS; round++) {
        none = faster(none, time_puts(b, "none"));
        empty = faster(empty, time_puts(b, "empty"));
        filled = faster(filled, time_puts(b, "long"));
    }
    backend_close(b->backend, NULL);
    show("PutItem, no stream", WRITES, none);
    show("PutItem, stream just begun", WRITES, empty);
    printf("  stream of %llu records:\n", (unsigned long long)b->items);
    show("PutItem, long stream", WRITES, filled);
    show_ratio("long / begun", filled.cpu / empty.cpu, "<= 1.1");
    show_ratio("stream / no stream", empty.cpu / none.cpu, "-");
}

/* ---- beside an open explorer ---- */

struct explorer {
    pid_t pid;
    int fd;
};

static void drain(struct explorer *e, int quiet_ms)
{
    char bytes[65536];
    struct pollfd ready = {.fd = e->fd, .events = POLLIN};
    while (poll(&ready, 1, quiet_ms) > 0 && read(e->fd, bytes, sizeof bytes) > 0)
        ;
}

static struct explorer open_explorer(struct bench *b)
{
    char path[4096];
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    struct explorer e;
    snprintf(path, sizeof path, "%s/store", b->folder);
    e.pid = forkpty(&e.fd, NULL, NULL, &size);
    if (e.pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        execl(b->program, b->program, path, "none", (char *)NULL);
        _exit(127);
    }
    drain(&e, 500);
    return e;
}

static void close_explorer(struct explorer *e)
{
    kill(e->pid, SIGKILL);
    waitpid(e->pid, NULL, 0);
    close(e->fd);
}

static void measure_explorer(struct bench *b)
{
    struct span alone = {0}, beside = {0}, reads_alone = {0}, reads_beside = {0};
    printf("beside an open explorer, synced once; reads of the table that it shows\n");
    open_store(b, true);
    off_t before = file_size(b, "store/data.mdb"), grown = 0;
    for (int round = 0; round < ROUNDS * 2; round++) {
        bool open = round % 2;
        struct explorer e = {0};
        off_t size = file_size(b, "store/data.mdb");
        if (open)
            e = open_explorer(b);
        struct span writes = time_puts(b, "none"), start = begin();
        for (int i = 0; i < READS / 4; i++)
            get_item(b, "none", next_random(b) % 1000);
        struct span reads = end(start);
        if (open) {
            grown += file_size(b, "store/data.mdb") - size;
            drain(&e, 50);
            close_explorer(&e);
        }
        if (open) {
            beside = faster(beside, writes);
            reads_beside = faster(reads_beside, reads);
        } else {
            alone = faster(alone, writes);
            reads_alone = faster(reads_alone, reads);
        }
    }
    backend_close(b->backend, NULL);
    show("PutItem, no explorer", WRITES, alone);
    show("PutItem, explorer open", WRITES, beside);
    show_ratio("open / none", beside.cpu / alone.cpu, "about 1");
    show_ratio("reads: open / none", reads_beside.cpu / reads_alone.cpu, "about 1");
    printf("  %-44s %12.1f MiB of %.1f\n", "file grew beside it by", (double)grown / 1048576,
        (double)before / 1048576);
}

static void empty_folder(const char *folder)
{
    static const char *const names[] = {
        "store/data.mdb", "store/lock.mdb", "bare/data.mdb", "bare/lock.mdb"};
    char path[4096];
    mkdir(folder, 0700);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: bench_waist FOLDER ITEMS [DYNASCOPE]\n");
        return 64;
    }
    struct bench b = {.folder = argv[1],
        .items = strtoull(argv[2], NULL, 10),
        .program = argc > 3 ? argv[3] : NULL,
        .random = 88172645463325252};
    empty_folder(b.folder);
    bare_load(&b);
    measure_load(&b);
    measure_reads(&b);
    measure_streams(&b);
    if (b.program)
        measure_explorer(&b);
    mdb_env_close(b.bare);
    ddb_reply_fini(&b.reply);
    buf_fini(&b.body);
    return 0;
}
