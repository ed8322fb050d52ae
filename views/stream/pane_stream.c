/* SPDX-License-Identifier: MIT */
/*
 * The live stream: one row a record, the newest at the bottom, what differs in full below. Must not
 * know how records are read (tail.h) nor what is done with them (pane_stream_commands.c).
 *
 *   time          event   key            change
 *   12:01:33.120  MODIFY  C101 · O5001   status  "PENDING" → "SHIPPED"   amount  199 → 189
 *   12:01:34.002  REMOVE  C102 · O9001   (expired)   amount  80
 *   ──────────────────────────────────────────────────────────────────────
 *   amount  199 → 189
 *   status  "PENDING" → "SHIPPED"
 */
#include "views/stream/pane_stream.h"

#include "base/mem.h"
#include "views/contexts.h"
#include "views/stream/pane_stream_impl.h"

#include <stdlib.h>
#include <time.h>

enum {
    STREAM_DETAIL_FROM = 14,
    STREAM_TIME_FROM = 44,
    STREAM_TICK_MS = 500,  /* rates fade; a remote stream is asked at least as often */
    STREAM_ASK_MS = 200,   /* and at most as often: a shard allows five times a second */
    STREAM_ASK_SHARE = 20, /* between the two, as long as so many answers take */
    STREAM_CHECK_MS = 5000,
    STREAM_LIST_MS = 30000,
    STREAM_NAME_MAX = 24
};

/* ---- rows ---- */

const struct tail_record *pane_stream_record(const struct pane_stream *p, int64_t row)
{
    return row >= 0 && (size_t)row < p->shown_count ? tail_find(&p->tail, p->shown[row]) : NULL;
}

const struct tail_record *pane_stream_current(const struct pane_stream *p)
{
    return pane_stream_record(p, p->grid.cursor);
}

const struct client_table *pane_stream_table(
    const struct pane_stream *p, const struct tail_record *record)
{
    return &p->tail.tables[record->table]->table;
}

const struct tail_table *pane_stream_this(const struct pane_stream *p)
{
    const struct tail_record *record = pane_stream_current(p);
    if (p->tail.table_count == 1)
        return p->tail.tables[0];
    return record ? p->tail.tables[record->table] : NULL;
}

static void show_record(struct pane_stream *p, const struct tail_record *record)
{
    if (!stream_filter_matches(&p->filter, record, pane_stream_table(p, record)->name))
        return;
    if (p->shown_count == p->shown_room) {
        p->shown_room = p->shown_room ? 2 * p->shown_room : 256;
        p->shown = mem_grow(p->shown, p->shown_room * sizeof *p->shown);
    }
    p->shown[p->shown_count++] = record->number;
}

/* Rows of records that are kept no more. */
static void hide_dropped(struct pane_stream *p)
{
    const struct tail_record *oldest = tail_at(&p->tail, 0);
    size_t gone = 0;
    while (gone < p->shown_count && (!oldest || p->shown[gone] < oldest->number))
        gone++;
    if (!gone)
        return;
    p->shown_count -= gone;
    memmove(p->shown, p->shown + gone, p->shown_count * sizeof *p->shown);
    grid_rows_moved(&p->grid, 0, -(int64_t)gone);
}

void pane_stream_set_live(struct pane_stream *p, bool live)
{
    if (live)
        grid_go(&p->grid, (int64_t)p->shown_count - 1);
    else if (p->live)
        p->seen_held = p->tail.seen;
    p->live = live;
}

/* ---- time ---- */

static void tick(void *data);

static bool is_remote(const struct pane_stream *p)
{
    return backend_is_remote(worker_backend(p->view.app->worker));
}

/* What is near is asked often, what is far as often as it is worth it. */
static int64_t tick_ms(const struct pane_stream *p)
{
    int64_t ms = p->tail.took_ns * STREAM_ASK_SHARE / 1000000;
    if (!is_remote(p) || ms > STREAM_TICK_MS)
        return STREAM_TICK_MS;
    return ms < STREAM_ASK_MS ? STREAM_ASK_MS : ms;
}

