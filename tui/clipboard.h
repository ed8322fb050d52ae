/* SPDX-License-Identifier: MIT */
#ifndef TUI_CLIPBOARD_H
#define TUI_CLIPBOARD_H

#include "base/buf.h"

/*
 * Adds what asks a terminal to put `text` on the clipboard (OSC 52): base64, so nothing of the text
 * itself reaches the terminal. Inside of tmux also in the form that tmux passes on to the terminal
 * outside: which of the two counts depends on its settings, both together do no harm. GNU screen
 * knows nothing of clipboards: it passes on what it is told to, in pieces that it has room for.
 */
enum clipboard_way { CLIPBOARD_PLAIN, CLIPBOARD_TMUX, CLIPBOARD_SCREEN };
void clipboard_add(struct buf *out, struct str text, enum clipboard_way way);

#endif
