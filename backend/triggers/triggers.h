/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_TRIGGERS_H
#define BACKEND_TRIGGERS_TRIGGERS_H

#include "backend/backend.h"
#include "backend/triggers/invoker.h"
#include "backend/triggers/registry.h"

/*
 * The triggers of one connection, run by this process: for each enabled mapping a thread that holds
 * its lease, follows its stream and delivers. Whoever has a connection open for long runs them:
 * `serve`, the explorer, `trigger run`. Where another process holds a lease it waits, and goes on
 * from the checkpoint when that one ends or dies.
 *
 *   stream ─follow─▶ filters ─▶ delivery ─▶ invoker ─▶ function
 *                                  │  ▲________________/
 *                                  ▼
 *                               progress (synced), status (for those who look)
 */
struct triggers;

struct triggers_options {
    const char *folder;  /* the registry's */
    const char *trusted; /* see trust.h; NULL = the user's */
    const struct clock *clock;
    struct str region;
    struct str endpoint, access_key, secret_key, session_token; /* see invoker_options */
    const char
        *watch_path;  /* a file that changes when the data does; NULL = ask 4 times a second */
    bool run;         /* false: only invoke by hand, run no mapping */
    const char *only; /* a UUID or a function's name: only these; NULL = all */
};

/* `backend` is borrowed, and called from several threads. */
struct triggers *triggers_open(
    struct backend *backend, const struct triggers_options *options, struct err *err);
/* Lets go of the leases; what is being invoked gets `grace_ms` to end, then it is killed: its
 * records come again. */
void triggers_close(struct triggers *t, int64_t grace_ms);
struct registry *triggers_registry(struct triggers *t);
struct invoker *triggers_invoker(struct triggers *t);
/* Something was changed by this process: look now rather than soon. */
void triggers_wake(struct triggers *t);

/* The folder of a connection's triggers: in the store, or in the user's state folder for what is
 * elsewhere. NUL-terminated. */
bool triggers_folder(const struct backend *backend, struct buf *path, struct err *err);

#endif
