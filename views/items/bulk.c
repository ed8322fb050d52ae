/* SPDX-License-Identifier: MIT */
/*
 * A run over many items: where they come from, what has become of them. Must not know who watches,
 * nor what one item takes (bulk_work.c).
 *
 *   take ─▶ read (threads) ─▶ undo file ─▶ write (threads) ─▶ count
 */
#include "views/items/bulk.h"

#include "base/clock.h"
#include "base/mem.h"
#include "views/cells.h"

#include <stdlib.h>

enum { BULK_STEP_FIRST = 25, BULK_STEP_MS = 120 };

struct bulk_fate {
    uint64_t print; /* after it */
    enum bulk_outcome outcome;
    unsigned scope;
    size_t key, len; /* in `fate_keys` */
};

struct bulk {
    struct bulk_spec spec;
    struct arena arena; /* owns the table */
    struct client_table table;
    struct browse *all;
    struct marks marks;
    size_t at;               /* in the marks */
    struct client_read read; /* of `all`, from here on */
    struct buf start;
    bool over;
    atomic_bool stop;
    size_t step; /* items of the next one */
    int64_t counts[BULK_OUTCOMES], begun;
    int64_t futile; /* failures since the last success */
    struct buf failures;
    size_t failure_count;
    struct bulk_fate *fates;
    size_t fate_count, fate_room;
    struct buf fate_keys;
    struct buf past; /* encoded versions in pairs; an empty one is written as NULL */
    bool past_over;
    struct err err;
};

struct bulk *bulk_new(const struct bulk_spec *spec)
{
    struct bulk *b = mem_new(struct bulk);
    b->spec = *spec;
    b->err = ERR_INIT;
    b->step = BULK_STEP_FIRST;
    browse_copy_table(&b->arena, spec->table, &b->table);
    b->spec.table = &b->table;
    if (spec->marks)
        marks_copy(&b->marks, spec->marks);
    if (spec->all) {
        b->all = browse_copy(spec->all);
        b->read = b->all->read;
        b->read.segments = b->read.segment = 0;
    }
    b->spec.all = b->all;
    b->spec.marks = &b->marks;
    if (!b->spec.threads || b->spec.threads > BULK_THREADS_MAX)
        b->spec.threads = BULK_THREADS_MAX;
    return b;
}

void bulk_free(struct bulk *b)
{
    if (!b)
        return;
    marks_fini(&b->marks);
    browse_unref(b->all);
    buf_fini(&b->start);
    buf_fini(&b->failures);
    buf_fini(&b->fate_keys);
    buf_fini(&b->past);
    free(b->fates);
    arena_fini(&b->arena);
    free(b);
}

void bulk_stop(struct bulk *b)
{
    atomic_store(&b->stop, true);
}

bool bulk_stopping(const struct bulk *b)
{
    return atomic_load(&b->stop);
}

const struct err *bulk_err(const struct bulk *b)
{
    return &b->err;
}

const struct bulk_spec *bulk_spec(const struct bulk *b)
{
    return &b->spec;
}

int64_t bulk_begun(const struct bulk *b)
{
    return b->begun;
}

int64_t bulk_total(const struct bulk *b)
{
    return b->all || b->spec.past ? -1 : (int64_t)b->marks.count;
}

int64_t bulk_count(const struct bulk *b, enum bulk_outcome outcome)
{
    if (outcome != BULK_LEFT || b->all || b->spec.past)
        return b->counts[outcome];
    return (int64_t)b->marks.count - b->begun + b->counts[BULK_LEFT];
}

struct str bulk_failures(const struct bulk *b)
{
    return buf_str(&b->failures);
}

/* ---- where items come from ---- */

