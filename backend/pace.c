/* SPDX-License-Identifier: MIT */
/*
 * A pace as one moment: up to when what was taken is paid for. Knows no clock and no threads.
 *
 *   take 10 at 20/s          take 10             wait        take 10
 *   |──────── 0.5 s ────────▶|··················|──────── 0.5 s ────────▶|
 *   now                      paid_ns             now
 */
#include "backend/pace.h"

enum { PAGES_A_SECOND = 4, PAGE_MAX = 100000 };

static int64_t time_of(const struct pace *pace, int64_t items)
{
    const int64_t second = 1000000000;
    return items / pace->rate * second +
           (items % pace->rate * second + pace->rate - 1) / pace->rate;
}

int64_t pace_wait(const struct pace *pace, int64_t now_ns)
{
    return pace->rate && pace->paid_ns > now_ns ? pace->paid_ns - now_ns : 0;
}

void pace_take(struct pace *pace, int64_t items, int64_t now_ns)
{
    if (!pace->rate)
        return;
    if (pace->paid_ns < now_ns)
        pace->paid_ns = now_ns; /* what was not taken in time is not saved up */
    pace->paid_ns += time_of(pace, items);
}

void pace_give_back(struct pace *pace, int64_t items)
{
    if (pace->rate && items > 0)
        pace->paid_ns -= time_of(pace, items);
}

int64_t pace_page(const struct pace *pace, int64_t asked)
{
    int64_t page = pace->rate / PAGES_A_SECOND;
    if (!pace->rate)
        return asked;
    page = page < 1 ? 1 : page > PAGE_MAX ? PAGE_MAX : page;
    return asked && asked < page ? asked : page;
}
