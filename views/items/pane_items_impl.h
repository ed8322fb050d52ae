/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_PANE_ITEMS_IMPL_H
#define VIEWS_ITEMS_PANE_ITEMS_IMPL_H

#include "tui/grid.h"
#include "views/epoch.h"
#include "views/items/columns.h"
#include "views/items/items_live.h"
#include "views/items/items_order.h"
#include "views/items/marking.h"
#include "views/items/pane_items.h"

/* A place to come back to, once the table is opened. */
struct items_arrival {
    bool on;
    struct buf table, key, start;
    int64_t segment, segments;
};

/* The items pane from inside: for pane_items.c (rows, cells, drawing) and items_commands.c. */
struct pane_items {
    struct view view;
    struct feed feed;
    struct columns columns;
    struct items_order order;
    struct grid grid;
    int rows;          /* of the last frame */
    int64_t owed;      /* rows that a movement could not go yet: they are still being read */
    uint64_t identity; /* of the item under the cursor */
    struct items_arrival arrival;
    uint64_t sought; /* the item where the cursor goes when the rows come; 0 = to the first */
    struct buf cell; /* text of the cell drawn last */
    struct buf note; /* and what explains it */
    enum epoch_dates dates;  /* of the notes that the widths are for */
    struct buf columns_text; /* columns of all tables, where no memory outlives the run */
    struct buf about;        /* a Query's condition, for the title */
    struct buf asked;        /* the line that it was asked with; empty = another way */
    int64_t cached_row;
    uint64_t cached_version;
    struct value cached_item;
    struct items_live live;
    const struct items_mark *cached_mark;
    struct held *held; /* the window's rows by identity, as of held_version */
    size_t held_count;
    uint64_t held_version;
    int reread_timer;
    bool agreed; /* that this may read a large table through */
    struct marking marking;
    struct marked_run *run; /* marked items are worked on; or NULL */
    bool ended_late;        /* when the explorer was being left */
    struct buf undo_file;   /* of the last run that has one, … */
    struct buf undone;      /* … "deleted 3,000 items of Orders" … */
    struct buf undo_table;
    int64_t undo_ms;   /* … when it ended */
    struct buf report; /* what went wrong the last time; or empty */
};

/* The view's title(). */
void pane_items_title(struct view *view, struct buf *left, struct buf *right);
/* Opens the reading at the place that is to be come back to; false where there is none, or only the
 * item to look for. */
bool items_arrive(struct pane_items *p, struct browse *browse, size_t view_rows);
void items_arrival_fini(struct items_arrival *arrival);
/* What a query's run has read and consumed so far; nothing where all is shown. */
void pane_items_reads(const struct pane_items *p, struct buf *out);
/* Takes the arrows off the columns' headers. */
void pane_items_unsort(struct pane_items *p);
/* The part of the pane that follows the stream: pane_items_live.c. */
void pane_items_live_init(struct pane_items *p);
void pane_items_live_fini(struct pane_items *p);
unsigned pane_items_live_flags(void *data, int64_t row);
/* The item as it is shown: its newest version. */
struct value pane_items_live_item(const struct pane_items *p, struct value item);
/* The look of a cell of the row that is cached. */
void pane_items_live_cell(
    const struct pane_items *p, struct str column, struct value v, struct grid_cell *cell);
/* Marks: pane_items_marks.c. */
unsigned pane_items_marks_flags(struct pane_items *p, int64_t row);
/* The cursor, or rows, moved: after the grid knows. */
void pane_items_marks_follow(struct pane_items *p);
void pane_items_marks_moved(struct pane_items *p, enum feed_event event, int64_t moved);
/* Before something else is browsed. */
void pane_items_marks_browse(struct pane_items *p, const struct browse *browse);
void pane_items_marks_keep_range(struct pane_items *p);
/* Whether a range keeps the cursor among the rows that are loaded; says so. */
bool pane_items_marks_stay(struct pane_items *p);
/* Drops the range, or (`whole`) the marks too; false where there is nothing to drop. */
bool pane_items_marks_back(struct pane_items *p, bool whole);
void pane_items_marks_title(struct pane_items *p, bool brief, struct buf *out);
/* "37 marked items", "all items of this Scan, about 1,204,113" */
void pane_items_marks_words(struct pane_items *p, struct buf *out);
/* How many are marked; -1 = nobody knows. */
int64_t pane_items_marks_count(const struct pane_items *p);
void pane_items_run_mark(struct app *app, struct view *view, struct str args);
void pane_items_run_range(struct app *app, struct view *view, struct str args);
void pane_items_run_mark_shown(struct app *app, struct view *view, struct str args);
void pane_items_run_mark_all(struct app *app, struct view *view, struct str args);
bool pane_items_may_mark_all(struct app *app, struct view *view, struct buf *why);
void pane_items_run_unmark(struct app *app, struct view *view, struct str args);
void pane_items_run_remark(struct app *app, struct view *view, struct str args);
bool pane_items_has_dropped(struct app *app, struct view *view, struct buf *why);
bool pane_items_has_marks(struct app *app, struct view *view, struct buf *why);
/* items_columns.c: columns of the items that came; as they were left the last time, sorted as they
 * were; kept where the user changed them; "+480 more attributes"; what changes them. */
void items_columns_see(struct pane_items *p);
void items_columns_open(struct pane_items *p, const struct browse *browse);
void items_columns_sort(struct pane_items *p);
void items_columns_keep(struct pane_items *p);
void items_columns_facts(const struct pane_items *p, struct buf *out);
bool items_columns_action(enum action action);
void items_run_columns(struct app *app, struct view *view, struct str args);
bool items_complete_columns(struct app *app, struct view *view, int nth, struct buf *out);
void items_run_column_left(struct app *app, struct view *view, struct str args);
void items_run_column_right(struct app *app, struct view *view, struct str args);
void items_run_view_value(struct app *app, struct view *view, struct str args);
/* What is done to the marked: items_marked.c. */
bool items_marked_cancel(struct pane_items *p);
void items_marked_fini(struct pane_items *p);
void items_run_marked(struct app *app, struct view *view, struct str args);
void items_run_delete_marked(struct app *app, struct view *view, struct str args);
void items_run_update_marked(struct app *app, struct view *view, struct str args);
void items_run_export_marked(struct app *app, struct view *view, struct str args);
void items_run_copy_marked(struct app *app, struct view *view, struct str args);
void items_run_undo_file(struct app *app, struct view *view, struct str args);
void items_run_marked_report(struct app *app, struct view *view, struct str args);
bool items_has_report(struct app *app, struct view *view, struct buf *why);
/* Whether what reads a table through may begin; false where it asks first: `command` is run again
 * after a yes. */
bool pane_items_may_read_on(struct pane_items *p, const char *command);
/* To the first row, and to stay with the item that is there. */
void pane_items_go_top(struct pane_items *p);

#endif
