/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_IMPORT_READ_H
#define BACKEND_EMBEDDED_IMPORT_READ_H

#include "backend/embedded/catalog.h"
#include "base/arena.h"

/*
 * The text of an import's files into items: DynamoDB JSON by lines, CSV by records, Ion by values.
 * A piece of the text is enough where it holds a whole item.
 */
enum import_format { IMPORT_JSON, IMPORT_CSV, IMPORT_ION };
enum { IMPORT_ITEM_MAX = 4 << 20 }; /* bytes of one item's text */

enum import_got {
    IMPORT_ITEM,    /* appended to `item`, an M */
    IMPORT_BLANK,   /* a blank line */
    IMPORT_MORE,    /* the text ends before the item does */
    IMPORT_INVALID, /* this one cannot be an item, the next may (err) */
    IMPORT_BROKEN,  /* nothing behind it can be read (err) */
};

struct import_reader {
    enum import_format format;
    const struct catalog_table *table; /* CSV: types of its keys, of its indexes' too */
    char delimiter;
    struct str *header; /* CSV: names of the columns */
    size_t columns;
};

/* Takes the next item off the front of `text`; `last` says that no more text follows. */
enum import_got import_read(const struct import_reader *reader, struct arena *arena,
    struct str *text, bool last, struct buf *item, struct err *err);
/* CSV: takes the first record as the names of the columns (in the arena). */
enum import_got import_read_header(struct import_reader *reader, struct arena *arena,
    struct str *text, bool last, struct err *err);

#endif
