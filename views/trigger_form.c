/* SPDX-License-Identifier: MIT */
/*
 * A trigger's fields in a dialog, each judged while one types (trigger_form_fields.c). Must not
 * know how a trigger is made (trigger_form_work.c).
 *
 *   ┌─ Add a trigger ───────────────────────────────────┐
 *   │  script            fn/notify.mjs                  │
 *   │  table             Orders                         │
 *   │  batch size        100                            │
 *   │> retries           5▏                             │
 *   └───────────────────────────────────────────────────┘
 */
#include "views/trigger_form.h"

#include "base/mem.h"
#include "tui/text.h"
#include "views/cli/host.h"
#include "views/contexts.h"
#include "views/hints.h"
#include "views/pane_triggers_impl.h"
#include "views/trigger_form_impl.h"

#include <inttypes.h>
#include <stdlib.h>

enum { FORM_COLS = 76 };

/* ---- doing it ---- */

static void ended(struct task *task)
{
    struct trigger_form_task *t = (struct trigger_form_task *)task;
    struct trigger_form *f = task->owner;
    struct app *app = f->view.app;
    struct pane_triggers *p = pane_triggers_of(app);
    f->task = NULL;
    f->busy = false;
    if (p)
        pane_triggers_wake(p);
    if (!task->ok) {
        buf_clear(&f->error);
        buf_add(&f->error, str_from(task->err.text));
        f->offered = t->streamless;
        app->dirty = true;
        return;
    }
    app_say(app, ROLE_STATUS_OK, "%s %.*s", t->fresh ? "added" : "changed", STR_ARG(t->made));
    app_overlay_close(app, &f->view);
}

static struct str copy_field(struct trigger_form *f, struct arena *arena, int field)
{
    return arena_dup(arena, str_trim(form_text(&f->form, field)));
}

static struct str members(
    struct trigger_form *f, struct arena *arena, enum trigger_form_owner owner)
{
    struct buf json = {0};
    trigger_form_fields_put(f, owner, &json);
    struct str text = arena_dup(arena, buf_str(&json));
    buf_fini(&json);
    return text;
}

static void form_run_accept(struct app *app, struct view *view, struct str args)
{
    struct trigger_form *f = (struct trigger_form *)view;
    (void)args;
    buf_clear(&f->error);
    if (!form_valid(&f->form))
        buf_add(&f->error, STR("something is wrong still"));
    if (f->busy || f->error.len)
        return;
    struct trigger_form_task *t = task_new(sizeof *t, f, trigger_form_work, ended);
    struct arena *arena = &t->task.arena;
    t->registry = host_registry(app->host);
    t->fresh = f->fresh;
    t->function_json = members(f, arena, OF_FUNCTION);
    t->mapping_json = members(f, arena, OF_MAPPING);
    t->uuid = arena_dup(arena, buf_str(&f->uuid));
    t->made = t->name = arena_dup(arena, buf_str(&f->name));
    t->script = copy_field(f, arena, FIELD_SCRIPT);
    if (f->fields[FIELD_RUNTIME].choice)
        t->runtime = copy_field(f, arena, FIELD_RUNTIME);
    t->handler = copy_field(f, arena, FIELD_HANDLER);
    if (f->fresh) {
        t->table = copy_field(f, arena, FIELD_TABLE);
        t->name = copy_field(f, arena, FIELD_NAME);
    } else if (str_equal(t->handler, buf_str(&f->handler))) {
        t->handler = STR_NONE; /* another script's is another one */
    }
    t->turn_on = f->offered;
    f->offered = false;
    f->task = &t->task;
    f->busy = true;
    task_submit(&t->task, app->worker);
}

static void form_run_dismiss(struct app *app, struct view *view, struct str args)
{
    (void)args;
    app_overlay_close(app, view);
}

const struct command trigger_form_commands[] = {
    {.name = "accept", .help = "do it", .hint = "save", .priority = 9, .run = form_run_accept},
    {.name = "dismiss",
        .help = "close without changing anything",
        .hint = "leave",
        .priority = 8,
        .run = form_run_dismiss},
    {0},
};

/* ---- the view ---- */

static int wanted_rows(const struct trigger_form *f)
{
    int count = 0;
    for (int i = 0; i < FIELD_COUNT; i++)
        count += !f->fields[i].hidden;
    return count + 5;
}

static void form_place(const struct trigger_form *f, int rows, int cols, int *height, int *width)
{
    int wanted = wanted_rows(f), most = rows > 14 ? rows - 2 : rows;
    *height = wanted < most ? wanted : most;
    *width = cols - 2 < FORM_COLS ? cols - 2 : FORM_COLS;
}

static void form_view_arrange(struct view *view, int rows, int cols)
{
    struct trigger_form *f = (struct trigger_form *)view;
    int height, width;
    trigger_form_fields_show(f);
    form_place(f, rows, cols, &height, &width);
    f->form.focused = true;
    form_arrange(&f->form, height - 3, width - 4);
    buf_clear(&f->keys);
    hints_add(view->app, view, width - 4, &f->keys);
}

