/* SPDX-License-Identifier: MIT */
/*
 * The grid's state: cursor, scrolling, widths. Drawing is in grid_draw.c. Knows rows only by number
 * and asks for none that is not shown (but by grid_find()).
 *
 *   order of columns: the frozen ones, then the others; hidden ones nowhere
 */
#include "tui/grid.h"
#include "tui/text.h"

void grid_init(struct grid *grid, const struct grid_source *source)
{
    *grid = (struct grid){.source = *source, .focused = true, .rows = 1, .cols = 1};
}

void grid_refit(struct grid *grid)
{
    for (int i = 0; i < grid->column_count; i++) {
        grid->columns[i].seen = grid->columns[i].noted = 0;
        grid->columns[i].fitted_from = grid->columns[i].fitted_to = 0;
    }
}

void grid_columns_set(struct grid *grid, struct grid_column *columns, int count)
{
    grid->columns = columns;
    grid->column_count = count;
    grid->slot_count = 0;
    grid_go_column(grid, grid->column);
}

static int64_t rows_of(const struct grid *grid)
{
    int64_t rows = grid->source.rows(grid->source.data);
    return rows > 0 ? rows : 0;
}

static int64_t bounded(int64_t value, int64_t least, int64_t most)
{
    if (value > most)
        value = most;
    return value < least ? least : value;
}

/* ---- columns in their order ---- */

static int find_column(const struct grid *grid, int from, int step, bool frozen)
{
    for (int i = from; i >= 0 && i < grid->column_count; i += step)
        if (!grid->columns[i].hidden && grid->columns[i].frozen == frozen)
            return i;
    return -1;
}

static int edge_column(const struct grid *grid, int step)
{
    int start = step > 0 ? 0 : grid->column_count - 1;
    int column = find_column(grid, start, step, step > 0);
    return column >= 0 ? column : find_column(grid, start, step, step < 0);
}

/* The column beside one that is shown, or -1 at the edge. */
static int next_column(const struct grid *grid, int column, int step)
{
    bool frozen = grid->columns[column].frozen;
    int next = find_column(grid, column + step, step, frozen);
    if (next >= 0 || frozen == (step < 0))
        return next;
    return find_column(grid, step > 0 ? 0 : grid->column_count - 1, step, !frozen);
}

static bool column_is_there(const struct grid *grid)
{
    return grid->column >= 0 && grid->column < grid->column_count &&
           !grid->columns[grid->column].hidden;
}

void grid_go_column(struct grid *grid, int column)
{
    grid->column = column;
    if (!column_is_there(grid))
        grid->column = grid->column_count ? edge_column(grid, 1) : 0;
    if (grid->column < 0)
        grid->column = 0;
}

static void move_column(struct grid *grid, int step)
{
    int next = column_is_there(grid) ? next_column(grid, grid->column, step) : -1;
    if (next >= 0)
        grid->column = next;
}

/* How many unfrozen columns stand before one. */
static int ordinal_of(const struct grid *grid, int column)
{
    int ordinal = 0;
    for (int i = 0; i < column; i++)
        ordinal += !grid->columns[i].hidden && !grid->columns[i].frozen;
    return ordinal;
}

/* ---- rows ---- */

void grid_go(struct grid *grid, int64_t row)
{
    grid->cursor = bounded(row, 0, rows_of(grid) - 1);
}

static void move_by(struct grid *grid, int64_t rows, bool page)
{
    int64_t before = grid->cursor;
    grid_go(grid, grid->cursor + rows);
    if (page)
        grid->top = bounded(grid->top + rows, 0, rows_of(grid) - grid->rows);
    else if (before == grid->cursor && grid->cursor == 0)
        grid->top = 0;
}

static void scroll_by(struct grid *grid, int64_t rows)
{
    grid->top = bounded(grid->top + rows, 0, rows_of(grid) - grid->rows);
    grid_go(grid, bounded(grid->cursor, grid->top, grid->top + grid->rows - 1));
}

void grid_rows_moved(struct grid *grid, int64_t at, int64_t n)
{
    if (grid->cursor >= at)
        grid->cursor = bounded(grid->cursor + n, n < 0 ? at : 0, INT64_MAX);
    if (grid->top >= at)
        grid->top = bounded(grid->top + n, n < 0 ? at : 0, INT64_MAX);
    for (int i = 0; i < grid->column_count; i++)
        grid->columns[i].fitted_from = grid->columns[i].fitted_to = 0;
    grid_go(grid, grid->cursor);
}

