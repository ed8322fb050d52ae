/* SPDX-License-Identifier: MIT */
#ifndef TESTS_MODEL_TRIGGER_PLAY_IMPL_H
#define TESTS_MODEL_TRIGGER_PLAY_IMPL_H

#include "tests/model/trigger_moods.h"
#include "tests/model/trigger_play.h"

/* Private to trigger_play.c (the schedule) and trigger_orders.c (records in, orders out). */

enum { ITEMS = 24, TEXT = 48, LARGEST = 700 << 10 };

/* A place as it is kept: nothing borrowed. */
struct saved {
    unsigned factor;
    char sequence[DELIVERY_LANES_MAX][TEXT];
    size_t fronts[DELIVERY_LANES_MAX];
    struct delivery_ledger ledger;
    int64_t window_start_ms;
    char state[MODEL_STATE];
};

struct play {
    const struct play_options *o;
    struct play_result *out;
    uint64_t random;
    struct trigger_model *m;
    struct delivery *d;
    struct delivery_rules rules;
    int64_t now_ms, start_ms, wake_ms;
    size_t limit, next; /* records of the stream; the next one to push in this life */
    unsigned lanes[ITEMS];
    unsigned fail_in, refuse_in, poison_in, filter_in; /* moods: one in so many; 0 = never */
    bool cured, closed, poison_named;
    size_t event_most;
    struct delivery_order orders[DELIVERY_LANES_MAX];
    bool given[DELIVERY_LANES_MAX];
    size_t *batch;
    struct buf text, answer;
    char *event; /* a large one */
    struct saved saved;
    uint64_t version;
    uint64_t states;
};

/* Both return false where it is not allowed, and leave the reason in the result. */
bool play_complain(struct play *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool play_allowed(struct play *p, bool allowed);

size_t play_number_of(struct str sequence); /* SIZE_MAX: none of ours */
/* Which lane an item has is the delivery's own choice, but a function of the item. */
unsigned play_lane_of(size_t item, unsigned factor);
/* Writes and pushes records, as long as there is room. */
void play_push(struct play *p, size_t most);
/* Takes the next order, if there is one. */
bool play_take(struct play *p);
/* Answers one order that is out, if there is one. */
bool play_answer(struct play *p);

#endif
