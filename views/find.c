/* SPDX-License-Identifier: MIT */
/*
 * "/" and what goes on with it, for every pane: one that narrows what it shows does so itself
 * (view_ops.filter), in a list of rows (view_ops.grid) the cursor goes to those that have the text.
 */
#include "views/find.h"

#include "views/prompt.h"

enum { FIND_ROWS_MAX = 100000 };

static struct grid *grid_of(struct view *view)
{
    return view->ops->grid ? view->ops->grid(view) : NULL;
}

static void remember(struct app *app, struct view *view, struct str text)
{
    struct buf copy = {0}; /* it may be what is remembered */
    buf_add(&copy, text);
    buf_fini(&app->sought.text);
    app->sought.text = copy;
    app->sought.view = view;
}

/* From where the cursor stood when "/" was pressed. */
static void look(struct app *app, struct grid *grid, struct buf *note)
{
    struct str text = buf_str(&app->sought.text);
    int64_t at = app->sought.from;
    grid->cursor = app->sought.from - 1;
    if (text.len)
        at = grid_find(grid, text, 1, FIND_ROWS_MAX);
    if (at < 0 && note)
        buf_add(note, STR("no row has it"));
    grid_go(grid, at < 0 ? app->sought.from : at);
}

static void changed(struct app *app, void *context, struct str text, struct buf *note)
{
    struct view *view = app_focused(app);
    (void)context;
    remember(app, view, text);
    if (note && !text.len && view->ops->filter_note)
        buf_add(note, str_from(view->ops->filter_note));
    if (view->ops->filter)
        view->ops->filter(view, text);
    else if (grid_of(view))
        look(app, grid_of(view), note);
}

static bool accept(struct app *app, void *context, struct str text, struct err *err)
{
    (void)err;
    changed(app, context, text, NULL);
    return true;
}

static void dismissed(struct app *app, void *context)
{
    changed(app, context, STR_NONE, NULL);
}

void find_run_filter(struct app *app, struct view *view, struct str args)
{
    const struct grid *grid = grid_of(app_focused(app));
    (void)view;
    app->sought.from = grid ? grid->cursor : 0;
    prompt_open(app, &(struct prompt_spec){.label = STR("/"),
                         .text = args,
                         .history = &app->filter_history,
                         .changed = changed,
                         .accept = accept,
                         .dismissed = dismissed});
}

bool find_can_filter(struct app *app, struct view *view, struct buf *why)
{
    struct view *at = app_focused(app);
    (void)view;
    if (at->ops->filter || at->ops->grid)
        return true;
    buf_add(why, STR("nothing to filter here"));
    return false;
}

/* What a pane narrows to are matches one and all: the next one is the next row. */
static void step(struct app *app, int direction)
{
    struct view *view = app_focused(app);
    struct grid *grid = grid_of(view);
    struct str text = buf_str(&app->sought.text);
    if (view->ops->filter) {
        view->ops->action(view, direction > 0 ? ACTION_DOWN : ACTION_UP);
        return;
    }
    int64_t row = grid_find(grid, text, direction, FIND_ROWS_MAX);
    if (row < 0)
        app_say(app, ROLE_STATUS_WARNING, "no row has %.*s", STR_ARG(text));
    else if (row == grid->cursor)
        app_say(app, ROLE_STATUS, "no other row has %.*s", STR_ARG(text));
    else
        grid_go(grid, row);
}

void find_run_next(struct app *app, struct view *view, struct str args)
{
    (void)view;
    (void)args;
    step(app, 1);
}

void find_run_previous(struct app *app, struct view *view, struct str args)
{
    (void)view;
    (void)args;
    step(app, -1);
}

bool find_can_next(struct app *app, struct view *view, struct buf *why)
{
    if (!find_can_filter(app, view, why))
        return false;
    if (app->sought.view == app_focused(app) && app->sought.text.len)
        return true;
    buf_add(why, STR("nothing to look for: / takes a text"));
    return false;
}

void find_mark(struct app *app)
{
    struct view *view = app_main(app);
    struct grid *grid = grid_of(view);
    if (grid && !view->ops->filter)
        grid->search = app->sought.view == view ? buf_str(&app->sought.text) : STR_NONE;
}
