/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_REMOTE_RETRY_H
#define BACKEND_REMOTE_RETRY_H

#include "base/str.h"

#include <stdatomic.h>

/*
 * When and how often to try again, as the AWS SDKs do since 2026 for DynamoDB: four attempts, waits
 * of a random part of 25 ms (1 s where throttled) doubling up to 20 s, the server's own wish
 * (x-amz-retry-after) within 5 s above that, and a bucket of tokens that all requests of a
 * connection share, so that a service in trouble is not asked three times as much.
 */
enum retry_kind { RETRY_NOT, RETRY_TRANSIENT, RETRY_THROTTLED };

enum { RETRY_ATTEMPTS = 4, RETRY_BUCKET = 500 };

struct retry_bucket {
    atomic_int taken; /* 0 = full */
};

/* One request and its attempts. */
struct retry {
    struct retry_bucket *bucket;
    unsigned attempt; /* the one under way, from 1 */
    unsigned attempts;
    int taken; /* by the last retry */
};

struct retry retry_start(struct retry_bucket *bucket, unsigned attempts);
/* Whether to try again, and after how long. `wish_ms` is the server's, -1 = none; `random` is
 * uniform over 32 bits. */
bool retry_next(
    struct retry *retry, enum retry_kind kind, int64_t wish_ms, uint32_t random, int64_t *delay_ms);
/* The attempt was answered: tokens go back. */
void retry_succeeded(struct retry *retry);

/* What an error answer is: by its exception's name and the status. */
enum retry_kind retry_kind_of(int status, struct str name);

#endif
