/* SPDX-License-Identifier: MIT */
/*
 * A table's page: read, shown, read again when something changes. What it says is table_page.c's.
 */
#include "views/tables/pane_table.h"

#include "base/mem.h"
#include "tui/pager.h"
#include "views/contexts.h"
#include "views/tables/pane_indexes.h"
#include "views/tables/table_form.h"
#include "views/tables/table_page.h"
#include "views/tables/table_work.h"
#include "views/tables/tables_admin.h"

#include <stdlib.h>

struct pane_table {
    struct view view;
    struct buf name, text, search;
    struct pager pager;
    struct task *task;
    bool stale; /* asked for again while it was read */
};

static struct pane_table *table_pane(struct view *view)
{
    return (struct pane_table *)view;
}

/* ---- reading ---- */

struct page_task {
    struct task task;
    struct str name;
    struct table_look look;
};

static bool page_work(struct task *task, struct client *client, struct err *err)
{
    struct page_task *t = (struct page_task *)task;
    return table_look_read(client, &task->arena, t->name, &t->look, err);
}

static void read_page(struct pane_table *p);

static void page_ended(struct task *task)
{
    struct page_task *t = (struct page_task *)task;
    struct pane_table *p = task->owner;
    struct app *app = p->view.app;
    p->task = NULL;
    buf_clear(&p->text);
    if (task->ok)
        table_page_write(&p->text, &t->look, clock_now_ms(app->options.clock));
    else
        buf_printf(
            &p->text, "%s%s%s", task->err.name, task->err.name[0] ? ": " : "", task->err.text);
    pager_set(&p->pager, buf_str(&p->text));
    if (p->stale)
        read_page(p);
    app_paint_soon(app);
}

static void read_page(struct pane_table *p)
{
    p->stale = p->task != NULL;
    if (p->task)
        return;
    struct page_task *t = task_new(sizeof *t, p, page_work, page_ended);
    t->name = arena_dup(&t->task.arena, buf_str(&p->name));
    t->task.job.quiet = p->text.len > 0;
    p->task = &t->task;
    task_submit(&t->task, p->view.app->worker);
}

/* ---- commands ---- */

static const struct client_table *described(struct view *view)
{
    const struct listing_entry *e =
        listing_find(&view->app->listing, buf_str(&table_pane(view)->name));
    return e && e->described ? &e->table : NULL;
}

static bool is_there(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (described(view))
        return true;
    buf_printf(
        why, "%.*s is not there, or not described yet", STR_ARG(buf_str(&table_pane(view)->name)));
    return false;
}

static void run_open(struct app *app, struct view *view, struct str args)
{
    struct buf name = {0};
    (void)args;
    buf_add(&name, buf_str(&table_pane(view)->name));
    app_open_table(app, buf_str(&name), STR_NONE); /* closes this pane */
    buf_fini(&name);
}

static void run_change(struct app *app, struct view *view, struct str args)
{
    (void)args;
    table_form_change(app, buf_str(&table_pane(view)->name));
}

static void run_indexes(struct app *app, struct view *view, struct str args)
{
    (void)args;
    pane_indexes_open(app, described(view));
}

static void run_delete(struct app *app, struct view *view, struct str args)
{
    (void)args;
    tables_admin_delete(app, described(view));
}

static void run_purge(struct app *app, struct view *view, struct str args)
{
    (void)args;
    table_work_purge(app, described(view));
}

static void run_duplicate(struct app *app, struct view *view, struct str args)
{
    table_work_duplicate(app, described(view), args);
}

static void run_copy(struct app *app, struct view *view, struct str args)
{
    (void)args;
    app_copy(app, buf_str(&table_pane(view)->text), STR("the table's page"));
}

static void find(struct app *app, struct view *view, int step)
{
    struct pane_table *p = table_pane(view);
    if (!p->search.len)
        app_run(app, STR("filter"));
    else if (!pager_find(&p->pager, buf_str(&p->search), step))
        app_say(app, ROLE_STATUS, "no more of that");
}

static void run_next(struct app *app, struct view *view, struct str args)
{
    (void)args;
    find(app, view, 1);
}

static void run_previous(struct app *app, struct view *view, struct str args)
{
    (void)args;
    find(app, view, -1);
}

