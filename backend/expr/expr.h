/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EXPR_EXPR_H
#define BACKEND_EXPR_EXPR_H

#include "backend/json.h"
#include "backend/value.h"

/*
 * The expressions of DynamoDB: parsed once into trees in an arena, then run over encoded items in
 * place. Errors are the service's (ValidationException) and carry the place in the expression's
 * text.
 *
 * Trees borrow: the expression's text and the JSON of the placeholders must outlive what is made
 * from them. Trees never change, so that several threads may run one.
 */

enum expr_kind {
    EXPR_CONDITION,
    EXPR_FILTER,
    EXPR_KEY_CONDITION,
    EXPR_PROJECTION,
    EXPR_UPDATE,
    EXPR_STATEMENT, /* of another language: nothing is parsed, trees are checked */
};
/* "ConditionExpression", "FilterExpression", … as requests and error texts name them. */
const char *expr_kind_name(enum expr_kind kind);

enum { EXPR_TEXT_MAX = 4096, EXPR_OPERATORS_MAX = 300, EXPR_IN_MAX = 100, EXPR_DEPTH_MAX = 32 };

/* ---- placeholders: ExpressionAttributeNames and -Values, shared by all expressions of a call ----
 */

struct expr_env;
/* `names`, `values`: the request's objects or NULL. `values` entries are encoded here; errors are
 * those of semantics §2.1. Everything lives in the arena. */
struct expr_env *expr_env_new(
    struct arena *arena, const struct json *names, const struct json *values, struct err *err);
/* After all expressions were parsed: refuses placeholders that none of them used. */
bool expr_env_check_used(const struct expr_env *env, struct err *err);

/* ---- paths ---- */

/* a.b[2]: a name step has index < 0. Steps live in the arena, names are resolved (no '#'). */
struct expr_step {
    struct str name;
    int64_t index;
};
struct expr_path {
    uint32_t count;
    const struct expr_step *steps;
    size_t at, len; /* in the expression's text */
};
/* The value at a path; false where there is none. */
bool expr_path_find(const struct expr_path *path, struct value item, struct value *out);

/* ---- conditions and filters ---- */

struct expr_condition;
const struct expr_condition *expr_parse_condition(struct arena *arena, struct expr_env *env,
    enum expr_kind kind, struct str text, struct err *err);
/* `item` of type VALUE_NONE stands for an item that does not exist. False only on an error that the
 * service reports while evaluating; the answer is in *truth. */
bool expr_test(
    const struct expr_condition *condition, struct value item, bool *truth, struct err *err);
/* Calls `see` with each path that the condition names, until it returns false; whether it never
 * did. */
bool expr_condition_attributes(const struct expr_condition *condition,
    bool (*see)(void *context, const struct expr_path *path), void *context);

/* ---- key conditions ---- */

enum expr_operator {
    EXPR_EQ,
    EXPR_NE,
    EXPR_LT,
    EXPR_LE,
    EXPR_GT,
    EXPR_GE,
    EXPR_BETWEEN,
    EXPR_BEGINS_WITH,
};
/* One condition on one key attribute; `high` only for EXPR_BETWEEN. */
struct expr_key_term {
    struct str name;
    enum expr_operator op;
    struct value low, high;
    size_t at, len;
};
struct expr_key_condition {
    uint32_t count; /* up to 4 partition + 4 sort key attributes, in order of the text */
    struct expr_key_term terms[8];
};
/* Checks the form only (AND of terms, one a key, allowed operators); which attributes are keys is
 * the caller's knowledge. */
bool expr_parse_key_condition(struct arena *arena, struct expr_env *env, struct str text,
    struct expr_key_condition *out, struct err *err);

/* ---- projections ---- */

struct expr_projection;
const struct expr_projection *expr_parse_projection(
    struct arena *arena, struct expr_env *env, struct str text, struct err *err);
/* The projected part of an item, appended to `out` as an M (perhaps an empty one). */
void expr_project(const struct expr_projection *projection, struct value item, struct buf *out);
bool expr_projection_attributes(const struct expr_projection *projection,
    bool (*see)(void *context, const struct expr_path *path), void *context);

/* ---- updates ---- */

struct expr_update;
const struct expr_update *expr_parse_update(
    struct arena *arena, struct expr_env *env, struct str text, struct err *err);
/* The item after the update, appended to `out` as an M. `item` is the whole item before it, keys
 * included (for an item that does not exist: its key attributes alone). */
bool expr_apply(
    const struct expr_update *update, struct value item, struct buf *out, struct err *err);
/* The parts of `item` at the paths that the update touches: UPDATED_OLD of the item before,
 * UPDATED_NEW of the item after. Appended as an M, perhaps an empty one. */
void expr_update_touched(const struct expr_update *update, struct value item, struct buf *out);
/* Whether the update creates an item that does not exist: SET and ADD do, REMOVE and DELETE do not.
 */
bool expr_update_creates(const struct expr_update *update);
/* What the service counts of the expression itself against an item's size (VALUE_ITEM_MAX). */
size_t expr_update_charge(const struct expr_update *update);
/* The paths that the update changes; those that its right sides read. */
bool expr_update_attributes(const struct expr_update *update,
    bool (*see)(void *context, const struct expr_path *path), void *context);
bool expr_update_reads(const struct expr_update *update,
    bool (*see)(void *context, const struct expr_path *path), void *context);

/* Upper-case reserved word (one of the 573)? Case-insensitive. */
bool expr_is_reserved(struct str word);

#endif
