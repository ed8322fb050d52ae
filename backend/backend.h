/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_BACKEND_H
#define BACKEND_BACKEND_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

#include <stdatomic.h>

/*
 * The waist. Everything that can be asked of a store or an endpoint is one call: an operation's
 * name and a JSON body in, a status and a JSON body out, exactly as on DynamoDB's wire.
 */
struct backend;

struct ddb_call {
    struct str operation;      /* "PutItem"; names of DynamoDB and DynamoDB Streams alike */
    struct str body;           /* JSON, borrowed until backend_call() returns */
    const atomic_bool *cancel; /* NULL, or set by another thread to give up */
    int64_t deadline_ns;       /* clock_tick_ns() after which to give up; 0 = none */
    struct str region;         /* of ARNs in the answer; empty = the backend's own */
    struct str endpoint;       /* HOST[:PORT] under which the caller came; empty = none */
};

struct ddb_reply {
    int status;      /* 200, 400, 413, 500, 503 */
    struct buf body; /* JSON; owned by the reply */
    bool placed;     /* an error whose place in an expression's text is known, beside the wire: */
    size_t at, len;  /* bytes */
    /* Of a call that went over a wire; 0 and "" otherwise. */
    unsigned attempts;   /* how often it was sent */
    char request_id[64]; /* the service's name for the last one */
};

void ddb_reply_fini(struct ddb_reply *reply);
/* Turns an error answer ({"__type":"…#Name","message":"…"}) into an err; false if it is none. */
bool ddb_reply_error(const struct ddb_reply *reply, struct err *err);

/* Runs one operation to its end. False only where no answer could be had (disk, network,
 * cancelled): a ValidationException is an answer, with status 400. ERR_UNKNOWN: the operation
 * writes, was sent, and may or may not have been applied. May be called from several threads.
 * `reply` may be reused from call to call: its body is cleared, not freed. */
bool backend_call(
    struct backend *backend, const struct ddb_call *call, struct ddb_reply *reply, struct err *err);

/* A call that nobody waits for. The caller keeps it, with all that it borrows, until `done` is
 * called: once, by any thread, perhaps before backend_submit() returns. */
struct ddb_task {
    struct ddb_call call;
    struct ddb_reply reply;
    bool answered;  /* what backend_call() would have returned */
    struct err err; /* where it is false */
    void (*done)(struct ddb_task *task);
};
/* Starts a write that others may share a commit with: no thread waits for each of them. False =
 * this is not offered for this call, nothing has happened: backend_call() it. */
bool backend_submit(struct backend *backend, struct ddb_task *task);
/* Closes and frees; NULL is fine. No call may be running. False where a store that syncs once
 * (no_sync) could not: `err` may be NULL where nothing is to be said about that. */
bool backend_close(struct backend *backend, struct err *err);

/* How to open. Zeroed = the defaults. */
struct backend_options {
    const struct clock *clock; /* NULL = the system's */
    bool read_only;            /* refuse every operation that writes */
    bool must_exist;           /* a store that is not there is an error, not created */
    bool no_sync;              /* sync once, on close: for bulk loads; see embedded/README.md */
    bool upkeep;               /* for what stays open: a store is kept up when nobody calls, too */
    bool finish;               /* closing waits for backups, restores, exports and imports */
    const char *buckets;       /* folder of exports' and imports' buckets; NULL = in the store's */
    struct str region;         /* of ARNs; empty = us-east-1. Of a remote one: empty = as in AWS */
    /* Of remote connections: */
    struct str profile;          /* of the AWS files; empty = as the variables say */
    struct str endpoint_url;     /* instead of the one that is made from the region */
    int64_t connect_ms, read_ms; /* to a connection; without a byte of an answer. 0 = what a named
                                  * one says, else 5 s and 60 s */
    int64_t budget;    /* thousandths of capacity units that an action may consume; 0 = none, or
                        * what a named one says */
    bool guard_remote; /* read-only, unless it is a named one that says otherwise */
};

