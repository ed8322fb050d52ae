/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_HTTP_LAYOUT_H
#define BACKEND_HTTP_LAYOUT_H

#include "backend/http/message.h"

/*
 * The bytes of a request's head as the HTTP library leaves them: parsed in place, the ends of
 * names, values and lines overwritten with NUL. `len` is what it took from the request line to the
 * empty line.
 */
struct layout {
    const char *at;
    size_t len;
};

/* Whether each line ended with CR LF, nothing was folded, hidden behind a NUL or skipped: that the
 * request's slices, with nothing but single separators between them, make up the whole head. */
bool layout_check(const struct layout *head, const struct request *request);

#endif
