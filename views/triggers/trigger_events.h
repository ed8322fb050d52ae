/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TRIGGERS_TRIGGER_EVENTS_H
#define VIEWS_TRIGGERS_TRIGGER_EVENTS_H

#include "backend/json.h"
#include "base/buf.h"

/* Stream records in the shape of Lambda's events, as texts: read, looked at, kept. For all who call
 * functions with records of the past. */

/* Each record of a text of records, a line each or not, lists of them, and events with Records. Not
 * a record: ERR_DATA. False from `see` ends it. What it gets stays in the arena, or where that is
 * NULL, until it returns. */
typedef bool trigger_events_see(void *context, const struct json *event, struct err *err);
bool trigger_events_each(
    struct arena *arena, struct str text, trigger_events_see *see, void *context, struct err *err);

/* Empty, 0 where it has none. */
struct str trigger_event_sequence(const struct json *event);
int64_t trigger_event_time_ms(const struct json *event);

/* How many of the first records of an event {"Records":[…]} the function has dealt with, as its
 * answer says; `report`: the mapping asks for partial failures. *count: of all its records. */
size_t trigger_events_good(struct str event, struct str answer, bool report, size_t *count);

/* The last `room` texts that were put. Zeroed but for room is empty. */
struct trigger_ring {
    size_t room;
    struct buf *texts;
    size_t bytes;
    uint64_t seen;
};
/* False: they would be more than `most` bytes; it was not taken. */
bool trigger_ring_put(struct trigger_ring *ring, struct str text, size_t most);
size_t trigger_ring_count(const struct trigger_ring *ring);
/* The oldest is 0. */
struct str trigger_ring_at(const struct trigger_ring *ring, size_t nth);
void trigger_ring_fini(struct trigger_ring *ring);

#endif
