/* SPDX-License-Identifier: MIT */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include "tui/canvas.h"

/*
 * Which pane goes where. A tree of splits, written down as constants by the view; panes are
 * numbers. Where a terminal is too small for the minimum sizes only the focused pane is shown;
 * under LAYOUT_MIN_ROWS x LAYOUT_MIN_COLS there is only a notice.
 */
enum layout_kind {
    LAYOUT_PANE,
    LAYOUT_STACK, /* children one under the other */
    LAYOUT_BESIDE /* children side by side */
};
enum { LAYOUT_PANES_MAX = 16, LAYOUT_LINES_MAX = 16, LAYOUT_MIN_ROWS = 5, LAYOUT_MIN_COLS = 20 };

struct layout_node {
    enum layout_kind kind;
    int pane;   /* LAYOUT_PANE: 0 .. LAYOUT_PANES_MAX - 1 */
    int size;   /* rows or columns wanted in the parent; 0 = takes its share of the rest */
    int weight; /* share of the rest, 0 counts as 1 */
    int min_rows, min_cols; /* a pane's least useful size; 0 counts as 1 */
    bool hidden;
    bool joined; /* no hairline between this child and the one before */
    const struct layout_node *children;
    int count;
};

struct layout_rect {
    int row, col, rows, cols;
};

struct layout_line {
    bool vertical;
    int row, col, len;
};

struct layout {
    struct layout_rect panes[LAYOUT_PANES_MAX]; /* rows = 0 or cols = 0: not shown */
    struct layout_line lines[LAYOUT_LINES_MAX];
    int line_count;
    bool single; /* only the focused pane is shown */
    bool tiny;   /* nothing fits: draw the notice */
};

/* Places the panes of `root` into rows x cols. `focus` is the pane that is shown when not all fit,
 * or when `zoom` is set. Any size is fine, also 0. */
void layout_place(struct layout *layout, const struct layout_node *root, int rows, int cols,
    int focus, bool zoom);
/* The hairlines, or the notice that the terminal is too small. */
void layout_draw(const struct layout *layout, const struct canvas *c);
bool layout_shows(const struct layout *layout, int pane);
struct canvas layout_canvas(const struct layout *layout, const struct canvas *c, int pane);
/* The pane at a place (for the mouse), or -1. */
int layout_pane_at(const struct layout *layout, int row, int col);

#endif
