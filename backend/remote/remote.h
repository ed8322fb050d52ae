/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_REMOTE_REMOTE_H
#define BACKEND_REMOTE_REMOTE_H

#include "backend/backend.h"
#include "backend/remote/target.h"

/* A DynamoDB endpoint behind HTTP, for backend.c alone. */
struct remote_options {
    struct target_ask ask;
    const struct clock *clock;    /* NULL = the system's */
    int64_t connect_ms, stall_ms; /* 0 = as documented in transport.h */
    const char *metadata;         /* for tests; NULL = as documented in credentials.h */
};

/* Looks at variables and files, not at the network: errors of the endpoint and of the credentials
 * come with the first call. */
struct backend *remote_open(const struct remote_options *options, struct err *err);

#endif