static void arm(struct pane_stream *p)
{
    struct app *app = p->view.app;
    if (!app->loop || p->timer || (!is_remote(p) && tail_rate(&p->tail) == 0))
        return;
    p->tick_ms = tick_ms(p);
    p->timer = loop_after(app->loop, p->tick_ms, tick, p);
}

/* Whether a length of time has passed with this tick. */
static bool is_due(const struct pane_stream *p, int64_t every_ms)
{
    return p->elapsed_ms / every_ms != (p->elapsed_ms - p->tick_ms) / every_ms;
}

/* A remote stream has to be asked; rates fade while nothing comes. */
static void tick(void *data)
{
    struct pane_stream *p = data;
    p->timer = 0;
    p->elapsed_ms += p->tick_ms;
    if (tail_rate(&p->tail) > 0)
        app_paint_soon(p->view.app);
    if (is_remote(p) && is_due(p, STREAM_CHECK_MS))
        tail_check(&p->tail);
    else if (is_remote(p))
        tail_poll(&p->tail);
    if (is_remote(p) && p->all && is_due(p, STREAM_LIST_MS))
        listing_refresh(&p->view.app->listing);
    arm(p);
}

/* ---- what comes ---- */

static void changed(void *context, size_t dropped, size_t added)
{
    struct pane_stream *p = context;
    if (dropped)
        hide_dropped(p);
    for (size_t i = p->tail.count - added; i < p->tail.count; i++)
        show_record(p, tail_at(&p->tail, i));
    if (p->live && added)
        pane_stream_set_live(p, true);
    pane_stream_states(p);
    if (added || !p->begun)
        app_paint_soon(p->view.app);
    p->begun = tail_begun(&p->tail);
    arm(p);
}

/* ---- cells ---- */

static int64_t stream_rows(void *data)
{
    return (int64_t)((struct pane_stream *)data)->shown_count;
}

static void add_time(struct buf *out, int64_t ms)
{
    struct tm utc;
    time_t seconds = (time_t)(ms / 1000);
    if (gmtime_r(&seconds, &utc))
        buf_printf(out, "%02d:%02d:%02d", utc.tm_hour, utc.tm_min, utc.tm_sec);
    if (ms % 1000)
        buf_printf(out, ".%03d", (int)(ms % 1000));
}

static void stream_cell(void *data, int64_t row, int column, int room, struct grid_cell *cell)
{
    static const struct {
        struct str name;
        enum role role;
    } events[] = {[TAIL_INSERT] = {STR("INSERT"), ROLE_STREAM_INSERT},
        [TAIL_MODIFY] = {STR("MODIFY"), ROLE_STREAM_MODIFY},
        [TAIL_REMOVE] = {STR("REMOVE"), ROLE_STREAM_REMOVE}};
    struct pane_stream *p = data;
    const struct tail_record *record = pane_stream_record(p, row);
    (void)room;
    if (!record)
        return;
    buf_clear(&p->cell);
    cell->role = ROLE_TEXT;
    if (column == STREAM_TIME) {
        add_time(&p->cell, record->time_ms);
        cell->text = buf_str(&p->cell);
        cell->role = ROLE_DIM;
    } else if (column == STREAM_TABLE) {
        cell->text = pane_stream_table(p, record)->name;
    } else if (column == STREAM_EVENT) {
        cell->text = str_take(events[record->event].name, p->narrow ? 3 : 6);
        cell->role = events[record->event].role;
    } else if (column == STREAM_KEY) {
        cell->text = record->key;
        cell->role = ROLE_KEY;
    } else {
        cell->text = record->change;
    }
}

static void set_columns(struct pane_stream *p)
{
    static const struct str names[STREAM_COLUMNS] = {[STREAM_TIME] = STR("time"),
        [STREAM_TABLE] = STR("table"),
        [STREAM_EVENT] = STR("event"),
        [STREAM_KEY] = STR("key"),
        [STREAM_CHANGE] = STR("change")};
    for (int i = 0; i < STREAM_COLUMNS; i++)
        p->columns[i] = (struct grid_column){.name = names[i],
            .header = i == STREAM_KEY ? ROLE_HEADER_KEY : ROLE_HEADER,
            .max = i == STREAM_CHANGE  ? GRID_WIDTH_USER
                   : i == STREAM_TABLE ? STREAM_NAME_MAX
                                       : 0};
    grid_columns_set(&p->grid, p->columns, STREAM_COLUMNS);
}

