/* SPDX-License-Identifier: MIT */
#ifndef TUI_GLYPH_H
#define TUI_GLYPH_H

#include "base/str.h"

/*
 * Our own symbols, each with a form for terminals that show only ASCII. Texts may contain the
 * Unicode forms freely ("⟨a b⟩", "PENDING → SHIPPED"): on an ASCII screen text drawing replaces
 * them by this table.
 */
#define GLYPHS(X)                                                                                  \
    X(ELLIPSIS, 0x2026, "~")                                                                       \
    X(TRUE, 0x2713, "true")                                                                        \
    X(FALSE, 0x2717, "false")                                                                      \
    X(NULL, 0x2205, "null")                                                                        \
    X(SET_OPEN, 0x27e8, "<<")                                                                      \
    X(SET_CLOSE, 0x27e9, ">>")                                                                     \
    X(FOLDED, 0x25b8, ">")                                                                         \
    X(UNFOLDED, 0x25be, "v")                                                                       \
    X(POINTER, 0x276f, ">")                                                                        \
    X(BULLET, 0x25cf, "*")                                                                         \
    X(CIRCLE, 0x25cb, "o")                                                                         \
    X(DOT, 0x00b7, "-")                                                                            \
    X(ARROW_RIGHT, 0x2192, "->")                                                                   \
    X(ARROW_LEFT, 0x2190, "<-")                                                                    \
    X(ARROW_UP, 0x2191, "^")                                                                       \
    X(ARROW_DOWN, 0x2193, "v")                                                                     \
    X(SORT_UP, 0x25b4, "^")                                                                        \
    X(ENTER, 0x23ce, "Enter")                                                                      \
    X(DASH, 0x2014, "-")                                                                           \
    X(EN_DASH, 0x2013, "-")                                                                        \
    X(TIMES, 0x00d7, "x")                                                                          \
    X(LESS_EQUAL, 0x2264, "<=")                                                                    \
    X(MORE_EQUAL, 0x2265, ">=")                                                                    \
    X(NOT_EQUAL, 0x2260, "!=")                                                                     \
    X(HLINE, 0x2500, "-")                                                                          \
    X(VLINE, 0x2502, "|")                                                                          \
    X(CORNER_TL, 0x250c, "+")                                                                      \
    X(CORNER_TR, 0x2510, "+")                                                                      \
    X(CORNER_BL, 0x2514, "+")                                                                      \
    X(CORNER_BR, 0x2518, "+")                                                                      \
    X(TEE_RIGHT, 0x251c, "+")                                                                      \
    X(TEE_LEFT, 0x2524, "+")                                                                       \
    X(TEE_DOWN, 0x252c, "+")                                                                       \
    X(TEE_UP, 0x2534, "+")                                                                         \
    X(CROSS, 0x253c, "+")                                                                          \
    X(BAR_1, 0x2581, "_")                                                                          \
    X(BAR_2, 0x2582, "_")                                                                          \
    X(BAR_3, 0x2583, ".")                                                                          \
    X(BAR_4, 0x2584, "-")                                                                          \
    X(BAR_5, 0x2585, "=")                                                                          \
    X(BAR_6, 0x2586, "=")                                                                          \
    X(BAR_7, 0x2587, "#")                                                                          \
    X(BAR_8, 0x2588, "#")                                                                          \
    X(SHADE, 0x2591, ".")

enum glyph {
#define GLYPH_ENUM(id, point, ascii) GLYPH_##id,
    GLYPHS(GLYPH_ENUM)
#undef GLYPH_ENUM
        GLYPH_COUNT
};

uint32_t glyph_point(enum glyph glyph);
/* The ASCII form, 1..5 characters. */
const char *glyph_ascii(enum glyph glyph);
/* The ASCII form of one of our symbols, or NULL for any other code point. */
const char *glyph_ascii_of(uint32_t point);
/* UTF-8 or ASCII text of a symbol, for building texts. */
const char *glyph_text(enum glyph glyph, bool ascii);

#endif
