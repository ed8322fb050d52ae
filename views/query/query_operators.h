/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_QUERY_QUERY_OPERATORS_H
#define VIEWS_QUERY_QUERY_OPERATORS_H

#include "views/query/query_form.h"

/*
 * Which operators make sense for a condition, and the same condition with another one. A key that
 * the plan uses takes what a key condition takes; a filter all that fits its type.
 */
enum { QUERY_OPERATORS_MAX = 16 };

/* What a condition is about, by its attribute: its type as a key, or as the items that were seen
 * have it (VALUE_NONE = unknown). `partition`, `sort`: the plan uses the condition as that. */
struct query_operand {
    enum value_type type;
    bool partition, sort;
};
struct query_operand query_operand_of(
    const struct query_form *form, uint32_t node, enum value_type seen);
/* Literals into `out`; returns how many: at least one. */
size_t query_operators(struct query_operand operand, const char *out[QUERY_OPERATORS_MAX]);
/* The one that a condition has: "size" for all that compare its size. */
struct str query_operators_now(const struct query_form *form, uint32_t node);
/* The text with another operator there. `value`: what stands where the condition has none. */
void query_operators_put(const struct query_form *form, uint32_t node, const char *op,
    struct str value, struct buf *out);

#endif
