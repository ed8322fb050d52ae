/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_INPUT_H
#define VIEWS_CLI_INPUT_H

#include "base/buf.h"
#include "base/err.h"

#include <stdatomic.h>

/*
 * A file or the standard input as a window that moves forward: what was not taken yet stays, more
 * is read behind it. Memory is bounded by the longest record.
 */
struct input {
    const char *name; /* for messages; "-" = the standard input */
    int fd;
    uint64_t size;   /* bytes, or 0 where nobody knows */
    uint64_t offset; /* of the first byte of the window */
    uint64_t line;   /* of the first byte of the window, from 1 */
    bool end;        /* nothing follows the window */
    struct buf data;
    size_t at; /* where the window starts in `data` */
    const atomic_bool *cancel;
};

enum { INPUT_RECORD_MAX = 64 << 20 }; /* an item is 400 KB; this is its JSON at its most wasteful */

bool input_open(struct input *in, const char *name, const atomic_bool *cancel, struct err *err);
void input_close(struct input *in);

static inline struct str input_window(const struct input *in)
{
    return (struct str){in->data.at ? in->data.at + in->at : "", in->data.len - in->at};
}

/* Reads more behind the window, or sets `end`. False where reading fails, was cancelled or the
 * window is larger than any record may be. */
bool input_more(struct input *in, struct err *err);
/* Moves the window's start; slices of it stay valid until input_more(). */
void input_take(struct input *in, size_t len);
/* To an offset of a file that can be searched. */
bool input_seek(struct input *in, uint64_t offset, uint64_t line, struct err *err);

#endif
