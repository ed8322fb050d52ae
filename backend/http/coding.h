/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_HTTP_CODING_H
#define BACKEND_HTTP_CODING_H

#include "base/buf.h"
#include "base/str.h"

/* Bodies that travel compressed. */
enum coding { CODING_NONE, CODING_GZIP, CODING_DEFLATE, CODING_COUNT };

/* As Content-Encoding has it. */
struct str coding_name(enum coding coding);
/* `bytes` into `out`, instead of what was there. False where there is no memory for it. */
bool coding_pack(enum coding coding, struct str bytes, struct buf *out);

enum coding_result { CODING_DONE, CODING_BROKEN, CODING_TOO_LARGE };
/* gzip, one member or several behind one another and nothing else, into `out`, instead of what was
 * there; `most` bytes at most, whatever is promised. */
enum coding_result coding_unpack(struct str bytes, size_t most, struct buf *out);

#endif
