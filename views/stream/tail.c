/* SPDX-License-Identifier: MIT */
/*
 * Following streams in the background.
 *
 *   tail_poll() ─▶ due ─▶ one look at a time ─▶ merge ─▶ ring ─▶ changed()
 *                   ╰──── more there: due ────╯
 *
 * Must not draw, and must not know how a stream is read (tail_source.c).
 */
#include "views/stream/tail.h"

#include "base/mem.h"
#include "views/items/browse.h"

#include <stdlib.h>

/* What waits for older records of other tables is bounded. */
enum { TAIL_RING_MIN = 256, TAIL_WAITING_MAX = 4000 };

/* ---- the ring ---- */

const struct tail_record *tail_at(const struct tail *t, size_t nth)
{
    return nth < t->count ? t->records[(t->first + nth) % t->room] : NULL;
}

static void drop_oldest(struct tail *t)
{
    struct tail_record *oldest = t->records[t->first];
    t->bytes -= tail_record_size(oldest);
    t->first = (t->first + 1) % t->room;
    t->count--;
    t->dropped++;
    free(oldest);
}

static void grow_ring(struct tail *t)
{
    size_t room = t->room ? 2 * t->room : TAIL_RING_MIN;
    struct tail_record **records = mem_zero(room, sizeof(struct tail_record *));
    for (size_t i = 0; i < t->count; i++)
        records[i] = t->records[(t->first + i) % t->room];
    free(t->records);
    t->records = records;
    t->first = 0;
    t->room = room;
}

const struct tail_record *tail_find(const struct tail *t, int64_t number)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (tail_at(t, middle)->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    const struct tail_record *found = tail_at(t, low);
    return found && found->number == number ? found : NULL;
}

static bool is_full(const struct tail *t, size_t more)
{
    return t->count >= t->keep || t->bytes + more > TAIL_BYTES_MAX;
}

/* False where it is not kept; *gone counts those that were dropped in front. */
static bool add_record(struct tail *t, struct tail_record *record, int64_t now_ms, size_t *gone)
{
    size_t size = tail_record_size(record);
    record->number = (int64_t)t->seen++;
    record->came_ms = now_ms;
    t->tables[record->table]->seen++;
    if (t->take) {
        t->take(t->context, record);
        free(record);
        return false;
    }
    for (; t->count && is_full(t, size) && tail_at(t, 0)->number < t->pin; ++*gone)
        drop_oldest(t);
    if (t->count && is_full(t, size)) {
        t->dropped++;
        free(record);
        return false;
    }
    if (t->count == t->room)
        grow_ring(t);
    t->bytes += size;
    t->records[(t->first + t->count++) % t->room] = record;
    return true;
}

/* ---- rates ---- */

/* Seconds that have passed since the last look count nothing. */
static void turn_rates(struct tail *t)
{
    int64_t second = clock_now_ms(t->clock) / 1000;
    if (second - t->rate_second > TAIL_SECONDS || second < t->rate_second)
        t->rate_second = second - TAIL_SECONDS;
    while (t->rate_second < second)
        t->rate[++t->rate_second % TAIL_SECONDS] = 0;
}

double tail_rate(struct tail *t)
{
    enum { OVER = 10 };
    uint32_t counts[OVER], sum = 0;
    tail_rates(t, counts, OVER);
    for (size_t i = 0; i < OVER; i++)
        sum += counts[i];
    return (double)sum / OVER;
}

void tail_rates(struct tail *t, uint32_t *out, size_t count)
{
    turn_rates(t);
    for (size_t i = 0; i < count; i++)
        out[i] = t->rate[(t->rate_second - (int64_t)(count - i)) % TAIL_SECONDS];
}

/* ---- looking ---- */

static void look_ended(struct task *task);

/* The next that is due, but for one whose records wait for those of others. */
static void look_next(struct tail *t)
{
    for (size_t i = 0; i < t->table_count && !t->task; i++) {
        size_t at = (t->turn + i) % t->table_count;
        struct tail_table *table = t->tables[at];
        if (!table->due || t->merge.queues[at].count > TAIL_WAITING_MAX)
            continue;
        table->due = false;
        t->turn = at + 1;
        t->asked_ns = clock_tick_ns();
        t->task = tail_source_look(table->source, t->worker, at, t, look_ended);
    }
}

static void take_table(struct tail_table *table, const struct client_table *now)
{
    struct arena arena = {0};
    struct client_table copy;
    browse_copy_table(&arena, now, &copy);
    arena_fini(&table->arena);
    table->arena = arena;
    table->table = copy;
}

/* What is cancelled is as it was; what fails is asked again by tail_check(). */
static void take_state(struct tail_table *table, const struct tail_look *look)
{
    const struct task *task = &look->task;
    table->err = ERR_INIT;
    if (task->ok)
        table->state = look->state;
    else if (task->err.code != ERR_CANCELLED) {
        table->state = TAIL_FAILING;
        table->err = task->err;
    }
    if (look->found)
        take_table(table, &look->now);
    table->due = table->due || (task->ok && look->more);
}

