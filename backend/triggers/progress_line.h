/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_PROGRESS_LINE_H
#define BACKEND_TRIGGERS_PROGRESS_LINE_H

#include "backend/triggers/progress.h"

/* The lines of a journal, with their checksums: for progress.c, where their form is told. */
enum { PROGRESS_LEDGER = 8 }; /* numbers of a ledger */

void progress_line_start(struct buf *out, const struct progress_start *start);
void progress_line_shard(struct buf *out, const struct progress_shard *shard);
void progress_line_gaps(struct buf *out, uint64_t gaps);
/* `id` was forgotten; what all that were come to. */
void progress_line_forgotten(struct buf *out, struct str id, const struct delivery_ledger *sums);

#endif
