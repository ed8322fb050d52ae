/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_INVOKER_H
#define BACKEND_TRIGGERS_INVOKER_H

#include "backend/triggers/function.h"
#include "base/clock.h"

#include <stdatomic.h>

/*
 * Runs functions: warm processes behind a Lambda Runtime API on loopback (nodejs, python, provided)
 * or a process a batch (exec). Each invocation has a process for itself while it runs; processes
 * are kept for the next one, started anew when the code changes, and ended after a while without
 * work. One thread of its own for all of them.
 *
 * An exec program gets the event on its standard input, and has no arguments. Exit code 0 is
 * success: what it printed is the result where it is JSON; nothing is null; other text is in the
 * log, and a string as the result (which as an answer with batchItemFailures would be none: all
 * fail). What it prints on the standard error is the log.
 *
 * MemorySize is told and reported, not enforced, up to a gigabyte: what has more than that (or more
 * than a larger MemorySize) of its own is killed. With PassCredentials, where the connection is a
 * remote one, SDKs get their user's keys from the environment and go there by themselves.
 */
struct invoker;

struct invoker_options {
    const char *folder;        /* the registry's: logs and runs go there */
    const struct clock *clock; /* NULL = the system's */
    struct str region;
    struct str endpoint; /* http://127.0.0.1:PORT: where SDKs in functions go; empty = none */
    struct str access_key, secret_key, session_token; /* for it; empty = dummies */
    struct str remote;  /* backend_place() of a remote connection; empty = it is none */
    unsigned processes; /* of one function at most; 0 = 16 */
    int64_t idle_ms;    /* a process without work is ended after; 0 = 5 minutes */
};

enum invoked {
    INVOKED_OK,      /* `payload` is the result */
    INVOKED_ERROR,   /* the function failed: FunctionError Unhandled, `payload` says how */
    INVOKED_TIMEOUT, /* likewise; its process group was killed */
    INVOKED_EXIT,    /* likewise: Runtime.ExitError */
    INVOKED_INIT,    /* likewise: it could not start or load */
    INVOKED_REFUSED, /* not run, and it is not the function's fault: untrusted, no process to be
                      * had, cancelled. Uses up no retry */
};

struct invocation {
    const struct function *function;             /* borrowed until done */
    struct str event;                            /* JSON, borrowed until done */
    struct str client_context;                   /* JSON, or empty */
    void (*done)(struct invocation *invocation); /* on the invoker's thread, once; be quick */
    void *context;
    /* What came out; buffers are owned by the invocation: invocation_fini(). */
    char request_id[37];
    enum invoked outcome;
    struct buf
        payload; /* the result's JSON as sent (at most 6 MB), or {"errorMessage","errorType"…} */
    struct buf tail; /* the last 4 KB of its log */
    char log_stream[96];
    int64_t started_ms, duration_us, init_us; /* init_us: 0 = it was warm */
    int64_t memory_kb;
    struct invocation *next; /* the invoker's own */
};

struct invoker *invoker_open(const struct invoker_options *options, struct err *err);
/* Kills what runs (done() comes with INVOKED_REFUSED), joins the thread. */
void invoker_close(struct invoker *invoker);
/* Queues where all processes are busy. */
void invoker_start(struct invoker *invoker, struct invocation *invocation);
/* Kills it; done() still comes, as INVOKED_REFUSED. */
void invoker_cancel(struct invoker *invoker, struct invocation *invocation);
void invocation_fini(struct invocation *invocation);
/* "ok", "error", "timeout", "exit", "init", "refused": as runs.h has them. */
const char *invoker_word(enum invoked outcome);
/* The code changed, or the function is gone: its processes end after what they do. */
void invoker_drop(struct invoker *invoker, struct str function);

#endif
