/* SPDX-License-Identifier: MIT */
/*
 * A trigger's fields in a dialog, each judged while one types by what judges the JSON: ranges and
 * words are those of the service. Must not know how a trigger is made (trigger_form_work.c).
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

/* How a field becomes a member of a JSON object. */
enum shape {
    SHAPE_NONE,
    SHAPE_TEXT,
    SHAPE_NUMBER,
    SHAPE_FLAG,
    SHAPE_REPORT,
    SHAPE_FILTER,
    SHAPE_DEAD
};
enum owner { OF_FORM, OF_FUNCTION, OF_MAPPING };

static const struct spec {
    const char *label, *member, *note;
    enum shape shape;
    enum owner owner;
    bool fresh; /* only where it is made */
} specs[FIELD_COUNT] = {
    [FIELD_SCRIPT] = {"script", NULL, "a .mjs .js .py, or a program", SHAPE_NONE, OF_FORM, true},
    [FIELD_TABLE] = {"table", NULL, NULL, SHAPE_NONE, OF_FORM, true},
    [FIELD_NAME] = {"name", NULL, "as the script is called", SHAPE_NONE, OF_FORM, true},
    [FIELD_RUNTIME] = {"runtime", NULL, NULL, SHAPE_NONE, OF_FORM, true},
    [FIELD_HANDLER] = {"handler", "Handler", "by convention", SHAPE_TEXT, OF_FUNCTION, false},
    [FIELD_TIMEOUT] = {"timeout, s", "Timeout", NULL, SHAPE_NUMBER, OF_FUNCTION, false},
    [FIELD_START] = {"start at", "StartingPosition", NULL, SHAPE_TEXT, OF_MAPPING, true},
    [FIELD_ENABLED] = {"enabled", "Enabled", NULL, SHAPE_FLAG, OF_MAPPING, false},
    [FIELD_BATCH] = {"batch size", "BatchSize", NULL, SHAPE_NUMBER, OF_MAPPING, false},
    [FIELD_WINDOW] = {"batching window, s", "MaximumBatchingWindowInSeconds", NULL, SHAPE_NUMBER,
        OF_MAPPING, false},
    [FIELD_RETRIES] = {"retries", "MaximumRetryAttempts", "-1: until the record expires",
        SHAPE_NUMBER, OF_MAPPING, false},
    [FIELD_AGE] = {"record age, s", "MaximumRecordAgeInSeconds", "-1: as the stream has it",
        SHAPE_NUMBER, OF_MAPPING, false},
    [FIELD_BISECT] = {"bisect on error", "BisectBatchOnFunctionError", NULL, SHAPE_FLAG, OF_MAPPING,
        false},
    [FIELD_REPORT] = {"partial failures", "FunctionResponseTypes", NULL, SHAPE_REPORT, OF_MAPPING,
        false},
    [FIELD_FACTOR] = {"parallel per shard", "ParallelizationFactor", NULL, SHAPE_NUMBER, OF_MAPPING,
        false},
    [FIELD_TUMBLING] = {"tumbling window, s", "TumblingWindowInSeconds", NULL, SHAPE_NUMBER,
        OF_MAPPING, false},
    [FIELD_FILTER] = {"filter", "FilterCriteria", "all, or as {\"eventName\":[\"INSERT\"]}",
        SHAPE_FILTER, OF_MAPPING, false},
    [FIELD_DESTINATION] = {"dead letters", "DestinationConfig", "the trigger's own file",
        SHAPE_DEAD, OF_MAPPING, false},
};

struct trigger_form {
    struct view view;
    struct form form;
    struct form_field fields[FIELD_COUNT];
    bool fresh, busy;
    bool offered; /* to turn the table's stream on; until the next key */
    struct buf name, uuid, title, keys;
    struct buf error; /* why it was not done; until the next key */
    struct task *task;
};

/* ---- fields to JSON ---- */

static void put_text(struct buf *out, const char *before, struct str text, const char *after)
{
    buf_add(out, str_from(before));
    json_put_string(out, text);
    buf_add(out, str_from(after));
}

