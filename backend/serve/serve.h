/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_SERVE_H
#define BACKEND_SERVE_SERVE_H

#include "backend/backend.h"
#include "backend/triggers/triggers.h"

/*
 * A backend behind the DynamoDB HTTP API. On loopback any credentials are taken; on any other
 * address requests have to be signed with a key of the keys file.
 */
struct serve;

/* Zeroed = the defaults. */
struct serve_options {
    const char *host; /* NULL = localhost */
    unsigned port;    /* 0 = a free one */
    const char *keys; /* a file of access keys, see keys.h; NULL = signatures not verified */
    struct str key_id, key_secret; /* one more key, from memory: requests have to be signed */
    const struct clock *clock;     /* NULL = the system's */
    bool quick_writes;             /* the backend's writes do not wait for a disk */
    bool trace;                    /* a line for each request on the standard error */
    unsigned connections;          /* at most; 0 = 256 */
    int64_t head_ms, idle_ms;      /* deadlines of heads and between requests; 0 = 10 s and 75 s */
};

/* Opens the port; `backend` is borrowed. Requests wait until serve_run(). */
struct serve *serve_open(
    struct backend *backend, const struct serve_options *options, struct err *err);
/* Offers Lambda, CloudWatch Logs and what functions are put behind: to be called before
 * serve_run(). Without it their places answer as unknown operations. `triggers` is borrowed; close
 * it before the server, since what is being invoked for a request ends with it. */
void serve_offer(struct serve *serve, struct triggers *triggers);
/* Serves until `*stop` is set by a signal handler or serve_stop() is called, and returns when all
 * that was in flight is answered. `stop` may be NULL. */
bool serve_run(struct serve *serve, const atomic_bool *stop, struct err *err);
/* From any thread or signal handler. */
void serve_stop(struct serve *serve);
void serve_close(struct serve *serve);

unsigned serve_port(const struct serve *serve);
/* "http://127.0.0.1:8000"; lives with the server. */
const char *serve_url(const struct serve *serve);

#endif
