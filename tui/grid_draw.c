/* SPDX-License-Identifier: MIT */
/* Draws a grid that grid_arrange() has prepared; changes nothing. */
#include "tui/grid.h"
#include "tui/text.h"

static enum role header_role(const struct grid *grid, const struct grid_column *column, int index)
{
    if (grid->focused && index == grid->column && !(grid->flags & GRID_NO_CURSOR))
        return ROLE_HEADER_CURSOR;
    return column->header == ROLE_TEXT ? ROLE_HEADER : column->header;
}

static void draw_name(const struct grid *grid, const struct canvas *c, const struct grid_slot *slot)
{
    const struct grid_column *column = &grid->columns[slot->column];
    enum role role = header_role(grid, column, slot->column);
    int width = column->sorted && slot->width > 2 ? slot->width - 2 : slot->width;
    int used = canvas_text(c, 0, slot->col, width, column->name, role, column->flags);
    if (column->flags & CANVAS_RIGHT)
        used = width;
    if (column->sorted && slot->width > 2)
        canvas_glyph(
            c, 0, slot->col + used + 1, column->sorted > 0 ? GLYPH_SORT_UP : GLYPH_UNFOLDED, role);
}

static void draw_header(const struct grid *grid, const struct canvas *c)
{
    canvas_fill(c, 0, 0, 1, grid->cols, ROLE_HEADER);
    for (int i = 0; i < grid->slot_count; i++)
        draw_name(grid, c, &grid->slots[i]);
    if (grid->more_left)
        canvas_text(c, 0, 0, 1, STR("<"), ROLE_HEADER, CANVAS_CUT);
    if (grid->more_right)
        canvas_text(c, 0, grid->cols - 1, 1, STR(">"), ROLE_HEADER, CANVAS_CUT);
}

/* What a row looks like as a whole. */
struct row_look {
    unsigned flags;
    bool bar;   /* under the cursor's bar: one role for all */
    bool plain; /* `role` in place of the cells' own */
    enum role role;
};

static struct row_look look_of(const struct grid *grid, int64_t row)
{
    struct row_look look = {.role = ROLE_TEXT};
    bool cursor = row == grid->cursor && !(grid->flags & GRID_NO_CURSOR);
    if (grid->source.row_flags)
        look.flags = grid->source.row_flags(grid->source.data, row);
    look.bar = cursor && !(grid->flags & GRID_GUTTER);
    look.plain = true;
    if (look.bar)
        look.role = grid->focused ? ROLE_CURSOR : ROLE_CURSOR_UNFOCUSED;
    else if (look.flags & GRID_ROW_MARKED)
        look.role = ROLE_MARK;
    else if (look.flags & (GRID_ROW_DIM | GRID_ROW_REMOVED))
        look.role = ROLE_DIM;
    else
        look.plain = grid->flags & GRID_PLAIN;
    return look;
}

static void draw_gutter(const struct grid *grid, const struct canvas *c, int y, int64_t row,
    const struct row_look *look)
{
    static const struct {
        unsigned flag;
        char sign[2];
        enum role role;
    } signs[] = {{GRID_ROW_MARKED, "*", ROLE_MARK}, {GRID_ROW_ADDED, "+", ROLE_ADDED},
        {GRID_ROW_CHANGED, "~", ROLE_CHANGED}, {GRID_ROW_REMOVED, "-", ROLE_REMOVED}};
    bool pointer =
        row == grid->cursor && grid->flags & GRID_GUTTER && !(grid->flags & GRID_NO_CURSOR);
    if (pointer && grid->focused) {
        /* where there is no colour either, a mark under the pointer is seen */
        struct str sign = look->flags & GRID_ROW_MARKED ? STR("#") : STR(">");
        canvas_text(c, y, 0, 1, sign, ROLE_CURSOR_GUTTER, CANVAS_CUT);
        return;
    }
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (look->flags & signs[i].flag) {
            enum role role = look->bar ? look->role : signs[i].role;
            canvas_text(c, y, 0, 1, str_from(signs[i].sign), role, CANVAS_CUT);
            return;
        }
    }
}

static void draw_cell(const struct grid *grid, const struct canvas *c, int y, int64_t row,
    const struct grid_slot *slot, const struct row_look *look)
{
    struct grid_cell cell = {0};
    grid->source.cell(grid->source.data, row, slot->column, slot->width, &cell);
    if (!cell.text.len)
        return;
    unsigned flags = cell.flags | (look->bar ? CANVAS_PLAIN : 0u);
    enum role role = look->plain ? look->role : cell.role;
    canvas_text(c, y, slot->col, slot->width, cell.text, role, flags);
    if (slot->note && cell.note.len)
        canvas_text(c, y, slot->col + slot->width + 1, slot->note - 1, cell.note,
            look->plain ? look->role : cell.note_role, flags & CANVAS_PLAIN);
    if (grid->search.len)
        canvas_match(c, y, slot->col, slot->width, cell.text, flags, grid->search, ROLE_MATCH);
}

static void draw_row(const struct grid *grid, const struct canvas *c, int y, int64_t row)
{
    struct row_look look = look_of(grid, row);
    if (look.bar)
        canvas_fill(c, y, 0, 1, grid->cols, look.role);
    for (int i = 0; i < grid->slot_count; i++)
        draw_cell(grid, c, y, row, &grid->slots[i], &look);
    draw_gutter(grid, c, y, row, &look);
}

void grid_draw(const struct grid *grid, const struct canvas *c)
{
    int64_t rows = grid->source.rows(grid->source.data);
    if (grid->header)
        draw_header(grid, c);
    if (rows <= 0 && grid->empty.len)
        canvas_text(c, grid->header, GRID_GUTTER_WIDTH, grid->cols - GRID_GUTTER_WIDTH, grid->empty,
            ROLE_DIM, 0);
    for (int y = 0; y < grid->rows && grid->top + y < rows; y++)
        draw_row(grid, c, grid->header + y, grid->top + y);
}
