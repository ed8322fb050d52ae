/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_COLUMNS_H
#define VIEWS_CLI_COLUMNS_H

#include "base/arena.h"
#include "views/cli/out.h"

/* Rows of text as aligned columns under their heads, for terminals. */
enum { COLUMNS_MAX = 10 };

struct column {
    const char *head;
    bool right; /* figures */
};

struct columns {
    struct arena *arena;
    const struct column *heads; /* ends with a zeroed one; borrowed */
    size_t width;               /* how many */
    struct str *cells;          /* row after row */
    size_t count, room;         /* rows */
};

void columns_init(struct columns *c, struct arena *arena, const struct column *heads);
void columns_fini(struct columns *c);
/* `cells`: one for each head; their text is borrowed until the end. */
void columns_add(struct columns *c, const struct str *cells);
void columns_print(const struct columns *c, struct cli_out *out);

#endif
