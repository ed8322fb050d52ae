/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_REMOTE_CREDENTIALS_H
#define BACKEND_REMOTE_CREDENTIALS_H

#include "backend/remote/keys.h"
#include "backend/remote/process.h"
#include "backend/remote/target.h"
#include "base/clock.h"

/*
 * Who signs: the usual chain of sources, looked at when the first request needs keys, and again
 * some time before those expire. One thread asks at a time; others go on with what there is.
 */
struct credentials;

struct credentials_options {
    const struct target *target; /* borrowed, outlives this */
    const struct clock *clock;   /* NULL = the system's */
    const char *metadata;        /* NULL = "http://169.254.169.254": EC2's service */
};

struct credentials *credentials_open(const struct credentials_options *options);
void credentials_close(struct credentials *c);

/* Keys for the caller, who drops them. NULL with ERR_CONFIG (none; the text names the remedy),
 * ERR_AUTH (expired) or ERR_CANCELLED. */
struct keys *credentials_take(
    struct credentials *c, const struct process_limits *limits, struct err *err);
/* The service says that these have expired. True where new ones may be had: the next taker asks. */
bool credentials_reject(struct credentials *c, const struct keys *keys);
/* How to get keys of this kind anew, for messages: "run `aws sso login --profile dev`". */
void credentials_remedy(const struct credentials *c, struct buf *out);

#endif
