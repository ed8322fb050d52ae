/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEM_EDIT_H
#define VIEWS_ITEM_EDIT_H

#include "base/buf.h"
#include "base/err.h"
#include "tui/screen.h"

/*
 * A text in the user's own editor: a file of mode 0600 in a folder of mode 0700, $VISUAL or $EDITOR
 * run on it without a shell, the text read back.
 */
struct edit_file {
    char *folder, *path; /* owned; NULL where there is none */
    bool saved;          /* the editor that ran last wrote it, be it as it was */
};

/* Makes the file; `name` is its name without a '/', e.g. "Orders.json". */
bool edit_open(struct edit_file *file, const char *name, struct str text, struct err *err);
/* Writes the text anew. */
bool edit_write(struct edit_file *file, struct str text, struct err *err);
/* Runs the editor to its end, the screen stepping aside. False where it is missing, was killed or
 * did not exit with 0. */
bool edit_run(struct edit_file *file, struct screen *screen, struct err *err);
/* The text as it is now, appended; leading lines that begin with '#' are notes and left out. */
bool edit_read(struct edit_file *file, struct buf *out, struct err *err);
/* Removes the folder and all that an editor left in it. */
void edit_remove(struct edit_file *file);
/* The same for a file that was kept, by its path. */
void edit_remove_kept(struct str path);
/* Forgets the file but leaves it on the disk: for work that could not be saved. */
void edit_keep(struct edit_file *file);

/* Splits a command line into words as a shell would quote them ('…', "…", \), without expanding
 * anything. NULL-terminated; free words[0] and words. NULL where a quote is not closed or no word
 * is there. */
char **edit_split(const char *line);

#endif
