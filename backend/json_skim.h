/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_JSON_SKIM_H
#define BACKEND_JSON_SKIM_H

#include "base/str.h"

/* The text of one member of the outermost object, where it is an object or a list; empty where
 * there is none. Borrowed from `text`. */
struct str json_skim_member(struct str text, struct str name);
/* From that member's value to the end of the text. */
struct str json_skim_from(struct str text, struct str name);
/* The object or list at the front of a text; all of it where that has no end. */
struct str json_skim_value(struct str text);

#endif