/* Over the last lines: all of it, as far as there is room. */
static void draw_error(const struct trigger_form *f, const struct canvas *c)
{
    enum { LINES = 3 };
    struct str rest = buf_str(&f->error), lines[LINES];
    int count = 0;
    for (; rest.len && count < LINES; count++) {
        lines[count] = str_take(rest, text_fit_words(rest, c->cols - 2, c->frame->ascii));
        if (!lines[count].len)
            break;
        rest = str_skip(rest, lines[count].len);
    }
    for (int i = 0; i < count; i++) {
        canvas_fill(c, c->rows - count + i, 0, 1, c->cols, ROLE_DIALOG);
        canvas_text(c, c->rows - count + i, 1, c->cols - 2, str_trim(lines[i]), ROLE_FORM_ERROR, 0);
    }
}

static void form_view_draw(const struct view *view, const struct canvas *c)
{
    const struct trigger_form *f = (const struct trigger_form *)view;
    int height, width;
    form_place(f, c->rows, c->cols, &height, &width);
    struct canvas inside = canvas_dialog(c, height, width, buf_str(&f->title), ROLE_DIALOG_TITLE);
    struct canvas fields = canvas_sub(&inside, 0, 0, inside.rows - 1, inside.cols);
    form_draw(&f->form, &fields);
    if (f->error.len)
        draw_error(f, &inside);
    else if (f->busy)
        canvas_text(&inside, inside.rows - 1, 1, inside.cols - 2, STR("…"), ROLE_STATUS_BUSY, 0);
    else
        hints_draw(&inside, inside.rows - 1, 1, inside.cols - 2, buf_str(&f->keys));
}

static bool form_action(struct view *view, enum action action)
{
    struct trigger_form *f = (struct trigger_form *)view;
    buf_clear(&f->error);
    f->offered = false;
    return form_handle(&f->form, action);
}

static void form_view_text(struct view *view, struct str text)
{
    struct trigger_form *f = (struct trigger_form *)view;
    buf_clear(&f->error);
    f->offered = false;
    form_insert(&f->form, text);
}

static void form_free(struct view *view)
{
    struct trigger_form *f = (struct trigger_form *)view;
    task_forget(f->task);
    for (int i = 0; i < FIELD_COUNT; i++)
        form_field_fini(&f->fields[i]);
    struct buf *texts[] = {
        &f->name, &f->uuid, &f->title, &f->keys, &f->code, &f->handler, &f->error};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        buf_fini(texts[i]);
    free(f);
}

static const struct view_ops form_ops = {
    .context = "form",
    .closed = true,
    .commands = trigger_form_commands,
    .arrange = form_view_arrange,
    .draw = form_view_draw,
    .action = form_action,
    .text = form_view_text,
    .free = form_free,
};

/* ---- filling it ---- */

static struct trigger_form *form_new(struct app *app, bool fresh)
{
    struct trigger_form *f = mem_new(struct trigger_form);
    f->view = (struct view){.ops = &form_ops, .app = app};
    f->fresh = fresh;
    trigger_form_fields_init(f, app->frame.ascii);
    form_init(&f->form, f->fields, FIELD_COUNT);
    f->form.check = trigger_form_fields_check;
    f->form.data = f;
    return f;
}

static void show(struct app *app, struct trigger_form *f)
{
    trigger_form_fields_show(f);
    while (f->form.cursor < FIELD_COUNT - 1 && f->fields[f->form.cursor].hidden)
        f->form.cursor++;
    app_overlay(app, &f->view);
}

void trigger_form_add(struct app *app, struct str table)
{
    struct trigger_form *f = form_new(app, true);
    struct mapping mapping;
    mapping_init(&mapping);
    trigger_form_fields_set_mapping(f, &mapping);
    trigger_form_fields_set_number(f, FIELD_TIMEOUT, 30);
    line_edit_set(&f->fields[FIELD_TABLE].edit, table);
    buf_add(&f->title, STR("Add a trigger"));
    show(app, f);
}

void trigger_form_edit(struct app *app, const struct triggers_row *row)
{
    struct trigger_form *f = form_new(app, false);
    buf_add(&f->name, row->mapping ? row->mapping->function : row->name);
    buf_printf(&f->title, "Edit %.*s", STR_ARG(row->name));
    if (row->function) {
        trigger_form_fields_set_function(f, row->function);
    } else {
        trigger_form_fields_hide(f, OF_FUNCTION);
        f->fields[FIELD_SCRIPT].hidden = f->fields[FIELD_RUNTIME].hidden = true;
    }
    if (row->mapping) {
        buf_add(&f->uuid, row->mapping->uuid);
        trigger_form_fields_set_mapping(f, row->mapping);
    } else {
        trigger_form_fields_hide(f, OF_MAPPING);
    }
    show(app, f);
}
