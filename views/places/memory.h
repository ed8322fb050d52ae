/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_PLACES_MEMORY_H
#define VIEWS_PLACES_MEMORY_H

#include "base/buf.h"
#include "base/err.h"

/*
 * What the explorer keeps between its runs: small files of lines, one folder a connection, for this
 * user alone. What is read is as hostile as any input: whoever reads judges it line by line and
 * drops what he does not know.
 *
 *   $XDG_STATE_HOME/dynascope/explorer/DIGEST/NAME        DIGEST: of the connection's identity
 *   $XDG_STATE_HOME/dynascope/explorer/connection…        the same for all: memory_open("")
 *
 * NULL stands for a memory that keeps nothing: tests, or where there is no folder for it.
 */
struct memory;
enum { MEMORY_BYTES_MAX = 1 << 20 }; /* of a file; more is not read */

/* `identity`: a store's absolute path, or an endpoint's connection as it was given. */
struct memory *memory_open(struct str identity);
/* That of a connection as it was given: NULL or "" is the default store, a store's folder may be
 * named in any way. */
struct memory *memory_of_connection(const char *connection, bool remote);
void memory_free(struct memory *memory);

/* Appends what a file holds; nothing where there is none. False where it holds more than may be. */
bool memory_read(const struct memory *memory, const char *name, struct buf *out);
/* Replaces it at once or not at all: two explorers leave one or the other. */
bool memory_replace(
    const struct memory *memory, const char *name, struct str text, struct err *err);
/* Adds a line (without its end) in one write, beside those of other processes; control characters
 * in it are the caller's to escape. */
bool memory_append(const struct memory *memory, const char *name, struct str line, struct err *err);
/* Replaces it by what `change` makes of it, while no other process adds to it: no line of theirs is
 * lost. Of a file that holds more than may be, `old` has the newest lines. Where `change` returns
 * false, the file stays as it is. */
bool memory_rewrite(const struct memory *memory, const char *name,
    bool (*change)(void *context, struct str old, struct buf *text), void *context,
    struct err *err);

#endif
