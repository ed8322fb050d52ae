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
#include "views/pane_stream.h"

#include "base/mem.h"
#include "views/browse.h"
#include "views/contexts.h"
#include "views/pane_stream_impl.h"
#include "views/words.h"

#include <stdlib.h>
#include <time.h>

enum {
    STREAM_DETAIL_FROM = 14,
    STREAM_NARROW = 60,
    STREAM_TIME_FROM = 44,
    STREAM_POLL_MS = 500,
    STREAM_SPARKS = 20
};

/* ---- rows ---- */

const struct tail_record *pane_stream_record(const struct pane_stream *p, int64_t row)
{
    const struct tail_record *oldest = tail_at(&p->tail, 0);
    if (!oldest || row < 0 || (size_t)row >= p->shown_count)
        return NULL;
    return tail_at(&p->tail, (size_t)(p->shown[row] - oldest->number));
}

const struct tail_record *pane_stream_current(const struct pane_stream *p)
{
    return pane_stream_record(p, p->grid.cursor);
}

static void show_record(struct pane_stream *p, const struct tail_record *record)
{
    if (!stream_filter_matches(&p->filter, record))
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

static void tick(void *data);

static void arm(struct pane_stream *p)
{
    struct app *app = p->view.app;
    bool remote = backend_is_remote(worker_backend(app->worker));
    if (!app->loop || p->timer || p->tail.ended || (!remote && tail_rate(&p->tail) == 0))
        return;
    p->timer = loop_after(app->loop, STREAM_POLL_MS, tick, p);
}

/* A remote stream has to be asked; rates fade while nothing comes. */
static void tick(void *data)
{
    struct pane_stream *p = data;
    p->timer = 0;
    p->view.app->dirty = true;
    if (backend_is_remote(worker_backend(p->view.app->worker)))
        tail_poll(&p->tail);
    arm(p);
}

static void changed(void *context, size_t dropped, size_t added)
{
    struct pane_stream *p = context;
    (void)dropped;
    hide_dropped(p);
    for (size_t i = p->tail.count - added; i < p->tail.count; i++)
        show_record(p, tail_at(&p->tail, i));
    if (p->live)
        pane_stream_set_live(p, true);
    if (added || p->tail.err.code != ERR_NONE || p->tail.ended)
        p->view.app->dirty = true;
    if (p->tail.err.code != ERR_NONE && p->tail.err.code != ERR_CANCELLED)
        app_fail(p->view.app, &p->tail.err);
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
        [STREAM_EVENT] = STR("event"),
        [STREAM_KEY] = STR("key"),
        [STREAM_CHANGE] = STR("change")};
    for (int i = 0; i < STREAM_COLUMNS; i++)
        p->columns[i] = (struct grid_column){.name = names[i],
            .header = i == STREAM_KEY ? ROLE_HEADER_KEY : ROLE_HEADER,
            .max = i == STREAM_CHANGE ? GRID_WIDTH_USER : 0};
    grid_columns_set(&p->grid, p->columns, STREAM_COLUMNS);
}

/* ---- title and figures ---- */

/* Eight heights from nothing to the highest of them. */
static void add_sparks(struct pane_stream *p, struct buf *out)
{
    static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    uint32_t counts[STREAM_SPARKS], most = 0;
    tail_rates(&p->tail, counts, STREAM_SPARKS);
    for (size_t i = 0; i < STREAM_SPARKS; i++)
        most = counts[i] > most ? counts[i] : most;
    for (size_t i = 0; i < STREAM_SPARKS && most; i++)
        buf_add(out, str_from(bars[(uint64_t)counts[i] * 7 / most]));
}

static void add_state(struct pane_stream *p, struct buf *out)
{
    double rate = tail_rate(&p->tail);
    if (p->tail.ended) {
        buf_add(out, STR("ended"));
    } else if (!p->live) {
        buf_add(out, STR("HELD"));
        if (p->tail.seen > p->seen_held) {
            buf_add(out, STR(" · "));
            words_count(out, (int64_t)(p->tail.seen - p->seen_held));
            buf_add(out, STR(" new"));
        }
    } else {
        buf_add(out, STR("● LIVE"));
    }
    if (rate > 0)
        buf_printf(out, rate < 10 ? " %.1f/s" : " %.0f/s", rate);
}

static void stream_title(struct view *view, struct buf *left, struct buf *right)
{
    struct pane_stream *p = (struct pane_stream *)view;
    buf_printf(left, "%.*s ▸ stream", STR_ARG(p->tail.table.name));
    if (p->filter_text.len)
        buf_printf(left, "  /%.*s", STR_ARG(buf_str(&p->filter_text)));
    add_state(p, right);
    if (view->app->layout.single && view->app->frame.cols < STREAM_NARROW)
        return;
    buf_add(right, STR(" · "));
    words_count(right, (int64_t)p->tail.seen);
    buf_printf(right, " from %.*s", STR_ARG(p->from));
    if (p->tail.dropped) {
        buf_add(right, STR(" · "));
        words_count_short(right, (int64_t)p->tail.dropped);
        buf_add(right, STR(" dropped"));
    }
    if (p->tail.gaps)
        buf_add(right, STR(" · some had left the stream"));
    if (tail_rate(&p->tail) > 0) {
        buf_add_byte(right, ' ');
        add_sparks(p, right);
    }
}