static void put_member(struct buf *out, const struct spec *spec, struct str text)
{
    int64_t number;
    bool yes = str_equal(text, STR("yes"));
    json_put_name(out, str_from(spec->member));
    switch (spec->shape) {
    case SHAPE_NUMBER:
        if (str_to_i64(text, &number))
            buf_printf(out, "%" PRId64, number);
        else
            json_put_string(out, text);
        break;
    case SHAPE_FLAG:
        buf_add(out, yes ? STR("true") : STR("false"));
        break;
    case SHAPE_REPORT:
        buf_add(out, yes ? STR("[\"ReportBatchItemFailures\"]") : STR("[]"));
        break;
    case SHAPE_FILTER:
        if (text.len)
            put_text(out, "{\"Filters\":[{\"Pattern\":", text, "}]}");
        else
            buf_add(out, STR("{}"));
        break;
    case SHAPE_DEAD:
        if (text.len)
            put_text(out, "{\"OnFailure\":{\"Destination\":", text, "}}");
        else
            buf_add(out, STR("{\"OnFailure\":{}}"));
        break;
    default:
        json_put_string(out, text);
    }
}

/* Empty texts and numbers keep what is there, or the default. */
static bool says_something(const struct trigger_form *f, int field)
{
    const struct spec *spec = &specs[field];
    if (f->fields[field].hidden || !spec->member)
        return false;
    bool needs = spec->shape == SHAPE_TEXT || spec->shape == SHAPE_NUMBER;
    return !needs || str_trim(form_text(&f->form, field)).len > 0;
}

static void put_members(const struct trigger_form *f, enum owner owner, struct buf *out)
{
    buf_add_byte(out, '{');
    for (int i = 0; i < FIELD_COUNT; i++)
        if (specs[i].owner == owner && says_something(f, i))
            put_member(out, &specs[i], str_trim(form_text(&f->form, i)));
    buf_add_byte(out, '}');
}

/* ---- judging ---- */

/* One member alone, over something that is right without it. */
static bool judge(struct arena *arena, const struct spec *spec, struct str text, struct err *err)
{
    struct buf json = {0};
    struct mapping mapping;
    struct function function = {.name = STR("f"),
        .runtime_name = STR("nodejs"),
        .handler = STR("a.b"),
        .timeout_s = 3,
        .memory_mb = 128};
    mapping_init(&mapping);
    mapping.function = STR("f");
    mapping.source = STR("arn:aws:dynamodb:us-east-1:000000000000:table/T/stream/1");
    buf_add_byte(&json, '{');
    put_member(&json, spec, text);
    buf_add_byte(&json, '}');
    const struct json *parsed = json_parse(arena, arena_dup(arena, buf_str(&json)), err);
    buf_fini(&json);
    return parsed && (spec->owner == OF_FUNCTION ? function_read(arena, parsed, &function, err)
                                                 : mapping_read(arena, parsed, &mapping, err));
}

/* What the service says, without the part that names the field once more. */
static void put_words(struct buf *out, const struct spec *spec, const struct err *err)
{
    struct str text = str_from(err->text);
    size_t at = str_find(text, STR("constraint: "));
    if (spec->shape == SHAPE_NUMBER && strcmp(err->name, "SerializationException") == 0)
        buf_add(out, STR("a number is needed"));
    else
        buf_add(out, at == SIZE_MAX ? text : str_skip(text, at + sizeof "constraint: " - 1));
}

static void check(void *data, struct form *form)
{
    struct trigger_form *f = data;
    struct arena arena = {0};
    (void)form;
    for (int i = 0; i < FIELD_COUNT; i++) {
        struct err err = ERR_INIT;
        buf_clear(&f->fields[i].message);
        if (f->fields[i].kind == FORM_TEXT && says_something(f, i) &&
            !judge(&arena, &specs[i], str_trim(form_text(&f->form, i)), &err))
            put_words(&f->fields[i].message, &specs[i], &err);
    }
    if (f->fresh && !str_trim(form_text(&f->form, FIELD_TABLE)).len)
        buf_add(&f->fields[FIELD_TABLE].message, STR("which table?"));
    arena_fini(&arena);
}

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

