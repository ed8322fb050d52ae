/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_KEY_PATH_H
#define BACKEND_EMBEDDED_KEY_PATH_H

#include "backend/embedded/catalog.h"
#include "backend/expr/expr.h"
#include "base/err.h"

/*
 * Keys of tables and indexes are scalars: an expression that looks into one ("id.part", "id[0]") is
 * refused, whatever the item is. Each takes NULL for an expression that is not there.
 */
bool key_path_check_update(
    const struct catalog_table *table, const struct expr_update *update, struct err *err);
bool key_path_check_projection(
    const struct catalog_table *table, const struct expr_projection *projection, struct err *err);
bool key_path_check_condition(
    const struct catalog_table *table, const struct expr_condition *condition, struct err *err);

#endif