const struct command pane_table_commands[] = {
    {.name = "open",
        .help = "browse the table's items",
        .hint = "items",
        .priority = 9,
        .run = run_open,
        .enabled = is_there},
    {.name = "change-table",
        .help = "change throughput, stream, time to live, protection, tags",
        .hint = "change",
        .priority = 8,
        .flags = COMMAND_WRITES,
        .run = run_change,
        .enabled = is_there},
    {.name = "indexes",
        .help = "the table's indexes",
        .hint = "indexes",
        .priority = 7,
        .run = run_indexes,
        .enabled = is_there},
    {.name = "duplicate-table",
        .args = "[NAME]",
        .help = "make a table like it, with its items",
        .hint = "duplicate",
        .priority = 4,
        .flags = COMMAND_WRITES,
        .run = run_duplicate,
        .enabled = is_there},
    {.name = "purge-table",
        .help = "delete all its items, by typing its name",
        .hint = "purge",
        .priority = 3,
        .flags = COMMAND_WRITES | COMMAND_DESTROYS,
        .run = run_purge,
        .enabled = is_there},
    {.name = "delete-table",
        .help = "delete the table, by typing its name",
        .hint = "delete",
        .priority = 2,
        .flags = COMMAND_WRITES | COMMAND_DESTROYS,
        .run = run_delete,
        .enabled = is_there},
    {.name = "copy", .help = "copy the page", .hint = "copy", .priority = 1, .run = run_copy},
    {.name = "find-next", .help = "to the next line with what was searched", .run = run_next},
    {.name = "find-previous",
        .help = "to the line before with what was searched",
        .run = run_previous},
    {0},
};

/* ---- the view ---- */

static void table_title(struct view *view, struct buf *left, struct buf *right)
{
    struct pane_table *p = table_pane(view);
    buf_printf(left, "%.*s ▸ table", STR_ARG(buf_str(&p->name)));
    if (p->pager.line_count > p->pager.rows)
        buf_printf(right, "line %d of %d", p->pager.top + 1, p->pager.line_count);
}

static void table_arrange(struct view *view, int rows, int cols)
{
    struct pane_table *p = table_pane(view);
    p->pager.ascii = view->app->frame.ascii;
    p->pager.search = buf_str(&p->search);
    pager_arrange(&p->pager, rows, cols - 2);
}

static void table_draw(const struct view *view, const struct canvas *c)
{
    struct canvas inside = canvas_sub(c, 0, 1, c->rows, c->cols - 2);
    pager_draw(&((const struct pane_table *)view)->pager, &inside);
}

static bool table_action(struct view *view, enum action action)
{
    return pager_handle(&table_pane(view)->pager, action);
}

static void table_filter(struct view *view, struct str text)
{
    struct pane_table *p = table_pane(view);
    buf_clear(&p->search);
    buf_add(&p->search, text);
    if (text.len)
        pager_find(&p->pager, text, 1);
}

static bool table_back(struct view *view)
{
    struct pane_table *p = table_pane(view);
    bool searched = p->search.len > 0;
    buf_clear(&p->search);
    return searched;
}

static void table_refresh(struct view *view)
{
    read_page(table_pane(view));
}

static void table_mouse(struct view *view, enum input_mouse_kind kind, int row, int col)
{
    (void)row;
    (void)col;
    if (kind == INPUT_MOUSE_WHEEL_UP || kind == INPUT_MOUSE_WHEEL_DOWN)
        table_action(view, kind == INPUT_MOUSE_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
}

static void table_free(struct view *view)
{
    struct pane_table *p = table_pane(view);
    task_forget(p->task);
    pager_fini(&p->pager);
    buf_fini(&p->name);
    buf_fini(&p->text);
    buf_fini(&p->search);
    free(p);
}

static const struct view_ops table_ops = {
    .context = "table",
    .commands = pane_table_commands,
    .title = table_title,
    .arrange = table_arrange,
    .draw = table_draw,
    .action = table_action,
    .mouse = table_mouse,
    .filter = table_filter,
    .back = table_back,
    .refresh = table_refresh,
    .free = table_free,
};

void pane_table_open(struct app *app, struct str table)
{
    struct pane_table *p = mem_new(struct pane_table);
    p->view = (struct view){.ops = &table_ops, .app = app};
    buf_add(&p->name, table);
    pager_init(&p->pager);
    p->pager.wrap = true;
    read_page(p);
    app_show_over(app, &p->view);
}
