/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_TRIGGER_RECORDS_H
#define VIEWS_CLI_TRIGGER_RECORDS_H

#include "backend/json.h"
#include "views/cli/cli.h"

/*
 * Records of the past, in the shape of Lambda's events: from a stream, or from a file of records
 * (a line each) or of events ({"Records":[…]}). Which ones, --last, --since, --sequence and
 * --from-file say.
 */
struct trigger_record {
    struct str text; /* JSON */
    const struct json *event;
    struct str sequence;
    int64_t time_ms;
};

/* Whether the options name some. */
bool trigger_records_chosen(const struct cli *cli);
/* Calls `see` with each, the oldest first; what it gets is borrowed until it returns. False from
 * `see` ends it: without an error that is a success. `arn`: of the stream; may be empty with
 * --from-file. `last`: as many at most, where --last is not given; < 0 = all. */
typedef bool trigger_record_see(
    void *context, const struct trigger_record *record, struct err *err);
bool trigger_records_each(struct cli *cli, struct str arn, int64_t last, trigger_record_see *see,
    void *context, struct err *err);
/* {"eventName":"MODIFY","Keys":{…},"SequenceNumber":"…"}, members only: for lines about a record.
 */
void trigger_record_put(const struct trigger_record *record, struct buf *out);

#endif
