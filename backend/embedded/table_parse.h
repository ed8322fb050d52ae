/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_TABLE_PARSE_H
#define BACKEND_EMBEDDED_TABLE_PARSE_H

#include "backend/embedded/engine.h"

/*
 * CreateTable's and UpdateTable's parameters into catalog structures, with the checks that concern
 * one table alone. The shapes have been checked; strings are borrowed from the request.
 */

/* A whole new table, without ids, uuid and times. In the call's arena. */
bool table_parse_create(struct call *call, struct catalog_table *out, struct err *err);
/* One global index that is added to a table; the table's definitions are already those after the
 * update. Without an id. */
bool table_parse_global(struct call *call, const struct json *json,
    const struct catalog_table *table, struct catalog_index *out, struct err *err);
/* {"ReadCapacityUnits":…,"WriteCapacityUnits":…} */
struct catalog_units table_parse_units(const struct json *json);
/* The encryption asked for: a key's ARN, or empty. */
bool table_parse_sse(struct call *call, const struct json *json, struct str *out, struct err *err);
/* TableClass, if the request has one: `infrequent` and `classed`. */
bool table_parse_class(const struct call *call, struct catalog_table *out, struct err *err);

#endif
