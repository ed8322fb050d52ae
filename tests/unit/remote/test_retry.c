/* SPDX-License-Identifier: MIT */
/* The schedule of attempts. */
#include "backend/remote/retry.h"
#include "tests/test.h"

static const uint32_t most = UINT32_MAX;

static void four_attempts_doubling_from_25_ms(void **state)
{
    (void)state;
    struct retry_bucket bucket = {0};
    struct retry retry = retry_start(&bucket, 0);
    static const int64_t longest[] = {25, 50, 100};
    int64_t delay;
    for (int i = 0; i < 3; i++) {
        assert_true(retry_next(&retry, RETRY_TRANSIENT, -1, most, &delay));
        assert_int_equal(delay, longest[i] - 1);
    }
    assert_int_equal(retry.attempt, 4);
    assert_false(retry_next(&retry, RETRY_TRANSIENT, -1, most, &delay));
}

static void throttling_waits_from_a_second_and_never_above_twenty(void **state)
{
    (void)state;
    struct retry_bucket bucket = {0};
    struct retry retry = retry_start(&bucket, 100);
    int64_t delay, last = 0;
    for (int i = 0; i < 99; i++) {
        assert_true(retry_next(&retry, RETRY_THROTTLED, -1, most, &delay));
        assert_true(delay >= last && delay < 20000);
        last = delay;
    }
    assert_int_equal(last, 19999);
}

static void the_wait_is_a_random_part(void **state)
{
    (void)state;
    struct retry_bucket bucket = {0};
    int64_t delay;
    struct retry none = retry_start(&bucket, 0), half = retry_start(&bucket, 0);
    assert_true(retry_next(&none, RETRY_THROTTLED, -1, 0, &delay));
    assert_int_equal(delay, 0);
    assert_true(retry_next(&half, RETRY_THROTTLED, -1, most / 2, &delay));
    assert_int_equal(delay, 499);
}

static void the_servers_wish_counts_within_five_seconds(void **state)
{
    (void)state;
    struct retry_bucket bucket = {0};
    struct retry retry = retry_start(&bucket, 10);
    int64_t delay;
    assert_true(retry_next(&retry, RETRY_TRANSIENT, 700, most, &delay));
    assert_int_equal(delay, 700);
    assert_true(retry_next(&retry, RETRY_TRANSIENT, 60000, most, &delay));
    assert_int_equal(delay, 49 + 5000);
    assert_true(retry_next(&retry, RETRY_TRANSIENT, 0, most, &delay));
    assert_int_equal(delay, 99);
}

static void an_empty_bucket_ends_it_and_success_fills_it_again(void **state)
{
    (void)state;
    struct retry_bucket bucket = {0};
    struct retry last;
    int64_t delay;
    int granted = 0;
    for (int i = 0; i < 100; i++) {
        struct retry retry = retry_start(&bucket, 0);
        if (!retry_next(&retry, RETRY_TRANSIENT, -1, 0, &delay))
            break;
        last = retry;
        granted++;
    }
    assert_int_equal(granted, RETRY_BUCKET / 14);
    struct retry refused = retry_start(&bucket, 0);
    assert_false(retry_next(&refused, RETRY_TRANSIENT, -1, 0, &delay));
    retry_succeeded(&last);
    assert_true(retry_next(&refused, RETRY_TRANSIENT, -1, 0, &delay));
    for (int i = 0; i < 1000; i++)
        retry_succeeded(&last); /* one each: never below empty-handed */
    assert_int_equal(atomic_load(&bucket.taken), 0);
}

static void errors_are_told_apart_by_name_and_status(void **state)
{
    (void)state;
    assert_int_equal(retry_kind_of(400, STR("ThrottlingException")), RETRY_THROTTLED);
    assert_int_equal(
        retry_kind_of(400, STR("ProvisionedThroughputExceededException")), RETRY_THROTTLED);
    assert_int_equal(retry_kind_of(400, STR("TransactionInProgressException")), RETRY_THROTTLED);
    assert_int_equal(retry_kind_of(400, STR("ReplicatedWriteConflictException")), RETRY_TRANSIENT);
    assert_int_equal(retry_kind_of(500, STR("InternalServerError")), RETRY_TRANSIENT);
    assert_int_equal(retry_kind_of(503, STR_NONE), RETRY_TRANSIENT);
    assert_int_equal(retry_kind_of(501, STR_NONE), RETRY_NOT);
    assert_int_equal(retry_kind_of(400, STR("ConditionalCheckFailedException")), RETRY_NOT);
    assert_int_equal(retry_kind_of(400, STR("TransactionCanceledException")), RETRY_NOT);
    assert_int_equal(retry_kind_of(400, STR("ValidationException")), RETRY_NOT);
    struct retry_bucket bucket = {0};
    struct retry retry = retry_start(&bucket, 0);
    int64_t delay;
    assert_false(retry_next(&retry, RETRY_NOT, -1, 0, &delay));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_attempts_doubling_from_25_ms),
        cmocka_unit_test(throttling_waits_from_a_second_and_never_above_twenty),
        cmocka_unit_test(the_wait_is_a_random_part),
        cmocka_unit_test(the_servers_wish_counts_within_five_seconds),
        cmocka_unit_test(an_empty_bucket_ends_it_and_success_fills_it_again),
        cmocka_unit_test(errors_are_told_apart_by_name_and_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
