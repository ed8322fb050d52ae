/* SPDX-License-Identifier: MIT */
#ifndef TUI_CLIPBOARD_H
#define TUI_CLIPBOARD_H

#include "base/buf.h"

/*
 * Adds what asks a terminal to put `text` on the clipboard (OSC 52): base64, so nothing of the text
 * itself reaches the terminal. Inside of tmux also in the form that tmux passes on to the terminal
 * outside: which of the two counts depends on its settings, both together do no harm.
 */
void clipboard_add(struct buf *out, struct str text, bool tmux);

#endif