static size_t bulk_take_keys(struct bulk *b, struct arena *arena, struct bulk_item *items)
{
    struct mark mark;
    size_t count = 0;
    while (count < b->step && marks_next(&b->marks, &b->at, &mark)) {
        struct buf key = {0};
        struct bulk_item *item = &items[count++];
        *item = (struct bulk_item){.print = mark.print, .scope = mark.scope};
        marks_key_item(&b->table, mark.key, &key);
        item->key = value_of(arena_dup(arena, buf_str(&key)));
        buf_fini(&key);
    }
    b->over = count < b->step;
    return count;
}

static void bulk_take_item(
    struct bulk *b, struct arena *arena, struct value v, struct bulk_item *items, size_t *count)
{
    struct buf key = {0}, key_item = {0};
    bool ok = marks_key_put(&b->table, v, &key);
    if (ok && !marks_has(&b->marks, buf_str(&key)) &&
        marks_key_item(&b->table, buf_str(&key), &key_item)) {
        struct bulk_item *item = &items[(*count)++];
        unsigned scope = marks_scope(b->all);
        *item = (struct bulk_item){
            .scope = scope, .print = marks_print(&b->table, scope, v), .before = v};
        item->known = scope == MARKS_WHOLE && (!b->all->index || b->spec.kind == BULK_EXPORT);
        item->key = value_of(arena_dup(arena, buf_str(&key_item)));
    }
    buf_fini(&key);
    buf_fini(&key_item);
}

static size_t bulk_take_page(
    struct bulk *b, struct client *client, struct arena *arena, struct bulk_item *items)
{
    struct client_page page;
    size_t count = 0;
    if (b->all->statement.len) { /* read as a Scan it would be another reading */
        err_set(&b->err, ERR_INTERNAL, "a statement cannot be read again page by page");
        b->over = true;
        return 0;
    }
    b->read.limit = (int64_t)b->step;
    b->read.consistent = b->read.consistent || !(b->all->index && b->all->index->global);
    if (!client_read(client, arena, &b->read, &page, &b->err)) {
        b->over = true;
        return 0;
    }
    for (uint32_t i = 0; i < page.count && count < BULK_STEP_MAX; i++)
        bulk_take_item(b, arena, page.items[i], items, &count);
    buf_clear(&b->start);
    buf_add(&b->start, page.last.encoded);
    b->read.start = value_of(buf_str(&b->start));
    b->over = page.last.type == VALUE_NONE;
    return count;
}

static bool bulk_key_of(struct bulk *b, struct arena *arena, struct value v, struct bulk_item *item)
{
    struct buf key = {0};
    bool ok = v.type == VALUE_M && client_key_of(&b->table, v, &key);
    if (ok)
        item->key = value_of(arena_dup(arena, buf_str(&key)));
    buf_fini(&key);
    return ok;
}

/* What was is to be again: the versions change places. */
static size_t bulk_take_past(struct bulk *b, struct arena *arena, struct bulk_item *items)
{
    size_t count = 0;
    struct str table;
    while (count < b->step && b->err.code == ERR_NONE) {
        struct bulk_item *item = &items[count];
        *item = (struct bulk_item){.scope = MARKS_UNKNOWN, .known = true};
        b->over =
            !undo_reader_next(b->spec.past, arena, &table, &item->after, &item->before, &b->err);
        if (b->over)
            break;
        if (!str_equal(table, b->table.name))
            err_set(&b->err, ERR_DATA, "the undo file is of the table %.*s", STR_ARG(table));
        else if (!bulk_key_of(
                     b, arena, item->after.type == VALUE_M ? item->after : item->before, item))
            err_set(&b->err, ERR_DATA, "the undo file has an item without a key");
        count += b->err.code == ERR_NONE;
    }
    return count;
}

/* ---- what becomes of them ---- */

static void bulk_note_failure(struct bulk *b, const struct bulk_item *item)
{
    if (b->failure_count++ >= BULK_FAILURES_MAX)
        return;
    cells_add_key(&b->failures, item->key, b->table.keys, b->table.key_count);
    buf_add(&b->failures, STR("  "));
    buf_add(&b->failures, item->outcome == BULK_CHANGED
                              ? STR("kept: somebody has changed it since it was seen")
                              : item->why);
    buf_add_byte(&b->failures, '\n');
}

