/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_ITERATOR_H
#define BACKEND_EMBEDDED_ITERATOR_H

#include "backend/embedded/engine.h"

/*
 * Shard iterators. One says where to go on and nothing else, so nothing is kept for it:
 *
 *   <stream ARN>|1|<base64 of>
 *   stream id (4) | shard's name (8) | next number (8) | made at, ms (8) | horizon (1) | digest (8)
 *
 * The digest is over the rest and the store's uuid: what was changed on the way, or comes from
 * another store, is refused and not followed. `horizon` says that records which are too old are
 * passed over; elsewhere they are missing, and the reader has to know.
 */
enum { ITERATOR_LIFE_MS = 15 * 60 * 1000 };

struct iterator {
    struct str arn;
    uint32_t stream;
    int64_t shard; /* its name */
    uint64_t next;
    int64_t made_ms;
    bool horizon;
};

/* "NAME":"…", made now. */
void iterator_put(struct call *call, struct str name, const struct iterator *it);
/* ValidationException where it is none of this store's, ExpiredIteratorException; slices of `text`.
 */
bool iterator_parse(struct call *call, struct str text, struct iterator *out, struct err *err);
/* Says that it is none: always false. */
bool iterator_refuse(struct err *err);

#endif
