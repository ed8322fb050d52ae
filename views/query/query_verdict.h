/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_QUERY_QUERY_VERDICT_H
#define VIEWS_QUERY_QUERY_VERDICT_H

#include "views/query/query_form.h"

/* A plan in words, for whoever types a query. */

/* "QUERY on GSI1 · key: status, orderId · filter only: amount" */
void query_verdict_line(const struct query_form *form, struct buf *out);
/* "reads about 40 items, 10 RCU". `items` as in query_plan_cost(). */
void query_verdict_cost(const struct query_form *form, int64_t items, struct buf *out);
/* The nth place that does not answer, and why; false past the last. */
bool query_verdict_reason(
    const struct query_form *form, uint32_t nth, struct buf *place, struct buf *why);
/* "key", "filter" or "": what becomes of a condition. */
const char *query_verdict_node(const struct query_form *form, uint32_t node);

#endif