int64_t grid_wanted(const struct grid *grid)
{
    return grid->top + 3 * (int64_t)grid->rows;
}

/* ---- actions ---- */

static bool handle_row(struct grid *grid, enum action action)
{
    int page = grid->rows > 1 ? grid->rows : 1, half = page > 1 ? page / 2 : 1;
    switch (action) {
    case ACTION_UP:
        return move_by(grid, -1, false), true;
    case ACTION_DOWN:
        return move_by(grid, 1, false), true;
    case ACTION_PAGE_UP:
        return move_by(grid, -page, true), true;
    case ACTION_PAGE_DOWN:
        return move_by(grid, page, true), true;
    case ACTION_HALF_UP:
        return move_by(grid, -half, true), true;
    case ACTION_HALF_DOWN:
        return move_by(grid, half, true), true;
    case ACTION_SCROLL_UP:
        return scroll_by(grid, -1), true;
    case ACTION_SCROLL_DOWN:
        return scroll_by(grid, 1), true;
    case ACTION_TOP:
        return grid_go(grid, 0), true;
    case ACTION_BOTTOM:
        return grid_go(grid, INT64_MAX), true;
    case ACTION_CENTER:
        grid->top = bounded(grid->cursor - grid->rows / 2, 0, INT64_MAX);
        return true;
    case ACTION_CURSOR_TOP:
        grid->top = bounded(grid->cursor, 0, INT64_MAX);
        return true;
    case ACTION_CURSOR_BOTTOM:
        grid->top = bounded(grid->cursor - grid->rows + 1, 0, INT64_MAX);
        return true;
    default:
        return false;
    }
}

static int width_now(const struct grid *grid, int column)
{
    for (int i = 0; i < grid->slot_count; i++)
        if (grid->slots[i].column == column)
            return grid->slots[i].width;
    return GRID_WIDTH_MIN;
}

static void hide_column(struct grid *grid)
{
    int next = next_column(grid, grid->column, 1);
    if (next < 0)
        next = next_column(grid, grid->column, -1);
    if (next < 0)
        return; /* the last one stays, or there would be nothing to show again from */
    grid->columns[grid->column].hidden = true;
    grid->column = next;
}

static bool handle_column(struct grid *grid, enum action action)
{
    struct grid_column *column = &grid->columns[grid->column];
    switch (action) {
    case ACTION_WIDEN:
        column->width = (int)bounded(width_now(grid, grid->column) + 2, 1, GRID_WIDTH_USER);
        return true;
    case ACTION_NARROW:
        column->width = (int)bounded(width_now(grid, grid->column) - 2, 1, GRID_WIDTH_USER);
        return true;
    case ACTION_WIDTH_AUTO:
        column->width = column->seen = column->noted = 0;
        column->fitted_from = column->fitted_to = 0;
        return true;
    case ACTION_HIDE:
        return hide_column(grid), true;
    case ACTION_FREEZE:
        column->frozen = !column->frozen;
        return true;
    default:
        return false;
    }
}

static bool handle_across(struct grid *grid, enum action action)
{
    switch (action) {
    case ACTION_LEFT:
        return move_column(grid, -1), true;
    case ACTION_RIGHT:
        return move_column(grid, 1), true;
    case ACTION_LINE_START:
        return grid_go_column(grid, edge_column(grid, 1)), true;
    case ACTION_LINE_END:
        return grid_go_column(grid, edge_column(grid, -1)), true;
    case ACTION_SHOW_ALL:
        for (int i = 0; i < grid->column_count; i++)
            grid->columns[i].hidden = false;
        return true;
    default:
        return column_is_there(grid) && handle_column(grid, action);
    }
}

bool grid_handle(struct grid *grid, enum action action)
{
    return handle_row(grid, action) || handle_across(grid, action);
}

/* ---- sizes ---- */

static void arrange_rows(struct grid *grid)
{
    int64_t rows = rows_of(grid), shown = grid->rows;
    grid_go(grid, grid->cursor);
    bool above = grid->cursor < grid->top, below = grid->cursor >= grid->top + shown;
    if ((above || below) && grid->flags & GRID_JUMP)
        grid->top = grid->cursor - shown / 2;
    else if (above)
        grid->top = grid->cursor;
    else if (below)
        grid->top = grid->cursor - shown + 1;
    grid->top = bounded(grid->top, 0, rows - shown);
}

static int most_of(const struct grid_column *column)
{
    return column->max > 0 ? column->max : GRID_WIDTH_MAX;
}

