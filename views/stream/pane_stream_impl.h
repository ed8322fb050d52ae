/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_STREAM_PANE_STREAM_IMPL_H
#define VIEWS_STREAM_PANE_STREAM_IMPL_H

#include "tui/grid.h"
#include "views/app.h"
#include "views/stream/pane_stream.h"
#include "views/stream/stream_filter.h"
#include "views/stream/tail.h"

/* What the pane's files say to each other: pane_stream.c shows, pane_stream_title.c says what is
 * shown, pane_stream_tables.c whose it is, pane_stream_commands.c does, pane_stream_save.c takes
 * away, pane_stream_detail.c says how one record differs. */

enum stream_column {
    STREAM_TIME,
    STREAM_TABLE, /* where there are several */
    STREAM_EVENT,
    STREAM_KEY,
    STREAM_CHANGE,
    STREAM_COLUMNS
};
enum { STREAM_DETAIL_LINES_MAX = 64, STREAM_NARROW = 60 };

struct stream_line {
    enum role role;
    size_t at, len; /* in detail */
    size_t arrow;   /* between both sides of a change, from `at` on; 0 = it is none */
};

struct pane_stream {
    struct view view;
    struct tail tail;
    struct grid grid;
    struct grid_column columns[STREAM_COLUMNS];
    int64_t *shown; /* numbers of the records that pass the filter, in order */
    size_t shown_count, shown_room;
    struct stream_filter filter;
    struct buf filter_text;
    bool narrow;
    bool all;             /* every table that has a stream, or gets one */
    bool live;            /* the newest record stays in sight */
    bool begun, too_many; /* all are looked at; more tables are named than can be followed */
    uint64_t seen_held;   /* tail.seen when it was left */
    struct str from;      /* words for where it began: a literal */
    struct buf cell, from_text;
    struct buf states; /* of tables whose records do not come: empty = all do */
    int state_rows;
    int64_t elapsed_ms, tick_ms; /* of ticks so far, and of the next one */
    struct buf detail;           /* of the record under the cursor */
    struct stream_line lines[STREAM_DETAIL_LINES_MAX];
    int line_count, detail_rows;
    int64_t detail_number; /* which record; -1 = none */
    bool detail_whole;     /* one version only: no signs */
    int timer;
};

const struct tail_record *pane_stream_record(const struct pane_stream *p, int64_t row);
const struct tail_record *pane_stream_current(const struct pane_stream *p);
/* The table of a record. */
const struct client_table *pane_stream_table(
    const struct pane_stream *p, const struct tail_record *record);
/* The only table, or that of the record under the cursor, or NULL. */
const struct tail_table *pane_stream_this(const struct pane_stream *p);
/* A pane of no table yet, from now on. */
struct pane_stream *pane_stream_new(struct app *app);
/* Tables that have a stream join; `fresh`: they have it since one watches. */
void pane_stream_join_all(struct pane_stream *p, bool fresh);
/* The view's title() and facts(). */
void pane_stream_title(struct view *view, struct buf *left, struct buf *right);
void pane_stream_facts(struct view *view, struct buf *out);
/* Makes p->states. */
void pane_stream_states(struct pane_stream *p);
/* Rows of pane_stream_save.c. */
void pane_stream_run_copy_key(struct app *app, struct view *view, struct str args);
void pane_stream_run_copy_record(struct app *app, struct view *view, struct str args);
void pane_stream_run_copy_shown(struct app *app, struct view *view, struct str args);
void pane_stream_run_save(struct app *app, struct view *view, struct str args);
void pane_stream_run_save_record(struct app *app, struct view *view, struct str args);
/* Names with blanks between, or "*". */
void pane_stream_open_tables(struct app *app, struct str names);
/* Follows again from the newest, or stays where it is. */
void pane_stream_set_live(struct pane_stream *p, bool live);
/* Begins again at another place of the stream. */
void pane_stream_restart(
    struct pane_stream *p, enum follow_start start, int64_t time_ms, struct str words);
/* What is asked before a change is taken back. */
struct str pane_stream_question(struct arena *arena, const struct tail_record *record);

/* Makes the lines that tell the difference in full. */
void pane_stream_detail_make(struct pane_stream *p, const struct tail_record *record);
void pane_stream_detail_draw(const struct pane_stream *p, const struct canvas *c);

#endif
