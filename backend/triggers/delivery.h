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
 *  - one batch at a time a lane; lanes are chosen by the item's key (item % factor), so that order
 *    per item holds. Tumbling windows carry one state from call to call: they have one lane;
 *  - a batch fires at batch_size records, where the next record would make its event pass 6 MB,
 *    window_ms after its first record was pushed, or at the shard's end. A record too big for that
 *    goes alone;
 *  - filtered records are never in a batch, and count as dealt with;
 *  - a batch that failed stays as it is: none joins it before all of it is dealt with;
 *  - what counts as failed: FAILED; a `report` answer that cannot be read or names what is not in
 *    the batch; a `report` answer whose lowest number is the batch's first; no state in the answer
 *    of a windowed call. Where the lowest number named is another one, the records before it have
 *    succeeded, and the rest is a batch that has failed once;
 *  - bisect: a batch of more than one record that failed goes on as its two halves, the first one
 *    the smaller, each like a batch that has not failed yet, at once: a split is no retry and has
 *    no pause. A named number is where it splits: the rest has not failed yet, and goes at once;
 *  - a batch that failed n times comes again after a pause of between half and all of 0.5 s * 2 ^
 *    (n - 1), at most 60 s; it is given up where n > retries. So each record that is given up was
 *    first in line retries + 1 times, and progress begins the count anew;
 *  - REFUSED is no failure; the pauses double alike. What was never run is cut anew when it is due;
 *  - when a batch is due, its first records that are older than age_ms are given up before the rest
 *    is sent, at first sight too (what was never run is cut anew behind them); age_ms -1 gives up
 *    what has failed and is older than the stream keeps it (24 h), and nothing at first sight;
 *  - giving up is an order to write down; only then on with the next;
 *  - tumbling windows: by the records' times, aligned to the epoch; no batch spans two. Each call
 *    gets the state that the last one returned. A call without records ends a window when a record
 *    of a later one is next, when all was read (delivery_drained) DELIVERY_LATE_MS after its end,
 *    and early: at the shard's end, or where the state passes 1 MB. A record that is late counts
 *    for the open window. The last call needs to return no state; it fails, comes again and is
 *    given up like a batch.
 *
 *        push ─▶ [lane: queue] ─▶ INVOKE ──ok──────────────────────────▶ dealt with
 *                       ▲            │ failed                                 ▲
 *                       └─ again ◀───┴─ no more retries ─▶ GIVE_UP ─written───┘
 */
enum {
    DELIVERY_LANES_MAX = 10,
    DELIVERY_EVENT_MAX = 6 << 20,
    DELIVERY_STATE_MAX = 1 << 20,
    DELIVERY_LATE_MS = 1000,
    DELIVERY_STREAM_MS = 24 * 60 * 60 * 1000,
    DELIVERY_PAUSE_MS = 500,
    DELIVERY_PAUSE_MAX_MS = 60 * 1000,
};

/* Zeroed is not valid: from a mapping, see delivery_rules_of() in runner.c. */
struct delivery_rules {
    unsigned batch_size, factor;
    int retries;         /* -1 = until the records expire */
    int64_t window_ms;   /* 0 = at once */
    int64_t age_ms;      /* -1 = as long as the stream has them */
    int64_t tumbling_ms; /* 0 = off */
    bool bisect, report;
    size_t envelope; /* bytes of an event beside its records, the commas between them and the
                      * window's state; 0 = {"Records":[]} */
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
    uint64_t delivered, retried; /* handed to the function and run; of those, not for the first
                                  * time */
    uint64_t calls, errors;      /* invocations; of those, failed (in whole or in part) */
};

/* What has to be kept so that the next process goes on here: a record is dealt with where its
 * number is not above that of its lane, item % factor. The ledger counts those records alone (its
 * delivered, retried, calls and errors: all so far). Where the rules say another factor, records up
 * to the highest of these numbers go through the old lanes first. */
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
    unsigned attempt;                      /* INVOKE: 1 = the first; GIVE_UP: how often it failed */
    const struct delivery_record *records; /* borrowed until the lane's result is told */
    size_t count;                          /* 0 in a window's last call */
    bool expired;                          /* GIVE_UP: too old; else no retries left */
    /* Tumbling windows: */
    bool windowed, final, early;
    int64_t window_start_ms, window_end_ms;
    struct str state; /* JSON; "{}" at first */
};

enum delivery_outcome {
    DELIVERY_DONE,    /* the function answered: `response` may name failures and carry state */
    DELIVERY_FAILED,  /* it failed: counts as an attempt */
    DELIVERY_REFUSED, /* it was not run (throttled, no process): again later, uses up age only,
                       * counts as no call */
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
/* All that the shard had at `now_ms` has been pushed: what ends windows in which nothing happens.
 * Where delivery_next() wakes for that, read the shard, say this, and call it again. */
void delivery_drained(struct delivery *d, int64_t now_ms);
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
/* When the oldest record that is not dealt with was written; INT64_MAX = there is none. */
int64_t delivery_oldest_ms(const struct delivery *d);

/* By hand: try again at once; give up the batch that fails and is worst off (false: none does). */
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
