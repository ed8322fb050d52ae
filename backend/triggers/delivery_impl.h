/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_DELIVERY_IMPL_H
#define BACKEND_TRIGGERS_DELIVERY_IMPL_H

#include "backend/triggers/delivery.h"
#include "base/arena.h"

/* Private to delivery*.c: a lane, and the machine made of them. */

/* Bytes of records live in chunks that never move; a chunk is free when its last record is. */
struct delivery_chunk;

struct delivery_entry {
    struct delivery_record record;
    struct str before; /* the number pushed before it, to any lane */
    struct delivery_chunk *chunk;
    int64_t pushed_ms;
    uint32_t filtered; /* records behind it, before the next one here, that were not wanted */
    bool sent;         /* the function has had it */
};

enum delivery_out { DELIVERY_OUT_NONE, DELIVERY_OUT_INVOKE, DELIVERY_OUT_GIVE_UP };
enum { DELIVERY_PARTS_MAX = 24 };

struct delivery_lane {
    struct delivery_entry *entries; /* [first, first + count) */
    size_t first, count, room, bytes;
    struct delivery_chunk *oldest, *newest, *spare;
    struct delivery_record *handed; /* what the order that is out points to */
    size_t handed_room, handed_count;

    enum delivery_out out;
    bool expired;                     /* the order that is out */
    bool final, early;                /* the order that is out, or comes again, ends a window */
    bool fixed;                       /* the batch has been run: it stays as it is */
    bool skip;                        /* give it up, whatever the count says */
    size_t batch;                     /* records of the batch; 0 = to be cut */
    size_t parts[DELIVERY_PARTS_MAX]; /* sizes of what follows the batch, the last one next */
    size_t part_count;
    unsigned failures, refusals;
    int64_t due_ms;   /* not before */
    struct buf floor; /* all up to here was dealt with before */
};

struct delivery_window {
    bool open;
    int64_t start_ms, drained_ms;
    struct buf state;
};

struct delivery {
    struct delivery_rules rules;
    unsigned factor; /* lanes in use: the rules' once the lanes are level */
    struct delivery_lane lanes[DELIVERY_LANES_MAX];
    struct delivery_lane held; /* beyond `level`, until the lanes are level */
    struct buf level, last;    /* the highest number dealt with earlier; the last one pushed */
    struct delivery_window window;
    struct delivery_ledger kept; /* what the place says */
    uint64_t filtered;           /* behind what is pending: not in `kept` yet */
    uint64_t version, random;
    unsigned turn;
    bool closed;
    struct arena scratch;
};

/* ---- delivery_lane.c: the queue ---- */
void delivery_lane_fini(struct delivery_lane *lane);
void delivery_lane_push(struct delivery_lane *lane, const struct delivery_record *record,
    struct str before, int64_t now_ms);
/* Forgets the first `count`; the number of unwanted records behind them. */
uint64_t delivery_lane_pop(struct delivery_lane *lane, size_t count);
struct delivery_entry *delivery_lane_at(const struct delivery_lane *lane, size_t nth);
/* An array of the first `count` records, good until the next one is asked for. */
const struct delivery_record *delivery_lane_hand(struct delivery_lane *lane, size_t count);

/* ---- delivery_batch.c: what becomes of a batch ---- */
/* The next thing to do in this lane; its wake_ms where it is to wait. */
void delivery_batch_next(
    struct delivery *d, struct delivery_lane *lane, int64_t now_ms, struct delivery_order *order);
void delivery_batch_invoked(struct delivery *d, struct delivery_lane *lane,
    enum delivery_outcome outcome, struct str response, int64_t now_ms);
void delivery_batch_given_up(
    struct delivery *d, struct delivery_lane *lane, bool written, int64_t now_ms);

/* ---- delivery_window.c: tumbling windows ---- */
int64_t delivery_window_of(const struct delivery *d, int64_t time_ms); /* its start */
/* Whether the open window ends now: *early too. Where not, *wake_ms = when to look again. */
bool delivery_window_ends(const struct delivery *d, const struct delivery_lane *lane,
    int64_t now_ms, bool *early, int64_t *wake_ms);
/* Opens the one of the lane's first record where none is. */
void delivery_window_enter(struct delivery *d, const struct delivery_lane *lane);
void delivery_window_close(struct delivery *d);
void delivery_window_set_state(struct delivery *d, struct str state);

#endif
