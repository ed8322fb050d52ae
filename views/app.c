/* SPDX-License-Identifier: MIT */
/*
 * The explorer's middle: which views there are, which has the focus, which table is open, what
 * became of a write. Must not draw (chrome.c) nor know keys (app_input.c).
 */
#include "views/app.h"

#include "base/mem.h"
#include "views/app_impl.h"
#include "views/changes/writing.h"
#include "views/hints.h"
#include "views/items/copying.h"
#include "views/items/pane_items.h"
#include "views/places/places_go.h"
#include "views/sessions/record.h"
#include "views/sessions/record_play.h"
#include "views/sessions/tour.h"
#include "views/tables/pane_tables.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { APP_FIRST_WAIT_MS = 25 };

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
    copying_text(app, text, what);
}

/* ---- views ---- */

struct view *app_main(const struct app *app)
{
    if (app->over_count)
        return app->over[app->over_count - 1];
    return app->item ? app->item : app->stream ? app->stream : app->items;
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

void app_show_stream(struct app *app, struct view *stream)
{
    if (app->stream)
        app->stream->ops->free(app->stream);
    app->stream = stream;
    pane_items_live(app->items, !stream);
    if (!stream && app->items_stale)
        app->items->ops->refresh(app->items);
    app->items_stale = app->items_stale && stream;
    app_focus(app, APP_MAIN);
}

bool app_show_over(struct app *app, struct view *view)
{
    if (app->over_count == APP_OVER_MAX) {
        view->ops->free(view);
        app_say(app, ROLE_STATUS_WARNING, "too much is open here: go back first");
        return false;
    }
    app->over[app->over_count++] = view;
    app_focus(app, APP_MAIN);
    return true;
}

static void app_leave_over(struct app *app)
{
    struct view *view = app->over[--app->over_count];
    view->ops->free(view);
    app_focus(app, APP_MAIN);
}

void app_close_over(struct app *app)
{
    while (app->over_count)
        app_leave_over(app);
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
    if (app->over_count && view == app->over[app->over_count - 1]) {
        app_leave_over(app);
        return true;
    }
    if (view == app->item) {
        app_show_item(app, NULL);
        return true;
    }
    if (view == app->stream) {
        app_show_stream(app, NULL);
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
        app_close_over(app);
        if (app->item)
            app_show_item(app, NULL);
        if (app->stream)
            app_show_stream(app, NULL);
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
    struct buf before = {0}; /* where a text is kept that could not be written */
    if (app->message.len && app->message_role == ROLE_STATUS_ERROR)
        buf_add(&before, buf_str(&app->message));
    app_say(app, ROLE_STATUS_WARNING, "the table %.*s is not there any more%s%.*s",
        STR_ARG(browse->table.name), before.len ? " · " : "", STR_ARG(buf_str(&before)));
    buf_fini(&before);
    app_table_deleted(app, browse->table.name);
}

static void app_listing_changed(void *context)
{
    struct app *app = context;
    if (app->started)
        app_paint_soon(app);
    else
        app->dirty = true;
    if (app->listing.err.code != ERR_NONE)
        app_fail(app, &app->listing.err);
    pane_tables_update(app->tables);
    bool hasty = app->listing.first.len && listing_find(&app->listing, app->listing.first);
    if ((app->listing.listed || hasty) && !app->started)
        app_choose_table(app);
    const struct listing_entry *e = listing_find(&app->listing, buf_str(&app->opening));
    if (e && e->described)
        app_open_described(app, &e->table);
    app_check_open_table(app);
    if (app->stream && app->stream->ops->listed)
        app->stream->ops->listed(app->stream);
    for (int i = 0; i < app->over_count; i++)
        if (app->over[i]->ops->listed)
            app->over[i]->ops->listed(app->over[i]);
}

void app_written(struct app *app)
{
    struct view *main = app_main(app);
    if (app->stream && app->stream->ops->written)
        app->stream->ops->written(app->stream);
    else if (main->ops->written)
        main->ops->written(main);
}

bool app_live(const struct app *app)
{
    const char *name = app->options.connection;
    bool url = name && strncmp(name, "http", strlen("http")) == 0;
    return app->live == APP_LIVE_ON ||
           (app->live == APP_LIVE_AUTO && (url || !backend_is_remote(worker_backend(app->worker))));
}

static void app_elsewhere(struct view *view)
{
    if (view->ops->elsewhere)
        view->ops->elsewhere(view);
    else
        view->ops->refresh(view);
}

/* What nobody sees is not read for each change. */
void app_data_changed(struct app *app)
{
    listing_refresh(&app->listing);
    app->items_stale = app->stream != NULL;
    if (!app->stream)
        app_elsewhere(app->items);
    if (app->item)
        app_elsewhere(app->item);
    if (app->stream)
        app_elsewhere(app->stream);
}

/* ---- writing ---- */

bool app_writable(struct app *app, struct buf *why)
{
    const char *remedy = backend_read_only_remedy(worker_backend(app->worker));
    if (app->options.read_only && !remedy)
        remedy = ":set read-only off lifts that";
    if (remedy)
        buf_printf(why, "this connection is read-only: %s%s", remedy,
            strstr(remedy, "--read-write") ? ", or after :set read-only off" : "");
    return remedy == NULL;
}

bool app_writing(const struct app *app)
{
    return app->journal.writing > 0 || pane_items_working(app->items);
}

/* ---- life ---- */

static void app_open_memory(struct app *app)
{
    const struct explorer_options *options = &app->options;
    if (!options->remember)
        return;
    app->common = memory_open(STR_NONE);
    app->memory =
        memory_of_connection(options->connection, backend_is_remote(worker_backend(app->worker)));
    history_open(&app->command_history, app->common, "commands");
    history_open(&app->filter_history, app->common, "filters");
    history_open(&app->query_history, app->memory, "queries");
    history_open(&app->value_history, app->memory, "values");
    places_open(&app->places, app->memory);
}

struct app *app_new(const struct explorer_options *options, struct screen *screen,
    struct worker *worker, struct err *err)
{
    struct app *app = mem_new(struct app);
    app->options = *options;
    app->screen = screen;
    app->worker = worker;
    app->gutter = options->gutter || screen->slow;
    /* who names a table wants to see that; a slow line scrolls cheaply over the whole width only */
    app->zoom = (options->table && options->table[0]) || screen->slow;
    app->mouse = options->mouse;
    app->scan_ask = APP_SCAN_ASK;
    app->dirty = true;
    app->wait_until_ns = clock_tick_ns() + APP_FIRST_WAIT_MS * INT64_C(1000000);
    app->frame.ascii = screen->ascii;
    app_open_memory(app);
    listing_init(&app->listing, worker, app, app_listing_changed);
    journal_init(&app->journal, worker, app, writing_ended);
    journal_remember(&app->journal, app->memory, options->clock);
    staged_init(&app->staged, app->memory, options->clock);
    app->tables = pane_tables_new(app);
    app->items = pane_items_new(app);
    app->listing.first = str_from(options->table);
    app->listing.hasty = backend_is_remote(worker_backend(worker));
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
    record_stop(app->record, &(struct err){0});
    record_play_free(app->play);
    tour_end(app);
    places_go_see(app);
    while (app->overlay_count)
        app_overlay_close(app, app->overlays[app->overlay_count - 1]);
    task_forget_all(&app->tasks);
    app_close_over(app);
    app_show_item(app, NULL);
    app_show_stream(app, NULL);
    app->items->ops->free(app->items);
    app->tables->ops->free(app->tables);
    listing_fini(&app->listing);
    journal_fini(&app->journal);
    staged_fini(&app->staged);
    hints_forget(app);
    keymap_fini(&app->keymap);
    keymap_fini(&app->own);
    buf_fini(&app->problems);
    frame_fini(&app->frame);
    struct buf *texts[] = {&app->keymap_name, &app->theme_name, &app->folder, &app->message,
        &app->opening, &app->opening_index, &app->connect};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        buf_fini(texts[i]);
    struct history *histories[] = {
        &app->command_history, &app->filter_history, &app->query_history, &app->value_history};
    for (size_t i = 0; i < sizeof histories / sizeof *histories; i++)
        history_fini(histories[i]);
    saved_fini(&app->saved);
    buf_fini(&app->sought.text);
    places_fini(&app->places);
    place_fini(&app->arriving.to);
    memory_free(app->memory);
    memory_free(app->common);
    free(app);
}