static void fit_rows(struct grid *grid, int index, int64_t from, int64_t to)
{
    struct grid_column *column = &grid->columns[index];
    int most = most_of(column);
    bool ascii = grid->flags & GRID_ASCII;
    for (int64_t row = from; row < to && column->seen < most; row++) {
        struct grid_cell cell = {0};
        grid->source.cell(grid->source.data, row, index, most, &cell);
        int columns = text_columns(cell.text, most, ascii);
        int note = cell.note.len ? text_columns(cell.note, most, ascii) : 0;
        if (columns > column->seen)
            column->seen = columns;
        if (note > column->noted)
            column->noted = note;
    }
}

/* Looks at the shown rows that were not looked at before: one row after a step down. */
static void fit_column(struct grid *grid, int index)
{
    struct grid_column *column = &grid->columns[index];
    int64_t from = grid->top, to = bounded(grid->top + grid->rows, from, rows_of(grid));
    bool touches = from <= column->fitted_to && to >= column->fitted_from;
    if (!touches || column->fitted_from == column->fitted_to) {
        fit_rows(grid, index, from, to);
        column->fitted_from = from;
        column->fitted_to = to;
        return;
    }
    fit_rows(grid, index, from, column->fitted_from);
    fit_rows(grid, index, column->fitted_to, to);
    column->fitted_from = from < column->fitted_from ? from : column->fitted_from;
    column->fitted_to = to > column->fitted_to ? to : column->fitted_to;
}

static int width_of(struct grid *grid, int index)
{
    struct grid_column *column = &grid->columns[index];
    if (column->width > 0)
        return column->width;
    fit_column(grid, index);
    int least = column->min > 0 ? column->min : GRID_WIDTH_MIN, most = most_of(column);
    int header =
        text_columns(column->name, most, grid->flags & GRID_ASCII) + (column->sorted ? 2 : 0);
    return (int)bounded(header > column->seen ? header : column->seen, least, most);
}

/* The columns behind the width for the notes of a column that shows them always. */
static int note_of(const struct grid_column *column, int room)
{
    bool shown = column->noted_always && column->noted && !column->width;
    return shown && column->noted + 1 <= room ? column->noted + 1 : 0;
}

/* Gives a column its place; false where there is none left. */
static bool place_column(struct grid *grid, int index, int *x, int end)
{
    int wanted = width_of(grid, index), room = end - *x;
    if (room < 1 || (room < wanted && room < GRID_WIDTH_MIN) ||
        grid->slot_count == GRID_VISIBLE_MAX)
        return false;
    int width = wanted < room ? wanted : room;
    struct grid_slot slot = {.column = index,
        .col = *x,
        .width = width,
        .note = note_of(&grid->columns[index], room - width)};
    grid->slots[grid->slot_count++] = slot;
    *x += width + slot.note + GRID_GAP;
    return true;
}

static void place_columns(struct grid *grid)
{
    int x = GRID_GUTTER_WIDTH, skip = grid->left, others = ordinal_of(grid, grid->column_count);
    int frozen_end = others ? grid->cols - grid->cols / 3 : grid->cols;
    grid->slot_count = 0;
    grid->more_left = skip > 0;
    grid->more_right = false;
    for (int i = find_column(grid, 0, 1, true); i >= 0; i = find_column(grid, i + 1, 1, true))
        if (!place_column(grid, i, &x, frozen_end))
            grid->more_right = true;
    for (int i = find_column(grid, 0, 1, false); i >= 0; i = find_column(grid, i + 1, 1, false)) {
        if (skip-- > 0)
            continue;
        if (!place_column(grid, i, &x, grid->cols)) {
            grid->more_right = true;
            break;
        }
    }
}

/* What no column wants is for the notes, from the left; those that do not fit whole are left out.
 * The first row with a note may move the columns behind it, as a longer text would. */
static void place_notes(struct grid *grid)
{
    if (!grid->slot_count || grid->more_right || grid->more_left)
        return;
    const struct grid_slot *last = &grid->slots[grid->slot_count - 1];
    int left = grid->cols - (last->col + last->width + last->note), moved = 0;
    for (int i = 0; i < grid->slot_count; i++) {
        struct grid_slot *slot = &grid->slots[i];
        const struct grid_column *column = &grid->columns[slot->column];
        slot->col += moved;
        if (slot->note || !column->noted || column->width || column->noted + 1 > left - moved)
            continue;
        slot->note = column->noted + 1;
        moved += slot->note;
    }
}

