/* SPDX-License-Identifier: MIT */
/*
 * Batches over threads. Which thread an item goes to is a matter of its key's hash.
 *
 *   loader_put ──▶ lane 0: forming │ queue ▶ ▶ │ thread ──▶ BatchWriteItem
 *              ──▶ lane 1: forming │ queue ▶ ▶ │ thread ──▶ BatchWriteItem
 *
 * The forming batch belongs to the thread that hands over; queues and counts are under one lock. A
 * lane's oldest record is the first of what its thread writes, else of its queue, else of its
 * forming batch: the smallest of all lanes' is where an interrupted import goes on.
 */
#include "views/cli/loader.h"
#include "base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum { BATCH_ITEMS = 25, BATCH_BYTES = 1 << 20, QUEUE_MAX = 3, TICK_MS = 100 };

struct entry {
    size_t at, len, text_at, text_len;
    uint64_t hash;
    struct records_place place;
};

struct batch {
    struct batch *next;
    uint32_t count;
    struct entry entries[BATCH_ITEMS];
    struct buf items, texts;
};

struct lane {
    struct loader *loader;
    pthread_t thread;
    pthread_cond_t work;
    struct batch *forming;
    struct batch *first, *last; /* queue */
    uint32_t queued;
    struct batch *writing;
};

struct loader {
    struct loader_options options;
    struct client client;
    pthread_mutex_t lock;
    pthread_cond_t progress; /* a batch has ended */
    bool stop, failed;
    atomic_bool give_up; /* what the writers' calls look at */
    struct err err;
    uint64_t written, refused;
    struct batch *spare;
    unsigned lane_count;
    struct lane *lanes;
};

/* ---- batches ---- */

static void batch_free(struct batch *b)
{
    while (b) {
        struct batch *next = b->next;
        buf_fini(&b->items);
        buf_fini(&b->texts);
        free(b);
        b = next;
    }
}

/* With the lock held. */
static struct batch *batch_take(struct loader *l)
{
    struct batch *b = l->spare;
    if (!b)
        return mem_new(struct batch);
    l->spare = b->next;
    b->next = NULL;
    b->count = 0;
    buf_clear(&b->items);
    buf_clear(&b->texts);
    return b;
}

static struct value batch_item(const struct batch *b, uint32_t i)
{
    return value_of((struct str){b->items.at + b->entries[i].at, b->entries[i].len});
}

static struct record batch_record(const struct batch *b, uint32_t i)
{
    const struct entry *e = &b->entries[i];
    return (struct record){.place = e->place,
        .text = e->text_len ? (struct str){b->texts.at + e->text_at, e->text_len} : STR_NONE};
}

/* ---- writing: the lanes' threads, without the lock ---- */

struct result {
    uint32_t written, refused;
    bool ok;
};

/* Whether an error is about the item and not about the table, the disk or the line. */
static bool is_about_item(const struct err *err)
{
    return err->code == ERR_REFUSED && (strcmp(err->name, "ValidationException") == 0 ||
                                           strcmp(err->name, "SerializationException") == 0 ||
                                           strcmp(err->name, "ItemCollectionSizeLimitExceeded"
                                                             "Exception") == 0);
}

static bool tell_refused(struct loader *l, const struct batch *b, uint32_t i, struct err *err)
{
    struct record record = batch_record(b, i);
    pthread_mutex_lock(&l->lock);
    bool go_on = l->options.refused(l->options.context, &record, err);
    pthread_mutex_unlock(&l->lock);
    return go_on;
}

static struct result write_singly(struct loader *l, const struct batch *b, struct err *err)
{
    struct result result = {.ok = true};
    for (uint32_t i = 0; i < b->count && result.ok; i++) {
        *err = ERR_INIT;
        if (client_put(&l->client, l->options.table->name, batch_item(b, i), NULL, err)) {
            result.written++;
        } else if (is_about_item(err)) {
            result.refused++;
            result.ok = tell_refused(l, b, i, err);
        } else {
            result.ok = false;
        }
    }
    return result;
}

static struct result write_batch(struct loader *l, const struct batch *b, struct err *err)
{
    struct value items[BATCH_ITEMS];
    for (uint32_t i = 0; i < b->count; i++)
        items[i] = batch_item(b, i);
    if (client_put_batch(&l->client, l->options.table->name, items, b->count, err))
        return (struct result){.written = b->count, .ok = true};
    if (!is_about_item(err))
        return (struct result){0};
    return write_singly(l, b, err);
}

