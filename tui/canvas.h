/* SPDX-License-Identifier: MIT */
#ifndef TUI_CANVAS_H
#define TUI_CANVAS_H

#include "base/str.h"
#include "tui/glyph.h"
#include "tui/style.h"

/*
 * A frame is a whole screen of cells in memory; a canvas is a window on it. Widgets draw the whole
 * picture every time and the screen sends what differs from the last one, so drawing is pure.
 * Everything is clipped: any coordinates are allowed, also negative ones and canvases of no size.
 */
struct canvas_cell {
    uint32_t point; /* 0 = right half of the wide character before it */
    uint32_t marks[2];
    uint16_t role;
    uint8_t attrs; /* of enum style_attr, on top of the role's */
    uint8_t columns;
};

struct frame {
    int rows, cols;
    struct canvas_cell *cells; /* rows * cols */
    bool ascii;
    int cursor_row, cursor_col; /* the terminal's cursor, -1 = hidden */
};

struct canvas {
    struct frame *frame;
    int row, col;                                     /* where it lies on the frame */
    int rows, cols;                                   /* its own size, may reach past the clip */
    int clip_top, clip_left, clip_bottom, clip_right; /* on the frame; bottom and right excluded */
};

void frame_fini(struct frame *frame);
/* Sizes the frame (at least 1x1) and blanks it. */
void frame_resize(struct frame *frame, int rows, int cols);
void frame_clear(struct frame *frame);
struct canvas frame_canvas(struct frame *frame);

/* A part of a canvas; drawing into it never leaves the parent. */
struct canvas canvas_sub(const struct canvas *c, int row, int col, int rows, int cols);

enum canvas_flag {
    CANVAS_LEFT = 0,
    CANVAS_RIGHT = 1,
    CANVAS_CENTER = 2,
    CANVAS_FILL = 4,     /* blanks in the role over the rest of the width */
    CANVAS_CUT = 8,      /* no ellipsis where the text is cut */
    CANVAS_PLAIN = 16,   /* labels of escaped text in the given role, too (inside a cursor bar) */
    CANVAS_KEEP_END = 32 /* where it is too long, show its end and put the ellipsis in front */
};

/*
 * Draws `text` into `width` columns from (row, col); the only way text gets onto the screen (see
 * text.h). Never splits a character; what does not fit is cut with an ellipsis. Returns the columns
 * that the text took.
 */
int canvas_text(const struct canvas *c, int row, int col, int width, struct str text,
    enum role role, unsigned flags);
/* The same with C strings and formats; at most 1024 bytes, width to the right edge. */
int canvas_put(const struct canvas *c, int row, int col, enum role role, const char *text);
int canvas_printf(const struct canvas *c, int row, int col, enum role role, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* One of our symbols; returns its columns (an ASCII form may take several). */
int canvas_glyph(const struct canvas *c, int row, int col, enum glyph glyph, enum role role);

void canvas_fill(const struct canvas *c, int row, int col, int rows, int cols, enum role role);
/* Gives cells another role and keeps what they show. */
void canvas_paint(const struct canvas *c, int row, int col, int cols, enum role role);
/* Paints each occurrence of `needle` in a text that canvas_text() has drawn with the same arguments
 * (left-aligned or right-aligned). */
void canvas_match(const struct canvas *c, int row, int col, int width, struct str text,
    unsigned flags, struct str needle, enum role role);
/* Hairlines; where lines meet they join. */
void canvas_hline(const struct canvas *c, int row, int col, int cols, enum role role);
void canvas_vline(const struct canvas *c, int row, int col, int rows, enum role role);
/* A frame with a title, centred, at most as large as the canvas; returns the inside. */
struct canvas canvas_dialog(
    const struct canvas *c, int rows, int cols, struct str title, enum role title_role);
/* Where the terminal's cursor is to stand (text input). */
void canvas_cursor(const struct canvas *c, int row, int col);

#endif
