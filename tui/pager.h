/* SPDX-License-Identifier: MIT */
#ifndef TUI_PAGER_H
#define TUI_PAGER_H

#include "base/str.h"
#include "tui/action.h"
#include "tui/canvas.h"

/*
 * A long text to read: lines at \n, wrapped behind words, wrapped at the width, or cut and scrolled
 * sideways. The text is borrowed and
 * must live as long as the pager or the next pager_set().
 */
struct pager {
    struct str text;
    enum role role; /* 0 = ROLE_TEXT */
    bool wrap, ascii;
    bool words; /* wrap behind blanks */
    struct str search;
    int top;  /* first screen line shown */
    int left; /* columns scrolled sideways, only without wrap */
    int rows, cols;
    size_t *lines; /* offset of each screen line, made by pager_arrange() */
    int line_count;
    int lined_cols; /* for which width; -1 = none */
    bool lined_wrap, lined_words;
};

void pager_init(struct pager *pager);
void pager_fini(struct pager *pager);
void pager_set(struct pager *pager, struct str text);
bool pager_handle(struct pager *pager, enum action action);
void pager_arrange(struct pager *pager, int rows, int cols);
void pager_draw(const struct pager *pager, const struct canvas *c);
/* Scrolls to the next (step 1) or previous (-1) line with the text, or (0) stays where the first
 * line has it; false where there is none. */
bool pager_find(struct pager *pager, struct str needle, int step);

#endif
