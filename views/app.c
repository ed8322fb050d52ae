/* SPDX-License-Identifier: MIT */
/*
 * The explorer's middle: which views there are, which has the focus, what a key or a command line
 * does, when what was read is shown. Must not draw (chrome.c) and must not wait, but for the few
 * milliseconds that save a second frame.
 */
#include "views/app.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "themes/themes.h"
#include "views/chrome.h"
#include "views/contexts.h"
#include "views/edit.h"
#include "views/hints.h"
#include "views/pane_item.h"
#include "views/pane_items.h"
#include "views/pane_tables.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { APP_WAIT_MS = 8, APP_FIRST_WAIT_MS = 25, APP_BUSY_MS = 200, APP_BUSY_STEP_MS = 1000 };

/* ---- saying things ---- */

void app_say(struct app *app, enum role role, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buf_clear(&app->message);
    buf_add(&app->message, str_from(text));
    app->message_role = role;
    app->dirty = true;
}

void app_fail(struct app *app, const struct err *err)
{
    if (err->code == ERR_CANCELLED)
        app_say(app, ROLE_STATUS, "stopped");
    else if (err->name[0])
        app_say(app, ROLE_STATUS_ERROR, "%s: %s", err->name, err->text);
    else
        app_say(app, ROLE_STATUS_ERROR, "%s", err->text);
}

void app_copy(struct app *app, struct str text, struct str what)
{
    struct err err = ERR_INIT;
    if (!screen_copy(app->screen, text, &err))
        app_fail(app, &err);
    else
        app_say(app, ROLE_STATUS_OK, "copied %.*s, %zu bytes, through the terminal (OSC 52%s)",
            STR_ARG(what), text.len, getenv("TMUX") ? ", tmux" : "");
}

/* ---- views ---- */

struct view *app_main(const struct app *app)
{
    return app->item ? app->item : app->items;
}

struct view *app_focused(const struct app *app)
{
    return app->focus == APP_TABLES ? app->tables : app_main(app);
}

struct view *app_top(const struct app *app)
{
    return app->overlay_count ? app->overlays[app->overlay_count - 1] : app_focused(app);
}

int app_contexts(const struct view *view, struct str out[2])
{
    out[0] = str_from(view->ops->context);
    out[1] = STR("global");
    return view->ops->closed ? 1 : 2;
}

void app_key_of(struct app *app, const struct view *view, const char *command, struct buf *out)
{
    struct str contexts[2];
    int count = app_contexts(view, contexts);
    if (!keymap_keys(&app->keymap, contexts, count, str_from(command), out))
        buf_printf(out, ":%s", command);
}

void app_focus(struct app *app, enum app_pane pane)
{
    app->focus = pane;
    app->dirty = true;
}

void app_show_item(struct app *app, struct view *item)
{
    if (app->item)
        app->item->ops->free(app->item);
    app->item = item;
    app_focus(app, APP_MAIN);
}

bool app_overlay(struct app *app, struct view *view)
{
    app->dirty = true;
    if (app->overlay_count == APP_OVERLAYS_MAX) {
        view->ops->free(view);
        return false;
    }
    app->overlays[app->overlay_count++] = view;
    return true;
}

void app_overlay_detach(struct app *app, struct view *view)
{
    int kept = 0;
    for (int i = 0; i < app->overlay_count; i++)
        if (app->overlays[i] != view)
            app->overlays[kept++] = app->overlays[i];
    app->overlay_count = kept;
    app->dirty = true;
}

void app_overlay_close(struct app *app, struct view *view)
{
    app_overlay_detach(app, view);
    view->ops->free(view);
}

bool app_back(struct app *app)
{
    struct view *view = app_focused(app);
    app->dirty = true;
    if (view->ops->back && view->ops->back(view))
        return true;
    if (view == app->item) {
        app_show_item(app, NULL);
        return true;
    }
    if (app->focus == APP_MAIN) {
        app_focus(app, APP_TABLES);
        return true;
    }
    return false;
}

/* ---- tables ---- */

static void app_opening(struct app *app, struct str table, struct str index)
{
    struct buf name = {0}, index_name = {0}; /* may be slices of the old ones */
    buf_add(&name, table);
    buf_add(&index_name, index);
    buf_fini(&app->opening);
    buf_fini(&app->opening_index);
    app->opening = name;
    app->opening_index = index_name;
}

static void app_open_described(struct app *app, const struct client_table *table)
{
    struct browse *browse = browse_scan(table, buf_str(&app->opening_index));
    if (!browse) {
        app_say(app, ROLE_STATUS_ERROR, "%.*s has no index %.*s", STR_ARG(table->name),
            STR_ARG(buf_str(&app->opening_index)));
    } else {
        if (app->item)
            app_show_item(app, NULL);
        pane_items_browse(app->items, browse);
        pane_tables_select(app->tables, table->name);
        browse_unref(browse);
    }
    app_opening(app, STR_NONE, STR_NONE);
}