static void bulk_note_fate(struct bulk *b, const struct bulk_item *item)
{
    if (b->fate_count == b->fate_room) {
        b->fate_room = b->fate_room ? 2 * b->fate_room : BULK_STEP_FIRST;
        b->fates = mem_grow(b->fates, b->fate_room * sizeof *b->fates);
    }
    struct bulk_fate *fate = &b->fates[b->fate_count++];
    *fate =
        (struct bulk_fate){.outcome = item->outcome, .scope = item->scope, .key = b->fate_keys.len};
    if (item->after.type == VALUE_M)
        fate->print = marks_print(&b->table, item->scope, item->after);
    marks_key_put(&b->table, item->key, &b->fate_keys);
    fate->len = b->fate_keys.len - fate->key;
}

static void bulk_put_past(struct bulk *b, struct value v)
{
    if (v.type == VALUE_M)
        value_put(&b->past, v);
    else
        value_put_null(&b->past);
}

static void bulk_note_past(struct bulk *b, const struct bulk_item *item)
{
    size_t more = item->before.encoded.len + item->after.encoded.len;
    b->past_over |= b->past.len + more > BULK_PAST_MAX || b->counts[BULK_DONE] > BULK_PAST_ITEMS;
    if (b->past_over || b->spec.kind == BULK_EXPORT || b->spec.dry)
        return;
    bulk_put_past(b, item->before);
    bulk_put_past(b, item->after);
}

bool bulk_past(const struct bulk *b,
    void (*see)(void *context, struct value before, struct value after), void *context)
{
    struct str rest = buf_str(&b->past);
    struct value before, after, none = {0};
    while (!b->past_over && value_read(&rest, &before) && value_read(&rest, &after))
        see(context, before.type == VALUE_M ? before : none, after.type == VALUE_M ? after : none);
    return !b->past_over;
}

static void bulk_account(struct bulk *b, const struct bulk_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum bulk_outcome outcome = items[i].outcome;
        b->begun++;
        b->counts[outcome]++;
        if (outcome == BULK_FAILED || outcome == BULK_CHANGED || outcome == BULK_UNSURE)
            bulk_note_failure(b, &items[i]);
        if (outcome == BULK_DONE)
            bulk_note_past(b, &items[i]);
        if (b->marks.count && !b->all)
            bulk_note_fate(b, &items[i]);
        if (outcome == BULK_FAILED)
            b->futile++;
        else if (outcome != BULK_LEFT)
            b->futile = 0;
        if (b->futile == BULK_FUTILE) {
            bulk_stop(b);
            err_set(&b->err, ERR_DATA, "stopped: %d items failed one after the other: %.*s",
                BULK_FUTILE, STR_ARG(items[i].why));
        }
    }
}

void bulk_settled(struct bulk *b,
    void (*see)(void *context, const struct mark *mark, enum bulk_outcome outcome), void *context)
{
    for (size_t i = 0; i < b->fate_count; i++) {
        const struct bulk_fate *fate = &b->fates[i];
        struct str key = str_take(str_skip(buf_str(&b->fate_keys), fate->key), fate->len);
        struct mark mark = {.key = key, .print = fate->print, .scope = fate->scope};
        see(context, &mark, fate->outcome);
    }
    b->fate_count = 0;
    buf_clear(&b->fate_keys);
}

/* ---- a step ---- */

static bool bulk_may_be_written(const struct bulk_item *item)
{
    return item->outcome == BULK_DONE || item->outcome == BULK_UNSURE;
}

static bool bulk_write_undo(struct bulk *b, struct bulk_item *items, size_t count)
{
    if (!b->spec.undo)
        return true;
    for (size_t i = 0; i < count; i++)
        if (items[i].changes)
            items[i].line = undo_file_add(b->spec.undo, &b->table, items[i].before, items[i].after);
    return undo_file_flush(b->spec.undo, &b->err);
}

