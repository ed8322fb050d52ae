/* SPDX-License-Identifier: MIT */
#ifndef TESTS_MODEL_TRIGGER_MOODS_H
#define TESTS_MODEL_TRIGGER_MOODS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What functions answer, and what Lambda's rules make of it. Each draws one of the shapes that mean
 * the same.
 */
uint64_t mood_draw(uint64_t *random);
/* 0 … below - 1 */
size_t mood_below(uint64_t *random, size_t below);
bool mood_chance(uint64_t *random, unsigned in);

/* Full success, where batch item failures are reported; else anything is. */
void mood_success(struct buf *out, uint64_t *random, bool report);
/* With failures reported, but not in a way that names a record of the batch: all of it failed. */
void mood_nonsense(struct buf *out, uint64_t *random, struct str known);
/* Names these records. */
void mood_partial(struct buf *out, const struct str *sequences, size_t count);

#endif
