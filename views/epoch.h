/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_EPOCH_H
#define VIEWS_EPOCH_H

#include "backend/value.h"

/*
 * Numbers that are moments: counted since 1970 in seconds, milliseconds, microseconds or
 * nanoseconds. A number that merely looks like one is never replaced by a date, only explained
 * beside it; so a guess that is wrong costs a look.
 *
 *   seconds      2001 .. 2038, by the number alone     .. 2100 where the name speaks of time
 *   milliseconds 2001 .. 2100
 *   micro, nano  2001 .. 2100, where the name speaks of time: snowflakes look the same
 */
enum epoch_dates { EPOCH_UTC, EPOCH_LOCAL, EPOCH_OFF };

/* The moment in ms, a fraction of a second cut off; false where the number is none. */
bool epoch_of(struct str name, struct str encoded_number, int64_t *ms);
/* The table's TTL attribute counts seconds, whatever the number. False where the service would
 * never expire the item by it: no number, no seconds of this age. */
bool epoch_of_ttl(struct value v, int64_t *ms);
/* Whether an attribute's name speaks of time: createdAt, updated_at, ts, expires, … */
bool epoch_name_like(struct str name);

enum { EPOCH_TEXT_MAX = 48 };
/* "2024-11-20 08:00 UTC", or in the zone of TZ: "2024-11-20 09:00 CET". Nothing where off. */
void epoch_add(struct buf *out, int64_t ms, enum epoch_dates dates);
/* The same for a cell, where UTC is a Z: "2024-11-20 08:00Z". */
void epoch_add_brief(struct buf *out, int64_t ms, enum epoch_dates dates);
/* "in 3d 4h", "expired 2h 10min ago", "expires now" */
void epoch_add_left(struct buf *out, int64_t ms, int64_t now_ms);

#endif
