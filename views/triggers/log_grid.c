/* SPDX-License-Identifier: MIT */
/*
 * Lines of a log as rows. Must not know how they are read (trigger_log.h) nor what is done with
 * them (pane_log.c).
 */
#include "views/triggers/log_grid.h"

#include "base/mem.h"
#include "views/match.h"
#include "views/triggers/trigger_words.h"

#include <stdlib.h>

enum { MILLIS_FROM = 60, TIME_FROM = 30 };

/* ---- rows ---- */

const struct trigger_log_line *log_grid_line(const struct log_grid *g, int64_t row)
{
    bool there = row >= 0 && (size_t)row < g->shown_count;
    return there ? trigger_log_find(&g->log, g->shown[row]) : NULL;
}

const struct trigger_log_line *log_grid_current(const struct log_grid *g)
{
    return log_grid_line(g, g->grid.cursor);
}

static bool wants(const struct log_grid *g, const struct trigger_log_line *line)
{
    if (g->only[0] && strcmp(g->only, line->id) != 0)
        return false;
    return !g->filter.len || match_text(line->text, buf_str(&g->filter));
}

static void show(struct log_grid *g, const struct trigger_log_line *line)
{
    if (!wants(g, line))
        return;
    if (g->shown_count == g->shown_room) {
        g->shown_room = g->shown_room ? 2 * g->shown_room : 256;
        g->shown = mem_grow(g->shown, g->shown_room * sizeof *g->shown);
    }
    g->shown[g->shown_count++] = line->number;
}

static void hide_dropped(struct log_grid *g)
{
    int64_t oldest = g->log.count ? g->log.lines[0].number : g->log.next_number;
    size_t gone = 0;
    while (gone < g->shown_count && g->shown[gone] < oldest)
        gone++;
    if (!gone)
        return;
    g->shown_count -= gone;
    memmove(g->shown, g->shown + gone, g->shown_count * sizeof *g->shown);
    grid_rows_moved(&g->grid, 0, -(int64_t)gone);
}

void log_grid_set_live(struct log_grid *g, bool live)
{
    if (live)
        grid_go(&g->grid, (int64_t)g->shown_count - 1);
    else if (g->live)
        g->held = g->log.next_number;
    g->live = live;
    trigger_log_hold(&g->log, !live);
}

static void log_changed(void *context, size_t dropped, size_t added)
{
    struct log_grid *g = context;
    if (dropped)
        hide_dropped(g);
    for (size_t i = g->log.count - added; i < g->log.count; i++)
        show(g, &g->log.lines[i]);
    if (g->live)
        log_grid_set_live(g, true);
    g->changed(g->context);
}

void log_grid_filter(struct log_grid *g, struct str text, struct str only)
{
    const struct trigger_log_line *at = log_grid_current(g);
    int64_t number = at ? at->number : -1, row = 0;
    buf_clear(&g->filter);
    buf_add(&g->filter, str_trim(text));
    memset(g->only, 0, sizeof g->only);
    memcpy(g->only, only.at ? only.at : "", only.len < TRIGGER_LOG_ID ? only.len : TRIGGER_LOG_ID);
    g->shown_count = 0;
    for (size_t i = 0; i < g->log.count; i++)
        show(g, &g->log.lines[i]);
    while ((size_t)row + 1 < g->shown_count && g->shown[row] < number)
        row++;
    grid_go(&g->grid, row);
    if (g->live)
        log_grid_set_live(g, true);
}

/* ---- cells ---- */

static int64_t count_rows(void *data)
{
    return (int64_t)((struct log_grid *)data)->shown_count;
}

static enum role role_of(const struct trigger_log_line *line)
{
    if (line->bad)
        return ROLE_ERROR;
    return line->kind == TRIGGER_LOG_OWN ? ROLE_TEXT : ROLE_DIM;
}

/* What runtimes put in front of a line, time and request, is said by the row already. */
static struct str own_words(const struct trigger_log_line *line)
{
    struct str rest = line->text, time, id;
    bool cut = line->id[0] && str_cut(&rest, '\t', &time) && str_cut(&rest, '\t', &id) &&
               time.len == sizeof "2026-01-01T00:00:00.000Z" - 1 &&
               str_equal(id, str_from(line->id));
    return cut ? rest : line->text;
}

static void put_cell(void *data, int64_t row, int column, int room, struct grid_cell *cell)
{
    struct log_grid *g = data;
    const struct trigger_log_line *line = log_grid_line(g, row);
    (void)room;
    if (!line)
        return;
    buf_clear(&g->cell);
    cell->role = role_of(line);
    if (column == LOG_GRID_TIME) {
        trigger_words_clock(&g->cell, line->time_ms, g->grid.cols >= MILLIS_FROM);
        cell->role = ROLE_DIM;
    } else {
        struct str text = own_words(line);
        for (size_t i = 0; i < text.len; i++) /* what stands in columns stays apart */
            buf_add(&g->cell, text.at[i] == '\t' ? STR("  ") : str_take(str_skip(text, i), 1));
    }
    cell->text = buf_str(&g->cell);
}

/* ---- life ---- */

void log_grid_init(
    struct log_grid *g, struct worker *worker, void *context, void (*changed)(void *context))
{
    struct grid_source source = {.data = g, .rows = count_rows, .cell = put_cell};
    *g = (struct log_grid){.live = true, .context = context, .changed = changed};
    trigger_log_init(&g->log, worker, g, log_changed);
    grid_init(&g->grid, &source);
    g->columns[LOG_GRID_TIME] = (struct grid_column){.name = STR("time")};
    g->columns[LOG_GRID_TEXT] = (struct grid_column){.name = STR("line"), .max = GRID_WIDTH_USER};
    grid_columns_set(&g->grid, g->columns, LOG_GRID_COLUMNS);
}

void log_grid_fini(struct log_grid *g)
{
    trigger_log_fini(&g->log);
    free(g->shown);
    buf_fini(&g->filter);
    buf_fini(&g->cell);
}

void log_grid_of(struct log_grid *g, struct str function_folder)
{
    trigger_log_of(&g->log, function_folder);
}

void log_grid_arrange(struct log_grid *g, int rows, int cols)
{
    g->columns[LOG_GRID_TIME].hidden = cols < TIME_FROM;
    g->grid.search = STR_NONE;
    g->grid.empty = g->log.read ? g->filter.len || g->only[0] ? STR("no line matches")
                                                              : STR("nothing was logged yet")
                                : STR_NONE;
    grid_arrange(&g->grid, rows, cols);
}
