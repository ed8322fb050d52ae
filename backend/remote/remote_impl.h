/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_REMOTE_REMOTE_IMPL_H
#define BACKEND_REMOTE_REMOTE_IMPL_H

#include "backend/backend_impl.h"
#include "backend/remote/credentials.h"
#include "backend/remote/remote.h"
#include "backend/remote/retry.h"
#include "backend/remote/sign.h"
#include "backend/remote/transport.h"

#include <pthread.h>

/* For remote.c (life), exchange.c (one call) and head.c (the head of a request). */
struct remote {
    struct backend backend;
    struct target target;
    char *place; /* what it is called, without the name it was opened by */
    const struct clock *clock;
    struct credentials *credentials;
    struct transport *transport;
    struct retry_bucket bucket;
    struct backend_notes notes;
    unsigned attempts; /* 0 = the default */
    _Atomic uint64_t invocations;
    pthread_mutex_t lock; /* of the derived key and whose it is */
    struct keys *signer;
    struct sign_key key;
};

/* ---- exchange.c ---- */

/* One call to its end, attempts and all. */
bool exchange_run(
    struct remote *r, const struct ddb_call *call, struct ddb_reply *reply, struct err *err);

/* ---- head.c ---- */

/* A request's head, made anew for each attempt. */
struct head {
    struct buf text; /* lines, each with its NUL */
    const char *lines[TRANSPORT_HEADERS_MAX];
    size_t count;
};
struct head_request {
    const struct url *url;
    struct str operation, body;
    bool streams;
    char invocation[37]; /* the same for all attempts */
    unsigned attempt, attempts;
};
void head_make(
    struct head *head, struct remote *r, struct keys *keys, const struct head_request *request);
void head_fini(struct head *head); /* wipes */
/* A random UUID, for tokens; returns 32 further random bits. */
uint32_t head_uuid(char out[37]);
/* One that is only unlikely to come twice, without asking the system. */
uint32_t head_invocation(struct remote *r, char out[37]);

#endif
