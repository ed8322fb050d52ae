/* SPDX-License-Identifier: MIT */
/*
 * Finds what a terminal must be told. Knows cells only. A scroll is found by comparing rows, so no
 * widget has to announce it:
 *
 *   shown  A B C D E        next  A C D F E      between the equal ends, up by 1 keeps C and D
 */
#include "tui/damage.h"
#include "base/mem.h"
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

/* A row as one number, so that rows can be compared in any combination. */
static uint64_t hash_row(const struct frame *frame, int row)
{
    const struct canvas_cell *cells = row_of(frame, row);
    uint64_t hash = 0;
    for (int col = 0; col < frame->cols; col++) {
        uint64_t words[sizeof *cells / sizeof hash];
        memcpy(words, &cells[col], sizeof words);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            hash = (hash ^ words[i]) * 0x9E3779B97F4A7C15u + (hash >> 29);
    }
    return hash;
}

struct rows {
    const struct frame *shown, *next;
    int top, bottom;
    uint64_t *shown_hash, *next_hash; /* NULL: compare the rows themselves */
};

static bool same(const struct rows *r, int row, int other)
{
    if (r->next_hash)
        return r->next_hash[row] == r->shown_hash[other];
    return damage_same_row(r->next, row, r->shown, other);
}

/* How many rows would be as shown already after moving up by `by`. */
static int rows_kept(const struct rows *r, int by)
{
    int kept = 0;
    for (int row = r->top; row < r->bottom; row++)
        if (row + by >= r->top && row + by < r->bottom)
            kept += same(r, row, row + by);
    return kept;
}

static void try_move(const struct rows *r, int by, struct damage_scroll *scroll, int *best)
{
    int kept = rows_kept(r, by);
    if (kept <= *best)
        return;
    *best = kept;
    scroll->by = by;
}

static void try_all_moves(struct rows *r, struct damage_scroll *scroll, int *best)
{
    uint64_t *hashes = mem_alloc(2 * (size_t)r->next->rows * sizeof *hashes);
    r->next_hash = hashes;
    r->shown_hash = hashes + r->next->rows;
    for (int row = r->top; row < r->bottom; row++) {
        r->next_hash[row] = hash_row(r->next, row);
        r->shown_hash[row] = hash_row(r->shown, row);
    }
    for (int by = 2; by <= (r->bottom - r->top) / 2; by++) {
        try_move(r, by, scroll, best);
        try_move(r, -by, scroll, best);
    }
    free(hashes);
}

struct damage_scroll damage_find_scroll(const struct frame *shown, const struct frame *next)
{
    struct rows r = {.shown = shown, .next = next, .bottom = next->rows};
    int best = 0;
    while (r.top < r.bottom && damage_same_row(next, r.top, shown, r.top))
        r.top++;
    while (r.bottom > r.top && damage_same_row(next, r.bottom - 1, shown, r.bottom - 1))
        r.bottom--;
    struct damage_scroll scroll = {.top = r.top, .bottom = r.bottom};
    int height = r.bottom - r.top;
    if (height <= SCROLL_LEAST)
        return scroll;
    /* by far the most frequent moves; the others are only looked for where it is neither */
    try_move(&r, 1, &scroll, &best);
    try_move(&r, -1, &scroll, &best);
    if (best * 2 < height)
        try_all_moves(&r, &scroll, &best);
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
    while (
        right > left && right < next->cols && (new[right].columns == 0 || old[right].columns == 0))
        right++;
    *from = left;
    *to = right;
}
