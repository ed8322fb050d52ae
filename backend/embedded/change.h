/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_CHANGE_H
#define BACKEND_EMBEDDED_CHANGE_H

#include "backend/embedded/engine.h"
#include "backend/embedded/request.h"

/*
 * What an update makes of an item: shared by single writes and transactions.
 */

/* Refuses an update that touches the table's key. */
bool change_check(const struct catalog_table *table, const struct request_expressions *expressions,
    struct err *err);
/* The item after the update in *item (type VALUE_NONE where none comes to be): `old`, `key` or
 * bytes of call->bufs[CALL_NEW]. */
bool change_apply(struct call *call, const struct catalog_table *table,
    const struct request_expressions *expressions, struct value key, struct value old,
    bool transacted, struct value *item, struct err *err);

#endif
