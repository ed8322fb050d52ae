/* SPDX-License-Identifier: MIT */
/*
 * What is done to one item of a run, by one of several threads. Must not know where items come
 * from, nor count them.
 *
 *   read:   GetItem ─▶ gone | changed since it was seen | what to send
 *   write:  the guarded request ─▶ done | refused: read again ─▶ gone | changed | failed
 */
#include "views/items/bulk.h"

#include "views/changes/change.h"

#include <pthread.h>
#include <signal.h>

enum { BULK_TRIES = 5 };

/* ---- reading ---- */

static void work_fail(struct arena *arena, struct bulk_item *item, const struct err *err)
{
    bool left = err->code == ERR_CANCELLED || err->code == ERR_BUDGET;
    item->outcome = err->code == ERR_UNKNOWN ? BULK_UNSURE : left ? BULK_LEFT : BULK_FAILED;
    item->why = arena_printf(arena, "%s%s%s", err->name, err->name[0] ? ": " : "", err->text);
    item->changes = false;
}

static bool work_get(const struct bulk_spec *spec, struct client *client, struct arena *arena,
    struct bulk_item *item)
{
    struct err err = ERR_INIT;
    item->known = client_get(client, arena, spec->table->name, item->key, &item->before, &err);
    if (!item->known)
        work_fail(arena, item, &err);
    else if (item->before.type == VALUE_NONE)
        item->outcome = BULK_GONE;
    return item->known && item->before.type != VALUE_NONE;
}

/* Whether what is there is what was seen. */
static bool work_seen(const struct bulk_spec *spec, const struct bulk_item *item)
{
    return item->scope == MARKS_UNKNOWN ||
           marks_print(spec->table, item->scope, item->before) == item->print;
}

static void work_plan_update(
    const struct bulk_spec *spec, struct arena *arena, struct bulk_item *item)
{
    struct buf after = {0};
    struct err err = ERR_INIT;
    if (!bulk_update_apply(spec->update, item->before, &after, &err)) {
        work_fail(arena, item, &err);
    } else {
        item->after = value_of(arena_dup(arena, buf_str(&after)));
        item->changes = !value_equal(item->before, item->after);
        item->outcome = item->changes ? BULK_LEFT : BULK_SAME;
    }
    buf_fini(&after);
}

static void work_plan(const struct bulk_spec *spec, struct arena *arena, struct bulk_item *item)
{
    if (spec->kind == BULK_UPDATE) {
        work_plan_update(spec, arena, item);
    } else if (spec->kind == BULK_EXPORT) {
        item->outcome = BULK_DONE;
    } else if (!work_seen(spec, item)) {
        item->outcome = BULK_CHANGED;
    } else {
        item->after = (struct value){0};
        item->changes = true;
    }
}

void bulk_work_read(const struct bulk_spec *spec, struct client *client, struct arena *arena,
    struct bulk_item *item)
{
    if (spec->kind == BULK_RESTORE)
        item->changes = true; /* the file knows both versions */
    else if (item->known || work_get(spec, client, arena, item))
        work_plan(spec, arena, item);
}

/* ---- writing ---- */

/* The guard held against the request: what became of the item? An update goes on from there, a
 * deletion does not: that version nobody has seen. True: try again. */
static bool work_again(const struct bulk_spec *spec, struct client *client, struct arena *arena,
    struct bulk_item *item)
{
    item->changes = false;
    if (!work_get(spec, client, arena, item))
        return false;
    if (spec->kind != BULK_UPDATE) {
        item->outcome = BULK_CHANGED;
        return false;
    }
    work_plan(spec, arena, item);
    item->retried = item->changes;
    return item->changes;
}

void bulk_work_write(const struct bulk_spec *spec, struct client *client, struct arena *arena,
    struct bulk_item *item)
{
    for (int tries = 0; item->changes && tries < BULK_TRIES; tries++) {
        struct err err = ERR_INIT;
        if (change_carry_out(client, arena, spec->table, item->before, item->after, &err)) {
            item->outcome = BULK_DONE;
            return;
        }
        if (!change_conflict(&err)) {
            work_fail(arena, item, &err);
            return;
        }
        if (!work_again(spec, client, arena, item))
            return;
    }
    if (item->changes)
        item->outcome = BULK_CHANGED;
}

/* ---- the threads ---- */

struct crew_thread {
    struct bulk_crew *crew;
    struct client client;
    unsigned number;
    atomic_size_t *next;
    pthread_t thread;
    bool runs;
};

static void *crew_run(void *context)
{
    struct crew_thread *t = context;
    struct bulk_crew *crew = t->crew;
    while (!atomic_load(crew->stop)) {
        size_t i = atomic_fetch_add(t->next, 1);
        if (i >= crew->count)
            break;
        crew->work(crew->spec, &t->client, &crew->arenas[t->number], &crew->items[i]);
    }
    return NULL;
}

/* Signals are for the thread that waits for them. */
static bool crew_start(struct crew_thread *t)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = pthread_create(&t->thread, NULL, crew_run, t) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

void bulk_crew_run(struct bulk_crew *crew, const struct client *client)
{
    struct crew_thread threads[BULK_THREADS_MAX];
    atomic_size_t next = 0;
    unsigned count =
        crew->spec->threads < crew->count ? crew->spec->threads : (unsigned)crew->count;
    for (unsigned i = 0; i < count; i++) {
        threads[i] =
            (struct crew_thread){.crew = crew, .client = *client, .number = i, .next = &next};
        threads[i].runs = i > 0 && crew_start(&threads[i]);
    }
    if (count)
        crew_run(&threads[0]);
    for (unsigned i = 1; i < count; i++)
        if (threads[i].runs)
            pthread_join(threads[i].thread, NULL);
}
