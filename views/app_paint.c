/* SPDX-License-Identifier: MIT */
/*
 * When a frame is made, and what is worth waiting for before it: some milliseconds save a second
 * frame where the answer is quick, and none are lost where it is not.
 */
#include "views/app.h"

#include "views/app_impl.h"
#include "views/chrome.h"
#include "views/find.h"
#include "views/item/pane_item.h"
#include "views/items/pane_items.h"
#include "views/places/places_go.h"
#include "views/sessions/tour.h"

/* Frames of what comes by itself: on the average so far apart, and so many may come early. */
#define APP_FRAME_NS (INT64_C(1000000000) / 30)
enum { APP_FRAMES_EARLY = 3 };

enum {
    APP_FRAME_MS = 34,
    APP_WAIT_MS = 8,
    APP_BEHIND_MS = 100,
    APP_BUSY_MS = 200,
    APP_BUSY_STEP_MS = 1000,
    APP_RETRY_STEP_MS = 200
};

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
    if (!worker_awaited(app->worker))
        return;
    app->busy_shown = app->dirty = true;
    struct backend_wait wait;
    bool waiting = backend_waiting(worker_backend(app->worker), &wait);
    app->busy_timer =
        loop_after(app->loop, waiting ? APP_RETRY_STEP_MS : APP_BUSY_STEP_MS, app_busy_tick, app);
}

/* Says that something is going on, but only where it takes long. */
static void app_watch_busy(struct app *app)
{
    bool busy = worker_awaited(app->worker);
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

static void app_paint_due(void *data)
{
    struct app *app = data;
    app->paint_timer = 0;
    app->dirty = true;
}

void app_paint_soon(struct app *app)
{
    int64_t wait = app->paint_due_ns - clock_tick_ns() - APP_FRAMES_EARLY * APP_FRAME_NS;
    app->paint_asked = true;
    if (!app->loop || wait <= 0)
        app->dirty = true;
    else if (!app->paint_timer)
        app->paint_timer = loop_after(app->loop, wait / 1000000 + 1, app_paint_due, app);
}

/* This frame shows what has come, too. */
static void app_painted(struct app *app)
{
    int64_t now = clock_tick_ns();
    if (app->paint_asked)
        app->paint_due_ns = (app->paint_due_ns > now ? app->paint_due_ns : now) + APP_FRAME_NS;
    app->paint_asked = false;
    if (app->paint_timer)
        loop_forget(app->loop, app->paint_timer);
    app->paint_timer = 0;
}

/* Whether the line still carries earlier frames: what would be sent now is old when it arrives. The
 * next frame shows all that was done meanwhile. */
static bool app_line_behind(struct app *app)
{
    int64_t left = app->screen->free_ns - clock_tick_ns() - APP_BEHIND_MS * INT64_C(1000000);
    if (!app->dirty || !app->loop || app->screen->speed <= 0 || left <= 0)
        return false;
    if (!app->paint_timer)
        app->paint_timer = loop_after(app->loop, left / 1000000 + 1, app_paint_due, app);
    return true;
}

bool app_paint(struct app *app)
{
    bool more = true;
    app_replay(app);
    if (app_line_behind(app))
        return true;
    if (app->dirty) {
        while (
            (app_waiting(app) || app_acting(app)) && worker_busy(app->worker) && app_may_wait(app))
            app_wait(app);
        app_replay(app);
        places_go_see(app);
        find_mark(app);
        app_watch_busy(app);
        tour_settle(app);
        app->dirty = false;
        app_painted(app);
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
