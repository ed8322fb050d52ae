/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_REPORT_H
#define BACKEND_TRIGGERS_REPORT_H

#include "backend/triggers/invoker.h"
#include "backend/triggers/output.h"

/* What the service says of an invocation: lines of the log, and the documents of its own errors. */

void report_start(struct output *o, const struct invocation *invocation);
/* END and REPORT; duration, memory and so on are in the invocation. */
void report_end(struct output *o, const struct invocation *invocation);
/* 2026-11-20T17:00:00.000Z ID Task timed out after 3.00 seconds */
void report_timeout(struct output *o, const struct invocation *invocation, int64_t now_ms);

/* Payloads: {"errorType":"…","errorMessage":"RequestId: … Error: …"} */
void report_put_error(
    struct buf *out, const char *type, const struct invocation *invocation, struct str text);
void report_put_timeout(struct buf *out, const struct invocation *invocation);
/* `status` as of waitpid() */
void report_put_exit(struct buf *out, const struct invocation *invocation, int status);
void report_put_too_large(struct buf *out, uint64_t bytes);

enum { REPORT_RESPONSE_MOST = 6291556 }; /* bytes of a result: Lambda's 6 MB and a bit */

/* A random UUID; a trace header for it. */
void report_name(char id[37]);
void report_trace(char *out, size_t size, int64_t now_ms);

#endif
