/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SCREENS_SCRIPT_H
#define TESTS_SCREENS_SCRIPT_H

#include "base/buf.h"
#include "base/err.h"

/*
 * One case: a text file of lines.
 *
 *   # a note
 *   sizes 80x24 40x12        the screens to play it on (default: 80x24 40x12 200x50)
 *   option table Orders      options of the explorer: table, keymap, theme, ascii, read-only,
 *                            gutter, triggers, demo
 *   editor COMMAND           $EDITOR from here on
 *   press KEY KEY …          keys by name
 *   type TEXT                characters
 *   paste TEXT
 *   resize COLSxROWS
 *   elsewhere OPERATION JSON another client writes to the store; the explorer is woken
 *   later MS                 the clock goes on, and what waits for it is done
 *   shot NAME                the whole screen goes into the golden
 *   roles NAME               and what each part of it means
 */

/* Plays a case at a size; what it shows is appended to `out`. */
bool script_play(struct str text, int rows, int cols, struct buf *out, struct err *err);
/* The nth size that a case wants; false past the last. */
bool script_size(struct str text, int nth, int *rows, int *cols);

#endif
