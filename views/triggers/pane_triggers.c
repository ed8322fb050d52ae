/* SPDX-License-Identifier: MIT */
/*
 * The triggers of the connection: how each fares, one row a mapping, and below them the log of the
 * one under the cursor. Must not know how any of it is read (triggers_look.h, log_grid.h) nor what
 * is done with it (pane_triggers_commands.c).
 *
 *     name            table    state         lag  calls  errors  last   p50   last 5 min
 *     notify-status   Orders   running     12 ms  1,441       3  ok    2 ms   ▁▁▂▂▃▂▁▁▂
 *     totals          Orders   retrying 2/5  4 s     88       7  error 31 ms  ▁▁█▁▁   blocked at
 * …3968 ────────────────────────────────────────────────────────────────────── 12:01:33  START
 * RequestId: 05b1…
 */
#include "views/triggers/pane_triggers.h"

#include "base/mem.h"
#include "views/contexts.h"
#include "views/triggers/pane_triggers_impl.h"
#include "views/triggers/trigger_words.h"
#include "views/words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    TRIGGERS_LOG_FROM = 12, /* rows from which on the log is shown */
    TRIGGERS_TICK_MS = 500,
    TRIGGERS_TICK_QUIET_MS = 2000, /* while nobody runs any */
    TRIGGERS_SPARKS = 15,
    TRIGGERS_TINY = 44,
    TRIGGERS_NARROW = 60,
    TRIGGERS_MIDDLE = 84,
    TRIGGERS_WIDE = 120
};

const struct triggers_row *pane_triggers_current(const struct pane_triggers *p)
{
    int64_t row = p->grid.cursor;
    return row >= 0 && (size_t)row < p->look.count ? &p->look.rows[row] : NULL;
}

/* ---- time ---- */

static void tick(void *data);

static void arm(struct pane_triggers *p)
{
    struct app *app = p->view.app;
    if (!app->loop || p->timer)
        return;
    bool alive = triggers_look_alive(&p->look);
    p->timer = loop_after(app->loop, alive ? TRIGGERS_TICK_MS : TRIGGERS_TICK_QUIET_MS, tick, p);
}

static bool has_sparks(const struct pane_triggers *p)
{
    for (size_t i = 0; i < p->look.count; i++)
        for (int k = 0; k < STATUS_SLOTS; k++)
            if (p->look.rows[i].status.calls[k])
                return true;
    return false;
}

/* Sparklines move on while nothing is written. */
static void tick(void *data)
{
    struct pane_triggers *p = data;
    int64_t slot = clock_now_ms(p->view.app->options.clock) / STATUS_SLOT_MS;
    p->timer = 0;
    if (slot != p->slot && has_sparks(p))
        app_paint_soon(p->view.app);
    p->slot = slot;
    triggers_look_refresh(&p->look);
    trigger_log_poll(&p->log.log);
    arm(p);
}

static void look_at_row(struct pane_triggers *p)
{
    const struct triggers_row *row = pane_triggers_current(p);
    log_grid_of(&p->log, row ? row->function_folder : STR_NONE);
}

static void looked(void *context)
{
    struct pane_triggers *p = context;
    p->noted = false;
    for (size_t i = 0; i < p->look.count; i++) {
        const struct status *s = &p->look.rows[i].status;
        bool says = s->note.len && s->state != STATUS_UNTRUSTED;
        bool gone = s->ledger.dropped + s->ledger.expired > 0;
        p->noted = p->noted || says || gone || s->blocked_at.len || s->loops;
    }
    if (p->grid.cursor >= (int64_t)p->look.count)
        grid_go(&p->grid, (int64_t)p->look.count - 1);
    grid_refit(&p->grid);
    look_at_row(p);
    app_paint_soon(p->view.app);
}

static void log_changed(void *context)
{
    app_paint_soon(((struct pane_triggers *)context)->view.app);
}

void pane_triggers_wake(struct pane_triggers *p)
{
    host_wake(p->view.app->host);
    triggers_look_refresh(&p->look);
}

/* ---- cells ---- */

