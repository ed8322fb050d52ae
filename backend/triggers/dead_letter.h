/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_DEAD_LETTER_H
#define BACKEND_TRIGGERS_DEAD_LETTER_H

#include "backend/triggers/delivery.h"
#include "backend/triggers/mapping.h"

/*
 * What was given up, in the shape in which Lambda tells an on-failure destination: a line of JSON a
 * batch, appended to a file and synced before it counts as written. Beside the service's fields it
 * has `payload`, the event as a text, as the service has it for S3: so records can be had again
 * when they have left the stream.
 */
struct dead_letter {
    const struct mapping *mapping;
    struct str region;
    struct str shard;
    struct str request_id;              /* of the last invocation; empty = never sent */
    const struct delivery_order *order; /* of kind DELIVERY_GIVE_UP */
    int64_t now_ms;
};

/* The file: the destination where that is one, else one in the mapping's folder. NUL-terminated. */
void dead_letter_path(const char *mapping_folder, const struct mapping *mapping, struct buf *path);
/* False: not written, and no piece of it is left. */
bool dead_letter_write(
    const char *mapping_folder, const struct dead_letter *letter, struct err *err);
/* The document alone, without the line's end. */
void dead_letter_put(struct buf *out, const struct dead_letter *letter);

#endif
