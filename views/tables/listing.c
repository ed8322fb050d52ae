/* SPDX-License-Identifier: MIT */
/*
 * Listing and describing tables in the background, some tables a job, so that other jobs get their
 * turn between two of them on a slow connection; there the tables of a job are described side by
 * side, and the one that is to be opened before anything else. Must not know who shows it.
 */
#include "views/tables/listing.h"

#include "base/mem.h"
#include "views/items/browse.h"

#include <pthread.h>
#include <stdlib.h>

enum { LISTING_BATCH = 8 };

struct listing_list {
    struct task task;
    const struct str *names;
    size_t count;
};

struct listing_batch {
    struct task task;
    size_t count;
    bool hasty;
    struct listing_entry *entries[LISTING_BATCH]; /* NULL where the table has gone meanwhile */
    bool gone[LISTING_BATCH];
    struct str names[LISTING_BATCH];
};

void listing_init(struct listing *c, struct worker *worker, void *context, void (*changed)(void *))
{
    *c =
        (struct listing){.worker = worker, .context = context, .changed = changed, .err = ERR_INIT};
}

static struct listing_entry *listing_entry_new(struct str name)
{
    struct listing_entry *e = mem_new(struct listing_entry);
    e->name = arena_dup(&e->arena, name);
    return e;
}

static void listing_entry_free(struct listing_entry *e)
{
    if (!e)
        return;
    arena_fini(&e->arena);
    free(e);
}

void listing_fini(struct listing *c)
{
    task_forget(c->task);
    for (size_t i = 0; i < c->count; i++)
        listing_entry_free(c->entries[i]);
    free(c->entries);
    free(c->wanted);
    *c = (struct listing){0};
}

