/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_PAGE_H
#define BACKEND_EMBEDDED_PAGE_H

#include "backend/embedded/capacity.h"
#include "backend/embedded/engine.h"
#include "backend/expr/expr.h"
#include "backend/partiql/partiql.h"

/*
 * A page of Query or Scan: walks a range of keys of a table or index, filters, and writes items
 * straight from stored bytes into the answer. Who sets up the range knows what was asked.
 */
enum { PAGE_BYTES = 1 << 20 };

struct page {
    const struct catalog_table *table;
    const struct catalog_index *index; /* NULL = the table itself */
    struct buf from, to;               /* keys: from <= key < to */
    bool backward;
    int64_t limit; /* evaluated items, 0 = none */
    const struct expr_condition *filter;
    const struct expr_projection *projection;
    const struct partiql_statement *select; /* columns instead of a projection, or NULL */
    bool count_only;
    bool fetch; /* the whole item from the table, where the index does not hold it */
    bool consistent;
    bool filter_entry; /* the filter sees what the index holds, whatever is fetched */
    size_t before;     /* bytes that ranges before this one took of the same answer */
    /* results; items are written as a JSON list into call->out */
    int64_t count, scanned;
    size_t bytes, fetched_bytes;
    int64_t fetched;
    bool more;
    struct buf last; /* LastEvaluatedKey as an M, where `more` */
};

void page_fini(struct page *page);
/* The schema of the keys that are walked. */
const struct key_schema *page_schema(const struct page *page);
/* The table's id or the index's. */
uint32_t page_id(const struct page *page);
/* Runs the page; the list of items is appended to call->out unless count_only. */
bool page_run(struct call *call, struct store_txn *txn, struct page *page, struct err *err);
/* The same without the list's brackets: items follow what is there already. */
bool page_run_on(struct call *call, struct store_txn *txn, struct page *page, struct err *err);
/* What the page cost. */
void page_charge(const struct page *page, struct capacity *used);

#endif
