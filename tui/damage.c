/* SPDX-License-Identifier: MIT */
/*
 * Finds what a terminal must be told. Knows cells only. A scroll is found by comparing rows, so no
 * widget has to announce it:
 *
 *   shown  A B C D E        next  A C D F E      between the equal ends, up by 1 keeps C and D
 */
#include "tui/damage.h"
#include <stdlib.h>

enum { SCROLL_LEAST = 3 /* rows kept; with fewer a scroll costs more than it saves */ };

static struct canvas_cell *row_of(const struct frame *frame, int row)
{
    return frame->cells + (size_t)row * (size_t)frame->cols;
}

bool damage_same_row(const struct frame *a, int row, const struct frame *b, int other)
{
    return memcmp(row_of(a, row), row_of(b, other), (size_t)a->cols * sizeof *a->cells) == 0;
}

static int rows_kept(
    const struct frame *shown, const struct frame *next, int top, int bottom, int by)
{
    int kept = 0;
    for (int row = top; row < bottom; row++)
        if (row + by >= top && row + by < bottom)
            kept += damage_same_row(next, row, shown, row + by);
    return kept;
}

struct damage_scroll damage_find_scroll(const struct frame *shown, const struct frame *next)
{
    struct damage_scroll scroll = {.bottom = next->rows};
    int best = 0;
    while (scroll.top < scroll.bottom && damage_same_row(next, scroll.top, shown, scroll.top))
        scroll.top++;
    while (scroll.bottom > scroll.top &&
           damage_same_row(next, scroll.bottom - 1, shown, scroll.bottom - 1))
        scroll.bottom--;
    int height = scroll.bottom - scroll.top;
    for (int by = 1; by <= height / 2 && height > SCROLL_LEAST; by++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            int kept = rows_kept(shown, next, scroll.top, scroll.bottom, by * sign);
            scroll.by = kept > best ? by * sign : scroll.by;
            best = kept > best ? kept : best;
        }
    }
    if (best < SCROLL_LEAST || best * 2 < height - abs(scroll.by))
        scroll.by = 0;
    return scroll;
}

void damage_apply_scroll(struct frame *shown, const struct damage_scroll *scroll)
{
    const struct canvas_cell blank = {.point = ' ', .columns = 1};
    int rows = abs(scroll->by), kept = scroll->bottom - scroll->top - rows;
    size_t cols = (size_t)shown->cols, moved = (size_t)rows * cols, left = (size_t)kept * cols;
    struct canvas_cell *start = row_of(shown, scroll->top);
    bool up = scroll->by > 0;
    memmove(up ? start : start + moved, up ? start + moved : start, left * sizeof *start);
    struct canvas_cell *freed = up ? start + left : start;
    for (size_t i = 0; i < moved; i++)
        freed[i] = blank;
}

static bool same_cell(const struct canvas_cell *a, const struct canvas_cell *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

void damage_find_span(
    const struct frame *shown, const struct frame *next, int row, int *from, int *to)
{
    const struct canvas_cell *new = row_of(next, row), *old = row_of(shown, row);
    int left = 0, right = next->cols;
    while (left < right && same_cell(&new[left], &old[left]))
        left++;
    while (right > left && same_cell(&new[right - 1], &old[right - 1]))
        right--;
    if (left == right)
        right = left = 0;
    while (left > 0 && (new[left].columns == 0 || old[left].columns == 0))
        left--;
    while (right > left && right < next->cols && (new[right].columns == 0 || old[right].columns == 0))
        right++;
    *from = left;
    *to = right;
}
