/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_SERVE_LAMBDA_INVOKE_H
#define BACKEND_SERVE_LAMBDA_INVOKE_H

#include "backend/serve/face.h"

/*
 * Invocations for requests: nobody waits for them, the answer is made when the function's is there.
 */
struct lambda_ticket {
    void (*done)(void *ticket);
    void *ticket;
};

/* An invocation and all that it needs, from its start to its answer. */
struct lambda_invoked {
    struct invocation invocation;
    struct arena arena; /* of the function and the event */
    struct function function;
    struct offer *offer;
    struct request *request;
    struct reply *reply;
    struct lambda_ticket waits;
    /* Makes the answer from what came out. */
    void (*answer)(struct lambda_invoked *invoked);
    void *context; /* of answer(), in the arena */
    /* Of an event: how often it was tried, and may be tried again. */
    unsigned attempts, retries;
    struct later_job again;
};

/* Not started yet: the owner is whoever has it, lambda_invoked_start() takes it. */
struct lambda_invoked *lambda_invoked_new(
    struct offer *offer, struct request *request, struct reply *reply, struct lambda_ticket *waits);
void lambda_invoked_free(struct lambda_invoked *invoked);
void lambda_invoked_start(struct lambda_invoked *invoked);
/* What is refused before anything ran: the answer is there. */
void lambda_invoked_refuse(struct lambda_invoked *invoked, const struct err *err);
/* An invocation that was not run, through no fault of its function, as an error. */
bool lambda_invoked_check(const struct lambda_invoked *invoked, struct err *err);

/* Invoke, InvokeAsync. False where the request is none of them. */
bool lambda_start(
    struct offer *offer, struct request *request, struct reply *reply, struct lambda_ticket *waits);

#endif
