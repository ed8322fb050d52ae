/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_STATEMENT_PLAN_H
#define BACKEND_EMBEDDED_STATEMENT_PLAN_H

#include "backend/embedded/page.h"
#include "backend/expr/ast.h"

/*
 * How a SELECT reads: each way in which its WHERE can be true is a branch. Where every branch asks
 * for one partition the statement is keyed, and each branch is a range of keys; otherwise the whole
 * table or index is read.
 *
 *   k = 'a' AND (s > 5 OR s IN [1, 2])   →   a, (5 …)   a, [1]   a, [2]
 */
enum { STATEMENT_READS_MAX = 50 };

struct statement_bound {
    struct value value; /* type VALUE_NONE: none */
    bool exclusive;
};

struct statement_filter {
    const struct expr_node *node;
    struct statement_filter *next;
};

struct statement_branch {
    struct value partition;
    struct statement_bound low, high;
    struct statement_filter *filters; /* what the range does not say */
    struct str mismatch;              /* a key attribute that is compared with another type */
    bool nothing;                     /* asks for what cannot be */
    bool exempt;                      /* has a negated condition on the sort key: it may overlap */
};

struct statement_plan {
    const struct key_schema *schema;
    bool keyed;
    bool filtered; /* rows of the ranges have to be held against WHERE */
    uint32_t count;
    struct statement_branch *branches; /* in order of partition and sort key, once checked */
};

/* Refuses more reads than STATEMENT_READS_MAX. */
bool statement_plan_make(struct arena *arena, const struct key_schema *schema,
    const struct expr_node *where, struct statement_plan *out, struct err *err);
/* Refuses branches that overlap. */
bool statement_plan_check_overlaps(const struct statement_plan *plan, struct err *err);
/* Drops branches without rows, brings the others into order. */
void statement_plan_order(struct statement_plan *plan);
/* Refuses key attributes that are compared with values of another type. */
bool statement_plan_check_types(const struct statement_plan *plan, struct err *err);
/* Of two branches: which comes first by partition, then by sort key; for qsort. */
int statement_plan_compare(const void *a, const void *b);
/* Refuses a keyed read of an index that asks for attributes which it does not hold. */
bool statement_plan_check_index(const struct statement_plan *plan,
    const struct catalog_index *index, struct arena *arena, struct err *err);
/* The key of the one item that the plan is about, as an M in the arena; type VALUE_NONE where it is
 * about more than that. */
struct value statement_plan_key(const struct statement_plan *plan, struct arena *arena);
/* Sets page->from and page->to to a branch; without branches to all of the table or index. */
void statement_plan_range(const struct statement_plan *plan, uint32_t branch, struct page *page);

#endif
