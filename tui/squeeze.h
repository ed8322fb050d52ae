/* SPDX-License-Identifier: MIT */
#ifndef TUI_SQUEEZE_H
#define TUI_SQUEEZE_H

#include <stddef.h>

/*
 * Shortens what ncurses wrote for a terminal of `rows` rows, in place, without changing its
 * meaning; returns the new length. Changes of looks that follow one another become one:
 *
 *   ESC[39m ESC(B ESC[m   =  ESC[m        ESC[30m ESC[46m  =  ESC[30;46m        ESC[1;24r  =  ESC[r
 *
 * The character set ESC(B is left out where a change of looks stands beside it: nothing here ever
 * chooses another one.
 */
size_t squeeze_output(char *bytes, size_t len, int rows);

#endif
