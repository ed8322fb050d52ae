/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_WORDING_H
#define BACKEND_EMBEDDED_WORDING_H

#include "backend/embedded/engine.h"

/*
 * The service words the same mistake in a request differently from one operation to the next. What
 * finds mistakes uses one wording, the plain one; this turns it into that of the operation.
 */
enum wording {
    WORDING_PLAIN,
    WORDING_COUNTED, /* what is wrong without looking at a table is counted: "1 validation error
                        detected: …", but not in requests that are nested very deeply */
    WORDING_OLDER,   /* values are refused in older words */
};

/* Always false, like what made `err`. */
bool wording_refuse(struct call *call, enum wording wording, struct err *err);

#endif
