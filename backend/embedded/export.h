/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_EXPORT_H
#define BACKEND_EMBEDDED_EXPORT_H

#include "backend/embedded/job.h"

/*
 * Exports: a table as of a moment, or what changed in a time, as files in a bucket.
 *
 *   PREFIX/AWSDynamoDB/ID/_started
 *   PREFIX/AWSDynamoDB/ID/data/NAME.json.gz           incremental: PREFIX/AWSDynamoDB/data/NAME…
 *   PREFIX/AWSDynamoDB/ID/manifest-files.json, .md5   a line for each data file
 *   PREFIX/AWSDynamoDB/ID/manifest-summary.json, .md5
 */
/* What the request says, read out of job->request. */
struct export_request {
    struct str bucket, prefix;
    bool ion, incremental, new_only;
};
/* `json` is the request's body. */
void export_read_request(struct export_request *out, const struct json *json);
/* The key of manifest-summary.json. */
void export_put_manifest_key(
    struct buf *out, const struct export_request *request, const struct job *job);

#endif
