/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_REQUEST_H
#define BACKEND_EMBEDDED_REQUEST_H

#include "backend/embedded/engine.h"
#include "backend/expr/expr.h"

/*
 * What requests on items have in common: values, expressions and their placeholders, the rules on
 * which parameters go together.
 */

/* Names of parameters that are expressions, and those of the older kind that they exclude. */
struct request_rules {
    const char *const *expressions, *const *legacy;
};
extern const struct request_rules request_put, request_update, request_get, request_query,
    request_scan;

/* Mixed kinds, placeholders without an expression. `object` is the request, or one table's part. */
bool request_check(const struct json *object, const struct request_rules *rules, struct err *err);

/* An object of attribute values as an M, encoded into `out` (cleared first). */
bool request_item(struct buf *out, const struct json *object, struct value *item, struct err *err);

struct request_expressions {
    struct expr_env *env;
    const struct expr_condition *condition; /* ConditionExpression or FilterExpression */
    const struct expr_projection *projection;
    const struct expr_update *update;
    bool legacy_update; /* made of AttributeUpdates, whose errors have words of their own */
    bool statement;     /* made of a PartiQL statement, whose errors have too */
    bool has_keys;
    struct expr_key_condition keys;
};
/* Parses the expressions of `object` that `rules` knows (others are unknown members, which the
 * service passes over), adds them to `out` (zeroed, or with what legacy.h put there),
 * and checks that every placeholder is used. */
bool request_expressions(struct call *call, const struct json *object,
    const struct request_rules *rules, struct request_expressions *out, struct err *err);
/* Whether `object` has one of them. */
bool request_has_expression(const struct json *object, const struct request_rules *rules);

#endif
