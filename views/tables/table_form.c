/* SPDX-License-Identifier: MIT */
/*
 * A table in a dialog: made, changed, or given one more index. Each field is judged while one types
 * (table_form_fields.c); what is sent follows from what differs (table_requests.c). What was
 * refused stays in the form, with the service's words under it.
 *
 *   create ──▶ fields ──▶ CreateTable, UpdateTimeToLive
 *   change ──▶ look ──▶ fields ──▶ the requests, to be agreed to ──▶ one after the other
 *   index  ──▶ look ──▶ fields ──▶ UpdateTable
 */
#include "views/tables/table_form_impl.h"

#include "base/mem.h"
#include "tui/text.h"
#include "views/confirm.h"
#include "views/contexts.h"
#include "views/tables/pane_indexes.h"
#include "views/tables/pane_tables.h"
#include "views/tables/table_look.h"
#include "views/task.h"

#include <stdlib.h>

struct table_form {
    struct form_dialog dialog;
    struct table_form_fields fields;
    struct arena arena; /* owns `base`'s texts */
    struct table_spec base;
    struct str arn;
    struct task *task;
};

/* ---- sending ---- */

struct table_form_task {
    struct task task;
    struct table_requests requests;
    struct table_spec after; /* texts in the task's arena */
    struct str table;
    bool index; /* one more is made */
    size_t done;
};
enum { FORM_PATIENCE_NS = 1000000000 };

static bool form_work(struct task *task, struct client *client, struct err *err)
{
    struct table_form_task *t = (struct table_form_task *)task;
    struct client hasty = *client;
    /* a store would fill a fresh index before it answers: it goes on by itself, and is watched */
    if (t->index && !backend_is_remote(client->backend))
        hasty.limits.deadline_ns = clock_tick_ns() + FORM_PATIENCE_NS;
    return table_requests_send(&hasty, &t->requests, t->table, &t->done, err);
}

/* What was changed before something was refused is how the table is now. */
static void take_done(struct table_form *f, const struct table_form_task *t)
{
    for (size_t i = 0; i < t->done; i++) {
        enum table_part part = t->requests.at[i].part;
        bool half =
            i + 1 == t->done && t->done < t->requests.count && t->requests.at[i + 1].part == part;
        struct table_spec off = {0};
        if (part != PART_TAGS || !half) /* tags are put once more: that does no harm */
            table_requests_take(&f->arena, part, half ? &off : &t->after, &f->base);
    }
}

/* The table is there, but not as it was asked for: now it is changed. */
static void become_change(struct table_form *f, const struct table_form_task *t)
{
    struct table_spec spec = t->after;
    spec.ttl = STR_NONE;
    spec.name = arena_dup(&f->arena, spec.name);
    f->base = (struct table_spec){.name = spec.name, .global_count = spec.global_count};
    for (uint32_t i = 0; i < spec.global_count; i++)
        f->base.globals[i].name = arena_dup(&f->arena, spec.globals[i].name);
    for (enum table_part part = PART_BILLING; part <= PART_TAGS; part++)
        table_requests_take(&f->arena, part, &spec, &f->base);
    f->fields.mode = TABLE_FORM_CHANGE;
    f->fields.base = &f->base;
    buf_clear(&f->dialog.title);
    buf_printf(&f->dialog.title, "Change %.*s", STR_ARG(spec.name));
    table_form_fields_show(&f->fields);
    while (f->fields.at[f->dialog.form.cursor].hidden)
        f->dialog.form.cursor++;
}

static void say_refused(struct table_form *f, const struct table_form_task *t)
{
    const struct err *err = &t->task.err;
    struct buf *out = &f->dialog.error;
    buf_clear(out);
    if (t->done) {
        buf_add(out, STR("Done: "));
        for (size_t i = 0; i < t->done; i++)
            buf_printf(out, "%s%.*s", i ? ", " : "", STR_ARG(t->requests.at[i].operation));
        buf_add(out, STR(". Not done: "));
        if (t->done < t->requests.count)
            buf_printf(out, "%.*s: ", STR_ARG(t->requests.at[t->done].operation));
    }
    buf_printf(out, "%s%s%s", err->name, err->name[0] ? ": " : "", err->text);
    form_valid(&f->dialog.form);
}

