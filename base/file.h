/* SPDX-License-Identifier: MIT */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/err.h"

/* What every writer of files does the same way. */

/* Writes all of it, however many calls and interruptions that takes; false with errno. */
bool file_write_all(int fd, struct str text);
/* Makes the folders above the last part of `path`, for this user alone; those that are there stay
 * as they are. `path` is written to meanwhile, and as it was in the end. */
bool file_make_parents(char *path, struct err *err);

#endif
