/* SPDX-License-Identifier: MIT */
/*
 * What the live stream says of itself: whose it is, live or held, how much came and how fast, which
 * tables' records do not come. Must not know how rows look.
 */
#include "views/stream/pane_stream_impl.h"
#include "views/words.h"

enum { STREAM_TINY = 32, STREAM_SPARKS = 20 };

/* ---- the title ---- */

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

/* How many of the shown records bear this number or a later one. */
static size_t shown_since(const struct pane_stream *p, int64_t number)
{
    size_t low = 0, high = p->shown_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->shown[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return p->shown_count - low;
}

/* " · 12 new", " · 3 of 12 new" where a filter lets 3 through. */
static void add_held(const struct pane_stream *p, struct buf *out)
{
    if (p->tail.seen == p->seen_held)
        return;
    buf_add(out, STR(" · "));
    if (p->filter_text.len) {
        words_count(out, (int64_t)shown_since(p, (int64_t)p->seen_held));
        buf_add(out, STR(" of "));
    }
    words_count(out, (int64_t)(p->tail.seen - p->seen_held));
    buf_add(out, STR(" new"));
}

static void add_state(struct pane_stream *p, struct buf *out)
{
    double rate = tail_rate(&p->tail);
    if (!p->live) {
        buf_add(out, STR("HELD"));
        add_held(p, out);
    } else if (tail_ended(&p->tail) && !p->all) {
        buf_add(out, STR("ended"));
    } else {
        buf_add(out, tail_begun(&p->tail) ? STR("● LIVE") : STR("beginning"));
    }
    if (rate > 0)
        buf_printf(out, rate < 10 ? " %.1f/s" : " %.0f/s", rate);
}

/* "Orders ▸ stream", "Orders, Users ▸ stream", "5 tables ▸ stream", "all streams ▸ 7 tables" */
static void add_names(const struct pane_stream *p, struct buf *out)
{
    enum { NAMED = 2 };
    size_t count = p->tail.table_count;
    if (p->all)
        buf_add(out, STR("all streams ▸ "));
    if (p->all || count > NAMED)
        words_plural(out, (int64_t)count, "table");
    for (size_t i = 0; i < count && !p->all && count <= NAMED; i++)
        buf_printf(out, "%s%.*s", i ? ", " : "", STR_ARG(p->tail.tables[i]->table.name));
    if (!p->all)
        buf_add(out, STR(" ▸ stream"));
}

void pane_stream_title(struct view *view, struct buf *left, struct buf *right)
{
    struct pane_stream *p = (struct pane_stream *)view;
    if (!p->live && view->app->frame.cols < STREAM_TINY)
        buf_add(left, STR("HELD ")); /* there is no room for the right end */
    add_names(p, left);
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

/* ", came 12 s later": of what was written while one watched. Times are in seconds: less than two
 * say nothing. */
static void add_lag(const struct pane_stream *p, const struct tail_record *record, struct buf *out)
{
    int64_t seconds = (record->came_ms - record->time_ms) / 1000;
    if (record->time_ms >= p->tail.began_ms && seconds > 1 && seconds < 3600)
        buf_printf(out, ", came %d s later", (int)seconds);
}

void pane_stream_facts(struct view *view, struct buf *out)
{
    struct pane_stream *p = (struct pane_stream *)view;
    const struct tail_record *record = pane_stream_current(p);
    const struct tail_table *table = pane_stream_this(p);
    if (table && p->tail.table_count > 1)
        buf_printf(out, "%.*s ", STR_ARG(table->table.name));
    if (table)
        buf_add(out, table->table.stream_view);
    if (p->filter_text.len) {
        buf_add(out, table ? STR(" · ") : STR_NONE);
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
    add_lag(p, record, out);
    buf_add(out, STR(" · record of "));
    words_bytes(out, (int64_t)record->json.len);
}

/* ---- tables whose records do not come ---- */

/* "no stream: Readings, Sessions": nothing where no table is in this state. */
static void add_group(
    const struct pane_stream *p, enum tail_state state, const char *what, struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < p->tail.table_count; i++) {
        const struct tail_table *t = p->tail.tables[i];
        if (t->state != state)
            continue;
        if (!any && out->len)
            buf_add(out, STR(" · "));
        buf_printf(out, "%s%.*s", any ? ", " : what, STR_ARG(t->table.name));
        if (state == TAIL_FAILING)
            buf_printf(out, " (%s)", t->err.text);
        any = true;
    }
    if (any && state == TAIL_NO_STREAM)
        buf_add(out, STR(" (:stream-on turns one on)"));
}

void pane_stream_states(struct pane_stream *p)
{
    struct buf made = {0};
    add_group(p, TAIL_FAILING, "cannot be read now: ", &made);
    add_group(p, TAIL_GONE, "no such table: ", &made);
    add_group(p, TAIL_OFF, "turned off: ", &made);
    if (!p->all)
        add_group(p, TAIL_NO_STREAM, "no stream: ", &made);
    if (p->too_many)
        buf_printf(&made, "%sonly %d tables are followed", made.len ? " · " : "", TAIL_TABLES_MAX);
    if (!str_equal(buf_str(&made), buf_str(&p->states)))
        app_paint_soon(p->view.app);
    buf_fini(&p->states);
    p->states = made;
}
