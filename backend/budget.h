/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_BUDGET_H
#define BACKEND_BUDGET_H

#include "base/buf.h"
#include "base/err.h"

#include <stdatomic.h>

/*
 * How much capacity one action may consume, reads and writes together, by what the answers say
 * (ReturnConsumedCapacity). All figures are thousandths of a capacity unit. The sum may be added to
 * by several threads: requests that are under way when it reaches the limit end as they would.
 */
struct budget {
    int64_t limit; /* 0 = none */
    _Atomic int64_t spent;
};

/* Digits with at most three behind a point, more than 0: capacity units into thousandths. */
bool budget_parse(struct str text, int64_t *out, struct err *err);
/* "12", "2.5" */
void budget_put(struct buf *out, int64_t thousandths);

/* Whether the limit is reached; false without a budget (NULL). */
bool budget_is_spent(const struct budget *budget);
/* ERR_BUDGET: what was consumed, of how much. */
bool budget_refuse(const struct budget *budget, struct err *err);
/* Adds what an answer says that it consumed: its body, JSON. One that does not say adds nothing. */
void budget_charge(struct budget *budget, struct str answer);

#endif
