/* SPDX-License-Identifier: MIT */
#ifndef TUI_LINE_EDIT_UNDO_H
#define TUI_LINE_EDIT_UNDO_H

#include "tui/line_edit.h"

/* For line_edit.c alone: changes of the text, each with its undo step. */

/* Puts `in` in place of `len` bytes at `at` and the cursor behind it. `typed`: goes on with the
 * step before if that was typing that ended here. */
void line_edit_replace(struct line_edit *edit, size_t at, size_t len, struct str in, bool typed);
/* What is typed next is a step of its own. */
void line_edit_close_step(struct line_edit *edit);
void line_edit_undo(struct line_edit *edit);
void line_edit_redo(struct line_edit *edit);
void line_edit_forget(struct line_edit *edit);

#endif
