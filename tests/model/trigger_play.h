/* SPDX-License-Identifier: MIT */
#ifndef TESTS_MODEL_TRIGGER_PLAY_H
#define TESTS_MODEL_TRIGGER_PLAY_H

#include "tests/model/trigger_model.h"

/*
 * One random schedule: a stream, a function with moods, a clock, kills; played against the
 * delivery, with the model looking on. All of it comes from the seed and what is left on.
 */
struct play_options {
    uint64_t seed;
    unsigned steps;
    /* What may happen: turned off one by one to find the smallest schedule that fails. */
    bool no_kills, no_failures, no_partial, no_refusals, no_blocked_destination, no_filters;
    bool no_hands, no_ages, no_windows, no_tumbling, no_lanes, no_large_events, no_poison;
};

struct play_result {
    unsigned steps;      /* that were done */
    uint64_t orders;     /* calls and give-ups */
    uint64_t lives;      /* kills and 1 */
    uint64_t twice;      /* records that succeeded in one life and came again in another */
    char complaint[768]; /* "" = all went as the model allows */
};

void play_run(const struct play_options *options, struct play_result *out);

#endif
