/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EXPR_APPLY_H
#define BACKEND_EXPR_APPLY_H

#include "backend/expr/ast.h"

/* Between apply.c, which works out what an update comes to, and rebuild.c, which writes the item.
 */

enum expr_what { EXPR_KEEP, EXPR_PUT, EXPR_DROP };

/* What an action comes to. Computed values stand in the scratch buffer, which moves while it grows.
 */
struct expr_outcome {
    enum expr_what what;
    bool computed;
    struct value value; /* not computed: the item's or a literal */
    size_t at, len;     /* computed: in the scratch */
};

enum { EXPR_FEW = 16 };

struct expr_application {
    const struct expr_update *update;
    struct value item;
    struct err *err;
    struct buf *out;
    struct buf scratch;
    bool damaged;                  /* the item has members that cannot be read */
    struct expr_outcome *outcomes; /* in order of the actions */
    struct expr_outcome few[EXPR_FEW];
};

/* What an outcome puts; only while nothing more is computed. */
static inline struct value expr_apply_value(
    const struct expr_application *a, const struct expr_outcome *o)
{
    return o->computed ? value_of((struct str){a->scratch.at + o->at, o->len}) : o->value;
}

/* Appends the new item to a->out. */
void expr_rebuild(struct expr_application *a);

#endif
