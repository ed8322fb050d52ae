/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_TRIGGERS_FOLDER_H
#define BACKEND_TRIGGERS_FOLDER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Folders and small files of which nothing is taken for granted: they may have come from elsewhere,
 * and other processes change them meanwhile. Nothing follows a symbolic link below the first
 * folder; nothing waits for a FIFO; what is made is 0700 and 0600 under any umask. Folders are
 * descriptors; -1 is "not there" and reads as empty.
 */

/* *fd = -1 where it is not there and is not made. `at` may be AT_FDCWD with an absolute path. */
bool folder_open(int at, const char *name, bool make, int *fd, struct err *err);
void folder_close(int fd);

/* A plain file of at most `most` bytes, appended to `out`. */
bool folder_read(
    int folder, const char *name, size_t most, struct buf *out, bool *found, struct err *err);
/* Write beside, fsync, rename, fsync of the folder: the old text or the new one, never a piece. */
bool folder_replace(int folder, const char *name, struct str text, struct err *err);
/* The same as a file that is told apart by its time, for those who watch it: not synced. */
bool folder_touch(int folder, const char *name, struct err *err);
/* Renames it out of the way, then removes all that is in it. */
bool folder_remove(int at, const char *name, bool *found, struct err *err);
/* Removes what interrupted changes left behind: names that begin with ".gone-" or ".new-". */
void folder_sweep(int folder);
/* Names in byte order, without those that begin with a dot (folder_each) or with them
 * (folder_each_file); false stops. */
typedef bool folder_see(void *context, const char *name, struct err *err);
bool folder_each(int folder, folder_see *see, void *context, struct err *err);
bool folder_each_file(int folder, folder_see *see, void *context, struct err *err);

#endif
