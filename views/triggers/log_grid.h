/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TRIGGERS_LOG_GRID_H
#define VIEWS_TRIGGERS_LOG_GRID_H

#include "tui/grid.h"
#include "views/triggers/trigger_log.h"

/*
 * A function's log as rows of a grid: those that contain a text, or are of one invocation; the
 * newest in sight, or held.
 */
enum log_grid_column { LOG_GRID_TIME, LOG_GRID_TEXT, LOG_GRID_COLUMNS };
struct log_grid {
    struct trigger_log log;
    struct grid grid;
    struct grid_column columns[LOG_GRID_COLUMNS];
    int64_t *shown; /* numbers of lines, in order */
    size_t shown_count, shown_room;
    struct buf filter;             /* text that lines must contain, without regard to case */
    char only[TRIGGER_LOG_ID + 1]; /* lines of this invocation alone; empty = all */
    bool live;
    int64_t held; /* log.next_number when it was left */
    struct buf cell;
    void *context;
    void (*changed)(void *context);
};

void log_grid_init(
    struct log_grid *g, struct worker *worker, void *context, void (*changed)(void *context));
void log_grid_fini(struct log_grid *g);
/* Another function's log; empty = none. */
void log_grid_of(struct log_grid *g, struct str function_folder);
void log_grid_filter(struct log_grid *g, struct str text, struct str only);
void log_grid_set_live(struct log_grid *g, bool live);
const struct trigger_log_line *log_grid_line(const struct log_grid *g, int64_t row);
const struct trigger_log_line *log_grid_current(const struct log_grid *g);
void log_grid_arrange(struct log_grid *g, int rows, int cols);

#endif
