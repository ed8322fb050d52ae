/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_PLACES_HISTORY_H
#define VIEWS_PLACES_HISTORY_H

#include "views/places/memory.h"

/*
 * Lines that were typed before, oldest first, each once; kept between runs in a file of memory.h.
 * Zeroed memory is an empty history that is kept nowhere.
 */
struct history {
    struct history_line {
        struct buf text, of; /* of: the table that it is about, or empty */
    } * lines;
    size_t count;
    const struct memory *memory; /* borrowed; NULL = kept nowhere */
    const char *name;            /* of the file */
};
enum { HISTORY_MAX = 500, HISTORY_LINE_MAX = 4096 }; /* lines; bytes of one that is kept */

/* Reads what is there and shortens the file where it has grown: what is no line of a history, and
 * what came again later, goes. */
void history_open(struct history *history, const struct memory *memory, const char *name);
void history_fini(struct history *history);

/* Becomes the newest line. What history_is_secret() or longer than HISTORY_LINE_MAX is remembered
 * for this run only. */
void history_add(struct history *history, struct str of, struct str line);
/* Likewise, for this run only. */
void history_hold(struct history *history, struct str of, struct str line);
/* The line of `age` (1 = newest) among those about `of` that begin with `prefix`, appended to
 * `out`; false where there is none. */
bool history_recall(
    const struct history *history, struct str of, int age, struct str prefix, struct buf *out);
/* Likewise the age of the newest line older than `age` in which `part` occurs (ASCII letters match
 * in either case); 0 where there is none. */
int history_find(const struct history *history, struct str of, int age, struct str part);

/* Whether a line looks as if a password or key stood in it, or begins with a blank, which is how
 * people say that it is nobody's business. */
bool history_is_secret(struct str line);

#endif
