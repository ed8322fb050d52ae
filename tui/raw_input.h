/* SPDX-License-Identifier: MIT */
#ifndef TUI_RAW_INPUT_H
#define TUI_RAW_INPUT_H

#include "tui/input.h"

/*
 * Reads a terminal's bytes in blocks, past ncurses, which takes them one system call each: for
 * pastes. What was read ahead comes out before anything else.
 */
struct raw_input {
    char bytes[4096];
    size_t at, len;
};

bool raw_input_pending(const struct raw_input *raw);
/* The next character of what `fd` has to give; does not wait. False when there is none (yet). */
bool raw_input_next(struct raw_input *raw, int fd, struct input_unit *unit);

#endif
