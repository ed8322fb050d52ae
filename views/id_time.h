/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ID_TIME_H
#define VIEWS_ID_TIME_H

#include "base/str.h"

/* The moment, in ms since 1970, at which an identifier was made: ULID, UUID of version 1, 6 or 7,
 * also behind a prefix ("ORDER#01J…", "user_01j…"). NULL where it tells none, or one that is not
 * of this age; else the name of its kind. */
const char *id_time(struct str text, int64_t *ms);

#endif
