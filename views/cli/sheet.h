/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_SHEET_H
#define VIEWS_CLI_SHEET_H

#include "base/arena.h"
#include "views/cli/out.h"

/* Rows of text as aligned columns under their heads, for terminals. */
enum { SHEET_MAX = 10 };

struct sheet_head {
    const char *head;
    bool right; /* figures */
};

struct sheet {
    struct arena *arena;
    const struct sheet_head *heads; /* ends with a zeroed one; borrowed */
    size_t width;                   /* how many */
    struct str *cells;              /* row after row */
    size_t count, room;             /* rows */
};

void sheet_init(struct sheet *c, struct arena *arena, const struct sheet_head *heads);
void sheet_fini(struct sheet *c);
/* `cells`: one for each head; their text is borrowed until the end. */
void sheet_add(struct sheet *c, const struct str *cells);
/* On a terminal no row is longer than a line: what is too wide is cut. */
void sheet_print(const struct sheet *c, struct cli_out *out);
/* Takes columns away from the widest until all and the gaps between them fit into `room`; none gets
 * narrower than a few. */
void sheet_fit(size_t *widths, size_t count, size_t room);

#endif
