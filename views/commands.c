/* SPDX-License-Identifier: MIT */
/*
 * The commands that work everywhere, one row each, and the ":" line that reaches every command by
 * name.
 */
#include "views/app.h"
#include "views/changes/pane_changes.h"
#include "views/command_line.h"
#include "views/confirm.h"
#include "views/find.h"
#include "views/help.h"
#include "views/items/pane_items.h"
#include "views/match.h"
#include "views/own_keys.h"
#include "views/places/bookmarks.h"
#include "views/places/jump.h"
#include "views/places/places_go.h"
#include "views/prompt.h"
#include "views/sessions/record.h"
#include "views/sessions/record_play.h"
#include "views/sessions/tour.h"
#include "views/settings.h"
#include "views/triggers/pane_triggers.h"

#include <stdio.h>

/* ---- leaving, going up, stopping ---- */

static void global_run_quit(struct app *app, struct view *view, struct str args)
{
    (void)view;
    if (str_equal(args, STR("now")))
        app->quit = true;
    else
        changes_quit(app);
}

static void global_run_back(struct app *app, struct view *view, struct str args)
{
    (void)view;
    (void)args;
    if (!app_back(app))
        tour_end(app); /* the last thing that there is to leave */
}

static void global_run_close(struct app *app, struct view *view, struct str args)
{
    (void)view;
    (void)args;
    if (app->focus == APP_TABLES || !app_back(app))
        changes_quit(app);
}

static void global_quit_yes(struct app *app, void *context)
{
    (void)context;
    changes_quit(app);
}

static void global_run_cancel(struct app *app, struct view *view, struct str args)
{
    (void)view;
    struct view *at = app_focused(app);
    if (app->pending.count) {
        app->pending.count = 0;
    } else if (app->connecting) {
        app->connecting = false;
        app_say(app, ROLE_STATUS, "stopped: the connection is as it was");
    } else if (at->ops->cancel && at->ops->cancel(at)) {
        app_say(app, ROLE_STATUS, "stopped");
    } else if (app->items->ops->cancel(app->items)) {
        app_say(app, ROLE_STATUS, "stopped");
    } else if (app->listing.task) {
        task_cancel(app->listing.task);
    } else if (journal_cancel(&app->journal)) {
        return; /* app_wrote() says what became of a write */
    } else if (str_equal(args, STR("quiet"))) {
        app_say(app, ROLE_STATUS, "nothing is running");
    } else {
        confirm_open(app, &(struct confirm_spec){.title = STR("Quit"),
                              .text = STR("Nothing is running. Leave dynascope?"),
                              .yes = global_quit_yes});
    }
}

/* ---- panes ---- */

static void global_run_focus_next(struct app *app, struct view *view, struct str args)
{
    (void)view;
    (void)args;
    app_focus(app, app->focus == APP_TABLES ? APP_MAIN : APP_TABLES);
}

static void global_run_focus(struct app *app, struct view *view, struct str args)
{
    (void)view;
    if (str_equal(args, STR("1")) || str_equal(args, STR("2")))
        app_focus(app, args.at[0] == '1' ? APP_TABLES : APP_MAIN);
    else
        app_say(app, ROLE_STATUS_ERROR, "focus 1 is the tables, focus 2 the items");
}

static void global_run_zoom(struct app *app, struct view *view, struct str args)
{
    (void)view;
    (void)args;
    app->zoom = !app->zoom;
}

static void global_run_refresh(struct app *app, struct view *view, struct str args)
{
    (void)view;
    (void)args;
    struct view *at = app_focused(app);
    if (at->ops->refresh)
        at->ops->refresh(at);
    listing_refresh(&app->listing);
}

static void global_run_redraw(struct app *app, struct view *view, struct str args)
{
    (void)view;
    (void)args;
    screen_redraw(app->screen);
}

static void global_run_suspend(struct app *app, struct view *view, struct str args)
{
    (void)view;
    (void)args;
    if (app->screen->fd >= 0) /* a screen in memory has no shell to go back to */
        screen_stop(app->screen);
}

static void global_run_help(struct app *app, struct view *view, struct str args)
{
    (void)view;
    (void)args;
    help_open(app);
}

static void global_run_table(struct app *app, struct view *view, struct str args)
{
    (void)view;
    app_open_table(app, args, STR_NONE);
}

static void global_run_triggers(struct app *app, struct view *view, struct str args)
{
    (void)view;
    (void)args;
    pane_triggers_open(app);
}

static bool global_has_triggers(struct app *app, struct view *view, struct buf *why)
{
    (void)view;
    if (!app->host)
        buf_add(why, STR("this connection has no place to keep triggers"));
    else if (app->over_count)
        buf_add(why, STR("the triggers are open already: go back to them"));
    return app->host && !app->over_count;
}

