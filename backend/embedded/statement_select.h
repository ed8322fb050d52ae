/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_STATEMENT_SELECT_H
#define BACKEND_EMBEDDED_STATEMENT_SELECT_H

#include "backend/embedded/statement.h"
#include "backend/embedded/statement_plan.h"

/*
 * A SELECT: of many items, page by page, or of one.
 */
struct statement_select {
    const struct statement *statement;
    int64_t limit;         /* evaluated items, 0 = none */
    struct str next_token; /* where to go on, or empty */
    /* results */
    struct statement_plan plan;
    struct page page;
    struct capacity used;
    bool more;
    uint32_t branch; /* where to go on, with page.last */
};

void statement_select_fini(struct statement_select *select);
/* Appends the list of items, as many as a page has. */
bool statement_select_run(
    struct call *call, struct store_txn *txn, struct statement_select *select, struct err *err);
/* ,"NextToken":…,"LastEvaluatedKey":… where there is more. */
void statement_select_put_more(struct call *call, const struct statement_select *select);

/* The key of the one item that a SELECT in a batch or transaction is about, in the arena; type
 * VALUE_NONE where it may be about others. */
bool statement_select_key(struct call *call, const struct statement *s,
    const struct catalog_table *table, struct value *key, struct err *err);

#endif
