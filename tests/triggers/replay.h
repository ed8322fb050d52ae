/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TRIGGERS_REPLAY_H
#define TESTS_TRIGGERS_REPLAY_H

#include "tests/triggers/world.h"

/*
 * What a function accounts for and what was given up, told to the model of Lambda's rules in the
 * order in which it happened: whether it may have happened so, and what the sums have to be.
 */
struct replay {
    const char *name;
    struct delivery_rules rules;
    const struct world_records *truth;
    struct world_call *calls;
    struct world_letter *letters;
    bool slow; /* what says "ok" and comes again had too little time */
};

/* A line of the file of dead letters. */
struct world_letter {
    bool expired, told;
    size_t *records, count;
    struct world_letter *next;
};
/* In `arena`; of the file at `path`. */
struct world_letter *replay_letters(
    const char *path, const struct world_records *truth, struct arena *arena);

/* Ends the program where it may not have happened so. */
struct delivery_ledger replay_run(const struct replay *r);

#endif