/* ---- the view ---- */

static struct str nothing_here(const struct pane_stream *p)
{
    if (p->filter_text.len)
        return STR("no record matches");
    if (p->all && !p->tail.table_count)
        return STR("no table has a stream: what gets one is shown here");
    return tail_ended(&p->tail) ? STR("nothing comes any more") : STR("waiting for changes");
}

static void stream_arrange(struct view *view, int rows, int cols)
{
    struct pane_stream *p = (struct pane_stream *)view;
    pane_stream_detail_make(p, pane_stream_current(p));
    p->detail_rows = 0;
    if (rows >= STREAM_DETAIL_FROM && p->shown_count)
        p->detail_rows = rows / 3; /* always as many, so that nothing jumps */
    p->narrow = cols < STREAM_NARROW;
    p->state_rows = p->states.len && rows - p->detail_rows > 3;
    p->columns[STREAM_TIME].hidden = cols < STREAM_TIME_FROM;
    p->columns[STREAM_TABLE].hidden = p->tail.table_count < 2 && !p->all;
    p->grid.flags = view->app->gutter ? GRID_GUTTER : 0;
    p->grid.focused = view->focused;
    p->grid.search = STR_NONE;
    p->grid.empty = nothing_here(p);
    grid_arrange(&p->grid, rows - p->detail_rows - p->state_rows, cols);
    bool pinned = !p->live && p->grid.top >= 0 && (size_t)p->grid.top < p->shown_count;
    p->tail.pin = pinned ? p->shown[p->grid.top] : INT64_MAX;
}

static void stream_draw(const struct view *view, const struct canvas *c)
{
    const struct pane_stream *p = (const struct pane_stream *)view;
    int grid_rows = c->rows - p->detail_rows - p->state_rows;
    struct canvas top = canvas_sub(c, 0, 0, grid_rows, c->cols);
    struct canvas below = canvas_sub(c, c->rows - p->detail_rows, 0, p->detail_rows, c->cols);
    grid_draw(&p->grid, &top);
    if (p->state_rows)
        canvas_text(c, grid_rows, 1, c->cols - 2, buf_str(&p->states), ROLE_STATUS_WARNING, 0);
    if (p->detail_rows)
        pane_stream_detail_draw(p, &below);
}

/* Whoever moves up wants to read; at the end one is live again. */
static bool stream_action(struct view *view, enum action action)
{
    struct pane_stream *p = (struct pane_stream *)view;
    int64_t before = p->grid.cursor;
    if (!grid_handle(&p->grid, action))
        return false;
    if (p->grid.cursor < before)
        pane_stream_set_live(p, false);
    else if (action == ACTION_BOTTOM)
        pane_stream_set_live(p, true);
    return true;
}

