/* SPDX-License-Identifier: MIT */
/*
 * The session's own changes, newest on top. Undo is the same change the other way round, guarded in
 * the same way: it refuses where someone else has changed the item since.
 */
#include "views/journal.h"

#include "base/mem.h"
#include "views/browse.h"

#include <stdlib.h>

struct journal_task {
    struct task task;
    struct journal_entry *entry;
};

void journal_init(struct journal *j, struct worker *worker, void *context,
    void (*ended)(void *context, const struct journal_entry *entry, const struct err *err))
{
    *j = (struct journal){.worker = worker, .context = context, .ended = ended};
}

static void journal_entry_free(struct journal_entry *entry)
{
    if (!entry)
        return;
    arena_fini(&entry->arena);
    free(entry);
}

static struct journal_entry *journal_pop(struct journal *j)
{
    struct journal_entry *entry = j->top;
    if (entry) {
        j->top = entry->below;
        j->count--;
        j->bytes -= arena_held(&entry->arena);
    }
    return entry;
}

void journal_fini(struct journal *j)
{
    task_forget_all(&j->tasks);
    while (j->top)
        journal_entry_free(journal_pop(j));
}

static struct value journal_copy(struct journal_entry *entry, struct value v)
{
    return v.type == VALUE_NONE ? v : value_of(arena_dup(&entry->arena, v.encoded));
}

struct journal_entry *journal_entry_new(const struct client_table *table, struct value before,
    struct value after, const char *verb, struct str what)
{
    struct journal_entry *entry = mem_new(struct journal_entry);
    browse_copy_table(&entry->arena, table, &entry->table);
    entry->before = journal_copy(entry, before);
    entry->after = journal_copy(entry, after);
    entry->verb = verb;
    entry->what = arena_dup(&entry->arena, what);
    return entry;
}

static void journal_drop_oldest(struct journal *j)
{
    struct journal_entry **at = &j->top;
    while ((*at)->below)
        at = &(*at)->below;
    j->count--;
    j->bytes -= arena_held(&(*at)->arena);
    journal_entry_free(*at);
    *at = NULL;
}

static void journal_push(struct journal *j, struct journal_entry *entry)
{
    entry->below = j->top;
    j->top = entry;
    j->count++;
    j->bytes += arena_held(&entry->arena);
    while (j->count > JOURNAL_ENTRIES_MAX || (j->bytes > JOURNAL_BYTES_MAX && j->count > 1))
        journal_drop_oldest(j);
}

static bool journal_work(struct task *task, struct client *client, struct err *err)
{
    struct journal_entry *entry = ((struct journal_task *)task)->entry;
    return change_carry_out(client, &task->arena, &entry->table, entry->before, entry->after, err);
}

static void journal_done(struct task *task)
{
    struct journal *j = task->owner;
    struct journal_entry *entry = ((struct journal_task *)task)->entry;
    j->writing--;
    j->ended(j->context, entry, task->ok ? NULL : &task->err);
    if (task->ok && !entry->undo)
        journal_push(j, entry);
    else
        journal_entry_free(entry);
}

static void journal_dropped(struct task *task)
{
    journal_entry_free(((struct journal_task *)task)->entry);
}

void journal_write(struct journal *j, struct journal_entry *entry)
{
    struct journal_task *task = task_new(sizeof *task, j, journal_work, journal_done);
    task->entry = entry;
    task->task.dropped = journal_dropped;
    j->writing++;
    task_join(&j->tasks, &task->task);
    task_submit(&task->task, j->worker);
}

bool journal_cancel(struct journal *j)
{
    for (struct task *task = j->tasks.first; task; task = task->group_next)
        task_cancel(task);
    return j->tasks.first != NULL;
}

bool journal_undo(struct journal *j)
{
    struct journal_entry *entry = journal_pop(j);
    if (!entry)
        return false;
    struct journal_entry *back =
        journal_entry_new(&entry->table, entry->after, entry->before, entry->verb, entry->what);
    back->undo = true;
    journal_entry_free(entry);
    journal_write(j, back);
    return true;
}