static bool global_has_tables(struct app *app, struct view *view, struct buf *why)
{
    (void)view;
    if (app->listing.count)
        return true;
    buf_add(why,
        app->listing.listed ? STR("there are no tables") : STR("the tables are still to come"));
    return false;
}

static bool global_complete_table(struct app *app, struct view *view, int nth, struct buf *out)
{
    (void)view;
    if ((size_t)nth >= app->listing.count)
        return false;
    buf_add(out, app->listing.entries[nth]->name);
    return true;
}

/* ---- another connection ---- */

/* args = connection ["read-write"] */
static void global_run_connect(struct app *app, struct view *view, struct str args)
{
    struct str rest = str_trim(args), connection = STR_NONE;
    (void)view;
    str_cut(&rest, ' ', &connection);
    rest = str_trim(rest);
    bool writable = str_equal(rest, STR("read-write")) || str_equal(rest, STR("--read-write"));
    if (!connection.len || (rest.len && !writable)) {
        app_say(app, ROLE_STATUS,
            "connect CONNECTION [read-write]: a folder, http(s)://host[:port], "
            "aws[:PROFILE][@REGION], "
            "or "
            "a name from the configuration file");
        return;
    }
    if (app->staged.count && !app->memory) {
        app_say(app, ROLE_STATUS_WARNING,
            "what is staged would be lost: write it, or take it back first");
        return;
    }
    buf_clear(&app->connect);
    buf_add(&app->connect, connection);
    app->connect_writable = writable;
}

static bool global_complete_connect(struct app *app, struct view *view, int nth, struct buf *out)
{
    (void)app;
    (void)view;
    return backend_nth_name(nth, out);
}

/* ---- the ":" line ---- */

static void global_run_prompt(struct app *app, struct view *view, struct str args)
{
    (void)view;
    struct buf text = {0};
    buf_add(&text, args);
    if (args.len)
        buf_add_byte(&text, ' ');
    command_line_open(app, buf_str(&text));
    buf_fini(&text);
}

