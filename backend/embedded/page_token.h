/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_PAGE_TOKEN_H
#define BACKEND_EMBEDDED_PAGE_TOKEN_H

#include "backend/embedded/engine.h"

/* NextToken of lists of jobs: the id of the last one in 112 hexadecimal digits, which is the least
 * that clients take. */
void page_token_put(struct buf *out, struct str id);
/* The id in the request's NextToken, in the call's arena; empty where there is none. */
bool page_token_read(struct call *call, struct str *id, struct err *err);

#endif
