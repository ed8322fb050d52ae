/* SPDX-License-Identifier: MIT */
/*
 * What can be done with triggers, one row a command, and when it makes sense. Must not draw.
 */
#include "views/contexts.h"
#include "views/items/browse.h"
#include "views/items/pane_items.h"
#include "views/pane_text.h"
#include "views/triggers/pane_letters.h"
#include "views/triggers/pane_log.h"
#include "views/triggers/pane_runs.h"
#include "views/triggers/pane_triggers_impl.h"
#include "views/triggers/trigger_form.h"

static struct pane_triggers *triggers_pane(struct view *view)
{
    return (struct pane_triggers *)view;
}

/* ---- when a command makes sense ---- */

static bool has_row(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (pane_triggers_current(triggers_pane(view)))
        return true;
    buf_add(why, STR("there is no trigger here"));
    return false;
}

static bool has_mapping(struct app *app, struct view *view, struct buf *why)
{
    const struct triggers_row *row = pane_triggers_current(triggers_pane(view));
    if (!has_row(app, view, why) || row->mapping)
        return row != NULL;
    buf_add(why, STR("this function is on no table"));
    return false;
}

static bool has_function(struct app *app, struct view *view, struct buf *why)
{
    const struct triggers_row *row = pane_triggers_current(triggers_pane(view));
    if (!has_row(app, view, why) || row->function)
        return row != NULL;
    buf_add(why, STR("the function of this mapping is gone"));
    return false;
}

static bool may_change(struct app *app, struct view *view, struct buf *why)
{
    (void)view;
    return app_writable(app, why);
}

static bool can_enable(struct app *app, struct view *view, struct buf *why)
{
    if (!has_mapping(app, view, why) || !may_change(app, view, why))
        return false;
    if (!pane_triggers_current(triggers_pane(view))->mapping->enabled)
        return true;
    buf_add(why, STR("it is enabled already"));
    return false;
}

static bool can_disable(struct app *app, struct view *view, struct buf *why)
{
    if (!has_mapping(app, view, why) || !may_change(app, view, why))
        return false;
    if (pane_triggers_current(triggers_pane(view))->mapping->enabled)
        return true;
    buf_add(why, STR("it is disabled already"));
    return false;
}

static bool can_remove(struct app *app, struct view *view, struct buf *why)
{
    return has_row(app, view, why) && may_change(app, view, why);
}

/* Only what fails can be tried again or given up. */
static bool is_failing(struct app *app, struct view *view, struct buf *why)
{
    if (!has_mapping(app, view, why))
        return false;
    enum status_state state = pane_triggers_current(triggers_pane(view))->status.state;
    if (state == STATUS_RETRYING || state == STATUS_BLOCKED)
        return true;
    buf_add(why, STR("no batch of it fails now"));
    return false;
}

static bool can_trust(struct app *app, struct view *view, struct buf *why)
{
    if (!has_function(app, view, why))
        return false;
    if (pane_triggers_current(triggers_pane(view))->function->untrusted)
        return true;
    buf_add(why, STR("it is trusted already"));
    return false;
}

static bool can_call(struct app *app, struct view *view, struct buf *why)
{
    if (!has_function(app, view, why))
        return false;
    if (!pane_triggers_current(triggers_pane(view))->function->untrusted)
        return true;
    buf_add(why, STR("it came with the store: look at what it would run, and trust it"));
    return false;
}

/* ---- looking ---- */

static void put_row(struct buf *out, const struct triggers_row *row)
{
    struct buf json = {0};
    if (row->mapping) {
        buf_printf(out, "state     %s", triggers_look_state(row));
        if (row->status.note.len)
            buf_printf(out, ": %.*s", STR_ARG(row->status.note));
        const struct delivery_ledger *l = &row->status.ledger;
        buf_printf(out,
            "\nrecords   seen %llu = succeeded %llu + filtered %llu + given up %llu + expired "
            "%llu + pending %llu\n          delivered %llu, of these again %llu\ncalls     %llu, "
            "failed %llu\ngaps      %llu\n\nEvent source mapping\n",
            (unsigned long long)l->seen, (unsigned long long)l->succeeded,
            (unsigned long long)l->filtered, (unsigned long long)l->dropped,
            (unsigned long long)l->expired, (unsigned long long)l->pending,
            (unsigned long long)l->delivered, (unsigned long long)l->retried,
            (unsigned long long)l->calls, (unsigned long long)l->errors,
            (unsigned long long)row->status.gaps);
        mapping_write_row(row->mapping, &json);
        pane_text_pretty(out, buf_str(&json));
    }
    if (row->function) {
        buf_printf(out, "%sFunction\n", out->len ? "\n\n" : "");
        buf_clear(&json);
        function_write_row(row->function, &json);
        pane_text_pretty(out, buf_str(&json));
    }
    buf_fini(&json);
}

static void triggers_run_open(struct app *app, struct view *view, struct str args)
{
    const struct triggers_row *row = pane_triggers_current(triggers_pane(view));
    struct buf text = {0}, title = {0};
    (void)args;
    put_row(&text, row);
    buf_printf(&title, "Triggers ▸ %.*s", STR_ARG(row->name));
    pane_text_open(app, buf_str(&title), buf_str(&text));
    buf_fini(&text);
    buf_fini(&title);
}

