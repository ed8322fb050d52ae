/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEMS_BULK_UPDATE_H
#define VIEWS_ITEMS_BULK_UPDATE_H

#include "backend/client.h"
#include "backend/expr/expr.h"

/*
 * One change for many items, as a person types it: an UpdateExpression with values and names
 * written where they are used.
 *
 *   SET status = "SHIPPED", visits = visits + 1 REMOVE note ADD tags <<"gift">>
 *
 * It is run here, over each item as it was read, so that what is sent is guarded by what was read
 * and can be taken back.
 */
struct bulk_update {
    struct arena arena;
    struct str expression, names_json, values_json; /* as a request has them */
    const struct expr_update *update;
};

/* False with the place in `text`. Refuses to change key attributes. */
bool bulk_update_parse(
    struct bulk_update *u, const struct client_table *table, struct str text, struct err *err);
/* The same of an expression that has placeholders; either of the texts may be empty. */
bool bulk_update_parse_raw(struct bulk_update *u, const struct client_table *table,
    struct str expression, struct str names_json, struct str values_json, struct err *err);
void bulk_update_fini(struct bulk_update *u);
/* The item after it, appended to `out`. May be called by several threads. */
bool bulk_update_apply(
    const struct bulk_update *u, struct value before, struct buf *out, struct err *err);

#endif
