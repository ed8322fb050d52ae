/* SPDX-License-Identifier: MIT */
/*
 * From what comes in to what is done: keys to command lines, command lines to rows, what is typed
 * ahead of a question held until it is there. Must not know what any command does.
 */
#include "views/app.h"

#include "base/utf8.h"
#include "views/app_impl.h"
#include "views/chrome.h"
#include "views/command_line.h"
#include "views/places/places_go.h"
#include "views/sessions/record.h"
#include "views/sessions/record_play.h"
#include "views/sessions/tour.h"

/* ---- commands ---- */

static const struct command *app_row(const struct command *rows, struct str name)
{
    for (; rows && rows->name; rows++)
        if (str_equal(str_from(rows->name), name))
            return rows;
    return NULL;
}

const struct command *app_find_command(struct app *app, struct str name, struct view **view)
{
    *view = app_top(app);
    const struct command *row = app_row((*view)->ops->commands, name);
    if (row || (*view)->ops->closed)
        return row;
    *view = NULL;
    return app_row(app_global_commands(), name);
}

bool app_enabled(struct app *app, const struct command *command, struct view *view, struct buf *why)
{
    if ((command->flags & COMMAND_WRITES) && !app_writable(app, why))
        return false;
    return !command->enabled || command->enabled(app, view, why);
}

static void app_run_row(
    struct app *app, const struct command *row, struct view *view, struct str args)
{
    struct buf why = {0};
    if (app_enabled(app, row, view, &why)) {
        row->run(app, view, args);
    } else {
        app_say(app, ROLE_STATUS_WARNING, "%s: %.*s", row->name, STR_ARG(buf_str(&why)));
        record_refused(app);
    }
    buf_fini(&why);
}

/* What hands that know vi type, in every keymap. */
static bool app_alias(struct app *app, struct str name, struct str *line)
{
    static const char *const pairs[][2] = {{"q", "quit"}, {"qa", "quit"}, {"q!", "quit now"},
        {"qa!", "quit now"}, {"w", "commit"}, {"e", "refresh"}, {"e!", "refresh"}, {"h", "help"},
        {"bd", "close"}};
    bool both = str_equal(name, STR("wq")) || str_equal(name, STR("x"));
    *line = app->staged.count ? STR("commit") : STR("quit"); /* what was staged is seen first */
    for (size_t i = 0; !both && i < sizeof pairs / sizeof *pairs; i++)
        if (str_equal(name, str_from(pairs[i][0]))) {
            *line = str_from(pairs[i][1]);
            return true;
        }
    return both;
}

/* What is left of a name that nothing bears: the one command that begins with it. */
static struct str app_complete_name(struct app *app, struct str name)
{
    struct view *view = app_top(app);
    const struct command *lists[] = {view->ops->commands, app_global_commands()}, *only = NULL;
    for (size_t i = 0; i < 2; i++)
        for (const struct command *row = lists[i]; row && row->name; row++)
            if (str_starts(str_from(row->name), name)) {
                if (only && strcmp(only->name, row->name))
                    return name;
                only = row;
            }
    return only && name.len ? str_from(only->name) : name;
}

/* line = name [ blank args ] */
void app_run(struct app *app, struct str line)
{
    struct buf copy = {0}; /* the line may belong to what the command closes */
    struct str args, name = STR_NONE, alias;
    struct view *view = app_top(app), *owner;
    enum action action;
    buf_add(&copy, str_trim(line));
    args = buf_str(&copy);
    str_cut(&args, ' ', &name);
    args = str_trim(args);
    app->dirty = true;
    buf_clear(&app->message);
    if (!view->ops->closed && !action_find(name, &action) && !app_find_command(app, name, &owner)) {
        if (!args.len && app_alias(app, name, &alias)) {
            args = alias;
            str_cut(&args, ' ', &name);
        } else {
            name = app_complete_name(app, name);
        }
    }
    tour_ran(app, name);
    const struct command *row = app_row(view->ops->commands, name);
    if (row) {
        app_run_row(app, row, view, args);
    } else if (action_find(name, &action) && view->ops->action && view->ops->action(view, action)) {
        /* done */
    } else if (!view->ops->closed && (row = app_row(app_global_commands(), name))) {
        app_run_row(app, row, NULL, args);
    } else if (name.len && !view->ops->closed && !action_find(name, &action)) {
        command_line_unknown(app, name);
        record_refused(app);
    }
    buf_fini(&copy);
}

/* ---- events ---- */

