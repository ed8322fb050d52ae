/* SPDX-License-Identifier: MIT */
#ifndef TESTS_PTY_BYTES_H
#define TESTS_PTY_BYTES_H

#include "base/buf.h"

/*
 * Reads what a program sent to its terminal, byte for byte, and says what in it does not belong
 * there: nothing but printable text and the few control sequences that painting needs.
 */
struct bytes_count {
    size_t sequences, colours,
        wide; /* control sequences; SGR that set a colour; non-ASCII characters */
};

/* False with the first offender in `what`. */
bool bytes_check(struct str sent, struct bytes_count *count, struct buf *what);

#endif