static enum role state_role(const struct triggers_row *row)
{
    if (!row->mapping || !row->function)
        return ROLE_DIM;
    if (row->function->untrusted)
        return ROLE_WARNING;
    if (!row->mapping->enabled)
        return ROLE_DIM;
    switch (row->status.state) {
    case STATUS_RUNNING:
        return ROLE_OK;
    case STATUS_IDLE:
        return ROLE_TEXT;
    case STATUS_RETRYING:
        return ROLE_WARNING;
    case STATUS_BLOCKED:
        return ROLE_ERROR;
    default:
        return ROLE_DIM;
    }
}

static void put_state(struct buf *out, const struct triggers_row *row)
{
    const struct status *s = &row->status;
    const char *word = triggers_look_state(row);
    buf_add(out, str_from(word));
    if (s->state != STATUS_RETRYING || strcmp(word, status_word(s->state)) != 0)
        return;
    buf_printf(out, " %u", s->attempt);
    if (row->mapping->retries >= 0)
        buf_printf(out, "/%d", row->mapping->retries + 1);
}

static bool failed(const struct status *s)
{
    return str_starts(s->last_result, STR("PROBLEM"));
}

static void put_last(struct buf *out, const struct status *s)
{
    if (s->ledger.calls)
        buf_add(out, failed(s) ? STR("error") : STR("ok"));
}

/* The slots end at the time of writing: what has passed since is empty. */
static void put_sparks(struct pane_triggers *p, struct buf *out, const struct status *s)
{
    static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    enum { EACH = STATUS_SLOTS / TRIGGERS_SPARKS };
    int64_t late = (clock_now_ms(p->view.app->options.clock) - s->time_ms) / STATUS_SLOT_MS;
    uint64_t counts[TRIGGERS_SPARKS] = {0}, most = 0;
    if (late < 0 || !s->time_ms)
        late = 0;
    for (int i = 0; i < STATUS_SLOTS; i++)
        if (i - late >= 0)
            counts[(i - late) / EACH] += s->calls[i];
    for (int i = 0; i < TRIGGERS_SPARKS; i++)
        most = counts[i] > most ? counts[i] : most;
    for (int i = 0; i < TRIGGERS_SPARKS && most; i++)
        buf_add(out, str_from(bars[counts[i] * 7 / most]));
}

static void put_note(struct buf *out, const struct status *s)
{
    if (s->loops)
        buf_add(out, STR("feeds itself"));
    if (s->blocked_at.len && (s->state == STATUS_RETRYING || s->state == STATUS_BLOCKED)) {
        buf_printf(out, "%sat ", out->len ? " · " : "");
        trigger_words_sequence(out, s->blocked_at);
    }
    uint64_t gone = s->ledger.dropped + s->ledger.expired;
    if (gone) { /* nothing goes in silence */
        buf_add(out, out->len ? STR(" · ") : STR_NONE);
        words_count_short(out, (int64_t)gone);
        buf_add(out, STR(" given up"));
    }
    if (s->note.len && s->state != STATUS_UNTRUSTED) /* which says it already */
        buf_printf(out, "%s%.*s", out->len ? " · " : "", STR_ARG(s->note));
}

static int64_t count_rows(void *data)
{
    return (int64_t)((struct pane_triggers *)data)->look.count;
}

static void put_figure(
    struct pane_triggers *p, int column, const struct triggers_row *row, struct grid_cell *cell)
{
    const struct status *s = &row->status;
    cell->flags = CANVAS_RIGHT;
    if (column == TRIGGERS_LAG && s->lag_ms > 0)
        trigger_words_us(&p->cell, s->lag_ms * 1000);
    else if (column == TRIGGERS_P50 && s->median_us > 0)
        trigger_words_us(&p->cell, s->median_us);
    else if (column == TRIGGERS_CALLS)
        words_count_short(&p->cell, (int64_t)s->ledger.calls);
    else if (column == TRIGGERS_ERRORS)
        words_count_short(&p->cell, (int64_t)s->ledger.errors);
    if (column == TRIGGERS_ERRORS && s->ledger.errors)
        cell->role = ROLE_WARNING;
}

