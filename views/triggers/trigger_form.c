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
#include "views/triggers/trigger_form.h"

#include "base/mem.h"
#include "views/cli/host.h"
#include "views/contexts.h"
#include "views/triggers/pane_triggers_impl.h"
#include "views/triggers/trigger_form_impl.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- doing it ---- */

static void ended(struct task *task)
{
    struct trigger_form_task *t = (struct trigger_form_task *)task;
    struct trigger_form *f = task->owner;
    struct app *app = f->dialog.view.app;
    struct pane_triggers *p = pane_triggers_of(app);
    f->task = NULL;
    f->dialog.busy = false;
    if (p)
        pane_triggers_wake(p);
    if (!task->ok) {
        buf_clear(&f->dialog.error);
        buf_add(&f->dialog.error, str_from(task->err.text));
        f->offered = t->streamless;
        app->dirty = true;
        return;
    }
    app_say(app, ROLE_STATUS_OK, "%s %.*s", t->fresh ? "added" : "changed", STR_ARG(t->made));
    app_overlay_close(app, &f->dialog.view);
}

static struct str copy_field(struct trigger_form *f, struct arena *arena, int field)
{
    return arena_dup(arena, str_trim(form_text(&f->dialog.form, field)));
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
    if (!form_dialog_ready(&f->dialog))
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
    f->dialog.busy = true;
    task_submit(&t->task, app->worker);
}

static void form_run_dismiss(struct app *app, struct view *view, struct str args)
{
    (void)args;
    app_overlay_close(app, view);
}

const struct command trigger_form_commands[] = {
    FORM_DIALOG_COMMANDS(form_run_accept, form_run_dismiss),
    {0},
};

/* ---- the view ---- */

static void form_view_arrange(struct view *view, int rows, int cols)
{
    trigger_form_fields_show((struct trigger_form *)view);
    form_dialog_arrange(view, rows, cols);
}

static bool form_action(struct view *view, enum action action)
{
    ((struct trigger_form *)view)->offered = false;
    return form_dialog_action(view, action);
}

static void form_view_text(struct view *view, struct str text)
{
    ((struct trigger_form *)view)->offered = false;
    form_dialog_text(view, text);
}

static void form_free(struct view *view)
{
    struct trigger_form *f = (struct trigger_form *)view;
    task_forget(f->task);
    for (int i = 0; i < FIELD_COUNT; i++)
        form_field_fini(&f->fields[i]);
    struct buf *texts[] = {&f->name, &f->uuid, &f->code, &f->handler};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        buf_fini(texts[i]);
    form_dialog_fini(&f->dialog);
    free(f);
}

static const struct view_ops form_ops = {
    .context = "form",
    .closed = true,
    .commands = trigger_form_commands,
    .arrange = form_view_arrange,
    .draw = form_dialog_draw,
    .action = form_action,
    .text = form_view_text,
    .free = form_free,
};

/* ---- filling it ---- */

static struct trigger_form *form_new(struct app *app, bool fresh)
{
    struct trigger_form *f = mem_new(struct trigger_form);
    f->dialog.view = (struct view){.ops = &form_ops, .app = app};
    f->fresh = fresh;
    trigger_form_fields_init(f, app->frame.ascii);
    form_init(&f->dialog.form, f->fields, FIELD_COUNT);
    f->dialog.form.check = trigger_form_fields_check;
    f->dialog.form.data = f;
    return f;
}

static void show(struct app *app, struct trigger_form *f)
{
    trigger_form_fields_show(f);
    while (f->dialog.form.cursor < FIELD_COUNT - 1 && f->fields[f->dialog.form.cursor].hidden)
        f->dialog.form.cursor++;
    app_overlay(app, &f->dialog.view);
}

void trigger_form_add(struct app *app, struct str table)
{
    struct trigger_form *f = form_new(app, true);
    struct mapping mapping;
    mapping_init(&mapping);
    trigger_form_fields_set_mapping(f, &mapping);
    trigger_form_fields_set_number(f, FIELD_TIMEOUT, 30);
    line_edit_set(&f->fields[FIELD_TABLE].edit, table);
    buf_add(&f->dialog.title, STR("Add a trigger"));
    show(app, f);
}

void trigger_form_edit(struct app *app, const struct triggers_row *row)
{
    struct trigger_form *f = form_new(app, false);
    buf_add(&f->name, row->mapping ? row->mapping->function : row->name);
    buf_printf(&f->dialog.title, "Edit %.*s", STR_ARG(row->name));
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
