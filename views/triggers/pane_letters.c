/* SPDX-License-Identifier: MIT */
/*
 * The dead letters of a mapping, the newest first, and their delivery once more. The records are
 * those that were given up: they lie in the document, or where it has none (as the service's), in
 * the stream for a day.
 *
 *     time                 condition               calls  records  first record
 *     2026-11-20 12:01:33  RetryAttemptsExhausted      3      100  …01839681
 */
#include "views/triggers/pane_letters.h"

#include "backend/triggers/dead_letter.h"
#include "base/mem.h"
#include "tui/grid.h"
#include "views/cli/host.h"
#include "views/confirm.h"
#include "views/contexts.h"
#include "views/pane_text.h"
#include "views/triggers/trigger_calls.h"
#include "views/triggers/trigger_events.h"
#include "views/triggers/trigger_letters.h"
#include "views/triggers/trigger_range.h"
#include "views/triggers/trigger_words.h"
#include "views/words.h"

#include <inttypes.h>
#include <stdlib.h>

enum letters_column {
    LETTERS_TIME,
    LETTERS_CONDITION,
    LETTERS_CALLS,
    LETTERS_RECORDS,
    LETTERS_FIRST,
    LETTERS_COLUMNS
};
enum { LETTERS_NARROW = 60, LETTERS_MOST = 2000, LETTERS_BYTES = 32 << 20 };

struct pane_letters {
    struct view view;
    struct grid grid;
    struct grid_column columns[LETTERS_COLUMNS];
    struct arena names; /* of what follows */
    struct str name, function, uuid, path;
    struct registry *registry;
    struct arena arena; /* of the letters */
    struct trigger_letters letters;
    struct trigger_calls *calls;
    struct buf cell;
    bool read;
    struct task *task;
};

static struct pane_letters *letters_pane(struct view *view)
{
    return (struct pane_letters *)view;
}

/* The newest is the first row. */
static const struct trigger_letter *letter_at(const struct pane_letters *p, int64_t row)
{
    bool there = row >= 0 && (size_t)row < p->letters.count;
    return there ? &p->letters.items[p->letters.count - 1 - (size_t)row] : NULL;
}

/* ---- reading ---- */

struct letters_task {
    struct task task;
    struct registry *registry;
    struct str uuid, path;
    struct trigger_letters letters;
};

