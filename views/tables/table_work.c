/* SPDX-License-Identifier: MIT */
/*
 * Emptying a table and making one like it, from the explorer. The work is one job of the worker;
 * the dialog shows how far it is and stops it. What else was asked for waits behind it. Must not
 * know how items are deleted (table_purge.c) or copied (backend/copy.h).
 *
 *   ┌ Emptying Orders ──────────────────────────┐
 *   │  12,300 of about 1,204,113 items deleted  │
 *   │  3,100 a second                           │
 *   │  Esc stops it                             │
 *   └───────────────────────────────────────────┘
 */
#include "views/tables/table_work.h"

#include "backend/copy.h"
#include "base/mem.h"
#include "views/items/pane_items.h"
#include "views/tables/pane_tables.h"
#include "views/tables/table_look.h"
#include "views/tables/table_purge.h"
#include "views/tables/table_spec.h"
#include "views/words.h"

#include <stdlib.h>

enum { WORK_SEGMENTS = 4, WORK_TICK_MS = 250, WORK_COLS = 56 };

struct table_work_task {
    struct task task;
    struct str table, to; /* to: empty where it is emptied */
    struct purge purge;
    struct copy copy;
    _Atomic int64_t done; /* items */
    atomic_bool begun;    /* it does not wait behind other work any more */
    atomic_bool copying;  /* the table is there, its items come */
};

struct table_work {
    struct view view;
    struct table_work_task *work;
    struct buf title, name, to, line, hint;
    int64_t expected, began_ns;
    int timer;
    bool stopped;
};

/* ---- the work, on the worker's thread ---- */

static void note_purged(void *data)
{
    struct table_work_task *t = data;
    atomic_store(&t->done, atomic_load(&t->purge.deleted));
}

static bool purge_work(struct table_work_task *t, struct client *client, struct err *err)
{
    t->purge.backend = client->backend;
    t->purge.cancel = client->limits.cancel;
    t->purge.budget = client->limits.budget;
    t->purge.table = t->table;
    t->purge.segments = WORK_SEGMENTS;
    t->purge.tick = note_purged;
    t->purge.data = t;
    bool ok = table_purge_run(&t->purge, err);
    note_purged(t);
    return ok;
}

static void note_copied(void *data, const struct copy_segment *segments, unsigned count)
{
    struct table_work_task *t = data;
    atomic_store(&t->done, (int64_t)copy_total(segments, count).items);
}

/* The copy's tags: a table without them would be seen by other people, or by none. */
static bool copy_tags(struct table_work_task *t, struct client *client, struct err *err)
{
    struct arena *arena = &t->task.arena;
    struct table_look from, to;
    struct ddb_reply reply = {0};
    struct buf body = {0};
    if (!table_look_read(client, arena, t->table, &from, err))
        return false;
    const struct json *tags = json_get(from.asides[ASIDE_TAGS], STR("Tags"));
    if (!json_is(tags, JSON_ARRAY) || !tags->count)
        return true;
    if (!table_look_read(client, arena, t->to, &to, err))
        return false;
    buf_add(&body, STR("{\"ResourceArn\":"));
    json_put_string(&body, table_look_text(to.table, STR("TableArn")));
    buf_add(&body, STR(",\"Tags\":"));
    json_put(&body, tags);
    buf_add_byte(&body, '}');
    bool ok = client_call(client, STR("TagResource"), buf_str(&body), &reply, err) &&
              !ddb_reply_error(&reply, err);
    ddb_reply_fini(&reply);
    buf_fini(&body);
    return ok;
}

/* Reads the copy back, where that is nobody's cost. What was written meanwhile is in neither sum.
 */
static bool compare(struct table_work_task *t, struct client *client, struct err *err)
{
    struct copy back = {.from = client->backend,
        .table = t->to,
        .segments = WORK_SEGMENTS,
        .consistent = true,
        .cancel = client->limits.cancel};
    if (backend_is_remote(client->backend))
        return true;
    bool ok = copy_run(&back, err);
    struct copy_sum got = copy_total(back.at, back.segments);
    struct copy_sum wanted = copy_total(t->copy.at, t->copy.segments);
    copy_fini(&back);
    return ok && (copy_sum_equal(&got, &wanted) ||
                     err_set(err, ERR_DATA, "the copy is not what was read: was it written to?"));
}

static bool copy_work(struct table_work_task *t, struct client *client, struct err *err)
{
    if (!copy_table_make(client, t->table, client, t->to, err))
        return false;
    t->copy = (struct copy){.from = client->backend,
        .to = client->backend,
        .table = t->table,
        .to_table = t->to,
        .segments = WORK_SEGMENTS,
        .consistent = true,
        .cancel = client->limits.cancel,
        .from_budget = client->limits.budget,
        .to_budget = client->limits.budget,
        .tick = note_copied,
        .context = t};
    atomic_store(&t->copying, true);
    bool ok = copy_run(&t->copy, err);
    note_copied(t, t->copy.at, t->copy.segments);
    return ok && compare(t, client, err) &&
           copy_table_finish(client, t->table, client, t->to, err) && copy_tags(t, client, err);
}

