/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_ANSWER_H
#define BACKEND_SERVE_ANSWER_H

#include "backend/backend.h"
#include "backend/http/http.h"
#include "backend/serve/gate.h"
#include "backend/serve/keys.h"
#include "backend/serve/offer.h"

/*
 * From a request to its answer, by way of a backend. All functions may run on several threads.
 */
struct answer {
    struct backend *backend;
    struct gate gate;
    const struct keys *keys;   /* NULL = any signature will do */
    const struct clock *clock; /* NULL = the system's */
    bool quick_writes;         /* writes do not wait for a disk */
    bool trace;                /* a line for each request on the standard error */
    struct offer *offer;       /* what is offered besides DynamoDB; NULL = nothing */
};

/* For the transport; `answer` has to outlive it. */
struct http_handler answer_handler(struct answer *answer);

#endif
