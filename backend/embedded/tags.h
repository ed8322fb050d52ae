/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_TAGS_H
#define BACKEND_EMBEDDED_TAGS_H

#include "backend/embedded/engine.h"

/* Tags, a list of {"Key":…,"Value":…} or NULL, as an M of S in the call's arena; no value when
 * there are none. */
bool tags_parse(struct call *call, const struct json *list, struct value *out, struct err *err);

#endif