static void put_words(
    struct pane_triggers *p, int column, const struct triggers_row *row, struct grid_cell *cell)
{
    const struct status *s = &row->status;
    if (column == TRIGGERS_NAME) {
        buf_add(&p->cell, row->name);
        cell->role = ROLE_KEY;
    } else if (column == TRIGGERS_TABLE && row->mapping) {
        buf_add(&p->cell, mapping_table(row->mapping));
    } else if (column == TRIGGERS_STATE) {
        put_state(&p->cell, row);
        cell->role = state_role(row);
    } else if (column == TRIGGERS_LAST) {
        put_last(&p->cell, s);
        cell->role = failed(s) ? ROLE_ERROR : ROLE_OK;
    } else if (column == TRIGGERS_SPARK) {
        put_sparks(p, &p->cell, s);
        cell->role = ROLE_SPARK;
    } else if (column == TRIGGERS_NOTE) {
        put_note(&p->cell, s);
        cell->role = ROLE_WARNING;
    }
}

static void put_cell(void *data, int64_t at, int column, int room, struct grid_cell *cell)
{
    struct pane_triggers *p = data;
    (void)room;
    if ((size_t)at >= p->look.count)
        return;
    buf_clear(&p->cell);
    cell->role = ROLE_TEXT;
    bool figure = column == TRIGGERS_LAG || column == TRIGGERS_CALLS || column == TRIGGERS_ERRORS ||
                  column == TRIGGERS_P50;
    (figure ? put_figure : put_words)(p, column, &p->look.rows[at], cell);
    cell->text = buf_str(&p->cell);
}

static void set_columns(struct pane_triggers *p)
{
    static const struct str names[TRIGGERS_COLUMNS] = {STR("name"), STR("table"), STR("state"),
        STR("lag"), STR("calls"), STR("errors"), STR("last"), STR("p50"), STR("last 5 min"),
        STR("note")};
    /* of what changes: so that nothing jumps */
    static const int widths[TRIGGERS_COLUMNS] = {[TRIGGERS_STATE] = 12,
        [TRIGGERS_LAG] = 6,
        [TRIGGERS_CALLS] = 6,
        [TRIGGERS_LAST] = 5,
        [TRIGGERS_P50] = 6,
        [TRIGGERS_SPARK] = TRIGGERS_SPARKS};
    for (int i = 0; i < TRIGGERS_COLUMNS; i++) {
        bool figure =
            i == TRIGGERS_LAG || i == TRIGGERS_CALLS || i == TRIGGERS_ERRORS || i == TRIGGERS_P50;
        p->columns[i] = (struct grid_column){.name = names[i],
            .header = i == TRIGGERS_NAME ? ROLE_HEADER_KEY : ROLE_HEADER,
            .flags = figure ? CANVAS_RIGHT : 0,
            .min = widths[i],
            .max = i == TRIGGERS_NOTE ? GRID_WIDTH_USER : 0,
            .frozen = i == TRIGGERS_NAME};
    }
    grid_columns_set(&p->grid, p->columns, TRIGGERS_COLUMNS);
}

/* ---- titles ---- */

/* Who runs them: this process, others, or nobody. */
static void put_runner(struct pane_triggers *p, struct buf *out)
{
    int64_t other = 0;
    bool here = false;
    for (size_t i = 0; i < p->look.count; i++) {
        const struct status *s = &p->look.rows[i].status;
        if (s->state == STATUS_STOPPED || !s->pid)
            continue;
        if (s->pid == getpid())
            here = true;
        else
            other = s->pid;
    }
    buf_clear(&p->why);
    if (here || (!other && host_runs(p->view.app->host, &p->why)))
        buf_add(out, STR("runner: this process"));
    if (other)
        buf_printf(out, "%s process %" PRId64, here ? " and" : "runner:", other);
    if (!here && !other && p->why.len)
        buf_add(out, STR("nobody runs them"));
}

