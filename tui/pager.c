/* SPDX-License-Identifier: MIT */
/* A long text to read. Only the starts of its screen lines are kept, and only for one width. */
#include "tui/pager.h"
#include "base/mem.h"
#include "tui/text.h"
#include <stdlib.h>

enum { SIDE_STEP = 8, SIDE_MAX = 1 << 20 };

void pager_init(struct pager *pager)
{
    *pager = (struct pager){.wrap = true, .lined_cols = -1, .rows = 1, .cols = 1};
}

void pager_fini(struct pager *pager)
{
    free(pager->lines);
    *pager = (struct pager){.lined_cols = -1};
}

void pager_set(struct pager *pager, struct str text)
{
    pager->text = text;
    pager->top = pager->left = 0;
    pager->lined_cols = -1;
}

static void add_line(struct pager *pager, size_t at, size_t *room)
{
    if ((size_t)pager->line_count + 1 > *room) {
        *room = *room ? 2 * *room : 64;
        pager->lines = mem_grow(pager->lines, *room * sizeof *pager->lines);
    }
    pager->lines[pager->line_count++] = at;
}

/* How much of a paragraph the next screen line takes. */
static size_t line_len(const struct pager *pager, struct str paragraph)
{
    if (!pager->wrap)
        return paragraph.len;
    size_t fits = pager->words ? text_fit_words(paragraph, pager->cols, pager->ascii)
                               : text_fit(paragraph, pager->cols, pager->ascii);
    if (fits == 0 && paragraph.len) /* narrower than one character: go on anyway */
        fits = text_after(paragraph, 0);
    return fits;
}

static void add_paragraph(struct pager *pager, size_t at, struct str paragraph, size_t *room)
{
    do {
        size_t len = line_len(pager, paragraph);
        add_line(pager, at, room);
        at += len;
        paragraph = str_skip(paragraph, len);
    } while (paragraph.len);
}

static void find_lines(struct pager *pager)
{
    size_t room = 0, at = 0;
    struct str rest = pager->text, paragraph;
    free(pager->lines);
    pager->lines = NULL;
    pager->line_count = 0;
    for (; rest.len && str_cut(&rest, '\n', &paragraph); at += paragraph.len + 1)
        add_paragraph(pager, at, paragraph, &room);
    pager->lined_cols = pager->cols;
    pager->lined_wrap = pager->wrap;
    pager->lined_words = pager->words;
}

static void go(struct pager *pager, int top)
{
    int most = pager->line_count - pager->rows;
    top = top > most ? most : top;
    pager->top = top < 0 ? 0 : top;
}

void pager_arrange(struct pager *pager, int rows, int cols)
{
    size_t place =
        pager->top < pager->line_count && pager->lined_cols >= 0 ? pager->lines[pager->top] : 0;
    pager->rows = rows > 0 ? rows : 1;
    pager->cols = cols > 0 ? cols : 1;
    if (pager->lined_cols != pager->cols || pager->lined_wrap != pager->wrap ||
        pager->lined_words != pager->words) {
        find_lines(pager);
        int top = 0;
        while (top + 1 < pager->line_count && pager->lines[top + 1] <= place)
            top++;
        pager->top = top;
    }
    go(pager, pager->top);
}

static void go_side(struct pager *pager, int left)
{
    if (!pager->wrap)
        pager->left = left < 0 ? 0 : left > SIDE_MAX ? SIDE_MAX : left;
}

/* behind words ─▶ at the width ─▶ cut ─▶ */
static void next_wrap(struct pager *pager)
{
    bool words = pager->wrap && pager->words;
    pager->wrap = words || !pager->wrap;
    pager->words = pager->wrap && !words;
    pager->left = 0;
}

bool pager_handle(struct pager *pager, enum action action)
{
    int page = pager->rows > 1 ? pager->rows - 1 : 1, half = page > 1 ? page / 2 : 1;
    switch (action) {
    case ACTION_UP:
    case ACTION_SCROLL_UP:
        return go(pager, pager->top - 1), true;
    case ACTION_DOWN:
    case ACTION_SCROLL_DOWN:
        return go(pager, pager->top + 1), true;
    case ACTION_PAGE_UP:
        return go(pager, pager->top - page), true;
    case ACTION_PAGE_DOWN:
        return go(pager, pager->top + page), true;
    case ACTION_HALF_UP:
        return go(pager, pager->top - half), true;
    case ACTION_HALF_DOWN:
        return go(pager, pager->top + half), true;
    case ACTION_TOP:
        return go(pager, 0), true;
    case ACTION_BOTTOM:
        return go(pager, pager->line_count), true;
    case ACTION_LEFT:
        return go_side(pager, pager->left - SIDE_STEP), true;
    case ACTION_RIGHT:
        return go_side(pager, pager->left + SIDE_STEP), true;
    case ACTION_LINE_START:
        return go_side(pager, 0), true;
    case ACTION_WRAP:
        return next_wrap(pager), true;
    default:
        return false;
    }
}

static struct str line_at(const struct pager *pager, int line)
{
    size_t at = pager->lines[line];
    bool last = line + 1 == pager->line_count;
    size_t end = last ? pager->text.len : pager->lines[line + 1];
    if (end > at && pager->text.at[end - 1] == '\n')
        end--;
    return str_take(str_skip(pager->text, at), end - at);
}

/* A line and as much of the next ones as what begins in it may reach. */
static struct str line_to_search(const struct pager *pager, int line, struct str needle)
{
    struct str text = str_skip(pager->text, pager->lines[line]);
    return str_take(text, line_at(pager, line).len + needle.len - 1);
}

void pager_draw(const struct pager *pager, const struct canvas *c)
{
    unsigned flags = pager->wrap ? CANVAS_CUT : 0u;
    for (int y = 0; y < pager->rows && pager->top + y < pager->line_count; y++) {
        struct str line = line_at(pager, pager->top + y);
        line = str_skip(line, text_fit(line, pager->left, pager->ascii));
        canvas_text(c, y, 0, pager->cols, line, pager->role, flags);
        if (pager->search.len)
            canvas_match(c, y, 0, pager->cols, line, flags, pager->search, ROLE_MATCH);
    }
}

bool pager_find(struct pager *pager, struct str needle, int step)
{
    for (int i = step ? 1 : 0; i <= pager->line_count && needle.len && pager->line_count; i++) {
        int line = (pager->top + i * (step ? step : 1)) % pager->line_count;
        line = line < 0 ? line + pager->line_count : line;
        if (text_search(line_to_search(pager, line, needle), needle, 0) != SIZE_MAX) {
            pager->top = line;
            return true;
        }
    }
    return false;
}
