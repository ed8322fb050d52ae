/* SPDX-License-Identifier: MIT */
/*
 * The schedule of attempts as arithmetic: it neither waits nor sends, so that tests see all of it.
 * Knows nothing of whether a request may be sent twice; see remote.c.
 */
#include "backend/remote/retry.h"

enum {
    BASE_TRANSIENT_MS = 25,
    BASE_THROTTLED_MS = 1000,
    LONGEST_MS = 20000,
    WISH_MORE_MS = 5000,
    COST_TRANSIENT = 14,
    COST_THROTTLED = 5,
};

struct retry retry_start(struct retry_bucket *bucket, unsigned attempts)
{
    return (struct retry){
        .bucket = bucket, .attempt = 1, .attempts = attempts ? attempts : RETRY_ATTEMPTS};
}

static bool bucket_take(struct retry_bucket *bucket, int cost)
{
    int taken = atomic_load(&bucket->taken);
    while (taken + cost <= RETRY_BUCKET)
        if (atomic_compare_exchange_weak(&bucket->taken, &taken, taken + cost))
            return true;
    return false;
}

static void bucket_return(struct retry_bucket *bucket, int tokens)
{
    int taken = atomic_load(&bucket->taken);
    while (taken > 0) {
        int rest = taken > tokens ? taken - tokens : 0;
        if (atomic_compare_exchange_weak(&bucket->taken, &taken, rest))
            return;
    }
}

static int64_t longest_delay(unsigned attempt, enum retry_kind kind)
{
    int64_t delay = kind == RETRY_THROTTLED ? BASE_THROTTLED_MS : BASE_TRANSIENT_MS;
    for (unsigned i = 1; i < attempt && delay < LONGEST_MS; i++)
        delay *= 2;
    return delay < LONGEST_MS ? delay : LONGEST_MS;
}

bool retry_next(
    struct retry *retry, enum retry_kind kind, int64_t wish_ms, uint32_t random, int64_t *delay_ms)
{
    int cost = kind == RETRY_THROTTLED ? COST_THROTTLED : COST_TRANSIENT;
    if (kind == RETRY_NOT || retry->attempt >= retry->attempts || !bucket_take(retry->bucket, cost))
        return false;
    int64_t delay = (int64_t)(((uint64_t)longest_delay(retry->attempt, kind) * random) >> 32);
    if (wish_ms > delay)
        delay = wish_ms < delay + WISH_MORE_MS ? wish_ms : delay + WISH_MORE_MS;
    retry->taken = cost;
    retry->attempt++;
    *delay_ms = delay;
    return true;
}

void retry_succeeded(struct retry *retry)
{
    bucket_return(retry->bucket, retry->taken ? retry->taken : 1);
    retry->taken = 0;
}

static bool one_of(struct str name, const char *const *names)
{
    for (; *names; names++)
        if (str_equal(name, str_from(*names)))
            return true;
    return false;
}

enum retry_kind retry_kind_of(int status, struct str name)
{
    static const char *const throttles[] = {"ThrottlingException", "ThrottledException",
        "RequestThrottled", "RequestThrottledException", "Throttling",
        "ProvisionedThroughputExceededException", "RequestLimitExceeded",
        "TransactionInProgressException", "LimitExceededException", "TooManyRequestsException",
        "SlowDown", NULL};
    static const char *const transient[] = {"RequestTimeout", "RequestTimeoutException",
        "PriorRequestNotComplete", "ReplicatedWriteConflictException", NULL};
    if (one_of(name, throttles) || status == 429)
        return RETRY_THROTTLED;
    if (one_of(name, transient) || status == 500 || (status >= 502 && status <= 504) ||
        status == 509)
        return RETRY_TRANSIENT;
    return RETRY_NOT;
}
