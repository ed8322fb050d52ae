/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_MATCH_H
#define VIEWS_MATCH_H

#include "backend/value.h"

/* Whether a text occurs anywhere in an item: in names, strings and numbers as they are shown,
 * nested ones too. ASCII letters match in either case. */
bool match_item(struct value item, struct str needle);
bool match_text(struct str text, struct str needle);

#endif
