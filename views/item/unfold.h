/* SPDX-License-Identifier: MIT */
#ifndef VIEWS_ITEM_UNFOLD_H
#define VIEWS_ITEM_UNFOLD_H

#include "backend/value.h"

/*
 * What people put into strings and binary, taken out one layer at a time:
 *
 *   S   {…} […] "…"        ─▶ JSON      the value
 *   S   eyJ….….…           ─▶ token     {header, payload}, unverified
 *   S   base64, base64url   ─▶ base64    S where the bytes are text, else B
 *   B   gzip, zlib, zstd    ─▶ gzip …    likewise, UNFOLD_BYTES_MAX bytes at most
 *   B   UTF-8 to read       ─▶ text      S
 */
enum { UNFOLD_BYTES_MAX = 1 << 20 };

struct unfold {
    const char *form; /* "JSON", "base64", "gzip", … */
    const char *lack; /* what is missing: "the first 1 MB", "cut off"; "" = nothing */
};

/* Appends the value inside, encoded. False where there is none, and says what was tried. */
bool unfold_value(struct value v, struct buf *out, struct unfold *u, struct err *err);
/* What it may be by its first bytes, or NULL: a look, for hints; wrong now and then. */
const char *unfold_guess(struct value v);
/* Whether bytes are text to read: UTF-8, hardly any controls. */
bool unfold_is_text(struct str bytes);

#endif