static bool work(struct task *task, struct client *client, struct err *err)
{
    struct table_work_task *t = (struct table_work_task *)task;
    atomic_store(&t->begun, true);
    return t->to.len ? copy_work(t, client, err) : purge_work(t, client, err);
}

/* ---- its end ---- */

static void say_end(struct table_work *w, const struct table_work_task *t)
{
    struct app *app = w->view.app;
    struct buf items = {0};
    bool copied = t->to.len > 0, begun = !copied || atomic_load(&t->copying);
    words_plural(&items, atomic_load(&t->done), "item");
    if (t->task.ok)
        app_say(app, ROLE_STATUS_OK, copied ? "%.*s: %.*s copied to %.*s" : "%.*s: %.*s deleted",
            STR_ARG(t->table), STR_ARG(buf_str(&items)), STR_ARG(t->to));
    else if (!begun)
        app_fail(app, &t->task.err);
    else
        app_say(app, t->task.err.code == ERR_CANCELLED ? ROLE_STATUS_WARNING : ROLE_STATUS_ERROR,
            "%s after %.*s were %s%.*s%s%s%s",
            t->task.err.code == ERR_CANCELLED ? "stopped" : "failed", STR_ARG(buf_str(&items)),
            copied ? "copied; half a copy is in " : "deleted; the rest is in ",
            STR_ARG(copied ? t->to : t->table), t->task.err.code == ERR_CANCELLED ? "" : ": ",
            t->task.err.code == ERR_CANCELLED ? "" : t->task.err.name,
            t->task.err.code == ERR_CANCELLED ? "" : t->task.err.text);
    buf_fini(&items);
}

static void ended(struct task *task)
{
    struct table_work_task *t = (struct table_work_task *)task;
    struct table_work *w = task->owner;
    struct app *app = w->view.app;
    const struct browse *browse = pane_items_browsed(app->items);
    say_end(w, t);
    copy_fini(&t->copy);
    w->work = NULL;
    if (t->to.len && t->task.ok)
        pane_tables_await(app->tables, t->to);
    listing_refresh(&app->listing);
    if (browse && str_equal(browse->table.name, t->table) && app->items->ops->refresh)
        app->items->ops->refresh(app->items);
    if (app->over_count && app_main(app)->ops->refresh)
        app_main(app)->ops->refresh(app_main(app));
    app_overlay_close(app, &w->view);
}

static void dropped(struct task *task)
{
    copy_fini(&((struct table_work_task *)task)->copy);
}

/* ---- the view ---- */

static void put_progress(struct table_work *w)
{
    int64_t done = atomic_load(&w->work->done);
    double seconds = (double)(clock_tick_ns() - w->began_ns) / 1e9;
    bool copy = w->to.len > 0;
    buf_clear(&w->line);
    if (copy && !atomic_load(&w->work->copying)) {
        buf_printf(&w->line, "making %.*s", STR_ARG(buf_str(&w->to)));
        return;
    }
    words_count(&w->line, done);
    buf_add(&w->line, STR(" of about "));
    words_plural(&w->line, w->expected, "item");
    buf_add(&w->line, copy ? STR(" copied") : STR(" deleted"));
    if (done && seconds >= 1) {
        buf_add(&w->line, STR(", "));
        words_count(&w->line, (int64_t)((double)done / seconds));
        buf_add(&w->line, STR(" a second"));
    }
}

static void work_arrange(struct view *view, int rows, int cols)
{
    struct table_work *w = (struct table_work *)view;
    (void)rows;
    (void)cols;
    put_progress(w);
    buf_clear(&w->hint);
    if (w->stopped) {
        buf_add(&w->hint, STR("stopping …"));
        return;
    }
    app_key_of(view->app, view, "no", &w->hint);
    buf_add(&w->hint, STR(" stop it"));
}

static void work_draw(const struct view *view, const struct canvas *c)
{
    const struct table_work *w = (const struct table_work *)view;
    int width = c->cols - 2 < WORK_COLS ? c->cols - 2 : WORK_COLS;
    struct canvas inside = canvas_dialog(c, 5, width, buf_str(&w->title), ROLE_DIALOG_TITLE);
    canvas_text(&inside, 0, 1, inside.cols - 2, buf_str(&w->line), ROLE_DIALOG, 0);
    canvas_text(&inside, inside.rows - 1, 1, inside.cols - 2, buf_str(&w->hint), ROLE_HINT, 0);
}

static void work_free(struct view *view)
{
    struct table_work *w = (struct table_work *)view;
    if (w->timer)
        loop_forget(view->app->loop, w->timer);
    if (w->work)
        task_forget(&w->work->task);
    buf_fini(&w->title);
    buf_fini(&w->name);
    buf_fini(&w->to);
    buf_fini(&w->line);
    buf_fini(&w->hint);
    free(w);
}

/* What waits behind other work does not begin any more. */
static void work_run_stop(struct app *app, struct view *view, struct str args)
{
    struct table_work *w = (struct table_work *)view;
    (void)args;
    w->stopped = true;
    task_cancel(&w->work->task);
    if (atomic_load(&w->work->begun))
        return;
    app_say(app, ROLE_STATUS_WARNING, "stopped before it began");
    app_overlay_close(app, view);
}

