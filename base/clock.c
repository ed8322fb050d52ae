/* SPDX-License-Identifier: MIT */
/* The clock seam. */
#include "base/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t id, int64_t per_second)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * per_second + now.tv_nsec / (1000000000 / per_second);
}

int64_t clock_now_ms(const struct clock *clock)
{
    return clock ? clock->now_ms(clock) : read_clock(CLOCK_REALTIME, 1000);
}

int64_t clock_tick_ns(void)
{
    return read_clock(CLOCK_MONOTONIC, 1000000000);
}

static int64_t fake_now(const struct clock *clock)
{
    return ((const struct clock_fake *)clock)->ms;
}

void clock_fake_init(struct clock_fake *fake, int64_t ms)
{
    *fake = (struct clock_fake){.clock = {fake_now}, .ms = ms};
}
