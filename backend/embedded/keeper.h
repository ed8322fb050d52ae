/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_KEEPER_H
#define BACKEND_EMBEDDED_KEEPER_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The engine's one background thread. It runs bounded steps: of jobs that operations leave behind
 * (what is to be done stands in the store, not here: a wake only says "look"), and of upkeep every
 * so often. The thread starts with the first wake or period, so that a process which needs neither
 * has none; keeper_free() ends and joins it at the end of the step that runs.
 *
 * Who may call what: keeper_task() the thread that opens the engine, before anybody wakes;
 * keeper_free() the one that closes it; all else any thread at any time, a step too, but that a
 * step must not wait. No function may be called inside of a store transaction but keeper_wake()
 * and keeper_stopping().
 */
struct engine;
struct keeper;

enum keeper_kind {
    KEEPER_JOBS,   /* backups, restores, exports, imports */
    KEEPER_UPKEEP, /* what writes take with them otherwise, in a process that nobody writes through
                    */
    KEEPER_KINDS
};

/* One bounded step, well below a second; calls the store as any other thread does. *more = there is
 * something to do at once. A failure is kept for keeper_wait(); the task rests for a while and is
 * tried again. */
typedef bool keeper_step(struct engine *engine, bool *more, struct err *err);

struct keeper *keeper_new(struct engine *engine);
/* NULL is fine. Work that is left stands in the store. */
void keeper_free(struct keeper *keeper);

/* Says what a kind of work does. */
void keeper_task(struct keeper *keeper, enum keeper_kind kind, keeper_step *step);
/* Runs the task every so many milliseconds from now on; 0 = only when woken. */
void keeper_every(struct keeper *keeper, enum keeper_kind kind, int64_t period_ms);
/* Runs the task as soon as may be, again if it is running. */
void keeper_wake(struct keeper *keeper, enum keeper_kind kind);
/* Waits until the task has been run since the last wake and has no more to do at once; false with
 * its error where its last step failed. */
bool keeper_wait(struct keeper *keeper, enum keeper_kind kind, struct err *err);
/* For long steps: whether they are to come to their next safe point now. */
bool keeper_stopping(const struct keeper *keeper);

#endif