void app_open_table(struct app *app, struct str table, struct str index)
{
    const struct listing_entry *e = listing_find(&app->listing, table);
    if (!e) {
        app_say(app, ROLE_STATUS_ERROR, "no table %.*s here", STR_ARG(table));
        return;
    }
    app_focus(app, APP_MAIN);
    app_opening(app, table, index);
    if (e->described)
        app_open_described(app, &e->table);
    else
        listing_refresh_table(&app->listing, e->name);
}

/* The first names have come: which table to begin with. */
static void app_choose_table(struct app *app)
{
    struct listing *c = &app->listing;
    struct str wanted = str_from(app->options.table);
    app->started = true;
    if (wanted.len && !listing_find(c, wanted))
        app_say(app, ROLE_STATUS_ERROR, "no table %.*s here", STR_ARG(wanted));
    else if (wanted.len)
        app_open_table(app, wanted, STR_NONE);
    else if (c->count)
        app_opening(app, c->entries[0]->name, STR_NONE);
}

void app_table_deleted(struct app *app, struct str table)
{
    const struct browse *browse = pane_items_browsed(app->items);
    if (!browse || !str_equal(browse->table.name, table))
        return;
    if (app->item)
        app_show_item(app, NULL);
    pane_items_close(app->items);
    app_focus(app, APP_TABLES);
}

/* The open table may have been deleted elsewhere. */
static void app_check_open_table(struct app *app)
{
    const struct browse *browse = pane_items_browsed(app->items);
    if (!browse || !app->listing.listed || listing_find(&app->listing, browse->table.name))
        return;
    app_say(app, ROLE_STATUS_WARNING, "the table %.*s is not there any more",
        STR_ARG(browse->table.name));
    app_table_deleted(app, browse->table.name);
}

static void app_listing_changed(void *context)
{
    struct app *app = context;
    app->dirty = true;
    if (app->listing.err.code != ERR_NONE)
        app_fail(app, &app->listing.err);
    pane_tables_update(app->tables);
    if (app->listing.listed && !app->started)
        app_choose_table(app);
    const struct listing_entry *e = listing_find(&app->listing, buf_str(&app->opening));
    if (e && e->described)
        app_open_described(app, &e->table);
    app_check_open_table(app);
}

void app_data_changed(struct app *app)
{
    listing_refresh(&app->listing);
    app->items->ops->refresh(app->items);
    if (app->item)
        app->item->ops->refresh(app->item);
}

/* ---- writing ---- */

bool app_writable(struct app *app, struct buf *why)
{
    if (!app->options.read_only)
        return true;
    buf_add(why, STR("this connection is read-only: start without --read-only to write"));
    return false;
}

bool app_writing(const struct app *app)
{
    return app->journal.writing > 0;
}

static void app_written(void *context, const struct journal_entry *entry, const struct err *err)
{
    struct app *app = context;
    struct str what = entry->what;
    bool gone = entry->after.type == VALUE_NONE;
    if (!err) {
        app_say(app, ROLE_STATUS_OK, "%s %.*s",
            entry->undo ? "took back the change of" : entry->verb, STR_ARG(what));
        if (entry->kept.len)
            edit_remove_kept(entry->kept);
        if (gone && app->item)
            app_show_item(app, NULL);
    } else if (change_conflict(err)) {
        app_say(app, ROLE_STATUS_WARNING,
            "not written: someone else changed %.*s since it was loaded. Look at it and try "
            "again%s%.*s",
            STR_ARG(what), entry->kept.len ? "; your text is kept in " : "", STR_ARG(entry->kept));
    } else {
        app_say(app, ROLE_STATUS_ERROR, "not written: %s%s%s%s%.*s", err->name,
            err->name[0] ? ": " : "", err->text, entry->kept.len ? "; your text is kept in " : "",
            STR_ARG(entry->kept));
    }
    app_data_changed(app);
}

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
    if (app_enabled(app, row, view, &why))
        row->run(app, view, args);
    else
        app_say(app, ROLE_STATUS_WARNING, "%s: %.*s", row->name, STR_ARG(buf_str(&why)));
    buf_fini(&why);
}