static void ended(struct task *task)
{
    static const char *const words[] = {
        [TABLE_FORM_CREATE] = "created", [TABLE_FORM_CHANGE] = "changed"};
    struct table_form_task *t = (struct table_form_task *)task;
    struct table_form *f = task->owner;
    struct app *app = f->dialog.view.app;
    enum table_form_mode mode = f->fields.mode;
    f->task = NULL;
    f->dialog.busy = false;
    app->dirty = true;
    if (mode == TABLE_FORM_CREATE && t->done)
        pane_tables_await(app->tables, t->table);
    listing_refresh(&app->listing);
    if (app->over_count && app_main(app)->ops->refresh)
        app_main(app)->ops->refresh(app_main(app));
    if (!task->ok) {
        if (mode == TABLE_FORM_CREATE && t->done)
            become_change(f, t);
        else if (mode == TABLE_FORM_CHANGE)
            take_done(f, t);
        say_refused(f, t);
        return;
    }
    if (mode == TABLE_FORM_INDEX) {
        struct str index = line_edit_text(&f->fields.at[TABLE_FIELD_INDEX].edit);
        pane_indexes_select(app, str_trim(index));
        app_say(app, ROLE_STATUS_OK, "%.*s is being made: it can be read when it is ACTIVE",
            STR_ARG(index));
    } else {
        app_say(app, ROLE_STATUS_OK, "%s %.*s", words[mode], STR_ARG(t->table));
    }
    app_overlay_close(app, &f->dialog.view);
}

/* The form's texts go on changing: a task has its own. */
static void make_requests(
    struct table_form *f, struct arena *arena, struct table_spec *spec, struct table_requests *out)
{
    table_form_fields_take(&f->fields, spec);
    if (f->fields.mode == TABLE_FORM_CREATE)
        table_requests_create(arena, spec, out);
    else if (f->fields.mode == TABLE_FORM_CHANGE)
        table_requests_change(arena, &f->base, spec, f->arn, out);
    else
        table_requests_add_index(arena, &f->base, &spec->globals[0], out);
}

static void submit(struct table_form *f)
{
    struct app *app = f->dialog.view.app;
    struct table_form_task *t = task_new(sizeof *t, f, form_work, ended);
    struct arena *arena = &t->task.arena;
    struct table_spec spec;
    make_requests(f, arena, &spec, &t->requests);
    t->table = arena_dup(arena, spec.name);
    t->index = f->fields.mode == TABLE_FORM_INDEX;
    t->after = (struct table_spec){.name = t->table, .global_count = spec.global_count};
    for (uint32_t i = 0; i < spec.global_count; i++)
        t->after.globals[i].name = arena_dup(arena, spec.globals[i].name);
    for (enum table_part part = PART_BILLING; part <= PART_TAGS; part++)
        table_requests_take(arena, part, &spec, &t->after);
    f->task = &t->task;
    f->dialog.busy = true;
    app->dirty = true;
    task_submit(&t->task, app->worker);
}

static void agreed(struct app *app, void *context)
{
    (void)app;
    submit(context);
}

/* In lines that a question has room for; what has none is said to be there. */
static void put_fitting(struct buf *out, struct str text, const struct frame *frame)
{
    int cols = frame->cols - 8, most = frame->rows - 5, rows = 0, left = 0;
    struct str line;
    while (str_cut(&text, '\n', &line))
        for (bool first = true; line.len; first = false) {
            size_t len = text_fit_words(line, first ? cols : cols - 4, frame->ascii);
            if (rows++ < most)
                buf_printf(out, "%s%.*s\n", first ? "" : "    ", STR_ARG(str_take(line, len)));
            else
                left++;
            line = len ? str_skip(line, len) : STR_NONE;
        }
    if (left)
        buf_printf(out, "and %d lines more", left);
}

/* What will be sent is shown; nothing is where nothing differs. */
static void ask_change(struct table_form *f)
{
    struct app *app = f->dialog.view.app;
    struct arena arena = {0};
    struct table_spec spec;
    struct table_requests requests;
    struct buf text = {0}, title = {0}, lines = {0};
    make_requests(f, &arena, &spec, &requests);
    if (!requests.count) {
        app_say(app, ROLE_STATUS, "nothing differs: nothing was sent");
        app_overlay_close(app, &f->dialog.view);
    } else {
        table_requests_show(&requests, &lines);
        put_fitting(&text, buf_str(&lines), &app->frame);
        buf_printf(&title, "Send %s for %.*s?",
            requests.count > 1 ? "these requests" : "this request", STR_ARG(f->base.name));
        confirm_open(app,
            &(struct confirm_spec){
                .title = buf_str(&title), .text = buf_str(&text), .context = f, .yes = agreed});
    }
    buf_fini(&text);
    buf_fini(&title);
    buf_fini(&lines);
    arena_fini(&arena);
}

/* ---- commands ---- */

static void go_to_first_wrong(struct table_form *f)
{
    for (int i = 0; i < TABLE_FIELD_COUNT; i++)
        if (!f->fields.at[i].hidden && f->fields.at[i].message.len) {
            f->dialog.form.cursor = i;
            return;
        }
}

static void form_run_accept(struct app *app, struct view *view, struct str args)
{
    struct table_form *f = (struct table_form *)view;
    (void)args;
    (void)app;
    f->fields.tried = true;
    if (!form_dialog_ready(&f->dialog)) {
        if (!f->dialog.busy)
            go_to_first_wrong(f);
    } else if (f->fields.mode == TABLE_FORM_CHANGE) {
        ask_change(f);
    } else {
        submit(f);
    }
}

