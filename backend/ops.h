/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_OPS_H
#define BACKEND_OPS_H

#include "base/str.h"

#include <stdbool.h>

/* The operation table: every operation by its name on the wire, once. */
enum op_service { OP_DYNAMODB, OP_STREAMS };

struct op {
    struct str name;
    enum op_service service; /* which X-Amz-Target prefix and endpoint */
    bool writes;             /* changes data or tables: what read-only refuses */
    bool idempotent;         /* safe to send again when the outcome is unknown */
    bool control;            /* table operations, as opposed to items */
};

/* NULL where DynamoDB has no such operation. */
const struct op *op_find(struct str name);
/* All of them, sorted by name; *count of them. */
const struct op *op_all(size_t *count);

#endif