/* What is left of a name that nothing bears: the one command that begins with it. */
static struct str app_complete_name(struct app *app, struct str name)
{
    struct view *view = app_top(app);
    const struct command *lists[] = {view->ops->commands, app_global_commands()}, *only = NULL;
    if (str_equal(name, STR("q")))
        return STR("quit");
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
    struct str args, name;
    struct view *view = app_top(app), *owner;
    enum action action;
    buf_add(&copy, str_trim(line));
    args = buf_str(&copy);
    str_cut(&args, ' ', &name);
    args = str_trim(args);
    app->dirty = true;
    buf_clear(&app->message);
    if (!view->ops->closed && !action_find(name, &action) && !app_find_command(app, name, &owner))
        name = app_complete_name(app, name);
    const struct command *row = app_row(view->ops->commands, name);
    if (row) {
        app_run_row(app, row, view, args);
    } else if (action_find(name, &action) && view->ops->action && view->ops->action(view, action)) {
        /* done */
    } else if (!view->ops->closed && (row = app_row(app_global_commands(), name))) {
        app_run_row(app, row, NULL, args);
    } else if (name.len && !view->ops->closed && !action_find(name, &action)) {
        app_say(
            app, ROLE_STATUS_ERROR, "no command %.*s here: ? shows what there is", STR_ARG(name));
    }
    buf_fini(&copy);
}

/* ---- events ---- */

