/* SPDX-License-Identifier: MIT */
#ifndef TUI_GATHER_H
#define TUI_GATHER_H

#include "base/buf.h"

/*
 * Collects what this thread writes to one descriptor between begin and end, and sends it in one
 * write. ncurses flushes at every cursor move; over ssh each flush is a packet. Done by a write()
 * of our own in front of the C library's: ncurses offers no other way.
 */
struct gather {
    struct buf bytes;
    int fd;
    bool gone; /* the terminal does not take bytes any more */
};

void gather_fini(struct gather *gather);
void gather_begin(struct gather *gather, int fd);
/* Sends and clears. False where the other side has gone. */
bool gather_end(struct gather *gather);
/* Sends bytes of our own (bell, OSC 52) in full. */
bool gather_send(int fd, struct str bytes);

#endif
