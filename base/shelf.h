/* SPDX-License-Identifier: MIT */
#ifndef BASE_SHELF_H
#define BASE_SHELF_H

#include "base/conf.h"

/*
 * A shelf holds the files of one format that come with the program: keymaps, themes. A user's file
 * of the same name in a folder of theirs comes before a shipped one, and may take one in:
 *
 *     include = NAME               before the first section
 *
 * What is wrong with a line is told, with file and line, and the line left out: the rest counts.
 */
struct shelf_file { /* text baked into the program (cmake/bake.cmake) */
    const char *name, *text;
    size_t len;
};

struct shelf {
    const struct shelf_file *files; /* a NULL name ends them */
    const char *what, *suffix;      /* "keymap" and ".keys": what one is called, how files end */
};

/* One reading of one file. The format's own struct may begin with it: its handler's context. */
struct shelf_reader {
    const struct shelf *shelf;
    struct conf_handler format; /* sections and entries; `other` is the reader's own */
    void (*problem)(void *data, struct str message); /* "mine.keys:3: no such key: F99"; or NULL */
    void *data;
    /* the reader's own: */
    struct str file;
    int depth; /* of includes */
};

/* Text of a shipped file, or STR_NONE. */
struct str shelf_text(const struct shelf *shelf, struct str name);

/* Reads a text; `file` is what problems call it. */
void shelf_read(struct shelf_reader *reader, struct str file, struct str text);
/* Reads `folder`/NAME+suffix if it is there, else the shipped one. `folder` may be empty. False
 * with ERR_CONFIG where there is neither, or the file cannot be read. */
bool shelf_load(struct shelf_reader *reader, struct str folder, struct str name, struct err *err);
/* Tells a problem of the line that is being read; `text` (or STR_NONE) is the word that is wrong.
 */
void shelf_problem(
    const struct shelf_reader *reader, size_t line, const char *what, struct str text);

#endif
