/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_QUERY_QUERY_COMPLETE_H
#define VIEWS_QUERY_QUERY_COMPLETE_H

#include "views/query/query_form.h"
#include "views/query/query_seen.h"

/*
 * What may stand at a place of a query's line, best first: attributes and paths where a condition
 * begins, operators that fit behind them, values that were seen behind those, then how it goes on.
 *
 *   status = "P▏               "PENDING" 12   "PAID" 3
 */
struct query_candidate {
    struct str text;
    uint32_t rows; /* of a value: items that were seen with it; 0 = it is no value */
};

enum { QUERY_CANDIDATES_MAX = 400 };

struct query_candidates {
    struct arena arena; /* owns the texts */
    size_t from;        /* where in the line they belong: text[from .. at) is replaced */
    size_t count;
    struct query_candidate list[QUERY_CANDIDATES_MAX];
};

/* `column`: the nth attribute that was seen, empty behind the last; `named`: the same of tables,
 * may be NULL. */
struct query_complete_from {
    const struct client_table *table;
    const struct query_rows *rows;
    struct str (*column)(void *data, int nth);
    struct str (*named)(void *data, int nth);
    void *data;
};
/* At byte `at` of the line. Replaces what `out` held. */
void query_complete(const struct query_complete_from *from, struct str line, size_t at,
    struct query_candidates *out);
/* The same for a field of a form whose text is `text`: `form` as it was when it was entered. */
void query_complete_field(const struct query_complete_from *from, const struct query_form *form,
    const struct query_field *field, struct str text, size_t at, struct query_candidates *out);
void query_complete_fini(struct query_candidates *candidates);

#endif