/*
 * Opens a CONNECTION: a folder (an embedded store), "http(s)://host[:port]", "aws" with
 * ":PROFILE" and "@REGION" where wanted,
 * a name from the configuration file (see named.h), the name of an AWS profile where there is no
 * such folder, or NULL / "" for the default store ($XDG_DATA_HOME/dynascope/store). Never waits for
 * a network.
 */
struct backend *backend_open(
    const char *connection, const struct backend_options *options, struct err *err);
/* Whether a bare word names a connection that is no folder. */
bool backend_knows(const char *word);
/* Adds the default store's folder, NUL-terminated behind `len`. */
bool backend_default_path(struct buf *path, struct err *err);
/* Adds the name of the nth connection in the configuration file; false behind the last. */
bool backend_nth_name(int nth, struct buf *out);
/* Checks a store (NULL or "" = the default one): one line a finding, *findings of them. False where
 * it could not be checked. */
bool backend_check(const char *connection, void (*see)(void *context, const char *finding),
    void *context, uint64_t *findings, struct err *err);
/* A few words for the status bar: "local · /path/to/store". Borrowed, lives with the backend. */
const char *backend_label(const struct backend *backend);
/* Where it is, by whatever name it was opened: a store's folder, or what an endpoint is called.
 * Borrowed, lives with the backend; NULL = nowhere. */
const char *backend_place(const struct backend *backend);
/* Whether it is elsewhere: behind a wire, with nothing to watch on this machine. */
bool backend_is_remote(const struct backend *backend);
/* NULL where writes go through; else a literal that ends "this connection is open read-only; …". */
const char *backend_read_only_remedy(const struct backend *backend);
/* What one action may consume, in thousandths of capacity units; 0 = no limit. Whoever begins an
 * action keeps to it: see client_limits. */
int64_t backend_budget(const struct backend *backend);
/* How it is to stand out, as its name in the configuration file says; "" = not at all. Words:
 * "red", "yellow", "green", "blue". */
const char *backend_colour(const struct backend *backend);

/* What is to be typed before something is lost there: its word in the configuration file, or the
 * name of one that is red; "" = nothing. */
enum { BACKEND_WORD_MAX = 31 };
const char *backend_word(const struct backend *backend);

/* What a call on another thread waits for, for those who watch. */
struct backend_wait {
    unsigned attempt, attempts; /* the next one, of so many; while there is silence the one that is
                                 * under way */
    int64_t left_ms;            /* until it is tried; or until the silence is given up */
    int64_t silent_ms;          /* how long nothing has come; 0 = it waits to be tried again */
    const char *why;            /* a literal: "throttled" */
};
/* False where nothing waits to be tried again, and no answer is overdue by seconds. */
bool backend_waiting(const struct backend *backend, struct backend_wait *out);
/* The last four characters of the access key that signs, NUL-terminated; false before the first
 * request, and where there is no key worth the name. */
enum { BACKEND_KEY_TAIL = 4 };
bool backend_key_tail(const struct backend *backend, char out[BACKEND_KEY_TAIL + 1]);
/* By how much this machine's clock is ahead of the endpoint's (negative: behind), where that had to
 * be made up for; else 0. */
int64_t backend_skew_ms(const struct backend *backend);

/* ---- decorators: each takes ownership of `inner` and closes it ---- */

/* Refuses operations that write with AccessDeniedException and a remedy. */
struct backend *backend_read_only(struct backend *inner);

/* One call that was made, as the trace decorator reports it. Slices are borrowed. */
struct backend_trace {
    struct str operation, request, reply;
    int status; /* 0 = no answer */
    int64_t started_ms, duration_ns;
    const struct err *err;  /* where there was no answer */
    unsigned attempts;      /* over a wire: how often it was sent */
    const char *request_id; /* borrowed; "" = none */
};
struct backend *backend_traced(struct backend *inner,
    void (*see)(void *context, const struct backend_trace *trace), void *context);

#endif