/* In the second in which it was written: what was there before does not look like a burst. */
static void count_rate(struct tail *t, const struct tail_record *record)
{
    int64_t second = record->time_ms / 1000;
    if (second > t->rate_second)
        second = t->rate_second; /* clocks differ */
    if (t->rate_second - second < TAIL_SECONDS)
        t->rate[second % TAIL_SECONDS]++;
}

static void take_records(struct tail *t, struct tail_look *look)
{
    turn_rates(t);
    while (look->first) {
        struct merge_node *node = look->first;
        look->first = node->next;
        count_rate(t, (struct tail_record *)node);
        merge_push(&t->merge, look->table, node);
    }
    t->merge.queues[look->table].behind = look->task.ok && look->more;
    t->gaps += look->gaps;
}

static void look_ended(struct task *task)
{
    struct tail *t = task->owner;
    struct tail_look *look = (struct tail_look *)task;
    size_t gone = 0, had = t->count, added = 0;
    int64_t now_ms = clock_now_ms(t->clock);
    t->task = NULL;
    t->took_ns += (clock_tick_ns() - t->asked_ns - t->took_ns) / 4;
    take_state(t->tables[look->table], look);
    take_records(t, look);
    for (struct merge_node *node; (node = merge_next(&t->merge));)
        added += add_record(t, (struct tail_record *)node, now_ms, &gone);
    tail_look_fini(look);
    look_next(t);
    /* of what came, the oldest may have gone again at once */
    t->changed(t->context, gone < had ? gone : had, gone < had ? added : t->count);
}

static bool can_bring(enum tail_state state)
{
    return state == TAIL_STARTING || state == TAIL_FOLLOWING || state == TAIL_FAILING;
}

void tail_poll(struct tail *t)
{
    for (size_t i = 0; i < t->table_count; i++)
        t->tables[i]->due |= can_bring(t->tables[i]->state);
    look_next(t);
}

void tail_check(struct tail *t)
{
    for (size_t i = 0; i < t->table_count; i++)
        t->tables[i]->due = true;
    look_next(t);
}

bool tail_begun(const struct tail *t)
{
    for (size_t i = 0; i < t->table_count; i++)
        if (t->tables[i]->state == TAIL_STARTING)
            return false;
    return true;
}

bool tail_ended(const struct tail *t)
{
    for (size_t i = 0; i < t->table_count; i++)
        if (can_bring(t->tables[i]->state))
            return false;
    return true;
}

/* ---- life ---- */

void tail_init(struct tail *t, struct worker *worker, const struct clock *clock,
    enum follow_start start, int64_t time_ms, void *context,
    void (*changed)(void *context, size_t dropped, size_t added))
{
    *t = (struct tail){.worker = worker,
        .clock = clock,
        .context = context,
        .changed = changed,
        .start = start,
        .time_ms = time_ms,
        .began_ms = clock_now_ms(clock),
        .keep = TAIL_RECORDS_MAX,
        .pin = INT64_MAX};
}

size_t tail_add(struct tail *t, const struct client_table *table, bool fresh)
{
    for (size_t i = 0; i < t->table_count; i++)
        if (str_equal(t->tables[i]->table.name, table->name))
            return i;
    if (t->table_count == TAIL_TABLES_MAX)
        return SIZE_MAX;
    struct tail_table *added = mem_new(struct tail_table);
    enum follow_start start = fresh && t->start == FOLLOW_LATEST ? FOLLOW_TRIM_HORIZON : t->start;
    added->err = ERR_INIT;
    browse_copy_table(&added->arena, table, &added->table);
    added->source = tail_source_new(&added->table, start, t->time_ms, t->take);
    added->due = true;
    t->tables = mem_grow(t->tables, (t->table_count + 1) * sizeof *t->tables);
    t->tables[t->table_count] = added;
    merge_add(&t->merge);
    t->merge.queues[t->table_count].behind = t->start != FOLLOW_LATEST && !fresh;
    t->table_count++;
    look_next(t);
    return t->table_count - 1;
}

static void free_table(struct tail *t, size_t at)
{
    for (struct merge_node *node; (node = merge_take(&t->merge, at));)
        free(node);
    tail_source_unref(t->tables[at]->source);
    arena_fini(&t->tables[at]->arena);
    free(t->tables[at]);
}

void tail_fini(struct tail *t)
{
    task_forget(t->task);
    for (size_t i = 0; i < t->table_count; i++)
        free_table(t, i);
    free(t->tables);
    merge_fini(&t->merge);
    for (size_t i = 0; i < t->count; i++)
        free(t->records[(t->first + i) % t->room]);
    free(t->records);
    *t = (struct tail){0};
}
