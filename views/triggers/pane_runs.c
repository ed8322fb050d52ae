/* SPDX-License-Identifier: MIT */
/*
 * The invocations of a function, the newest first, and one of them in full. Read on the worker's
 * thread, again only where the file has grown.
 *
 *     time      outcome  took     init  try  records  first sequence number   request
 *     12:01:33  ok       2.1 ms            1      100  …0000001839681          05b1c2aa
 */
#include "views/triggers/pane_runs.h"

#include "backend/triggers/runs.h"
#include "base/mem.h"
#include "tui/grid.h"
#include "views/cli/host.h"
#include "views/contexts.h"
#include "views/pane_text.h"
#include "views/triggers/pane_log.h"
#include "views/triggers/trigger_log.h"
#include "views/triggers/trigger_range.h"
#include "views/triggers/trigger_words.h"
#include "views/words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { RUNS_MOST = 300, RUNS_FIND = 3000, RUNS_TICK_MS = 500, RUNS_NARROW = 60 };
enum runs_column {
    RUNS_TIME,
    RUNS_OUTCOME,
    RUNS_TOOK,
    RUNS_INIT,
    RUNS_TRY,
    RUNS_RECORDS,
    RUNS_FIRST,
    RUNS_ID,
    RUNS_COLUMNS
};

struct pane_runs {
    struct view view;
    struct grid grid;
    struct grid_column columns[RUNS_COLUMNS];
    struct buf function, folder, cell;
    struct arena arena; /* of the runs */
    struct run *runs;
    size_t count;
    bool read;
    int64_t size, time_ns; /* of the file when it was read */
    struct task *task;
    int timer;
};

static struct pane_runs *runs_pane(struct view *view)
{
    return (struct pane_runs *)view;
}

static const struct run *current(const struct pane_runs *p)
{
    int64_t row = p->grid.cursor;
    return row >= 0 && (size_t)row < p->count ? &p->runs[row] : NULL;
}

/* ---- reading ---- */

struct runs_task {
    struct task task;
    struct str folder;
    struct run *runs;
    size_t count;
    int64_t size, time_ns;
    bool same;
};

static bool runs_work(struct task *task, struct client *client, struct err *err)
{
    struct runs_task *t = (struct runs_task *)task;
    struct buf path = {0};
    struct stat s = {0};
    (void)client;
    buf_printf(&path, "%s/runs", t->folder.at);
    bool there = stat(buf_cstr(&path), &s) == 0;
    buf_fini(&path);
    int64_t size = there ? (int64_t)s.st_size : 0;
    int64_t time_ns = (int64_t)s.st_mtim.tv_sec * 1000000000 + s.st_mtim.tv_nsec;
    t->same = size == t->size && time_ns == t->time_ns;
    t->size = size;
    t->time_ns = time_ns;
    return t->same || runs_read(t->folder.at, &task->arena, RUNS_MOST, &t->runs, &t->count, err);
}

/* The cursor stays on its run while others come above it. */
static void keep_place(struct pane_runs *p, struct str id)
{
    for (size_t i = 0; id.len && p->grid.cursor > 0 && i < p->count; i++)
        if (str_equal(p->runs[i].request_id, id)) {
            grid_go(&p->grid, (int64_t)i);
            return;
        }
}

static void runs_ended(struct task *task)
{
    struct runs_task *t = (struct runs_task *)task;
    struct pane_runs *p = task->owner;
    p->task = NULL;
    if (!task->ok)
        app_fail(p->view.app, &task->err);
    if (!task->ok || (t->same && p->read))
        return;
    struct arena before = p->arena;
    struct str id = current(p) ? current(p)->request_id : STR_NONE;
    p->arena = task->arena;
    task->arena = (struct arena){0};
    p->runs = t->runs;
    p->count = t->count;
    p->size = t->size;
    p->time_ns = t->time_ns;
    p->read = true;
    keep_place(p, id);
    arena_fini(&before);
    app_paint_soon(p->view.app);
}

static void read_runs(struct pane_runs *p)
{
    if (p->task)
        return;
    struct runs_task *t = task_new(sizeof *t, p, runs_work, runs_ended);
    t->task.job.quiet = p->read;
    t->folder = arena_dup(&t->task.arena, buf_str(&p->folder));
    t->size = p->read ? p->size : -1;
    t->time_ns = p->time_ns;
    p->task = &t->task;
    task_submit(&t->task, p->view.app->worker);
}