static void triggers_title(struct view *view, struct buf *left, struct buf *right)
{
    struct pane_triggers *p = (struct pane_triggers *)view;
    buf_add(left, STR("Triggers"));
    if (p->look.count) {
        buf_add_byte(left, ' ');
        words_count(left, (int64_t)p->look.count);
    }
    if (p->calls)
        trigger_calls_words(p->calls, right);
    else
        put_runner(p, right);
}

static void put_function(struct buf *out, const struct function *f)
{
    buf_printf(out, "%.*s %.*s in %.*s", STR_ARG(f->runtime_name), STR_ARG(f->handler),
        STR_ARG(f->folder));
}

static bool is_failing(const struct triggers_row *row)
{
    return row && row->mapping && row->mapping->enabled && row->status.blocked_at.len &&
           (row->status.state == STATUS_RETRYING || row->status.state == STATUS_BLOCKED);
}

/* "attempt 4 in 3 s: the batch from 100…2 on failed" */
static void put_failing(struct pane_triggers *p, struct buf *out, const struct status *s)
{
    int64_t wait = s->again_ms - clock_now_ms(p->view.app->options.clock);
    if (s->note.len)
        buf_printf(out, "%.*s · ", STR_ARG(s->note));
    buf_printf(out, "attempt %u ", s->attempt);
    if (wait > 0) {
        buf_add(out, STR("in "));
        trigger_words_us(out, wait * 1000);
    } else {
        buf_add(out, STR("now"));
    }
    buf_printf(out, ": the batch from %.*s on failed", STR_ARG(s->blocked_at));
}

static void triggers_facts(struct view *view, struct buf *out)
{
    struct pane_triggers *p = (struct pane_triggers *)view;
    const struct triggers_row *row = pane_triggers_current(p);
    struct buf trouble = {0};
    if (host_trouble(view->app->host, &trouble))
        buf_add(out, buf_str(&trouble));
    else if (p->look.complaint.len)
        buf_add(out, str_take(buf_str(&p->look.complaint),
                         str_find_byte(buf_str(&p->look.complaint), '\n')));
    else if (is_failing(row))
        put_failing(p, out, &row->status);
    else if (row && row->status.note.len)
        buf_add(out, row->status.note);
    else if (row && row->function && row->function->untrusted)
        buf_add(out, STR("it came with the store: look at what it would run before you trust it"));
    else if (p->why.len)
        buf_add(out, buf_str(&p->why));
    else if (row && row->function)
        put_function(out, row->function);
    buf_fini(&trouble);
}

/* ---- the view ---- */

static struct str nothing_here(const struct pane_triggers *p)
{
    if (p->look.err.code != ERR_NONE)
        return str_from(p->look.err.text);
    return p->look.looked ? STR("no triggers: add one") : STR_NONE;
}

static void triggers_arrange(struct view *view, int rows, int cols)
{
    struct pane_triggers *p = (struct pane_triggers *)view;
    bool sparks = cols >= (p->noted ? TRIGGERS_WIDE : TRIGGERS_MIDDLE); /* a warning goes first */
    int wanted = (int)p->look.count + 2, half = rows / 2;
    p->log_rows = 0;
    if (rows >= TRIGGERS_LOG_FROM && p->look.count)
        p->log_rows = rows - (wanted < half ? half < 8 ? wanted : wanted > 6 ? wanted : 6 : half);
    p->columns[TRIGGERS_TABLE].hidden = cols < TRIGGERS_NARROW;
    p->columns[TRIGGERS_LAST].hidden = cols < TRIGGERS_NARROW;
    p->columns[TRIGGERS_CALLS].hidden = cols < TRIGGERS_NARROW;
    p->columns[TRIGGERS_P50].hidden = cols < TRIGGERS_NARROW;
    p->columns[TRIGGERS_ERRORS].hidden = cols < TRIGGERS_TINY;
    p->columns[TRIGGERS_SPARK].hidden = !sparks;
    p->columns[TRIGGERS_NOTE].hidden = !p->noted;
    p->grid.flags = view->app->gutter ? GRID_GUTTER : 0;
    p->grid.focused = view->focused;
    p->grid.empty = nothing_here(p);
    grid_arrange(&p->grid, rows - p->log_rows, cols);
    p->log.grid.flags = GRID_NO_HEADER | GRID_NO_CURSOR;
    if (p->log_rows > 1)
        log_grid_arrange(&p->log, p->log_rows - 1, cols);
}

