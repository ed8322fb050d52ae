/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_RESUME_H
#define VIEWS_CLI_RESUME_H

#include "views/cli/records.h"

/*
 * What an import needs to go on after it was interrupted, in a small file under
 * $XDG_STATE_HOME/dynascope/import/, one for each file, table and store:
 *
 *   dynascope-import 1
 *   table Orders
 *   file /data/orders.jsonl
 *   head 5577006791947779         digest of the first 64 KB
 *   offset 73400320              everything before it is written
 *   line 183500
 *   index 183499
 *   inside 1                     inside a JSON array
 *   seed 5577006791947779410     of the keys that --add-key uuid makes
 *   done 0
 */
struct resume {
    struct buf path; /* of the small file */
    struct buf table, file;
    uint64_t head;     /* digest of the file's head when the place was written down */
    uint64_t head_now; /* and as it is now */
    struct records_place place;
    bool done;
    uint64_t seed;
    bool found; /* a file was there and fits */
};

/* Finds and reads the state for this import; a missing one is no error. What is no plain file (the
 * standard input, a pipe) cannot be gone on with: then `path` stays empty and saving does nothing.
 * The same where it returns false: ERR_NO_INPUT = the file is not there, all else = there is no
 * folder to remember places in. */
bool resume_open(
    struct resume *state, const char *store, struct str table, const char *file, struct err *err);
void resume_close(struct resume *state);
/* Replaces the small file at once or not at all. */
bool resume_save(const struct resume *state, struct err *err);
void resume_forget(struct resume *state);

#endif
