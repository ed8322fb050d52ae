/* SPDX-License-Identifier: MIT */
/* The clock seam. */
#include "base/clock.h"
#include "tests/test.h"

#include <time.h>

static void without_a_clock_it_is_the_system_time(void **state)
{
    (void)state;
    int64_t before = (int64_t)time(NULL) * 1000, now = clock_now_ms(NULL);
    assert_true(now >= before - 1000);
    assert_true(now <= ((int64_t)time(NULL) + 2) * 1000);
}

static void a_test_clock_stands_until_it_is_moved(void **state)
{
    (void)state;
    struct clock_fake fake;
    clock_fake_init(&fake, 1700000000123);
    assert_true(clock_now_ms(&fake.clock) == 1700000000123);
    assert_true(clock_now_ms(&fake.clock) == 1700000000123);
    fake.ms += 1000;
    assert_true(clock_now_ms(&fake.clock) == 1700000001123);
}

static void ticks_never_go_back(void **state)
{
    (void)state;
    int64_t last = clock_tick_ns();
    for (int i = 0; i < 10000; i++) {
        int64_t now = clock_tick_ns();
        assert_true(now >= last);
        last = now;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_clock_it_is_the_system_time),
        cmocka_unit_test(a_test_clock_stands_until_it_is_moved),
        cmocka_unit_test(ticks_never_go_back),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