static struct str members(struct trigger_form *f, struct arena *arena, enum owner owner)
{
    struct buf json = {0};
    put_members(f, owner, &json);
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
    if (f->fresh) {
        t->script = copy_field(f, arena, FIELD_SCRIPT);
        t->table = copy_field(f, arena, FIELD_TABLE);
        t->name = copy_field(f, arena, FIELD_NAME);
        t->handler = copy_field(f, arena, FIELD_HANDLER);
        if (f->fields[FIELD_RUNTIME].choice)
            t->runtime = copy_field(f, arena, FIELD_RUNTIME);
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
    struct buf *texts[] = {&f->name, &f->uuid, &f->title, &f->keys, &f->error};
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

static const char *const runtimes[] = {"by the script", "nodejs", "python", "provided", "exec"};
static const char *const starts[] = {"LATEST", "TRIM_HORIZON"};
static const char *const truths[] = {"no", "yes"};

static enum form_kind kind_of(int field)
{
    if (field == FIELD_RUNTIME || field == FIELD_START)
        return FORM_CHOICE;
    bool truth = specs[field].shape == SHAPE_FLAG || specs[field].shape == SHAPE_REPORT;
    return truth ? FORM_YES_NO : FORM_TEXT;
}

static struct trigger_form *form_new(struct app *app, bool fresh)
{
    struct trigger_form *f = mem_new(struct trigger_form);
    f->view = (struct view){.ops = &form_ops, .app = app};
    f->fresh = fresh;
    for (int i = 0; i < FIELD_COUNT; i++) {
        struct form_field *field = &f->fields[i];
        form_field_init(field, kind_of(i), specs[i].label);
        field->note = specs[i].note;
        field->hidden = specs[i].fresh && !fresh;
        field->choices = i == FIELD_RUNTIME ? runtimes : i == FIELD_START ? starts : truths;
        field->choice_count = i == FIELD_RUNTIME ? 5 : 2;
        field->edit.ascii = app->frame.ascii;
    }
    form_init(&f->form, f->fields, FIELD_COUNT);
    f->form.check = check;
    f->form.data = f;
    return f;
}

static void set_text(struct trigger_form *f, int field, struct str text)
{
    line_edit_set(&f->fields[field].edit, text);
}

static void set_number(struct trigger_form *f, int field, int64_t number)
{
    struct buf text = {0};
    buf_printf(&text, "%" PRId64, number);
    set_text(f, field, buf_str(&text));
    buf_fini(&text);
}

static void set_mapping(struct trigger_form *f, const struct mapping *m)
{
    set_number(f, FIELD_BATCH, m->batch_size);
    set_number(f, FIELD_WINDOW, m->window_s);
    set_number(f, FIELD_RETRIES, m->retries);
    set_number(f, FIELD_AGE, m->age_s);
    set_number(f, FIELD_FACTOR, m->factor);
    set_number(f, FIELD_TUMBLING, m->tumbling_s);
    set_text(f, FIELD_DESTINATION, m->destination);
    f->fields[FIELD_ENABLED].choice = m->enabled;
    f->fields[FIELD_BISECT].choice = m->bisect;
    f->fields[FIELD_REPORT].choice = m->report;
    if (m->filter_count == 1)
        set_text(f, FIELD_FILTER, m->filters[0].text);
    f->fields[FIELD_FILTER].hidden = m->filter_count > 1;
}

static void hide_mapping(struct trigger_form *f)
{
    for (int i = 0; i < FIELD_COUNT; i++)
        f->fields[i].hidden = f->fields[i].hidden || specs[i].owner == OF_MAPPING;
}

static void show(struct app *app, struct trigger_form *f)
{
    while (f->form.cursor < FIELD_COUNT - 1 && f->fields[f->form.cursor].hidden)
        f->form.cursor++;
    app_overlay(app, &f->view);
}

void trigger_form_add(struct app *app, struct str table)
{
    struct trigger_form *f = form_new(app, true);
    struct mapping mapping;
    mapping_init(&mapping);
    set_mapping(f, &mapping);
    set_number(f, FIELD_TIMEOUT, 30);
    set_text(f, FIELD_TABLE, table);
    buf_add(&f->title, STR("Add a trigger"));
    show(app, f);
}

void trigger_form_edit(struct app *app, const struct triggers_row *row)
{
    struct trigger_form *f = form_new(app, false);
    buf_add(&f->name, row->mapping ? row->mapping->function : row->name);
    buf_printf(&f->title, "Edit %.*s", STR_ARG(row->name));
    if (row->function) {
        set_text(f, FIELD_HANDLER, row->function->handler);
        set_number(f, FIELD_TIMEOUT, row->function->timeout_s);
    } else {
        f->fields[FIELD_HANDLER].hidden = f->fields[FIELD_TIMEOUT].hidden = true;
    }
    if (row->mapping) {
        buf_add(&f->uuid, row->mapping->uuid);
        set_mapping(f, row->mapping);
    } else {
        hide_mapping(f);
    }
    show(app, f);
}