static size_t listing_index(const struct listing *c, struct str name)
{
    size_t low = 0, high = c->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (str_compare(c->entries[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < c->count && str_equal(c->entries[low]->name, name) ? low : SIZE_MAX;
}

const struct listing_entry *listing_find(const struct listing *c, struct str name)
{
    size_t at = listing_index(c, name);
    return at == SIZE_MAX ? NULL : c->entries[at];
}

/* ---- describing ---- */

/* One table. */
struct listing_one {
    pthread_t thread;
    bool started;
    struct client *client;
    struct listing_batch *batch;
    size_t at;
    struct err err;
};

static void *listing_describe_one(void *context)
{
    struct listing_one *one = context;
    struct listing_batch *batch = one->batch;
    struct arena arena = {0};
    struct client_table table;
    struct str name = batch->names[one->at];
    one->err = ERR_INIT;
    if (batch->hasty ? client_describe_keys(one->client, &arena, name, &table, &one->err)
                     : client_describe(one->client, &arena, name, &table, &one->err)) {
        struct listing_entry *e = listing_entry_new(name);
        browse_copy_table(&e->arena, &table, &e->table);
        e->described = true;
        batch->entries[one->at] = e;
    }
    arena_fini(&arena);
    return NULL;
}

/* Side by side where each takes its time on the way. */
static bool listing_describe_work(struct task *task, struct client *client, struct err *err)
{
    struct listing_batch *batch = (struct listing_batch *)task;
    struct listing_one ones[LISTING_BATCH] = {0};
    bool aside = backend_is_remote(client->backend), ok = true;
    for (size_t i = 0; i < batch->count; i++) {
        ones[i].client = client;
        ones[i].batch = batch;
        ones[i].at = i;
        ones[i].started =
            aside && i > 0 &&
            pthread_create(&ones[i].thread, NULL, listing_describe_one, &ones[i]) == 0;
    }
    for (size_t i = 0; i < batch->count; i++) {
        if (ones[i].started)
            pthread_join(ones[i].thread, NULL);
        else if (ok)
            listing_describe_one(&ones[i]);
        batch->gone[i] = strcmp(ones[i].err.name, "ResourceNotFoundException") == 0;
        /* a table that has gone is no failure of the others */
        if (ok && ones[i].err.code != ERR_NONE && ones[i].err.code != ERR_REFUSED) {
            *err = ones[i].err;
            ok = false;
        }
    }
    return ok;
}

static void listing_describe_next(struct listing *c);

/* A name may stand in the list for a while after its table has gone, or before it is there. */
static void listing_remove(struct listing *c, size_t at)
{
    listing_entry_free(c->entries[at]);
    c->count--;
    memmove(c->entries + at, c->entries + at + 1, (c->count - at) * sizeof *c->entries);
    memmove(c->wanted + at, c->wanted + at + 1, (c->count - at) * sizeof *c->wanted);
}

static void listing_take(struct listing *c, struct listing_batch *batch, size_t i)
{
    size_t at = listing_index(c, batch->names[i]);
    if (at == SIZE_MAX || !batch->entries[i]) {
        listing_entry_free(batch->entries[i]);
        if (at != SIZE_MAX && batch->gone[i] && c->entries[at]->described)
            listing_remove(c, at);
        return;
    }
    listing_entry_free(c->entries[at]);
    c->entries[at] = batch->entries[i];
}

static void listing_described(struct task *task)
{
    struct listing *c = task->owner;
    struct listing_batch *batch = (struct listing_batch *)task;
    c->task = NULL;
    c->err = task->err;
    if (task->ok)
        c->err.code = ERR_NONE;
    for (size_t i = 0; i < batch->count; i++)
        listing_take(c, batch, i);
    if (task->ok && c->stale)
        listing_refresh(c);
    else if (task->ok)
        listing_describe_next(c);
    c->changed(c->context);
}

static void listing_batch_dropped(struct task *task)
{
    struct listing_batch *batch = (struct listing_batch *)task;
    for (size_t i = 0; i < batch->count; i++)
        listing_entry_free(batch->entries[i]);
}

static void listing_batch_add(struct listing *c, struct listing_batch *batch, size_t at)
{
    if (at == SIZE_MAX || !c->wanted[at] || batch->count == LISTING_BATCH)
        return;
    c->wanted[at] = false;
    batch->names[batch->count++] = arena_dup(&batch->task.arena, c->entries[at]->name);
}

static void listing_describe_next(struct listing *c)
{
    if (c->task || !c->wanted)
        return;
    struct listing_batch *batch =
        task_new(sizeof *batch, c, listing_describe_work, listing_described);
    batch->task.dropped = listing_batch_dropped;
    if (c->first.len)
        listing_batch_add(c, batch, listing_index(c, c->first));
    for (size_t i = 0; i < c->count; i++)
        listing_batch_add(c, batch, i);
    if (batch->count == 0) {
        arena_fini(&batch->task.arena);
        free(batch);
        return;
    }
    c->task = &batch->task;
    task_submit(c->task, c->worker);
}

/* ---- listing ---- */

static bool listing_list_work(struct task *task, struct client *client, struct err *err)
{
    struct listing_list *list = (struct listing_list *)task;
    return client_tables(client, &task->arena, &list->names, &list->count, err);
}

/* Takes the new names over, keeping what is known of those that stay. */
static void listing_take_names(struct listing *c, const struct listing_list *list)
{
    struct listing_entry **entries = mem_zero(list->count + 1, sizeof *entries);
    for (size_t i = 0; i < list->count; i++) {
        size_t at = listing_index(c, list->names[i]);
        if (at != SIZE_MAX)
            entries[i] = c->entries[at];
        else
            entries[i] = listing_entry_new(list->names[i]);
    }
    for (size_t i = 0, k = 0; i < c->count; i++) {
        while (k < list->count && str_compare(list->names[k], c->entries[i]->name) < 0)
            k++;
        if (k == list->count || !str_equal(list->names[k], c->entries[i]->name))
            listing_entry_free(c->entries[i]);
    }
    free(c->entries);
    free(c->wanted);
    c->entries = entries;
    c->count = list->count;
    c->wanted = mem_zero(list->count + 1, sizeof *c->wanted);
    for (size_t i = 0; i < list->count; i++)
        c->wanted[i] = true;
}

static void listing_listed(struct task *task)
{
    struct listing *c = task->owner;
    c->task = NULL;
    c->err = task->err;
    if (task->ok) {
        c->err.code = ERR_NONE;
        listing_take_names(c, (struct listing_list *)task);
        c->listed = true;
        listing_describe_next(c);
    }
    c->changed(c->context);
}

/* The table that is to be opened, before the names: two round trips to its first page. */
static void listing_hasty_described(struct task *task)
{
    struct listing *c = task->owner;
    struct listing_batch *batch = (struct listing_batch *)task;
    c->task = NULL;
    if (batch->entries[0]) {
        c->entries = mem_zero(1, sizeof *c->entries);
        c->entries[0] = batch->entries[0];
        c->count = 1;
        c->changed(c->context); /* before the names are asked for: what it asks comes first */
    }
    listing_refresh(c);
}

static void listing_begin_hasty(struct listing *c)
{
    struct listing_batch *batch =
        task_new(sizeof *batch, c, listing_describe_work, listing_hasty_described);
    batch->task.dropped = listing_batch_dropped;
    batch->hasty = true;
    batch->names[0] = arena_dup(&batch->task.arena, c->first);
    batch->count = 1;
    c->task = &batch->task;
    task_submit(c->task, c->worker);
}

void listing_refresh(struct listing *c)
{
    c->stale = c->task != NULL;
    if (c->task)
        return;
    if (c->hasty && c->first.len) {
        c->hasty = false;
        listing_begin_hasty(c);
        return;
    }
    c->task = task_new(sizeof(struct listing_list), c, listing_list_work, listing_listed);
    task_submit(c->task, c->worker);
}

void listing_refresh_table(struct listing *c, struct str name)
{
    size_t at = listing_index(c, name);
    if (at == SIZE_MAX || !c->wanted)
        return;
    c->wanted[at] = true;
    listing_describe_next(c);
}
