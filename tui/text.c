/* SPDX-License-Identifier: MIT */
/*
 * From hostile bytes to glyphs that are safe to show (text.h has the table). Must not know cells or
 * terminals. Characters are joined by Unicode's grapheme clusters (utf8proc), measured by
 * wcwidth():
 *
 *   bytes ──utf8_next──> code point ──sort_of──> shown        + marks that follow, at most two
 *              │                       │
 *              └ \xFF                  └ ^[  <9B>  <U+202E>  label
 *
 * An emoji's variation selectors, skin tones and joined parts are left out: what terminals make of
 * them differs in width, and a screen must not depend on it.
 */
#include "tui/text.h"
#include "base/utf8.h"
#include "tui/glyph.h"
#include <stdio.h>
#include <utf8proc.h>
#include <wchar.h>

enum { MARK_RUN_MAX = 999, SAFE_DISTANCE = 256 };

enum sort { SORT_SHOWN, SORT_MARK, SORT_LABEL };

static enum sort sort_of(uint32_t point)
{
    const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)point);
    switch (property->category) {
    case UTF8PROC_CATEGORY_CN: /* unassigned */
    case UTF8PROC_CATEGORY_CC: /* control */
    case UTF8PROC_CATEGORY_CF: /* format: bidi, joiners, tags */
    case UTF8PROC_CATEGORY_CS: /* surrogate */
    case UTF8PROC_CATEGORY_CO: /* private use */
    case UTF8PROC_CATEGORY_ZL: /* line and paragraph separators */
    case UTF8PROC_CATEGORY_ZP:
        return SORT_LABEL;
    default:
        break;
    }
    if (property->ignorable || point == 0x2800) /* fillers and the empty Braille pattern */
        return SORT_LABEL;
    int columns = wcwidth((wchar_t)point);
    if (columns > 0)
        return SORT_SHOWN;
    return columns == 0 ? SORT_MARK : SORT_LABEL;
}

/* The columns of letters that most texts beyond ASCII are made of and that need no look into the
 * tables: Latin, Cyrillic, kana, ideographs, Hangul. 0 = look. */
static int plain_columns(uint32_t point)
{
    if (point < 0xC0)
        return 0;
    if (point <= 0x2AF || (point >= 0x410 && point <= 0x44F))
        return 1;
    bool wide = (point >= 0x3041 && point <= 0x3096) || (point >= 0x30A1 && point <= 0x30FA) ||
                (point >= 0x4E00 && point <= 0x9FEF) || (point >= 0xAC00 && point <= 0xD7A3);
    return wide ? 2 : 0;
}

/* before, `value` in at least so many hexadecimal digits, after */
static void make_label(
    struct text_glyph *glyph, const char *before, uint32_t value, int digits, const char *after)
{
    char *at = glyph->label;
    glyph->point = 0;
    glyph->escaped = true;
    while (*before)
        *at++ = *before++;
    while (digits < 6 && value >> 4 * digits)
        digits++;
    while (digits-- > 0)
        *at++ = "0123456789ABCDEF"[value >> 4 * digits & 15];
    while (*after)
        *at++ = *after++;
    *at = '\0';
    glyph->columns = (uint8_t)(at - glyph->label);
}

static void make_count(struct text_glyph *glyph, unsigned count)
{
    glyph->point = 0;
    glyph->escaped = true;
    glyph->columns = (uint8_t)snprintf(glyph->label, sizeof glyph->label, "<+%u>", count);
}

static void make_control(struct text_glyph *glyph, uint32_t point)
{
    char label[2] = {(char)(point ^ 0x40), '\0'};
    make_label(glyph, "^", 0, 0, label);
}

static bool is_pictograph(uint32_t point)
{
    int bound = utf8proc_get_property((utf8proc_int32_t)point)->boundclass;
    return bound == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC || bound == UTF8PROC_BOUNDCLASS_E_ZWG;
}

/* The length of what belongs to an emoji at the front of `rest` and is left out, or 0.
 * part = FE0E | FE0F | skin tone | ZWJ pictograph */