static void tick(void *data)
{
    struct pane_runs *p = data;
    read_runs(p);
    p->timer = loop_after(p->view.app->loop, RUNS_TICK_MS, tick, p);
}

/* ---- one in full ---- */

struct show_task {
    struct task task;
    struct registry *registry;
    struct str folder, id;
    struct buf text;
};

static void put_part(struct buf *out, const char *name, struct str json, const char *none)
{
    buf_printf(out, "\n\n%s\n", name);
    if (json.len)
        pane_text_pretty(out, json);
    else
        buf_add(out, str_from(none));
}

static void put_head(struct buf *out, const struct run *run)
{
    words_utc(out, run->time_ms);
    buf_printf(out, " · %.*s after ", STR_ARG(run->outcome));
    trigger_words_us(out, run->duration_us);
    if (run->init_us) {
        buf_add(out, STR(", started in "));
        trigger_words_us(out, run->init_us);
    }
    if (run->memory_kb)
        buf_printf(out, " · %" PRId64 " MB", (run->memory_kb + 1023) / 1024);
    buf_printf(out, "\nrequest   %.*s\nlog       %.*s", STR_ARG(run->request_id),
        STR_ARG(run->log_stream));
    if (!run->mapping.len) {
        buf_add(out, STR("\ninvoked by hand"));
        return;
    }
    buf_printf(out, "\nattempt   %u, with %u record%s\nshard     %.*s\nrecords   %.*s",
        run->attempt, run->records, run->records == 1 ? "" : "s", STR_ARG(run->shard),
        STR_ARG(run->first));
    if (!str_equal(run->first, run->last))
        buf_printf(out, "\n          … %.*s", STR_ARG(run->last));
}

static bool put_log(struct show_task *t, const struct run *run, struct err *err)
{
    struct buf lines = {0};
    bool ok = trigger_log_invocation(t->folder.at, run->log_stream, run->request_id, &lines, err);
    buf_add(&t->text, STR("\n\nLog\n"));
    for (size_t i = 0; i < lines.len; i++)
        if (lines.at[i] == '\t')
            buf_add(&t->text, STR("  "));
        else
            buf_add_byte(&t->text, lines.at[i]);
    buf_fini(&lines);
    return ok;
}

/* What is too large to be kept is in the stream for a day. False: it could not be asked. */
static bool put_records(
    struct show_task *t, const struct run *run, struct client *client, struct err *err)
{
    struct trigger_range range = {run->shard, run->first, run->last, run->records};
    struct mapping mapping;
    struct buf event = {0};
    bool found;
    if (!registry_mapping(t->registry, &t->task.arena, run->mapping, &mapping, &found, err))
        return false;
    buf_add(&t->text, STR("\n\nEvent, larger than is kept\n"));
    if (!found) {
        buf_add(&t->text, STR("its mapping is not there any more: nothing can be read again"));
        return true;
    }
    bool ok = trigger_range_read(client, &mapping, &range, &event, err);
    if (ok) {
        buf_add(&t->text, STR("its records, read from the stream again:\n"));
        pane_text_pretty(&t->text, buf_str(&event));
    } else if (err->code != ERR_CANCELLED) {
        buf_printf(&t->text, "its records cannot be read again: %s", err->text);
        *err = ERR_INIT;
    }
    buf_fini(&event);
    return ok || err->code == ERR_NONE;
}

static bool put_event(
    struct show_task *t, const struct run *run, struct client *client, struct err *err)
{
    if (!run->event.len && run->mapping.len)
        return put_records(t, run, client, err);
    put_part(&t->text, "Event", run->event, "larger than is kept");
    return true;
}

static const struct run *find_run(const struct run *runs, size_t count, struct str id)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(runs[i].request_id, id))
            return &runs[i];
    return NULL;
}

static bool show_work(struct task *task, struct client *client, struct err *err)
{
    struct show_task *t = (struct show_task *)task;
    struct run *runs;
    size_t count;
    if (!runs_read(t->folder.at, &task->arena, RUNS_FIND, &runs, &count, err))
        return false;
    const struct run *run = find_run(runs, count, t->id);
    if (!run)
        return err_set(err, ERR_NO_INPUT, "the invocation %.*s runs still, or is kept no more",
            STR_ARG(t->id));
    put_head(&t->text, run);
    put_part(&t->text, "Result", run->result, "none"); /* first: one looks for what went wrong */
    return put_event(t, run, client, err) && put_log(t, run, err);
}

