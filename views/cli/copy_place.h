/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_COPY_PLACE_H
#define VIEWS_CLI_COPY_PLACE_H

#include "backend/copy.h"

/*
 * How far a copy came, in a small file (state_file.h), so that a copy that was killed at any point
 * goes on:
 *
 *   dynascope-copy 1
 *   fresh 1                                        the table was made for the copy
 *   segments 4
 *   segment 0 ITEMS BYTES DIGEST DIGEST START      START: the key in hex, "-" at the beginning,
 *   segment 1 …                                    "." when the segment is done
 */
struct copy_place {
    struct buf path;
    bool found; /* a copy was interrupted */
    bool fresh; /* its table was made for it, so both can be compared */
};

/* `identity`: from where, which table, to where. */
bool copy_place_open(struct copy_place *place, struct str identity, struct err *err);
void copy_place_fini(struct copy_place *place);
/* Takes over segments and places of the copy that was interrupted; false where the file makes no
 * sense, and the copy is as it was. */
bool copy_place_take(struct copy_place *place, struct copy *copy);
bool copy_place_save(const struct copy_place *place, const struct copy_segment *segments,
    unsigned count, struct err *err);
void copy_place_forget(struct copy_place *place);

#endif
