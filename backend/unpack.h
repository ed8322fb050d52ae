/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_UNPACK_H
#define BACKEND_UNPACK_H

#include "base/buf.h"

/* Bytes that people packed before they stored them, recognised by how they begin. What comes out
 * is bounded, whatever is promised. */
enum unpack_form { UNPACK_NONE, UNPACK_GZIP, UNPACK_ZLIB, UNPACK_ZSTD };

enum unpack_form unpack_form(struct str bytes);
const char *unpack_form_name(enum unpack_form form); /* "gzip" */

enum unpack_end {
    UNPACK_WHOLE,
    UNPACK_MORE,    /* there is more than `most` bytes */
    UNPACK_SHORT,   /* the packed bytes end before their end */
    UNPACK_DAMAGED, /* they are no such form from some place on */
};
/* Appends what they hold, up to `most` bytes or to where they are damaged; members that stand one
 * behind the other are one text. */
enum unpack_end unpack(struct str bytes, enum unpack_form form, size_t most, struct buf *out);

#endif
