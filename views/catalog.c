/* SPDX-License-Identifier: MIT */
/*
 * Listing and describing tables in the background, some tables a job, so that other jobs get their
 * turn between two of them on a slow connection. Must not know who shows it.
 */
#include "views/catalog.h"

#include "base/mem.h"
#include "views/browse.h"

#include <stdlib.h>

enum { CATALOG_BATCH = 8 };

struct catalog_list {
    struct task task;
    const struct str *names;
    size_t count;
};

struct catalog_batch {
    struct task task;
    size_t count;
    struct catalog_entry *entries[CATALOG_BATCH]; /* NULL where the table has gone meanwhile */
    struct str names[CATALOG_BATCH];
};

void catalog_init(struct catalog *c, struct worker *worker, void *context, void (*changed)(void *))
{
    *c = (struct catalog){.worker = worker, .context = context, .changed = changed, .err = ERR_INIT};
}

static struct catalog_entry *catalog_entry_new(struct str name)
{
    struct catalog_entry *e = mem_new(struct catalog_entry);
    e->name = arena_dup(&e->arena, name);
    return e;
}

static void catalog_entry_free(struct catalog_entry *e)
{
    if (!e)
        return;
    arena_fini(&e->arena);
    free(e);
}

void catalog_fini(struct catalog *c)
{
    task_forget(c->task);
    for (size_t i = 0; i < c->count; i++)
        catalog_entry_free(c->entries[i]);
    free(c->entries);
    free(c->wanted);
    *c = (struct catalog){0};
}

static size_t catalog_index(const struct catalog *c, struct str name)
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

const struct catalog_entry *catalog_find(const struct catalog *c, struct str name)
{
    size_t at = catalog_index(c, name);
    return at == SIZE_MAX ? NULL : c->entries[at];
}

/* ---- describing ---- */

static bool catalog_describe_work(struct task *task, struct client *client, struct err *err)
{
    struct catalog_batch *batch = (struct catalog_batch *)task;
    for (size_t i = 0; i < batch->count; i++) {
        struct client_table table;
        struct catalog_entry *e = catalog_entry_new(batch->names[i]);
        if (client_describe(client, &task->arena, batch->names[i], &table, err)) {
            browse_copy_table(&e->arena, &table, &e->table);
            e->described = true;
            batch->entries[i] = e;
            continue;
        }
        catalog_entry_free(e);
        if (err->code != ERR_REFUSED) /* a table that has gone is no failure of the others */
            return false;
    }
    return true;
}

static void catalog_describe_next(struct catalog *c);

static void catalog_described(struct task *task)
{
    struct catalog *c = task->owner;
    struct catalog_batch *batch = (struct catalog_batch *)task;
    c->task = NULL;
    c->err = task->err;
    if (task->ok)
        c->err.code = ERR_NONE;
    for (size_t i = 0; i < batch->count; i++) {
        size_t at = catalog_index(c, batch->names[i]);
        if (at == SIZE_MAX || !batch->entries[i]) {
            catalog_entry_free(batch->entries[i]);
            continue;
        }
        catalog_entry_free(c->entries[at]);
        c->entries[at] = batch->entries[i];
    }
    if (task->ok)
        catalog_describe_next(c);
    c->changed(c->context);
}

static void catalog_batch_add(struct catalog *c, struct catalog_batch *batch, size_t at)
{
    if (at == SIZE_MAX || !c->wanted[at] || batch->count == CATALOG_BATCH)
        return;
    c->wanted[at] = false;
    batch->names[batch->count++] = arena_dup(&batch->task.arena, c->entries[at]->name);
}

static void catalog_describe_next(struct catalog *c)
{
    if (c->task || !c->wanted)
        return;
    struct catalog_batch *batch =
        task_new(sizeof *batch, c, catalog_describe_work, catalog_described);
    if (c->first.len)
        catalog_batch_add(c, batch, catalog_index(c, c->first));
    for (size_t i = 0; i < c->count; i++)
        catalog_batch_add(c, batch, i);
    if (batch->count == 0) {
        arena_fini(&batch->task.arena);
        free(batch);
        return;
    }
    c->task = &batch->task;
    task_submit(c->task, c->worker);
}

/* ---- listing ---- */

static bool catalog_list_work(struct task *task, struct client *client, struct err *err)
{
    struct catalog_list *list = (struct catalog_list *)task;
    return client_tables(client, &task->arena, &list->names, &list->count, err);
}

/* Takes the new names over, keeping what is known of those that stay. */
static void catalog_take_names(struct catalog *c, const struct catalog_list *list)
{
    struct catalog_entry **entries = mem_zero(list->count + 1, sizeof *entries);
    for (size_t i = 0; i < list->count; i++) {
        size_t at = catalog_index(c, list->names[i]);
        if (at != SIZE_MAX)
            entries[i] = c->entries[at];
        else
            entries[i] = catalog_entry_new(list->names[i]);
    }
    for (size_t i = 0, k = 0; i < c->count; i++) {
        while (k < list->count && str_compare(list->names[k], c->entries[i]->name) < 0)
            k++;
        if (k == list->count || !str_equal(list->names[k], c->entries[i]->name))
            catalog_entry_free(c->entries[i]);
    }
    free(c->entries);
    free(c->wanted);
    c->entries = entries;
    c->count = list->count;
    c->wanted = mem_zero(list->count + 1, sizeof *c->wanted);
    for (size_t i = 0; i < list->count; i++)
        c->wanted[i] = true;
}

static void catalog_listed(struct task *task)
{
    struct catalog *c = task->owner;
    c->task = NULL;
    c->err = task->err;
    if (task->ok) {
        c->err.code = ERR_NONE;
        catalog_take_names(c, (struct catalog_list *)task);
        c->listed = true;
        catalog_describe_next(c);
    }
    c->changed(c->context);
}

void catalog_refresh(struct catalog *c)
{
    if (c->task)
        return;
    c->task = task_new(sizeof(struct catalog_list), c, catalog_list_work, catalog_listed);
    task_submit(c->task, c->worker);
}

void catalog_refresh_table(struct catalog *c, struct str name)
{
    size_t at = catalog_index(c, name);
    if (at == SIZE_MAX || !c->wanted)
        return;
    c->wanted[at] = true;
    catalog_describe_next(c);
}
