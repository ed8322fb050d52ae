/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_STATUS_H
#define BACKEND_TRIGGERS_STATUS_H

#include "backend/triggers/delivery.h"
#include "base/arena.h"

/*
 * How a mapping fares, for whoever looks: a small file in its folder that its runner replaces a few
 * times a second while something happens, and a file by which others ask the runner for something.
 * Not synced; what counts is in progress.h.
 */
enum status_state {
    STATUS_STOPPED,  /* nobody runs it */
    STATUS_IDLE,     /* waits for records */
    STATUS_RUNNING,  /* has some */
    STATUS_RETRYING, /* a batch failed and comes again */
    STATUS_BLOCKED,  /* the destination cannot be written, or the stream not be read */
    STATUS_DISABLED,
    STATUS_UNTRUSTED, /* its function waits for its user's word */
    STATUS_ENDED,     /* its stream is disabled and read to its end, or gone */
};

enum { STATUS_SLOTS = 60, STATUS_SLOT_MS = 5000 }; /* five minutes */

struct status {
    enum status_state state;
    int64_t pid;            /* of the runner */
    int64_t time_ms;        /* when this was written */
    struct str note;        /* in words, where something is wrong: with the remedy */
    struct str last_result; /* "OK", "No records processed", "PROBLEM: Function call failed" */
    unsigned attempt;       /* of the batch that comes again */
    int64_t again_ms;       /* when */
    struct str blocked_at;  /* its first sequence number */
    int64_t lag_ms;         /* age of the oldest record that is not dealt with; 0 = none */
    struct delivery_ledger ledger; /* over all shards, since the mapping was made */
    uint64_t gaps;                 /* records were trimmed before they were read, so often */
    int64_t last_ms, last_duration_us, median_us; /* of invocations */
    /* By slots of five seconds; the last one is of time_ms. */
    uint32_t calls[STATUS_SLOTS], errors[STATUS_SLOTS], longest_us[STATUS_SLOTS];
    bool loops; /* it seems to feed itself: see the note */
};

bool status_write(const char *mapping_folder, const struct status *status, struct err *err);
/* *found false: never run. One whose runner is gone reads as STOPPED. */
bool status_read(const char *mapping_folder, struct arena *arena, struct status *out, bool *found,
    struct err *err);
const char *status_word(enum status_state state);

/* What one may ask of a mapping's runner, whichever process that is. */
enum status_wish { STATUS_RETRY_NOW, STATUS_SKIP };
bool status_ask(const char *mapping_folder, enum status_wish wish, struct err *err);
/* The runner's side: takes one wish, if there is one. */
bool status_take(const char *mapping_folder, enum status_wish *wish);

#endif
