/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_COLUMNS_FILE_H
#define VIEWS_ITEMS_COLUMNS_FILE_H

#include "base/arena.h"
#include "base/buf.h"

/*
 * How the columns of tables were left, a line a table or index, the last changed at the end:
 *
 *   {"table":"Orders","index":"ByStatus","columns":[{"name":"id","pinned":true,"width":12},
 *    {"name":"note","hidden":true}],"sort":"amount","descending":true}          (in one line)
 *
 * What is damaged or unknown is as if it were not there.
 */
enum {
    COLUMNS_KEPT_MAX = 200,  /* columns of a table */
    COLUMNS_LINES_MAX = 500, /* tables; the oldest go */
    COLUMNS_NAME_MAX = 255   /* bytes; longer names are not kept */
};

struct columns_kept_one {
    struct str name;
    int width; /* 0 = as wide as its texts */
    bool hidden, pinned;
};

struct columns_kept {
    int count;
    struct columns_kept_one list[COLUMNS_KEPT_MAX]; /* in their order */
    struct str sort;                                /* empty = unsorted */
    bool descending;
};

/* Zeroed where the text has nothing of the table; the names live in the arena. */
void columns_file_find(struct str text, struct str table, struct str index, struct arena *arena,
    struct columns_kept *out);
/* The text with the table's line replaced; without it where `kept` is NULL. `most` bytes. */
void columns_file_put(struct buf *out, struct str text, struct str table, struct str index,
    const struct columns_kept *kept, size_t most);

#endif
