/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEM_ATTRIBUTES_H
#define VIEWS_ITEM_ATTRIBUTES_H

#include "backend/value.h"

/*
 * The attributes of an item from one to the next, in the order of their names (value.h), so that
 * items of thousands of attributes are compared in one pass:
 *
 *   struct attributes a = attributes_of(item);
 *   for (; a.there; attributes_next(&a)) … attributes_seek(&other, a.name, &value) …
 */
struct attributes {
    struct value_walk walk;
    struct str name;
    struct value value;
    bool there;
};

/* At the first one; type VALUE_NONE has none. */
struct attributes attributes_of(struct value item);
void attributes_next(struct attributes *a);
/* Goes forward to a name, which is not before the one that was sought last. False where there is
 * none; `out` is of type VALUE_NONE then. */
bool attributes_seek(struct attributes *a, struct str name, struct value *out);

#endif