static void show_drop(struct task *task)
{
    buf_fini(&((struct show_task *)task)->text);
}

static void show_ended(struct task *task)
{
    struct show_task *t = (struct show_task *)task;
    struct app *app = task->owner;
    struct buf title = {0};
    buf_printf(&title, "invocation %.*s", STR_ARG(t->id));
    if (task->ok)
        pane_text_open(app, buf_str(&title), buf_str(&t->text));
    else
        app_fail(app, &task->err);
    buf_fini(&title);
    show_drop(task);
}

void pane_runs_show(struct app *app, struct str function_folder, struct str request_id)
{
    struct show_task *t = task_new(sizeof *t, app, show_work, show_ended);
    t->task.dropped = show_drop;
    t->registry = host_registry(app->host);
    t->folder = arena_dup(&t->task.arena, function_folder);
    t->id = arena_dup(&t->task.arena, request_id);
    task_join(&app->tasks, &t->task);
    task_submit(&t->task, app->worker);
}

/* ---- commands ---- */

static bool has_run(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (current(runs_pane(view)))
        return true;
    buf_add(why, STR("there is no invocation here"));
    return false;
}

static void runs_run_open(struct app *app, struct view *view, struct str args)
{
    struct pane_runs *p = runs_pane(view);
    (void)args;
    pane_runs_show(app, buf_str(&p->folder), current(p)->request_id);
}

static void runs_run_log(struct app *app, struct view *view, struct str args)
{
    struct pane_runs *p = runs_pane(view);
    (void)args;
    pane_log_open(app, buf_str(&p->function), buf_str(&p->folder), current(p)->request_id);
}

static void runs_run_copy(struct app *app, struct view *view, struct str args)
{
    const struct run *run = current(runs_pane(view));
    (void)args;
    if (run->event.len)
        app_copy(app, run->event, STR("the event"));
    else
        app_say(app, ROLE_STATUS, "its event was larger than is kept");
}

const struct command pane_runs_commands[] = {
    {.name = "open",
        .help = "event in, result out, its lines of the log",
        .hint = "show",
        .priority = 9,
        .run = runs_run_open,
        .enabled = has_run},
    {.name = "log",
        .help = "the log, with the lines of this invocation alone",
        .hint = "log",
        .priority = 7,
        .run = runs_run_log,
        .enabled = has_run},
    {.name = "copy",
        .help = "copy the event",
        .hint = "copy event",
        .priority = 4,
        .run = runs_run_copy,
        .enabled = has_run},
    {0},
};

/* ---- cells ---- */

static int64_t count_rows(void *data)
{
    return (int64_t)((struct pane_runs *)data)->count;
}

static enum role outcome_role(struct str outcome)
{
    if (str_equal(outcome, STR("ok")))
        return ROLE_OK;
    return str_equal(outcome, STR("refused")) ? ROLE_WARNING : ROLE_ERROR;
}

static void put_text(struct pane_runs *p, const struct run *run, int column)
{
    if (column == RUNS_TIME)
        trigger_words_clock(&p->cell, run->time_ms, false);
    else if (column == RUNS_OUTCOME)
        buf_add(&p->cell, run->outcome);
    else if (column == RUNS_TOOK)
        trigger_words_us(&p->cell, run->duration_us);
    else if (column == RUNS_INIT && run->init_us)
        trigger_words_us(&p->cell, run->init_us);
    else if (column == RUNS_TRY && run->attempt)
        buf_printf(&p->cell, "%u", run->attempt);
    else if (column == RUNS_RECORDS && run->mapping.len)
        buf_printf(&p->cell, "%u", run->records);
    else if (column == RUNS_RECORDS)
        buf_add(&p->cell, STR("by hand"));
    else if (column == RUNS_FIRST)
        trigger_words_sequence(&p->cell, run->first);
    else if (column == RUNS_ID)
        buf_add(&p->cell, run->request_id);
}

static void put_cell(void *data, int64_t row, int column, int room, struct grid_cell *cell)
{
    struct pane_runs *p = data;
    (void)room;
    if ((size_t)row >= p->count)
        return;
    const struct run *run = &p->runs[row];
    buf_clear(&p->cell);
    put_text(p, run, column);
    cell->text = buf_str(&p->cell);
    cell->role = column == RUNS_OUTCOME                     ? outcome_role(run->outcome)
                 : column == RUNS_TIME || column == RUNS_ID ? ROLE_DIM
                 : column == RUNS_TRY && run->attempt > 1   ? ROLE_WARNING
                                                            : ROLE_TEXT;
    bool figure = column >= RUNS_TOOK && column <= RUNS_RECORDS;
    cell->flags = figure ? CANVAS_RIGHT : 0;
}

