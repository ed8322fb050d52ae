/* SPDX-License-Identifier: MIT */
/* One pass over an item's attributes. Must not know what they are compared with. */
#include "views/item/attributes.h"

struct attributes attributes_of(struct value item)
{
    struct attributes a = {0};
    if (item.type != VALUE_M)
        return a;
    a.walk = value_walk(item);
    attributes_next(&a);
    return a;
}

void attributes_next(struct attributes *a)
{
    a->there = value_next(&a->walk, &a->name, &a->value);
}

bool attributes_seek(struct attributes *a, struct str name, struct value *out)
{
    while (a->there && str_compare(a->name, name) < 0)
        attributes_next(a);
    bool found = a->there && str_equal(a->name, name);
    *out = found ? a->value : (struct value){0};
    return found;
}
