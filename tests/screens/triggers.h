/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SCREENS_TRIGGERS_H
#define TESTS_SCREENS_TRIGGERS_H

#include "backend/triggers/lease.h"
#include "base/clock.h"
#include "base/err.h"

/*
 * Triggers that all screen tests look at, always the same: one that runs, one whose batch fails,
 * one that is disabled, one that came with the store and is not trusted. With logs, invocations
 * and dead letters. Nothing of it runs: the leases are held so that it looks as if.
 */
struct triggers_sample {
    struct lease leases[2];
};
bool triggers_sample_fill(struct triggers_sample *sample, const char *folder, const char *trusted,
    const struct clock *clock, struct err *err);
void triggers_sample_free(struct triggers_sample *sample);

#endif
