/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_PARTIQL_PARTIQL_H
#define BACKEND_PARTIQL_PARTIQL_H

#include "backend/expr/ast.h"
#include "backend/number.h"
#include "backend/value.h"

/*
 * PartiQL statements as DynamoDB takes them: parsed once into the trees of backend/expr, which then
 * run over encoded items. Errors are the service's (ValidationException) and carry the place in the
 * statement's text.
 *
 * Everything lives in the arena or borrows from the statement's text and the parameters, which must
 * outlive it.
 */
enum partiql_kind {
    PARTIQL_SELECT,
    PARTIQL_INSERT,
    PARTIQL_UPDATE,
    PARTIQL_DELETE,
    PARTIQL_EXISTS, /* EXISTS(SELECT …): a condition of a transaction */
};

/* One attribute of the answer: SELECT a.b[0] gives "b[0]". */
struct partiql_column {
    struct str name;
    struct expr_path path;
};

struct partiql_sort {
    struct str name;
    bool descending;
};

enum partiql_returning {
    PARTIQL_RETURN_NONE,
    PARTIQL_RETURN_ALL_OLD,
    PARTIQL_RETURN_ALL_NEW,
    PARTIQL_RETURN_MODIFIED_OLD,
    PARTIQL_RETURN_MODIFIED_NEW,
};

struct partiql_statement {
    enum partiql_kind kind;
    struct str table, index;       /* index.at is NULL where none is named */
    const struct expr_node *where; /* a condition, or NULL */
    /* SELECT */
    bool all; /* SELECT *: no columns */
    uint32_t column_count, sort_count;
    const struct partiql_column *columns;
    const struct partiql_sort *sorts;
    const struct err *flaw; /* what is wrong with the columns, which the service says only after
                             * it has looked for table and index */
    /* INSERT */
    struct value item;
    /* UPDATE */
    const struct expr_update *update;
    enum partiql_returning returning;
};

/* `parameters` stand for the question marks in order; there must be as many. */
bool partiql_parse(struct arena *arena, struct str text, const struct value *parameters,
    size_t count, struct partiql_statement *out, struct err *err);

/* Whether the text begins a SELECT: whatever follows, it does not write. */
bool partiql_reads(struct str text);

/* A number as the service reads those of statements and their parameters: like number_parse(), but
 * exponent and scale are of 32 bits. */
bool partiql_decimal(struct number *out, struct str text, struct err *err);

#endif
