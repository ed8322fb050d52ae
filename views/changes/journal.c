/* SPDX-License-Identifier: MIT */
/*
 * The changes made here, newest on top. Undo is the same change the other way round, guarded in the
 * same way. Must not know how an entry is written (journal_write.c) nor how it is kept
 * (journal_file.c).
 */
#include "views/changes/journal_impl.h"

#include "base/mem.h"
#include "views/items/browse.h"
#include "views/words.h"

#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

struct journal_task {
    struct task task;
    struct journal_entry *entry;
};

/* ---- entries ---- */

struct journal_entry *journal_entry_begin(const char *verb, struct str what)
{
    struct journal_entry *entry = mem_new(struct journal_entry);
    entry->verb = arena_dup(&entry->arena, str_from(verb)).at;
    entry->what = arena_dup(&entry->arena, what);
    return entry;
}

static struct value journal_copy(struct journal_entry *entry, struct value v)
{
    return v.type == VALUE_NONE ? (struct value){0} : value_of(arena_dup(&entry->arena, v.encoded));
}

/* The parts of a batch are of one table, mostly. */
static const struct client_table *journal_table(
    struct journal_entry *entry, const struct client_table *table)
{
    for (size_t i = entry->count; i-- > 0 && i + 4 > entry->count;)
        if (str_equal(entry->parts[i].table->name, table->name))
            return entry->parts[i].table;
    struct client_table *copy = arena_new(&entry->arena, struct client_table);
    browse_copy_table(&entry->arena, table, copy);
    return copy;
}

void journal_entry_add(struct journal_entry *entry, const struct client_table *table,
    struct value before, struct value after)
{
    if (entry->count == entry->room) {
        entry->room = entry->room ? 2 * entry->room : 1;
        entry->parts = mem_grow(entry->parts, entry->room * sizeof *entry->parts);
    }
    struct journal_part part = {.table = journal_table(entry, table),
        .before = journal_copy(entry, before),
        .after = journal_copy(entry, after)};
    entry->parts[entry->count++] = part;
}

struct journal_entry *journal_entry_new(const struct client_table *table, struct value before,
    struct value after, const char *verb, struct str what)
{
    struct journal_entry *entry = journal_entry_begin(verb, what);
    journal_entry_add(entry, table, before, after);
    return entry;
}

void journal_entry_free(struct journal_entry *entry)
{
    if (!entry)
        return;
    arena_fini(&entry->arena);
    free(entry->parts);
    free(entry);
}

size_t journal_entry_count(const struct journal_entry *entry, enum journal_outcome outcome)
{
    size_t count = 0;
    for (size_t i = 0; i < entry->count; i++)
        count += entry->parts[i].outcome == outcome;
    return count;
}

void journal_add_words(struct buf *out, const struct journal_entry *entry, int64_t now_ms)
{
    buf_add(out, entry->what);
    if (now_ms - entry->time_ms < 60000)
        return;
    buf_add(out, STR(", "));
    words_distance(out, entry->time_ms, now_ms);
}

/* An entry of those parts alone that ended so (or, with `but`, of the others), each with nothing
 * but what its write is made of. NULL where there are none. */
static struct journal_entry *journal_distil(
    const struct journal_entry *from, enum journal_outcome outcome, bool but)
{
    struct journal_entry *entry = journal_entry_begin(from->verb, from->what);
    struct buf before = {0}, after = {0};
    for (size_t i = 0; i < from->count; i++) {
        const struct journal_part *part = &from->parts[i];
        if ((part->outcome == outcome) == but)
            continue;
        if (part->before.type == VALUE_NONE || part->after.type == VALUE_NONE) {
            journal_entry_add(entry, part->table, part->before, part->after);
            continue;
        }
        buf_clear(&before);
        buf_clear(&after);
        change_reduce(part->table, part->before, part->after, &before, &after);
        journal_entry_add(
            entry, part->table, value_of(buf_str(&before)), value_of(buf_str(&after)));
    }
    buf_fini(&before);
    buf_fini(&after);
    if (entry->count < from->count)
        entry->what = arena_printf(&entry->arena, "%zu of %.*s", entry->count, STR_ARG(from->what));
    entry->together = from->together;
    entry->time_ms = from->time_ms;
    if (entry->count)
        return entry;
    journal_entry_free(entry);
    return NULL;
}

/* ---- the stack ---- */

void journal_init(struct journal *j, struct worker *worker, void *context,
    void (*ended)(void *context, const struct journal_entry *entry, const struct err *err))
{
    *j = (struct journal){.worker = worker, .context = context, .ended = ended};
    if (getrandom(&j->seed, sizeof j->seed, GRND_NONBLOCK) != sizeof j->seed)
        j->seed = (uint32_t)getpid();
}

void journal_remember(struct journal *j, struct memory *memory, const struct clock *clock)
{
    j->memory = memory;
    j->clock = clock;
    journal_file_load(j);
}

static size_t journal_held(const struct journal_entry *entry)
{
    return arena_held(&entry->arena) + entry->room * sizeof *entry->parts;
}

void journal_remove(struct journal *j, struct journal_entry *entry)
{
    struct journal_entry **at = &j->top;
    while (*at != entry)
        at = &(*at)->below;
    *at = entry->below;
    j->count--;
    j->bytes -= journal_held(entry);
    journal_entry_free(entry);
}

void journal_push(struct journal *j, struct journal_entry *entry)
{
    entry->below = j->top;
    j->top = entry;
    j->count++;
    j->bytes += journal_held(entry);
    while (j->count > JOURNAL_ENTRIES_MAX || (j->bytes > JOURNAL_BYTES_MAX && j->count > 1)) {
        struct journal_entry *oldest = j->top;
        while (oldest->below)
            oldest = oldest->below;
        journal_remove(j, oldest);
    }
}

