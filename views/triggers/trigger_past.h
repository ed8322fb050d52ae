/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_TRIGGERS_TRIGGER_PAST_H
#define VIEWS_TRIGGERS_TRIGGER_PAST_H

#include "backend/client.h"
#include "backend/triggers/mapping.h"

/*
 * Records of the past for a function, in the shape of Lambda's events: the last ones of a stream,
 * those of a file, or lines that somebody has already. For a worker's thread.
 */
enum { TRIGGER_PAST_MOST = 10000 };

struct trigger_past {
    struct str arn; /* of the stream: its last `last` records */
    size_t last;
    struct str file;  /* or a file, NUL-terminated: records, a line each, or events with Records */
    struct str lines; /* or these */
    /* found: */
    struct arena arena;
    const struct json **events; /* oldest first */
    size_t count;
};

bool trigger_past_read(struct trigger_past *past, struct client *client, struct err *err);
void trigger_past_fini(struct trigger_past *past);
/* Events {"Records":[…]} of at most `size` records that pass the filters of `mapping` (or all where
 * that is NULL), NUL behind each. Returns how many records those are. */
size_t trigger_past_batches(
    const struct trigger_past *past, const struct mapping *mapping, size_t size, struct buf *out);
/* "INSERT  {"id":{"S":"1"}}", for one record. */
void trigger_past_words(const struct json *event, struct buf *out);

#endif
