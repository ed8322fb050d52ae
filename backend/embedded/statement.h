/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_STATEMENT_H
#define BACKEND_EMBEDDED_STATEMENT_H

#include "backend/embedded/capacity.h"
#include "backend/embedded/engine.h"
#include "backend/embedded/item.h"
#include "backend/embedded/request.h"
#include "backend/partiql/partiql.h"

/*
 * A PartiQL statement of a request: what the three operations share. First its parameters are read,
 * then its text, then, in a transaction of the store, it finds its table and runs.
 */
struct statement {
    const struct json *json;
    struct str text;
    struct value *parameters;
    size_t parameter_count;
    struct partiql_statement parsed;
    bool consistent, item_on_failure;
};

/* Text, options, parameters. The text is not looked into. */
bool statement_read(
    struct call *call, const struct json *json, struct statement *out, struct err *err);
bool statement_parse(struct call *call, struct statement *s, struct err *err);
static inline bool statement_is_read(const struct statement *s)
{
    return s->parsed.kind == PARTIQL_SELECT;
}

/* The index of a SELECT, NULL for the table itself; what PartiQL cannot read through is refused,
 * then what is wrong with the columns. */
bool statement_index(const struct statement *s, const struct catalog_table *table,
    const struct catalog_index **index, struct err *err);

/* ---- writes (statement_write.c) ---- */

/* The one item that UPDATE, DELETE and EXISTS are about, and what else WHERE asks of it. */
struct statement_key {
    struct value key;             /* M of the key attributes that WHERE gives */
    const struct expr_node *rest; /* the other conditions, or NULL */
    struct str twice;             /* a key attribute that is asked to be two things */
    bool complete;                /* all key attributes are there */
};
void statement_key_of(struct arena *arena, const struct catalog_table *table,
    const struct expr_node *where, struct statement_key *out);

struct statement_write {
    struct value given; /* the item of an INSERT, the key otherwise */
    struct request_expressions expressions;
    struct item_slot slot;
    struct value new;
    struct capacity used;
    bool reached; /* the statement is sound and has met its item */
};
/* Runs INSERT, UPDATE or DELETE. */
bool statement_write_run(struct call *call, struct store_txn *txn, const struct statement *s,
    struct statement_write *w, struct err *err);
/* The item that RETURNING asks for, appended as JSON; false where there is none. */
bool statement_write_put(
    struct call *call, struct buf *out, const struct statement *s, const struct statement_write *w);

#endif
