/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_SEQUENCE_H
#define BACKEND_TRIGGERS_SEQUENCE_H

#include "base/str.h"

/*
 * Sequence numbers are decimals of up to 40 digits: they are compared as numbers, not as texts. The
 * empty one comes before all others.
 */
static inline int sequence_compare(struct str a, struct str b)
{
    while (a.len && *a.at == '0')
        a = (struct str){a.at + 1, a.len - 1};
    while (b.len && *b.at == '0')
        b = (struct str){b.at + 1, b.len - 1};
    if (a.len != b.len)
        return a.len < b.len ? -1 : 1;
    return a.len ? memcmp(a.at, b.at, a.len) : 0;
}

#endif
