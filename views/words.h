/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_WORDS_H
#define VIEWS_WORDS_H

#include "backend/backend.h"
#include "base/buf.h"

/* Figures as people read them: each adds its text to `out`. */

void words_count(struct buf *out, int64_t n);       /* 1,204,113 */
void words_count_short(struct buf *out, int64_t n); /* 1.2 M; exact below 10,000 */
void words_bytes(struct buf *out, int64_t bytes);   /* 412 B, 1.2 KB, 33 MB */
/* "1 item", "2,000 items": the plural is the noun and an s. */
void words_plural(struct buf *out, int64_t n, const char *noun);

void words_utc(struct buf *out, int64_t ms);                      /* 2024-11-20 08:00 UTC */
void words_distance(struct buf *out, int64_t ms, int64_t now_ms); /* 3d ago, now, in 4h */
/* What a request waits for: "throttled: try 3 of 4 in 1.2 s", "no answer for 7 s: try 1 of 4 ends
 * in 53 s" */
void words_wait(struct buf *out, const struct backend_wait *wait);

#endif
