/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CLI_OUT_H
#define VIEWS_CLI_OUT_H

#include "base/buf.h"
#include "base/err.h"
#include "views/cli/waiting.h"

/*
 * Standard output with a buffer. On a terminal no byte of data gets through as a control: what
 * could steer the terminal or lie about the order of the text is written as \uXXXX, which inside
 * JSON strings means the same. A reader that went away (EPIPE) is no error: `closed` says so.
 */
struct cli_out {
    int fd;
    bool terminal; /* make text safe */
    bool ascii;    /* the terminal's character set is not UTF-8: escape everything above 7 bits */
    bool file;     /* one that will be synced: the disk may begin with it */
    size_t unsynced;
    bool closed;
    int error;               /* errno of a write that failed */
    struct waiting *waiting; /* a line on the same terminal, wiped before text comes; or NULL */
    struct buf pending;
};

void cli_out_init(struct cli_out *out, int fd);
void cli_out_fini(struct cli_out *out);

/* JSON or other data of one line, then a line feed (only one where the line brings its own). */
void cli_out_line(struct cli_out *out, struct str line);
/* Many whole lines. */
void cli_out_block(struct cli_out *out, struct str lines);
/* Text without the line feed. */
void cli_out_text(struct cli_out *out, struct str text);
/* Our own words, line feeds and all; without UTF-8 an ellipsis becomes three dots. */
void cli_out_words(struct cli_out *out, struct str text);
/* False when nobody reads any more, or with err when writing failed. */
bool cli_out_flush(struct cli_out *out, struct err *err);

/* Whether a code point must not reach a terminal: C0, DEL, C1, bidi controls, zero-width and
 * invisible ones, line and paragraph separators. */
bool cli_out_is_unsafe(uint32_t point);
/* Adds text with all that is unsafe (and, where `ascii`, not ASCII) written as \uXXXX. */
void cli_out_add_safe(struct buf *to, struct str text, bool ascii);

#endif
