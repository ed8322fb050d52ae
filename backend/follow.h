/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_FOLLOW_H
#define BACKEND_FOLLOW_H

#include "backend/client.h"
#include "backend/json.h"

/*
 * Follows a DynamoDB stream through the waist, as a consumer of any endpoint must: a shard's parent
 * is read to its end before the shard, iterators that expired are asked for again behind the last
 * record seen, shards that split or rolled are found. So each record is given at least once, in
 * order for each item; what the service has trimmed meanwhile is counted, never passed over in
 * silence. No thread and no waiting of its own: the caller asks as often as it likes.
 *
 *     WAITING ──parent done──▶ READY ──iterator──▶ OPEN ──no next iterator──▶ DONE
 *                                ▲                  │
 *                                └──────expired─────┘
 */
enum follow_start {
    FOLLOW_TRIM_HORIZON, /* all that is there */
    FOLLOW_LATEST,       /* what comes from now on */
    FOLLOW_TIME,         /* what was written at `time_ms` or later */
};

/* One record in the shape in which Lambda hands it to functions: that of GetRecords, and
 * eventSourceARN. Borrowed until the callback returns. */
struct follow_record {
    struct str shard, sequence;
    int64_t time_ms; /* ApproximateCreationDateTime */
    const struct json *event;
};

/* That shape of a record of GetRecords; borrows from it and the ARN. */
const struct json *follow_event(
    struct arena *arena, const struct json *record, struct str stream_arn);

/* False: this record is not taken; it comes again with the next poll. */
typedef bool follow_see(void *context, const struct follow_record *record);

struct follow;
/* The stream by its ARN; `time_ms` is now, but for FOLLOW_TIME. The client must outlive it. */
struct follow *follow_new(
    struct client *client, struct str stream_arn, enum follow_start start, int64_t time_ms);
void follow_free(struct follow *follow);
/* Begins a shard behind a record that was dealt with earlier: before the first poll, for as many as
 * there are. Shards before it count as read, all others are read from their beginning. */
void follow_resume(struct follow *follow, struct str shard, struct str sequence);
/* This shard was read to its end earlier. Likewise. */
void follow_finish(struct follow *follow, struct str shard);
/* This one was to be read from an iterator on, of which no record has come yet. Where it has
 * expired, records older than `time_ms` of follow_new() are passed over instead. Likewise. */
void follow_begin(struct follow *follow, struct str shard, struct str iterator);
/* `time_ms` is of the clock by which records get their times: nothing has to be read for the
 * difference. */
void follow_trust_clock(struct follow *follow);
/* Asked before each shard is read: false = not now. NULL = all are read. */
typedef bool follow_wants(void *context, struct str shard, struct str parent);
void follow_set_gate(struct follow *follow, follow_wants *wants, void *context);

struct follow_round {
    uint64_t records; /* taken */
    bool more;        /* it is worth asking again at once */
    bool ended;       /* the stream is disabled and read to its end */
    uint64_t gaps;    /* so far: how often records had been trimmed before they were read */
};
/* Reads at most one page of every shard that can be read. An error leaves everything as it was:
 * poll again when it is likely to be over. */
bool follow_poll(struct follow *follow, follow_see *see, void *context, struct follow_round *round,
    struct err *err);

/* The shards and where they begin, without reading: for those who keep that and read later. */
bool follow_locate(struct follow *follow, struct err *err);

/* A shard as it stands; slices are borrowed until the next call that is not const. */
struct follow_shard {
    struct str id, parent;
    struct str sequence; /* of the last record taken */
    struct str iterator; /* to go on, where it is open */
    bool done;           /* read to its end, or gone */
    bool drained;        /* its last page was its last one so far: nothing more was there */
    uint64_t gaps;       /* how often records had been trimmed before they were read */
};
/* The nth, from 0 on; false past the last one. Numbers change with each listing. */
bool follow_shard_at(const struct follow *follow, size_t nth, struct follow_shard *out);

/* The stream's ARN of a table that has one: ValidationException in our words where it has none. */
bool follow_arn(
    struct client *client, struct arena *arena, struct str table, struct str *arn, struct err *err);

#endif
