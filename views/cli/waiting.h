/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_WAITING_H
#define VIEWS_CLI_WAITING_H

#include "backend/backend.h"

/*
 * One line on the standard error, and only where that is a terminal, while a request of a remote
 * connection waits to be tried again: "throttled: try 3 of 4 in 1.2 s". All functions take NULL for
 * what need not be watched.
 */
struct waiting;

/* Begins to watch one connection, or two. NULL where there is nothing to see: no terminal, no wire.
 */
struct waiting *waiting_start(struct backend *backend, struct backend *other);
/* Wipes the line, ends; before a connection is closed. */
void waiting_stop(struct waiting *w);
/* Takes the line away before something else is written. */
void waiting_wipe(struct waiting *w);
/* Somebody else says it on a line of their own (or, with false, does so no longer). */
void waiting_yield(struct waiting *w, bool yield);
/* Adds what is waited for; false where nothing is. */
bool waiting_add(struct waiting *w, struct buf *out);

#endif
