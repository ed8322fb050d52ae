/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_ION_OUT_H
#define BACKEND_EMBEDDED_ION_OUT_H

#include "backend/value.h"

/* Amazon Ion, as text: what an export in the format ION holds. Numbers are decimals, binary values
 * blobs, sets lists annotated with $dynamodb_SS, $dynamodb_NS or $dynamodb_BS. */
void ion_out_value(struct buf *out, struct value v);
/* name: of a field */
void ion_out_name(struct buf *out, struct str name);

#endif
