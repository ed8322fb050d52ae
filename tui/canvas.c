/* SPDX-License-Identifier: MIT */
/*
 * Drawing into memory. The frame is the whole truth of a screen; nothing here knows a terminal.
 * A wide character takes two cells, the right one empty (columns 0):
 *
 *     point  U+4E2D  0      'a'
 *     columns   2    0       1
 *
 * Whoever overwrites one half blanks the other, so a frame never holds half a character.
 */
#include "tui/canvas.h"
#include "base/mem.h"
#include "tui/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { PRINT_MAX = 1024 };

static const struct canvas_cell blank = {.point = ' ', .columns = 1};

void frame_fini(struct frame *frame)
{
    free(frame->cells);
    *frame = (struct frame){0};
}

void frame_resize(struct frame *frame, int rows, int cols)
{
    rows = rows < 1 ? 1 : rows;
    cols = cols < 1 ? 1 : cols;
    if (rows != frame->rows || cols != frame->cols || !frame->cells)
        frame->cells = mem_grow(frame->cells, (size_t)rows * (size_t)cols * sizeof *frame->cells);
    frame->rows = rows;
    frame->cols = cols;
    frame_clear(frame);
}

void frame_clear(struct frame *frame)
{
    size_t cols = (size_t)frame->cols;
    for (size_t i = 0; i < cols; i++)
        frame->cells[i] = blank;
    for (int row = 1; row < frame->rows; row++)
        memcpy(frame->cells + (size_t)row * cols, frame->cells, cols * sizeof blank);
    frame->cursor_row = frame->cursor_col = -1;
}

struct canvas frame_canvas(struct frame *frame)
{
    return (struct canvas){.frame = frame,
        .rows = frame->rows,
        .cols = frame->cols,
        .clip_bottom = frame->rows,
        .clip_right = frame->cols};
}

static int max_of(int a, int b)
{
    return a > b ? a : b;
}

static int min_of(int a, int b)
{
    return a < b ? a : b;
}

struct canvas canvas_sub(const struct canvas *c, int row, int col, int rows, int cols)
{
    struct canvas sub = *c;
    sub.row = c->row + row;
    sub.col = c->col + col;
    sub.rows = max_of(rows, 0);
    sub.cols = max_of(cols, 0);
    sub.clip_top = max_of(c->clip_top, sub.row);
    sub.clip_left = max_of(c->clip_left, sub.col);
    sub.clip_bottom = min_of(c->clip_bottom, sub.row + sub.rows);
    sub.clip_right = min_of(c->clip_right, sub.col + sub.cols);
    return sub;
}

/* A row of the frame if the canvas row is visible. */
static struct canvas_cell *cells_of(const struct canvas *c, int row)
{
    int y = c->row + row;
    if (y < c->clip_top || y >= c->clip_bottom)
        return NULL;
    return c->frame->cells + (size_t)y * (size_t)c->frame->cols;
}

/* Before a cell changes: blanks the other half of a wide character that it belongs to. */
static void part_wide(const struct canvas *c, struct canvas_cell *line, int x)
{
    if (line[x].columns == 0 && x > 0) {
        line[x - 1].point = ' ';
        line[x - 1].columns = 1;
    } else if (line[x].columns == 2 && x + 1 < c->frame->cols) {
        line[x + 1].point = ' ';
        line[x + 1].columns = 1;
    }
}

static void put_cell(
    const struct canvas *c, struct canvas_cell *line, int x, const struct canvas_cell *cell)
{
    if (x < c->clip_left || x >= c->clip_right)
        return;
    if (line[x].columns != 1)
        part_wide(c, line, x);
    line[x] = *cell;
}

static void put_blank(const struct canvas *c, struct canvas_cell *line, int x, enum role role)
{
    struct canvas_cell cell = blank;
    cell.role = (uint16_t)role;
    put_cell(c, line, x, &cell);
}

static void put_wide(
    const struct canvas *c, struct canvas_cell *line, int x, const struct canvas_cell *cell)
{
    if (x < c->clip_left || x + 1 >= c->clip_right) {
        put_blank(c, line, x, (enum role)cell->role);
        put_blank(c, line, x + 1, (enum role)cell->role);
        return;
    }
    struct canvas_cell right = {.role = cell->role, .columns = 0};
    put_cell(c, line, x, cell);
    if (line[x + 1].columns == 2)
        part_wide(c, line, x + 1);
    line[x + 1] = right;
}