static void stream_mouse(struct view *view, enum input_mouse_kind kind, int row, int col)
{
    struct pane_stream *p = (struct pane_stream *)view;
    int column;
    int64_t at = grid_row_at(&p->grid, row, col, &column);
    if (kind == INPUT_MOUSE_WHEEL_UP || kind == INPUT_MOUSE_WHEEL_DOWN) {
        stream_action(view, kind == INPUT_MOUSE_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
    } else if (at >= 0) {
        pane_stream_set_live(p, false);
        grid_go(&p->grid, at);
    }
}

static void stream_filter(struct view *view, struct str text)
{
    struct pane_stream *p = (struct pane_stream *)view;
    struct stream_filter made;
    struct err err = ERR_INIT;
    const struct tail_record *at = pane_stream_current(p);
    int64_t number = at ? at->number : -1;
    if (!stream_filter_parse(&made, text, clock_now_ms(view->app->options.clock), &err)) {
        app_fail(view->app, &err); /* what was shown stays */
        return;
    }
    stream_filter_fini(&p->filter);
    p->filter = made;
    buf_clear(&p->filter_text);
    buf_add(&p->filter_text, str_trim(text));
    p->shown_count = 0;
    for (size_t i = 0; i < p->tail.count; i++)
        show_record(p, tail_at(&p->tail, i));
    int64_t row = 0;
    while ((size_t)row + 1 < p->shown_count && p->shown[row] < number)
        row++;
    grid_go(&p->grid, row);
    if (p->live)
        pane_stream_set_live(p, true);
}

static bool stream_back(struct view *view)
{
    struct pane_stream *p = (struct pane_stream *)view;
    if (!p->filter_text.len)
        return false;
    stream_filter(view, STR_NONE);
    return true;
}

static void stream_refresh(struct view *view)
{
    tail_check(&((struct pane_stream *)view)->tail);
}

static void stream_written(struct view *view)
{
    tail_poll(&((struct pane_stream *)view)->tail);
}

static void stream_listed(struct view *view)
{
    struct pane_stream *p = (struct pane_stream *)view;
    if (p->all)
        pane_stream_join_all(p, true);
}

/* What comes by itself is nothing that runs, unless it hangs. */
static bool stream_cancel(struct view *view)
{
    struct pane_stream *p = (struct pane_stream *)view;
    bool running =
        p->tail.task && clock_tick_ns() - p->tail.asked_ns > STREAM_TICK_MS * INT64_C(1000000);
    if (running)
        task_cancel(p->tail.task);
    return running;
}

static void stream_free(struct view *view)
{
    struct pane_stream *p = (struct pane_stream *)view;
    if (p->timer)
        loop_forget(view->app->loop, p->timer);
    tail_fini(&p->tail);
    stream_filter_fini(&p->filter);
    free(p->shown);
    buf_fini(&p->filter_text);
    buf_fini(&p->cell);
    buf_fini(&p->from_text);
    buf_fini(&p->states);
    buf_fini(&p->detail);
    free(p);
}

static const struct view_ops stream_ops = {
    .context = "stream",
    .commands = pane_stream_commands,
    .title = pane_stream_title,
    .facts = pane_stream_facts,
    .arrange = stream_arrange,
    .draw = stream_draw,
    .action = stream_action,
    .mouse = stream_mouse,
    .filter = stream_filter,
    .filter_note = "text, modify, path:a.b, after:5m, {…}",
    .back = stream_back,
    .refresh = stream_refresh,
    .written = stream_written,
    .listed = stream_listed,
    .cancel = stream_cancel,
    .free = stream_free,
};

static void begin(struct pane_stream *p, enum follow_start start, int64_t time_ms)
{
    struct app *app = p->view.app;
    tail_init(&p->tail, app->worker, app->options.clock, start, time_ms, p, changed);
    p->shown_count = 0;
    p->seen_held = 0;
    p->detail_number = -2;
    p->live = true;
    p->begun = false;
}

void pane_stream_restart(
    struct pane_stream *p, enum follow_start start, int64_t time_ms, struct str words)
{
    struct tail old = p->tail;
    buf_clear(&p->from_text);
    buf_add(&p->from_text, words);
    p->from = buf_str(&p->from_text);
    begin(p, start, time_ms);
    for (size_t i = 0; i < old.table_count; i++)
        tail_add(&p->tail, &old.tables[i]->table, false);
    tail_fini(&old);
    pane_stream_states(p);
    p->view.app->dirty = true;
}

struct pane_stream *pane_stream_new(struct app *app)
{
    struct pane_stream *p = mem_new(struct pane_stream);
    p->view = (struct view){.ops = &stream_ops, .app = app};
    p->from = STR("now on");
    struct grid_source source = {.data = p, .rows = stream_rows, .cell = stream_cell};
    grid_init(&p->grid, &source);
    set_columns(p);
    begin(p, FOLLOW_LATEST, clock_now_ms(app->options.clock));
    return p;
}
