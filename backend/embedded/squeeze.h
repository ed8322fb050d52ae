/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_SQUEEZE_H
#define BACKEND_EMBEDDED_SQUEEZE_H

#include "base/buf.h"
#include "base/err.h"

/* Compressed files: gzip out, gzip and zstd in, in bounded memory. */
enum squeeze_kind { SQUEEZE_NONE, SQUEEZE_GZIP, SQUEEZE_ZSTD };

/* Appends `bytes` as a gzip file. */
bool squeeze_gzip(struct buf *out, struct str bytes, struct err *err);

/* Reads a file and takes the compression off. Takes the descriptor; NULL with err. */
struct squeeze;
struct squeeze *squeeze_open(int fd, enum squeeze_kind kind, struct err *err);
void squeeze_close(struct squeeze *squeeze);
/* Appends some more bytes; *end where there are none. ERR_DATA where the file is malformed. */
bool squeeze_read(struct squeeze *squeeze, struct buf *out, bool *end, struct err *err);

#endif
