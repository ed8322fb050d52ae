/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_RUNTIME_API_H
#define BACKEND_TRIGGERS_RUNTIME_API_H

#include "base/buf.h"
#include "base/err.h"

/*
 * The Lambda Runtime API 2018-06-01: how a function's process fetches events and hands in results.
 *
 *     GET  /2018-06-01/runtime/invocation/next             held until there is an event
 *     POST /2018-06-01/runtime/invocation/ID/response      the result
 *     POST /2018-06-01/runtime/invocation/ID/error         {"errorMessage","errorType",…}
 *     POST /2018-06-01/runtime/init/error                  it cannot start
 *
 * Calls are queued for one other thread, which answers each of them once, in its own time. Who asks
 * is told by the socket that it came in at: a mark that is given with the connection.
 */
enum runtime_kind { RUNTIME_NEXT, RUNTIME_RESPONSE, RUNTIME_ERROR, RUNTIME_INIT_ERROR };

struct runtime_call {
    enum runtime_kind kind;
    uint64_t mark;         /* of the connection */
    struct str id;         /* response and error: which invocation; slices live until the answer */
    struct str body;       /* at most RUNTIME_BODY_MOST bytes of it */
    uint64_t body_came;    /* how many there were */
    struct str error_type; /* Lambda-Runtime-Function-Error-Type, or empty */
};
enum { RUNTIME_BODY_MOST = 6291556 };

struct runtime_event {
    const char *id, *arn, *trace;
    int64_t deadline_ms;
    struct str client_context; /* JSON, or empty */
    struct str event;
};

struct runtime_api;
/* `wake` is called by any thread when there is a call to be received. */
struct runtime_api *runtime_api_open(void (*wake)(void *context), void *context, struct err *err);
/* All calls have been answered, and runtime_api_receive() finds no further one. */
void runtime_api_close(struct runtime_api *api);
/* Calls that come from now on are answered with 503. */
void runtime_api_stop(struct runtime_api *api);
/* A connection, by a socket that listens for one process; owns the descriptor. Those of other
 * users are closed. */
void runtime_api_take(struct runtime_api *api, int fd, uint64_t mark);
/* The next call, or NULL. It ends with one of the answers below. */
struct runtime_call *runtime_api_receive(struct runtime_api *api);

void runtime_call_next(struct runtime_call *call, const struct runtime_event *event);
void runtime_call_accept(struct runtime_call *call); /* 202 */
enum runtime_refusal {
    RUNTIME_WRONG_ID,    /* 400 InvalidRequestID */
    RUNTIME_WRONG_ORDER, /* 403 InvalidStateTransition */
    RUNTIME_GONE,        /* 410: the invocation is over, or the process is */
    RUNTIME_TOO_LARGE,   /* 413 RequestEntityTooLarge */
};
void runtime_call_refuse(struct runtime_call *call, enum runtime_refusal why);

#endif
