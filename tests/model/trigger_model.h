/* SPDX-License-Identifier: MIT */
#ifndef TESTS_MODEL_TRIGGER_MODEL_H
#define TESTS_MODEL_TRIGGER_MODEL_H

#include "backend/triggers/delivery.h"

/*
 * What Lambda's rules allow a delivery of one shard to do: written from the rules, not from the
 * code, with arrays and loops. It decides nothing; whoever plays tells it what happened, and it
 * says whether that may happen, and at each pause whether something should have happened instead.
 *
 * Where the rules leave room it leaves room: how a pause is drawn, which half is the larger one,
 * whether a batch that got further counts its retries anew.
 */
enum {
    MODEL_RECORDS = 32768,
    MODEL_PIECES = 64,
    MODEL_BATCH = 10000,
    MODEL_STATE = 64,
    MODEL_PAUSE_MIN_MS = 500,
    MODEL_PAUSE_MAX_MS = 60000,
};

enum model_fate { FATE_PENDING, FATE_SUCCEEDED, FATE_FILTERED, FATE_DROPPED, FATE_EXPIRED };

struct model_record {
    unsigned lane;
    uint64_t item;
    int64_t time_ms, pushed_ms;
    size_t bytes;
    bool wanted;
    bool pushed; /* to the delivery that lives now */
    enum model_fate fate;
    unsigned delivered; /* times that it was handed to the function, over all lives */
};

/* Records that belong together: a batch that failed, or a half of one. */
struct model_piece {
    size_t count;          /* the rest of what failed is the next piece's */
    size_t least, most;    /* which half is the larger one is free: it may be of so many */
    unsigned tries, since; /* calls that failed: in all, since it last got further */
    bool run;              /* the function has had it: it stays as it is */
    bool skipped;          /* may be given up, its user says */
};

struct model_window {
    bool open;                   /* has had a call that succeeded, and no last one */
    int64_t start_ms, latest_ms; /* the open one; where the latest one began that ended */
    char state[MODEL_STATE];     /* of its last call */
};

struct model_lane {
    bool busy, giving;
    size_t batch[MODEL_BATCH], count;        /* the records of the order that is out */
    bool expired, final;                     /* of that order */
    int64_t start_ms;                        /* likewise */
    struct model_piece pieces[MODEL_PIECES]; /* [0] comes next; none = a new batch is formed */
    size_t piece_count;
    int64_t earliest_ms, latest_ms; /* the next order, after a failure */
    int64_t free_ms;                /* since when it is not busy */
    struct model_window window;
};

struct trigger_model {
    struct delivery_rules rules;
    struct model_record records[MODEL_RECORDS];
    size_t count, settled; /* nothing before `settled` is pending */
    struct model_lane lanes[DELIVERY_LANES_MAX];
    bool closed, timed;            /* timed false: pauses and windows are not looked at */
    struct delivery_ledger ledger; /* what it counts itself; pending is counted when asked */
    char complaint[512];
};

struct trigger_model *model_new(const struct delivery_rules *rules);
void model_free(struct trigger_model *m);

/* The next record of the stream; not pushed yet. Its number is its place in the array. */
size_t model_write(struct trigger_model *m, unsigned lane, uint64_t item, int64_t time_ms,
    size_t bytes, bool wanted);
void model_push(struct trigger_model *m, size_t number, int64_t now_ms);

/* Each returns whether it is allowed; else the complaint says why not. */
bool model_invokes(struct trigger_model *m, unsigned lane, const size_t *batch, size_t count,
    unsigned attempt, int64_t now_ms);
bool model_gives_up(struct trigger_model *m, unsigned lane, const size_t *batch, size_t count,
    bool expired, int64_t now_ms);
bool model_waits(struct trigger_model *m, int64_t now_ms, int64_t wake_ms);

/* How the lane's order went. `failed`: SIZE_MAX = none of them, else the first one of the batch
 * (with ReportBatchItemFailures); 0 = the whole batch. */
void model_answered(struct trigger_model *m, unsigned lane, size_t failed, int64_t now_ms);
void model_refused(struct trigger_model *m, unsigned lane, int64_t now_ms);
void model_gave_up(struct trigger_model *m, unsigned lane, bool written, int64_t now_ms);
/* By hand. */
void model_retry_now(struct trigger_model *m, int64_t now_ms);
void model_skip(struct trigger_model *m);

/* Tumbling windows: what the order says of them; before model_invokes(). */
bool model_windowed(struct trigger_model *m, const struct delivery_order *order,
    const size_t *batch, int64_t now_ms);
/* The order's call succeeded with this state; NULL = it was given up. Before the lane is told. */
void model_window_done(struct trigger_model *m, unsigned lane, const char *state);
/* What the next life finds in the place: 0 = no window is open. */
void model_window_resume(
    struct trigger_model *m, unsigned lane, int64_t start_ms, struct str state);

/* Whether these sums are right. `alone`: one life, so that calls can be compared, too. */
bool model_counts(struct trigger_model *m, const struct delivery_ledger *ledger, bool alone);
/* Whether all is dealt with. */
bool model_idle(const struct trigger_model *m);

/* How far a lane is dealt with without a gap: the number behind which nothing is dealt with,
 * SIZE_MAX where the lane has nothing dealt with yet. */
size_t model_front(const struct trigger_model *m, unsigned lane);
/* A life ended; the next one begins behind these fronts (SIZE_MAX = at the beginning). Nothing is
 * pushed. False: a front leaves records behind that were not dealt with. */
bool model_resume(struct trigger_model *m, const size_t fronts[DELIVERY_LANES_MAX]);
/* Sums of what lies at or before the fronts. */
struct delivery_ledger model_ledger_at(
    const struct trigger_model *m, const size_t fronts[DELIVERY_LANES_MAX]);

#endif
