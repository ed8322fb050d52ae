/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_BATCH_RESULT_H
#define BACKEND_TRIGGERS_BATCH_RESULT_H

#include "backend/triggers/delivery.h"
#include "base/arena.h"

/*
 * What a function's answer says about its batch.
 *
 *     {"batchItemFailures": [{"itemIdentifier": "<sequence number>"}, …], "state": {…}}
 */
struct batch_result {
    /* How many of the first records have succeeded: all of them, or those before the lowest number
     * named, or none. */
    size_t good;
    struct str state; /* JSON of the object; empty = none. Borrowed from the answer */
};

/* Failures are looked for where `report`, else all have succeeded. No answer, null, {}, [], "", no
 * list and an empty one: all have succeeded. What cannot be read, or names what is not among the
 * records: none has. */
void batch_result_read(struct arena *arena, struct str answer, bool report,
    const struct delivery_record *records, size_t count, struct batch_result *out);

#endif
