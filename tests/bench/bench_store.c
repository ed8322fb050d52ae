/* SPDX-License-Identifier: MIT */
/*
 * The store against the map below it, in one run: what keys, records and transactions cost.
 *
 *   ninja -C BUILD bench_store && BUILD/tests/bench/bench_store [ITEMS] [FOLDER]
 *
 * ITEMS of 400 bytes (as DynamoDB counts them; partition key 17 bytes, sort key 24) are put in
 * random order of hashes into a new store below FOLDER (default /tmp), then read and scanned in
 * three ways each. The bare rows do what one would do without this house: a held transaction, a
 * lookup, a copy. Reads and records are the best of several rounds, which interleave, since other
 * processes disturb; writes are run once.
 */
#include "backend/embedded/codec.h"
#include "backend/embedded/names.h"
#include "backend/embedded/store.h"
#include "backend/number.h"
#include "base/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { TABLE = 5, ITEM_BYTES = 400, ROUNDS = 5 };

struct bench {
    struct store *store;
    struct key_schema schema;
    uint64_t items, first, batch;
    struct buf item, key, record, names, joined;
    uint64_t bytes;   /* DynamoDB's size of the last item */
    uint64_t touched; /* so that nothing is optimised away */
    bool grown;
};

static void die(const struct err *err)
{
    fprintf(stderr, "bench_store: %s\n", err->text);
    exit(1);
}

