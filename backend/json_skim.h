/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_JSON_SKIM_H
#define BACKEND_JSON_SKIM_H

#include "base/str.h"

/* The text of one member of the outermost object, where it is an object or a list; empty where
 * there is none. Borrowed from `text`. */
struct str json_skim_member(struct str text, struct str name);

#endif
