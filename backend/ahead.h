/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_AHEAD_H
#define BACKEND_AHEAD_H

#include "backend/client.h"

/*
 * Pages of one Query or Scan, one after the other, where the next one is fetched while the caller
 * works on the last. Nothing is fetched ahead of the first page: who wants no more pays for no
 * more.
 */
struct ahead;

/* Client and texts of `read` are borrowed until ahead_close(). */
struct ahead *ahead_open(struct client *client, const struct client_read *read);
/* The next page, in the arena. False with err where it could not be read, or with err untouched
 * after the last one. */
bool ahead_next(struct ahead *a, struct arena *arena, struct client_page *out, struct err *err);
/* The same as lines: see client_read_lines(). */
bool ahead_next_lines(struct ahead *a, struct arena *arena, bool typed, struct buf *lines,
    struct client_page *out, struct err *err);
void ahead_close(struct ahead *a);

#endif