static const struct command global_commands[] = {
    {.name = "focus-next",
        .help = "to the next pane",
        .hint = "pane",
        .priority = 4,
        .run = global_run_focus_next},
    {.name = "focus-previous", .help = "to the previous pane", .run = global_run_focus_next},
    {.name = "focus",
        .args = "N",
        .help = "to pane 1 (tables) or 2 (items)",
        .run = global_run_focus},
    {.name = "filter",
        .args = "[TEXT]",
        .help = "show only what contains a text",
        .hint = "filter",
        .priority = 6,
        .run = find_run_filter,
        .enabled = find_can_filter},
    {.name = "find-next",
        .help = "to the next row with what / was given",
        .flags = COMMAND_REPEATS,
        .run = find_run_next,
        .enabled = find_can_next},
    {.name = "find-previous",
        .help = "to the row before with what / was given",
        .flags = COMMAND_REPEATS,
        .run = find_run_previous,
        .enabled = find_can_next},
    {.name = "prompt",
        .args = "[TEXT]",
        .help = "run a command by name",
        .hint = "command",
        .priority = 7,
        .run = global_run_prompt},
    {.name = "help",
        .help = "what can be done here, with which keys",
        .hint = "help",
        .priority = 10,
        .run = global_run_help},
    {.name = "undo",
        .help = "take back the last change",
        .hint = "undo",
        .priority = 3,
        .flags = COMMAND_WRITES,
        .run = changes_run_undo,
        .enabled = changes_can_undo},
    {.name = "redo",
        .help = "make the change again that was taken back last",
        .flags = COMMAND_WRITES,
        .run = changes_run_redo,
        .enabled = changes_can_redo},
    {.name = "undo-list",
        .help = "what was changed here, each to be taken back",
        .run = changes_run_undo_list,
        .enabled = changes_can_list},
    {.name = "stage",
        .args = "[on|off]",
        .help = "let edits wait to be written together, or not",
        .flags = COMMAND_WRITES,
        .run = changes_run_stage},
    {.name = "staged",
        .help = "what is staged, with the exact requests",
        .hint = "staged",
        .priority = 6,
        .run = changes_run_staged,
        .enabled = changes_has_staged},
    {.name = "commit",
        .args = "[together]",
        .help = "write what is staged; together: as one transaction",
        .hint = "write staged",
        .priority = 9,
        .flags = COMMAND_WRITES,
        .run = changes_run_commit,
        .enabled = changes_has_staged},
    {.name = "jump",
        .help = "to a table or index, by letters of its name",
        .run = jump_open,
        .enabled = global_has_tables},
    {.name = "bookmark",
        .args = "[NAME]",
        .help = "keep the query that is shown, or the place or item, under a name",
        .run = bookmarks_run_add,
        .enabled = bookmarks_can_add},
    {.name = "bookmarks",
        .args = "[NAME]",
        .help = "saved queries and bookmarks: open, rename or remove one",
        .run = bookmarks_run_list,
        .complete = bookmarks_complete},
    {.name = "save-query",
        .args = "[NAME]",
        .help = "keep the query that is shown under a name",
        .flags = COMMAND_NAMED,
        .run = bookmarks_run_save_query,
        .enabled = bookmarks_can_save_query},
    {.name = "place-back",
        .help = "to the place before this one: table, query, item or stream",
        .run = places_go_back},
    {.name = "place-forward",
        .help = "to the place that place-back came from",
        .run = places_go_forward},
    {.name = "back", .help = "up one level", .run = global_run_back},
    {.name = "close", .help = "up one level; at the top, quit", .run = global_run_close},
    {.name = "quit",
        .args = "[now]",
        .help = "leave dynascope; now: without asking about what is staged",
        .run = global_run_quit},
    {.name = "cancel",
        .args = "[quiet]",
        .help = "stop what is running; when nothing is, offer to quit, unless quiet",
        .run = global_run_cancel},
    {.name = "table",
        .args = "NAME",
        .help = "open a table",
        .flags = COMMAND_NAMED,
        .run = global_run_table,
        .complete = global_complete_table},
    {.name = "triggers",
        .help = "what runs on changes: functions, their state and their logs",
        .hint = "triggers",
        .priority = 2,
        .run = global_run_triggers,
        .enabled = global_has_triggers},
    {.name = "connect",
        .args = "CONNECTION [read-write]",
        .help = "change to another store, endpoint or profile",
        .flags = COMMAND_NAMED,
        .run = global_run_connect,
        .complete = global_complete_connect},
    {.name = "count",
        .args = "[N]",
        .help = "do the next movement so many times; digits go on with it",
        .run = count_begin},
    {.name = "zoom", .help = "one pane on the whole screen, or all", .run = global_run_zoom},
    {.name = "refresh", .help = "read again what is shown", .run = global_run_refresh},
    {.name = "redraw", .help = "paint the whole screen again", .run = global_run_redraw},
    {.name = "suspend", .help = "stop dynascope; fg goes on", .run = global_run_suspend},
    {.name = "record",
        .args = "[FILE|stop]",
        .help = "write down what is done, to be done again",
        .flags = COMMAND_NAMED,
        .run = record_run,
        .complete = record_complete},
    {.name = "play",
        .args = "FILE [RATE]",
        .help = "do a recorded session again",
        .flags = COMMAND_NAMED,
        .run = record_play_run},
    {.name = "tour",
        .args = "[next|back|end]",
        .help = "be shown around the sample store",
        .flags = COMMAND_NAMED,
        .run = tour_run,
        .enabled = tour_enabled,
        .complete = tour_complete},
    {.name = "set",
        .args = "[NAME VALUE]",
        .help = "change a setting, or show them",
        .flags = COMMAND_NAMED,
        .run = settings_run_set,
        .complete = settings_complete_set},
    {.name = "theme",
        .args = "NAME",
        .help = "change the colours",
        .flags = COMMAND_NAMED,
        .run = settings_run_theme,
        .complete = settings_complete_theme},
    {.name = "keymap",
        .args = "NAME",
        .help = "change the keys",
        .flags = COMMAND_NAMED,
        .run = settings_run_keymap,
        .complete = settings_complete_keymap},
    {.name = "map",
        .args = "[CONTEXT] KEY [KEY …] COMMAND",
        .help = "bind a key, or show what it does; alone, show your own",
        .flags = COMMAND_NAMED,
        .run = own_keys_run_map,
        .complete = own_keys_complete_map},
    {.name = "unmap",
        .args = "[CONTEXT] KEY [KEY …]",
        .help = "take a key's meaning away",
        .flags = COMMAND_NAMED,
        .run = own_keys_run_unmap,
        .complete = own_keys_complete_unmap},
    {.name = "write-settings",
        .help = "keep settings and keys for the next run",
        .flags = COMMAND_NAMED,
        .run = settings_run_write},
    {.name = "problems",
        .help = "show what is wrong with files of settings, keys and themes",
        .flags = COMMAND_NAMED,
        .run = settings_run_problems,
        .enabled = settings_has_problems},
    {0},
};

const struct command *app_global_commands(void)
{
    return global_commands;
}
