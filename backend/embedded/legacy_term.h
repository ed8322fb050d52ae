/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_LEGACY_TERM_H
#define BACKEND_EMBEDDED_LEGACY_TERM_H

#include "backend/embedded/request.h"
#include "backend/expr/ast.h"

/*
 * One part of a legacy condition: an attribute, one of the thirteen operators, its arguments.
 */
struct legacy_operator;

struct legacy_term {
    struct str attribute;
    const struct legacy_operator *op;
    const struct value *values;
    size_t count;
};

/* The operator by name; the request's shape allows no others. */
const struct legacy_operator *legacy_term_operator(struct str name);
/* A value or a list of them (NULL: none), encoded in the call's arena. */
bool legacy_term_value(
    struct call *call, const struct json *json, struct value *out, struct err *err);
bool legacy_term_values(
    struct call *call, const struct json *list, struct legacy_term *out, struct err *err);
/* How many arguments, of which types, in which order. */
bool legacy_term_check(const struct legacy_term *term, struct err *err);
struct expr_node *legacy_term_node(struct arena *arena, const struct legacy_term *term);
/* The operator on a key attribute; EXPR_NE stands for all that keys do not have. */
enum expr_operator legacy_term_key_operator(const struct legacy_term *term);

/* The attribute itself: names of the time before paths are never taken apart. */
struct expr_node *legacy_term_path(struct arena *arena, struct str attribute);

#endif
