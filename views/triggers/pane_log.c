/* SPDX-License-Identifier: MIT */
/*
 * A function's log: its newest lines, followed or held, searched, by invocation. Must not know how
 * lines are read (log_grid.h).
 */
#include "views/triggers/pane_log.h"

#include "base/mem.h"
#include "views/contexts.h"
#include "views/pane_text.h"
#include "views/triggers/log_grid.h"
#include "views/triggers/pane_runs.h"
#include "views/words.h"

#include <stdlib.h>

enum { LOG_TICK_MS = 250 };

struct pane_log {
    struct view view;
    struct log_grid log;
    struct buf function;
    int timer;
};

static struct pane_log *log_pane(struct view *view)
{
    return (struct pane_log *)view;
}

/* ---- time ---- */

static void tick(void *data)
{
    struct pane_log *p = data;
    trigger_log_poll(&p->log.log);
    p->timer = loop_after(p->view.app->loop, LOG_TICK_MS, tick, p);
}

static void changed(void *context)
{
    app_paint_soon(((struct pane_log *)context)->view.app);
}

/* ---- commands ---- */

static bool has_line(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (log_grid_current(&log_pane(view)->log))
        return true;
    buf_add(why, STR("there is no line here"));
    return false;
}

static bool has_invocation(struct app *app, struct view *view, struct buf *why)
{
    const struct trigger_log_line *line = log_grid_current(&log_pane(view)->log);
    if (!has_line(app, view, why) || line->id[0])
        return line != NULL;
    buf_add(why, STR("this line is of no invocation"));
    return false;
}

static bool is_held(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (!log_pane(view)->log.live)
        return true;
    buf_add(why, STR("it is followed already"));
    return false;
}

static bool is_live(struct app *app, struct view *view, struct buf *why)
{
    (void)app;
    if (log_pane(view)->log.live)
        return true;
    buf_add(why, STR("it is held already"));
    return false;
}

/* The whole invocation, whatever of it is shown here. */
static void log_run_open(struct app *app, struct view *view, struct str args)
{
    struct pane_log *p = log_pane(view);
    const struct trigger_log_line *line = log_grid_current(&p->log);
    (void)args;
    log_grid_set_live(&p->log, false);
    pane_runs_show(app, buf_str(&p->log.log.folder), str_from(line->id));
}

static void log_run_runs(struct app *app, struct view *view, struct str args)
{
    struct pane_log *p = log_pane(view);
    (void)args;
    pane_runs_open(app, buf_str(&p->function), buf_str(&p->log.log.folder));
}

static void log_run_follow(struct app *app, struct view *view, struct str args)
{
    (void)app;
    (void)args;
    log_grid_set_live(&log_pane(view)->log, true);
}

static void log_run_hold(struct app *app, struct view *view, struct str args)
{
    (void)app;
    (void)args;
    log_grid_set_live(&log_pane(view)->log, false);
}

/* To the START of another invocation. */
static void step(struct app *app, struct view *view, int by)
{
    struct log_grid *g = &log_pane(view)->log;
    const struct trigger_log_line *line;
    for (int64_t row = g->grid.cursor + by; (line = log_grid_line(g, row)); row += by) {
        if (line->kind != TRIGGER_LOG_START)
            continue;
        log_grid_set_live(g, false);
        grid_go(&g->grid, row);
        return;
    }
    app_say(app, ROLE_STATUS, by > 0 ? "no later invocation here" : "no earlier invocation here");
}

static void log_run_next(struct app *app, struct view *view, struct str args)
{
    (void)args;
    step(app, view, 1);
}

static void log_run_previous(struct app *app, struct view *view, struct str args)
{
    (void)args;
    step(app, view, -1);
}

/* Lines of this invocation alone, and back to all. */
static void log_run_only(struct app *app, struct view *view, struct str args)
{
    struct log_grid *g = &log_pane(view)->log;
    const struct trigger_log_line *line = log_grid_current(g);
    struct buf filter = {0};
    char id[TRIGGER_LOG_ID + 1] = "";
    (void)app;
    (void)args;
    if (!g->only[0] && line)
        memcpy(id, line->id, sizeof id);
    buf_add(&filter, buf_str(&g->filter));
    log_grid_filter(g, buf_str(&filter), str_from(id));
    buf_fini(&filter);
}

static void log_run_copy(struct app *app, struct view *view, struct str args)
{
    (void)args;
    app_copy(app, log_grid_current(&log_pane(view)->log)->text, STR("the line"));
}

static void log_run_copy_shown(struct app *app, struct view *view, struct str args)
{
    struct log_grid *g = &log_pane(view)->log;
    struct buf text = {0}, what = {0};
    (void)args;
    for (size_t i = 0; i < g->shown_count; i++) {
        const struct trigger_log_line *line = log_grid_line(g, (int64_t)i);
        buf_add(&text, line ? line->text : STR_NONE);
        buf_add_byte(&text, '\n');
    }
    words_plural(&what, (int64_t)g->shown_count, "line");
    app_copy(app, buf_str(&text), buf_str(&what));
    buf_fini(&text);
    buf_fini(&what);
}