static bool letters_work(struct task *task, struct client *client, struct err *err)
{
    struct letters_task *t = (struct letters_task *)task;
    struct mapping mapping;
    bool found;
    (void)client;
    if (!registry_mapping(t->registry, &task->arena, t->uuid, &mapping, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_NO_INPUT, "this mapping is not there any more");
    return trigger_letters_read(&task->arena, t->path.at, &mapping,
        &(struct trigger_letters_limits){LETTERS_MOST, LETTERS_BYTES}, &t->letters, err);
}

static void letters_ended(struct task *task)
{
    struct letters_task *t = (struct letters_task *)task;
    struct pane_letters *p = task->owner;
    p->task = NULL;
    p->read = true;
    p->view.app->dirty = true;
    if (!task->ok) {
        app_fail(p->view.app, &task->err);
        return;
    }
    arena_fini(&p->arena);
    p->arena = task->arena;
    task->arena = (struct arena){0};
    p->letters = t->letters;
}

static void read_letters(struct pane_letters *p)
{
    if (p->task)
        return;
    struct letters_task *t = task_new(sizeof *t, p, letters_work, letters_ended);
    t->registry = p->registry;
    t->uuid = arena_dup(&t->task.arena, p->uuid);
    t->path = arena_dup(&t->task.arena, p->path);
    p->task = &t->task;
    task_submit(&t->task, p->view.app->worker);
}

/* ---- delivering again ---- */

struct redriven {
    uint64_t at;
    struct str line, payload;
    struct trigger_range range; /* where there is no payload */
    bool done;
};

/* What is to be delivered, copied: the pane may read anew or go away meanwhile. */
struct redriving {
    struct arena arena;
    struct registry *registry;
    struct str uuid, path, function;
    struct redriven *items;
    size_t count, gone; /* gone: documents whose records are nowhere any more; not counted */
    struct mapping mapping;
    bool found;
};

static void redriving_free(void *context)
{
    struct redriving *r = context;
    arena_fini(&r->arena);
    free(r);
}

/* ERR_NO_INPUT: its records are nowhere. */
static bool put_event(const struct redriving *r, const struct redriven *item, struct client *client,
    struct buf *events, struct err *err)
{
    if (!item->payload.len && !r->found)
        return err_set(err, ERR_NO_INPUT, "this mapping is not there any more");
    if (!item->payload.len && !trigger_range_read(client, &r->mapping, &item->range, events, err))
        return false;
    buf_add(events, item->payload);
    buf_add_byte(events, '\0');
    return true;
}

static bool redrive_prepare(
    void *context, struct client *client, struct buf *events, struct err *err)
{
    struct redriving *r = context;
    size_t count = 0;
    if (!registry_mapping(r->registry, &r->arena, r->uuid, &r->mapping, &r->found, err))
        return false;
    for (size_t i = 0; i < r->count; i++) {
        if (put_event(r, &r->items[i], client, events, err))
            r->items[count++] = r->items[i];
        else if (err->code != ERR_NO_INPUT)
            return false;
        else
            *err = ERR_INIT;
    }
    r->gone = r->count - count;
    r->count = count;
    return true;
}

/* Partial failures count where the mapping asks for them: then the document stays. */
static bool redrive_seen(void *context, size_t nth, const struct invocation *invocation)
{
    struct redriving *r = context;
    size_t count;
    size_t good = trigger_events_good(
        invocation->event, buf_str(&invocation->payload), r->found && r->mapping.report, &count);
    r->items[nth].done = invocation->outcome == INVOKED_OK && good >= count;
    return r->items[nth].done;
}

/* What was dealt with is crossed out on the worker's thread. */
struct blank_task {
    struct task task;
    struct redriving *redriving;
    struct pane_letters *pane;
};

static bool blank_work(struct task *task, struct client *client, struct err *err)
{
    struct redriving *r = ((struct blank_task *)task)->redriving;
    bool ok = true;
    (void)client;
    for (size_t i = 0; i < r->count; i++)
        if (r->items[i].done)
            ok = trigger_letters_blank(r->path.at, r->items[i].at, r->items[i].line, err) && ok;
    trigger_letters_tidy(r->path.at);
    return ok;
}

static void blank_drop(struct task *task)
{
    redriving_free(((struct blank_task *)task)->redriving);
}

static void blank_ended(struct task *task)
{
    struct app *app = task->owner;
    if (!task->ok)
        app_fail(app, &task->err);
    struct view *main = app_main(app);
    if (main->ops->refresh)
        main->ops->refresh(main);
    blank_drop(task);
}

static struct redriving *redriving_copy(const struct redriving *r)
{
    struct redriving *copy = mem_new(struct redriving);
    copy->path = arena_dup(&copy->arena, r->path);
    copy->items = arena_array(&copy->arena, struct redriven, r->count + 1);
    copy->count = r->count;
    for (size_t i = 0; i < r->count; i++)
        copy->items[i] = (struct redriven){.at = r->items[i].at,
            .line = arena_dup(&copy->arena, r->items[i].line),
            .done = r->items[i].done};
    return copy;
}

static void redrive_ended(struct app *app, void *context, const struct trigger_calls *calls,
    const struct invocation *last, const struct err *err)
{
    struct redriving *r = context;
    size_t done = trigger_calls_done(calls) - trigger_calls_failed(calls);
    size_t total = r->count + r->gone;
    struct blank_task *t = task_new(sizeof *t, app, blank_work, blank_ended);
    t->task.dropped = blank_drop;
    t->redriving = redriving_copy(r);
    task_join(&app->tasks, &t->task);
    task_submit(&t->task, app->worker);
    if (err->code != ERR_NONE)
        app_fail(app, err);
    else if (last && last->outcome == INVOKED_REFUSED)
        app_say(app, ROLE_STATUS_WARNING,
            "%zu of %zu batches were dealt with, then it stopped: %.*s", done, total,
            STR_ARG(str_take(buf_str(&last->payload), 200)));
    else if (r->gone)
        app_say(app, ROLE_STATUS_WARNING,
            "%zu of %zu batches were dealt with; the records of %zu are not in the document, and "
            "not to be found in the stream",
            done, total, r->gone);
    else
        app_say(app, done == total ? ROLE_STATUS_OK : ROLE_STATUS_WARNING,
            "%zu of %zu batches were dealt with%s", done, total,
            done == total ? "" : ": the others stay here");
}

static void add_item(struct redriving *r, const struct trigger_letter *letter)
{
    struct arena *arena = &r->arena;
    r->items[r->count++] = (struct redriven){.at = letter->at,
        .line = arena_dup(arena, letter->line),
        .payload = arena_dup(arena, letter->payload),
        .range = {arena_dup(arena, letter->shard), arena_dup(arena, letter->first),
            arena_dup(arena, letter->last), letter->records}};
}

/* The oldest first, as they were given up. */
static struct redriving *redriving_of(const struct pane_letters *p, bool all)
{
    struct redriving *r = mem_new(struct redriving);
    r->registry = p->registry;
    r->uuid = arena_dup(&r->arena, p->uuid);
    r->path = arena_dup(&r->arena, p->path);
    r->function = arena_dup(&r->arena, p->function);
    r->items = arena_array(&r->arena, struct redriven, p->letters.count + 1);
    for (size_t i = 0; all && i < p->letters.count; i++)
        add_item(r, &p->letters.items[i]);
    if (!all && letter_at(p, p->grid.cursor))
        add_item(r, letter_at(p, p->grid.cursor));
    return r;
}

static void redrive_yes(struct app *app, void *context)
{
    struct redriving **held = context;
    struct redriving *r = *held;
    struct view *main = app_main(app);
    *held = NULL;
    if (strcmp(main->ops->context, "letters") != 0) {
        redriving_free(r);
        return;
    }
    trigger_calls_begin(app, &letters_pane(main)->calls,
        &(struct trigger_calls_spec){.function = r->function,
            .what = STR("redrive"),
            .context = r,
            .prepare = redrive_prepare,
            .seen = redrive_seen,
            .ended = redrive_ended,
            .free = redriving_free});
}

static void redrive_free(void *context)
{
    struct redriving **held = context;
    if (*held)
        redriving_free(*held);
    free(held);
}

static void redrive(struct app *app, struct view *view, bool all)
{
    struct pane_letters *p = letters_pane(view);
    struct redriving *r = redriving_of(p, all);
    struct buf text = {0};
    buf_printf(&text,
        "Deliver %zu %s that %s given up to %.*s again?\n\nWhat it deals with leaves this list; "
        "the rest stays.",
        r->count, r->count == 1 ? "batch" : "batches", r->count == 1 ? "was" : "were",
        STR_ARG(p->function));
    struct redriving **held = mem_new(struct redriving *);
    *held = r;
    confirm_open(app, &(struct confirm_spec){.title = STR("Redrive"),
                          .text = buf_str(&text),
                          .context = held,
                          .yes = redrive_yes,
                          .free = redrive_free});
    buf_fini(&text);
}

/* ---- commands ---- */

static bool has_letter(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (letters_pane(view)->letters.count)
        return true;
    buf_add(why, STR("nothing was given up"));
    return false;
}

static void letters_run_open(struct app *app, struct view *view, struct str args)
{
    struct pane_letters *p = letters_pane(view);
    const struct trigger_letter *letter = letter_at(p, p->grid.cursor);
    struct buf text = {0}, title = {0};
    (void)args;
    if (!letter)
        return;
    buf_printf(&title, "%.*s ▸ dead letter of %.*s", STR_ARG(p->name), STR_ARG(letter->time));
    pane_text_pretty(&text, letter->line);
    if (letter->payload.len) {
        buf_add(&text, STR("\n\nRecords\n"));
        pane_text_pretty(&text, letter->payload);
    }
    pane_text_open(app, buf_str(&title), buf_str(&text));
    buf_fini(&text);
    buf_fini(&title);
}

static void letters_run_redrive(struct app *app, struct view *view, struct str args)
{
    (void)args;
    redrive(app, view, false);
}

static void letters_run_redrive_all(struct app *app, struct view *view, struct str args)
{
    (void)args;
    redrive(app, view, true);
}

static void letters_run_copy(struct app *app, struct view *view, struct str args)
{
    struct pane_letters *p = letters_pane(view);
    const struct trigger_letter *letter = letter_at(p, p->grid.cursor);
    (void)args;
    if (letter)
        app_copy(app, letter->line, STR("the document"));
}

const struct command pane_letters_commands[] = {
    {.name = "open",
        .help = "the document and its records",
        .hint = "show",
        .priority = 9,
        .run = letters_run_open,
        .enabled = has_letter},
    {.name = "redrive",
        .help = "deliver this batch again, after asking",
        .hint = "redrive",
        .priority = 8,
        .run = letters_run_redrive,
        .enabled = has_letter},
    {.name = "redrive-all",
        .help = "deliver all of them again, the oldest first, after asking",
        .hint = "redrive all",
        .priority = 7,
        .run = letters_run_redrive_all,
        .enabled = has_letter},
    {.name = "copy", .help = "copy the document", .run = letters_run_copy, .enabled = has_letter},
    {0},
};

/* ---- cells ---- */

static int64_t count_rows(void *data)
{
    return (int64_t)((struct pane_letters *)data)->letters.count;
}

static void put_text(struct pane_letters *p, const struct trigger_letter *letter, int column)
{
    if (column == LETTERS_TIME)
        buf_printf(&p->cell, "%.*s %.*s", STR_ARG(str_take(letter->time, 10)),
            STR_ARG(str_take(str_skip(letter->time, 11), 8)));
    else if (column == LETTERS_CONDITION)
        buf_add(&p->cell, letter->condition);
    else if (column == LETTERS_FIRST)
        trigger_words_sequence(&p->cell, letter->first);
    else
        buf_printf(&p->cell, "%" PRId64, column == LETTERS_CALLS ? letter->calls : letter->records);
}

static void put_cell(void *data, int64_t row, int column, int room, struct grid_cell *cell)
{
    struct pane_letters *p = data;
    const struct trigger_letter *letter = letter_at(p, row);
    (void)room;
    if (!letter)
        return;
    buf_clear(&p->cell);
    put_text(p, letter, column);
    cell->text = buf_str(&p->cell);
    cell->role = column == LETTERS_TIME ? ROLE_DIM : ROLE_TEXT;
    cell->flags = column == LETTERS_CALLS || column == LETTERS_RECORDS ? CANVAS_RIGHT : 0;
}

static void set_columns(struct pane_letters *p)
{
    static const struct str names[LETTERS_COLUMNS] = {
        STR("time"), STR("condition"), STR("calls"), STR("records"), STR("first record")};
    for (int i = 0; i < LETTERS_COLUMNS; i++)
        p->columns[i] = (struct grid_column){.name = names[i],
            .flags = i == LETTERS_CALLS || i == LETTERS_RECORDS ? CANVAS_RIGHT : 0};
    grid_columns_set(&p->grid, p->columns, LETTERS_COLUMNS);
}

/* ---- the view ---- */

static void letters_title(struct view *view, struct buf *left, struct buf *right)
{
    struct pane_letters *p = letters_pane(view);
    buf_printf(left, "%.*s ▸ dead letters", STR_ARG(p->name));
    if (p->calls)
        trigger_calls_words(p->calls, right);
    else if (p->letters.count)
        words_count(right, (int64_t)p->letters.count);
    if (!p->calls && p->letters.more)
        buf_add(right, STR(", the newest"));
}

static void letters_facts(struct view *view, struct buf *out)
{
    buf_add(out, letters_pane(view)->path);
}

static void letters_arrange(struct view *view, int rows, int cols)
{
    struct pane_letters *p = letters_pane(view);
    p->columns[LETTERS_FIRST].hidden = cols < LETTERS_NARROW;
    p->columns[LETTERS_CALLS].hidden = cols < LETTERS_NARROW;
    p->grid.flags = view->app->gutter ? GRID_GUTTER : 0;
    p->grid.focused = view->focused;
    p->grid.empty = p->read ? STR("nothing was given up") : STR_NONE;
    grid_arrange(&p->grid, rows, cols);
}

static void letters_draw(const struct view *view, const struct canvas *c)
{
    grid_draw(&((const struct pane_letters *)view)->grid, c);
}

static bool letters_action(struct view *view, enum action action)
{
    return grid_handle(&letters_pane(view)->grid, action);
}

static void letters_mouse(struct view *view, enum input_mouse_kind kind, int row, int col)
{
    struct pane_letters *p = letters_pane(view);
    int column;
    int64_t at = grid_row_at(&p->grid, row, col, &column);
    if (kind == INPUT_MOUSE_WHEEL_UP || kind == INPUT_MOUSE_WHEEL_DOWN)
        letters_action(view, kind == INPUT_MOUSE_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
    else if (at >= 0)
        grid_go(&p->grid, at);
}

static void letters_refresh(struct view *view)
{
    read_letters(letters_pane(view));
}

static bool letters_cancel(struct view *view)
{
    struct pane_letters *p = letters_pane(view);
    if (!p->calls)
        return false;
    trigger_calls_cancel(p->calls);
    return true;
}

static void letters_free(struct view *view)
{
    struct pane_letters *p = letters_pane(view);
    trigger_calls_free(p->calls);
    task_forget(p->task);
    arena_fini(&p->arena);
    arena_fini(&p->names);
    buf_fini(&p->cell);
    free(p);
}

static struct grid *letters_grid(struct view *view)
{
    return &((struct pane_letters *)view)->grid;
}

static const struct view_ops letters_ops = {
    .context = "letters",
    .commands = pane_letters_commands,
    .title = letters_title,
    .facts = letters_facts,
    .arrange = letters_arrange,
    .draw = letters_draw,
    .action = letters_action,
    .grid = letters_grid,
    .mouse = letters_mouse,
    .refresh = letters_refresh,
    .cancel = letters_cancel,
    .free = letters_free,
};

void pane_letters_open(struct app *app, const struct triggers_row *row)
{
    struct pane_letters *p = mem_new(struct pane_letters);
    struct grid_source source = {.data = p, .rows = count_rows, .cell = put_cell};
    struct buf path = {0};
    p->view = (struct view){.ops = &letters_ops, .app = app};
    p->registry = host_registry(app->host);
    p->name = arena_dup(&p->names, row->name);
    p->function = arena_dup(&p->names, row->mapping->function);
    p->uuid = arena_dup(&p->names, row->mapping->uuid);
    dead_letter_path(row->mapping_folder.at, row->mapping, &path);
    p->path = arena_dup(&p->names, buf_str(&path));
    buf_fini(&path);
    grid_init(&p->grid, &source);
    set_columns(p);
    read_letters(p);
    app_show_over(app, &p->view);
}