/* A bijection, so that every number comes once, in an order like chance. */
static uint64_t scatter(uint64_t i)
{
    i = (i ^ i >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    i = (i ^ i >> 27) * UINT64_C(0x94D049BB133111EB);
    return i ^ i >> 31;
}

static void put_text(struct value_open *item, struct buf *out, const char *name, const char *text)
{
    value_member(item, out, str_from(name));
    value_put_string(out, str_from(text));
}

static void put_number(struct value_open *item, struct buf *out, const char *name, int64_t v)
{
    struct number n;
    number_from_i64(&n, v);
    value_member(item, out, str_from(name));
    value_put_number(out, number_str(&n));
}

static struct value make_item(struct bench *b, uint64_t i)
{
    char pk[32], sk[32], note[ITEM_BYTES + 1];
    struct err err;
    uint64_t r = scatter(i);
    buf_clear(&b->item);
    snprintf(pk, sizeof pk, "customer#%08u", (unsigned)(r & 0xFFFFFFF) % 100000000);
    snprintf(sk, sizeof sk, "order#2026-11-20#%07u", (unsigned)(i % 10000000));
    struct value_open item = value_open(&b->item, VALUE_M);
    put_text(&item, &b->item, "created_at", "2026-11-20T10:41:00.123Z");
    put_text(&item, &b->item, "currency", "EUR");
    put_text(&item, &b->item, "customer_name", "someone with a name");
    put_text(&item, &b->item, "delivery_status", r & 64 ? "DELIVERED" : "UNDERWAY!");
    put_number(&item, &b->item, "item_count", (int64_t)(r % 90 + 10));
    put_text(&item, &b->item, "pk", pk);
    put_text(&item, &b->item, "sk", sk);
    put_number(&item, &b->item, "total_amount", (int64_t)(r % 900000 + 100000));
    value_member(&item, &b->item, STR("note"));
    size_t note_at = b->item.len;
    value_put_string(&b->item, STR(""));
    struct value_open trial = item;
    struct buf copy = {0};
    buf_add(&copy, buf_str(&b->item));
    value_close(&trial, &copy, &err);
    size_t left = ITEM_BYTES - value_item_size(value_of(buf_str(&copy)));
    buf_fini(&copy);
    memset(note, 'n', left);
    b->item.len = note_at;
    value_put_string(&b->item, (struct str){note, left});
    value_close(&item, &b->item, &err);
    return value_of(buf_str(&b->item));
}

/* ---- load ---- */

static bool load(struct store_txn *txn, void *context, struct err *err)
{
    struct bench *b = context;
    if (!names_copy(txn, TABLE, &b->names, err))
        return false;
    for (uint64_t i = b->first; i < b->first + b->batch && i < b->items; i++) {
        struct value item = make_item(b, i);
        buf_clear(&b->key);
        buf_clear(&b->record);
        key_of_item(&b->key, TABLE, &b->schema, item, NULL);
        codec_strip(&b->record, &b->schema, item, &b->names, &b->grown);
        if (!store_put(txn, STORE_ITEMS, buf_str(&b->key), buf_str(&b->record), err))
            return false;
    }
    if (b->grown && !names_save(txn, TABLE, buf_str(&b->names), err))
        return false;
    b->grown = false;
    return true;
}

static double seconds_since(int64_t start)
{
    return (double)(clock_tick_ns() - start) / 1e9;
}

static void row(const char *what, uint64_t count, double seconds)
{
    printf("%-52s %10.0f /s  %8.3f us\n", what, (double)count / seconds,
        seconds / (double)count * 1e6);
}

static void load_all(struct bench *b)
{
    struct err err = ERR_INIT;
    int64_t start = clock_tick_ns();
    for (b->first = 0; b->first < b->items; b->first += b->batch) {
        b->batch = 25 + scatter(b->first) % 976;
        if (!store_write(b->store, load, b, &err))
            die(&err);
    }
    row("put, 25..1000 a transaction, unsynced", b->items, seconds_since(start));
}

static void report_file(struct bench *b)
{
    struct store_stat stat;
    struct err err = ERR_INIT;
    if (!store_stat(b->store, &stat, &err))
        die(&err);
    double raw = (double)b->items * (double)value_item_size(make_item(b, 1));
    printf("file / items as DynamoDB counts them: %.3f (used pages %.3f); key %zu + record %zu "
           "bytes\n",
        (double)stat.file_bytes / raw, (double)stat.used_bytes / raw, b->key.len, b->record.len);
}

/* ---- point reads ---- */

enum { GETS = 500000 };

static bool read_item(
    struct store_txn *txn, struct bench *b, uint64_t i, bool join, struct err *err)
{
    struct str value, names, components;
    bool found;
    (void)i;
    if (join && !names_load(txn, TABLE, &names, err))
        return false;
    if (!store_get(txn, STORE_ITEMS, buf_str(&b->key), &value, &found, err) || !found)
        return false;
    buf_clear(&b->joined);
    if (!join) {
        buf_add(&b->joined, value);
        return true;
    }
    return key_components(buf_str(&b->key), &components) &&
           codec_join(&b->joined, &b->schema, components, names, value, err);
}

struct keys {
    struct buf bytes;
    uint32_t *ends;
};

/* Keys are made before: a caller has its key. */
static struct keys make_keys(struct bench *b)
{
    struct keys keys = {.ends = malloc(GETS * sizeof *keys.ends)};
    for (uint64_t i = 0; i < GETS; i++) {
        struct value item = make_item(b, scatter(i) % b->items);
        key_of_item(&keys.bytes, TABLE, &b->schema, item, NULL);
        keys.ends[i] = (uint32_t)keys.bytes.len;
    }
    return keys;
}

static void use_key(struct bench *b, const struct keys *keys, uint64_t i)
{
    uint32_t start = i ? keys->ends[i - 1] : 0;
    buf_clear(&b->key);
    buf_add_bytes(&b->key, keys->bytes.at + start, keys->ends[i] - start);
}

struct gets {
    struct bench *b;
    const struct keys *keys;
    uint64_t at;
    bool join;
};

static bool get_all_held(struct store_txn *txn, void *context, struct err *err)
{
    struct gets *g = context;
    for (uint64_t i = 0; i < GETS; i++) {
        use_key(g->b, g->keys, i);
        if (!read_item(txn, g->b, i, g->join, err))
            return false;
    }
    return true;
}

static bool get_one(struct store_txn *txn, void *context, struct err *err)
{
    struct gets *g = context;
    return read_item(txn, g->b, g->at, g->join, err);
}

static double get_all_renewed(struct gets *g)
{
    struct err err = ERR_INIT;
    int64_t start = clock_tick_ns();
    for (g->at = 0; g->at < GETS; g->at++) {
        use_key(g->b, g->keys, g->at);
        if (!store_read(g->b->store, get_one, g, &err))
            die(&err);
    }
    return seconds_since(start);
}

static double get_all_in_one(struct gets *g)
{
    struct err err = ERR_INIT;
    int64_t start = clock_tick_ns();
    if (!store_read(g->b->store, get_all_held, g, &err))
        die(&err);
    return seconds_since(start);
}

static double best(double a, double b)
{
    return a < b ? a : b;
}

static void read_points(struct bench *b)
{
    struct keys keys = make_keys(b);
    struct gets g = {.b = b, .keys = &keys};
    double held = 1e9, copied = 1e9, joined = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        g.join = false;
        held = best(held, get_all_in_one(&g));
        copied = best(copied, get_all_renewed(&g));
        g.join = true;
        joined = best(joined, get_all_renewed(&g));
    }
    row("get: transaction held, copy of the record (bare)", GETS, held);
    row("get: a transaction each, copy of the record", GETS, copied);
    row("get: a transaction each, the whole item", GETS, joined);
    printf("whole item against bare: %.2f\n", held / joined);
    free(keys.ends);
    buf_fini(&keys.bytes);
}

