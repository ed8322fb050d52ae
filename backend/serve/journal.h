/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_JOURNAL_H
#define BACKEND_SERVE_JOURNAL_H

#include "backend/http/message.h"
#include "base/err.h"

/* Lines about requests on the standard error, each in one write. */

/* Adds "12:00:00.000 PutItem music 200 0.42 ms 512 B in 2 B out", with nothing in it but printable
 * ASCII. */
void journal_format(struct buf *out, const struct request *request, const struct reply *reply,
    int64_t now_ms, int64_t ns);
void journal_request(
    const struct request *request, const struct reply *reply, int64_t now_ms, int64_t ns);
/* "dynascope serve: TEXT", of which nothing comes from clients. */
void journal_note(const char *text);
/* There was no answer: what failed. */
void journal_failure(const struct request *request, const struct err *err);

#endif
