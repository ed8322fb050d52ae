/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_QUERY_QUERY_PARTIQL_H
#define VIEWS_QUERY_QUERY_PARTIQL_H

#include "views/query/query_complete.h"

/* What may stand at a place of a PartiQL statement: tables behind FROM, INTO and UPDATE, indexes
 * behind a table's dot, values that were seen behind an operator, else attributes and keywords. */
void query_partiql_complete(const struct query_complete_from *from, struct str line, size_t at,
    struct query_candidates *out);

#endif