void journal_fini(struct journal *j)
{
    task_forget_all(&j->tasks);
    while (j->top)
        journal_remove(j, j->top);
}

struct journal_entry *journal_find(const struct journal *j, struct str id)
{
    struct journal_entry *entry = j->top;
    while (entry && !str_equal(entry->id, id))
        entry = entry->below;
    return entry;
}

struct journal_entry *journal_next_undo(const struct journal *j)
{
    struct journal_entry *entry = j->top;
    while (entry && (entry->undone || entry->busy || entry->refused))
        entry = entry->below;
    return entry;
}

struct journal_entry *journal_next_redo(const struct journal *j)
{
    struct journal_entry *found = NULL;
    for (struct journal_entry *entry = j->top; entry; entry = entry->below)
        if (entry->undone && !entry->busy && !entry->refused && entry->undone_order > j->floor &&
            (!found || entry->undone_order > found->undone_order))
            found = entry;
    return found;
}

/* ---- what became of a write ---- */

static void journal_name(struct journal *j, struct journal_entry *entry)
{
    entry->id = arena_printf(&entry->arena, "%llx-%08x-%x", (unsigned long long)entry->time_ms,
        (unsigned)j->seed, j->made++);
}

static void journal_take(struct journal *j, struct journal_entry *entry)
{
    journal_name(j, entry);
    journal_file_append(j, entry);
    journal_push(j, entry);
}

static void journal_set_undone(struct journal *j, struct journal_entry *entry, bool undone)
{
    entry->undone = undone;
    entry->undone_order = undone ? ++j->order : 0;
    journal_file_state(j, entry, undone ? "undone" : "done");
}

static void journal_wrote_new(struct journal *j, const struct journal_entry *entry)
{
    struct journal_entry *kept = journal_distil(entry, JOURNAL_WRITTEN, false);
    if (!kept)
        return;
    j->floor = j->order;
    kept->time_ms = clock_now_ms(j->clock);
    journal_take(j, kept);
}

/* Some of its parts were turned, others not: they are two entries from now on. */
static void journal_split(struct journal *j, struct journal_entry *of)
{
    struct journal_entry *turned = journal_distil(of, JOURNAL_WRITTEN, false);
    struct journal_entry *left = journal_distil(of, JOURNAL_WRITTEN, true);
    bool undone = of->undone;
    journal_file_state(j, of, "gone");
    journal_remove(j, of);
    struct journal_entry *both[] = {left, turned};
    for (int i = 0; i < 2; i++) {
        journal_take(j, both[i]);
        both[i]->refused = i == 0;
        if (undone != (i == 1))
            journal_set_undone(j, both[i], true);
    }
}

static void journal_turned(struct journal *j, const struct journal_entry *entry)
{
    struct journal_entry *of = journal_find(j, entry->of);
    size_t written = journal_entry_count(entry, JOURNAL_WRITTEN);
    if (!of)
        return; /* newer ones have taken its place */
    of->busy = false;
    of->refused = journal_entry_count(entry, JOURNAL_CONFLICT) > 0;
    for (size_t i = 0; i < of->count; i++) {
        size_t twin = entry->kind == JOURNAL_UNDO ? of->count - 1 - i : i;
        of->parts[i].outcome = entry->parts[twin].outcome;
    }
    if (written == entry->count)
        journal_set_undone(j, of, entry->kind == JOURNAL_UNDO);
    else if (written)
        journal_split(j, of);
}

/* ---- writing ---- */

static bool journal_work(struct task *task, struct client *client, struct err *err)
{
    return journal_carry_out(client, &task->arena, ((struct journal_task *)task)->entry, err);
}

static void journal_done(struct task *task)
{
    struct journal *j = task->owner;
    struct journal_entry *entry = ((struct journal_task *)task)->entry;
    j->writing--;
    if (entry->kind == JOURNAL_CHANGE)
        journal_wrote_new(j, entry);
    else
        journal_turned(j, entry);
    j->ended(j->context, entry, task->ok ? NULL : &task->err);
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
    entry->time_ms = clock_now_ms(j->clock);
    journal_name(j, entry); /* of a transaction: its token */
    j->writing++;
    task_join(&j->tasks, &task->task);
    task_submit(&task->task, j->worker);
}

bool journal_record(struct journal *j, struct journal_entry *entry)
{
    for (size_t i = 0; i < entry->count; i++)
        entry->parts[i].outcome = JOURNAL_WRITTEN;
    bool fits = journal_held(entry) <= JOURNAL_BYTES_MAX;
    if (fits)
        journal_wrote_new(j, entry);
    journal_entry_free(entry);
    return fits;
}

bool journal_cancel(struct journal *j)
{
    for (struct task *task = j->tasks.first; task; task = task->group_next)
        task_cancel(task);
    return j->tasks.first != NULL;
}

void journal_turn(struct journal *j, struct journal_entry *entry)
{
    struct journal_entry *turn = journal_entry_begin(entry->verb, entry->what);
    for (size_t i = 0; i < entry->count; i++) {
        const struct journal_part *part = &entry->parts[entry->undone ? i : entry->count - 1 - i];
        journal_entry_add(turn, part->table, entry->undone ? part->before : part->after,
            entry->undone ? part->after : part->before);
    }
    turn->kind = entry->undone ? JOURNAL_REDO : JOURNAL_UNDO;
    turn->of = arena_dup(&turn->arena, entry->id);
    turn->together = entry->together;
    entry->busy = true;
    journal_write(j, turn);
}