/* With the lock held. */
static void end_batch(
    struct loader *l, struct lane *lane, const struct result *result, const struct err *err)
{
    struct batch *b = lane->writing;
    l->written += result->written;
    l->refused += result->refused;
    if (!result->ok && !l->failed) {
        l->failed = true;
        l->err = *err;
        atomic_store(&l->give_up, true);
    }
    /* after a failure the batch stays: it is where one has to go on */
    if (result->ok) {
        b->next = l->spare;
        l->spare = b;
        lane->writing = NULL;
    }
    pthread_cond_broadcast(&l->progress);
}

static struct batch *lane_pop(struct lane *lane)
{
    struct batch *b = lane->first;
    lane->first = b->next;
    b->next = NULL;
    lane->queued--;
    return b;
}

static void *lane_main(void *context)
{
    struct lane *lane = context;
    struct loader *l = lane->loader;
    pthread_mutex_lock(&l->lock);
    while (!l->stop && !l->failed) {
        if (!lane->first) {
            pthread_cond_wait(&lane->work, &l->lock);
            continue;
        }
        struct err err = ERR_INIT;
        lane->writing = lane_pop(lane);
        pthread_cond_broadcast(&l->progress);
        pthread_mutex_unlock(&l->lock);
        struct result result = write_batch(l, lane->writing, &err);
        pthread_mutex_lock(&l->lock);
        end_batch(l, lane, &result, &err);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

/* ---- handing over ---- */

static uint64_t hash_bytes(uint64_t hash, struct str bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        hash = (hash ^ (unsigned char)bytes.at[i]) * 0x100000001B3u;
    return hash ^ hash >> 29;
}

/* Equal keys have equal hashes; an item without its key gets any. */
static uint64_t hash_key(const struct client_table *table, struct value item)
{
    uint64_t hash = 0xCBF29CE484222325u;
    struct value key;
    for (uint32_t i = 0; i < table->key_count; i++)
        if (value_find(item, table->keys[i].name, &key))
            hash = hash_bytes(hash, key.encoded);
    return hash;
}

/* Signals are the business of the thread that began. */
static void start_threads(struct loader *l)
{
    sigset_t ours, before;
    sigemptyset(&ours);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &ours, &before);
    for (unsigned i = 0; i < l->lane_count; i++)
        if (pthread_create(&l->lanes[i].thread, NULL, lane_main, &l->lanes[i]) != 0)
            abort(); /* a process without room for a thread cannot go on */
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct loader *loader_new(const struct loader_options *options)
{
    struct loader *l = mem_new(struct loader);
    l->options = *options;
    l->client.backend = options->backend;
    l->client.limits = (struct client_limits){.cancel = &l->give_up, .budget = options->budget};
    l->lane_count = options->threads ? options->threads : 1;
    l->lanes = mem_zero(l->lane_count, sizeof *l->lanes);
    l->err = ERR_INIT;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->progress, NULL);
    for (unsigned i = 0; i < l->lane_count; i++) {
        l->lanes[i].loader = l;
        l->lanes[i].forming = mem_new(struct batch);
        pthread_cond_init(&l->lanes[i].work, NULL);
    }
    start_threads(l);
    return l;
}

void loader_free(struct loader *l)
{
    if (!l)
        return;
    pthread_mutex_lock(&l->lock);
    l->stop = true;
    atomic_store(&l->give_up, true);
    for (unsigned i = 0; i < l->lane_count; i++)
        pthread_cond_signal(&l->lanes[i].work);
    pthread_mutex_unlock(&l->lock);
    for (unsigned i = 0; i < l->lane_count; i++) {
        pthread_join(l->lanes[i].thread, NULL);
        batch_free(l->lanes[i].forming);
        batch_free(l->lanes[i].first);
        batch_free(l->lanes[i].writing);
        pthread_cond_destroy(&l->lanes[i].work);
    }
    batch_free(l->spare);
    pthread_cond_destroy(&l->progress);
    pthread_mutex_destroy(&l->lock);
    free(l->lanes);
    free(l);
}

static bool stopped(struct loader *l, struct err *err)
{
    if (l->failed)
        *err = l->err;
    else if (l->options.cancel && atomic_load(l->options.cancel))
        err_set(err, ERR_CANCELLED, "stopped by a signal");
    else
        return false;
    return true;
}

/* Waits for an end of any batch, at most a tick long. With the lock held, let go for `tick`. */
static void wait_progress(struct loader *l, void (*tick)(void *context), void *context)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += TICK_MS * 1000000L;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    if (pthread_cond_timedwait(&l->progress, &l->lock, &until) != ETIMEDOUT || !tick)
        return;
    pthread_mutex_unlock(&l->lock);
    tick(context);
    pthread_mutex_lock(&l->lock);
}