/* ---- scans ---- */

enum scan_mode { TOUCH, COPY, JOIN };

struct scan {
    struct bench *b;
    enum scan_mode mode;
    uint64_t count;
};

static bool scan(struct store_txn *txn, void *context, struct err *err)
{
    struct scan *s = context;
    struct bench *b = s->b;
    struct str names, components;
    struct store_cursor *c = store_cursor_open(txn, STORE_ITEMS, err);
    bool found = false;
    if (c == NULL || !names_load(txn, TABLE, &names, err))
        return false;
    buf_clear(&b->key);
    key_put_id(&b->key, TABLE);
    bool ok = store_seek(c, buf_str(&b->key), false, &found, err);
    for (s->count = 0; ok && found; s->count++) {
        struct str value = store_value(c), key = store_key(c);
        b->touched += (unsigned char)value.at[value.len - 1] + (unsigned char)key.at[key.len - 1];
        buf_clear(&b->joined);
        if (s->mode == COPY)
            buf_add(&b->joined, value);
        if (s->mode == JOIN)
            ok = key_components(key, &components) &&
                 codec_join(&b->joined, &b->schema, components, names, value, err);
        ok = ok && store_step(c, false, &found, err);
    }
    store_cursor_close(c);
    return ok;
}

static void scan_all(struct bench *b, enum scan_mode mode, const char *what)
{
    struct err err = ERR_INIT;
    struct scan s = {b, mode, 0};
    double seconds = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = clock_tick_ns();
        if (!store_read(b->store, scan, &s, &err))
            die(&err);
        seconds = best(seconds, seconds_since(start));
    }
    row(what, s.count, seconds);
}

/* ---- the record alone ---- */

enum { TIMES = 5000 };

static void strip_often(struct bench *b, struct value item)
{
    for (int i = 0; i < TIMES; i++) {
        buf_clear(&b->record);
        codec_strip(&b->record, &b->schema, item, &b->names, &b->grown);
    }
}

static void build_key_often(struct bench *b, struct value item)
{
    for (int i = 0; i < TIMES; i++) {
        buf_clear(&b->key);
        key_of_item(&b->key, TABLE, &b->schema, item, NULL);
    }
}