static void triggers_run_log(struct app *app, struct view *view, struct str args)
{
    const struct triggers_row *row = pane_triggers_current(triggers_pane(view));
    (void)args;
    pane_log_open(app, row->mapping ? row->mapping->function : row->function->name,
        row->function_folder, STR_NONE);
}

static void triggers_run_runs(struct app *app, struct view *view, struct str args)
{
    const struct triggers_row *row = pane_triggers_current(triggers_pane(view));
    (void)args;
    pane_runs_open(
        app, row->mapping ? row->mapping->function : row->function->name, row->function_folder);
}

static void triggers_run_letters(struct app *app, struct view *view, struct str args)
{
    (void)args;
    pane_letters_open(app, pane_triggers_current(triggers_pane(view)));
}

/* args = [ table ]; else the one whose items lie below, or of the trigger here */
static void triggers_run_add(struct app *app, struct view *view, struct str args)
{
    const struct triggers_row *row = pane_triggers_current(triggers_pane(view));
    const struct browse *browse = pane_items_browsed(app->items);
    struct str table = args;
    if (!table.len && browse)
        table = browse->table.name;
    if (!table.len && row && row->mapping)
        table = mapping_table(row->mapping);
    trigger_form_add(app, table);
}

static void triggers_run_edit(struct app *app, struct view *view, struct str args)
{
    (void)args;
    trigger_form_edit(app, pane_triggers_current(triggers_pane(view)));
}

static void triggers_run_copy(struct app *app, struct view *view, struct str args)
{
    const struct triggers_row *row = pane_triggers_current(triggers_pane(view));
    (void)args;
    app_copy(app, row->mapping ? row->mapping->uuid : row->name,
        row->mapping ? STR("the mapping's UUID") : STR("the name"));
}

const struct command pane_triggers_commands[] = {
    {.name = "open",
        .help = "all that is configured, and what became of the records",
        .hint = "show",
        .priority = 6,
        .run = triggers_run_open,
        .enabled = has_row},
    {.name = "log",
        .help = "what the function printed",
        .hint = "log",
        .priority = 8,
        .run = triggers_run_log,
        .enabled = has_row},
    {.name = "invocations",
        .help = "the function's invocations: events, results, attempts",
        .hint = "invocations",
        .priority = 6,
        .run = triggers_run_runs,
        .enabled = has_row},
    {.name = "dead-letters",
        .help = "what was given up, and delivering it again",
        .hint = "dead letters",
        .priority = 4,
        .run = triggers_run_letters,
        .enabled = has_mapping},
    {.name = "add",
        .args = "[TABLE]",
        .help = "run a script on a table's changes",
        .hint = "add",
        .priority = 7,
        .run = triggers_run_add,
        .enabled = may_change},
    {.name = "edit",
        .help = "change its fields",
        .hint = "edit",
        .priority = 5,
        .run = triggers_run_edit,
        .enabled = can_remove},
    {.name = "trust",
        .help = "agree to run it on this machine, after seeing what it would run",
        .hint = "trust",
        .priority = 9,
        .run = pane_triggers_run_trust,
        .enabled = can_trust},
    {.name = "retry",
        .help = "try the batch that fails again now",
        .hint = "retry now",
        .priority = 9,
        .run = pane_triggers_run_retry,
        .enabled = is_failing},
    {.name = "skip",
        .help = "give up the batch that fails, after asking",
        .hint = "skip batch",
        .priority = 8,
        .flags = COMMAND_DESTROYS,
        .run = pane_triggers_run_skip,
        .enabled = is_failing},
    {.name = "invoke",
        .help = "call the function with an event, written in the editor",
        .hint = "invoke",
        .priority = 5,
        .run = pane_triggers_run_invoke,
        .enabled = can_call},
    {.name = "replay",
        .args = "[step] [LAST|FILE]",
        .help = "call the function again with past records, asking before each or not",
        .hint = "replay",
        .priority = 5,
        .run = pane_triggers_run_replay,
        .enabled = can_call},
    {.name = "test-filter",
        .args = "[LAST]",
        .help = "which of the last records would pass its filters",
        .run = pane_triggers_run_test,
        .enabled = has_mapping},
    {.name = "disable",
        .help = "stop delivering; its place in the stream is kept",
        .hint = "disable",
        .priority = 4,
        .run = pane_triggers_run_disable,
        .enabled = can_disable},
    {.name = "enable",
        .help = "go on where it stopped",
        .hint = "enable",
        .priority = 7,
        .run = pane_triggers_run_enable,
        .enabled = can_enable},
    {.name = "remove",
        .help = "remove the trigger, after asking for its name",
        .hint = "remove",
        .priority = 2,
        .flags = COMMAND_DESTROYS,
        .run = pane_triggers_run_remove,
        .enabled = can_remove},
    {.name = "copy",
        .help = "copy the mapping's UUID",
        .run = triggers_run_copy,
        .enabled = has_row},
    {0},
};
