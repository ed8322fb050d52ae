/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_ION_IN_H
#define BACKEND_EMBEDDED_ION_IN_H

#include "backend/value.h"

/*
 * Amazon Ion text into items: the other side of ion_out.h, and what people write. Numbers of all
 * kinds become N, strings and symbols S, blobs B, lists L or the set that their annotation names,
 * structs M, nulls NULL. Timestamps, clobs and s-expressions are none of DynamoDB's.
 */
enum ion_in_got {
    ION_IN_ITEM,  /* appended to `item`, an M: what stands under Item in a struct */
    ION_IN_NONE,  /* nothing but blanks, comments and version markers were left */
    ION_IN_SHORT, /* the text ends inside of a value */
    ION_IN_ERROR, /* with err */
};
/* Takes the next top-level struct off the front of `rest`. */
enum ion_in_got ion_in_next(struct str *rest, struct buf *item, struct err *err);

#endif
