/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_STREAM_MOMENT_H
#define VIEWS_STREAM_MOMENT_H

#include "base/str.h"

/* A moment as people write it, in ms since 1970: 2026-01-31T12:00:00Z (also without the time of
 * day, the seconds or the Z: it is UTC), 1769860800, 14:30 or 14:30:05 of today,
 * or 90s, 15m, 2h, 1d before `now_ms`. */
bool moment_parse(struct str text, int64_t now_ms, int64_t *out_ms);

#endif
