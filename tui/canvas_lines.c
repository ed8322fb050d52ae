/* SPDX-License-Identifier: MIT */
/*
 * Hairlines and boxes. Each line glyph has arms; a line that meets another adds its arm to it:
 *
 *     ─ + │ below = ┬        bits: 1 up, 2 down, 4 left, 8 right
 */
#include "tui/canvas.h"

enum { UP = 1, DOWN = 2, LEFT = 4, RIGHT = 8 };

static const unsigned char arms_of[GLYPH_COUNT] = {
    [GLYPH_HLINE] = LEFT | RIGHT,
    [GLYPH_VLINE] = UP | DOWN,
    [GLYPH_CORNER_TL] = DOWN | RIGHT,
    [GLYPH_CORNER_TR] = DOWN | LEFT,
    [GLYPH_CORNER_BL] = UP | RIGHT,
    [GLYPH_CORNER_BR] = UP | LEFT,
    [GLYPH_TEE_RIGHT] = UP | DOWN | RIGHT,
    [GLYPH_TEE_LEFT] = UP | DOWN | LEFT,
    [GLYPH_TEE_DOWN] = LEFT | RIGHT | DOWN,
    [GLYPH_TEE_UP] = LEFT | RIGHT | UP,
    [GLYPH_CROSS] = UP | DOWN | LEFT | RIGHT,
};

static unsigned arms_in_ascii(uint32_t point)
{
    switch (point) {
    case '-':
        return LEFT | RIGHT;
    case '|':
        return UP | DOWN;
    default:
        return point == '+' ? UP | DOWN | LEFT | RIGHT : 0;
    }
}

static struct canvas_cell *cell_at(const struct canvas *c, int row, int col)
{
    int y = c->row + row, x = c->col + col;
    if (y < c->clip_top || y >= c->clip_bottom || x < c->clip_left || x >= c->clip_right)
        return NULL;
    return &c->frame->cells[(size_t)y * (size_t)c->frame->cols + (size_t)x];
}

/* A line that was drawn there in the same role; text is never taken for one. */
static unsigned arms_at(const struct canvas *c, int row, int col, enum role role)
{
    const struct canvas_cell *cell = cell_at(c, row, col);
    if (!cell || cell->role != (uint16_t)role)
        return 0;
    if (c->frame->ascii)
        return arms_in_ascii(cell->point);
    for (int i = GLYPH_HLINE; i <= GLYPH_CROSS; i++)
        if (glyph_point((enum glyph)i) == cell->point)
            return arms_of[i];
    return 0;
}

static enum glyph glyph_with(unsigned arms)
{
    for (int i = GLYPH_HLINE; i <= GLYPH_CROSS; i++)
        if (arms_of[i] == arms)
            return (enum glyph)i;
    return arms & (LEFT | RIGHT) ? GLYPH_HLINE : GLYPH_VLINE;
}

static void add_arms(const struct canvas *c, int row, int col, unsigned arms, enum role role)
{
    if (cell_at(c, row, col))
        canvas_glyph(c, row, col, glyph_with(arms | arms_at(c, row, col, role)), role);
}

/* An arm towards a line that ends next to it; also across the edge of the canvas, so that a line
 * inside of a pane joins the one beside the pane. */
static void join(const struct canvas *c, int row, int col, unsigned arm, enum role role)
{
    struct canvas whole = frame_canvas(c->frame);
    int y = c->row + row, x = c->col + col;
    unsigned there = arms_at(&whole, y, x, role);
    if (there)
        canvas_glyph(&whole, y, x, glyph_with(there | arm), role);
}

void canvas_hline(const struct canvas *c, int row, int col, int cols, enum role role)
{
    for (int i = 0; i < cols; i++)
        add_arms(c, row, col + i, LEFT | RIGHT, role);
    if (cols > 0) {
        join(c, row, col - 1, RIGHT, role);
        join(c, row, col + cols, LEFT, role);
    }
}

void canvas_vline(const struct canvas *c, int row, int col, int rows, enum role role)
{
    for (int i = 0; i < rows; i++)
        add_arms(c, row + i, col, UP | DOWN, role);
    if (rows > 0) {
        join(c, row - 1, col, DOWN, role);
        join(c, row + rows, col, UP, role);
    }
}

static void draw_box(const struct canvas *box, enum role role)
{
    int bottom = box->rows - 1, right = box->cols - 1;
    canvas_hline(box, 0, 1, right - 1, role);
    canvas_hline(box, bottom, 1, right - 1, role);
    canvas_vline(box, 1, 0, bottom - 1, role);
    canvas_vline(box, 1, right, bottom - 1, role);
    canvas_glyph(box, 0, 0, GLYPH_CORNER_TL, role);
    canvas_glyph(box, 0, right, GLYPH_CORNER_TR, role);
    canvas_glyph(box, bottom, 0, GLYPH_CORNER_BL, role);
    canvas_glyph(box, bottom, right, GLYPH_CORNER_BR, role);
}

struct canvas canvas_dialog(
    const struct canvas *c, int rows, int cols, struct str title, enum role title_role)
{
    rows = rows > c->rows ? c->rows : rows;
    cols = cols > c->cols ? c->cols : cols;
    struct canvas box = canvas_sub(c, (c->rows - rows) / 2, (c->cols - cols) / 2, rows, cols);
    canvas_fill(&box, 0, 0, rows, cols, ROLE_DIALOG);
    if (rows < 3 || cols < 5) /* no room for a frame: the inside is all there is */
        return box;
    draw_box(&box, ROLE_DIALOG_BORDER);
    if (title.len) {
        int width = canvas_text(&box, 0, 2, cols - 4, title, title_role, 0);
        canvas_fill(&box, 0, 1, 1, 1, title_role);
        canvas_fill(&box, 0, 2 + width, 1, 1, title_role);
    }
    return canvas_sub(&box, 1, 2, rows - 2, cols - 4);
}
