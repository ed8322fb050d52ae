/* SPDX-License-Identifier: MIT */
#ifndef TUI_SQUEEZE_H
#define TUI_SQUEEZE_H

#include "base/buf.h"

/*
 * Rewrites what ncurses wrote for a terminal of `rows` rows without changing its meaning: adds the
 * result to `out`. Changes of looks that follow one another become one:
 *
 *   ESC[39m ESC(B ESC[m   =  ESC[m        ESC[30m ESC[46m  =  ESC[30;46m        ESC[1;24r  =  ESC[r
 *
 * The character set ESC(B is left out where a change of looks stands beside it: nothing here ever
 * chooses another one. With rows = 0 that is not done (a terminal in an unknown state). Repeated
 * characters (ESC[7b) are always written out: many terminals take them to their line's last column
 * and then lose one.
 */
void squeeze_output(struct str in, int rows, struct buf *out);

#endif
