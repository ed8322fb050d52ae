/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_FILES_H
#define VIEWS_FILES_H

#include "base/buf.h"

/* Adds a path as the system takes it: "~/" is the user's own folder. */
void files_expand(struct str path, struct buf *out);
/* Hands over the files and folders (these with a "/" behind) in the folder that a path begun names,
 * written as it was begun, "~/" too: "" lists the present folder. Hidden ones where their dot was
 * typed; names that cannot be typed are left out. At most some thousands, in no order. */
void files_complete(struct str begun, void (*offer)(void *context, struct str path), void *context);

#endif
