/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_REMOTE_TRANSPORT_H
#define BACKEND_REMOTE_TRANSPORT_H

#include "base/buf.h"
#include "base/err.h"

#include <stdatomic.h>

/*
 * HTTP requests to one endpoint, from any number of threads: each has a connection of its own that
 * is kept between requests. Opening does nothing that takes time; libcurl is loaded by the first
 * request.
 */
struct transport;

struct transport_options {
    const char *agent;    /* the beginning of User-Agent, a literal; NULL = none is sent */
    struct str ca_bundle; /* a file of certificates instead of the system's; borrowed */
    bool direct;          /* no proxy, whatever the environment says */
    int64_t connect_ms;   /* 0 = 5 s */
    int64_t stall_ms;     /* less than 1 KB moved in so long is the end; 0 = TRANSPORT_STALL_MS */
    size_t answer_max;    /* bytes of a body; 0 = 64 MiB */
};

enum { TRANSPORT_HEADERS_MAX = 12, TRANSPORT_ID_MAX = 64, TRANSPORT_STALL_MS = 60000 };

struct transport_request {
    const char *method; /* POST, GET, PUT */
    const char *url;
    const char *const *headers; /* lines, `header_count` of them */
    size_t header_count;
    struct str body;
    /* The body is handed out at most once: where a kept connection turns out to be dead after some
     * of it went out, the request fails instead of being sent anew. */
    bool once;
    _Atomic int64_t *moved_ns; /* NULL, or told clock_tick_ns() whenever bytes have moved */
    const atomic_bool *cancel; /* NULL, or looked at twenty times a second */
    int64_t deadline_ns;       /* clock_tick_ns(), 0 = none */
};

struct transport_answer {
    int status;
    struct buf *body; /* the caller's */
    bool has_crc;
    uint32_t crc;              /* x-amz-crc32 */
    int64_t retry_after_ms;    /* x-amz-retry-after; -1 = none */
    int64_t date_ms;           /* Date of a refusal; 0 = none */
    char id[TRANSPORT_ID_MAX]; /* x-amzn-RequestId, or "" */
    /* Where there was no answer: */
    bool sent;     /* some of the request may have reached the server */
    bool hopeless; /* trying again cannot help */
};

struct transport *transport_open(const struct transport_options *options);
void transport_close(struct transport *t);

/* False where there is no whole answer: ERR_UNREACHABLE, ERR_CANCELLED (cancel flag, deadline) or
 * ERR_CONFIG; `answer` says then whether it was sent. Redirects are answers, not followed. */
bool transport_ask(struct transport *t, const struct transport_request *request,
    struct transport_answer *answer, struct err *err);

#endif
