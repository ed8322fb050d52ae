/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_OFFER_H
#define BACKEND_SERVE_OFFER_H

#include "backend/backend.h"
#include "backend/http/http.h"
#include "backend/serve/later.h"
#include "backend/serve/route.h"
#include "backend/triggers/triggers.h"

#include <pthread.h>

/*
 * What is offered besides DynamoDB: Lambda, what functions are put behind (function URLs, HTTP
 * APIs), their logs, and the IAM calls that go with them. Code comes in here and is run, so it is
 * for this user alone: see offer_admit().
 */
struct offer {
    struct backend *backend;
    struct triggers *triggers; /* NULL where only what is below is used: in tests */
    struct registry *registry;
    struct invoker *invoker;
    void (*invoke)(struct invoker *invoker, struct invocation *invocation);
    void (*drop)(struct invoker *invoker, struct str function);
    const struct clock *clock;
    const char *url;           /* of this server */
    bool verified;             /* every request has a signature that was verified */
    char *papers;              /* folder of paper.h */
    pthread_mutex_t changing;  /* one change at a time */
    struct later *later;       /* events that are tried again */
    int64_t retry_ms[2];       /* after so long */
    atomic_uint events;        /* asynchronous invocations in hand */
    atomic_uint_fast64_t held; /* bytes of their payloads */
    atomic_bool told;          /* that nothing is enforced: once */
};

enum {
    OFFER_CODE_MAX = 70 << 20, /* a body with 50 MB of zip in base64 */
    OFFER_PAYLOAD_MAX = 6 << 20,
    OFFER_EVENT_MAX = 256 << 10,
    OFFER_EVENTS = 1000,
    OFFER_EVENTS_BYTES = 64 << 20
};

void offer_init(struct offer *offer, struct backend *backend, struct triggers *triggers,
    const struct clock *clock, const char *url, bool verified);
/* Nothing is tried again any more: before the triggers are closed. */
void offer_stop(struct offer *offer);
void offer_fini(struct offer *offer);

/* By the head: who asks, how much. False with the refusal in `reply`. */
bool offer_admit(
    const struct offer *offer, enum route_face face, struct request *request, struct reply *reply);
/* The body is there and the signature read (service: of its scope, "lambda"; may be empty). */
enum http_next offer_begin(struct offer *offer, enum route_face face, struct str service,
    struct request *request, struct reply *reply);
/* On a thread that may wait. */
void offer_run(struct offer *offer, struct request *request, struct reply *reply);
/* Invocations: see http_handler. False = nothing has happened. */
bool offer_start(struct offer *offer, struct request *request, struct reply *reply,
    void (*done)(void *ticket), void *ticket);

/* Changes, one at a time. */
void offer_lock(struct offer *offer);
/* What runs looks at what has changed. */
void offer_unlock_changed(struct offer *offer);
void offer_unlock(struct offer *offer);

#endif
