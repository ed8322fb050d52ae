/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_DESCRIBE_H
#define BACKEND_EMBEDDED_DESCRIBE_H

#include "backend/embedded/engine.h"

/* A table as answers describe it. Counts are the store's own, live. */

/* Writes {"NAME":{…}} into call->out. `status` is the table's; `index_status`, where not NULL, is
 * that of all global indexes (otherwise ACTIVE or CREATING as they are). */
bool describe_table(struct call *call, struct store_txn *txn, const struct catalog_table *table,
    struct str name, const char *status, const char *index_status, struct err *err);

/* ,"KeySchema":[…] and ,"Projection":{…} */
void describe_put_schema(struct buf *out, const struct key_schema *schema);
void describe_put_projection(struct buf *out, const struct catalog_index *index);

#endif
