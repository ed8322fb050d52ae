/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CHANGES_WRITING_H
#define VIEWS_CHANGES_WRITING_H

#include "views/changes/journal.h"

/* What the user is told of a write that ended, and what becomes of it: the journal's ended(), with
 * the app as its context. */
void writing_ended(void *context, const struct journal_entry *entry, const struct err *err);

#endif