/* The last column may use what is left, if its texts were cut. */
static void stretch_last(struct grid *grid)
{
    if (!grid->slot_count || grid->more_right)
        return;
    struct grid_slot *last = &grid->slots[grid->slot_count - 1];
    const struct grid_column *column = &grid->columns[last->column];
    if (!column->width && column->seen >= most_of(column) && !(column->flags & CANVAS_RIGHT) &&
        !last->note)
        last->width = grid->cols - last->col;
}

static bool is_shown_whole(struct grid *grid, int column)
{
    for (int i = 0; i < grid->slot_count; i++)
        if (grid->slots[i].column == column)
            return grid->slots[i].width >= width_of(grid, column);
    return false;
}

/* Whether all columns to the right are there, and the cursor's, each in its width. */
static bool is_end_shown(struct grid *grid, bool scrolls)
{
    if (!grid->slot_count || grid->more_right)
        return false;
    const struct grid_slot *last = &grid->slots[grid->slot_count - 1];
    return is_shown_whole(grid, last->column) && (!scrolls || is_shown_whole(grid, grid->column));
}

/* Where there is room again behind the last column, those in front come back. */
static void use_room(struct grid *grid, bool scrolls)
{
    while (grid->left > 0 && is_end_shown(grid, scrolls)) {
        grid->left--;
        place_columns(grid);
        if (is_end_shown(grid, scrolls))
            continue;
        grid->left++;
        place_columns(grid);
        return;
    }
}

static void arrange_columns(struct grid *grid)
{
    int others = ordinal_of(grid, grid->column_count);
    grid->left = (int)bounded(grid->left, 0, others - 1);
    bool scrolls = column_is_there(grid) && !grid->columns[grid->column].frozen;
    int ordinal = scrolls ? ordinal_of(grid, grid->column) : grid->left;
    if (grid->left > ordinal)
        grid->left = ordinal;
    place_columns(grid);
    while (scrolls && grid->left < ordinal && !is_shown_whole(grid, grid->column)) {
        grid->left++;
        place_columns(grid);
    }
    use_room(grid, scrolls);
    place_notes(grid);
    stretch_last(grid);
}

void grid_arrange(struct grid *grid, int rows, int cols)
{
    bool header = !(grid->flags & GRID_NO_HEADER) && rows > 1;
    grid->rows = rows - header > 0 ? rows - header : 1;
    grid->cols = cols > 0 ? cols : 0;
    grid->header = header;
    arrange_rows(grid);
    arrange_columns(grid);
}

/* ---- finding ---- */

static bool row_has(const struct grid *grid, int64_t row, struct str needle)
{
    for (int i = 0; i < grid->column_count; i++) {
        struct grid_cell cell = {0};
        if (grid->columns[i].hidden)
            continue;
        grid->source.cell(grid->source.data, row, i, GRID_FIND_ROOM, &cell);
        if (text_search(cell.text, needle, 0) != SIZE_MAX)
            return true;
    }
    return false;
}

int64_t grid_find(const struct grid *grid, struct str needle, int step, int64_t limit)
{
    int64_t rows = rows_of(grid), row = grid->cursor;
    if (!needle.len || rows == 0)
        return -1;
    for (int64_t looked = 0; looked < limit && looked < rows; looked++) {
        row += step;
        row = row < 0 ? rows - 1 : row >= rows ? 0 : row;
        if (row_has(grid, row, needle))
            return row;
    }
    return -1;
}

int64_t grid_row_at(const struct grid *grid, int row, int col, int *column)
{
    int64_t at = grid->top + row - grid->header;
    *column = -1;
    for (int i = 0; i < grid->slot_count; i++)
        if (col >= grid->slots[i].col &&
            col < grid->slots[i].col + grid->slots[i].width + grid->slots[i].note)
            *column = grid->slots[i].column;
    if (row < grid->header || row - grid->header >= grid->rows || at >= rows_of(grid))
        return -1;
    return at;
}

static void add_short(struct buf *out, int64_t number)
{
    static const char units[] = " kMGT";
    int unit = 0;
    double value = (double)number;
    for (; value >= (unit ? 999.5 : 9999.5) && unit < 4; unit++)
        value /= 1000;
    if (unit == 0)
        buf_printf(out, "%lld", (long long)number);
    else
        buf_printf(out, value < 99.95 ? "%.1f%c" : "%.0f%c", value, units[unit]);
}

void grid_position(const struct grid *grid, struct buf *out)
{
    int64_t rows = rows_of(grid);
    buf_printf(out, "%lld/", rows ? (long long)grid->cursor + 1 : 0LL);
    add_short(out, rows);
}