static void triggers_draw(const struct view *view, const struct canvas *c)
{
    const struct pane_triggers *p = (const struct pane_triggers *)view;
    struct canvas top = canvas_sub(c, 0, 0, c->rows - p->log_rows, c->cols);
    struct canvas log = canvas_sub(c, c->rows - p->log_rows + 1, 0, p->log_rows - 1, c->cols);
    grid_draw(&p->grid, &top);
    if (!p->log_rows)
        return;
    canvas_hline(c, c->rows - p->log_rows, 0, c->cols, ROLE_BORDER);
    grid_draw(&p->log.grid, &log);
}

static bool triggers_action(struct view *view, enum action action)
{
    struct pane_triggers *p = (struct pane_triggers *)view;
    if (!grid_handle(&p->grid, action))
        return false;
    look_at_row(p);
    return true;
}

static void triggers_mouse(struct view *view, enum input_mouse_kind kind, int row, int col)
{
    struct pane_triggers *p = (struct pane_triggers *)view;
    int column;
    int64_t at = grid_row_at(&p->grid, row, col, &column);
    if (kind == INPUT_MOUSE_WHEEL_UP || kind == INPUT_MOUSE_WHEEL_DOWN) {
        triggers_action(view, kind == INPUT_MOUSE_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
    } else if (at >= 0) {
        grid_go(&p->grid, at);
        look_at_row(p);
    }
}

static void triggers_refresh(struct view *view)
{
    struct pane_triggers *p = (struct pane_triggers *)view;
    triggers_look_refresh(&p->look);
    trigger_log_poll(&p->log.log);
}

static bool triggers_cancel(struct view *view)
{
    struct pane_triggers *p = (struct pane_triggers *)view;
    if (!p->calls)
        return false;
    trigger_calls_cancel(p->calls);
    return true;
}

static void triggers_free(struct view *view)
{
    struct pane_triggers *p = (struct pane_triggers *)view;
    if (p->timer)
        loop_forget(view->app->loop, p->timer);
    trigger_calls_free(p->calls);
    triggers_look_fini(&p->look);
    log_grid_fini(&p->log);
    buf_fini(&p->cell);
    buf_fini(&p->why);
    free(p);
}

static struct grid *triggers_grid(struct view *view)
{
    return &((struct pane_triggers *)view)->grid;
}

static const struct view_ops triggers_ops = {
    .context = "triggers",
    .commands = pane_triggers_commands,
    .title = triggers_title,
    .facts = triggers_facts,
    .arrange = triggers_arrange,
    .draw = triggers_draw,
    .action = triggers_action,
    .grid = triggers_grid,
    .mouse = triggers_mouse,
    .refresh = triggers_refresh,
    .cancel = triggers_cancel,
    .free = triggers_free,
};

struct pane_triggers *pane_triggers_of(struct app *app)
{
    for (int i = app->over_count; i-- > 0;)
        if (app->over[i]->ops == &triggers_ops)
            return (struct pane_triggers *)app->over[i];
    return NULL;
}

void pane_triggers_open(struct app *app)
{
    if (!app->host) {
        app_say(app, ROLE_STATUS_WARNING,
            "there are no triggers here: this connection has no "
            "place to keep them");
        return;
    }
    struct pane_triggers *p = mem_new(struct pane_triggers);
    p->view = (struct view){.ops = &triggers_ops, .app = app};
    struct grid_source source = {.data = p, .rows = count_rows, .cell = put_cell};
    grid_init(&p->grid, &source);
    set_columns(p);
    triggers_look_init(&p->look, host_registry(app->host), app->worker, p, looked);
    log_grid_init(&p->log, app->worker, p, log_changed);
    triggers_look_refresh(&p->look);
    arm(p);
    app_show_over(app, &p->view);
}