static void put_label(
    const struct canvas *c, struct canvas_cell *line, int x, const char *label, enum role role)
{
    struct canvas_cell cell = blank;
    cell.role = (uint16_t)role;
    for (; *label; label++, x++) {
        cell.point = (unsigned char)*label;
        put_cell(c, line, x, &cell);
    }
}

static void put_glyph(const struct canvas *c, struct canvas_cell *line, int x,
    const struct text_glyph *glyph, enum role role, unsigned flags)
{
    if (!glyph->point) {
        bool marked = glyph->escaped && !(flags & CANVAS_PLAIN);
        put_label(c, line, x, glyph->label, marked ? ROLE_TEXT_ESCAPE : role);
        return;
    }
    struct canvas_cell cell = {.point = glyph->point,
        .marks = {glyph->marks[0], glyph->marks[1]},
        .role = (uint16_t)role,
        .columns = glyph->columns};
    if (glyph->columns == 2)
        put_wide(c, line, x, &cell);
    else
        put_cell(c, line, x, &cell);
}

/* A text being written on one row. */
struct writer {
    const struct canvas *c;
    struct canvas_cell *line;
    int x, width; /* where its first column lies on the frame, how many it may take */
    int used;
    int border; /* the last place between two glyphs that leaves room for the ellipsis */
    enum role role;
    unsigned flags;
};

/* How many bytes at the front are printable ASCII that no mark follows. */
static int ascii_run(struct str text, int most)
{
    int run = 0;
    if ((size_t)most > text.len)
        most = (int)text.len;
    while (run < most && text.at[run] >= 0x20 && text.at[run] < 0x7F)
        run++;
    bool marked = (size_t)run < text.len && (unsigned char)text.at[run] >= 0x80;
    return marked && run ? run - 1 : run;
}

/* Nearly all data is printable ASCII: that needs no more than a copy. */
static size_t write_ascii(struct writer *w, struct str text)
{
    int run = ascii_run(text, w->width - w->used), x = w->x + w->used;
    int from = max_of(x, w->c->clip_left), to = min_of(x + run, w->c->clip_right);
    struct canvas_cell cell = blank;
    cell.role = (uint16_t)w->role;
    for (int at = from; at < to; at++) {
        if (w->line[at].columns != 1)
            part_wide(w->c, w->line, at);
        cell.point = (unsigned char)text.at[at - x];
        w->line[at] = cell;
    }
    w->used += run;
    if (run)
        w->border = w->used < w->width ? w->used : w->width - 1;
    return (size_t)run;
}

static void write_ellipsis(struct writer *w)
{
    enum glyph glyph = GLYPH_ELLIPSIS;
    struct text_glyph sign = {.point = glyph_point(glyph), .columns = 1};
    if (w->c->frame->ascii)
        sign.point = (unsigned char)*glyph_ascii(glyph);
    enum role role = w->flags & CANVAS_PLAIN ? w->role : ROLE_TEXT_ELLIPSIS;
    put_glyph(w->c, w->line, w->x + w->border, &sign, role, w->flags);
    for (int at = w->border + 1; at < w->width; at++)
        put_blank(w->c, w->line, w->x + at, w->role);
    w->used = w->border + 1;
}

/* Writes what fits; false where something did not. */
static bool write_glyphs(struct writer *w, struct str text)
{
    struct text_glyph glyph;
    while (text.len) {
        text = str_skip(text, write_ascii(w, text));
        if (!text.len)
            break;
        text_next(&text, w->c->frame->ascii, &glyph);
        if (glyph.columns > w->width - w->used)
            return false;
        put_glyph(w->c, w->line, w->x + w->used, &glyph, w->role, w->flags);
        w->used += glyph.columns;
        if (w->used < w->width)
            w->border = w->used;
    }
    return true;
}

/* The longest end of the text that fits. */
static struct str end_that_fits(struct str text, int columns, bool ascii)
{
    size_t at = text.len;
    while (at > 0) {
        size_t before = text_before(text, at);
        struct str glyph = {text.at + before, at - before};
        columns -= text_columns(glyph, columns, ascii);
        if (columns < 0)
            break;
        at = before;
    }
    return str_skip(text, at);
}

