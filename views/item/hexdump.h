/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEM_HEXDUMP_H
#define VIEWS_ITEM_HEXDUMP_H

#include "base/buf.h"

/* Bytes as lines to read: "00000000  68 65 6c 6c 6f 0a  |hello.|", 16, 8 or 4 of them a line. */
void hexdump_add(struct buf *out, struct str bytes, int a_line);
/* How many bytes a line fit into so many columns. */
int hexdump_fit(int cols);

#endif
