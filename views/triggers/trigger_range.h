/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TRIGGERS_TRIGGER_RANGE_H
#define VIEWS_TRIGGERS_TRIGGER_RANGE_H

#include "backend/client.h"
#include "backend/triggers/mapping.h"

/*
 * A batch's records once more, of which only the place is known: a shard, the first and the last
 * sequence number, and how many there were. For a worker's thread.
 */
struct trigger_range {
    struct str shard, first, last;
    int64_t records; /* 0 = not known */
};

/* Adds {"Records":[…]}: what lies there and passes the mapping's filters; where other batches lay
 * between, those of its lane alone. ERR_NO_INPUT: the stream has them no more, or it cannot be told
 * which of them they were. */
bool trigger_range_read(struct client *client, const struct mapping *mapping,
    const struct trigger_range *range, struct buf *event, struct err *err);

#endif
