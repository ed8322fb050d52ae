/* SPDX-License-Identifier: MIT */
#ifndef TUI_GRID_H
#define TUI_GRID_H

#include "base/buf.h"
#include "tui/action.h"
#include "tui/canvas.h"

/*
 * A table of any size: asks its source for the cells that are visible and for no others, so time
 * and memory do not depend on the number of rows.
 *
 *   header        customerId  orderId    amount  status        ← frozen columns stay, the rest
 * scrolls rows        > C101        O5001      199.00  PENDING gutter ─────^
 *
 * The order of calls: grid_handle() any number of times, then once before painting grid_arrange()
 * with the size, then grid_draw(), which changes nothing.
 *
 * Rows are numbers 0 .. rows() - 1 of what the source holds now. A source that loads pages grows;
 * one that drops or prepends rows tells by grid_rows_moved(). After grid_arrange() the view looks
 * at grid_wanted() and fetches more if the rows it has end before that.
 */
struct grid_cell {
    struct str text; /* borrowed until the next call of cell(); empty = nothing there */
    enum role role;
    unsigned char flags; /* CANVAS_RIGHT for numbers, or 0 */
    /* Explains the text; shown behind it where no other column wants the room. Borrowed too. */
    struct str note;
    enum role note_role;
};

enum grid_row_flag {
    GRID_ROW_MARKED = 1,
    GRID_ROW_DIM = 2,
    GRID_ROW_ADDED = 4,
    GRID_ROW_CHANGED = 8,
    GRID_ROW_REMOVED = 16
};

struct grid_source {
    void *data;
    /* How many rows there are to go to now. */
    int64_t (*rows)(void *data);
    /* `columns` numbers the grid's columns array. `room` is how many columns will be looked at: a
     * longer text need not be rendered further. The cell is zeroed before the call. */
    void (*cell)(void *data, int64_t row, int column, int room, struct grid_cell *cell);
    /* enum grid_row_flag bits of a row; may be NULL */
    unsigned (*row_flags)(void *data, int64_t row);
};

struct grid_column {
    struct str name;     /* borrowed */
    enum role header;    /* ROLE_HEADER, ROLE_HEADER_KEY; 0 counts as ROLE_HEADER */
    unsigned char flags; /* CANVAS_RIGHT aligns the header */
    bool frozen, hidden;
    bool noted_always;  /* its notes count as much as its texts */
    signed char sorted; /* +1 ascending, -1 descending: an arrow in the header */
    int min, max;       /* bounds of the automatic width; 0 = GRID_WIDTH_MIN / GRID_WIDTH_MAX */
    int width;          /* set by the user; 0 = automatic */
    /* kept by the grid, 0 at first: the widest text and note so far, and the rows looked at */
    int seen, noted;
    int64_t fitted_from, fitted_to;
};

enum {
    GRID_WIDTH_MIN = 3,
    GRID_WIDTH_MAX = 32,
    GRID_WIDTH_USER = 4096, /* the widest that a user may make a column */
    GRID_GAP = 2,
    GRID_GUTTER_WIDTH = 1,
    GRID_FIND_ROOM = 4096, /* columns of a cell that a search looks at */
    GRID_VISIBLE_MAX = 256
};

enum grid_flag {
    GRID_GUTTER = 1, /* mark the cursor's row in the gutter instead of a bar: half the bytes */
    GRID_PLAIN = 2,  /* no colours by type: fewer bytes on slow lines */
    GRID_NO_HEADER = 4,
    GRID_JUMP = 8, /* at the edge scroll by half a page: for panes that share their rows */
    GRID_NO_CURSOR = 16,
    GRID_ASCII = 32, /* the screen is: some of our signs take more columns there */
};

/* Where a column is shown; made by grid_arrange(). */
struct grid_slot {
    int column, col, width;
    int note; /* columns behind the width for notes, with the blank before them */
};

struct grid {
    struct grid_source source;
    struct grid_column *columns; /* borrowed, the grid changes seen, width, hidden, frozen */
    int column_count;
    unsigned flags;
    bool focused;
    struct str search; /* highlighted where it occurs; borrowed, empty = none */
    struct str empty;  /* shown where there are no rows, e.g. "no items"; borrowed */

    int64_t cursor, top; /* rows */
    int column;          /* the cursor's column, index into columns */
    int left;            /* first scrolled column shown, counted among visible unfrozen ones */

    /* made by grid_arrange() */
    struct grid_slot slots[GRID_VISIBLE_MAX];
    int slot_count;
    bool more_left, more_right, header;
    int rows, cols; /* size of the body */
};

void grid_init(struct grid *grid, const struct grid_source *source);
/* Replaces the columns (found from the data); the cursor stays in its column number if it can. */
void grid_columns_set(struct grid *grid, struct grid_column *columns, int count);
bool grid_handle(struct grid *grid, enum action action);
/* Moves the cursor to a row (brought into bounds). */
void grid_go(struct grid *grid, int64_t row);
void grid_go_column(struct grid *grid, int column);
/* The source has inserted (n > 0) rows before row `at` or removed (n < 0) -n rows from `at` on:
 * cursor and top stay with the rows they were on. */
void grid_rows_moved(struct grid *grid, int64_t at, int64_t n);
/* Forget the widths seen (another table, another index). */
void grid_refit(struct grid *grid);
/* Everything that depends on the size: scrolling, widths, which columns are shown. rows x cols is
 * the whole area, header included. */
void grid_arrange(struct grid *grid, int rows, int cols);
void grid_draw(const struct grid *grid, const struct canvas *c);
/* The first row that paging on will show: have rows up to here for a smooth journey. */
int64_t grid_wanted(const struct grid *grid);
/* Row at a place in the area (the mouse), or -1; *column gets the column or -1. */
int64_t grid_row_at(const struct grid *grid, int row, int col, int *column);
/* The next row after (step 1) or before (step -1) the cursor, in which a shown column contains
 * `needle`, looking at `limit` rows at most; -1 where there is none. Wraps at the ends. */
int64_t grid_find(const struct grid *grid, struct str needle, int step, int64_t limit);
/* "12/1.2M" */
void grid_position(const struct grid *grid, struct buf *out);

#endif
