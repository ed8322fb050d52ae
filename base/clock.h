/* SPDX-License-Identifier: MIT */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/*
 * Time as a value that is handed down, so that tests own it. NULL means the system's clock
 * everywhere where a `const struct clock *` is taken.
 */
struct clock {
    int64_t (*now_ms)(const struct clock *); /* wall time, milliseconds since 1970 UTC */
};

int64_t clock_now_ms(const struct clock *clock);
/* Monotonic nanoseconds, for measuring durations only. */
int64_t clock_tick_ns(void);

/* A clock for tests: stands still until moved, while other threads look at it. */
struct clock_fake {
    struct clock clock;
    _Atomic int64_t ms;
};
void clock_fake_init(struct clock_fake *fake, int64_t ms);

#endif
