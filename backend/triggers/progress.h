/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_PROGRESS_H
#define BACKEND_TRIGGERS_PROGRESS_H

#include "backend/triggers/delivery.h"

/*
 * What a mapping's runner must not forget: MAPPING-FOLDER/progress, an append-only journal. Nothing
 * in it counts before progress_sync() has said so. Only who has the lease writes.
 */
struct progress;

/* Where it all began; fixed once. */
struct progress_start {
    bool fixed;
    bool from_start; /* TRIM_HORIZON */
    int64_t time_ms; /* LATEST: when */
};

struct progress_shard {
    struct str id;
    struct delivery_place place;
    struct str iterator; /* where it begins while no lane has a number; empty = its beginning */
    bool done;           /* read to its end, and all of it dealt with */
};

/* Reads it; what was torn by a crash is left out. Not there = nothing yet. The folder is there. */
struct progress *progress_open(const char *mapping_folder, struct err *err);
void progress_close(struct progress *p);
/* Not by a crash: lines before its end cannot be read, or its start is not there. What is older
 * holds for what they were about. */
bool progress_damaged(const struct progress *p);

struct progress_start progress_start(const struct progress *p);
void progress_set_start(struct progress *p, const struct progress_start *start);
/* The nth shard; false past the last one. Borrowed until the next change. */
bool progress_shard_at(const struct progress *p, size_t nth, struct progress_shard *out);
/* `shard` borrows nothing of `p`. */
void progress_put(struct progress *p, const struct progress_shard *shard);
/* The stream has it no more: its ledger stays in the sums. */
void progress_forget(struct progress *p, struct str shard);
/* The sums of the shards that were forgotten. */
struct delivery_ledger progress_forgotten(const struct progress *p);
uint64_t progress_gaps(const struct progress *p);
void progress_set_gaps(struct progress *p, uint64_t gaps);

/* Whether something was put that is not synced. */
bool progress_dirty(const struct progress *p);
/* Makes it last. After a failure a new file is written, since what the old one has is not known:
 * call it again later. */
bool progress_sync(struct progress *p, struct err *err);

#endif