static int start_of(const struct canvas *c, struct str *text, int width, unsigned flags)
{
    bool ascii = c->frame->ascii;
    if (!(flags & (CANVAS_RIGHT | CANVAS_CENTER | CANVAS_KEEP_END)))
        return 0;
    int columns = text_columns(*text, width, ascii);
    if (columns > width) {
        if (flags & CANVAS_KEEP_END)
            *text = end_that_fits(*text, width - 1, ascii);
        return flags & CANVAS_KEEP_END ? -1 : 0;
    }
    if (flags & CANVAS_RIGHT)
        return width - columns;
    return flags & CANVAS_CENTER ? (width - columns) / 2 : 0;
}

static void fill_cells(
    const struct canvas *c, struct canvas_cell *line, int x, int to, enum role role)
{
    x = max_of(x, c->clip_left);
    to = min_of(to, c->clip_right);
    for (; x < to; x++)
        put_blank(c, line, x, role);
}

int canvas_text(const struct canvas *c, int row, int col, int width, struct str text,
    enum role role, unsigned flags)
{
    struct canvas_cell *line = cells_of(c, row);
    if (!line || width <= 0)
        return 0;
    int x = c->col + col, start = start_of(c, &text, width, flags);
    struct writer w = {.c = c, .line = line, .x = x, .width = width, .role = role, .flags = flags};
    if (start < 0) {
        write_ellipsis(&w);
    } else {
        w.x += start;
        w.width -= start;
    }
    if (!write_glyphs(&w, text) && !(flags & CANVAS_CUT))
        write_ellipsis(&w);
    if (flags & CANVAS_FILL) {
        fill_cells(c, line, x, w.x, role);
        fill_cells(c, line, w.x + w.used, x + width, role);
    }
    return w.used;
}

int canvas_put(const struct canvas *c, int row, int col, enum role role, const char *text)
{
    return canvas_text(c, row, col, c->cols - col, str_from(text), role, 0);
}

int canvas_printf(const struct canvas *c, int row, int col, enum role role, const char *format, ...)
{
    char text[PRINT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return canvas_put(c, row, col, role, text);
}

int canvas_glyph(const struct canvas *c, int row, int col, enum glyph glyph, enum role role)
{
    struct str text = str_from(glyph_text(glyph, c->frame->ascii));
    return canvas_text(c, row, col, c->cols - col, text, role, CANVAS_CUT);
}

void canvas_fill(const struct canvas *c, int row, int col, int rows, int cols, enum role role)
{
    for (int r = max_of(row, 0); r < row + rows && r < c->rows; r++) {
        struct canvas_cell *line = cells_of(c, r);
        if (line)
            fill_cells(c, line, c->col + col, c->col + col + cols, role);
    }
}

void canvas_paint(const struct canvas *c, int row, int col, int cols, enum role role)
{
    struct canvas_cell *line = cells_of(c, row);
    if (!line)
        return;
    int from = max_of(c->col + col, c->clip_left), to = min_of(c->col + col + cols, c->clip_right);
    for (int x = from; x < to; x++)
        line[x].role = (uint16_t)role;
}

void canvas_match(const struct canvas *c, int row, int col, int width, struct str text,
    unsigned flags, struct str needle, enum role role)
{
    if (!needle.len || width <= 0)
        return;
    bool ascii = c->frame->ascii;
    size_t shown = text_fit(text, width, ascii);
    int start = start_of(c, &text, width, flags & CANVAS_RIGHT);
    text = str_take(text, shown + needle.len); /* what is not shown is not looked at */
    for (size_t at = 0; (at = text_search(text, needle, at)) < shown; at += needle.len) {
        int from = text_columns(str_take(text, at), width, ascii);
        int cols = text_columns(str_take(str_skip(text, at), needle.len), width, ascii);
        canvas_paint(c, row, col + start + from, min_of(cols, width - start - from), role);
    }
}

void canvas_cursor(const struct canvas *c, int row, int col)
{
    int y = c->row + row, x = c->col + col;
    if (y < c->clip_top || y >= c->clip_bottom || x < c->clip_left || x >= c->clip_right)
        return;
    c->frame->cursor_row = y;
    c->frame->cursor_col = x;
}
