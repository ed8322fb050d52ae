/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_QUERY_QUERY_PLAN_H
#define VIEWS_QUERY_QUERY_PLAN_H

#include "backend/client.h"
#include "views/query/query_line.h"

/*
 * How a query line would be answered: by a Query of the table or of an index, or by a Scan; which
 * terms are the key condition and which only filter; and why each other place would not serve.
 *
 *     every place (table, indexes) ─▶ partition key terms? ─▶ sort key terms ─▶ what is left over
 *                                        │ no: reason             │             filters: all there?
 *                                        ▼                        ▼
 *                                      cannot                  weight: the heaviest place answers
 *
 * A Query wants all partition key attributes with "=", sort key attributes from the left with "="
 * and at most one range; what is left over may not name the place's own keys. Two one-sided ranges
 * (>= and <=) on one sort key become one BETWEEN.
 */
struct query_place {
    const struct client_index *index; /* NULL = the table */
    bool serves;
    int weight;
    uint64_t keys;  /* bit i: term i belongs to the key condition */
    struct str why; /* where it does not serve, or is not the best: "no status = …" */
};

enum { QUERY_PLACES_MAX = 64 };

struct query_plan {
    bool query;                       /* else a Scan */
    const struct client_index *index; /* where; NULL = the table */
    uint64_t keys;
    bool whole_key;                   /* the condition names one item of the table */
    struct str key_condition, filter; /* with the line's placeholders */
    uint32_t place_count;
    struct query_place places[QUERY_PLACES_MAX];
};

/* Slices live in the arena, indexes are borrowed from `table`. False (ERR_DATA with a place) where
 * the line asks for what cannot be: an index that is not there, a key of another type. */
bool query_plan(struct arena *arena, const struct client_table *table,
    const struct query_line *line, struct query_plan *out, struct err *err);

/* What it would cost, as far as can be told. */
struct query_cost {
    bool known;    /* else `items` is the most that it can be */
    int64_t items; /* read */
    int64_t units; /* thousandths of read capacity units */
};
/* `items`: about so many are read, judged by what was seen (query_seen.h); -1 = that does not tell.
 */
struct query_cost query_plan_cost(const struct client_table *table, const struct query_line *line,
    const struct query_plan *plan, int64_t items);

#endif
