/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_HOST_H
#define VIEWS_CLI_HOST_H

#include "backend/serve/serve.h"
#include "backend/triggers/triggers.h"

/*
 * Where a connection's triggers run in this process: the endpoint that the SDKs of functions go to
 * (a server of our own on loopback that takes nothing but a key made for this run, or the one that
 * is there already), and the triggers over it. A host costs nothing until something is to run.
 *
 *     host_new() ─▶ registry ──host_watch(): something is in it──▶ host_start() ─▶ triggers
 *                                 host_start(): now ───────────────────▲
 */
struct host;

/* An access key that nobody has known before. */
struct host_key {
    char id[21], secret[41];
};
bool host_key_make(struct host_key *key, struct err *err);

/* Zeroed = the defaults. Texts are borrowed until host_free(). */
struct host_options {
    const char *folder;  /* the registry's; NULL = that of the connection */
    const char *trusted; /* see trust.h; NULL = the user's */
    struct str region;   /* of ARNs; empty = us-east-1 */
    bool run;            /* run its mappings, where the connection may be written */
    const char *only;    /* a UUID or a function's name: only these; NULL = all */
    /* A server that runs already, and a key that it takes, for functions; NULL = our own. */
    const struct serve *serve;
    const struct host_key *key; /* NULL = any key will do there */
};

/* `backend` is borrowed, and called from several threads once something was started. */
struct host *host_new(struct backend *backend, const struct host_options *options, struct err *err);
/* Ends what runs: what is being invoked has a moment to come to its end. NULL is fine. */
void host_free(struct host *host);

/* The functions and mappings, also where nothing was started. */
struct registry *host_registry(struct host *host);
/* What was started; NULL before. From any thread. */
struct triggers *host_triggers(struct host *host);
/* Starts what has not been started: some milliseconds. From any thread; NULL with the reason. */
struct triggers *host_start(struct host *host, struct err *err);
/* Starts it on a thread of its own as soon as there is something in the registry, whoever put it
 * there. Nothing happens where the host is not to run mappings. */
void host_watch(struct host *host);
/* Something was put into the registry: look now rather than soon. */
void host_wake(struct host *host);
/* Whether mappings run here, or are to; else why not, in words (`why` may be NULL). */
bool host_runs(const struct host *host, struct buf *why);
/* What host_watch() could not start, and why; false where nothing is wrong. */
bool host_trouble(struct host *host, struct buf *out);

#endif
