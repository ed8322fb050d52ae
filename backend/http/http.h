/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_HTTP_HTTP_H
#define BACKEND_HTTP_HTTP_H

#include "backend/http/message.h"
#include "base/err.h"

#include <stdatomic.h>

/*
 * The transport: HTTP/1.1 on sockets that are already listening, requests in, answers out. The only
 * user of libmicrohttpd.
 */
enum http_next {
    HTTP_ANSWERED,
    HTTP_RUN,       /* run() is quick: right here */
    HTTP_RUN_APART, /* run() may wait for a disk: on a thread where nobody else waits for it */
    HTTP_START,     /* may take long: start(), or run() on a thread of its own; never here */
};

struct http_handler {
    /* The head is there. False = `reply` is the answer; the body will not be read. */
    bool (*admit)(void *context, struct request *request, struct reply *reply);
    /* The body is there too. */
    enum http_next (*begin)(void *context, struct request *request, struct reply *reply);
    void (*run)(void *context, struct request *request, struct reply *reply);
    /* HTTP_START, HTTP_RUN_APART without a thread: the reply will be there when `done(ticket)` is
     * called, once, by any thread. False = nothing has happened: run() it. May be NULL. */
    bool (*start)(void *context, struct request *request, struct reply *reply,
        void (*done)(void *ticket), void *ticket);
    /* The answer is about to be sent. */
    void (*done)(
        void *context, const struct request *request, const struct reply *reply, int64_t ns);
    void *context;
};

/* Zeroed = the defaults. */
struct http_limits {
    unsigned threads;     /* that read and write sockets; 0 = by the number of processors */
    unsigned writers;     /* threads for HTTP_RUN_APART at most; 0 = 64 */
    unsigned connections; /* at most; 0 = 256 */
    int64_t head_ms;      /* for a head to arrive; 0 = 10 s */
    int64_t idle_ms;      /* between requests; 0 = 75 s, -1 = as long as they like */
    size_t body;          /* bytes of a body that are kept; 0 = all: admit() sees to it */
};

struct http;
struct http *http_open(
    const struct http_handler *handler, const struct http_limits *limits, struct err *err);
/* Takes connections from `sockets` until `*stop` is set (by a signal handler: the signals of the
 * calling thread interrupt the wait) or http_stop() is called, then answers what is in flight. The
 * sockets stay the caller's. */
bool http_run(
    struct http *http, const int *sockets, size_t count, const atomic_bool *stop, struct err *err);
/* A connection that was accepted elsewhere; owns the descriptor. `mark` comes back with each of its
 * requests. Counts and deadlines are up to http_run(), where it runs at all. From any thread. */
void http_take(struct http *http, int fd, uint64_t mark);
/* From any thread. */
void http_stop(struct http *http);
void http_close(struct http *http);
/* Connections that are open now. */
unsigned http_connections(const struct http *http);

#endif