static void set_columns(struct pane_runs *p)
{
    static const struct str names[RUNS_COLUMNS] = {STR("time"), STR("outcome"), STR("took"),
        STR("init"), STR("try"), STR("records"), STR("first record"), STR("request")};
    for (int i = 0; i < RUNS_COLUMNS; i++)
        p->columns[i] = (struct grid_column){.name = names[i],
            .flags = i >= RUNS_TOOK && i <= RUNS_RECORDS ? CANVAS_RIGHT : 0,
            .max = i == RUNS_ID ? 36 : 0};
    grid_columns_set(&p->grid, p->columns, RUNS_COLUMNS);
}

/* ---- the view ---- */

static void runs_title(struct view *view, struct buf *left, struct buf *right)
{
    struct pane_runs *p = runs_pane(view);
    buf_printf(left, "%.*s ▸ invocations", STR_ARG(buf_str(&p->function)));
    if (p->count)
        words_plural(right, (int64_t)p->count, "invocation");
    if (p->count == RUNS_MOST)
        buf_add(right, STR(", the newest"));
}

static void runs_facts(struct view *view, struct buf *out)
{
    const struct run *run = current(runs_pane(view));
    if (!run)
        return;
    words_utc(out, run->time_ms);
    if (run->result.len)
        buf_printf(out, " · %.*s", STR_ARG(run->result));
}

static void runs_arrange(struct view *view, int rows, int cols)
{
    struct pane_runs *p = runs_pane(view);
    bool narrow = cols < RUNS_NARROW;
    p->columns[RUNS_INIT].hidden = narrow;
    p->columns[RUNS_FIRST].hidden = narrow;
    p->columns[RUNS_ID].hidden = narrow;
    p->grid.flags = view->app->gutter ? GRID_GUTTER : 0;
    p->grid.focused = view->focused;
    p->grid.empty = p->read ? STR("it was not called yet") : STR_NONE;
    grid_arrange(&p->grid, rows, cols);
}

static void runs_draw(const struct view *view, const struct canvas *c)
{
    grid_draw(&((const struct pane_runs *)view)->grid, c);
}

static bool runs_action(struct view *view, enum action action)
{
    return grid_handle(&runs_pane(view)->grid, action);
}

static void runs_mouse(struct view *view, enum input_mouse_kind kind, int row, int col)
{
    struct pane_runs *p = runs_pane(view);
    int column;
    int64_t at = grid_row_at(&p->grid, row, col, &column);
    if (kind == INPUT_MOUSE_WHEEL_UP || kind == INPUT_MOUSE_WHEEL_DOWN)
        runs_action(view, kind == INPUT_MOUSE_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
    else if (at >= 0)
        grid_go(&p->grid, at);
}

static void runs_refresh(struct view *view)
{
    read_runs(runs_pane(view));
}

static void runs_free(struct view *view)
{
    struct pane_runs *p = runs_pane(view);
    if (p->timer)
        loop_forget(view->app->loop, p->timer);
    task_forget(p->task);
    arena_fini(&p->arena);
    buf_fini(&p->function);
    buf_fini(&p->folder);
    buf_fini(&p->cell);
    free(p);
}

static struct grid *runs_grid(struct view *view)
{
    return &((struct pane_runs *)view)->grid;
}

static const struct view_ops runs_ops = {
    .context = "invocations",
    .commands = pane_runs_commands,
    .title = runs_title,
    .facts = runs_facts,
    .arrange = runs_arrange,
    .draw = runs_draw,
    .action = runs_action,
    .grid = runs_grid,
    .mouse = runs_mouse,
    .refresh = runs_refresh,
    .free = runs_free,
};

void pane_runs_open(struct app *app, struct str function, struct str function_folder)
{
    struct pane_runs *p = mem_new(struct pane_runs);
    struct grid_source source = {.data = p, .rows = count_rows, .cell = put_cell};
    p->view = (struct view){.ops = &runs_ops, .app = app};
    buf_add(&p->function, function);
    buf_add(&p->folder, function_folder);
    grid_init(&p->grid, &source);
    set_columns(p);
    read_runs(p);
    if (app->loop)
        p->timer = loop_after(app->loop, RUNS_TICK_MS, tick, p);
    app_show_over(app, &p->view);
}
