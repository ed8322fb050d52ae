/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_PACE_H
#define BACKEND_PACE_H

#include <stdint.h>

/*
 * At most so many items a second, whoever of several takes them. Arithmetic only: times come from
 * the caller, who also waits. What is taken is paid for in time from then on, so that no second
 * has more than the rate and one page.
 */
struct pace {
    int64_t rate;    /* items a second; 0 = as fast as it goes */
    int64_t paid_ns; /* up to when what was taken is paid for */
};

/* Nanoseconds until more may be taken; 0 = now. */
int64_t pace_wait(const struct pace *pace, int64_t now_ns);
void pace_take(struct pace *pace, int64_t items, int64_t now_ns);
/* What was taken and not needed. */
void pace_give_back(struct pace *pace, int64_t items);
/* How much to take at a time: small pages keep a slow pace even. 0 = no limit, as in a request. */
int64_t pace_page(const struct pace *pace, int64_t asked);

#endif