/* Moves a lane's forming batch to its queue. */
static bool submit(struct loader *l, struct lane *lane, void (*tick)(void *context), void *context,
    struct err *err)
{
    bool ok = true;
    pthread_mutex_lock(&l->lock);
    while ((ok = !stopped(l, err)) && lane->queued >= QUEUE_MAX)
        wait_progress(l, tick, context);
    if (ok) {
        struct batch *b = lane->forming;
        if (lane->first)
            lane->last->next = b;
        else
            lane->first = b;
        lane->last = b;
        lane->queued++;
        lane->forming = batch_take(l);
        pthread_cond_signal(&lane->work);
    }
    pthread_mutex_unlock(&l->lock);
    return ok;
}

static bool batch_has(const struct batch *b, uint64_t hash)
{
    for (uint32_t i = 0; i < b->count; i++)
        if (b->entries[i].hash == hash)
            return true;
    return false;
}

static void batch_add(struct loader *l, struct batch *b, uint64_t hash, struct value item,
    const struct record *record)
{
    struct entry *e = &b->entries[b->count++];
    *e = (struct entry){.at = b->items.len,
        .len = item.encoded.len,
        .text_at = b->texts.len,
        .hash = hash,
        .place = record->place};
    buf_add(&b->items, item.encoded);
    if (l->options.keep_text) {
        e->text_len = record->text.len;
        buf_add(&b->texts, record->text);
    }
}

bool loader_put(struct loader *l, struct value item, const struct record *record,
    void (*tick)(void *context), void *context, struct err *err)
{
    uint64_t hash = hash_key(l->options.table, item);
    struct lane *lane = &l->lanes[hash % l->lane_count];
    struct batch *b = lane->forming;
    bool full = b->count == BATCH_ITEMS || b->items.len + item.encoded.len > BATCH_BYTES;
    /* the service refuses a batch that names an item twice */
    if (b->count && (full || batch_has(b, hash)) && !submit(l, lane, tick, context, err))
        return false;
    batch_add(l, lane->forming, hash, item, record);
    return true;
}

static bool is_idle(const struct loader *l)
{
    for (unsigned i = 0; i < l->lane_count; i++)
        if (l->lanes[i].first || l->lanes[i].writing)
            return false;
    return true;
}

bool loader_finish(struct loader *l, void (*tick)(void *context), void *context, struct err *err)
{
    bool ok = true;
    for (unsigned i = 0; i < l->lane_count && ok; i++)
        if (l->lanes[i].forming->count)
            ok = submit(l, &l->lanes[i], tick, context, err);
    pthread_mutex_lock(&l->lock);
    while (ok && (ok = !stopped(l, err)) && !is_idle(l))
        wait_progress(l, tick, context);
    pthread_mutex_unlock(&l->lock);
    return ok;
}

/* The oldest batch of a lane that is not written, or NULL. */
static const struct batch *lane_oldest(const struct lane *lane)
{
    if (lane->writing)
        return lane->writing;
    if (lane->first)
        return lane->first;
    return lane->forming->count ? lane->forming : NULL;
}

void loader_look(struct loader *l, struct loader_state *out)
{
    pthread_mutex_lock(&l->lock);
    *out = (struct loader_state){.written = l->written, .refused = l->refused, .all = true};
    for (unsigned i = 0; i < l->lane_count; i++) {
        const struct batch *oldest = lane_oldest(&l->lanes[i]);
        if (!oldest)
            continue;
        const struct records_place *place = &oldest->entries[0].place;
        if (out->all || place->index < out->safe.index)
            out->safe = *place;
        out->all = false;
    }
    pthread_mutex_unlock(&l->lock);
}
