/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TRIGGERS_TRIGGER_CALLS_H
#define VIEWS_TRIGGERS_TRIGGER_CALLS_H

#include "backend/triggers/invoker.h"
#include "views/app.h"

/*
 * A function called by hand from the explorer, once or with event after event: a replay, a redrive.
 * What runs triggers is started for it where it does not run yet. Nothing waits: answers come on
 * the invoker's thread and are looked at by the loop.
 *
 *   prepare() on the worker's thread ─▶ call ─▶ seen() ─▶ call … ─▶ ended()
 *                     step by step:   └▶ step() ─ waits ─ trigger_calls_go() ─▶ call …
 */
struct trigger_calls;

struct trigger_calls_spec {
    struct str function; /* its name */
    struct str what;     /* "replay", for the words */
    void *context;       /* freed by `free` */
    /* Finds the events, one after the other in `events`, NUL behind each; on the worker's thread.
     * NULL = those of `events`. */
    bool (*prepare)(void *context, struct client *client, struct buf *events, struct err *err);
    struct str events;
    /* An answer: whether the function has dealt with the nth event. NULL = where it did not fail.
     */
    bool (*seen)(void *context, size_t nth, const struct invocation *invocation);
    /* Before each call: it waits until it is said how it goes on. `last`: the answer before, or
     * NULL. NULL = nobody is asked. */
    void (*step)(struct app *app, void *context, const struct invocation *last);
    /* All answers are there, or it was stopped, or could not begin (err). `last` may be NULL. */
    void (*ended)(struct app *app, void *context, const struct trigger_calls *calls,
        const struct invocation *last, const struct err *err);
    void (*free)(void *context);
};

/* *slot is where the owner keeps it: NULL again when it has ended. NULL: another one runs. */
void trigger_calls_begin(
    struct app *app, struct trigger_calls **slot, const struct trigger_calls_spec *spec);
void trigger_calls_cancel(struct trigger_calls *calls);
/* Whether it waits; what it would call the function with, as long as it does. */
bool trigger_calls_waits(const struct trigger_calls *calls, struct str *event);
/* How it goes on where it waits. */
enum trigger_calls_go { CALLS_GO, CALLS_GO_ALL, CALLS_GO_PAST };
void trigger_calls_go(struct trigger_calls *calls, enum trigger_calls_go how);
/* Its owner goes away: what runs is killed, nothing more is told. */
void trigger_calls_free(struct trigger_calls *calls);
/* "replay: 3 of 10, 1 failed" */
void trigger_calls_words(const struct trigger_calls *calls, struct buf *out);
size_t trigger_calls_count(const struct trigger_calls *calls);
size_t trigger_calls_done(const struct trigger_calls *calls);
size_t trigger_calls_failed(const struct trigger_calls *calls);
size_t trigger_calls_skipped(const struct trigger_calls *calls); /* of those done */

#endif
