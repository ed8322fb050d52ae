/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_SCHEMA_PARSE_H
#define BACKEND_EMBEDDED_SCHEMA_PARSE_H

#include "backend/embedded/engine.h"

/* Adds the request's AttributeDefinitions to those of the table; a type stays what it was. */
bool schema_parse_definitions(struct call *call, struct catalog_table *table, struct err *err);
/* A KeySchema; `multi` allows several partition and sort keys, as global indexes may have. */
bool schema_parse(struct call *call, const struct catalog_table *table, const struct json *schema,
    bool multi, struct key_schema *out, struct err *err);
/* Every definition is the key of the table or of an index. */
bool schema_check_used(struct call *call, const struct catalog_table *table, struct err *err);
/* An index that is added brings definitions along; those that the table has need not be among
 * them. */
bool schema_check_defined(struct call *call, const struct json *index, struct err *err);
/* Drops the definitions that are the key of nothing any more. */
void schema_prune(struct call *call, struct catalog_table *table);

#endif