static void join_often(struct bench *b, struct value item)
{
    struct str components;
    struct err err = ERR_INIT;
    (void)item;
    key_components(buf_str(&b->key), &components);
    for (int i = 0; i < TIMES; i++) {
        buf_clear(&b->joined);
        codec_join(
            &b->joined, &b->schema, components, buf_str(&b->names), buf_str(&b->record), &err);
    }
}

/* Short rounds, many of them: the best one had the core for itself. */
static void time_often(
    struct bench *b, const char *what, void (*often)(struct bench *b, struct value item))
{
    struct value item = make_item(b, 7);
    double seconds = 1e9;
    for (int round = 0; round < 200; round++) {
        int64_t start = clock_tick_ns();
        often(b, item);
        seconds = best(seconds, seconds_since(start));
    }
    row(what, TIMES, seconds);
}

static void codec_alone(struct bench *b)
{
    time_often(b, "item to record", strip_often);
    time_often(b, "item to key", build_key_often);
    time_often(b, "record to item", join_often);
}

/* ---- durable writes from many threads ---- */

struct writer {
    struct bench *b;
    uint64_t from, count;
};

static bool put_one(struct store_txn *txn, void *context, struct err *err)
{
    struct writer *w = context;
    static const char value[ITEM_BYTES];
    char key[24];
    int len = snprintf(key, sizeof key, "%016llx", (unsigned long long)scatter(w->from));
    return store_put(
        txn, STORE_STREAM, (struct str){key, (size_t)len}, (struct str){value, sizeof value}, err);
}

static void *write_on(void *context)
{
    struct writer *w = context;
    struct err err = ERR_INIT;
    for (uint64_t i = 0; i < w->count; i++, w->from++)
        if (!store_write(w->b->store, put_one, w, &err))
            die(&err);
    return NULL;
}

static void write_durably(struct bench *b, unsigned threads, uint64_t each)
{
    pthread_t ids[64];
    struct writer writers[64];
    char what[64];
    int64_t start = clock_tick_ns();
    uint64_t version = store_version(b->store);
    for (unsigned i = 0; i < threads; i++) {
        writers[i] = (struct writer){b, (threads * 1000ULL + i) * 1000000, each};
        pthread_create(&ids[i], NULL, write_on, &writers[i]);
    }
    for (unsigned i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    double seconds = seconds_since(start);
    snprintf(what, sizeof what, "put, synced, %u threads (%.1f a commit)", threads,
        (double)(threads * each) / (double)(store_version(b->store) - version));
    row(what, threads * each, seconds);
}

/* ---- opening ---- */

static void open_again(struct bench *b, const char *folder, bool no_sync)
{
    struct err err = ERR_INIT;
    int64_t start = clock_tick_ns();
    b->store = store_open(folder, &(struct store_options){.no_sync = no_sync}, &err);
    if (b->store == NULL)
        die(&err);
    printf("open: %.2f ms\n", seconds_since(start) * 1e3);
}

int main(int argc, char **argv)
{
    struct bench b = {.items = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000};
    char folder[256], command[300];
    snprintf(folder, sizeof folder, "%s/dynascope-bench-XXXXXX", argc > 2 ? argv[2] : "/tmp");
    if (mkdtemp(folder) == NULL)
        return 1;
    key_schema_add(&b.schema, STR("pk"), VALUE_S);
    key_schema_add(&b.schema, STR("sk"), VALUE_S);
    b.schema.partition = b.schema.sort = 1;
    open_again(&b, folder, true);
    load_all(&b);
    report_file(&b);
    codec_alone(&b);
    store_close(b.store, NULL);
    open_again(&b, folder, false);
    read_points(&b);
    scan_all(&b, TOUCH, "scan: touch key and record");
    scan_all(&b, COPY, "scan: copy of the record (bare)");
    scan_all(&b, JOIN, "scan: the whole item");
    for (unsigned threads = 1; threads <= 32; threads *= 2)
        write_durably(&b, threads, 2000 / threads + 100);
    store_close(b.store, NULL);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) == 0 && b.touched ? 0 : 1;
}