const struct command pane_log_commands[] = {
    {.name = "open",
        .help = "the whole invocation: event, result, log",
        .hint = "invocation",
        .priority = 9,
        .run = log_run_open,
        .enabled = has_invocation},
    {.name = "follow",
        .help = "keep the newest line in sight",
        .hint = "follow",
        .priority = 8,
        .run = log_run_follow,
        .enabled = is_held},
    {.name = "hold",
        .help = "stand still; what comes is counted and kept",
        .hint = "hold",
        .priority = 8,
        .run = log_run_hold,
        .enabled = is_live},
    {.name = "only",
        .help = "lines of this invocation alone, or all again",
        .hint = "only this",
        .priority = 7,
        .run = log_run_only,
        .enabled = has_line},
    {.name = "next-invocation",
        .help = "to the start of the next invocation",
        .hint = "next",
        .priority = 5,
        .flags = COMMAND_REPEATS,
        .run = log_run_next},
    {.name = "previous-invocation",
        .help = "to the start of an earlier invocation",
        .flags = COMMAND_REPEATS,
        .run = log_run_previous},
    {.name = "invocations",
        .help = "the invocations, one row each",
        .hint = "invocations",
        .priority = 4,
        .run = log_run_runs},
    {.name = "copy", .help = "copy the line", .run = log_run_copy, .enabled = has_line},
    {.name = "copy-shown",
        .help = "copy the shown lines",
        .run = log_run_copy_shown,
        .enabled = has_line},
    {0},
};

/* ---- the view ---- */

static void log_title(struct view *view, struct buf *left, struct buf *right)
{
    struct pane_log *p = log_pane(view);
    const struct log_grid *g = &p->log;
    buf_printf(left, "%.*s ▸ log", STR_ARG(buf_str(&p->function)));
    if (g->only[0])
        buf_printf(left, " ▸ %.8s…", g->only);
    if (g->filter.len)
        buf_printf(left, "  /%.*s", STR_ARG(buf_str(&g->filter)));
    buf_add(right, g->live ? STR("● LIVE") : STR("HELD"));
    if (g->log.behind) {
        buf_add(right, STR(" · more is there than is read here"));
    } else if (!g->live && g->log.next_number > g->held) {
        buf_add(right, STR(" · "));
        words_count(right, g->log.next_number - g->held);
        buf_add(right, STR(" new"));
    }
}

static void log_facts(struct view *view, struct buf *out)
{
    const struct log_grid *g = &log_pane(view)->log;
    const struct trigger_log_line *line = log_grid_current(g);
    if (g->filter.len || g->only[0]) {
        words_count(out, (int64_t)g->shown_count);
        buf_add(out, STR(" of "));
    }
    words_plural(out, (int64_t)g->log.count, "line");
    if (!line)
        return;
    buf_add(out, STR(" · "));
    words_utc(out, line->time_ms);
    if (line->id[0])
        buf_printf(out, " · invocation %s", line->id);
}

static void log_arrange(struct view *view, int rows, int cols)
{
    struct pane_log *p = log_pane(view);
    p->log.grid.flags = GRID_NO_HEADER | (view->app->gutter ? GRID_GUTTER : 0);
    p->log.grid.focused = view->focused;
    log_grid_arrange(&p->log, rows, cols);
}

static void log_draw(const struct view *view, const struct canvas *c)
{
    grid_draw(&((const struct pane_log *)view)->log.grid, c);
}

static bool log_action(struct view *view, enum action action)
{
    struct log_grid *g = &log_pane(view)->log;
    int64_t before = g->grid.cursor;
    if (!grid_handle(&g->grid, action))
        return false;
    if (g->grid.cursor < before)
        log_grid_set_live(g, false);
    else if (action == ACTION_BOTTOM)
        log_grid_set_live(g, true);
    return true;
}

static void log_mouse(struct view *view, enum input_mouse_kind kind, int row, int col)
{
    struct log_grid *g = &log_pane(view)->log;
    int column;
    int64_t at = grid_row_at(&g->grid, row, col, &column);
    if (kind == INPUT_MOUSE_WHEEL_UP || kind == INPUT_MOUSE_WHEEL_DOWN) {
        log_action(view, kind == INPUT_MOUSE_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
    } else if (at >= 0) {
        log_grid_set_live(g, false);
        grid_go(&g->grid, at);
    }
}

static void log_filter(struct view *view, struct str text)
{
    struct log_grid *g = &log_pane(view)->log;
    char only[TRIGGER_LOG_ID + 1];
    memcpy(only, g->only, sizeof only);
    log_grid_filter(g, text, str_from(only));
}

static bool log_back(struct view *view)
{
    struct log_grid *g = &log_pane(view)->log;
    if (!g->filter.len && !g->only[0])
        return false;
    log_grid_filter(g, STR_NONE, STR_NONE);
    return true;
}

static void log_refresh(struct view *view)
{
    trigger_log_poll(&log_pane(view)->log.log);
}

static void log_free(struct view *view)
{
    struct pane_log *p = log_pane(view);
    if (p->timer)
        loop_forget(view->app->loop, p->timer);
    log_grid_fini(&p->log);
    buf_fini(&p->function);
    free(p);
}

static const struct view_ops log_ops = {
    .context = "log",
    .commands = pane_log_commands,
    .title = log_title,
    .facts = log_facts,
    .arrange = log_arrange,
    .draw = log_draw,
    .action = log_action,
    .mouse = log_mouse,
    .filter = log_filter,
    .back = log_back,
    .refresh = log_refresh,
    .free = log_free,
};

void pane_log_open(
    struct app *app, struct str function, struct str function_folder, struct str only)
{
    struct pane_log *p = mem_new(struct pane_log);
    p->view = (struct view){.ops = &log_ops, .app = app};
    buf_add(&p->function, function);
    log_grid_init(&p->log, app->worker, p, changed);
    log_grid_filter(&p->log, STR_NONE, only);
    log_grid_of(&p->log, function_folder);
    if (app->loop)
        p->timer = loop_after(app->loop, LOG_TICK_MS, tick, p);
    app_show_over(app, &p->view);
}
