/* SPDX-License-Identifier: MIT */
#ifndef TUI_CHILD_H
#define TUI_CHILD_H

#include "base/err.h"
#include "tui/screen.h"

/*
 * Runs a program on the terminal (an editor, a pager) while the screen steps aside, and waits for
 * it. argv is searched in PATH, no shell. Its signal mask and handlers are fresh, no descriptor but
 * 0, 1 and 2 is passed on. `status` is its exit code, or 128 + signal. False where it could not be
 * started.
 */
bool child_run(struct screen *screen, char *const argv[], int *status, struct err *err);

#endif
