/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_SESSIONS_RECORD_LINE_H
#define VIEWS_SESSIONS_RECORD_LINE_H

#include "base/arena.h"
#include "base/err.h"

/*
 * The language of recorded sessions: a file of lines, which a person can read and change.
 *
 *   line    = [ "#" anything ] | "type" string | "paste" string | "press" keys | "wait" number
 *           | command
 *   string  = JSON string          what is typed or pasted
 *   keys    = key { " " key }      as keymaps name them: they do what they are bound to
 *   number  = milliseconds, at most RECORD_WAIT_MAX
 *   command = as after ":", or the name of a movement and how often: "down 3"
 *
 * Text that is typed holds no control characters; what is pasted may.
 */
enum record_kind {
    RECORD_NOTHING,
    RECORD_COMMAND,
    RECORD_TYPE,
    RECORD_PASTE,
    RECORD_PRESS,
    RECORD_WAIT,
};

enum {
    RECORD_LINE_MAX = 1 << 20, /* bytes: as much as may be pasted, with its escapes */
    RECORD_FILE_MAX = 4 << 20,
    RECORD_LINES_MAX = 100000,
    RECORD_WAIT_MAX = 600000,
};

struct record_line {
    enum record_kind kind;
    struct str text; /* the command, the characters, the names of keys */
    int64_t ms;      /* of RECORD_WAIT */
};

/* Texts are borrowed from the line or live in the arena. ERR_DATA says what is wrong. */
bool record_line_parse(
    struct arena *arena, struct str line, struct record_line *out, struct err *err);
/* With the line feed. A command that has one inside, or begins like another kind of line, cannot be
 * written: false, and nothing is added. */
bool record_line_format(struct buf *out, const struct record_line *line);

#endif
