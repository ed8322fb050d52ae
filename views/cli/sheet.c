/* SPDX-License-Identifier: MIT */
/*
 * Aligned columns. Widths are counted in characters, as wide as the widest cell; on a terminal the
 * widest columns give way until a row fits a line.
 */
#include "views/cli/sheet.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { SHEET_GAP = 2, SHEET_LEAST = 6 };

void sheet_init(struct sheet *c, struct arena *arena, const struct sheet_head *heads)
{
    *c = (struct sheet){.arena = arena, .heads = heads};
    while (c->width < SHEET_MAX && heads[c->width].head)
        c->width++;
}

void sheet_fini(struct sheet *c)
{
    free(c->cells);
    *c = (struct sheet){0};
}

void sheet_add(struct sheet *c, const struct str *cells)
{
    if (c->count == c->room) {
        c->room = c->room ? 2 * c->room : 32;
        c->cells = mem_grow(c->cells, c->room * c->width * sizeof *c->cells);
    }
    for (size_t i = 0; i < c->width; i++)
        c->cells[c->count * c->width + i] = cells[i];
    c->count++;
}

/* The front of a cell, with a mark where something is missing. */
static size_t add_cut(struct buf *line, struct str cell, size_t width, bool ascii)
{
    size_t length = utf8_length(cell), mark = ascii ? 2 : 1;
    if (length <= width) {
        buf_add(line, cell);
        return length;
    }
    struct str rest = cell;
    uint32_t point;
    for (size_t i = 0; i + mark < width && utf8_next(&rest, &point); i++)
        ;
    buf_add(line, str_take(cell, cell.len - rest.len));
    buf_add(line, ascii ? STR("..") : STR("…"));
    return width;
}

static void print_row(
    const struct sheet *c, const struct str *cells, const size_t *widths, struct cli_out *out)
{
    struct buf line = {0};
    for (size_t i = 0; i < c->width; i++) {
        size_t length = utf8_length(cells[i]);
        int gap = length < widths[i] ? (int)(widths[i] - length) : 0;
        if (c->heads[i].right)
            buf_printf(&line, "%*s", gap, "");
        add_cut(&line, cells[i], widths[i], out->ascii);
        if (i + 1 < c->width)
            buf_printf(&line, "%*s", c->heads[i].right ? SHEET_GAP : gap + SHEET_GAP, "");
    }
    while (line.len && line.at[line.len - 1] == ' ')
        line.len--;
    cli_out_line(out, buf_str(&line));
    buf_fini(&line);
}

void sheet_fit(size_t *widths, size_t count, size_t room)
{
    for (;;) {
        size_t all = 0, widest = 0;
        for (size_t i = 0; i < count; i++) {
            all += widths[i] + (i ? SHEET_GAP : 0);
            widest = widths[i] > widths[widest] ? i : widest;
        }
        if (all <= room || !count || widths[widest] <= SHEET_LEAST)
            return;
        widths[widest]--;
    }
}

/* How many columns the terminal has; 0 where there is none. */
static size_t terminal_columns(const struct cli_out *out)
{
    struct winsize size;
    return out->terminal && ioctl(out->fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void sheet_print(const struct sheet *c, struct cli_out *out)
{
    size_t widths[SHEET_MAX];
    struct str heads[SHEET_MAX];
    for (size_t i = 0; i < c->width; i++) {
        heads[i] = str_from(c->heads[i].head);
        widths[i] = heads[i].len;
        for (size_t row = 0; row < c->count; row++) {
            size_t wide = utf8_length(c->cells[row * c->width + i]);
            widths[i] = wide > widths[i] ? wide : widths[i];
        }
    }
    size_t columns = terminal_columns(out);
    if (columns)
        sheet_fit(widths, c->width, columns);
    print_row(c, heads, widths, out);
    for (size_t row = 0; row < c->count; row++)
        print_row(c, c->cells + row * c->width, widths, out);
}