static void form_run_dismiss(struct app *app, struct view *view, struct str args)
{
    struct table_form *f = (struct table_form *)view;
    (void)args;
    if (f->dialog.busy) {
        app_say(app, ROLE_STATUS_WARNING,
            "left while a request was under way: it may have been done, look before you repeat it");
        listing_refresh(&app->listing);
    }
    app_overlay_close(app, view);
}

static const struct command form_commands[] = {
    FORM_DIALOG_COMMANDS(form_run_accept, form_run_dismiss),
    {0},
};

/* ---- the view ---- */

static void form_view_arrange(struct view *view, int rows, int cols)
{
    table_form_fields_show(&((struct table_form *)view)->fields);
    form_dialog_arrange(view, rows, cols);
}

/* Also after the cursor has moved: what was left out is said then. */
static bool form_view_action(struct view *view, enum action action)
{
    struct table_form *f = (struct table_form *)view;
    bool used = form_dialog_action(view, action);
    form_valid(&f->dialog.form);
    return used;
}

static void form_view_free(struct view *view)
{
    struct table_form *f = (struct table_form *)view;
    task_forget(f->task);
    table_form_fields_fini(&f->fields);
    form_dialog_fini(&f->dialog);
    arena_fini(&f->arena);
    free(f);
}

static const struct view_ops table_form_ops = {
    .context = "form",
    .closed = true,
    .commands = form_commands,
    .arrange = form_view_arrange,
    .draw = form_dialog_draw,
    .action = form_view_action,
    .text = form_dialog_text,
    .free = form_view_free,
};

/* ---- opening ---- */

static struct table_form *form_new(struct app *app, enum table_form_mode mode)
{
    struct table_form *f = mem_new(struct table_form);
    f->dialog.view = (struct view){.ops = &table_form_ops, .app = app};
    f->fields.mode = mode;
    f->fields.form = &f->dialog.form;
    f->fields.listing = &app->listing;
    f->fields.base = mode == TABLE_FORM_CREATE ? NULL : &f->base;
    return f;
}

static void open(struct table_form *f)
{
    struct form *form = &f->dialog.form;
    struct app *app = f->dialog.view.app;
    table_form_fields_init(&f->fields, &f->arena, app->frame.ascii);
    form_init(form, f->fields.at, TABLE_FIELD_COUNT);
    form->check = table_form_fields_check;
    form->data = &f->fields;
    if (f->fields.mode == TABLE_FORM_CHANGE)
        table_form_fields_set(&f->fields, &f->base);
    table_form_fields_show(&f->fields);
    while (f->fields.at[form->cursor].hidden)
        form->cursor++;
    app_overlay(app, &f->dialog.view);
}

void table_form_create(struct app *app, struct str name)
{
    struct table_form *f = form_new(app, TABLE_FORM_CREATE);
    buf_add(&f->dialog.title, STR("Create a table"));
    open(f);
    line_edit_set(&f->fields.at[TABLE_FIELD_NAME].edit, name);
}

struct look_task {
    struct task task;
    struct str name;
    enum table_form_mode mode;
    struct table_look look;
};

static bool look_work(struct task *task, struct client *client, struct err *err)
{
    struct look_task *t = (struct look_task *)task;
    return table_look_read(client, &task->arena, t->name, &t->look, err);
}

static void look_ended(struct task *task)
{
    struct look_task *t = (struct look_task *)task;
    struct app *app = task->owner;
    if (!task->ok) {
        app_fail(app, &task->err);
        listing_refresh(&app->listing);
        return;
    }
    struct table_form *f = form_new(app, t->mode);
    f->arena = task->arena; /* with the answers, from which all texts are borrowed */
    task->arena = (struct arena){0};
    table_spec_read(
        &f->arena, t->look.table, t->look.asides[ASIDE_TTL], t->look.asides[ASIDE_TAGS], &f->base);
    f->arn = table_look_text(t->look.table, STR("TableArn"));
    buf_printf(&f->dialog.title,
        t->mode == TABLE_FORM_CHANGE ? "Change %.*s" : "A global index of %.*s",
        STR_ARG(f->base.name));
    open(f);
    if (!t->look.asides[ASIDE_TAGS]) {
        f->fields.at[TABLE_FIELD_TAG].kind = FORM_HEADING;
        f->fields.at[TABLE_FIELD_TAG].label =
            arena_printf(&f->arena, "tags: not known here (%.*s)", STR_ARG(t->look.why[ASIDE_TAGS]))
                .at;
    }
}

static void look(struct app *app, struct str table, enum table_form_mode mode)
{
    struct look_task *t = task_new(sizeof *t, app, look_work, look_ended);
    t->name = arena_dup(&t->task.arena, table);
    t->mode = mode;
    task_join(&app->tasks, &t->task);
    task_submit(&t->task, app->worker);
}

void table_form_change(struct app *app, struct str table)
{
    look(app, table, TABLE_FORM_CHANGE);
}

void table_form_index(struct app *app, struct str table)
{
    look(app, table, TABLE_FORM_INDEX);
}