static void stream_facts(struct view *view, struct buf *out)
{
    struct pane_stream *p = (struct pane_stream *)view;
    const struct tail_record *record = pane_stream_current(p);
    buf_printf(out, "%.*s", STR_ARG(p->tail.table.stream_view));
    if (p->filter_text.len) {
        buf_add(out, STR(" · "));
        words_count(out, (int64_t)p->shown_count);
        buf_add(out, STR(" of "));
        words_count(out, (int64_t)p->tail.count);
        buf_add(out, STR(" shown"));
    }
    if (!record)
        return;
    buf_add(out, STR(" · "));
    words_utc(out, record->time_ms);
    buf_add(out, STR(", "));
    words_distance(out, record->time_ms, clock_now_ms(view->app->options.clock));
    buf_add(out, STR(" · record of "));
    words_bytes(out, (int64_t)record->json.len);
}

/* ---- the view ---- */

static void stream_arrange(struct view *view, int rows, int cols)
{
    struct pane_stream *p = (struct pane_stream *)view;
    pane_stream_detail_make(p, pane_stream_current(p));
    p->detail_rows = 0;
    if (rows >= STREAM_DETAIL_FROM && p->shown_count)
        p->detail_rows = rows / 3; /* always as many, so that nothing jumps */
    p->narrow = cols < STREAM_NARROW;
    p->columns[STREAM_TIME].hidden = cols < STREAM_TIME_FROM;
    p->grid.flags = view->app->gutter ? GRID_GUTTER : 0;
    p->grid.focused = view->focused;
    p->grid.search = STR_NONE;
    p->grid.empty = p->tail.ended        ? STR("the stream has ended: nothing is in it any more")
                    : p->filter_text.len ? STR("no record matches")
                                         : STR("waiting for changes");
    grid_arrange(&p->grid, rows - p->detail_rows, cols);
}

static void stream_draw(const struct view *view, const struct canvas *c)
{
    const struct pane_stream *p = (const struct pane_stream *)view;
    struct canvas top = canvas_sub(c, 0, 0, c->rows - p->detail_rows, c->cols);
    struct canvas below = canvas_sub(c, c->rows - p->detail_rows, 0, p->detail_rows, c->cols);
    grid_draw(&p->grid, &top);
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
    tail_poll(&((struct pane_stream *)view)->tail);
}

static bool stream_cancel(struct view *view)
{
    struct pane_stream *p = (struct pane_stream *)view;
    bool running = p->tail.task != NULL;
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
    buf_fini(&p->detail);
    free(p);
}

static const struct view_ops stream_ops = {
    .context = "stream",
    .commands = pane_stream_commands,
    .title = stream_title,
    .facts = stream_facts,
    .arrange = stream_arrange,
    .draw = stream_draw,
    .action = stream_action,
    .mouse = stream_mouse,
    .filter = stream_filter,
    .back = stream_back,
    .refresh = stream_refresh,
    .cancel = stream_cancel,
    .free = stream_free,
};

void pane_stream_restart(
    struct pane_stream *p, enum follow_start start, int64_t time_ms, struct str words)
{
    struct arena arena = {0};
    struct client_table table;
    struct app *app = p->view.app;
    buf_clear(&p->from_text);
    buf_add(&p->from_text, words);
    p->from = buf_str(&p->from_text);
    browse_copy_table(&arena, &p->tail.table, &table);
    tail_fini(&p->tail);
    p->shown_count = 0;
    p->detail_number = -2;
    p->live = true;
    tail_init(&p->tail, app->worker, app->options.clock, &table, start, time_ms, p, changed);
    arena_fini(&arena);
}

static struct view *pane_new(struct app *app, const struct client_table *table)
{
    struct pane_stream *p = mem_new(struct pane_stream);
    p->view = (struct view){.ops = &stream_ops, .app = app};
    p->live = true;
    p->from = STR("now on");
    p->detail_number = -2;
    struct grid_source source = {.data = p, .rows = stream_rows, .cell = stream_cell};
    grid_init(&p->grid, &source);
    set_columns(p);
    tail_init(&p->tail, app->worker, app->options.clock, table, FOLLOW_LATEST,
        clock_now_ms(app->options.clock), p, changed);
    return &p->view;
}

void pane_stream_open(struct app *app, const struct client_table *table)
{
    app_show_stream(app, pane_new(app, table));
}
