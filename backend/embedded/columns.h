/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_COLUMNS_H
#define BACKEND_EMBEDDED_COLUMNS_H

#include "backend/partiql/partiql.h"

/* The columns of a SELECT: {"nested":{"S":"…"}} straight from an item's bytes; columns that the
 * item does not have are left out. */
void columns_put(struct buf *out, const struct partiql_statement *select, struct value item);
/* Whether the item has any of them. */
bool columns_any(const struct partiql_statement *select, struct value item);

#endif
