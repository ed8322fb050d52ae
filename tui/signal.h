/* SPDX-License-Identifier: MIT */
#ifndef TUI_SIGNAL_H
#define TUI_SIGNAL_H

#include "base/err.h"
#include <signal.h>

/*
 * Signals as events. Open before any thread is started (threads inherit the mask). Read with
 * signal_next() when `fd` is readable:
 *   SIGWINCH  take the new size        SIGCONT  repaint all           SIGTSTP  screen_stop()
 *   SIGINT    as Ctrl-C                SIGHUP, SIGTERM  leave, exit code 128 + n
 * SIGPIPE is ignored. A child process must get `before` as its mask.
 */
struct signals {
    int fd;
    sigset_t before;
};

bool signal_open(struct signals *signals, struct err *err);
void signal_close(struct signals *signals);
/* The next pending signal's number; false when there is none. */
bool signal_next(struct signals *signals, int *number);

/*
 * From now on a fatal signal (SEGV, BUS, FPE, ILL, ABRT, SYS, TRAP) first writes `restore` to the
 * terminal and puts its modes back, then dies as it would have. Bytes are copied; len <= 256.
 * Called by screen_curses.
 */
struct termios;
void signal_guard(int tty, const struct termios *modes, const char *restore, size_t len);
/* The terminal is as it was: nothing to restore. */
void signal_unguard(void);

#endif
