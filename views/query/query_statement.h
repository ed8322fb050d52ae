/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_QUERY_QUERY_STATEMENT_H
#define VIEWS_QUERY_QUERY_STATEMENT_H

#include "backend/value.h"
#include "base/arena.h"
#include "base/err.h"

/* A PartiQL statement, typed where a query is: what it would do, before anybody is asked. */
struct query_statement {
    bool good, reads;
    struct str verb;         /* "SELECT", "INSERT", "UPDATE", "DELETE" */
    struct str table, index; /* in the arena or borrowed; index empty = the table */
    bool narrowed;           /* it has a WHERE */
    struct err err;          /* where it is not good, with its place */
};

/* Whether a line is a statement and no condition: begins with one of its verbs and another word. */
bool query_statement_is(struct str line);
void query_statement_read(struct arena *arena, struct str line, struct query_statement *out);
/* "PartiQL: reads Orders by ByStatus", "PartiQL: writes one item of Orders" */
void query_statement_verdict(const struct query_statement *statement, struct buf *out);
/* A key's value as a statement takes it; S and N. */
void query_statement_value(struct buf *out, struct value v);
/* Finds the place that an endpoint's own words name, "at 1:20:3": line, column and length. */
void query_statement_place(struct str line, struct err *err);

#endif