static size_t emoji_part(struct str rest)
{
    uint32_t point;
    struct str at = rest;
    if (!at.len || (unsigned char)*at.at < 0x80 || !utf8_next(&at, &point))
        return 0;
    if (point == 0xFE0E || point == 0xFE0F || (point >= 0x1F3FB && point <= 0x1F3FF))
        return rest.len - at.len;
    if (point == 0x200D && at.len && utf8_next(&at, &point) && is_pictograph(point))
        return rest.len - at.len;
    return 0;
}

/* The length of a mark at the front of `rest`, or 0. */
static size_t mark_part(struct str rest, uint32_t *point)
{
    struct str at = rest;
    if (!at.len || (unsigned char)*at.at < 0x80 || !utf8_next(&at, point))
        return 0;
    return !plain_columns(*point) && sort_of(*point) == SORT_MARK ? rest.len - at.len : 0;
}

/* marks = { emoji part } { mark } */
static void take_marks(struct str *rest, struct text_glyph *glyph)
{
    size_t len;
    uint32_t mark;
    if (glyph->point >= 0xA9 && !plain_columns(glyph->point) && is_pictograph(glyph->point))
        while ((len = emoji_part(*rest)))
            *rest = str_skip(*rest, len);
    for (int i = 0; i < TEXT_MARKS_MAX && (len = mark_part(*rest, &mark)); i++) {
        glyph->marks[i] = mark;
        *rest = str_skip(*rest, len);
    }
}

/* Marks with nothing to stand on, or beyond the two that a character may bear. */
static void take_stray(struct str *rest, uint32_t first, struct text_glyph *glyph)
{
    unsigned count = 1;
    uint32_t mark;
    for (size_t len; count < MARK_RUN_MAX && (len = mark_part(*rest, &mark)); count++)
        *rest = str_skip(*rest, len);
    if (count == 1)
        make_label(glyph, "<U+", first, 4, ">");
    else
        make_count(glyph, count);
}

static void in_ascii(struct text_glyph *glyph)
{
    const char *form = glyph_ascii_of(glyph->point);
    if (form) {
        glyph->columns = (uint8_t)strlen(form);
        memcpy(glyph->label, form, (size_t)glyph->columns + 1);
    } else {
        memcpy(glyph->label, "??", 3);
        glyph->label[glyph->columns] = '\0';
        glyph->escaped = true;
    }
    glyph->point = 0;
    memset(glyph->marks, 0, sizeof glyph->marks);
}

static void show(struct str *rest, uint32_t point, bool ascii, struct text_glyph *glyph)
{
    int columns = point < 0x7F ? 1 : plain_columns(point);
    columns = columns ? columns : wcwidth((wchar_t)point);
    glyph->point = point;
    glyph->columns = (uint8_t)columns;
    if (rest->len && (unsigned char)*rest->at >= 0x80)
        take_marks(rest, glyph);
    if (ascii && point >= 0x7F)
        in_ascii(glyph);
    else if (ascii)
        memset(glyph->marks, 0, sizeof glyph->marks);
}

/* The C locale's wcwidth() knows only ASCII: there everything else is told by Unicode alone. */
static void show_ascii_only(struct str *rest, uint32_t point, struct text_glyph *glyph)
{
    uint32_t mark;
    size_t len;
    int width = utf8proc_charwidth((utf8proc_int32_t)point);
    glyph->point = point;
    glyph->columns = width == 2 ? 2 : 1;
    for (int i = 0; i < MARK_RUN_MAX && (len = mark_part(*rest, &mark)); i++)
        *rest = str_skip(*rest, len);
    in_ascii(glyph);
}

static bool is_printable(uint32_t point)
{
    const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)point);
    return property->charwidth > 0 && !property->ignorable &&
           property->category != UTF8PROC_CATEGORY_CO &&
           property->category != UTF8PROC_CATEGORY_CN &&
           property->category != UTF8PROC_CATEGORY_CF && point > 0x9F;
}