static void app_unbound(struct app *app, struct view *view, struct key key)
{
    struct buf name = {0};
    if (app->pending.count <= 1 && view->ops->text && key_is_text(key)) {
        char text[4];
        struct str typed = {text, utf8_encode(text, key.code)};
        record_typed(app, typed);
        view->ops->text(view, typed);
    } else if (!view->ops->closed) {
        key_sequence_format(&name, &app->pending);
        app_say(app, ROLE_STATUS, "%.*s does nothing here", STR_ARG(buf_str(&name)));
    }
    buf_fini(&name);
}

static void app_key(struct app *app, struct key key)
{
    struct view *view = app_top(app);
    struct str contexts[2], command;
    int count = app_contexts(view, contexts);
    if (!app->pending.count && count_digit(&app->count, key))
        return;
    if (app->pending.count == KEY_SEQUENCE_MAX)
        app->pending.count = 0;
    app->pending.keys[app->pending.count++] = key;
    switch (keymap_lookup(&app->keymap, contexts, count, &app->pending, &command)) {
    case KEYMAP_PREFIX:
        return;
    case KEYMAP_COMMAND:
        app->pending.count = 0;
        record_command(app, command, app->count.on ? app->count.times : 1);
        count_run(app, command);
        return;
    case KEYMAP_NONE:
        buf_clear(&app->message);
        if (!tour_takes(app, key))
            app_unbound(app, view, key);
        app->pending.count = 0;
        app->count = (struct count){0};
        return;
    }
}

bool app_acting(const struct app *app)
{
    return app->tasks.first && !app->overlay_count;
}

/* Keys that come while an edit waits for its item; the keys that stop things stop it. */
static void app_hold(struct app *app, struct key key)
{
    struct str contexts[2], command;
    struct key_sequence one = {.keys = {key}, .count = 1};
    int count = app_contexts(app_top(app), contexts);
    bool stop = keymap_lookup(&app->keymap, contexts, count, &one, &command) == KEYMAP_COMMAND &&
                (str_equal(command, STR("cancel")) || str_equal(command, STR("back")));
    if (stop) {
        task_forget_all(&app->tasks);
        app->held_count = 0;
        app_say(app, ROLE_STATUS, "stopped");
    } else if (app->held_count < APP_HELD_MAX) {
        app->held[app->held_count++] = key;
    }
}

void app_replay(struct app *app)
{
    while (app->held_count && !app_acting(app)) {
        struct key key = app->held[0];
        memmove(app->held, app->held + 1, (size_t)--app->held_count * sizeof key);
        app->dirty = true;
        app_key(app, key);
    }
}

static void app_mouse(struct app *app, const struct input_mouse *mouse)
{
    struct view *view = app_top(app);
    int row = mouse->row, col = mouse->col;
    if (!app->overlay_count) {
        int pane = layout_pane_at(&app->layout, row, col);
        if (pane != APP_TABLES && pane != APP_MAIN)
            return;
        app_focus(app, (enum app_pane)pane);
        view = app_focused(app);
        row -= chrome_content_row(app, pane);
        col -= app->layout.panes[pane].col;
    }
    if (view->ops->mouse && row >= 0)
        view->ops->mouse(view, mouse->kind, row, col);
}

void app_event(struct app *app, const struct input_event *event)
{
    app->dirty = true;
    /* what is quick has come before the next key is looked at */
    while ((app_waiting(app) || app_acting(app)) && worker_busy(app->worker) && app_may_wait(app))
        app_wait(app);
    app_replay(app);
    places_go_see(app); /* several keys may be done before the next frame */
    struct view *view = app_top(app);
    switch (event->kind) {
    case INPUT_KEY:
        if (record_play_takes(app, event->key))
            break;
        if (app_acting(app))
            app_hold(app, event->key);
        else
            app_key(app, event->key);
        break;
    case INPUT_PASTE:
        if (event->cut) {
            app_say(app, ROLE_STATUS_WARNING, "more than 1 MB was pasted: nothing was inserted");
            break;
        }
        if (!view->ops->text) {
            app_say(app, ROLE_STATUS, "there is nothing to paste into here");
            break;
        }
        record_pasted(app, event->text);
        view->ops->text(view, event->text);
        break;
    case INPUT_MOUSE:
        app_mouse(app, &event->mouse);
        break;
    }
    record_settle(app);
    tour_settle(app);
}

void app_collect(struct app *app)
{
    if (worker_collect(app->worker))
        app->dirty = app->dirty || app->busy_shown;
}
