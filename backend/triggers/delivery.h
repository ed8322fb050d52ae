/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_DELIVERY_H
#define BACKEND_TRIGGERS_DELIVERY_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * The rules of delivery for one shard under one mapping, as a machine without threads, files,
 * processes or a clock: records are pushed in, orders come out, results are told, and the place
 * behind which everything is dealt with is there to be kept. Lambda's rules for DynamoDB streams:
 *
 *  - one batch at a time a lane; lanes are chosen by the item's key, so that order per item holds;
 *  - a batch fires at batch_size records, at 6 MB of event, or window_ms after its first record;
 *  - filtered records are never in a batch, and count as dealt with;
 *  - failure: the same records again, after a pause that doubles (0.5 s to 60 s, jitter), retries
 *    times at most and no older than age_ms; halved first where bisect says so (a split is no
 *    retry); from the lowest failed record on where report says so and the answer names it;
 *  - then the records are given up: an order to write them down, and only then on with the next;
 *  - tumbling windows: state goes from call to call, a last call ends each window.
 *
 *        push ─▶ [lane: queue] ─▶ INVOKE ──ok──────────────────────────▶ dealt with
 *                       ▲            │ failed                                 ▲
 *                       └─ again ◀───┴─ no more retries ─▶ GIVE_UP ─written───┘
 */
enum { DELIVERY_LANES_MAX = 10, DELIVERY_EVENT_MAX = 6 << 20, DELIVERY_STATE_MAX = 1 << 20 };

/* Zeroed is not valid: from a mapping, see delivery_rules_of() in runner.c. */
struct delivery_rules {
    unsigned batch_size, factor;
    int retries;         /* -1 = until the records expire */
    int64_t window_ms;   /* 0 = at once */
    int64_t age_ms;      /* -1 = as long as the stream has them */
    int64_t tumbling_ms; /* 0 = off */
    bool bisect, report;
};

struct delivery_record {
    struct str sequence;
    struct str event; /* its JSON in the shape of Lambda's events; copied by delivery_push() */
    uint64_t item;    /* a hash of the table's key values */
    int64_t time_ms;  /* ApproximateCreationDateTime */
    bool wanted;      /* passes the filters */
};

/* Sums, in records: seen = succeeded + filtered + dropped + expired + pending, always. */
struct delivery_ledger {
    uint64_t seen, succeeded, filtered;
    uint64_t dropped, expired;   /* written to the destination: no retries left, too old */
    uint64_t pending;            /* pushed, not dealt with */
    uint64_t delivered, retried; /* handed to the function; of those, not for the first time */
    uint64_t calls, errors;      /* invocations; of those, failed (in whole or in part) */
};

/* What has to be kept so that the next process goes on here: a record is dealt with where its
 * number is not above that of its lane. */
struct delivery_place {
    unsigned factor;                         /* lanes in use */
    struct str sequence[DELIVERY_LANES_MAX]; /* empty = nothing yet */
    struct delivery_ledger ledger;           /* pending = 0 */
    int64_t window_start_ms;                 /* of the open tumbling window; 0 = none */
    struct str window_state;                 /* JSON */
};

enum delivery_kind {
    DELIVERY_WAIT,    /* nothing to do before `wake_ms` (INT64_MAX: before a push or a result) */
    DELIVERY_INVOKE,  /* call the function with these records, then delivery_invoked() */
    DELIVERY_GIVE_UP, /* write them down, then delivery_given_up() */
};

struct delivery_order {
    enum delivery_kind kind;
    int64_t wake_ms;
    unsigned lane;                         /* has no other order meanwhile */
    unsigned attempt;                      /* 1 = the first */
    const struct delivery_record *records; /* borrowed until the lane's result is told */
    size_t count;
    bool expired; /* GIVE_UP: too old; else no retries left */
    /* Tumbling windows: */
    bool windowed, final, early;
    int64_t window_start_ms, window_end_ms;
    struct str state; /* JSON; "{}" at first */
};

enum delivery_outcome {
    DELIVERY_DONE,    /* the function answered: `response` may name failures and carry state */
    DELIVERY_FAILED,  /* it failed: counts as an attempt */
    DELIVERY_REFUSED, /* it was not run (throttled, no process): again later, uses up age only */
};

struct delivery;
struct delivery *delivery_new(
    const struct delivery_rules *rules, const struct delivery_place *place, uint64_t seed);
void delivery_free(struct delivery *d);

/* Whether it takes more now: bounded by records and bytes for each lane, so that a blocked lane
 * stops the shard and not the machine's memory. */
bool delivery_has_room(const struct delivery *d);
/* In the shard's order. Records at or before the place are passed over. */
void delivery_push(struct delivery *d, const struct delivery_record *record, int64_t now_ms);
/* The shard has no more: windows end early. */
void delivery_close(struct delivery *d);
/* All that was pushed is dealt with (and the last window has been told, where it was closed). */
bool delivery_idle(const struct delivery *d);

/* The next thing to do; call again until it says wait. */
void delivery_next(struct delivery *d, int64_t now_ms, struct delivery_order *order);
void delivery_invoked(struct delivery *d, unsigned lane, enum delivery_outcome outcome,
    struct str response, int64_t now_ms);
/* `written` false: the destination cannot be written now; the order comes again later. */
void delivery_given_up(struct delivery *d, unsigned lane, bool written, int64_t now_ms);

/* Changes whenever there is something new to keep. Borrowed until the next call that is not const.
 */
uint64_t delivery_version(const struct delivery *d);
void delivery_place(const struct delivery *d, struct delivery_place *out);
/* The ledger as of now, with what is pending. */
struct delivery_ledger delivery_ledger(const struct delivery *d);

/* By hand: try again at once; give up the batch that fails (false: none does). */
void delivery_retry_now(struct delivery *d);
bool delivery_skip(struct delivery *d);
/* The lane that is worst off, for the status. False: all is well. */
struct delivery_trouble {
    unsigned lane, attempt;
    int64_t again_ms;
    struct str sequence; /* the first record of the batch that fails */
};
bool delivery_trouble(const struct delivery *d, struct delivery_trouble *out);

#endif
