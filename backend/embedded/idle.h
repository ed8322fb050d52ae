/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_IDLE_H
#define BACKEND_EMBEDDED_IDLE_H

#include "backend/embedded/engine.h"

/*
 * Upkeep of a process that stays open, on the keeper's thread: what writes take with them otherwise
 * goes on when nobody writes. A look says what is to be done and when the next one is due; where
 * nothing ever will be, the thread sleeps until a call finds the store changed.
 */
enum {
    IDLE_LOOK_MS = 1000,      /* from a change to the look at it */
    IDLE_POLL_MS = 10 * 1000, /* where tables have a time to live: others may write to them */
    IDLE_REST_MS = 5000,      /* from a walk through all tables to the next, at least */
    IDLE_SHARE = 20,          /* and so many times as long as the walk took */
    IDLE_TRIM_MS = 60 * 1000, /* from one trimming to the next */
    IDLE_PATIENCE_MS = 5 * 60 * 1000, /* that another process is left to do it */
    IDLE_LEASE = 0, /* of the one process that works; jobs have theirs from 1 on */
};

struct idle;

/* Before the engine is used; not for a store that is open for reading only. */
void idle_start(struct engine *engine);
/* After the keeper's end. NULL is fine. */
void idle_free(struct idle *idle);
/* After a call: whoever finds the store changed sees to it that somebody looks. Costs nothing. */
void idle_note(struct engine *engine);

#endif