static void app_unbound(struct app *app, struct view *view, struct key key)
{
    struct buf name = {0};
    if (app->pending.count <= 1 && view->ops->text && key_is_text(key)) {
        char text[4];
        view->ops->text(view, (struct str){text, utf8_encode(text, key.code)});
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
    if (app->pending.count == KEY_SEQUENCE_MAX)
        app->pending.count = 0;
    app->pending.keys[app->pending.count++] = key;
    switch (keymap_lookup(&app->keymap, contexts, count, &app->pending, &command)) {
    case KEYMAP_PREFIX:
        return;
    case KEYMAP_COMMAND:
        app->pending.count = 0;
        app_run(app, command);
        return;
    case KEYMAP_NONE:
        buf_clear(&app->message);
        app_unbound(app, view, key);
        app->pending.count = 0;
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

static void app_replay(struct app *app)
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
    struct view *view = app_top(app);
    switch (event->kind) {
    case INPUT_KEY:
        if (app_acting(app))
            app_hold(app, event->key);
        else
            app_key(app, event->key);
        break;
    case INPUT_PASTE:
        if (view->ops->text)
            view->ops->text(view, event->text);
        else
            app_say(app, ROLE_STATUS, "there is nothing to paste into here");
        break;
    case INPUT_MOUSE:
        app_mouse(app, &event->mouse);
        break;
    }
}

void app_collect(struct app *app)
{
    if (worker_collect(app->worker))
        app->dirty = app->dirty || app->busy_shown;
}

/* ---- waiting a little ---- */

bool app_waiting(const struct app *app)
{
    if (app->listing.err.code != ERR_NONE)
        return false;
    if (!app->started || app->opening.len)
        return true;
    return app->item ? pane_item_waiting(app->item) : pane_items_waiting(app->items);
}

bool app_may_wait(const struct app *app)
{
    return !app->wait_until_ns || clock_tick_ns() < app->wait_until_ns;
}

void app_wait(struct app *app)
{
    int64_t now = clock_tick_ns();
    if (!app->wait_until_ns)
        app->wait_until_ns = now + APP_WAIT_MS * INT64_C(1000000);
    int64_t left = (app->wait_until_ns - now + 999999) / 1000000;
    if (left > 0)
        worker_wait(app->worker, (int)left);
}

static void app_busy_tick(void *data)
{
    struct app *app = data;
    app->busy_timer = 0;
    if (!worker_busy(app->worker))
        return;
    app->busy_shown = app->dirty = true;
    app->busy_timer = loop_after(app->loop, APP_BUSY_STEP_MS, app_busy_tick, app);
}

/* Says that something is going on, but only where it takes long. */
static void app_watch_busy(struct app *app)
{
    bool busy = worker_busy(app->worker);
    if (!busy) {
        app->busy_since_ns = 0;
        app->busy_shown = false;
        if (app->loop)
            loop_forget(app->loop, app->busy_timer);
        app->busy_timer = 0;
    } else if (!app->busy_since_ns) {
        app->busy_since_ns = clock_tick_ns();
        if (app->loop && !app->busy_timer)
            app->busy_timer = loop_after(app->loop, APP_BUSY_MS, app_busy_tick, app);
    }
}

bool app_paint(struct app *app)
{
    bool more = true;
    app_replay(app);
    if (app->dirty) {
        while (
            (app_waiting(app) || app_acting(app)) && worker_busy(app->worker) && app_may_wait(app))
            app_wait(app);
        app_replay(app);
        app_watch_busy(app);
        app->dirty = false;
        chrome_paint(app);
        more = screen_present(app->screen, &app->frame);
        struct view *main = app_main(app);
        if (main->ops->shown)
            main->ops->shown(main);
    }
    app_watch_busy(app);
    app->wait_until_ns = 0;
    return more;
}

/* ---- keymaps and themes ---- */

static void app_problem(void *data, struct str message)
{
    app_say(data, ROLE_STATUS_WARNING, "%.*s", STR_ARG(message));
}

static bool app_known(void *data, struct str context, struct str command)
{
    (void)data;
    return contexts_know(context, command);
}

static struct str app_folder(struct app *app, const char *name, struct buf *out)
{
    buf_printf(out, "%.*s/%s", STR_ARG(buf_str(&app->folder)), name);
    return buf_str(out);
}

bool app_load_keymap(struct app *app, struct str name, struct err *err)
{
    struct keymap map = {0};
    struct buf folder = {0};
    struct keymap_report report = {.data = app, .problem = app_problem, .known = app_known};
    bool ok = keymap_load(&map, app_folder(app, "keymaps", &folder), name, &report, err);
    buf_fini(&folder);
    if (!ok) {
        keymap_fini(&map);
        return false;
    }
    keymap_fini(&app->keymap);
    app->keymap = map;
    hints_forget(app);
    app->pending.count = 0;
    buf_clear(&app->keymap_name);
    buf_add(&app->keymap_name, name);
    return true;
}

bool app_load_theme(struct app *app, struct str name, struct err *err)
{
    struct style_table *table = mem_new(struct style_table);
    struct buf folder = {0};
    struct theme_report report = {.data = app, .problem = app_problem};
    const char *no_color = getenv("NO_COLOR");
    int colours = no_color && no_color[0] ? 0 : app->screen->colours;
    bool ok = theme_load(table, colours, app_folder(app, "themes", &folder), name, &report, err);
    if (ok || !app->theme_name.len)
        screen_styles(app->screen, table);
    if (ok) {
        buf_clear(&app->theme_name);
        buf_add(&app->theme_name, name);
    }
    buf_fini(&folder);
    free(table);
    return ok;
}

static void app_find_folder(struct app *app)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (base && base[0] == '/')
        buf_printf(&app->folder, "%s/dynascope", base);
    else
        buf_printf(&app->folder, "%s/.config/dynascope", home ? home : "");
}

/* ---- life ---- */

static bool app_load_settings(struct app *app, struct err *err)
{
    const struct explorer_options *o = &app->options;
    struct str keymap = o->keymap ? str_from(o->keymap) : STR("default");
    struct str theme = o->theme ? str_from(o->theme) : STR("default");
    return app_load_theme(app, theme, err) && app_load_keymap(app, keymap, err);
}

struct app *app_new(const struct explorer_options *options, struct screen *screen,
    struct worker *worker, struct err *err)
{
    struct app *app = mem_new(struct app);
    app->options = *options;
    app->screen = screen;
    app->worker = worker;
    app->gutter = options->gutter;
    app->zoom = options->table && options->table[0]; /* who names a table wants to see that */
    app->mouse = options->mouse;
    app->dirty = true;
    app->wait_until_ns = clock_tick_ns() + APP_FIRST_WAIT_MS * INT64_C(1000000);
    app->frame.ascii = screen->ascii;
    app_find_folder(app);
    listing_init(&app->listing, worker, app, app_listing_changed);
    journal_init(&app->journal, worker, app, app_written);
    app->tables = pane_tables_new(app);
    app->items = pane_items_new(app);
    app->listing.first = str_from(options->table);
    listing_refresh(&app->listing);
    if (!app_load_settings(app, err)) {
        app_free(app);
        return NULL;
    }
    return app;
}

void app_free(struct app *app)
{
    if (!app)
        return;
    while (app->overlay_count)
        app_overlay_close(app, app->overlays[app->overlay_count - 1]);
    task_forget_all(&app->tasks);
    app_show_item(app, NULL);
    app->items->ops->free(app->items);
    app->tables->ops->free(app->tables);
    listing_fini(&app->listing);
    journal_fini(&app->journal);
    hints_forget(app);
    keymap_fini(&app->keymap);
    frame_fini(&app->frame);
    struct buf *texts[] = {&app->keymap_name, &app->theme_name, &app->folder, &app->message,
        &app->opening, &app->opening_index};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        buf_fini(texts[i]);
    struct prompt_history *histories[] = {
        &app->command_history, &app->filter_history, &app->query_history, &app->value_history};
    for (size_t i = 0; i < sizeof histories / sizeof *histories; i++)
        prompt_history_fini(histories[i]);
    free(app);
}
