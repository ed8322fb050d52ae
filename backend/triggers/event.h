/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_EVENT_H
#define BACKEND_TRIGGERS_EVENT_H

#include "backend/json.h"
#include "backend/triggers/delivery.h"

/*
 * The event that a function is called with: {"Records":[…]}, and in tumbling windows
 *
 *     "window":{"start":"2026-01-01T00:00:00Z","end":…},"state":{…},"shardId":…,"eventSourceARN":…,
 *     "isFinalInvokeForWindow":false,"isWindowTerminatedEarly":false
 */
void event_put(
    struct buf *out, const struct delivery_order *order, struct str shard, struct str stream_arn);
/* What it has beside its records, the commas between them and the state: delivery_rules.envelope.
 */
size_t event_envelope(bool windowed, struct str shard, struct str stream_arn);
/* delivery_record.item of a record in that shape: a hash of its table's key. */
uint64_t event_item(const struct json *event);
/* 2026-01-01T00:00:00Z, with ".000" where `millis`. */
void event_put_time(struct buf *out, int64_t time_ms, bool millis);

#endif
