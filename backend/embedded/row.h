/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_ROW_H
#define BACKEND_EMBEDDED_ROW_H

#include "backend/value.h"
#include "base/arena.h"

/*
 * Rows of the catalog: each is one value of type M, so that it explains itself and a later version
 * can add attributes. Numbers are absent where 0, truths where false, texts and bytes where empty.
 */
struct row {
    struct buf *out;
    struct value_open map;
};

/* Names come once: closing cannot fail. */
struct row row_open(struct buf *out);
void row_close(struct row *row);
void row_put_text(struct row *row, const char *name, struct str text);
void row_put_bytes(struct row *row, const char *name, struct str bytes);
void row_put_number(struct row *row, const char *name, int64_t number);
void row_put_truth(struct row *row, const char *name, bool truth);

/* Copies in the arena; STR_NONE where there is none. */
struct str row_get_text(struct arena *arena, struct value row, const char *name);
struct str row_get_bytes(struct arena *arena, struct value row, const char *name);
int64_t row_get_number(struct value row, const char *name);
bool row_get_truth(struct value row, const char *name);

#endif