/* What was written in another way than was planned, and what was not: the file has what was. */
static bool bulk_mend_undo(struct bulk *b, const struct bulk_item *items, size_t count)
{
    bool ok = true;
    if (!b->spec.undo)
        return true;
    for (size_t i = 0; i < count; i++)
        if (items[i].retried && bulk_may_be_written(&items[i]))
            undo_file_add(b->spec.undo, &b->table, items[i].before, items[i].after);
    ok = undo_file_flush(b->spec.undo, &b->err);
    for (size_t i = 0; ok && i < count; i++)
        if (items[i].line.len && (items[i].retried || !bulk_may_be_written(&items[i])))
            ok = undo_file_strike(b->spec.undo, items[i].line, &b->err);
    return ok;
}

static bool bulk_write_export(struct bulk *b, struct bulk_item *items, size_t count)
{
    bool ok = true;
    for (size_t i = 0; i < count; i++)
        if (items[i].outcome == BULK_DONE) {
            ok = ok && export_file_add(b->spec.file, items[i].before, &b->err);
            items[i].outcome = ok ? BULK_DONE : BULK_LEFT;
        }
    return ok;
}

static void bulk_pretend(struct bulk_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (items[i].changes)
            items[i].outcome = BULK_DONE;
}

static bool bulk_finish_step(
    struct bulk *b, struct client *client, struct bulk_crew *crew, struct bulk_item *items)
{
    size_t count = crew->count;
    if (b->spec.kind == BULK_EXPORT)
        return b->spec.dry || bulk_write_export(b, items, count);
    if (b->spec.dry) {
        bulk_pretend(items, count);
        return true;
    }
    if (!bulk_write_undo(b, items, count))
        return false;
    crew->work = bulk_work_write;
    bulk_crew_run(crew, client);
    return bulk_mend_undo(b, items, count);
}

/* So that a step takes about as long as nobody minds to wait for. */
static void bulk_adapt(struct bulk *b, int64_t began_ns)
{
    int64_t ms = (clock_tick_ns() - began_ns) / 1000000;
    if (ms < BULK_STEP_MS / 2 && b->step * 2 <= BULK_STEP_MAX)
        b->step *= 2;
    else if (ms > BULK_STEP_MS * 2 && b->step > 1)
        b->step /= 2;
}

bool bulk_step(struct bulk *b, struct client *client)
{
    struct arena arena = {0};
    struct bulk_item *items = mem_zero(BULK_STEP_MAX, sizeof *items);
    struct bulk_crew *crew = mem_new(struct bulk_crew);
    struct client mine = *client;
    int64_t began_ns = clock_tick_ns();
    mine.limits.budget = b->spec.budget;
    size_t count = bulk_stopping(b) ? 0
                   : b->spec.past   ? bulk_take_past(b, &arena, items)
                   : b->all         ? bulk_take_page(b, &mine, &arena, items)
                                    : bulk_take_keys(b, &arena, items);
    *crew = (struct bulk_crew){
        .spec = &b->spec, .stop = &b->stop, .work = bulk_work_read, .items = items, .count = count};
    bulk_crew_run(crew, &mine);
    bool ok = bulk_finish_step(b, &mine, crew, items);
    bulk_account(b, items, count);
    bulk_adapt(b, began_ns);
    if (ok && b->spec.budget && budget_is_spent(b->spec.budget) && !b->over) {
        budget_refuse(b->spec.budget, &b->err);
        ok = false;
    }
    for (unsigned i = 0; i < BULK_THREADS_MAX; i++)
        arena_fini(&crew->arenas[i]);
    arena_fini(&arena);
    free(crew);
    free(items);
    return ok && !b->over && !bulk_stopping(b) && b->err.code == ERR_NONE;
}
