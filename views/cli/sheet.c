/* SPDX-License-Identifier: MIT */
/* Aligned columns. Widths are counted in characters, as wide as the widest cell. */
#include "views/cli/sheet.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdlib.h>

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

static void print_row(
    const struct sheet *c, const struct str *cells, const size_t *widths, struct cli_out *out)
{
    struct buf line = {0};
    for (size_t i = 0; i < c->width; i++) {
        int gap = (int)(widths[i] - utf8_length(cells[i]));
        if (c->heads[i].right)
            buf_printf(&line, "%*s", gap, "");
        buf_add(&line, cells[i]);
        if (i + 1 < c->width)
            buf_printf(&line, "%*s", c->heads[i].right ? 2 : gap + 2, "");
    }
    while (line.len && line.at[line.len - 1] == ' ')
        line.len--;
    cli_out_line(out, buf_str(&line));
    buf_fini(&line);
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
    print_row(c, heads, widths, out);
    for (size_t row = 0; row < c->count; row++)
        print_row(c, c->cells + row * c->width, widths, out);
}