static void take_point(struct str *rest, uint32_t point, bool ascii, struct text_glyph *glyph)
{
    if (point < 0x20 || point == 0x7F)
        make_control(glyph, point);
    else if (point < 0x7F)
        show(rest, point, ascii, glyph);
    else if (point < 0xA0)
        make_label(glyph, "<", point, 2, ">");
    else if (ascii && is_printable(point))
        show_ascii_only(rest, point, glyph);
    else if (plain_columns(point) || sort_of(point) == SORT_SHOWN)
        show(rest, point, ascii, glyph);
    else if (sort_of(point) == SORT_MARK)
        take_stray(rest, point, glyph);
    else
        make_label(glyph, "<U+", point, 4, ">");
}

void text_next(struct str *rest, bool ascii, struct text_glyph *glyph)
{
    size_t before = rest->len;
    uint32_t point;
    *glyph = (struct text_glyph){.columns = 1};
    if (utf8_next(rest, &point))
        take_point(rest, point, ascii, glyph);
    else
        make_label(glyph, "\\x", point, 2, "");
    glyph->len = before - rest->len;
}

/* How many glyphs at the front are one printable ASCII character each, at most `most`: nearly all
 * data is. The last one may bear a mark, so it is left to text_next(). */
static size_t ascii_run(struct str text, int most)
{
    size_t end = most > 0 ? (size_t)most : 0, run = 0;
    end = end < text.len ? end : text.len;
    while (run < end && text.at[run] >= 0x20 && text.at[run] < 0x7F)
        run++;
    return run && run < text.len && (unsigned char)text.at[run] >= 0x80 ? run - 1 : run;
}

int text_columns(struct str text, int limit, bool ascii)
{
    int columns = 0;
    struct text_glyph glyph;
    while (text.len && columns <= limit) {
        size_t run = ascii_run(text, limit - columns + 1);
        columns += (int)run;
        text = str_skip(text, run);
        if (!text.len || columns > limit)
            break;
        text_next(&text, ascii, &glyph);
        columns += glyph.columns;
    }
    return columns;
}

size_t text_fit(struct str text, int columns, bool ascii)
{
    struct str rest = text;
    struct text_glyph glyph;
    while (rest.len) {
        size_t run = ascii_run(rest, columns);
        rest = str_skip(rest, run);
        columns -= (int)run;
        if (!rest.len)
            break;
        size_t here = text.len - rest.len;
        text_next(&rest, ascii, &glyph);
        if (glyph.columns > columns)
            return here;
        columns -= glyph.columns;
    }
    return text.len;
}

size_t text_fit_words(struct str text, int columns, bool ascii)
{
    size_t fits = text_fit(text, columns, ascii), end = fits;
    if (fits == text.len)
        return fits;
    if (text.at[fits] == ' ') /* the blank itself needs no room */
        return fits + 1;
    while (end > 0 && text.at[end - 1] != ' ')
        end--;
    return end > 0 ? end : fits;
}

size_t text_after(struct str text, size_t at)
{
    struct text_glyph glyph;
    if (at >= text.len)
        return text.len;
    struct str rest = str_skip(text, at);
    text_next(&rest, false, &glyph);
    return at + glyph.len;
}

/* A place before `at` where a glyph surely starts (an ASCII character does), not too far away. */
static size_t safe_start(struct str text, size_t at)
{
    size_t start = at;
    while (start > 0 && at - start < SAFE_DISTANCE) {
        start = utf8_before(text, start);
        if ((unsigned char)text.at[start] < 0x80)
            break;
    }
    return start;
}

size_t text_before(struct str text, size_t at)
{
    if (at > text.len)
        at = text.len;
    size_t start = safe_start(text, at), before = start;
    while (start < at) {
        before = start;
        start = text_after(text, start);
    }
    return before;
}

static bool has_capitals(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] >= 'A' && s.at[i] <= 'Z')
            return true;
    return false;
}

size_t text_search(struct str text, struct str needle, size_t from)
{
    if (!needle.len || from > text.len)
        return SIZE_MAX;
    struct str rest = str_skip(text, from);
    if (has_capitals(needle)) {
        size_t at = str_find(rest, needle);
        return at == SIZE_MAX ? at : from + at;
    }
    for (size_t i = 0; i + needle.len <= rest.len; i++)
        if (str_equal_nocase((struct str){rest.at + i, needle.len}, needle))
            return from + i;
    return SIZE_MAX;
}
