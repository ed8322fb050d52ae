/* SPDX-License-Identifier: MIT */
#ifndef BACKEND_EMBEDDED_BACKUP_FILE_H
#define BACKEND_EMBEDDED_BACKUP_FILE_H

#include "backend/embedded/store.h"
#include "base/buf.h"

/*
 * A backup is a file of the store's folder: backups/ID, mode 0600; backups/ID.part while it is
 * written. Numbers are big-endian; each digest covers all that stands before it.
 *
 *   "dynascope backup" | version (4) = 1 | length (4) | the table's row | digest (8)
 *   block   length (4) | count (4) | items (batch.h) | digest (8)        as many as there are
 *   end     0 (4) | 0 (4) | items (8) | bytes by DynamoDB's count (8) | digest (8)
 */
enum { BACKUP_FILE_BLOCK_MAX = 16 << 20, BACKUP_FILE_VERSION = 1 };

struct backup_file {
    int fd;
    int64_t offset;  /* of the next block */
    uint64_t digest; /* of all before */
};

/* Begins a new one, in place of what an interrupted process left. */
bool backup_file_create(
    struct backup_file *file, struct store *store, struct str id, struct str row, struct err *err);
/* Goes on at this place; false without an error (*found false) where there is no such file. */
bool backup_file_resume(
    struct backup_file *file, struct store *store, struct str id, bool *found, struct err *err);
/* Appends a block; on disk when it returns. */
bool backup_file_add(struct backup_file *file, struct str items, size_t count, struct err *err);
/* Writes the end and gives the file its name. */
bool backup_file_finish(struct backup_file *file, struct store *store, struct str id, int64_t items,
    int64_t bytes, struct err *err);
void backup_file_close(struct backup_file *file);

/* Opens a finished one and appends the table's row. */
bool backup_file_open(
    struct backup_file *file, struct store *store, struct str id, struct buf *row, struct err *err);
/* The block at file->offset into `items` (cleared first): *count of them, 0 at the end, where the
 * whole file is known to be as it was written. */
bool backup_file_read(struct backup_file *file, struct buf *items, size_t *count, struct err *err);

/* Removes both; not there is fine. */
bool backup_file_remove(struct store *store, struct str id, struct err *err);

#endif
