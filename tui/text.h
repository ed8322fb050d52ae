/* SPDX-License-Identifier: MIT */
#ifndef TUI_TEXT_H
#define TUI_TEXT_H

#include "base/str.h"

/*
 * The only road from bytes to the screen. Bytes are hostile: what would move the cursor, change
 * colours, reorder or hide text becomes a visible label instead, told apart by its role:
 *
 *   C0 and DEL          ^[  ^?           C1                    <9B>
 *   invalid UTF-8 byte  \xFF             invisible, bidi, tag,
 *   private, unassigned <U+E000>           stray mark          <U+202E>
 *   more marks on one character than TEXT_MARKS_MAX            <+18>
 *
 * Width is wcwidth()'s, as ncurses counts the same way; setlocale(LC_CTYPE, ...) must have chosen a
 * UTF-8 locale, otherwise use ascii. In ascii mode our own symbols take their ASCII form and other
 * non-ASCII characters one '?' a column.
 */
enum { TEXT_MARKS_MAX = 2, TEXT_LABEL_MAX = 12 };

/* One thing to show: a character with its marks, or a label of `columns` ASCII characters. */
struct text_glyph {
    uint32_t point;                 /* 0 where it is a label */
    uint32_t marks[TEXT_MARKS_MAX]; /* 0 = none */
    uint8_t columns;                /* 1 or 2; a label up to TEXT_LABEL_MAX */
    bool escaped;                   /* to be drawn in the role text.escape */
    char label[TEXT_LABEL_MAX + 1];
    size_t len; /* bytes of the source that it stands for, > 0 */
};

/* Takes the next glyph off the front of `rest`, which must not be empty. */
void text_next(struct str *rest, bool ascii, struct text_glyph *glyph);

/* Columns that drawing takes, but no further than `limit` (the answer is then > limit or = limit).
 */
int text_columns(struct str text, int limit, bool ascii);
/* The longest prefix, in bytes, that fits into `columns`. */
size_t text_fit(struct str text, int columns, bool ascii);
/* The same for a line of a paragraph: it ends behind a blank where there is one. */
size_t text_fit_words(struct str text, int columns, bool ascii);
/* Offset of the glyph border before/after `at` (0..len). */
size_t text_before(struct str text, size_t at);
size_t text_after(struct str text, size_t at);
/* First place at or after `from` where `needle` occurs, ASCII letters compared without case if the
 * needle has no capital letters; SIZE_MAX where it does not. */
size_t text_search(struct str text, struct str needle, size_t from);

#endif