static const struct command work_commands[] = {
    {.name = "no", .help = "stop it", .hint = "stop", .priority = 9, .run = work_run_stop}, {0}};

static const struct view_ops work_ops = {
    .context = "confirm",
    .closed = true,
    .commands = work_commands,
    .arrange = work_arrange,
    .draw = work_draw,
    .free = work_free,
};

static void tick(void *data)
{
    struct table_work *w = data;
    app_paint_soon(w->view.app);
    w->timer = loop_after(w->view.app->loop, WORK_TICK_MS, tick, w);
}

static void start(struct app *app, struct str table, struct str to, int64_t expected)
{
    struct table_work *w = mem_new(struct table_work);
    struct table_work_task *t = task_new(sizeof *t, w, work, ended);
    w->view = (struct view){.ops = &work_ops, .app = app};
    buf_add(&w->name, table);
    buf_add(&w->to, to);
    buf_printf(
        &w->title, to.len ? "Copying %.*s to %.*s" : "Emptying %.*s", STR_ARG(table), STR_ARG(to));
    w->expected = expected;
    w->began_ns = clock_tick_ns();
    w->work = t;
    t->table = arena_dup(&t->task.arena, table);
    t->to = arena_dup(&t->task.arena, to);
    t->task.dropped = dropped;
    if (!app_overlay(app, &w->view))
        return; /* the view is gone, and the task with it */
    task_submit(&t->task, app->worker);
    if (app->loop)
        w->timer = loop_after(app->loop, WORK_TICK_MS, tick, w);
}

/* ---- asking ---- */

struct work_question {
    char *table;
    int64_t items;
    struct buf cost;
};

static struct work_question *question_new(struct app *app, const struct client_table *table)
{
    struct work_question *q = mem_new(struct work_question);
    q->table = mem_dup(table->name.at, table->name.len);
    q->items = table->items;
    if (backend_is_remote(worker_backend(app->worker)))
        table_purge_cost(&q->cost, table);
    return q;
}

static void question_free(void *context)
{
    struct work_question *q = context;
    buf_fini(&q->cost);
    free(q->table);
    free(q);
}

static bool purge_accept(struct app *app, void *context, struct str text, struct err *err)
{
    struct work_question *q = context;
    if (!str_equal(text, str_from(q->table)))
        return err_set(err, ERR_DATA, "that is not the table's name: nothing was deleted");
    start(app, text, STR_NONE, q->items);
    return true;
}

static void purge_note(struct app *app, void *context, struct str text, struct buf *note)
{
    struct work_question *q = context;
    (void)app;
    if (str_equal(text, str_from(q->table)))
        buf_add(note, STR("Enter deletes them"));
    else if (q->cost.len)
        buf_add(note, buf_str(&q->cost));
    else
        buf_add(note, STR("Esc keeps them"));
}

void table_work_purge(struct app *app, const struct client_table *table)
{
    struct buf label = {0};
    buf_printf(&label, "type %.*s to purge its ", STR_ARG(table->name));
    words_plural(&label, table->items, "item");
    buf_add(&label, STR(": "));
    prompt_open(app, &(struct prompt_spec){.label = buf_str(&label),
                         .context = question_new(app, table),
                         .changed = purge_note,
                         .accept = purge_accept,
                         .free = question_free});
    buf_fini(&label);
}

static bool duplicate_accept(struct app *app, void *context, struct str text, struct err *err)
{
    struct work_question *q = context;
    const char *wrong = table_spec_judge_name(text);
    if (wrong)
        return err_set(err, ERR_DATA, "%s", wrong);
    if (listing_find(&app->listing, text))
        return err_set(err, ERR_DATA, "there is a table %.*s already", STR_ARG(text));
    start(app, str_from(q->table), text, q->items);
    return true;
}

static void duplicate_note(struct app *app, void *context, struct str text, struct buf *note)
{
    struct work_question *q = context;
    const char *wrong = table_spec_judge_name(text);
    if (wrong)
        buf_add(note, str_from(wrong));
    else if (listing_find(&app->listing, text))
        buf_add(note, STR("there is a table of this name"));
    else if (q->cost.len)
        buf_add(note, buf_str(&q->cost));
    else
        words_plural(note, q->items, "item");
}

void table_work_duplicate(struct app *app, const struct client_table *table, struct str name)
{
    struct buf label = {0}, text = {0};
    buf_printf(&label, "copy %.*s with its items to: ", STR_ARG(table->name));
    if (name.len)
        buf_add(&text, name);
    else
        buf_printf(&text, "%.*s-copy", STR_ARG(table->name));
    prompt_open(app, &(struct prompt_spec){.label = buf_str(&label),
                         .text = buf_str(&text),
                         .context = question_new(app, table),
                         .changed = duplicate_note,
                         .accept = duplicate_accept,
                         .free = question_free});
    buf_fini(&label);
    buf_fini(&text);
}
