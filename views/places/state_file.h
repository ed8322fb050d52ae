/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_PLACES_STATE_FILE_H
#define VIEWS_PLACES_STATE_FILE_H

#include "base/buf.h"
#include "base/err.h"

/*
 * A small file under $XDG_STATE_HOME/dynascope/KIND/ in which long work notes how far it came. Its
 * name is a digest of what the work is, so that the same command finds it again.
 */

/* The file's path for work that `identity` names; makes the folders. */
bool state_file_path(struct buf *path, const char *kind, struct str identity, struct err *err);
/* What it holds, at most `most` bytes; empty where there is none. */
void state_file_read(const char *path, size_t most, struct buf *out);
/* Replaces it at once or not at all; who may not be the only one holds a lock. `what` is for the
 * error: "the import's place". */
bool state_file_replace(const char *path, struct str text, const char *what, struct err *err);

/* FNV-1a, for digests in such files: of no use against malice. */
uint64_t state_file_digest(uint64_t seed, struct str bytes);
#define STATE_FILE_SEED UINT64_C(0xCBF29CE484222325)

#endif
