/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_MAPPING_H
#define BACKEND_TRIGGERS_MAPPING_H

#include "backend/json.h"

/*
 * When it runs: an event source mapping with Lambda's fields, ranges and defaults. A value in an
 * arena; the registry keeps it as mapping.json.
 */
enum { MAPPING_FILTERS_MAX = 10, MAPPING_FILTER_BYTES = 4096 };

struct mapping {
    struct str uuid;
    struct str function; /* its name */
    struct str source;   /* EventSourceArn: a stream's ARN */
    bool from_start;     /* StartingPosition TRIM_HORIZON; else LATEST */
    unsigned batch_size; /* 1..10000, 100 */
    unsigned window_s;   /* MaximumBatchingWindowInSeconds 0..300 */
    unsigned factor;     /* ParallelizationFactor 1..10 */
    int retries;         /* MaximumRetryAttempts -1 = until the record expires, 0..10000 */
    int age_s;           /* MaximumRecordAgeInSeconds -1, 60..604800 */
    bool bisect;         /* BisectBatchOnFunctionError */
    bool report;         /* FunctionResponseTypes has ReportBatchItemFailures */
    unsigned tumbling_s; /* TumblingWindowInSeconds 0..900 */
    /* DestinationConfig.OnFailure.Destination: an absolute file name (a line a document), or an ARN
     * of SQS, SNS or S3 (a file named after it in the mapping's folder, which is said). Empty = the
     * mapping's own file: nothing is dropped silently. */
    struct str destination;
    size_t filter_count;
    struct {
        struct str text; /* as given */
        const struct json *pattern;
    } filters[MAPPING_FILTERS_MAX]; /* none = all records pass */
    bool enabled;
    int64_t modified_ms, created_ms;
};

/* Reads CreateEventSourceMapping's members, Update's (over what `out` says), and mapping.json
 * alike: InvalidParameterValueException or ValidationException in the service's words. Zeroed `out`
 * gets the defaults first: mapping_init(). */
void mapping_init(struct mapping *mapping);
bool mapping_read(
    struct arena *arena, const struct json *json, struct mapping *out, struct err *err);
/* Lambda's EventSourceMappingConfiguration. `state` and `result` ("OK", "No records processed",
 * "PROBLEM: …") are the runner's: see status.h. */
void mapping_write(const struct mapping *mapping, struct str region, struct str state,
    struct str result, struct buf *out);
/* mapping.json. */
void mapping_write_row(const struct mapping *mapping, struct buf *out);
/* Whether a record (a Lambda event's) passes the filters. */
bool mapping_wants(const struct mapping *mapping, const struct json *event);
/* The table's name in the stream's ARN; empty where it is none. */
struct str mapping_table(const struct mapping *mapping);

#endif
