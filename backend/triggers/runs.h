/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_RUNS_H
#define BACKEND_TRIGGERS_RUNS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * A line an invocation, for those who look back: two files of at most 8 MB each in
 * FOLDER/functions/NAME (runs, runs.1), the older one is dropped. Not synced: a view, not a ledger.
 */
struct run {
    struct str request_id, mapping; /* mapping: a UUID; empty = invoked by hand */
    struct str outcome;             /* "ok", "error", "timeout", "exit", "init", "refused" */
    int64_t time_ms, duration_us, init_us, memory_kb;
    unsigned attempt;              /* 1 = the first */
    unsigned records;              /* in the batch */
    struct str shard, first, last; /* of the batch: what it was can be read again */
    struct str event;              /* where it has at most 16 KB; else empty */
    struct str result;             /* likewise, cut at 16 KB */
    struct str log_stream;
};

/* Appends; any process may, at the same time. */
bool run_add(const char *function_folder, const struct run *run, struct err *err);
/* The newest first, at most `most`. */
bool runs_read(const char *function_folder, struct arena *arena, size_t most, struct run **out,
    size_t *count, struct err *err);

#endif
