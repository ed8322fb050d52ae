/* SPDX-License-Identifier: MIT */
#ifndef TUI_DAMAGE_H
#define TUI_DAMAGE_H

#include "tui/canvas.h"

/*
 * What differs between the frame that a terminal shows and the next one, both of the same size:
 * rows, parts of rows, and blocks of rows that only moved.
 */

/* A block of rows [top, bottom) that moved up by `by` rows (down: by < 0); by = 0: none did. */
struct damage_scroll {
    int top, bottom, by;
};

bool damage_same_row(const struct frame *a, int row, const struct frame *b, int other);
/* A move that saves most rows from being sent again. */
struct damage_scroll damage_find_scroll(const struct frame *shown, const struct frame *next);
/* Makes `shown` what a terminal shows after such a move: the rows that came free are blank. */
void damage_apply_scroll(struct frame *shown, const struct damage_scroll *scroll);
/* The columns [*from, *to) of a row that differ, widened to whole characters. */
void damage_find_span(
    const struct frame *shown, const struct frame *next, int row, int *from, int *to);

#endif
