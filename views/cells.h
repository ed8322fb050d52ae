/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_CELLS_H
#define VIEWS_CELLS_H

#include "backend/client.h"
#include "tui/style.h"

/*
 * A value in one line. The type shows by form, so that it is visible without colour:
 *
 *   string  like a number  number  true false  null  map  list  set      binary
 *   text    "42"           42      ✓    ✗      ∅     {3}  [5]   ⟨a b⟩    0x6869… 12 B
 *
 * (Where the screen is ASCII, drawing replaces the symbols.) A string stands in quotes where it
 * would read as another type, where blanks at its ends would not show, and always where `quote`
 * asks for it.
 */
enum { CELLS_BYTES_MAX = 512 }; /* longer texts are cut: the screen shows less anyway */

void cells_add(struct buf *out, struct value v, bool quote);
/* The role of a value of the type. */
enum role cells_role(enum value_type type);

/* An item's key for a person, "C101 · O5001": its attributes `names`, in order. */
void cells_add_key(struct buf *out, struct value item, const struct client_key *keys, size_t count);

#endif
