/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_REASONS_H
#define BACKEND_EMBEDDED_REASONS_H

#include "backend/embedded/engine.h"

/*
 * Why a transaction is cancelled: one reason an action, in the actions' order.
 */
struct reason {
    const char *code; /* NULL: None */
    struct str text;
    struct value item; /* shown with it, or type VALUE_NONE */
};

struct reasons {
    struct reason *at;
    size_t count;
    bool any;
};

/* All None; in the call's arena. */
void reasons_start(struct reasons *reasons, struct call *call, size_t count);
/* Code and text are literals. */
void reasons_add(struct reasons *reasons, size_t action, const char *code, struct str text);
/* The action's condition does not hold. `item`: to be shown, or type VALUE_NONE. */
void reasons_add_condition(
    struct reasons *reasons, struct call *call, size_t action, struct value item);
/* Takes a refusal as the action's reason: true, and `err` is clean again. False where it is no
 * matter of one action but refuses the request (an empty key value) or means a failure. */
bool reasons_take(struct reasons *reasons, struct call *call, size_t action, struct err *err);
/* TransactionCanceledException with the reasons beside its text: always false. */
bool reasons_refuse(const struct reasons *reasons, struct call *call, struct err *err);

#endif
